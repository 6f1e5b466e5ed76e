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
#include "resolver/zone_files.h"
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
	{ "@ without an origin", "@ A ::\n", "1 -? - - A: ::" },
	{ "$ORIGIN below one that is not known",
	    "$ORIGIN sub\nmx A ::\n@ A ::\n$ORIGIN a.\nmx A ::\n",
	    "2 mx.sub? - - A: ::\n3 sub? - - A: ::\n5 mx.a - - A: ::" },
	{ "dot that is escaped", "mx\\. A ::\nmx\\\\. A ::\n",
	    "1 mx\\046? - - A: ::\n2 mx\\092 - - A: ::" },
	{ "byte order mark", "\xef\xbb\xbfmx. A ::\n", "1 mx - - A: ::" },
	{ "TTL of the record before", "a. 60 A ::\na. A ::\n$TTL 5\na. A ::\n",
	    "1 a 60 - A: ::\n2 a 60 - A: ::\n4 a 5 - A: ::" },
	{ "TTL of the SOA record", "a. SOA a. a. 1 2 3 4 300\na. A ::\n",
	    "1 a 300 - SOA: a. a. 1 2 3 4 300\n2 a 300 - A: ::" },
	{ "type that nobody knows, but in a zone", "a. IN ALIAS b.\n",
	    "1 words: a. IN ALIAS b." },
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
	{ "$GENERATE, but in a zone", "$GENERATE 1-2 a$ A ::\n",
	    "zone\\x0a, line 1: '$GENERATE' is not understood" },
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

/* The same of a zone, in one file. Owned. */
static char *
read_zone(const char *text, const char *origin)
{
	char *all = NULL, *line, *why = NULL;
	struct zone_reader reader;
	struct file file;
	const struct zone_files files = { .items = &file, .count = 1 };

	file_init(&file, "zone", text, strlen(text));
	zone_reader_init_zone(&reader, &files, origin);
	while (zone_reader_next(&reader, &why) == ZONE_READER_ENTRY) {
		line = entry_text(&reader.entry);
		if (reader.entry.action != ZONE_RECORD)
			line = memory_join(line, " action ",
			    reader.entry.action == ZONE_ADD ? "add" :
			    reader.entry.action == ZONE_DELETE ? "delete" :
			    "other");
		all = memory_join(all, "\n", line);
		free(line);
	}
	if (why != NULL)
		all = memory_join(all, "\n", why);
	free(why);
	zone_reader_clear(&reader);
	file_clear(&file);
	return all != NULL ? all : memory_string("");
}

