#include "checker/tlsa/keyfile_parts.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "checker/tlsa/cert_bag.h"
#include "checker/tlsa/chain_split.h"
#include "checker/tlsa/pem.h"
#include "checker/tlsa/verifier.h"
#include "resolver/file.h"
#include "resolver/file_markup.h"
#include "resolver/memory.h"
#include "resolver/text.h"

/* A file that is read. */
struct reading {
	const struct file	*file;		/* borrowed */
	STACK_OF(X509)		*certificates;	/* owned */
	/* Whether a private key is right before the certificate. */
	bool			 after_key[CHAIN_SPLIT_MAX];
	bool			 behind_key;	/* so for what comes next */
	size_t			 private_keys;
	struct keyfiles		 bare;		/* requests and keys */
};

/* What has become of some octets. */
enum outcome {
	OUTCOME_OTHER,		/* they are something else, or damaged */
	OUTCOME_UNKNOWN_KEY,
	OUTCOME_LOCKED,
	OUTCOME_TOO_MANY,
	OUTCOME_TAKEN,
};

static void
add(struct keyfiles *keyfiles, const struct keyfile *keyfile)
{
	keyfiles->items = memory_grow(keyfiles->items, keyfiles->count,
	    sizeof(*keyfiles->items));
	keyfiles->items[keyfiles->count++] = *keyfile;
}

/* Takes ownership of X509. */
static enum outcome
add_certificate(struct reading *reading, X509 *x509)
{
	const int count = sk_X509_num(reading->certificates);

	if (count == CHAIN_SPLIT_MAX) {
		X509_free(x509);
		return OUTCOME_TOO_MANY;
	}
	reading->after_key[count] = reading->behind_key;
	reading->behind_key = false;
	if (sk_X509_push(reading->certificates, x509) == 0)
		abort();
	return OUTCOME_TAKEN;
}

/* Takes those of BAG (owned, or NULL), in an order that BAG does not have. */
static enum outcome
add_bag(struct reading *reading, enum cert_bag kind, STACK_OF(X509) *bag)
{
	enum outcome outcome = OUTCOME_TAKEN;
	STACK_OF(X509) *ordered;

	if (kind != CERT_BAG_READ)
		return kind == CERT_BAG_LOCKED ? OUTCOME_LOCKED :
		    OUTCOME_OTHER;
	if (sk_X509_num(bag) > CHAIN_SPLIT_MAX) {
		sk_X509_pop_free(bag, X509_free);
		return OUTCOME_TOO_MANY;
	}
	ordered = chain_split_order(bag);
	while (outcome == OUTCOME_TAKEN && sk_X509_num(ordered) > 0)
		outcome = add_certificate(reading, sk_X509_shift(ordered));
	sk_X509_pop_free(ordered, X509_free);
	sk_X509_pop_free(bag, X509_free);
	return outcome;
}

static enum outcome
take_pkcs7(struct reading *reading, const unsigned char *der, size_t size)
{
	STACK_OF(X509) *bag;
	enum cert_bag kind = cert_bag_pkcs7(der, size, &bag);

	return add_bag(reading, kind, bag);
}

static enum outcome
take_pkcs12(struct reading *reading, const unsigned char *der, size_t size)
{
	STACK_OF(X509) *bag;
	enum cert_bag kind = cert_bag_pkcs12(der, size, &bag);

	return add_bag(reading, kind, bag);
}

/* X509 is what DER, of SIZE octets, was read as up to END. Owned, or NULL. */
static enum outcome
take_x509(struct reading *reading, X509 *x509, const unsigned char *der,
    size_t size, const unsigned char *end)
{
	if (x509 != NULL && end == der + size)
		return add_certificate(reading, x509);
	X509_free(x509);
	return OUTCOME_OTHER;
}

static enum outcome
take_certificate(struct reading *reading, const unsigned char *der,
    size_t size)
{
	const unsigned char *end = der;
	X509 *x509 = d2i_X509(NULL, &end, (long)size);

	return take_x509(reading, x509, der, size, end);
}

/*
 * A block of PEM with that name: OpenSSL's trust settings may follow (a
 * "trusted certificate"), and Windows calls everything a certificate.
 */
