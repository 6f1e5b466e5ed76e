#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "resolver/anchor.h"
#include "resolver/file.h"
#include "resolver/memory.h"
#include "tests/unit/support/table.h"

#define DIGEST_2017 \
	"e06d44b80b8f1d39a95c0b0d7c65d08458e880409bbc683457104237c7f8ec8d"
#define DIGEST_2024 \
	"683d2d0acb8c9b712a1948b27f741219298d0a450d612c483af444a4c0fb2b16"
#define KEY "AwEAAaz/tAm8yTn4Mfeh5eyI96WSVexTBAvkMgJzkKTOiW1vkIbzxeF3"

/* Those of a file with TEXT. */
static bool
read_text(struct anchors *anchors, const char *text, char **why)
{
	struct file file;
	const struct anchor_files files = { .user = &file };
	bool good;

	file_init(&file, "root\tkey", text, strlen(text));
	good = anchors_init(anchors, &files, why);
	file_clear(&file);
	return good;
}

static const struct accepted_row {
	const char	*name;
	const char	*text;
	const char	*records[2];
} accepted_rows[] = {
	{ "IANA's, as DS", ". IN DS 20326 8 2 " DIGEST_2017 "\n"
	    ". IN DS 38696 8 2 " DIGEST_2024 "\n",
	    { ". 3600 IN DS 20326 8 2 " DIGEST_2017,
	    ". 3600 IN DS 38696 8 2 " DIGEST_2024 } },
	{ "Debian's root.key, and ldns-keygen's", ".\t172800\tIN\tDNSKEY\t"
	    "257 3 8 " KEY " ;{id = 1 (ksk), size = 328b}\n",
	    { ". 172800 IN DNSKEY 257 3 8 " KEY, NULL } },
	{ "unbound-anchor's, with the keys' states",
	    "; autotrust trust anchor file\n;;id: . 1\n"
	    ";;last_queried: 1769860800 ;;Sat Jan 31 12:00:00 2026\n"
	    ".\t86400\tIN\tDNSKEY\t257 3 8 " KEY "AAA0 ;{id = 1 (ksk)} "
	    ";;state=1 [ ADDPEND ] ;;count=1\n"
	    ".\t86400\tIN\tDNSKEY\t257 3 8 " KEY "AAA1 ;{id = 2 (ksk)} "
	    ";;state=2 [  VALID  ] ;;count=0\n"
	    ".\t86400\tIN\tDNSKEY\t257 3 8 " KEY "AAA2 ;{id = 3 (ksk)} "
	    ";;state=3 [ MISSING ] ;;count=0\n"
	    ".\t86400\tIN\tDNSKEY\t385 3 8 " KEY "AAA3 ;{id = 4 (ksk)} "
	    ";;state=4 [ REVOKED ] ;;count=0\n",
	    { ". 86400 IN DNSKEY 257 3 8 " KEY "AAA1",
	    ". 86400 IN DNSKEY 257 3 8 " KEY "AAA2" } },
	/* RFC 5011 2.1 */
	{ "revoked key without a state", ". IN DNSKEY 385 3 8 " KEY "\n"
	    ". IN DNSKEY 257 3 8 " KEY "\n",
	    { ". 3600 IN DNSKEY 257 3 8 " KEY, NULL } },
	{ "several lines, $TTL, the same twice, no line end",
	    "\n$TTL 60\n. IN DS ( 20326 8 ; KSK-2017 (\n\t2\n "
	    DIGEST_2017 " )\n. 60 DS 20326 8 2 " DIGEST_2017,
	    { ". 60 IN DS 20326 8 2 " DIGEST_2017, NULL } },
	{ "owner that is not repeated, @", "\tIN DS 20326 8 2 " DIGEST_2017
	    "\n@ IN DS 38696 8 2 " DIGEST_2024 "\n",
	    { ". 3600 IN DS 20326 8 2 " DIGEST_2017,
	    ". 3600 IN DS 38696 8 2 " DIGEST_2024 } },
};

static void
test_accepted(void **state)
{
	const struct accepted_row *row = *state;
	struct anchors anchors;
	char *why;
	size_t i;

	assert_true(read_text(&anchors, row->text, &why));
	assert_string_equal(anchors.source, "in root\\x09key");
	for (i = 0; i < 2 && row->records[i] != NULL; i++) {
		assert_true(i < anchors.count);
		assert_string_equal(anchors.records[i], row->records[i]);
	}
	assert_int_equal(anchors.count, i);
	anchors_clear(&anchors);
}

