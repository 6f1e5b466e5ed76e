#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "checker/evidence/expiry.h"
#include "checker/run/take.h"
#include "checker/run/terminal.h"
#include "tests/unit/support/table.h"

/* What any of the functions may fill in. */
union member {
	uint16_t		 port;
	uint32_t		 ttl;
	time_t			 time;
	double			 real;
	const char		*text;
	enum terminal_colour	 colour;
	struct expiry_limit	 limit;
};

struct real {
	const char	*name;		/* and value */
	option_take	*take;
	double		 expected;
};

static const struct real reals[] = {
	{ "0", take_days, 0 },
	{ "7", take_days, 7 },
	{ "0.5", take_days, 0.5 },
	{ "36500", take_days, 36500 },
	{ "0.1", take_seconds, 0.1 },
	{ "86400", take_seconds, 86400 },
	{ "90", take_duration, 90 },
	{ "90s", take_duration, 90 },
	{ "1.5m", take_duration, 90 },
	{ "10m", take_duration, 600 },
	{ "2h", take_duration, 7200 },
	{ "24h", take_duration, 86400 },
	{ "86400s", take_duration, 86400 },
};

static void
test_reals(void **state)
{
	const struct real *row = *state;
	union member member = { 0 };
	const char *why = NULL;

	assert_true(row->take(&member, row->name, &why));
	assert_true(member.real > row->expected - 1e-9 &&
	    member.real < row->expected + 1e-9);
}

struct ttl {
	const char	*name;		/* and value */
	uint32_t	 expected;
};

static const struct ttl ttls[] = {
	{ "1", 1 },
	{ "3600", 3600 },
	{ "2147483647", 2147483647 },
	{ "90s", 90 },
	{ "10m", 600 },
	{ "1h", 3600 },
	{ "1H", 3600 },
	{ "2d", 172800 },
	{ "1w", 604800 },
	{ "1h30m", 5400 },
	{ "1W2D3H4M5S", 788645 },
};

static void
test_ttls(void **state)
{
	const struct ttl *row = *state;
	union member member = { 0 };
	const char *why = NULL;

	assert_true(take_ttl(&member, row->name, &why));
	assert_int_equal(member.ttl, row->expected);
}

struct instant {
	const char	*name;		/* and value */
	time_t		 expected;
};

static const struct instant instants[] = {
	{ "2026-01-01", 1767225600 },
	{ "2024-02-29", 1709164800 },
	{ "2026-01-01T00:00:00Z", 1767225600 },
	{ "2026-01-01 01:00:00.5+01:00", 1767225600 },
	{ "2026-01-01T00:00Z", 1767225600 },
	{ "@1767225600", 1767225600 },
	{ "1767225600", 1767225600 },
	{ "@1", 1 },
};

static void
test_instants(void **state)
{
	const struct instant *row = *state;
	union member member = { 0 };
	const char *why = NULL;

	assert_true(take_time(&member, row->name, &why));
	assert_int_equal(member.time, row->expected);
}

struct bad_value {
	const char	*name;
	option_take	*take;
	const char	*value;
};

static const struct bad_value bad_values[] = {
	{ "port 0", take_port, "0" },
	{ "port above 16 bits", take_port, "65536" },
	{ "port with a sign", take_port, "+25" },
	{ "port with a space", take_port, " 25" },
	{ "port in hexadecimal", take_port, "0x19" },
	{ "port that would wrap around", take_port, "18446744073709551641" },
	{ "TTL 0", take_ttl, "0" },
	{ "TTL above 31 bits", take_ttl, "2147483648" },
	{ "TTL with a unit of years", take_ttl, "1y" },
	{ "TTL of nothing", take_ttl, "0h" },
	{ "TTL that is a unit alone", take_ttl, "h" },
	{ "TTL with a number without a unit", take_ttl, "1h30" },
	{ "TTL with a fraction", take_ttl, "1.5h" },
	{ "TTL above 31 bits in units", take_ttl, "9999w" },
	{ "TTL that would wrap around", take_ttl, "99999999999w" },
	{ "TTL above 31 bits in all", take_ttl, "3550w3550w" },
	{ "month 13", take_time, "2026-13-01" },
	{ "February 30", take_time, "2026-02-30" },
	{ "month of one digit", take_time, "2026-1-1" },
	{ "date with a zone", take_time, "2026-01-01Z" },
	{ "time without a zone", take_time, "2026-01-01T00:00:00" },
	{ "time without a zone", take_time, "2026-01-01T00:00" },
	{ "hour 24", take_time, "2026-01-01T24:00:00Z" },
	{ "sign alone", take_time, "@" },
	{ "seconds before 1970", take_time, "@-1" },
	{ "seconds of 13 digits", take_time, "@1234567890123" },
	{ "word for a time", take_time, "now" },
	{ "days with a sign", take_days, "-1" },
	{ "days with an exponent", take_days, "1e3" },
	{ "days without digits", take_days, "." },
	{ "days with two points", take_days, "1.2.3" },
	{ "days above a hundred years", take_days, "36501" },
	{ "days, infinite", take_days, "inf" },
	{ "seconds 0", take_seconds, "0" },
	{ "seconds above a day", take_seconds, "86401" },
	{ "seconds as a word", take_seconds, "soon" },
	{ "limit without a unit", take_limit, "5" },
	{ "limit without digits", take_limit, "%" },
	{ "limit, empty", take_limit, "" },
	{ "limit above all of its life", take_limit, "100.5%" },
	{ "limit with a sign", take_limit, "-5%" },
	{ "limit with two units", take_limit, "5d%" },
	{ "limit in weeks", take_limit, "2w" },
	{ "limit above a hundred years", take_limit, "36501d" },
	{ "limit above a hundred years of hours", take_limit, "876001h" },
	{ "limit as a range", take_limit, "5:" },
	{ "duration 0", take_duration, "0m" },
	{ "duration without digits", take_duration, "m" },
	{ "duration in days", take_duration, "1d" },
	{ "duration with two units", take_duration, "1h30m" },
	{ "duration above a day", take_duration, "25h" },
	{ "duration of many digits", take_duration, "0000000000000001h" },
	{ "host name with a space", take_host_name, "a b" },
	{ "host name with an empty label", take_host_name, "a..b" },
	{ "colour in capitals", take_colour, "NEVER" },
	{ "colour cut short", take_colour, "alw" },
};

