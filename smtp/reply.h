/*
 * Parses SMTP replies (RFC 5321 4.2), without I/O. Their size, which the peer
 * controls, is limited here.
 */
#ifndef SMTP_REPLY_H
#define SMTP_REPLY_H

#include <stdbool.h>
#include <stddef.h>

/* RFC 5321 4.5.3.1.5 allows 512 octets a line; real servers send more. */
#define REPLY_LINE_MAX	2048
#define REPLY_LINES_MAX	128

enum reply_state {
	REPLY_MORE,		/* not complete yet */
	REPLY_BAD,		/* not SMTP, or beyond a limit: see `why` */
	REPLY_COMPLETE,
};

struct reply {
	int		  code;		/* 200 to 599; of the last line */
	char		**lines;	/* owned, printable, without the code */
	size_t		  count;
	const char	 *why;		/* static; for REPLY_BAD */
	char		  partial[REPLY_LINE_MAX]; /* the line being received,
						    * or the bad one */
	size_t		  partial_size;
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
 * Code and text in one printable line: "450 4.7.1 try again later". For a bad
 * reply, why it is bad and how it begins: "not an SMTP reply:
 * SSH-2.0-OpenSSH_9.2". Owned by the caller.
 */
char		*reply_text(const struct reply *reply);

#endif
