#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "resolver/memory.h"
#include "smtp/dial.h"
#include "tests/unit/support/listener.h"
#include "tests/unit/support/timeless.h"
#include "tests/unit/support/within.h"

enum { CALLERS = 3, CROWD = 20000, SILENT_SOCKETS = 8 };

struct test;

struct caller {
	struct test	*test;		/* borrowed */
	struct dial	*dial;		/* owned, NULL: none */
	uint64_t	 party;
	struct caller	*closes;	/* borrowed, NULL: none; whom the
					 * callback closes as well */
	bool		 again;		/* the callback dials once more */
	bool		 connected;
	struct address	 source;
	enum dial_result result;
	unsigned int	 order;		/* of the callbacks; 0: none yet */
};

struct test {
	struct event_base	*base;		/* owned */
	struct dialer		*dialer;	/* owned */
	struct listener		*server;	/* owned */
	struct address		 address;	/* of the server */
	struct address		 forbidden;	/* connect(2) fails at once */
	struct caller		 callers[CALLERS];
	unsigned int		 callbacks;
};

static int
set_up(void **state)
{
	struct test *test = memory_new(1, sizeof(*test));
	size_t i;

	test->base = event_base_new();
	test->dialer = dialer_new(test->base);
	test->server = listener_new(test->base);
	test->address = listener_address(test->server);
	/* There is no TCP to a broadcast address. */
	assert_true(address_from_text(&test->forbidden, "255.255.255.255",
	    25));
	for (i = 0; i < CALLERS; i++)
		test->callers[i].test = test;
	*state = test;
	return 0;
}

static int
tear_down(void **state)
{
	struct test *test = *state;
	size_t i;

	for (i = 0; i < CALLERS; i++)
		dial_close(test->callers[i].dial);
	dialer_free(test->dialer);
	listener_free(test->server);
	event_base_free(test->base);
	free(test);
	return 0;
}

static void
hang_up(struct caller *caller)
{
	dial_close(caller->dial);
	caller->dial = NULL;
}

static void	on_dial(struct bufferevent *stream, enum dial_result result,
		    const char *error, void *argument);

static void
dial(struct caller *caller, const struct address *address)
{
	unsigned int before = caller->test->callbacks;

	caller->order = 0;
	caller->dial = dial_start(caller->test->dialer, caller->party,
	    address, on_dial, caller);
	assert_int_equal(caller->test->callbacks, before);
	assert_true(dial_is_waiting(caller->dial));
}

static void
on_dial(struct bufferevent *stream, enum dial_result result,
    const char *error, void *argument)
{
	struct caller *caller = argument;

	assert_int_equal(caller->order, 0);
	assert_int_equal(stream == NULL, error != NULL);
	assert_int_equal(stream != NULL, result == DIAL_CONNECTED);
	caller->order = ++caller->test->callbacks;
	caller->connected = stream != NULL;
	if (stream != NULL)
		caller->source = dial_source(stream);
	caller->result = result;
	if (stream == NULL)
		hang_up(caller);
	if (caller->closes != NULL)
		hang_up(caller->closes);
	if (caller->again) {
		caller->again = false;
		dial(caller, &caller->test->address);
	}
}

static void
run(struct test *test, unsigned int callbacks)
{
	listener_run(test->base, NULL, &test->callbacks, callbacks);
	timeless_run(test->base);
	assert_int_equal(test->callbacks, callbacks);
}

/* Our end of a connection has no port; what is no socket has no such end. */
static void
test_source(void **state)
{
	struct test *test = *state;
	struct bufferevent *pair[2];
	char *text;

	dial(&test->callers[0], &test->address);
	run(test, 1);
	text = address_text(&test->callers[0].source);
	assert_string_equal(text, "127.0.0.1");
	assert_int_equal(test->callers[0].source.port, 0);
	free(text);

	assert_int_equal(bufferevent_pair_new(test->base, 0, pair), 0);
	assert_int_equal(dial_source(pair[0]).family, 0);
	bufferevent_free(pair[0]);
	bufferevent_free(pair[1]);
}

