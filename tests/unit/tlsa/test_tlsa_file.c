#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/tlsa/tlsa_file.h"
#include "resolver/file.h"
#include "resolver/memory.h"
#include "resolver/zone_lexer.h"
#include "tests/unit/support/table.h"

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

/*
 * Reads a file with TEXT. *WHY is owned by the caller, without the file's name.
 */
static bool
read_octets(struct tlsa_file *records, const void *text, size_t size,
    char **why)
{
	static const char path[] = "folder/file";
	char *whole = NULL;
	struct file file;
	bool read;

	file_init(&file, path, text, size);
	read = tlsa_file_init(records, &file, &whole);
	file_clear(&file);
	*why = NULL;
	if (!read) {
		assert_non_null(whole);
		/* Whatever is wrong, the file is named. */
		assert_memory_equal(whole, path, strlen(path));
		*why = memory_string(whole + strlen(path));
	}
	free(whole);
	return read;
}

static bool
read_text(struct tlsa_file *records, const char *text, char **why)
{
	return read_octets(records, text, strlen(text), why);
}

/* "OWNER 3 1 1 abcd", a line for each. Owned by the caller. */
static char *
all_text(const struct tlsa_file *records)
{
	char *text = memory_string(""), *longer, *fields;
	size_t i;

	for (i = 0; i < records->count; i++) {
		fields = tlsa_text(&records->entries[i].fields, true);
		longer = memory_format("%s%s %s\n", text,
		    records->entries[i].owner != NULL ?
		    records->entries[i].owner : "-", fields);
		free(fields);
		free(text);
		text = longer;
	}
	return text;
}

