#include "checker/run/channel.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "checker/evidence/recording.h"
#include "resolver/memory.h"
#include "resolver/text.h"

/*
 * Octets that are read at a time: many messages. A bufferevent reads 4 KiB,
 * which cost as much as all the rest.
 */
#define READ_SIZE (128 * 1024)

/* Before each message, as the machine has it in memory. */
struct header {
	uint64_t	task;
	uint32_t	type;		/* enum message_type */
	uint32_t	size;
};

struct channel {
	int				 fd;		/* owned */
	struct event			*readable;	/* owned */
	struct event			*writable;	/* owned */
	struct evbuffer			*output;	/* owned */
	/* What has been read: of `room` octets, those from `begin` to `end`. */
	uint8_t				*input;		/* owned */
	size_t				 room, begin, end;
	struct channel_callbacks	 callbacks;
	/*
	 * Set while a callback runs, and made true by channel_free: a callback
	 * may free the channel that it was called for. Borrowed.
	 */
	bool				*freed;
};

enum found { FOUND_NOTHING, FOUND_MESSAGE, FOUND_NONSENSE };

static void
close_channel(struct channel *channel, bool nonsense)
{
	event_del(channel->readable);
	event_del(channel->writable);
	channel->callbacks.closed(nonsense, channel->callbacks.argument);
}

/* A line for people, whatever it is about. */
#define LINE_SIZE_MAX		65536

/* Octets of messages of each type. */
static const uint32_t sizes[MESSAGE_COUNT] = {
	[MESSAGE_EARLIER] = CHANNEL_SIZE_MAX,
	[MESSAGE_CRASH] = LINE_SIZE_MAX,
	[MESSAGE_AUDIT] = LINE_SIZE_MAX,
	[MESSAGE_JUDGE] = RECORDING_SIZE_MAX + LINE_SIZE_MAX,
	[MESSAGE_READY] = 0,
	[MESSAGE_REFUSED] = LINE_SIZE_MAX,
	[MESSAGE_ALIVE] = LINE_SIZE_MAX,
	[MESSAGE_TRACE] = LINE_SIZE_MAX,
	[MESSAGE_COMPLAINT] = LINE_SIZE_MAX,
	[MESSAGE_FACTS] = RECORDING_SIZE_MAX,
	[MESSAGE_PARTIAL] = RECORDING_SIZE_MAX,
	[MESSAGE_RESULT] = RECORDING_SIZE_MAX,
};

static bool
is_message(const struct header *header)
{
	return header->type > MESSAGE_NONE && header->type < MESSAGE_COUNT &&
	    header->size <= sizes[header->type];
}

/* Makes room for WHOLE octets from `begin` on. */
static void
make_room(struct channel *channel, size_t whole)
{
	const size_t used = channel->end - channel->begin;
	uint8_t *input = channel->input;

	if (channel->room - channel->begin >= whole)
		return;
	if (channel->room < whole) {
		input = memory_new(whole, 1);
		memcpy(input, channel->input + channel->begin, used);
		free(channel->input);
		channel->input = input;
		channel->room = whole;
	} else {
		memmove(input, input + channel->begin, used);
	}
	channel->begin = 0;
	channel->end = used;
}

/* Finds the first message, and makes room for the rest of one that is cut. */
static enum found
find_message(struct channel *channel, struct message *message)
{
	const size_t used = channel->end - channel->begin;
	struct header header;

	if (used < sizeof(header)) {
		make_room(channel, READ_SIZE);
		return FOUND_NOTHING;
	}
	memcpy(&header, channel->input + channel->begin, sizeof(header));
	if (!is_message(&header))
		return FOUND_NONSENSE;
	if (used < sizeof(header) + header.size) {
		make_room(channel, sizeof(header) + header.size + READ_SIZE);
		return FOUND_NOTHING;
	}
	message->type = (enum message_type)header.type;
	message->task = header.task;
	message->octets = channel->input + channel->begin + sizeof(header);
	message->size = header.size;
	channel->begin += sizeof(header) + header.size;
	return FOUND_MESSAGE;
}

/* A long message must not hold its memory for ever. */
static void
shrink(struct channel *channel)
{
	if (channel->begin != channel->end)
		return;
	channel->begin = channel->end = 0;
	if (channel->room <= 4 * READ_SIZE)
		return;
	free(channel->input);
	channel->room = READ_SIZE;
	channel->input = memory_new(channel->room, 1);
}

