/*
 * DNS messages as octets, read record by record. Whatever is in them, this
 * ends, and nothing behind them is looked at.
 */
#ifndef RESOLVER_WIRE_H
#define RESOLVER_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct answer_record;
struct ldns_struct_rdf;
struct ldns_struct_rr;
struct ldns_struct_rr_list;

/* The sections of a message that are read. */
struct wire_sections {
	struct ldns_struct_rr_list	*answer;	/* owned */
	struct ldns_struct_rr_list	*authority;	/* owned */
	bool				 unreadable;	/* the answer has a
							 * malformed record */
};

/*
 * Reads a message of SIZE octets. A record with malformed RDATA is left out,
 * and `unreadable` set: it must neither hide the others nor pass for an
 * absence. False: the message itself is malformed; the sections have what came
 * before. To be cleared in any case.
 */
bool	 wire_sections_init(struct wire_sections *sections,
	    const uint8_t *packet, size_t size);
void	 wire_sections_clear(struct wire_sections *sections);

/* A name in the form of name.h. Owned by the caller. */
char	*wire_name(const struct ldns_struct_rdf *name);

/*
 * A record of class IN of that owner (form of name.h) and type (by its number)
 * with this RDATA. Owned by the caller; NULL: the owner or the RDATA cannot be
 * one.
 */
struct ldns_struct_rr	*wire_record(const char *owner, uint16_t type,
			    const struct answer_record *record);

#endif