static const struct accepted_row {
	const char	*name;
	const char	*text;
	const char	*records;
} accepted_rows[] = {
	/* bare fields */
	{ "fields", "3 1 1 abcd\n2 0 2 0123", "- 3 1 1 abcd\n- 2 0 2 0123\n" },
	{ "fields in any spacing", "  3\t1 1 AB cd\r\n", "- 3 1 1 abcd\n" },
	{ "comments",
	    "# a list\n; of records\n\n3 1 1 ab # mine\n3 1 1 cd;his\n",
	    "- 3 1 1 ab\n- 3 1 1 cd\n" },
	{ "fields over two lines", "3 1 1 (ab\n cd) ; two lines\n",
	    "- 3 1 1 abcd\n" },
	{ "parenthesis first", "(\n3 1 1 ab )\n", "- 3 1 1 ab\n" },
	{ "unknown numbers", "255 255 255 ff\n", "- 255 255 255 ff\n" },
	{ "no data", "3 1 1\n", "- 3 1 1\n" },
	/* master file lines, with and without their parts */
	{ "full record", "_25._tcp.mx.example. 3600 IN TLSA 3 1 1 ab\n",
	    "_25._tcp.mx.example 3 1 1 ab\n" },
	{ "class before TTL", "_25._TCP.MX.example. IN 3600 tlsa 3 1 1 ab\n",
	    "_25._tcp.mx.example 3 1 1 ab\n" },
	{ "relative owner", "_25._tcp.mx TLSA 3 1 1 ab\n",
	    "_25._tcp.mx 3 1 1 ab\n" },
	{ "TTL with units", "_25._tcp.mx 1h30m TLSA 3 1 1 ab\n",
	    "_25._tcp.mx 3 1 1 ab\n" },
	{ "type first", "TLSA 3 1 1 ab\n", "- 3 1 1 ab\n" },
	{ "class first", "IN TLSA 3 1 1 ab\n", "- 3 1 1 ab\n" },
	{ "TTL first", "3600 IN TLSA 3 1 1 ab\n", "- 3 1 1 ab\n" },
	{ "indented, without an owner", "\tIN TLSA 3 1 1 ab\n",
	    "- 3 1 1 ab\n" },
	{ "indented, with an owner", "  _25._tcp.mx. IN TLSA 3 1 1 ab\n",
	    "_25._tcp.mx 3 1 1 ab\n" },
	/* the owner that is not repeated */
	{ "owner that is not repeated",
	    "a. TLSA 3 1 1 ab\n  TLSA 3 1 1 cd\nb. A 192.0.2.1\n"
	    "  TLSA 2 1 1 ef\n",
	    "a 3 1 1 ab\na 3 1 1 cd\nb 2 1 1 ef\n" },
	/* names below an origin */
	{ "$ORIGIN",
	    "$TTL 1d\n$ORIGIN example.org.\n_25._tcp.mx TLSA 3 1 1 ab\n"
	    "$ORIGIN sub\n@ TLSA 3 1 1 cd\n",
	    "_25._tcp.mx.example.org 3 1 1 ab\n"
	    "sub.example.org 3 1 1 cd\n" },
	{ "$ORIGIN of the root", "$ORIGIN .\n_25._tcp.mx TLSA 3 1 1 ab\n",
	    "_25._tcp.mx 3 1 1 ab\n" },
	{ "@ without an origin", "@ TLSA 3 1 1 ab\n", "- 3 1 1 ab\n" },
	/* RFC 3597 */
	{ "TYPE52", "a. IN TYPE52 \\# 5 030101abcd\n", "a 3 1 1 abcd\n" },
	{ "CLASS1", "a. CLASS1 TYPE52 \\# 5 030101abcd\n", "a 3 1 1 abcd\n" },
	{ "RFC 3597 data of TLSA", "a. IN TLSA \\# 5 ( 03 01 01\n\tABCD )\n",
	    "a 3 1 1 abcd\n" },
	{ "TYPE52 without data", "a. IN TYPE52 \\# 3 030101\n", "a 3 1 1\n" },
	/* what else stands in a zone */
	{ "whole zone",
	    "$ORIGIN example.\n"
	    "@ 3600 IN SOA ns. mail. ( 1 ; serial\n 2 3 4 5 )\n"
	    "  NS ns\n  MX 10 mx\n"
	    "t TXT \"TLSA 3 1 1 ab; ( not \\\" a # record\" \"x\"\n"
	    "_25._tcp.mx RRSIG TLSA 13 4 3600 20270101000000 "
	    "20260101000000 1 example. AAAA\n"
	    "_25._tcp.mx NSEC a.example. TLSA RRSIG NSEC\n"
	    "c CH TXT \"x\"\nx TYPE65280 \\# 1 00\n"
	    "_25._tcp.mx TLSA 3 1 1 ab\n",
	    "_25._tcp.mx.example 3 1 1 ab\n" },
	/* what ldns-dane, danetool and hash-slinger print */
	{ "data in pieces",
	    "_25._tcp.mx.example.org.\t3600\tIN\tTLSA\t3 1 1 ab cd ef\n",
	    "_25._tcp.mx.example.org 3 1 1 abcdef\n" },
	{ "leading zeros",
	    "_25._tcp.mx.example.org. IN TLSA ( 03 01 01 abcdef )\n",
	    "_25._tcp.mx.example.org 3 1 1 abcdef\n" },
};

static void
test_accepted(void **state)
{
	const struct accepted_row *row = *state;
	struct tlsa_file records;
	char *why, *text;

	if (!read_text(&records, row->text, &why))
		fail_msg("%s\n%s", row->text, why);
	text = all_text(&records);
	assert_string_equal(text, row->records);
	free(text);
	tlsa_file_clear(&records);
}

