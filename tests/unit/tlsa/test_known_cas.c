/*
 * The table of known CAs, and what a user's file adds to it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/tlsa/known_cas.h"
#include "checker/tlsa/tlsa.h"
#include "resolver/file.h"
#include "resolver/memory.h"
#include "smtp/chain.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/table.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define TIMES_8(digits) digits digits digits digits digits digits digits digits
#define A	TIMES_8("aaaaaaaa")
#define B	TIMES_8("bbbbbbbb")
#define C	TIMES_8("cccccccc")
#define D	TIMES_8("dddddddd")
#define X1 \
	"0b9fa5a59eed715c26c1020c711b4f6ec42d58b0015e14337a39dad301c5afc3"
#define X1_CERT \
	"96bcec06264976f37460779acf28c5a7cfe8a3c0aae11a8ffcee05c0bddf08c6"
#define YE1 \
	"6ebcefb4210b088654a38b03fea3d7d1c711b4fb1ddc363a45f9b1a4e53da01e"
#define R3 \
	"8d02536c887482bc34ff54e41d2ba659bf85b341a0a20afadb5813dcfbcf286d"

static bool
read_text(struct known_cas *known_cas, const char *text, char **why)
{
	struct file file;
	bool good;

	file_init(&file, "issuers", text, strlen(text));
	good = known_cas_init(known_cas, &file, why);
	/* What they point into is their own. */
	memset(file.octets, 'x', file.size);
	file_clear(&file);
	return good;
}

/* The CA of a record "2 1 1 ...", or NULL. */
static const struct known_ca *
find(const struct known_cas *known_cas, const char *text)
{
	const struct known_ca *ca;
	struct tlsa record;
	const char *why;

	if (!tlsa_from_text(&record, text, &why))
		fail_msg("%s %s", text, why);
	ca = known_cas_find(known_cas, &record);
	tlsa_clear(&record);
	return ca;
}

static void
assert_ca(const struct known_ca *ca, const char *name,
    enum known_ca_state state)
{
	assert_non_null(ca);
	assert_string_equal(ca->name, name);
	assert_int_equal(ca->state, state);
}

/* The names in rotation with CA, each with a comma. Owned by the caller. */
static char *
rotation(const struct known_cas *known_cas, const struct known_ca *ca)
{
	const struct known_ca *sibling;
	char *text = memory_string(""), *longer;
	size_t i;

	for (i = 0; (sibling = known_cas_rotation(known_cas, ca, i)) != NULL;
	    i++) {
		longer = memory_format("%s%s,", text, sibling->name);
		free(text);
		text = longer;
	}
	return text;
}

static void
assert_rotation(const struct known_cas *known_cas, const char *record,
    const char *names)
{
	char *text = rotation(known_cas, find(known_cas, record));

	assert_string_equal(text, names);
	free(text);
}

static void
test_built_in(void **state)
{
	(void)state;
	assert_ca(find(NULL, "2 1 1 " X1), "ISRG Root X1", KNOWN_CA_ROOT);
	assert_ca(find(NULL, "2 0 1 " X1_CERT), "ISRG Root X1",
	    KNOWN_CA_ROOT);
	assert_ca(find(NULL, "2 1 1 " YE1), "Let's Encrypt YE1",
	    KNOWN_CA_ACTIVE);
	assert_ca(find(NULL, "2 1 1 " R3), "Let's Encrypt R3",
	    KNOWN_CA_RETIRED);
	/* The key's digest is not the certificate's, nor the reverse. */
	assert_null(find(NULL, "2 0 1 " X1));
	assert_null(find(NULL, "2 1 1 " X1_CERT));
	assert_null(find(NULL, "2 1 2 " X1 X1));
	assert_null(find(NULL, "2 1 0 " X1));
	assert_null(find(NULL, "2 1 1 " A));
	assert_rotation(NULL, "2 1 1 " YE1,
	    "Let's Encrypt YE1,Let's Encrypt YE2,");
	assert_rotation(NULL, "2 1 1 " X1, "");
	assert_rotation(NULL, "2 1 1 " R3, "");
}

static const struct subject {
	const char	*name;
	const char	*record;
	const char	*subject;
	bool		 is;
} subjects[] = {
	{ "root", "2 1 1 " X1, "CN=ISRG Root X1,O=Internet Security Research "
	    "Group,C=US", true },
	{ "root by its CN alone", "2 1 1 " X1, "CN=ISRG Root X1", true },
	{ "another root", "2 1 1 " X1, "CN=ISRG Root X2", false },
	{ "O and CN", "2 1 1 " YE1, "CN=YE1,O=Let's Encrypt,C=US", true },
	{ "in another order", "2 1 1 " YE1, "C=US,O=Let's Encrypt,CN=YE1",
	    true },
	{ "another O", "2 1 1 " YE1, "CN=YE1,O=Another", false },
	{ "without O", "2 1 1 " YE1, "CN=YE1", false },
	{ "without CN", "2 1 1 " YE1, "O=Let's Encrypt", false },
	{ "empty", "2 1 1 " YE1, "", false },
};