static enum outcome
take_certificate_block(struct reading *reading, const unsigned char *der,
    size_t size)
{
	const unsigned char *end = der;
	X509 *x509 = d2i_X509_AUX(NULL, &end, (long)size);
	enum outcome outcome = take_x509(reading, x509, der, size, end);

	return outcome != OUTCOME_OTHER ? outcome :
	    take_pkcs7(reading, der, size);
}

/* Takes what TAKE makes of it. */
static enum outcome
take_bare(struct reading *reading, const unsigned char *der, size_t size,
    bool (*take)(struct keyfile *keyfile, const unsigned char *der,
	size_t size))
{
	struct keyfile keyfile = { .file = NULL };

	if (take(&keyfile, der, size)) {
		add(&reading->bare, &keyfile);
		return reading->bare.count <= KEYFILE_MAX ? OUTCOME_TAKEN :
		    OUTCOME_TOO_MANY;
	}
	return keyfile_is_of_unknown_key(der, size) ? OUTCOME_UNKNOWN_KEY :
	    OUTCOME_OTHER;
}

static enum outcome
take_request(struct reading *reading, const unsigned char *der, size_t size)
{
	return take_bare(reading, der, size, keyfile_take_request);
}

static enum outcome
take_public_key(struct reading *reading, const unsigned char *der, size_t size)
{
	return take_bare(reading, der, size, keyfile_take_public_key);
}

typedef enum outcome	take_octets(struct reading *reading,
			    const unsigned char *der, size_t size);

/*
 * A word of a command for a shell, as it can be pasted. Owned by the caller.
 * Standard input and names that would want more than quotes become FILE.
 */
static char *
shell_word(const char *name)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789_-./+,:@%=";

	if (name[0] == '-' || strpbrk(name, "'\\") != NULL)
		return memory_string("FILE");
	if (strspn(name, plain) == strlen(name))
		return memory_string(name);
	return memory_format("'%s'", name);
}

static char *
say_private_key(const char *name)
{
	char *word = shell_word(name), *text;

	text = memory_format("it is a private key, which is never needed here: "
	    "give the certificate; or a request for one, which \"openssl req "
	    "-new -key %s -subj / -out next.csr\" makes of it, or its public "
	    "key (\"openssl pkey -in %s -pubout -out next.pub\")", word, word);
	free(word);
	return text;
}

static char *
say_locked(const char *name)
{
	char *word = shell_word(name), *text;

	text = memory_format("it is PKCS#12 with a password, which is not "
	    "asked for here: \"openssl pkcs12 -in %s -nokeys -out "
	    "chain.pem\" asks for it, and makes a chain of the file (with "
	    "-legacy as well where it is old)", word);
	free(word);
	return text;
}

/* What is wrong, where it is not that they are something else. Owned. */
static char *
say_outcome(const struct reading *reading, enum outcome outcome)
{
	switch (outcome) {
	case OUTCOME_UNKNOWN_KEY:
		return memory_string("its key is of an algorithm that is not "
		    "known to this build");
	case OUTCOME_LOCKED:
		return say_locked(reading->file->name);
	case OUTCOME_TOO_MANY:
		return memory_string("more certificates, requests or keys than "
		    "a server can have");
	case OUTCOME_OTHER:
	case OUTCOME_TAKEN:
		break;
	}
	abort();
}

/* Whether it is base64 alone, as copied from the middle of PEM. */
static bool
is_base64(const struct file *file)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/= \t\r\n";

	return file->size >= 64 &&
	    strspn(file->octets, letters) == file->size;
}

/* What a file is that has nothing of use; static. NULL: that is not known. */
static const char *
other_form(const struct file *file)
{
	static const struct {
		const char	*start;
		const char	*form;
	} forms[] = {
		{ "\xff\xfe", "text in UTF-16" },
		{ "\xfe\xff", "text in UTF-16" },
		{ "\xfe\xed\xfe\xed", "a Java keystore" },
		{ "PK\x03\x04", "a ZIP archive" },
	};
	size_t i;

	/* A NUL follows the octets. */
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (strncmp(file->octets, forms[i].start,
		    strlen(forms[i].start)) == 0)
			return forms[i].form;
	}
	if (is_base64(file))
		return "base64 without the lines that begin and end PEM";
	return file_markup(file->octets, file->size);
}

/* Says that it is WANTED that is missing. Owned by the caller. */
static char *
say_other(const struct reading *reading, const char *wanted)
{
	const char *form = other_form(reading->file);

	return form == NULL ? memory_string(wanted) :
	    memory_format("it is %s: give the certificate alone, as PEM",
		form);
}

