/*
 * The records of a DNS packet, one after the other, as they lie in it. A packet
 * that is malformed ends where it is.
 */
#ifndef RESOLVER_QUERY_RECORDS_H
#define RESOLVER_QUERY_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Octets of a packet's header (RFC 1035 4.1.1). */
#define QUERY_HEADER	12

/* A record of a packet, where it lies. */
struct query_record {
	size_t		 owner;		/* where its name begins */
	uint16_t	 type;
	uint16_t	 class;
	uint32_t	 ttl;
	size_t		 data;		/* where its RDATA begins */
	size_t		 size;		/* octets of that; all are there */
};

/* The sections behind the question. */
enum query_section {
	QUERY_END,		/* no record any more, or a malformed one */
	QUERY_ANSWER,
	QUERY_AUTHORITY,
	QUERY_ADDITIONAL,
};

/* Goes through the records of a packet. */
struct query_records {
	const uint8_t	*packet;	/* borrowed */
	size_t		 size;
	size_t		 at;
	unsigned int	 left[QUERY_ADDITIONAL + 1];	/* by section */
	bool		 broken;	/* it ended before its last record */
};

/* To before the first record. */
void		 query_records_begin(struct query_records *records,
		    const uint8_t *packet, size_t size);
/* The next record, and the section that it is in. */
enum query_section query_records_next(struct query_records *records,
		    struct query_record *record);

/*
 * The name at *AT, which is behind it then: as text (form of name.h), owned by
 * the caller. NULL: it is malformed.
 */
char		*query_records_name(const uint8_t *packet, size_t size,
		    size_t *at);

#endif