/* To one address there is one connection at a time, in the order of calls. */
static void
test_line(void **state)
{
	struct test *test = *state;
	struct caller *callers = test->callers;

	assert_false(dialer_has_connected(test->dialer));
	dial(&callers[0], &test->address);
	dial(&callers[1], &test->address);
	dial(&callers[2], &test->address);
	run(test, 1);
	assert_int_equal(callers[0].order, 1);
	assert_true(callers[0].connected);
	assert_true(dialer_has_connected(test->dialer));
	assert_true(dial_is_waiting(callers[1].dial));
	hang_up(&callers[0]);
	run(test, 2);
	assert_int_equal(callers[1].order, 2);
	assert_true(dial_is_waiting(callers[2].dial));
	hang_up(&callers[1]);
	run(test, 3);
	hang_up(&callers[2]);
	listener_run(test->base, test->server, NULL, 0);
	assert_int_equal(listener_count(test->server), 3);
}

/* Leaving the line does not let the next but one pass. */
static void
test_leave_the_line(void **state)
{
	struct test *test = *state;
	struct caller *callers = test->callers;

	dial(&callers[0], &test->address);
	dial(&callers[1], &test->address);
	dial(&callers[2], &test->address);
	run(test, 1);
	hang_up(&callers[1]);
	timeless_run(test->base);
	assert_true(dial_is_waiting(callers[2].dial));
	hang_up(&callers[0]);
	run(test, 2);
	assert_true(callers[2].connected);
}

/* Before it is connected, and before it begins to connect. */
static void
test_close_early(void **state)
{
	struct test *test = *state;
	struct caller *callers = test->callers;

	dial(&callers[0], &test->address);
	hang_up(&callers[0]);
	timeless_run(test->base);
	assert_int_equal(listener_count(test->server), 0);
	dial(&callers[0], &test->address);
	event_base_loop(test->base, EVLOOP_ONCE);
	assert_false(dial_is_waiting(callers[0].dial));
	hang_up(&callers[0]);
	dial(&callers[1], &test->address);
	run(test, 1);
	assert_true(callers[1].connected);
	dial_close(NULL);
}

static void
test_refused(void **state)
{
	struct test *test = *state;

	listener_free(test->server);
	test->server = NULL;
	dial(&test->callers[0], &test->address);
	dial(&test->callers[1], &test->address);
	run(test, 2);
	assert_int_equal(test->callers[0].result, DIAL_FAILED);
	assert_int_equal(test->callers[1].result, DIAL_FAILED);
	assert_false(dialer_has_connected(test->dialer));
}

/*
 * Sockets of which the first listens and the others fill its backlog: whoever
 * connects then is not answered. Returns its address.
 */
