/*
 * What NSEC records prove (RFC 4035 5.4, RFC 6840 4), by the names in them.
 * Whether they are signed is another question.
 */
#ifndef RESOLVER_NSEC_H
#define RESOLVER_NSEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ldns_struct_rdf;
struct ldns_struct_rr_list;

/* The pseudo-type of a name that does not exist (RFC 9824 3.5). */
#define NSEC_TYPE_NXNAME	128

/*
 * Whether the NSEC records in LIST (other records are passed over) prove that
 * NAME has no record of TYPE, but may exist.
 */
bool	 nsec_proves_no_data(const struct ldns_struct_rr_list *list,
	    const struct ldns_struct_rdf *name, uint16_t type);

/* That there is no such name, nor a wildcard for it. */
bool	 nsec_proves_no_name(const struct ldns_struct_rr_list *list,
	    const struct ldns_struct_rdf *name);

/*
 * That the wildcard below the last LABELS labels of NAME is the nearest to it
 * (RFC 4035 5.3.4).
 */
bool	 nsec_proves_wildcard(const struct ldns_struct_rr_list *list,
	    const struct ldns_struct_rdf *name, size_t labels);

/*
 * Compact denial (RFC 9824 3.2): whether there is an NSEC record of NAME that
 * says that there is no such name.
 */
bool	 nsec_says_no_name(const struct ldns_struct_rr_list *list,
	    const struct ldns_struct_rdf *name);

#endif
