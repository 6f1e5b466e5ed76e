#include <malloc.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>

#include "checker/run/channel.h"
#include "resolver/memory.h"

#define MEBI (1024u * 1024)

/* One end is a channel; the other is one, too, or a socket alone. */
struct test {
	struct event_base	*base;
	struct channel		*channel;	/* owned; NULL: freed */
	struct channel		*peer;		/* owned; NULL: none */
	int			 fd;		/* owned; -1: the peer's */
	size_t			 expected;	/* messages before the end */
	size_t			 received;
	size_t			 octets;	/* in all messages */
	bool			 frees;		/* with the first message */
	size_t			 closed;
};

/* The octets of message NUMBER, by which each can be told from the others. */
static uint8_t
octet_at(uint64_t number, size_t i)
{
	return (uint8_t)(number * 31 + i * 7 + (i >> 8));
}

/* The types that may be as long as these tests have them. */
static enum message_type
type_of(uint64_t number)
{
	static const enum message_type types[] = { MESSAGE_EARLIER,
		MESSAGE_JUDGE, MESSAGE_FACTS, MESSAGE_PARTIAL, MESSAGE_RESULT };

	return types[number % (sizeof(types) / sizeof(types[0]))];
}

static void
on_message(const struct message *message, void *argument)
{
	struct test *test = argument;
	size_t i;

	test->received++;
	test->octets += message->size;
	assert_int_equal(message->task, test->received);
	assert_int_equal(message->type, type_of(test->received));
	for (i = 0; i < message->size; i++) {
		if (message->octets[i] != octet_at(message->task, i))
			fail_msg("message %zu: octet %zu", test->received, i);
	}
	if (test->frees) {
		channel_free(test->channel);
		test->channel = NULL;
	}
	if (test->received == test->expected || test->frees)
		event_base_loopbreak(test->base);
}

static void
on_closed(bool nonsense, void *argument)
{
	struct test *test = argument;

	(void)nonsense;
	test->closed++;
	if (test->frees) {
		channel_free(test->channel);
		test->channel = NULL;
	}
	event_base_loopbreak(test->base);
}

/* Of the peer, to which nothing is sent. */
static void
on_peer_message(const struct message *message, void *argument)
{
	(void)message;
	(void)argument;
	fail_msg("a message for the peer");
}

static void
on_peer_closed(bool nonsense, void *argument)
{
	(void)nonsense;
	(void)argument;
}

static int
set_up(void **state)
{
	struct test *test = memory_new(1, sizeof(*test));
	const struct channel_callbacks callbacks = { on_message, on_closed,
		test };
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == -1)
		return -1;
	test->base = event_base_new();
	test->channel = channel_new(test->base, pair[0], &callbacks);
	test->fd = pair[1];
	*state = test;
	return 0;
}

static int
tear_down(void **state)
{
	struct test *test = *state;

	channel_free(test->channel);
	channel_free(test->peer);
	if (test->fd != -1)
		close(test->fd);
	event_base_free(test->base);
	free(test);
	return 0;
}

static void
make_peer(struct test *test)
{
	const struct channel_callbacks callbacks = { on_peer_message,
		on_peer_closed, NULL };

	test->peer = channel_new(test->base, test->fd, &callbacks);
	test->fd = -1;
}

/* Message NUMBER (from 1) of the test, of SIZE octets. */
static void
send_numbered(struct test *test, uint64_t number, size_t size)
{
	uint8_t *octets = memory_new(size, 1);
	const struct message message = {
		.type = type_of(number),
		.task = number,
		.octets = octets,
		.size = size,
	};
	size_t i;

	for (i = 0; i < size; i++)
		octets[i] = octet_at(number, i);
	channel_send(test->peer, &message);
	free(octets);
}

/* About as long as a header and as what is read at a time, and far longer. */
static void
test_sizes(void **state)
{
	static const size_t sizes[] = { 0, 1, 15, 16, 17, 128 * 1024 - 17,
		128 * 1024 - 16, 128 * 1024 - 15, 128 * 1024, 0, 3 * MEBI + 1,
		0, 512 * 1024, 17 * MEBI, 1 };
	struct test *test = *state;
	size_t i, total = 0;

	make_peer(test);
	test->expected = sizeof(sizes) / sizeof(sizes[0]);
	for (i = 0; i < test->expected; i++) {
		send_numbered(test, i + 1, sizes[i]);
		total += sizes[i];
	}
	event_base_dispatch(test->base);
	assert_int_equal(test->received, test->expected);
	assert_int_equal(test->octets, total);
	assert_int_equal(test->closed, 0);
}

static void
test_many(void **state)
{
	struct test *test = *state;
	size_t i;

	make_peer(test);
	test->expected = 50000;
	for (i = 0; i < test->expected; i++)
		send_numbered(test, i + 1, i % 300);
	event_base_dispatch(test->base);
	assert_int_equal(test->received, test->expected);
}

/*
 * The form of a message is the channel's own, so that its octets are taken off
 * a socket. Owned by the caller.
 */
static uint8_t *
octets_of_message(struct test *test, size_t size, size_t *whole)
{
	const struct channel_callbacks callbacks = { on_peer_message,
		on_peer_closed, NULL };
	uint8_t *octets = memory_new(size + 64, 1);
	int pair[2];
	ssize_t got;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	test->peer = channel_new(test->base, pair[0], &callbacks);
	send_numbered(test, 1, size);
	channel_flush(test->peer);
	got = read(pair[1], octets, size + 64);
	assert_true(got > (ssize_t)size);
	*whole = (size_t)got;
	channel_free(test->peer);
	test->peer = NULL;
	close(pair[1]);
	return octets;
}