static struct address
make_silent(int sockets[SILENT_SOCKETS])
{
	struct sockaddr_in name = { .sin_family = AF_INET };
	socklen_t size = sizeof(name);
	struct address address;
	size_t i;

	name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (i = 0; i < SILENT_SOCKETS; i++) {
		sockets[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		assert_int_not_equal(sockets[i], -1);
	}
	assert_int_equal(bind(sockets[0], (struct sockaddr *)&name, size), 0);
	assert_int_equal(listen(sockets[0], 0), 0);
	assert_int_equal(getsockname(sockets[0], (struct sockaddr *)&name,
	    &size), 0);
	for (i = 1; i < SILENT_SOCKETS; i++)
		connect(sockets[i], (struct sockaddr *)&name, size);
	assert_true(address_from_text(&address, "127.0.0.1",
	    ntohs(name.sin_port)));
	return address;
}

/*
 * A server that does not answer is given up, and all in line with it, whatever
 * their party; who comes later tries anew.
 */
static void
test_limit(void **state)
{
	struct test *test = *state;
	int sockets[SILENT_SOCKETS];
	const struct address silent = make_silent(sockets);
	size_t i;

	test->callers[1].party = 7;
	dial(&test->callers[0], &silent);
	dial(&test->callers[1], &silent);
	timeless_run(test->base);
	assert_int_equal(test->callbacks, 0);
	assert_false(dial_is_waiting(test->callers[0].dial));
	assert_true(timeless_waits(test->base));
	/* The machine may be slow, but not that slow. */
	within_range(timeless_left(test->base), 15, 30);

	timeless_expire(test->base);
	assert_int_equal(test->callbacks, 2);
	assert_int_equal(test->callers[0].result, DIAL_TIMED_OUT);
	assert_int_equal(test->callers[1].result, DIAL_TIMED_OUT);
	assert_int_equal(test->callers[0].order, 1);
	assert_int_equal(test->callers[1].order, 2);
	dial(&test->callers[2], &silent);
	timeless_run(test->base);
	assert_false(dial_is_waiting(test->callers[2].dial));
	within_range(timeless_left(test->base), 15, 30);
	for (i = 0; i < SILENT_SOCKETS; i++)
		close(sockets[i]);
}

/* The first one's callback closes another that was to be told as well. */
static void
test_close_while_told(void **state)
{
	struct test *test = *state;

	listener_free(test->server);
	test->server = NULL;
	test->callers[0].closes = &test->callers[1];
	dial(&test->callers[0], &test->address);
	dial(&test->callers[1], &test->address);
	dial(&test->callers[2], &test->address);
	run(test, 2);
	assert_int_equal(test->callers[1].order, 0);
	assert_int_equal(test->callers[2].result, DIAL_FAILED);
}

/* An immediate failure, too, is reported from the loop, to each caller. */
static void
test_fails_at_once(void **state)
{
	struct test *test = *state;
	struct caller *callers = test->callers;

	dial(&callers[0], &test->forbidden);
	dial(&callers[1], &test->address);
	dial(&callers[2], &test->forbidden);
	run(test, 3);
	assert_false(callers[0].connected);
	assert_true(callers[1].connected);
	assert_false(callers[2].connected);
}

/* A callback closes another dial whose failure is about to be reported. */
static void
test_close_from_callback(void **state)
{
	struct test *test = *state;
	struct caller *callers = test->callers;
	struct address other = test->forbidden;

	other.port++;
	callers[0].closes = &callers[1];
	dial(&callers[0], &test->forbidden);
	dial(&callers[1], &other);
	dial(&callers[2], &test->address);
	run(test, 2);
	assert_int_equal(callers[1].order, 0);
	assert_true(callers[2].connected);
}

static void
test_again_from_callback(void **state)
{
	struct test *test = *state;
	struct caller *caller = &test->callers[0];

	caller->again = true;
	dial(caller, &test->forbidden);
	run(test, 2);
	assert_true(caller->connected);
}

/* A long line costs little time. */
static void
test_crowd(void **state)
{
	struct test *test = *state;
	struct dial **crowd = memory_new(CROWD, sizeof(*crowd));
	size_t i;

	dial(&test->callers[0], &test->address);
	for (i = 0; i < CROWD; i++)
		crowd[i] = dial_start(test->dialer, 1, &test->address,
		    on_dial, &test->callers[1]);
	run(test, 1);
	for (i = 0; i < CROWD; i++) {
		dial_close(crowd[i]);
		if (i % 100 == 0)
			timeless_run(test->base);
	}
	free(crowd);
	assert_int_equal(test->callbacks, 1);
}

/* With room for one, another address has to wait as well. */
static void
test_max(void **state)
{
	struct test *test = *state;
	struct listener *other = listener_new(test->base);
	const struct address address = listener_address(other);

	dialer_set_max(test->dialer, 1);
	dial(&test->callers[0], &test->address);
	dial(&test->callers[1], &address);
	run(test, 1);
	assert_true(dial_is_waiting(test->callers[1].dial));
	hang_up(&test->callers[0]);
	run(test, 2);
	assert_true(test->callers[1].connected);
	hang_up(&test->callers[1]);
	listener_free(other);
}

static void
test_parties(void **state)
{
	struct test *test = *state;
	const uint64_t first = dialer_add_party(test->dialer);

	assert_int_not_equal(first, dialer_add_party(test->dialer));
}

static void
test_route(void **state)
{
	struct test *test = *state;

	assert_true(dial_has_route(&test->address));
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, set_up, tear_down)

/* No more connections are begun than there may be; the others wait. */
static void
test_set_max(void **state)
{
	struct test *test = *state;
	struct caller *callers = test->callers;

	dialer_set_max(test->dialer, 1);
	dial(&callers[0], &test->address);
	dial(&callers[1], &test->forbidden);
	run(test, 1);
	assert_true(callers[0].connected);
	assert_true(dial_is_waiting(callers[1].dial));
	hang_up(&callers[0]);
	run(test, 2);
	assert_int_equal(callers[1].order, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_source),
		TEST(test_line),
		TEST(test_set_max),
		TEST(test_leave_the_line),
		TEST(test_close_early),
		TEST(test_refused),
		TEST(test_limit),
		TEST(test_close_while_told),
		TEST(test_fails_at_once),
		TEST(test_close_from_callback),
		TEST(test_again_from_callback),
		TEST(test_crowd),
		TEST(test_max),
		TEST(test_parties),
		TEST(test_route),
	};

	return cmocka_run_group_tests_name("dial", tests, NULL, NULL);
}
