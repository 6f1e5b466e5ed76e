/*
 * Messages between mxdane and its workers, over a pair of sockets. Both ends
 * are one program in two processes, so that the form of a message is nobody
 * else's business; but a worker may have been taken over by what it parses, so
 * that whatever comes from one is bounded and checked.
 */
#ifndef CHECKER_RUN_CHANNEL_H
#define CHECKER_RUN_CHANNEL_H

#include <stddef.h>
#include <stdint.h>

struct channel;
struct event_base;

/* Octets of a message; a longer one closes the channel. */
#define CHANNEL_SIZE_MAX	(128u * 1024 * 1024)

enum message_type {
	MESSAGE_NONE,
	/* To a worker: a task, after what belongs to it. */
	MESSAGE_EARLIER,	/* the earlier run that it is compared with */
	MESSAGE_CRASH,		/* how those died who have tried it: text */
	MESSAGE_AUDIT,		/* a domain: gather, and judge */
	MESSAGE_JUDGE,		/* facts (recording.h): judge */
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
 * has sent what is no message. It may free the channel.
 */
typedef void	channel_closed(void *argument);

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
/* The same for the octets of TEXT; NULL: none. */
void		 channel_send_text(struct channel *channel,
		    enum message_type type, uint64_t task, const char *text);
/* Octets that have not been sent yet. */
size_t		 channel_pending(const struct channel *channel);

/* The octets of a message, as text. Printable, owned by the caller. */
char		*channel_text(const struct message *message);

#endif
