#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "resolver/source.h"
#include "tests/unit/support/table.h"

/* What is no address of this machine, as texts. */
static const struct refusal {
	const char	*name;
} refusals[] = {
	{ "" },
	{ "localhost" },
	{ "127.0.0" },
	{ "127.0.0.1@53" },
	{ "0.0.0.0" },
	{ "255.255.255.255" },
	{ "192.0.2.77" },
	{ "224.0.0.1" },
	{ "::" },
	{ "2001:db8::77" },
	{ "ff02::1" },
};

static void
test_refused(void **state)
{
	const struct refusal *row = *state;
	struct sources *sources = sources_new();
	struct sockaddr_storage address;
	char *why = NULL;

	assert_false(sources_add(sources, row->name, &why));
	assert_non_null(strstr(why, "is not an address of this machine"));
	assert_non_null(strstr(why, row->name));
	free(why);
	assert_int_equal(sources_count(sources, AF_INET), 0);
	assert_int_equal(sources_at(sources, 0, &address), 0);
	sources_free(sources);
}

/* The address that a socket of the sources has. */
static const char *
bound_to(struct sources *sources, int type, char *text, socklen_t size)
{
	struct sockaddr_in address;
	socklen_t length = sizeof(address);
	int fd = sources_socket(sources, AF_INET, type);

	assert_int_not_equal(fd, -1);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length),
	    0);
	close(fd);
	return inet_ntop(AF_INET, &address.sin_addr, text, size);
}

static void
test_in_turn(void **state)
{
	static const char *const wanted[] = { "127.0.0.1", "127.0.0.2",
		"127.0.0.1" };
	struct sources *sources = sources_new();
	char *why, text[INET_ADDRSTRLEN];
	size_t i;

	(void)state;
	assert_true(sources_add(sources, "127.0.0.1", &why));
	assert_true(sources_add(sources, "127.0.0.2", &why));
	assert_int_equal(sources_count(sources, AF_INET), 2);
	assert_int_equal(sources_count(sources, AF_INET6), 0);
	for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		assert_string_equal(bound_to(sources, i % 2 == 0 ?
		    SOCK_DGRAM : SOCK_STREAM, text, sizeof(text)), wanted[i]);
	sources_free(sources);
}

/* The system chooses. */
static void
test_none(void **state)
{
	struct sources *sources = sources_new();
	char text[INET_ADDRSTRLEN];

	(void)state;
	assert_string_equal(bound_to(sources, SOCK_DGRAM, text, sizeof(text)),
	    "0.0.0.0");
	assert_string_equal(bound_to(NULL, SOCK_STREAM, text, sizeof(text)),
	    "0.0.0.0");
	sources_free(sources);
	sources_free(NULL);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_refused, refusals),
		TABLE_ALONE(test_in_turn),
		TABLE_ALONE(test_none),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