/* Takes DER. Returns what is wrong (owned), or NULL. */
static char *
take_der(struct reading *reading)
{
	static take_octets *const takes[] = { take_certificate, take_request,
		take_public_key, take_pkcs7, take_pkcs12 };
	const unsigned char *der = (unsigned char *)reading->file->octets;
	const size_t size = reading->file->size;
	enum outcome outcome = OUTCOME_OTHER;
	size_t i;

	for (i = 0; i < sizeof(takes) / sizeof(takes[0]); i++) {
		outcome = takes[i](reading, der, size);
		if (outcome == OUTCOME_TAKEN)
			return NULL;
		if (outcome != OUTCOME_OTHER)
			return say_outcome(reading, outcome);
	}
	if (keyfile_is_private_key(der, size))
		return say_private_key(reading->file->name);
	return say_other(reading, "it is not a certificate, certificate "
	    "request or public key");
}

/* Takes a block of PEM. Returns what is wrong (owned), or NULL. */
static char *
take_block(struct reading *reading, const struct pem_block *block)
{
	static take_octets *const takes[] = {
		[PEM_CERTIFICATE] = take_certificate_block,
		[PEM_REQUEST] = take_request,
		[PEM_PUBLIC_KEY] = take_public_key,
		[PEM_PKCS7] = take_pkcs7,
	};
	enum outcome outcome;
	char *what, *why;

	if (block->kind == PEM_PRIVATE_KEY) {
		reading->private_keys++;
		reading->behind_key = true;
		return NULL;
	}
	outcome = takes[block->kind](reading, block->der, block->size);
	if (outcome == OUTCOME_TAKEN)
		return NULL;
	if (outcome == OUTCOME_OTHER)
		return memory_format("line %zu: the %s that begins here is "
		    "damaged", block->line, pem_kind_name(block->kind));
	what = say_outcome(reading, outcome);
	why = memory_format("line %zu: %s", block->line, what);
	free(what);
	return why;
}

/* Takes PEM. Returns what is wrong (owned), or NULL. */
static char *
take_pem(struct reading *reading)
{
	struct pem_blocks blocks;
	char *why, *other;
	size_t i;

	if (!pem_read(&blocks, reading->file->octets, reading->file->size,
	    &why)) {
		/* In JSON it is all in one line, and that is no help. */
		other = say_other(reading, why);
		free(why);
		return other;
	}
	for (i = 0; i < blocks.count && why == NULL; i++)
		why = take_block(reading, &blocks.items[i]);
	pem_clear(&blocks);
	if (why == NULL && sk_X509_num(reading->certificates) == 0 &&
	    reading->bare.count == 0)
		why = reading->private_keys > 0 ?
		    say_private_key(reading->file->name) :
		    say_other(reading, "no certificate, certificate request "
			"or public key in it");
	return why;
}

/* Takes the first certificate's key. Returns what is wrong (owned), or NULL. */
static char *
take_first_key(struct keyfile *keyfile)
{
	const struct certificate *first = keyfile->chain->certificates;
	const X509_PUBKEY *key = X509_get_X509_PUBKEY(first->x509);

	if (keyfile_take_key(keyfile, key))
		return NULL;
	return memory_format("the key of %s %s", first->subject,
	    key_is_known(key) ? "cannot be decoded" : "is of an algorithm "
	    "that is not known to this build");
}

/* Makes chains of the certificates. Returns what is wrong (owned), or NULL. */
static char *
take_chains(struct keyfiles *keyfiles, const struct reading *reading)
{
	struct chain_split split;
	struct keyfile keyfile;
	char *why = NULL;
	size_t i;

	if (sk_X509_num(reading->certificates) == 0)
		return NULL;
	chain_split_init(&split, reading->certificates,
	    reading->private_keys > 1 ? reading->after_key : NULL);
	for (i = 0; i < split.count && why == NULL; i++) {
		keyfile = (struct keyfile){ .chain = split.chains[i] };
		split.chains[i] = NULL;
		why = take_first_key(&keyfile);
		add(keyfiles, &keyfile);
	}
	chain_split_clear(&split);
	return why;
}

