/*
 * A look at an address: connections in a row that offer the same, as many as
 * --repeat says, and what the evidence makes of them. endpoint.c has which look
 * comes after which.
 */
#ifndef CHECKER_GATHER_LOOK_H
#define CHECKER_GATHER_LOOK_H

#include "checker/evidence/evidence.h"

struct session_result;

enum look_purpose {
	LOOK_KEY_TYPES,	/* for whatever type was not seen yet */
	LOOK_ALONE,	/* for one that came up in turns with others */
	LOOK_STRICT,	/* for one, as senders that authenticate ask for it */
	/*
	 * One for key types got no answer. Its ClientHello is long, as that of
	 * the first look was not: is it that? Everything is offered, as there,
	 * and what comes about is known.
	 */
	LOOK_LONG,
	LOOK_SHORT,
	LOOK_LONG_AGAIN,
};

struct look {
	enum look_purpose	purpose;
	key_set			except;	/* key types that are not offered */
	key_set			known;	/* those seen before it */
	key_set			shown;	/* those seen in it */
	key_set			strict;	/* that which is asked for strictly */
	size_t			first;	/* index of its first handshake */
	unsigned int		made;	/* connections that have ended */
	unsigned int		asked;	/* those that came to TLS, whatever
					 * came of that */
	unsigned int		done;	/* those of them that were answered */
	unsigned int		failed;	/* in the handshake */
	bool			is_later; /* others were before it */
};

/* Begins one after others. */
void	look_begin(struct look *look, const struct endpoint_evidence *evidence,
	    enum look_purpose purpose, key_set except);

/* How a connection ended. Its text is borrowed. */
struct endpoint_ending
	look_end_of(const struct session_result *result);
/*
 * Whether a conversation got as far as TLS, and says what certificates there
 * are: not where all depended on one of the client.
 */
bool	look_has_asked(enum session_outcome outcome);
/*
 * Records the result of a connection, and takes its handshake. REPEATED: there
 * may be several machines.
 */
void	look_record(struct look *look, struct endpoint_evidence *evidence,
	    struct session_result *result, bool repeated);
/* A connection has ended of which nothing is to be recorded yet. */
void	look_pass_over(struct look *look);
/* Records how connections ended that had no result: as many as END says. */
void	look_record_end(const struct look *look,
	    struct endpoint_evidence *evidence,
	    const struct endpoint_ending *end);
/*
 * All its connections have ended. Where a strict offer came about, what was
 * shown to another one does not count.
 */
void	look_settle(struct look *look, struct endpoint_evidence *evidence);

/* The key types that the server has shown certificates of. */
key_set	look_types_seen(const struct endpoint_evidence *evidence);
/* Those that are new in the look. */
key_set	look_types_new(const struct look *look);
/* Those whose weak handshakes are still to be asked for strictly. */
key_set	look_types_weak(const struct look *look,
	    const struct endpoint_evidence *evidence);

#endif
