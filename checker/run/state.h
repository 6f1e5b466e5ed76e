/*
 * What mxdane remembers from run to run (--state), as a value: a JSON object,
 *
 *	{ "mxdane_state": 1, "owners": [ { "owner": "_25._tcp.mx.example.org",
 *	  "checked_at": "2026-01-31T12:00:00Z", "ttl": 3600,
 *	  "ttl_seen": "2026-01-31T12:00:00Z", "denial_ttl": 300, "tlsa": [ {
 *	  "rdata": "030101...", "first_seen": "2026-01-30T12:00:00Z",
 *	  "missing_at": null, "ttl": 3600, "first": true } ] } ],
 *	  "servers": [ { "host": "mx.example.org", "address": "192.0.2.1",
 *	  "port": 25, "key_type": "ECDSA",
 *	  "checked_at": "2026-01-31T12:00:00Z", "certificates": [ {
 *	  "cert_sha256": "...", "spki_sha256": "...", "issuer": "CN=R11",
 *	  "not_before": "...", "not_after": "...", "first_seen": "...",
 *	  "anchors": [ "..." ] } ] } ] }
 *
 * one owner, or server, a line. Members: evidence/sightings.h and history.h.
 * The file is the user's, and may be a stranger's or damaged: what is not as
 * above is refused whole.
 */
#ifndef CHECKER_RUN_STATE_H
#define CHECKER_RUN_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "resolver/file.h"

/* Octets of a file, owners in it, and servers likewise. */
#define STATE_SIZE_MAX		((size_t)64 * 1024 * 1024)
#define STATE_OWNERS_MAX	100000

struct evidence;
struct history;
struct sightings;
struct state;

/* What runs saw, to be added to what is known. */
struct state_seen {
	struct sightings	**owners;	/* owned, with what they own */
	size_t			  owner_count;
	struct history		 *servers;	/* owned */
	size_t			  server_count;
};

/*
 * Of the file's octets; none is nothing known. Owned by the caller. NULL: *WHY
 * (owned by the caller, printable) names the file and says what is wrong.
 */
struct state	*state_parse(const struct file *file, char **why);
/* NULL is fine. */
void		 state_free(struct state *state);

/* What is known of an owner. Borrowed; NULL: nothing. */
const struct sightings *state_find(const struct state *state,
		    const char *owner);
/*
 * Fills in what is known of the hosts of what was gathered; of their servers
 * only if it was gathered FROM_SERVERS themselves, at their addresses.
 */
void		 state_recall(const struct state *state,
		    struct evidence *evidence, bool from_servers);

/* Adds what a judged report says, for the same. */
void		 state_seen_add(struct state_seen *seen,
		    const struct evidence *evidence, bool from_servers);
void		 state_seen_clear(struct state_seen *seen);
/*
 * Adds what runs saw; SEEN is sorted in place. Returns how many owners and
 * servers had to be forgotten for want of room: those that were checked longest
 * ago.
 */
size_t		 state_add(struct state *state, struct state_seen *seen);
/* False: it cannot be written, by errno. */
bool		 state_write(const struct state *state, FILE *out);

#endif
