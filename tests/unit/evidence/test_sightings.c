/*
 * What is remembered of TLSA records: each row is a few runs, and what is known
 * of a record after them.
 */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/evidence/sightings.h"
#include "tests/unit/support/table.h"

/* When the runs take place, in seconds from it. */
#define NOW	1000000
#define TTL	100
#define OWNER	"_25._tcp.mx.example.org"

/*
 * Runs: "TIME/TTL:RECORDS", in the order in which they are added. A record is a
 * letter, in lower case where a name server was silent; behind '!' where one
 * lacked it but had others, behind '?' where it had none.
 */
static const struct row {
	const char	*name;		/* the runs */
	char		 record;	/* '-': is not known */
	long		 first_seen;	/* -1: 0 */
	long		 missing_at;	/* the same */
	uint32_t	 ttl;
	bool		 first;
} rows[] = {
	{ "0/100:A", 'A', 0, -1, 100, false },
	{ "0/100:A 50/100:A", 'A', 0, -1, 100, false },
	/* What comes is new, and what goes is forgotten. */
	{ "0/100:A 50/100:AB", 'B', 50, 0, 100, false },
	{ "0/100:AB 50/100:A", '-', 0, 0, 0, false },
	{ "0/100:AB 50/100:A 60/100:AB", 'B', 60, 50, 100, false },
	{ "0/100:AB 50/100:A 60/100:AB", 'A', 0, -1, 100, false },
	/* Seen is what every name server has. */
	{ "0/100:a", 'A', -1, -1, 100, false },
	{ "0/100:a 50/100:A", 'A', 50, -1, 100, false },
	{ "0/100:A 50/100:a", 'A', 0, -1, 100, false },
	{ "0/100:A 50/100:!A", 'A', -1, 50, 100, false },
	{ "0/100:A 50/100:!A 60/100:A", 'A', 60, 50, 100, false },
	/* The TTL from before counts, until two of it have passed. */
	{ "0/100:A 50/10:AB", 'B', 50, 0, 100, false },
	{ "0/100:A 50/300:AB", 'B', 50, 0, 300, false },
	{ "0/100:A 201/10:AB", 'B', 201, 0, 10, false },
	{ "0/100:A 200/10:AB", 'B', 200, 0, 100, false },
	{ "0/100:A 50/10:A 201/10:AB", 'B', 201, 50, 10, false },
	/* The first records of an owner. */
	{ "0/0: 50/100:A", 'A', 50, 0, 100, true },
	{ "0/0: 50/100:AB", 'B', 50, 0, 100, true },
	{ "0/0: 50/100:A 60/100:AB", 'B', 60, 50, 100, false },
	{ "0/0: 50/100:A 60/100:AB", 'A', 50, 0, 100, true },
	{ "0/0: 50/100:?A", 'A', -1, 50, 100, true },
	{ "0/0: 50/100:?A 60/100:A", 'A', 60, 50, 100, true },
	{ "0/0: 50/100:!A 60/100:A", 'A', 60, 50, 100, false },
	{ "0/100:A 50/0: 60/100:B", 'B', 60, 50, 100, false },
	{ "0/100:A 50/0: 201/100:B", 'B', 201, 50, 100, true },
	/* A run that began before another that was added already. */
	{ "0/100:A 50/100:AB 40/100:AB", 'B', 50, 0, 100, false },
	{ "0/100:AB 50/100:AB 40/100:A", 'B', -1, 40, 100, false },
	{ "0/100:A 50/100:AB 40/100:A", 'B', 50, 40, 100, false },
	{ "50/100:A 40/100:AB", '-', 0, 0, 0, false },
	{ "50/100:a 40/100:A", 'A', 50, -1, 100, false },
	/* A clock that was a week ahead knows nothing. */
	{ "604800/100:A 0/100:A", 'A', 0, -1, 100, false },
	{ "604800/100: 0/100:A", 'A', 0, -1, 100, false },
};

/* Reads one run, and moves *TEXT behind it. */
static struct sightings *
read_run(const char **text)
{
	struct sightings *seen = sightings_new(OWNER);
	struct sighting *record;
	uint8_t letter;
	char *end;
	char sign = 0;

	seen->checked_at = NOW + strtol(*text, &end, 10);
	seen->ttl = (uint32_t)strtoul(end + 1, &end, 10);
	seen->ttl_seen = seen->checked_at;
	for (end++; *end != '\0' && *end != ' '; end++) {
		if (!isalpha((unsigned char)*end)) {
			sign = *end;
			continue;
		}
		letter = (uint8_t)toupper((unsigned char)*end);
		record = sightings_add(seen, &letter, 1);
		record->first_seen = sign == 0 && letter == *end ?
		    seen->checked_at : 0;
		record->missing_at = sign != 0 ? seen->checked_at : 0;
		record->ttl = seen->ttl;
		record->first = sign != '!';
		sign = 0;
	}
	*text = end + strspn(end, " ");
	return seen;
}

static time_t
time_of(long seconds)
{
	return seconds < 0 ? 0 : NOW + seconds;
}

static void
test_runs(void **state)
{
	const struct row *row = *state;
	struct sightings *known = sightings_new(OWNER), *seen, *copy;
	const uint8_t wanted = row->record == '-' ? 'B' : (uint8_t)row->record;
	const struct sighting *record;
	const char *next = row->name;

	while (*next != '\0') {
		seen = read_run(&next);
		sightings_merge(known, seen);
		sightings_free(seen);
	}
	copy = sightings_copy(known);
	sightings_free(known);
	record = sightings_find(copy, &wanted, 1);
	if (row->record == '-') {
		assert_null(record);
	} else {
		assert_non_null(record);
		assert_int_equal(record->first_seen, time_of(row->first_seen));
		assert_int_equal(record->missing_at, time_of(row->missing_at));
		assert_int_equal(record->ttl, row->ttl);
		assert_int_equal(record->first, row->first);
	}
	sightings_free(copy);
}

/* So many records, and so many octets of them, are remembered. */
static void
test_limits(void **state)
{
	struct sightings *sightings = sightings_new(OWNER);
	static const uint8_t large[SIGHTINGS_OCTETS_MAX + 1];
	uint8_t i;

	(void)state;
	assert_null(sightings_add(sightings, large, sizeof(large)));
	assert_non_null(sightings_add(sightings, large, sizeof(large) - 1));
	assert_null(sightings_add(sightings, (const uint8_t *)"a", 1));
	sightings_free(sightings);

	sightings = sightings_new(OWNER);
	for (i = 0; i < SIGHTINGS_RECORDS_MAX; i++)
		assert_non_null(sightings_add(sightings, &i, 1));
	assert_null(sightings_add(sightings, &i, 1));
	i = 0;
	assert_non_null(sightings_add(sightings, &i, 1));
	assert_int_equal(sightings->count, SIGHTINGS_RECORDS_MAX);
	sightings_free(sightings);
	assert_null(sightings_copy(NULL));
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_runs, rows),
		TABLE_ALONE(test_limits),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
