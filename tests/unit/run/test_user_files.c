#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/pem.h>

#include "checker/run/engine.h"
#include "checker/run/settings.h"
#include "checker/run/user_files.h"
#include "resolver/memory.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/scratch.h"
#include "tests/unit/support/table.h"

#define KEY \
	"0b9fa5a59eed715c26c1020c711b4f6ec42d58b0015e14337a39dad301c5afc3"

static char *
write_text(const char *text)
{
	return scratch_file(text, strlen(text));
}

/* A file with a certificate. Its path is owned by the caller. */
static char *
write_certificate(void)
{
	const struct certificates_wish wish = { .cn = "mx.example.org" };
	struct issued *issued = certificates_issue(&wish);
	BIO *memory = BIO_new(BIO_s_mem());
	char *octets, *path;
	long size;

	assert_non_null(memory);
	assert_int_equal(PEM_write_bio_X509(memory, issued->x509), 1);
	size = BIO_get_mem_data(memory, &octets);
	path = scratch_file(octets, (size_t)size);
	BIO_free(memory);
	certificates_free(issued);
	return path;
}

/* Parses the command line WORDS, of COUNT with the program's name. */
static void
parse(struct settings *settings, char **words, int count)
{
	char *why;

	settings_init(settings);
	assert_int_equal(options_parse(&settings_table, count, words, settings,
	    &why), count);
}

static void
test_none(void **state)
{
	struct user_files files;
	struct settings settings;
	char *why;

	(void)state;
	settings_init(&settings);
	assert_true(user_files_read(&files, &settings, &why));
	assert_int_equal(files.chain_count, 0);
	assert_int_equal(files.next_count, 0);
	assert_null(files.issuers);
	assert_null(files.trust_anchor);
	assert_null(files.root_hints);
	user_files_clear(&files);
}

static void
assert_engine(const struct settings *settings, const struct user_files *files)
{
	struct engine engine;
	char *why;

	assert_true(engine_open(&engine, settings, files, NULL, &why));
	assert_int_equal(engine.context.chain_count, 1);
	assert_int_equal(engine.judge.next_count, 1);
	assert_int_equal(engine.known_cas.count, 1);
	engine_close(&engine);
}

/*
 * What the engine makes of a file with these octets (freed): so many chains and
 * keys to come, or this complaint about the file.
 */
static void
assert_taken(BIO *memory, size_t chains, size_t next, const char *complaint)
{
	char *words[] = { (char []){ "mxdane" }, (char []){ "--chain" }, NULL,
		(char []){ "--next" }, NULL };
	struct user_files files;
	struct settings settings;
	struct engine engine;
	char *octets, *why = NULL;
	long size = BIO_get_mem_data(memory, &octets);

	words[2] = words[4] = scratch_file(octets, (size_t)size);
	BIO_free(memory);
	parse(&settings, words, (int)(sizeof(words) / sizeof(words[0])));
	assert_true(user_files_read(&files, &settings, &why));
	assert_int_equal(engine_open(&engine, &settings, &files, NULL, &why),
	    complaint == NULL);
	if (complaint == NULL) {
		assert_int_equal(engine.context.chain_count, chains);
		assert_int_equal(engine.judge.next_count, next);
		engine_close(&engine);
	} else {
		assert_string_equal(why + strlen(words[2]), complaint);
		free(why);
	}
	user_files_clear(&files);
	settings_clear(&settings);
	unlink(words[2]);
	free(words[2]);
}

/* All of a file; a request is nothing that a server presents. */
static void
test_several(void **state)
{
	struct certificates_wish wish = { .cn = "mx.example.org" };
	struct issued *ecdsa = certificates_issue(&wish), *rsa, *other;
	X509_REQ *request;
	BIO *memory = BIO_new(BIO_s_mem());

	(void)state;
	wish.key_type = KEY_RSA;
	rsa = certificates_issue(&wish);
	PEM_write_bio_X509(memory, ecdsa->x509);
	PEM_write_bio_X509(memory, rsa->x509);
	assert_taken(memory, 2, 2, NULL);

	memory = BIO_new(BIO_s_mem());
	PEM_write_bio_X509(memory, ecdsa->x509);
	PEM_write_bio_X509(memory, rsa->x509);
	wish.key_type = KEY_ECDSA;
	other = certificates_issue(&wish);
	PEM_write_bio_X509(memory, other->x509);
	assert_taken(memory, 0, 0, ": a second chain of a key of type ECDSA; "
	    "give one for each type");
	certificates_free(other);

	memory = BIO_new(BIO_s_mem());
	request = X509_to_X509_REQ(rsa->x509, rsa->key, EVP_sha256());
	PEM_write_bio_X509(memory, ecdsa->x509);
	PEM_write_bio_X509_REQ(memory, request);
	assert_taken(memory, 1, 2, NULL);

	memory = BIO_new(BIO_s_mem());
	PEM_write_bio_X509_REQ(memory, request);
	assert_taken(memory, 0, 0, ": no certificate in it");
	X509_REQ_free(request);
	certificates_free(ecdsa);
	certificates_free(rsa);
}

