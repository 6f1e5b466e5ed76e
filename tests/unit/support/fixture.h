/*
 * Evidence built by hand in a few lines. By default all is well: answers are
 * secure, conversations end with a handshake.
 */
#ifndef TESTS_UNIT_SUPPORT_FIXTURE_H
#define TESTS_UNIT_SUPPORT_FIXTURE_H

#include "checker/evidence/evidence.h"
#include "checker/judge/judge.h"

/*
 * An answer of KIND, but unusable if STATUS is bogus or failed. Owned by the
 * caller.
 */
struct answer	*fixture_answer(const char *owner, enum dns_type type,
		    enum answer_kind kind, enum dnssec_status status);
/* Adds a record with this RDATA. */
void		 fixture_add(struct answer *answer, const void *data,
		    size_t size);

/* A domain with a secure MX answer and no hosts yet. */
struct evidence	*fixture_domain(const char *domain);
/*
 * Adds an MX host with the secure address 192.0.2.1. Invalidates pointers to
 * hosts added before.
 */
struct host_evidence *
		 fixture_host(struct evidence *evidence, const char *name);
/* Adds a secure TLSA record at the host's own name. Data is copied. */
void		 fixture_tlsa(struct host_evidence *host,
		    const struct tlsa *record);
/* The same, a 3 1 1 record of the leaf's key. */
void		 fixture_tlsa_of(struct host_evidence *host,
		    const struct chain *chain);
/*
 * Adds an address. CHAIN (copied) is what it presents; NULL with an outcome
 * other than OUTCOME_DONE. Invalidates pointers to addresses added before.
 */
struct endpoint_evidence *
		 fixture_endpoint(struct host_evidence *host,
		    const char *address, enum session_outcome outcome,
		    const struct chain *chain);
/* Adds a handshake with another chain (copied). */
void		 fixture_handshake(struct endpoint_evidence *endpoint,
		    const struct chain *chain);

/*
 * Adds a zone to the chains of trust, behind PARENT (NULL: it is the root). By
 * its DS records it is secure; with insecure STATUS it is not signed; and with
 * another its keys are not to be had, or bogus. DS and DNSKEY are signed for 40
 * days, half of which are over. Invalidates pointers to zones added before.
 */
struct zone_evidence *
		 fixture_zone(struct evidence *evidence, const char *name,
		    const char *parent, enum dnssec_status status);
/* Says in the answer that ZONE has signed its RRset of TYPE, as above. */
void		 fixture_period(struct answer *answer, const char *zone,
		    uint16_t type);
/* Says that ZONE denies something in the answer by NSEC3. */
void		 fixture_deny(struct answer *answer, const char *zone,
		    uint16_t iterations, bool opt_out);
/* Adds a DS record, or a DNSKEY record of algorithm 13. */
void		 fixture_ds(struct answer *answer, uint16_t key_tag,
		    uint8_t algorithm);
void		 fixture_key(struct answer *answer, uint8_t seed);

/* A self-signed server certificate. Owned by the caller. */
struct chain	*fixture_chain(const char *cn, enum key_type key_type);

/* Judges without any options. */
void		 fixture_judge(struct evidence *evidence);

#endif
