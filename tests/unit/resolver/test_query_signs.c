#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "resolver/query_signs.h"
#include "tests/unit/support/table.h"

#define NOW	4294967000	/* 32 bits of seconds are over soon */

/* A packet without a question: counts, then records of the root. */
#define HEADER(answers, authority) \
	"\0\0\x80\0\0\0\0" answers "\0" authority "\0\0"
/* Type, class, TTL, size. */
#define FIXED(type, size) "\0\0" type "\0\1\0\0\0\0\0" size
/* Covered type, algorithm, labels, TTL; end and beginning; the rest. */
#define TIMES(until, from) "\0\1\x0d\0\0\0\0\0" until from
#define RRSIG(until, from) FIXED("\x2e", "\x10") TIMES(until, from)
#define A FIXED("\1", "\4") "\xc0\0\2\1"
#define NSEC FIXED("\x2f", "\1") "\0"
#define NSEC3 FIXED("\x32", "\1") "\0"

#define BYTES(string) string, sizeof(string) - 1

static const struct row {
	const char	*name;
	const char	*packet;
	size_t		 size;
	size_t		 signatures, proofs, proof_signatures;
	time_t		 from, until;
} rows[] = {
	{ "nothing", BYTES(""), 0, 0, 0, 0, 0 },
	{ "no records", BYTES(HEADER("\0", "\0")), 0, 0, 0, 0, 0 },
	{ "stripped", BYTES(HEADER("\1", "\0") A), 0, 0, 0, 0, 0 },
	{ "signed", BYTES(HEADER("\2", "\0") A
	    RRSIG("\xff\xff\xff\x00", "\xff\xff\xf0\x00")), 1, 0, 0,
	    4294963200, 4294967040 },
	{ "until after the turn of the number", BYTES(HEADER("\1", "\0")
	    RRSIG("\0\0\0\1", "\xff\xff\xf0\x00")), 1, 0, 0, 4294963200,
	    4294967297 },
	{ "the one that began last counts", BYTES(HEADER("\2", "\0")
	    RRSIG("\xff\xff\xff\x00", "\xff\xff\xf0\x00")
	    RRSIG("\xff\xff\xfe\x00", "\xff\xff\xf1\x00")), 2, 0, 0,
	    4294963456, 4294966784 },
	{ "denied", BYTES(HEADER("\0", "\2") NSEC
	    RRSIG("\xff\xff\xff\x00", "\xff\xff\xf0\x00")), 0, 1, 1,
	    4294963200, 4294967040 },
	{ "denied by NSEC3, unsigned", BYTES(HEADER("\0", "\1") NSEC3),
	    0, 1, 0, 0, 0 },
	{ "NSEC as an answer is no proof", BYTES(HEADER("\1", "\0") NSEC),
	    0, 0, 0, 0, 0 },
	{ "a signature that is cut", BYTES(HEADER("\1", "\0")
	    FIXED("\x2e", "\x0f") "\0\1\x0d\0\0\0\0\0\0\0\0\0\0\0\0"),
	    0, 0, 0, 0, 0 },
	{ "a packet that is cut", BYTES(HEADER("\2", "\0") A
	    FIXED("\x2e", "\x10") "\0\1"), 0, 0, 0, 0, 0 },
};

static void
test_signs(void **state)
{
	const struct row *row = *state;
	const struct query_signs signs = query_signs_read(
	    (const uint8_t *)row->packet, row->size, NOW);

	assert_int_equal(signs.signatures, row->signatures);
	assert_int_equal(signs.proofs, row->proofs);
	assert_int_equal(signs.proof_signatures, row->proof_signatures);
	assert_int_equal(signs.from, row->from);
	assert_int_equal(signs.until, row->until);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_signs, rows),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