static void
test_subjects(void **state)
{
	const struct subject *row = *state;

	struct distinguished_name subject = certificates_name(row->subject);

	assert_int_equal(known_cas_is_subject(find(NULL, row->record),
	    &subject), row->is);
	free(subject.der);
}

static void
test_file(void **state)
{
	static const char text[] =
	    "# what we know\n"
	    "\n"
	    A "\tOurs 1\tintermediate\tactive\t2030-01-01\t" C "," D "\r\n"
	    B "\tOurs 2\t\tactive\n"
	    /* YE1 has retired since, and has a successor */
	    YE1 "\tLet's Encrypt YE1\tintermediate\tretired\t2027-01-01\t\n"
	    D "\tLet's Encrypt YE4\tintermediate\tactive\t# new\n";
	struct known_cas known_cas;
	char *why;

	(void)state;
	assert_true(read_text(&known_cas, text, &why));
	assert_int_equal(known_cas.count, 4);
	assert_ca(find(&known_cas, "2 1 1 " A), "Ours 1", KNOWN_CA_ACTIVE);
	assert_ca(find(&known_cas, "2 0 1 " C), "Ours 1", KNOWN_CA_ACTIVE);
	assert_ca(find(&known_cas, "2 0 1 " D), "Ours 1", KNOWN_CA_ACTIVE);
	assert_ca(find(&known_cas, "2 1 1 " D), "Let's Encrypt YE4",
	    KNOWN_CA_ACTIVE);
	assert_ca(find(&known_cas, "2 1 1 " YE1), "Let's Encrypt YE1",
	    KNOWN_CA_RETIRED);
	assert_rotation(&known_cas, "2 1 1 " A, "Ours 1,Ours 2,");
	assert_rotation(&known_cas, "2 1 1 " D,
	    "Let's Encrypt YE4,Let's Encrypt YE2,");
	/* CAs that are not in the file stay as built in. */
	assert_ca(find(&known_cas, "2 1 1 " X1), "ISRG Root X1",
	    KNOWN_CA_ROOT);
	assert_null(find(&known_cas, "2 1 1 " C));
	known_cas_clear(&known_cas);

	assert_true(read_text(&known_cas, "# nothing", &why));
	assert_int_equal(known_cas.count, 0);
	assert_rotation(&known_cas, "2 1 1 " YE1,
	    "Let's Encrypt YE1,Let's Encrypt YE2,");
	known_cas_clear(&known_cas);
}

#define FIELDS_WANTED "it must have the fields key, name, kind, state, day " \
	"and certificates, separated by tabs"
#define CERTIFICATES_WANTED "it must have at most 4 certificates, each a " \
	"SHA2-256, separated by commas"

static const struct bad_file {
	const char	*name;
	const char	*text;
	const char	*why;		/* after the file's name */
} bad_files[] = {
	{ "one field", "x", ", line 1: " FIELDS_WANTED },
	{ "no state", "\n" A "\tname\tkind", ", line 2: " FIELDS_WANTED },
	{ "too many fields", A "\tn\tk\tactive\t\t\tmore",
	    ", line 1: " FIELDS_WANTED },
	{ "not a digest", "abc\tn\tk\tactive",
	    ", line 1: it does not begin with the SHA2-256 of a key" },
	{ "upper case", TIMES_8("AAAAAAAA") "\tn\tk\tactive",
	    ", line 1: it does not begin with the SHA2-256 of a key" },
	{ "no name", A "\t\tk\tactive", ", line 1: it has no name" },
	{ "unknown state", A "\tn\tk\tlazy", ", line 1: it has a state other "
	    "than active, backup, retired and root" },
	{ "certificate is not a digest", A "\tn\tk\tactive\t\tabc",
	    ", line 1: " CERTIFICATES_WANTED },
	{ "too many certificates",
	    A "\tn\tk\tactive\t\t" A "," A "," A "," A "," A,
	    ", line 1: " CERTIFICATES_WANTED },
	{ "unprintable name", A "\t\033[31m\tk\tactive",
	    ", line 1: it has a name with unprintable characters" },
};

static void
test_bad_file(void **state)
{
	const struct bad_file *row = *state;
	struct known_cas known_cas;
	char *why;

	assert_false(read_text(&known_cas, row->text, &why));
	assert_memory_equal(why, "issuers", strlen("issuers"));
	assert_string_equal(why + strlen("issuers"), row->why);
	free(why);
	known_cas_clear(&known_cas);	/* does no harm */
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE_ALONE(test_built_in),
		TABLE(test_subjects, subjects),
		TABLE_ALONE(test_file),
		TABLE(test_bad_file, bad_files),
	};

	return table_run(tables, COUNT(tables));
}
