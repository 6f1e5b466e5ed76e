#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <ldns/ldns.h>

#include "resolver/file.h"
#include "resolver/memory.h"
#include "resolver/zone_reader.h"
#include "tests/unit/support/table.h"

#define OR_DASH(text) ((text) != NULL ? (text) : "-")

/*
 * A record as "LINE OWNER TTL CLASS TYPE: RDATA", with '-' for unknown parts
 * and '?' after a relative owner; other entries as "LINE words: WORDS". Owned.
 */
static char *
entry_text(const struct zone_entry *entry)
{
	char *rdata, *text;

	if (entry->type == NULL) {
		rdata = memory_join_all(entry->words, entry->count, " ");
		text = memory_format("%zu words: %s", entry->line, rdata);
	} else {
		rdata = memory_join_all(entry->rdata, entry->rdata_count, " ");
		text = memory_format("%zu %s%s %s %s %s: %s", entry->line,
		    OR_DASH(entry->owner), entry->relative ? "?" : "",
		    OR_DASH(entry->ttl), OR_DASH(entry->class), entry->type,
		    rdata);
	}
	free(rdata);
	return text;
}

/* All entries, a line for each, or why they cannot be read. Owned. */
static char *
read_all(const char *text, size_t size, const char *origin,
    const char *comments)
{
	char *all = NULL, *line, *why = NULL;
	enum zone_reader_result result;
	struct zone_reader reader;
	struct file file;

	file_init(&file, "zone\n", text, size);
	zone_reader_init(&reader, &file, origin, comments);
	while ((result = zone_reader_next(&reader, &why)) ==
	    ZONE_READER_ENTRY) {
		line = entry_text(&reader.entry);
		all = memory_join(all, "\n", line);
		free(line);
	}
	assert_int_equal(result == ZONE_READER_BAD, why != NULL);
	if (why != NULL)
		all = memory_join(all, "\n", why);
	free(why);
	zone_reader_clear(&reader);
	file_clear(&file);
	return all != NULL ? all : memory_string("");
}

static const struct row {
	const char	*name;
	const char	*text;
	const char	*entries;
} rows[] = {
	{ "empty", "", "" },
	{ "comments alone", "; a\n\n  ;b\n", "" },
	{ "full record", "mx.example. 3600 IN A 192.0.2.1\n",
	    "1 mx.example 3600 IN A: 192.0.2.1" },
	{ "class before TTL", "mx.example. IN 1h A 192.0.2.1\n",
	    "1 mx.example 1h IN A: 192.0.2.1" },
	{ "neither", "mx.example. a 192.0.2.1\n",
	    "1 mx.example - - a: 192.0.2.1" },
	{ "no line end", "mx.example. A 192.0.2.1",
	    "1 mx.example - - A: 192.0.2.1" },
	{ "owner in capitals and escaped", "M\\X.Ex\\065mple. A 192.0.2.1\n",
	    "1 mx.example - - A: 192.0.2.1" },
	{ "root", ". NS a.\n", "1 . - - NS: a." },
	{ "unknown type", "x. CLASS1 TYPE65280 \\# 1 00\n",
	    "1 x - CLASS1 TYPE65280: \\# 1 00" },
	{ "relative owner", "mx A 192.0.2.1\n", "1 mx? - - A: 192.0.2.1" },
	{ "repeated owner", "a. A 192.0.2.1\n\tAAAA ::1\nb A ::\n MX 1 a\n",
	    "1 a - - A: 192.0.2.1\n2 a - - AAAA: ::1\n"
	    "3 b? - - A: ::\n4 b? - - MX: 1 a" },
	{ "no owner to repeat", "  A 192.0.2.1\n", "1 - - - A: 192.0.2.1" },
	{ "TTL for an owner", "3600 IN A 192.0.2.1\n",
	    "1 - 3600 IN A: 192.0.2.1" },
	{ "class for an owner", "CH 60 A ::\n", "1 - 60 CH A: ::" },
	{ "owner of digits", "25 3600 IN A ::\n", "1 25? 3600 IN A: ::" },
	{ "indented owner", "  mx. IN A 192.0.2.1\n",
	    "1 mx - IN A: 192.0.2.1" },
	{ "$ORIGIN",
	    "$ORIGIN Example.\nmx A ::\n@ A ::\n$ORIGIN sub\nmx A ::\n",
	    "2 mx.example - - A: ::\n3 example - - A: ::\n"
	    "5 mx.sub.example - - A: ::" },
	{ "$ORIGIN of the root", "$ORIGIN .\nmx A ::\n", "2 mx - - A: ::" },
	{ "@ without an origin", "@ A ::\n", "1 - - - A: ::" },
	{ "$TTL", "a. A ::\n$TTL 1d\na. A ::\na. 60 A ::\na. A ::\n",
	    "1 a - - A: ::\n3 a 1d - A: ::\n4 a 60 - A: ::\n5 a 1d - A: ::" },
	{ "parentheses",
	    "a. SOA ns. mail. ( 1 ; serial (\n\n 2\n 3 ) 4\n"
	    "b. A ::\n",
	    "1 a - - SOA: ns. mail. 1 2 3 4\n5 b - - A: ::" },
	{ "parenthesis first", "(\na. A :: )\n", "1 a - - A: ::" },
	{ "quotes", "a. TXT \"b; ( \\\" c\" \"\"\n",
	    "1 a - - TXT: \"b; ( \\\" c\" \"\"" },
	{ "CR LF", "a. A ::\r\nb. A ::\r\n", "1 a - - A: ::\n2 b - - A: ::" },
	{ "words", "3 1 1 ab # cd ; ef\n", "1 words: 3 1 1 ab # cd" },
	{ "directive that is not known", "a. A ::\n$INCLUDE b\n",
	    "1 a - - A: ::\nzone\\x0a, line 2: '$INCLUDE' is not understood" },
	{ "$ORIGIN alone", "$ORIGIN\n",
	    "zone\\x0a, line 1: '$ORIGIN' is not understood" },
	{ "open parenthesis", "\na. A (\n::\n",
	    "zone\\x0a, line 2: the '(' is not closed" },
	{ "closing parenthesis", "a. A :: )\n",
	    "zone\\x0a, line 1: a ')' without a '('" },
	{ "open quotes", "a. TXT \"b\n",
	    "zone\\x0a, line 1: the quotes are not closed" },
};

