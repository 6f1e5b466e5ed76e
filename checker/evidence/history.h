/*
 * What an address has presented from run to run (--state): the certificates of
 * one key type, the last few of them. They tell whether renewals keep the key,
 * and when the CA has changed.
 *
 * The same struct says what one run saw, and what is known after all of them.
 */
#ifndef CHECKER_EVIDENCE_HISTORY_H
#define CHECKER_EVIDENCE_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "smtp/address.h"
#include "smtp/chain.h"

struct endpoint_evidence;
struct host_evidence;
struct tlsa;

/* Certificates that are remembered: with three, two renewals are known. */
#define HISTORY_MAX		3
/* Records of usage 2 by which one matched. */
#define HISTORY_ANCHORS_MAX	8

struct past_certificate {
	uint8_t		 cert_sha256[CHAIN_DIGEST];
	uint8_t		 spki_sha256[CHAIN_DIGEST];
	char		*issuer;	/* owned, printable; its name */
	time_t		 not_before;
	time_t		 not_after;
	time_t		 first_seen;
	/* SHA2-256 digests of the RDATA of those records. */
	uint8_t		 anchors[HISTORY_ANCHORS_MAX][CHAIN_DIGEST];
	size_t		 anchor_count;
};

struct history {
	char			*host;		/* owned */
	struct address		 address;	/* with the port */
	enum key_type		 key_type;
	time_t			 checked_at;	/* when one was seen last */
	struct past_certificate	*items;		/* owned; the last one last */
	size_t			 count;
};

/* COPY is cleared by the caller. */
void	history_copy(struct history *copy, const struct history *history);
/* Releases what it owns. */
void	history_clear(struct history *history);

/*
 * What the run at WHEN saw at an address of a host; SEEN is cleared by the
 * caller. False: it presents no certificate of that type, or several, as
 * machines that share an address may.
 */
bool	history_see(struct history *seen, const struct host_evidence *host,
	    const struct endpoint_evidence *endpoint, enum key_type key_type,
	    time_t when);
/* Whether two are of the same host, address and key type. */
bool	history_is_same(const struct history *a, const struct history *b);
/* The one among COUNT that is of the same as WANTED. Borrowed; or NULL. */
const struct history *history_find(const struct history *histories,
	    size_t count, const struct history *wanted);

/*
 * Adds what one run saw to what is known. A certificate that was seen before
 * makes those after it undone: it was no renewal.
 */
void	history_merge(struct history *known, const struct history *seen);

/* The SHA2-256 digest of a record's RDATA, as in past_certificate.anchors. */
void	history_digest(uint8_t digest[static CHAIN_DIGEST],
	    const struct tlsa *record);

#endif