static const struct refused_row {
	const char	*name;
	const char	*text;
	const char	*why;
} refused_rows[] = {
	{ "empty", "", ": no TLSA record in it" },
	{ "comment alone", "\n; nothing\n", ": no TLSA record in it" },
	{ "no TLSA record", "a. A 192.0.2.1\n", ": no TLSA record in it" },
	{ "matching type not a number", "3 1 1 ab\n3 1 x ab\n",
	    ", line 2: '3 1 x ab' does not begin "
	    "with usage, selector and matching type, such as "
	    "\"3 1 1\"" },
	{ "fields missing", "3 1\n",
	    ", line 1: '3 1' does not begin with usage, "
	    "selector and matching type, such as \"3 1 1\"" },
	{ "matching type of 256", "3 1 256 ab\n",
	    ", line 1: '3 1 256 ab' does not begin with "
	    "usage, selector and matching type, such as \"3 1 1\"" },
	{ "odd number of digits", "\n\n3 1 1 abc\n",
	    ", line 3: '3 1 1 abc' has data that is "
	    "not hexadecimal digits in pairs" },
	{ "not hexadecimal", "3 1 1 xy\n",
	    ", line 1: '3 1 1 xy' has data that is not "
	    "hexadecimal digits in pairs" },
	{ "not hexadecimal, in several lines", "a. IN TLSA 3 1 1 (\nab\nxy )\n",
	    ", line 1: '3 1 1 ab xy' "
	    "has data that is not hexadecimal digits in pairs" },
	{ "long line", "3 1 1 0123456789012345678901234567890123456789x\n",
	    ", line 1: '3 1 1 0123456789012345678901234567890123...' "
	    "has data that is not hexadecimal digits in pairs" },
	{ "two words", "hello world\n",
	    ", line 1: 'hello world' does not begin "
	    "with usage, selector and matching type, such as "
	    "\"3 1 1\"" },
	{ "three words", "say in words\n",
	    ", line 1: 'say in words' does not begin "
	    "with usage, selector and matching type, such as "
	    "\"3 1 1\"" },
	{ "control character", "a\033[31mb\n",
	    ", line 1: 'a\\x1b[31mb' does not begin with "
	    "usage, selector and matching type, such as \"3 1 1\"" },
	{ "TLSA without data", "a. IN TLSA\n",
	    ", line 1: '' does not begin with usage, "
	    "selector and matching type, such as \"3 1 1\"" },
	{ "another class", "a. CH TLSA 3 1 1 ab\n",
	    ", line 1: 'CH' is not the class IN" },
	{ "$INCLUDE", "$INCLUDE other.zone\n",
	    ", line 1: '$INCLUDE' cannot be followed here" },
	{ "$ORIGIN alone", "$ORIGIN\n",
	    ", line 1: '$ORIGIN' is not understood" },
	{ "open parenthesis", "3 1 1 ab\na. TLSA 3 1 1 (\nab\n",
	    ", line 2: the '(' is not closed" },
	{ "closing parenthesis", "3 1 1 ab )\n",
	    ", line 1: a ')' without a '('" },
	{ "open quotes", "a. TXT \"b\na. TLSA 3 1 1 ab\n",
	    ", line 1: the quotes are not closed" },
	{ "wrong length", "a. TYPE52 \\# 5 030101ab\n",
	    ", line 1: '5' is not how many octets follow" },
	{ "too short for TLSA", "a. TYPE52 \\# 2 0301\n",
	    ", line 1: too few octets for "
	    "usage, selector and matching type" },
	{ "length not a number", "a. TYPE52 \\# x 030101ab\n",
	    ", line 1: 'x' is not how many octets follow" },
	{ "RFC 3597 data not hexadecimal", "a. TYPE52 \\# 4 030101zz\n",
	    ", line 1: '\\\\#' has data "
	    "that is not hexadecimal digits in pairs" },
};

static void
test_refused(void **state)
{
	const struct refused_row *row = *state;
	struct tlsa_file records;
	char *why;

	assert_false(read_text(&records, row->text, &why));
	assert_string_equal(why, row->why);
	free(why);
}

static void
test_no_text(void **state)
{
	static const char octets[] = "3 1 1 ab\n\0003 1 1 cd";
	struct tlsa_file records;
	char *why = NULL;

	(void)state;
	assert_false(read_octets(&records, octets, sizeof(octets) - 1, &why));
	assert_string_equal(why, ", line 2: a NUL octet: this is not text");
	free(why);
	assert_false(read_octets(&records, "\"\0\"", 3, &why));
	assert_string_equal(why, ", line 1: the quotes are not closed");
	free(why);
}