static void
test_entries(void **state)
{
	const struct row *row = *state;
	char *entries = read_all(row->text, strlen(row->text), NULL, ";");

	assert_string_equal(entries, row->entries);
	free(entries);
}

/* What the caller of zone_reader_init chooses. */
static const struct given_row {
	const char	*name;
	const char	*text;
	const char	*origin;
	const char	*comments;
	const char	*entries;
} given_rows[] = {
	{ "origin", "mx A ::\n@ A ::\n", "example", ";",
	    "1 mx.example - - A: ::\n2 example - - A: ::" },
	{ "origin for the first owner", " A ::\n", ".", ";",
	    "1 . - - A: ::" },
	{ "another origin", "$ORIGIN sub\nmx A ::\n", "example", ";",
	    "2 mx.sub.example - - A: ::" },
	{ "sign of comments", "3 1 1 ab # cd\n# ef\n", NULL, ";#",
	    "1 words: 3 1 1 ab" },
	{ "sign within a word", "3 1 1 ab#cd\n", NULL, ";#",
	    "1 words: 3 1 1 ab#cd" },
};

static void
test_given(void **state)
{
	const struct given_row *row = *state;
	char *entries = read_all(row->text, strlen(row->text), row->origin,
	    row->comments);

	assert_string_equal(entries, row->entries);
	free(entries);
}

static void
test_nul(void **state)
{
	char *entries = read_all("a. A ::\n\0", 9, NULL, ";");

	(void)state;
	assert_string_equal(entries, "1 a - - A: ::\n"
	    "zone\\x0a, line 2: a NUL octet: this is not text");
	free(entries);
}

/* An entry has its lines with the comments in them, and no other comments. */
static void
test_lines(void **state)
{
	static const char first[] = ". IN DS ( 1 8 ; one\n2 ab ) ; two";
	static const char second[] = ". IN DS 3 8 2 cd ; three";
	char *text = memory_format("; before\n%s\n%s", first, second), *why;
	struct zone_reader reader;
	struct file file;

	(void)state;
	file_init(&file, "zone", text, strlen(text));
	zone_reader_init(&reader, &file, ".", ";");
	assert_int_equal(zone_reader_next(&reader, &why), ZONE_READER_ENTRY);
	assert_int_equal(reader.entry.line, 2);
	assert_int_equal(reader.entry.last_line, 3);
	assert_int_equal(reader.entry.size, strlen(first));
	assert_memory_equal(reader.entry.text, first, strlen(first));
	assert_int_equal(zone_reader_next(&reader, &why), ZONE_READER_ENTRY);
	assert_int_equal(reader.entry.line, 4);
	assert_int_equal(reader.entry.last_line, 4);
	assert_int_equal(reader.entry.size, strlen(second));
	assert_memory_equal(reader.entry.text, second, strlen(second));
	assert_int_equal(zone_reader_next(&reader, &why), ZONE_READER_END);
	assert_int_equal(zone_reader_next(&reader, &why), ZONE_READER_END);
	zone_reader_clear(&reader);
	file_clear(&file);
	free(text);
}