/* The engine, as often as it is opened, needs the files no more. */
static void
test_vanished(void **state)
{
	char *certificate = write_certificate();
	char *issuers = write_text(KEY "\tX\troot\troot\t-\n");
	char *anchor = write_text(". DS 1 8 2 " KEY "\n");
	char *hints = write_text(". NS ns.\nns. A 127.0.0.1\n");
	char *words[] = { (char []){ "mxdane" },
		(char []){ "--chain" }, certificate,
		(char []){ "--next" }, certificate,
		(char []){ "--issuers" }, issuers,
		(char []){ "--trust-anchor" }, anchor,
		(char []){ "--root-hints" }, hints };
	struct user_files files;
	struct settings settings;
	char *why;

	(void)state;
	parse(&settings, words, (int)(sizeof(words) / sizeof(words[0])));
	assert_true(user_files_read(&files, &settings, &why));
	assert_string_equal(files.root_hints->name, hints);
	assert_string_equal(files.root_hints->octets,
	    ". NS ns.\nns. A 127.0.0.1\n");
	unlink(certificate);
	unlink(issuers);
	unlink(anchor);
	unlink(hints);
	assert_engine(&settings, &files);
	assert_engine(&settings, &files);
	user_files_clear(&files);
	settings_clear(&settings);
	free(certificate);
	free(issuers);
	free(anchor);
	free(hints);
}

/* Nor does it matter what becomes of them. */
static void
test_changed(void **state)
{
	char *path = write_text("one");
	char *words[] = { (char []){ "mxdane" }, (char []){ "--next" }, path };
	struct user_files files;
	struct settings settings;
	FILE *stream;
	char *why;

	(void)state;
	parse(&settings, words, 3);
	assert_true(user_files_read(&files, &settings, &why));
	stream = fopen(path, "w");
	assert_non_null(stream);
	fputs("two", stream);
	fclose(stream);
	assert_int_equal(files.next_count, 1);
	assert_int_equal(files.next[0].size, 3);
	assert_string_equal(files.next[0].octets, "one");
	user_files_clear(&files);
	settings_clear(&settings);
	unlink(path);
	free(path);
}

static const struct missing_row {
	const char	*name;
	const char	*option;
	const char	*file;
	const char	*why;
} missing_rows[] = {
	{ "a chain", "--chain", "/nonexistent/x\n",
	    "/nonexistent/x\\x0a: No such file or directory" },
	{ "the next key", "--next", "/nonexistent/x",
	    "/nonexistent/x: No such file or directory" },
	{ "issuers", "--issuers", "/",
	    "/: Is a directory" },
	{ "trust anchor", "--trust-anchor", "/nonexistent/x",
	    "/nonexistent/x: No such file or directory" },
	{ "root hints", "--root-hints", "/",
	    "/: Is a directory" },
	{ "an endless chain", "--chain", "/dev/zero",
	    "/dev/zero: is larger than 1048576 octets" },
	{ "an endless next key", "--next", "/dev/zero",
	    "/dev/zero: is larger than 1048576 octets" },
	{ "endless issuers", "--issuers", "/dev/zero",
	    "/dev/zero: is larger than 1048576 octets" },
	{ "an endless trust anchor", "--trust-anchor", "/dev/zero",
	    "/dev/zero: is larger than 1048576 octets" },
	{ "endless root hints", "--root-hints", "/dev/zero",
	    "/dev/zero: is larger than 1048576 octets" },
	/* Standard input is "-" for the others only. */
	{ "a dash for the trust anchor", "--trust-anchor", "-",
	    "-: No such file or directory" },
	{ "a dash for root hints", "--root-hints", "-",
	    "-: No such file or directory" },
};

/* A file that cannot be read is named, and those before it are let go. */
static void
test_missing(void **state)
{
	const struct missing_row *row = *state;
	char *good = write_text("good");
	char *words[] = { (char []){ "mxdane" },
		(char []){ "--chain" }, good, (char []){ "--next" }, good,
		memory_string(row->option), memory_string(row->file) };
	struct user_files files;
	struct settings settings;
	char *why;

	parse(&settings, words, 7);
	assert_false(user_files_read(&files, &settings, &why));
	assert_string_equal(why, row->why);
	assert_null(files.chains);
	user_files_clear(&files);	/* does no harm */
	settings_clear(&settings);
	unlink(good);
	free(words[5]);
	free(words[6]);
	free(good);
	free(why);
}

/* Standard input has an end, but each that names it has all of it. */
static void
test_input(void **state)
{
	char *path = write_text("input");
	char *words[] = { (char []){ "mxdane" },
		(char []){ "--chain" }, (char []){ "-" },
		(char []){ "--next" }, (char []){ "-" },
		(char []){ "--next" }, (char []){ "-" },
		(char []){ "--issuers" }, (char []){ "-" } };
	struct user_files files;
	struct settings settings;
	char *why;

	(void)state;
	assert_non_null(freopen(path, "r", stdin));
	parse(&settings, words, (int)(sizeof(words) / sizeof(words[0])));
	assert_true(user_files_read(&files, &settings, &why));
	assert_int_equal(files.chain_count, 1);
	assert_int_equal(files.next_count, 2);
	assert_string_equal(files.issuers->octets, "input");
	assert_string_equal(files.chains[0].octets, "input");
	assert_string_equal(files.next[0].octets, "input");
	assert_string_equal(files.next[1].octets, "input");
	assert_string_equal(files.next[1].name, "-");
	user_files_clear(&files);
	settings_clear(&settings);
	unlink(path);
	free(path);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE_ALONE(test_none),
		TABLE_ALONE(test_several),
		TABLE_ALONE(test_vanished),
		TABLE_ALONE(test_changed),
		TABLE(test_missing, missing_rows),
		TABLE_ALONE(test_input),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