static const struct refused_row {
	const char	*name;
	const char	*text;
	const char	*why;	/* begins so, after the path */
} refused_rows[] = {
	{ "empty", "", ": holds no trust anchor" },
	{ "comment alone", "\n; nothing\n", ": holds no trust anchor" },
	{ "pending key", ". IN DNSKEY 257 3 8 " KEY " ;;state=1 [ ADDPEND ]\n",
	    ": holds no trust anchor" },
	{ "another owner", "; one\n. IN DS 20326 8 2 " DIGEST_2017 "\n\n"
	    "org. IN DS 20326 8 2 " DIGEST_2017 "\n",
	    ", line 4: is not a DS or DNSKEY record of the root" },
	{ "another type", ". IN NS a.root-servers.net.\n",
	    ", line 1: is not a DS or DNSKEY record of the root" },
	{ "another class", ". CH DS 20326 8 2 " DIGEST_2017 "\n",
	    ", line 1: is not a DS or DNSKEY record of the root" },
	{ "malformed digest", "\n. IN DS 20326 8 2 no-digest\n",
	    ", line 2: " },
	{ "the same in several lines", ". IN DS (\n20326 8 2\nno-digest )\n",
	    ", line 3: " },
	{ "prose", "\n\nroot anchors, please", ", line 3: " },
	{ "'#' for a comment", "# one\n", ", line 1: " },
	{ "$INCLUDE", "$INCLUDE /etc/passwd\n", ", line 1: " },
};

static void
test_refused(void **state)
{
	const struct refused_row *row = *state;
	struct anchors anchors;
	char *why, *expected;

	assert_false(read_text(&anchors, row->text, &why));
	assert_int_equal(anchors.count, 0);
	expected = memory_format("root\\x09key%s", row->why);
	if (strncmp(why, expected, strlen(expected)) != 0)
		assert_string_equal(why, expected);
	free(expected);
	free(why);
}

/* Of the files of this system, if it has any, each has a name and octets. */
static void
test_read_system(void **state)
{
	struct file *files;
	size_t i, count = anchors_read_system(&files);

	(void)state;
	for (i = 0; i < count; i++) {
		assert_string_equal(strrchr(files[i].name, '.'), ".key");
		assert_non_null(files[i].octets);
		file_clear(&files[i]);
	}
	free(files);
}

/* The first file that is of use; the built-in keys are always there. */
static const struct system_row {
	const char	*name;
	const char	*texts[2];
	const char	*source;
	size_t		 count;		/* of anchors */
} system_rows[] = {
	{ "no file", { NULL }, "built in", 2 },
	{ "one that is no use", { "prose" }, "built in", 2 },
	{ "one", { ". IN DS 1 8 2 " DIGEST_2024 "\n" }, "in a or built in",
	    3 },
	{ "the first of two", { ". IN DS 1 8 2 " DIGEST_2024 "\n",
	    ". IN DS 2 8 2 " DIGEST_2024 "\n. IN DS 3 8 2 " DIGEST_2024 "\n" },
	    "in a or built in", 3 },
	{ "the second", { ". IN DS 1 8 2 " DIGEST_2024 "\nprose\n",
	    ". IN DS 2 8 2 " DIGEST_2024 "\n. IN DS 3 8 2 " DIGEST_2024 "\n" },
	    "in b or built in", 4 },
	{ "the same key", { ". IN DS 20326 8 2 " DIGEST_2017 "\n" },
	    "in a or built in", 2 },
};

static void
test_system(void **state)
{
	const struct system_row *row = *state;
	bool key_2017 = false, key_2024 = false;
	struct file files[2];
	struct anchor_files read = { .system = files };
	struct anchors anchors;
	char *why;
	size_t i;

	for (i = 0; i < 2 && row->texts[i] != NULL; i++)
		file_init(&files[read.system_count++], i == 0 ? "a" : "b",
		    row->texts[i], strlen(row->texts[i]));
	assert_true(anchors_init(&anchors, &read, &why));
	assert_string_equal(anchors.source, row->source);
	assert_int_equal(anchors.count, row->count);
	for (i = 0; i < anchors.count; i++) {
		key_2017 |= strcmp(anchors.records[i],
		    ". 3600 IN DS 20326 8 2 " DIGEST_2017) == 0;
		key_2024 |= strcmp(anchors.records[i],
		    ". 3600 IN DS 38696 8 2 " DIGEST_2024) == 0;
	}
	assert_true(key_2017);
	assert_true(key_2024);
	anchors_clear(&anchors);
	for (i = 0; i < read.system_count; i++)
		file_clear(&files[i]);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_accepted, accepted_rows),
		TABLE(test_refused, refused_rows),
		TABLE_ALONE(test_read_system),
		TABLE(test_system, system_rows),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