static void
test_bad_values(void **state)
{
	const struct bad_value *row = *state;
	union member member = { 0 };
	const char *why = NULL;

	assert_false(row->take(&member, row->value, &why));
	assert_non_null(why);
	assert_memory_equal(why, "is not ", 7);
}

struct limit {
	const char		*name;		/* and value */
	enum expiry_unit	 unit;
	double			 expected;
};

static const struct limit limits[] = {
	{ "10%", EXPIRY_PERCENT, 10 },
	{ "0.5%", EXPIRY_PERCENT, 0.5 },
	{ "0%", EXPIRY_PERCENT, 0 },
	{ "100%", EXPIRY_PERCENT, 100 },
	{ "3d", EXPIRY_SECONDS, 3 * 86400 },
	{ "1.5d", EXPIRY_SECONDS, 129600 },
	{ "36h", EXPIRY_SECONDS, 129600 },
	{ "0.5h", EXPIRY_SECONDS, 1800 },
	{ "36500d", EXPIRY_SECONDS, 36500.0 * 86400 },
	{ "876000h", EXPIRY_SECONDS, 876000.0 * 3600 },
};

static void
test_limits(void **state)
{
	const struct limit *row = *state;
	struct expiry_limit limit = { EXPIRY_NOT_GIVEN, 0 };
	const char *why = NULL;

	assert_true(take_limit(&limit, row->name, &why));
	assert_int_equal(limit.unit, row->unit);
	assert_true(limit.value > row->expected - 1e-6 &&
	    limit.value < row->expected + 1e-6);
}

static void
test_whole_numbers(void **state)
{
	union member member = { 0 };
	const char *why = NULL;

	(void)state;
	assert_true(take_port(&member, "65535", &why));
	assert_int_equal(member.port, 65535);
	assert_true(take_ttl(&member, "2147483647", &why));
	assert_int_equal(member.ttl, 2147483647);
}

static void
test_choices(void **state)
{
	union member member = { 0 };
	const char *why = NULL;

	(void)state;
	assert_true(take_colour(&member, "never", &why));
	assert_int_equal(member.colour, TERMINAL_COLOUR_NEVER);
	assert_true(take_colour(&member, "auto", &why));
	assert_int_equal(member.colour, TERMINAL_COLOUR_AUTO);
	assert_true(take_colour(&member, "always", &why));
	assert_int_equal(member.colour, TERMINAL_COLOUR_ALWAYS);
}

static void
test_words(void **state)
{
	struct words words = { NULL, 0 };
	union member member = { 0 };
	const char *why = NULL;

	(void)state;
	assert_true(take_word(&words, "one", &why));
	assert_true(take_word(&words, "two", &why));
	assert_int_equal(words.count, 2);
	assert_string_equal(words.items[0], "one");
	assert_string_equal(words.items[1], "two");
	free(words.items);
	assert_true(take_host_name(&member, "mx.example.org", &why));
	assert_string_equal(member.text, "mx.example.org");
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_reals, reals),
		TABLE(test_ttls, ttls),
		TABLE(test_instants, instants),
		TABLE(test_limits, limits),
		TABLE(test_bad_values, bad_values),
		TABLE_ALONE(test_whole_numbers),
		TABLE_ALONE(test_choices),
		TABLE_ALONE(test_words),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
