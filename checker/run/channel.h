/*
 * Messages between mxdane and its workers, over a pair of sockets. Both ends
 * are one program in two processes, so that the form of a message is nobody
 * else's business; but a worker may have been taken over by what it parses, so
 * that whatever comes from one is bounded and checked.
 */
#ifndef CHECKER_RUN_CHANNEL_H
#define CHECKER_RUN_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct channel;
struct event_base;

/*
 * Octets of a message. Of most types fewer are enough (channel.c); one with
 * more closes the channel.
 */
#define CHANNEL_SIZE_MAX	(128u * 1024 * 1024)

enum message_type {
	MESSAGE_NONE,
	/* To a worker: a task, after what belongs to it. */
	MESSAGE_EARLIER,	/* the earlier run that it is compared with */
	MESSAGE_CRASH,		/* how those died who have tried it: text */
	MESSAGE_AUDIT,		/* a domain: gather, and judge */
	MESSAGE_JUDGE,		/* a domain, NUL, facts (recording.h): judge */
	/* From a worker, about itself. */
	MESSAGE_READY,		/* it has started */
	MESSAGE_REFUSED,	/* a setting is wrong: why */
	MESSAGE_ALIVE,		/* what its oldest task waits for, or "" */
	MESSAGE_TRACE,		/* see worker.c */
	/* From a worker, about a task. */
	MESSAGE_COMPLAINT,	/* what is wrong with its input: a line */
	MESSAGE_FACTS,		/* what has been gathered so far */
	MESSAGE_PARTIAL,	/* the same as a report needs it, not judged */
	MESSAGE_RESULT,		/* the judged evidence; empty: there is none */

	MESSAGE_COUNT
};

struct message {
	enum message_type	 type;
	uint64_t		 task;		/* its number; 0 for none */
	const uint8_t		*octets;	/* borrowed */
	size_t			 size;
};

/* Called from the loop for each message. It may free the channel. */
typedef void	channel_received(const struct message *message,
		    void *argument);
/*
 * Called once from the loop: nothing more will come. The other end is gone, or
 * it has sent what is no message (NONSENSE). It may free the channel.
 */
typedef void	channel_closed(bool nonsense, void *argument);

struct channel_callbacks {
	channel_received	*received;
	channel_closed		*closed;
	void			*argument;	/* borrowed */
};

/* FD is owned by the channel. CALLBACKS is copied. */
struct channel	*channel_new(struct event_base *base, int fd,
		    const struct channel_callbacks *callbacks);
/*
 * Closes it, without a callback; what has not been sent is lost. NULL is fine.
 */
void		 channel_free(struct channel *channel);

/* Sends a message, from the loop. It is copied. */
void		 channel_send(struct channel *channel,
		    const struct message *message);
/* The same for the octets of TEXT, as far as they fit; NULL: none. */
void		 channel_send_text(struct channel *channel,
		    enum message_type type, uint64_t task, const char *text);
/*
 * Waits until all of that has left this process, or the other end is gone: what
 * was said before a crash is heard.
 */
void		 channel_flush(struct channel *channel);

/*
 * Octets as text, for people: what is printable already is not escaped again.
 * Owned by the caller.
 */
char		*channel_printable(const uint8_t *octets, size_t size);
/* Those of a message. */
char		*channel_text(const struct message *message);

#endif
