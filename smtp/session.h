/*
 * The dialogue with one mail server, up to the certificates that it presents:
 * greeting, EHLO (HELO, if that is rejected), STARTTLS (RFC 3207), TLS
 * handshake, and a polite QUIT. A server that asks for a certificate of the
 * client's is heard once more, for under TLS 1.3 it says only then that it
 * insists.
 */
#ifndef SMTP_SESSION_H
#define SMTP_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "smtp/tls.h"

/*
 * Replies of a conversation that are kept (to nothing, EHLO and STARTTLS), and
 * octets of each; what is beyond is dropped.
 */
#define SESSION_REPLIES_MAX	3
#define SESSION_REPLY_MAX	4096

/* What a client is called that has no name, nor an address that is known. */
#define SESSION_HELO_UNKNOWN	"[127.0.0.1]"

struct bufferevent;
struct event_base;
struct session;
struct trace;

/* The stage at which a session ended. */
enum session_stage {
	STAGE_CONNECT,
	STAGE_GREETING,
	STAGE_EHLO,
	STAGE_STARTTLS,
	STAGE_HANDSHAKE,
	STAGE_DONE,
};

/* What happened at that stage. */
enum session_outcome {
	OUTCOME_UNTRIED,		/* nothing was sent */
	OUTCOME_ADDRESS_RESERVED,	/* special-purpose, nothing sent */
	OUTCOME_CONNECT_FAILED,		/* or reset before a greeting */
	OUTCOME_NO_ROUTE,		/* no route to the address */
	OUTCOME_REFUSED,		/* greeting 4xx or 5xx, or ended before
					 * EHLO was answered; or a later reply
					 * that refuses this client (reply.h) */
	OUTCOME_PROTOCOL,		/* not SMTP, or beyond a limit */
	OUTCOME_TIMEOUT,
	OUTCOME_STARTTLS_NOT_OFFERED,	/* or EHLO rejected, and then HELO
					 * accepted (RFC 5321 3.2) */
	OUTCOME_STARTTLS_REFUSED,
	OUTCOME_HANDSHAKE_FAILED,	/* any failure after STARTTLS's 220; or
					 * a fatal alert in place of the first
					 * reply in TLS */
	OUTCOME_CLIENT_CERTIFICATE,	/* it asks for one, and then ends the
					 * handshake for lack of it */
	OUTCOME_DONE,
	OUTCOME_LIMIT,			/* not begun, or not ended: a limit on
					 * the work for a domain came first */
};

/* What a device that rewrites SMTP has made of the conversation (reply.h). */
enum session_rewrite {
	REWRITE_NONE,		/* nothing, as far as can be seen */
	REWRITE_COMMAND,	/* EHLO, which the server then rejects */
	REWRITE_KEYWORD,	/* a keyword of the reply to EHLO, which has no
				 * STARTTLS */
};

/*
 * What the server said to one command, as it came: text from outside, which may
 * have been cut. What is no SMTP, is not complete or follows the reply to
 * STARTTLS is in it, too; and the reply to HELO follows that to EHLO.
 */
struct session_reply {
	enum session_stage	 stage;		/* that it ended, or was in */
	uint8_t			*octets;	/* owned */
	size_t			 size;
};

struct session_options {
	const char		*helo;		/* borrowed; for EHLO. NULL: the
						 * address literal of our end
						 * (RFC 5321 4.1.4) */
	struct tls_offer	 offer;		/* what it borrows, too */
	int			 handshake_limit; /* seconds; 0: as usual */
	bool			 keep_replies;	/* in the result, too */
	struct tls_client	*tls;		/* borrowed */
	const char		*subject;	/* borrowed; for the trace */
	const struct trace	*trace;		/* borrowed, may be NULL */
};

struct session_result {
	enum session_stage	 stage;
	enum session_outcome	 outcome;
	bool			 plaintext_injected; /* after STARTTLS's 220 */
	char			*error;		/* owned, printable, or NULL */
	int			 reply_code;	/* of the SMTP reply that
						 * decided the outcome; 0: none
						 * did */
	unsigned int		 alert;		/* that the server sent and that
						 * decided (tls_alert.h) */
	bool			 asks_certificate; /* of the client */
	enum session_rewrite	 rewrite;	/* where there is no TLS */
	bool			 answered;	/* the ClientHello; not by an
						 * alert that says that it was
						 * not understood */
	struct handshake	*handshake;	/* owned; NULL unless done */
	double			 key_cost;	/* of what TLS did, in ms: see
						 * key_cost.h */
	/* Owned; those before TLS, in order. NULL: none, or not kept. */
	struct session_reply	*replies;
	size_t			 reply_count;
};

/*
 * Called once from the loop. The callee takes ownership of a member of RESULT
 * by setting it to NULL (and the number of replies to 0 along with them); the
 * rest is cleared afterwards.
 */
typedef void	session_done(struct session_result *result, void *argument);

/*
 * Starts a session over STREAM (borrowed; connected, or one end of a pair; its
 * callbacks are the session's until the end). OPTIONS is copied, but what it
 * borrows must outlive the session. The callback never runs from inside this
 * call; the session frees itself before it.
 */
struct session	*session_start(struct event_base *base,
		    struct bufferevent *stream,
		    const struct session_options *options,
		    session_done *done, void *argument);

/*
 * Fills in *RESULT with what is known so far: OUTCOME_TIMEOUT and WHY
 * (printable), unless the session has its outcome already. Cleared by the
 * caller.
 */
void		 session_so_far(const struct session *session, const char *why,
		    struct session_result *result);
/* Ends the session without a callback. NULL is fine. */
void		 session_cancel(struct session *session);
/* The stage that the session is at now. */
enum session_stage session_stage(const struct session *session);
void		 session_result_clear(struct session_result *result);

/* A copy of COUNT replies, owned by the caller; NULL for none. */
struct session_reply *
		 session_replies_copy(const struct session_reply *replies,
		    size_t count);
/* NULL is fine. */
void		 session_replies_free(struct session_reply *replies,
		    size_t count);

/* "greeting": as JSON has it. Static. */
const char	*session_stage_name(enum session_stage stage);

#endif
