/*
 * A session (smtp/session.h) with a peer that follows a script, and what came
 * of it. As all users of sessions do, it lets go of the stream at the end.
 */
#ifndef TESTS_UNIT_SUPPORT_CONVERSATION_H
#define TESTS_UNIT_SUPPORT_CONVERSATION_H

#include "resolver/trace.h"
#include "smtp/session.h"
#include "tests/unit/support/peer.h"

#define CONVERSATION_HELO    "probe.example.net"
#define CONVERSATION_SUBJECT "mx.example.org [192.0.2.1]"

/* The turns of a script, as many as a row of a table has room for. */
#define CONVERSATION_TURNS 16

/* Those in which nothing is remarkable, */
#define GREETING "S: 220 mx.example.org ESMTP"
#define EHLO	 "C: EHLO " CONVERSATION_HELO
#define HELO	 "C: HELO " CONVERSATION_HELO
#define OFFER	 "S: 250-mx.example.org\r\n250 STARTTLS"
#define STARTTLS "C: STARTTLS"
#define AGREED	 "S: 220 2.0.0 go ahead"
#define QUIT	 "C: QUIT"
#define BYE	 QUIT, "S: 221 2.0.0 bye"
/* and what leads up to the turn that matters. */
#define TO_EHLO	    GREETING, EHLO
#define TO_STARTTLS TO_EHLO, OFFER, STARTTLS
#define TO_TLS	    TO_STARTTLS, AGREED
#define TO_HELLO    TO_TLS, "hello"

/* What is not set is ordinary: no SNI, all key types, nobody listens. */
struct conversation_wish {
	struct ssl_ctx_st	*context;	/* borrowed; of the peer */
	bool			 drips;		/* the peer does */
	const char *const	*before;	/* the start, its script */
	bool			 nameless;	/* we are */
	struct tls_offer	 offer;
	int			 handshake_limit;
	bool			 keeps;		/* the replies */
	bool			 leaves;	/* result and stream alone */
	int			 trace_level;	/* 0: there is no trace */
	bool			 breaks;	/* the loop, when told a step */
};

struct conversation {
	struct conversation_wish wish;
	struct event_base	*base;		/* owned */
	struct tls_client	*tls;		/* owned */
	struct peer		*peer;		/* owned */
	struct bufferevent	*stream;	/* owned, NULL: over */
	struct session		*session;	/* owned, NULL: over */
	struct session_result	 result;	/* owned, once it is over */
	unsigned int		 ends;		/* how often it was over */
	struct trace		 trace;
	char			*heard;		/* owned; "LEVEL LINE\n"... */
};

/* The session has been started, but the loop has not run yet. */
struct conversation *conversation_new(const struct conversation_wish *wish);
void conversation_free(struct conversation *one);

/* Plays a script, and what follows from it. */
void conversation_play(struct conversation *one, const char *const *script);

/* How one ends. */
struct conversation_end {
	enum session_stage	 stage;
	enum session_outcome	 outcome;
	const char		*error;	/* "text*": whatever begins so */
	int			 reply_code;
};

/* Fails the test, in which WHAT is tried, unless RESULT is as in END. */
void conversation_check(const char *what, const struct session_result *result,
    const struct conversation_end *end);
/* Likewise unless it ended so, once, and the peer has nothing to blame. */
void conversation_check_end(const char *what, const struct conversation *one,
    const struct conversation_end *end);

#endif