static void
test_octet_by_octet(void **state)
{
	struct test *test = *state;
	size_t whole, i;
	uint8_t *octets = octets_of_message(test, 1000, &whole);

	for (i = 0; i < whole; i++) {
		assert_int_equal(test->received, 0);
		assert_int_equal(write(test->fd, octets + i, 1), 1);
		event_base_loop(test->base, EVLOOP_ONCE);
	}
	assert_int_equal(test->received, 1);
	assert_int_equal(test->octets, 1000);
	assert_int_equal(test->closed, 0);
	free(octets);
}

/* A message that ends too early is none; what came before it is. */
static void
test_end_within_message(void **state)
{
	struct test *test = *state;
	size_t whole;
	uint8_t *octets = octets_of_message(test, 1000, &whole);

	assert_int_equal(write(test->fd, octets, whole), (ssize_t)whole);
	assert_int_equal(write(test->fd, octets, whole - 1),
	    (ssize_t)whole - 1);
	close(test->fd);
	test->fd = -1;
	event_base_dispatch(test->base);
	if (test->closed == 0)
		event_base_dispatch(test->base);
	assert_int_equal(test->received, 1);
	assert_int_equal(test->closed, 1);
	/* And it says no more. */
	assert_int_equal(event_base_loop(test->base, EVLOOP_NONBLOCK), 1);
	assert_int_equal(test->closed, 1);
	free(octets);
}

/* Each octet of a header on its own makes it nonsense, or leaves it good. */
static void
test_nonsense(void **state)
{
	struct test *test = *state;
	uint8_t header[16];
	const uint32_t types[] = { 0, MESSAGE_COUNT, UINT32_MAX,
		MESSAGE_EARLIER, MESSAGE_READY };
	const uint32_t sizes[] = { 0, 0, 0, CHANNEL_SIZE_MAX + 1, 1 };
	const struct channel_callbacks callbacks = { on_message, on_closed,
		test };
	int pair[2];
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		memset(header, 0, sizeof(header));
		memcpy(header + 8, &types[i], sizeof(types[i]));
		memcpy(header + 12, &sizes[i], sizeof(sizes[i]));
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
		channel_free(test->channel);
		test->channel = channel_new(test->base, pair[0], &callbacks);
		assert_int_equal(write(pair[1], header, sizeof(header)),
		    sizeof(header));
		event_base_loop(test->base, EVLOOP_ONCE);
		assert_int_equal(test->closed, i + 1);
		assert_int_equal(test->received, 0);
		close(pair[1]);
	}
}

/* The rest of what was read is not looked at any more. */
static void
test_freed_by_message(void **state)
{
	struct test *test = *state;

	make_peer(test);
	test->frees = true;
	send_numbered(test, 1, 10);
	send_numbered(test, 2, 10);
	event_base_dispatch(test->base);
	assert_null(test->channel);
	assert_int_equal(test->received, 1);
	assert_int_equal(test->closed, 0);
}

static void
test_freed_by_close(void **state)
{
	struct test *test = *state;

	test->frees = true;
	close(test->fd);
	test->fd = -1;
	event_base_dispatch(test->base);
	assert_null(test->channel);
	assert_int_equal(test->closed, 1);
}

/* To send to one that is gone is no error; that it is gone is told once. */
static void
test_peer_is_gone(void **state)
{
	struct test *test = *state;

	close(test->fd);
	test->fd = -1;
	channel_send_text(test->channel, MESSAGE_AUDIT, 1, "a.example");
	event_base_dispatch(test->base);
	channel_send_text(test->channel, MESSAGE_AUDIT, 2, "b.example");
	event_base_loop(test->base, EVLOOP_NONBLOCK);
	assert_int_equal(test->closed, 1);
}

/* Octets in use, where that can be known; 0: nowhere. */
static size_t
memory_in_use(void)
{
#ifdef __GLIBC_PREREQ
#if __GLIBC_PREREQ(2, 33)
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
#endif
#endif
	return 0;
}

static void
test_memory_is_given_back(void **state)
{
	struct test *test = *state;
	const size_t before = memory_in_use();

	make_peer(test);
	test->expected = 2;
	send_numbered(test, 1, 32 * MEBI);
	send_numbered(test, 2, 0);
	event_base_dispatch(test->base);
	assert_int_equal(test->received, 2);
	/* The channel shrinks when it has handed over all. */
	event_base_loop(test->base, EVLOOP_NONBLOCK);
	assert_true(memory_in_use() < before + 2 * MEBI);
}

static void
test_text(void **state)
{
	static const uint8_t octets[] = "a\x1b[2J\0b";
	const struct message message = {
		.type = MESSAGE_COMPLAINT,
		.octets = octets,
		.size = sizeof(octets) - 1,
	};
	char *text = channel_text(&message);

	(void)state;
	assert_string_equal(text, "a\\x1b[2J\\x00b");
	free(text);
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_sizes),
		TEST(test_many),
		TEST(test_octet_by_octet),
		TEST(test_end_within_message),
		TEST(test_nonsense),
		TEST(test_freed_by_message),
		TEST(test_freed_by_close),
		TEST(test_peer_is_gone),
		TEST(test_memory_is_given_back),
		cmocka_unit_test(test_text),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("channel", tests, NULL, NULL);
}