/* Hands over all messages that are complete. */
static void
deliver(struct channel *channel)
{
	struct message message;
	bool freed = false;
	enum found found;

	channel->freed = &freed;
	while ((found = find_message(channel, &message)) == FOUND_MESSAGE) {
		channel->callbacks.received(&message,
		    channel->callbacks.argument);
		if (freed)
			return;
	}
	channel->freed = NULL;
	if (found == FOUND_NONSENSE)
		close_channel(channel, true);
	else
		shrink(channel);
}

static bool
is_transient(void)
{
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

static void
on_readable(evutil_socket_t fd, short what, void *argument)
{
	struct channel *channel = argument;
	ssize_t got;

	(void)what;
	got = read(fd, channel->input + channel->end,
	    channel->room - channel->end);
	if (got > 0) {
		channel->end += (size_t)got;
		deliver(channel);
	} else if (got == 0 || !is_transient()) {
		close_channel(channel, false);
	}
}

/*
 * That the other end is gone is noticed by reading, after what it had still
 * said.
 */
static void
on_writable(evutil_socket_t fd, short what, void *argument)
{
	struct channel *channel = argument;

	(void)what;
	if (evbuffer_write(channel->output, fd) == -1 && !is_transient())
		evbuffer_drain(channel->output,
		    evbuffer_get_length(channel->output));
	if (evbuffer_get_length(channel->output) > 0)
		event_add(channel->writable, NULL);
}

struct channel *
channel_new(struct event_base *base, int fd,
    const struct channel_callbacks *callbacks)
{
	struct channel *channel = memory_new(1, sizeof(*channel));

	channel->callbacks = *callbacks;
	channel->fd = fd;
	channel->room = READ_SIZE;
	channel->input = memory_new(channel->room, 1);
	channel->output = evbuffer_new();
	evutil_make_socket_nonblocking(fd);
	channel->readable = event_new(base, fd, EV_READ | EV_PERSIST,
	    on_readable, channel);
	channel->writable = event_new(base, fd, EV_WRITE, on_writable,
	    channel);
	if (channel->output == NULL || channel->readable == NULL ||
	    channel->writable == NULL ||
	    event_add(channel->readable, NULL) == -1)
		abort();
	return channel;
}

void
channel_free(struct channel *channel)
{
	if (channel == NULL)
		return;
	if (channel->freed != NULL)
		*channel->freed = true;
	event_free(channel->readable);
	event_free(channel->writable);
	evbuffer_free(channel->output);
	close(channel->fd);
	free(channel->input);
	free(channel);
}

void
channel_send(struct channel *channel, const struct message *message)
{
	const struct header header = {
		.task = message->task,
		.type = message->type,
		.size = (uint32_t)message->size,
	};

	if (message->size > sizes[message->type] ||
	    evbuffer_add(channel->output, &header, sizeof(header)) == -1 ||
	    (message->size > 0 && evbuffer_add(channel->output,
	    message->octets, message->size) == -1) ||
	    event_add(channel->writable, NULL) == -1)
		abort();
}

void
channel_send_text(struct channel *channel, enum message_type type,
    uint64_t task, const char *text)
{
	const size_t size = text != NULL ? strlen(text) : 0;
	const struct message message = {
		.type = type,
		.task = task,
		.octets = (const uint8_t *)text,
		.size = size < sizes[type] ? size : sizes[type],
	};

	channel_send(channel, &message);
}

void
channel_flush(struct channel *channel)
{
	struct pollfd watch = { .fd = channel->fd, .events = POLLOUT };

	while (evbuffer_get_length(channel->output) > 0) {
		if (evbuffer_write(channel->output, channel->fd) == -1 &&
		    !is_transient())
			return;
		if (evbuffer_get_length(channel->output) > 0)
			poll(&watch, 1, -1);
	}
}

char *
channel_printable(const uint8_t *octets, size_t size)
{
	return text_is_printable(octets, size) ? memory_copy(octets, size) :
	    text_printable(octets, size);
}

char *
channel_text(const struct message *message)
{
	return channel_printable(message->octets, message->size);
}
