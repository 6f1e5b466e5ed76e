/*
 * Answer packets made from records in text, and read. The RRSIGs in them are
 * not valid: that is the validator's business, only their times matter here.
 */
#ifndef TESTS_UNIT_SUPPORT_PACKET_H
#define TESTS_UNIT_SUPPORT_PACKET_H

#include "resolver/answer.h"

struct ldns_struct_pkt;

/* When the packets are read: 2026-01-31T12:00:00Z. */
#define PACKET_NOW INT64_C(1769860800)
#define PACKET_RECORDS_MAX 8

/* The text of an RRSIG, by what it covers and when it ends and begins. */
#define RRSIG(owner, type, end, begin) \
	owner ". 300 IN RRSIG " type " 13 3 300 " end " " begin " 1 org. AAAA"

struct packet {
	const char	*owner;		/* the question */
	enum dns_type	 type;
	int		 rcode;
	const char	*answer[PACKET_RECORDS_MAX];
	const char	*authority[PACKET_RECORDS_MAX];
};

/* Owned by the caller, until packet_read. */
struct ldns_struct_pkt	*packet_new(const struct packet *packet);

/* One more record in the answer section. */
void	packet_push(struct ldns_struct_pkt *made, const char *text);
/* The same in the additional section. */
void	packet_push_additional(struct ldns_struct_pkt *made, const char *text);

/* One more with these octets as its RDATA, however malformed. */
void	packet_push_raw(struct ldns_struct_pkt *made, const char *owner,
	    enum dns_type type, const void *rdata, size_t size);

/* What the validator says, but for the packet: it is secure. */
struct answer_source	 packet_source(const struct packet *packet);

/* Reads a packet and releases it. The answer is owned by the caller. */
struct answer	*packet_read(struct ldns_struct_pkt *made,
		    struct answer_source source);

/* All of this at once. */
struct answer	*packet_answer(const struct packet *packet);

#endif