static const struct fault_row {
	const char	*name;
	const char	*shown;
	const char	*text;
} fault_rows[] = {
	{ "nothing shown", NULL, "zone, line 7: is wrong" },
	{ "a word", "word", "zone, line 7: 'word' is wrong" },
	{ "empty", "", "zone, line 7: '' is wrong" },
	{ "control character", "\033[m", "zone, line 7: '\\x1b[m' is wrong" },
	{ "40 octets", "1234567890123456789012345678901234567890",
	    "zone, line 7: '1234567890123456789012345678901234567890' is "
	    "wrong" },
	{ "41 octets", "12345678901234567890123456789012345678901",
	    "zone, line 7: '1234567890123456789012345678901234567890...' is "
	    "wrong" },
};

static void
test_fault(void **state)
{
	const struct fault_row *row = *state;
	struct zone_reader reader;
	struct file file;
	char *text;

	file_init(&file, "zone", "", 0);
	zone_reader_init(&reader, &file, NULL, ";");
	text = zone_reader_fault(&reader, 7, row->shown, "is wrong");
	assert_string_equal(text, row->text);
	free(text);
	zone_reader_clear(&reader);
	file_clear(&file);
}

static const struct record_row {
	const char	*name;
	const char	*text;
	const char	*record;	/* NULL: none, because of */
	const char	*why;		/* NULL: whatever ldns says */
} record_rows[] = {
	{ "A", "mx 60 A 192.0.2.1\n", "mx.\t60\tIN\tA\t192.0.2.1\n", NULL },
	{ "default TTL", "mx. A 192.0.2.1\n", "mx.\t3600\tIN\tA\t192.0.2.1\n",
	    NULL },
	{ "$TTL", "$TTL 1h30m\n@ IN NS a.\n", ".\t5400\tIN\tNS\ta.\n", NULL },
	{ "class", "mx CH TXT \"a b\"\n", "mx.\t3600\tCH\tTXT\t\"a b\"\n",
	    NULL },
	{ "parentheses", ". DS ( 1 8\n 2 e06d44b80b8f1d39a95c0b0d7c65d084\n"
	    "58e880409bbc683457104237c7f8ec8d )\n", ".\t3600\tIN\tDS\t1 8 2 "
	    "e06d44b80b8f1d39a95c0b0d7c65d08458e880409bbc683457104237c7f8ec8d"
	    "\n", NULL },
	{ "RFC 3597", "mx TYPE1 \\# 4 c0000201\n",
	    "mx.\t3600\tIN\tA\t192.0.2.1\n", NULL },
	{ "escaped owner", "a\\.b\\ c A ::1\n", NULL, NULL },
	{ "bad address", "mx A 192.0.2.256\n", NULL, NULL },
	{ "words", "3 1 1 ab\n", NULL, "is not a resource record" },
};

static void
test_record(void **state)
{
	const struct record_row *row = *state;
	struct zone_reader reader;
	struct file file;
	const char *fault = NULL;
	ldns_rr *record;
	char *text, *why;

	file_init(&file, "zone", row->text, strlen(row->text));
	zone_reader_init(&reader, &file, ".", ";");
	assert_int_equal(zone_reader_next(&reader, &why), ZONE_READER_ENTRY);
	record = zone_reader_record(&reader, &fault);
	if (row->record != NULL) {
		assert_non_null(record);
		text = ldns_rr2str(record);
		assert_string_equal(text, row->record);
		free(text);
	} else {
		assert_null(record);
		assert_non_null(fault);
		if (row->why != NULL)
			assert_string_equal(fault, row->why);
	}
	ldns_rr_free(record);
	zone_reader_clear(&reader);
	file_clear(&file);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_entries, rows),
		TABLE(test_given, given_rows),
		TABLE_ALONE(test_nul),
		TABLE_ALONE(test_lines),
		TABLE(test_fault, fault_rows),
		TABLE(test_record, record_rows),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