static bool
has_key(const struct keyfiles *keyfiles, const struct keyfile *wanted)
{
	const struct keyfile *item;
	size_t i;

	for (i = 0; i < keyfiles->count; i++) {
		item = &keyfiles->items[i];
		if (item->spki_size == wanted->spki_size &&
		    memcmp(item->spki, wanted->spki, item->spki_size) == 0)
			return true;
	}
	return false;
}

/* Moves what is without a certificate. */
static void
move_bare(struct keyfiles *keyfiles, struct reading *reading)
{
	size_t i;

	for (i = 0; i < reading->bare.count; i++) {
		if (has_key(keyfiles, &reading->bare.items[i]))
			continue;
		add(keyfiles, &reading->bare.items[i]);
		memset(&reading->bare.items[i], 0,
		    sizeof(reading->bare.items[i]));
	}
}

/* Returns what is wrong with the file (owned), or NULL. */
static char *
take(struct keyfiles *keyfiles, struct reading *reading)
{
	const struct file *file = reading->file;
	char *why;

	if (file->size == 0)
		return memory_string("it is empty");
	/* PEM is text: NUL octets, if any, lie behind it. */
	why = strstr(file->octets, "-----BEGIN ") != NULL ?
	    take_pem(reading) : take_der(reading);
	if (why == NULL)
		why = take_chains(keyfiles, reading);
	if (why != NULL)
		return why;
	move_bare(keyfiles, reading);
	if (keyfiles->count == 0)
		return memory_string("no certificate in it");
	return keyfiles->count <= KEYFILE_MAX ? NULL :
	    say_outcome(reading, OUTCOME_TOO_MANY);
}

bool
keyfiles_init(struct keyfiles *keyfiles, const struct file *file, char **why)
{
	struct reading reading = {
		.file = file,
		.certificates = sk_X509_new_null(),
	};
	char *what;
	size_t i;

	if (reading.certificates == NULL)
		abort();
	*keyfiles = (struct keyfiles){ NULL, 0 };
	what = take(keyfiles, &reading);
	ERR_clear_error();
	sk_X509_pop_free(reading.certificates, X509_free);
	keyfiles_clear(&reading.bare);
	for (i = 0; i < keyfiles->count; i++)
		keyfiles->items[i].file = memory_string(file->name);
	if (what == NULL)
		return true;
	*why = memory_format("%s: %s", file->name, what);
	free(what);
	keyfiles_clear(keyfiles);
	return false;
}

struct keyfile *
keyfiles_move(struct keyfiles *keyfiles, struct keyfile *items,
    size_t *count)
{
	struct keyfiles moved = { items, *count };
	size_t i;

	for (i = 0; i < keyfiles->count; i++) {
		add(&moved, &keyfiles->items[i]);
		memset(&keyfiles->items[i], 0, sizeof(keyfiles->items[i]));
	}
	keyfiles_clear(keyfiles);
	*count = moved.count;
	return moved.items;
}

bool
keyfile_check_order(const struct keyfile *keyfile, char **why)
{
	const struct chain *chain = keyfile->chain;
	size_t issued = chain != NULL ?
	    verifier_issued_by_leaf(NULL, chain) : 0;

	if (issued == 0 && (chain == NULL ||
	    chain_split_may_be_own(chain->certificates[0].x509)))
		return true;
	if (issued == 0)
		*why = memory_format("%s: the server's certificate must come "
		    "first, but the first one, %s, is a CA's", keyfile->file,
		    chain->certificates[0].subject);
	else
		*why = memory_format("%s: the server's certificate must come "
		    "first, but the first one, %s, is the issuer of %s",
		    keyfile->file, chain->certificates[0].subject,
		    chain->certificates[issued].subject);
	return false;
}

void
keyfile_clear(struct keyfile *keyfile)
{
	size_t i;

	for (i = 0; i < keyfile->name_count; i++)
		free(keyfile->names[i]);
	free(keyfile->names);
	free(keyfile->subject);
	chain_free(keyfile->chain);
	free(keyfile->spki);
	free(keyfile->file);
	memset(keyfile, 0, sizeof(*keyfile));
}

void
keyfiles_clear(struct keyfiles *keyfiles)
{
	size_t i;

	for (i = 0; i < keyfiles->count; i++)
		keyfile_clear(&keyfiles->items[i]);
	free(keyfiles->items);
	*keyfiles = (struct keyfiles){ NULL, 0 };
}