static void
test_too_many_words(void **state)
{
	size_t i, size = 2 * (ZONE_LEXER_WORDS_MAX + 1);
	char *text = memory_new(size + 1, 1), *why;
	struct tlsa_file records;

	(void)state;
	for (i = 0; i < size; i++)
		text[i] = i % 2 == 0 ? '3' : ' ';
	assert_false(read_text(&records, text, &why));
	assert_string_equal(why, ", line 1: the record has too many words");
	free(why);
	free(text);
}

/* The records of one host out of several. */
static void
test_owners(void **state)
{
	struct tlsa_file records;
	struct tlsa_set set;
	char *why;

	(void)state;
	assert_true(read_text(&records, "a. TLSA 3 1 1 ab\nb. TLSA 3 1 1 cd\n"
	    "A. TLSA 3 1 1 ab\n", &why));
	assert_true(tlsa_file_differ(&records));
	assert_int_equal(tlsa_file_set(&records, "a", &set), 2);
	assert_int_equal(set.records[1].duplicate_of, 0);
	tlsa_set_clear(&set);
	assert_int_equal(tlsa_file_set(&records, "c", &set), 0);
	tlsa_set_clear(&set);
	assert_int_equal(tlsa_file_set(&records, NULL, &set), 3);
	tlsa_set_clear(&set);
	tlsa_file_clear(&records);

	assert_true(read_text(&records, "a. TLSA 3 1 1 ab\n3 1 1 cd\n", &why));
	assert_true(tlsa_file_differ(&records));
	tlsa_file_clear(&records);
	assert_true(read_text(&records, "3 1 1 ab\n3 1 1 cd\n", &why));
	assert_false(tlsa_file_differ(&records));
	tlsa_file_clear(&records);
}

/*
 * Which owners a record of the file stands for, by the owner that is asked for.
 */
static const struct relative_row {
	const char	*name;
	const char	*text;
	const char	*owner;
	size_t		 count;
} relative_rows[] = {
	{ "relative, asked for below a domain", "_25._tcp.mx TLSA 3 1 1 ab\n",
	    "_25._tcp.mx.example.org", 1 },
	{ "relative, asked for itself", "_25._tcp.mx TLSA 3 1 1 ab\n",
	    "_25._tcp.mx", 1 },
	{ "another host", "_25._tcp.mx TLSA 3 1 1 ab\n",
	    "_25._tcp.mx2.example.org", 0 },
	{ "absolute", "_25._tcp.mx. TLSA 3 1 1 ab\n", "_25._tcp.mx.example.org",
	    0 },
	{ "below $ORIGIN", "$ORIGIN example.net.\n_25._tcp.mx TLSA 3 1 1 ab\n",
	    "_25._tcp.mx.example.net.example.org", 0 },
	{ "with the domain, but no dot",
	    "_25._tcp.mx.example.org TLSA 3 1 1 ab\n",
	    "_25._tcp.mx.example.org", 1 },
	{ "of several",
	    "_25._tcp.mx TLSA 3 1 1 ab\n  TLSA 3 1 1 cd\n"
	    "_25._tcp.mx. TLSA 3 1 1 ef\n3 1 1 ff\n",
	    "_25._tcp.mx.example.org", 2 },
};

static void
test_relative(void **state)
{
	const struct relative_row *row = *state;
	struct tlsa_file records;
	struct tlsa_set set;
	char *why;

	assert_true(read_text(&records, row->text, &why));
	assert_int_equal(tlsa_file_set(&records, row->owner, &set), row->count);
	tlsa_set_clear(&set);
	tlsa_file_clear(&records);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_accepted, accepted_rows),
		TABLE(test_relative, relative_rows),
		TABLE(test_refused, refused_rows),
		TABLE_ALONE(test_no_text),
		TABLE_ALONE(test_too_many_words),
		TABLE_ALONE(test_owners),
	};

	return table_run(tables, COUNT(tables));
}
