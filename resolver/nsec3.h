/*
 * What NSEC3 records prove (RFC 5155 8), by the hashes in them. Whether they
 * are signed is another question.
 */
#ifndef RESOLVER_NSEC3_H
#define RESOLVER_NSEC3_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ldns_struct_rdf;
struct ldns_struct_rr_list;

/*
 * More iterations (RFC 5155 3.1.3) make a zone unsigned to validators (RFC 9276
 * 3.2). resolver/setup.c tells libunbound.
 */
#define NSEC3_ITERATIONS_MAX	150

/* Records of a message that are looked at: a proof has three. */
#define NSEC3_RECORDS_MAX	64

#define NSEC3_HASH_SIZE		20	/* of SHA-1, the only algorithm */

struct nsec3 {
	uint8_t		 hash[NSEC3_HASH_SIZE];	/* of the owner */
	uint8_t		 next[NSEC3_HASH_SIZE];
	bool		 opt_out;
	const struct ldns_struct_rdf	*types;	/* borrowed; the bitmap. NULL:
						 * it is empty, as of a name
						 * that only others are below */
};

/* NSEC3 records of one zone, with the same parameters. */
struct nsec3_set {
	struct nsec3	 records[NSEC3_RECORDS_MAX];
	size_t		 count;
	const struct ldns_struct_rdf	*salt;	/* borrowed */
	uint16_t	 iterations;
	struct ldns_struct_rdf		*zone;	/* owned */
};

/*
 * The NSEC3 records in LIST (which is borrowed) that go with the first; others
 * are passed over. False: there is none whose hashes can be computed. To be
 * cleared in any case.
 */
bool	 nsec3_set_init(struct nsec3_set *set,
	    const struct ldns_struct_rr_list *list);
void	 nsec3_set_clear(struct nsec3_set *set);

/* Whether they prove that NAME has no record of TYPE, but may exist. */
bool	 nsec3_proves_no_data(const struct nsec3_set *set,
	    const struct ldns_struct_rdf *name, uint16_t type);

/* That there is no such name, nor a wildcard for it. */
bool	 nsec3_proves_no_name(const struct nsec3_set *set,
	    const struct ldns_struct_rdf *name);

/*
 * That the wildcard below the last LABELS labels of NAME is the nearest to it
 * (RFC 5155 8.8).
 */
bool	 nsec3_proves_wildcard(const struct nsec3_set *set,
	    const struct ldns_struct_rdf *name, size_t labels);

#endif
