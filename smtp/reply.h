/*
 * Parses SMTP replies (RFC 5321 4.2), without I/O. Their size, which the peer
 * controls, is limited here. As senders do, a long line is cut, not refused.
 */
#ifndef SMTP_REPLY_H
#define SMTP_REPLY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * RFC 5321 4.5.3.1.5 allows 512 octets a line; real servers send more. What is
 * beyond is passed over, up to so many octets of the whole reply.
 */
#define REPLY_LINE_MAX	2048
#define REPLY_LINES_MAX	128
#define REPLY_OCTETS_MAX 262144

/* The reply to a connection that is welcome (RFC 5321 4.2). */
#define REPLY_READY	220

enum reply_state {
	REPLY_MORE,		/* not complete yet */
	REPLY_BAD,		/* not SMTP, or beyond a limit: see `why` */
	REPLY_COMPLETE,
};

struct reply {
	int		  code;		/* 200 to 599; of the last line */
	char		**lines;	/* owned, printable, without the code */
	size_t		  count;
	size_t		  welcomes;	/* lines of 220 before a refusal */
	const char	 *why;		/* static; for REPLY_BAD */
	char		  partial[REPLY_LINE_MAX]; /* the line being received,
						    * or the bad one */
	size_t		  partial_size;
	size_t		  octets;	/* received, those cut off too */
};

/* An empty reply, to be fed; and empty again, its lines freed. */
void		 reply_init(struct reply *reply);
void		 reply_clear(struct reply *reply);

/*
 * Parses octets up to the end of the reply. *USED is their number: less than
 * SIZE when something follows the reply. After anything but REPLY_MORE the
 * reply must be cleared before the next call.
 */
enum reply_state reply_feed(struct reply *reply, const char *bytes,
		    size_t size, size_t *used);

/* Whether an EHLO reply announces KEYWORD (RFC 5321 4.1.1.1), in any case. */
bool		 reply_announces(const struct reply *reply,
		    const char *keyword);

/*
 * Whether the reply says that the server wants nothing of this client, rather
 * than that it cannot do what it was asked to: by its code, and by its enhanced
 * status code (RFC 3463) where it has one. "454 4.7.0 TLS not available" does
 * not; "554 5.7.1 your address is blocked" and every 421 do.
 */
bool		 reply_refuses_client(const struct reply *reply);

/*
 * Whether the reply is a rejection of a client that lacks authorisation, as its
 * enhanced status code says (X.7.1, RFC 3463 3.8).
 */
bool		 reply_lacks_authorisation(const struct reply *reply);

/*
 * Marks of devices between here and the server that rewrite SMTP, such as
 * firewalls which "inspect" it: a greeting of asterisks, in which no more than
 * the characters of its code are left; a keyword of an EHLO reply ("XXXXXXXA"),
 * or a command that is quoted in a rejection ("XXXX"), of nothing but X and one
 * letter more.
 */
bool		 reply_is_masked(const struct reply *reply);
bool		 reply_has_masked_keyword(const struct reply *reply);
bool		 reply_quotes_masked_command(const struct reply *reply);

/*
 * Code and text in one printable line: "450 4.7.1 try again later". For a bad
 * reply, why it is bad and how it begins: "not an SMTP reply:
 * SSH-2.0-OpenSSH_9.2". Owned by the caller.
 */
char		*reply_text(const struct reply *reply);

#endif