static const struct zone_row {
	const char	*name;
	const char	*text;
	const char	*entries;
} zone_rows[] = {
	{ "type that nobody knows", "@ ALIAS b.\nl LUA A \"x\"\n 60 W x\n",
	    "1 example - - ALIAS: b.\n2 l.example - - LUA: A \"x\"\n"
	    "3 l.example 60 - W: x" },
	{ "type without data", "x ALIAS\n", "1 words: x ALIAS" },
	{ "fields", "3 1 1 ab\n3 1 l ab\n 3 1 1 ab\n",
	    "1 words: 3 1 1 ab\n2 words: 3 1 l ab\n3 words: 3 1 1 ab" },
	/* As named-compilezone has it. */
	{ "owners of digits", "a A ::\n1h A ::\n3600 IN A ::\nIN A ::\n",
	    "1 a.example - - A: ::\n2 1h.example - - A: ::\n"
	    "3 3600.example - IN A: ::\n4 in.example - - A: ::" },
	{ "$DATE", "$DATE 20260101000000\na A ::\n",
	    "2 a.example - - A: ::" },
	{ "$GENERATE",
	    "$GENERATE 1-3/2 g${10,3,x} 60 IN TXT \"$ a \\$ ${1,2,d} $$\"\n"
	    "$GENERATE 0-1 p-${0,3,n}.x CNAME host$.foo.\n"
	    "$GENERATE 7-8 w${-5}w$$ CNAME w${0,3,X}\n"
	    "b A ::\n",
	    "1 g00b.example 60 IN TXT: 1 a \\$ 02 $\n"
	    "1 g00d.example 60 IN TXT: 3 a \\$ 04 $\n"
	    "2 p-0.0.x.example 60 - CNAME: host0.foo.\n"
	    "2 p-1.0.x.example 60 - CNAME: host1.foo.\n"
	    "3 w2w\\036.example 60 - CNAME: w007\n"
	    "3 w3w\\036.example 60 - CNAME: w008\n"
	    "4 b.example 60 - A: ::" },
	{ "$GENERATE of words", "$GENERATE 4-4 _25._tcp.mx$ TLSA 3 1 1 ab\n",
	    "1 _25._tcp.mx4.example - - TLSA: 3 1 1 ab" },
	{ "$GENERATE without a range", "$GENERATE a b$ A ::\n",
	    "zone, line 1: '$GENERATE' needs a range such as 1-4 or 1-7/2" },
	{ "$GENERATE backwards", "$GENERATE 4-1 b$ A ::\n",
	    "zone, line 1: '$GENERATE' needs a range such as 1-4 or 1-7/2" },
	{ "$GENERATE by nothing", "$GENERATE 1-4/0 b$ A ::\n",
	    "zone, line 1: '$GENERATE' needs a range such as 1-4 or 1-7/2" },
	{ "$GENERATE without data", "$GENERATE 1-4 b$ A\n",
	    "zone, line 1: '$GENERATE' needs a range, a name, a type and "
	    "data" },
	{ "$GENERATE of an Internet", "$GENERATE 0-16777215 b$ A ::\n",
	    "zone, line 1: '$GENERATE' makes too many records" },
	{ "$GENERATE in a wrong base", "$GENERATE 1-2 b${0,1,q} A ::\n",
	    "zone, line 1: '$GENERATE' has a '${' that is not as in "
	    "\"${offset,width,base}\", with a base of d, o, x, X, n or N" },
	{ "commands for nsupdate",
	    "server 192.0.2.1\nzone example\nttl 60\n"
	    "update delete _25._tcp.mx TLSA\nupdate add a 60 IN A ::\n"
	    "del b. 0 NONE A ::\nsend\n",
	    "1 words: server 192.0.2.1 action other\n"
	    "2 words: zone example action other\n"
	    "3 words: ttl 60 action other\n"
	    "4 _25._tcp.mx - - TLSA:  action delete\n"
	    "5 a 60 IN A: :: action add\n"
	    "6 b - - A: :: action delete\n"
	    "7 words: send action other" },
	{ "owner that is a command", "update A ::\nadd 60 A ::\n",
	    "1 update.example - - A: ::\n2 add.example 60 - A: ::" },
	{ "$INCLUDE of what was not read", "$INCLUDE b\n",
	    "zone, line 1: '$INCLUDE' cannot be followed here" },
};

static void
test_zone(void **state)
{
	const struct zone_row *row = *state;
	char *entries = read_zone(row->text, "example");

	assert_string_equal(entries, row->entries);
	free(entries);
}

static const struct seconds_row {
	const char	*name;
	uint32_t	 seconds;	/* 0 but for "0": refused */
} seconds_rows[] = {
	{ "0", 0 }, { "300", 300 }, { "1h", 3600 }, { "1h30m", 5400 },
	{ "1W2D3H4M5S", 788645 }, { "2147483647", 2147483647 },
	{ "2147483648", 0 }, { "99999999999999999999w", 0 }, { "", 0 },
	{ "h", 0 }, { "1y", 0 }, { "1h-", 0 },
};

static void
test_seconds(void **state)
{
	const struct seconds_row *row = *state;
	uint32_t seconds = 0;

	assert_int_equal(zone_reader_seconds(row->name, &seconds),
	    row->seconds != 0 || strcmp(row->name, "0") == 0);
	assert_int_equal(seconds, row->seconds);
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
		TABLE(test_zone, zone_rows),
		TABLE(test_seconds, seconds_rows),
		TABLE_ALONE(test_nul),
		TABLE_ALONE(test_lines),
		TABLE(test_fault, fault_rows),
		TABLE(test_record, record_rows),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
