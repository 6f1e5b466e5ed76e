/*
 * keyfiles_init with any octets: certificates, requests and keys. The first
 * octet chooses the form: the others are the file, or DER that is put into PEM,
 * one block after the other (two octets of length and the octets).
 */
#include <assert.h>
#include <openssl/pem.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checker/tlsa/candidate.h"
#include "checker/tlsa/keyfile.h"
#include "checker/tlsa/pem.h"
#include "resolver/file.h"
#include "resolver/memory.h"
#include "resolver/text.h"
#include "tests/fuzz/mutate.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t	LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most,
	    unsigned int seed);

/* What the first octet stands for; those beyond them are as FORM_FILE. */
enum form {
	FORM_FILE,
	FORM_CERTIFICATES,
	FORM_REQUEST,
	FORM_KEY,
	FORM_TRUSTED,
	FORM_PRIVATE,
	FORM_PKCS7,
	FORMS,
};

static const char *const labels[FORMS] = {
	[FORM_CERTIFICATES] = PEM_STRING_X509,
	[FORM_REQUEST] = PEM_STRING_X509_REQ,
	[FORM_KEY] = PEM_STRING_PUBLIC,
	[FORM_TRUSTED] = PEM_STRING_X509_TRUSTED,
	[FORM_PRIVATE] = PEM_STRING_PKCS8INF,
	[FORM_PKCS7] = PEM_STRING_PKCS7,
};

/* Where DER is in the input: behind the form, and the length of a block. */
static size_t
der_at(uint8_t form)
{
	return form % FORMS == FORM_FILE ? 1 : 3;
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most,
    unsigned int seed)
{
	const size_t at = size > 0 ? der_at(data[0]) : 0;
	size_t changed;

	if (seed % 4 == 0 || size <= at || most < size)
		return LLVMFuzzerMutate(data, size, most);
	changed = mutate_der(data + at, size - at, most - at, seed / 4);
	if (at == 3) {
		data[1] = (uint8_t)(changed >> 8);
		data[2] = (uint8_t)changed;
	}
	return at + changed;
}

/* The next block of the input, as PEM. */
static void
write_block(FILE *out, const char *label, const uint8_t **data, size_t *size)
{
	size_t length = (size_t)(*data)[0] << 8 | (*data)[1];

	*data += 2;
	*size -= 2;
	if (length > *size)
		length = *size;
	PEM_write(out, label, "", *data, (long)length);
	*data += length;
	*size -= length;
}

static struct file
make_file(const uint8_t *data, size_t size)
{
	const char *label = labels[data[0] % FORMS];
	struct file file;
	char *text = NULL;
	size_t length;
	FILE *out;

	data++;
	size--;
	if (label == NULL) {
		file_init(&file, "file", data, size);
		return file;
	}
	out = open_memstream(&text, &length);
	while (size > 2)
		write_block(out, label, &data, &size);
	fclose(out);
	file_init(&file, "file", text, length);
	free(text);
	return file;
}

static void
check_certificate(const struct certificate *certificate)
{
	size_t i;

	assert(certificate->size > 0 && certificate->spki_size > 0);
	assert(text_is_printable(certificate->subject,
	    strlen(certificate->subject)));
	assert(text_is_printable(certificate->issuer,
	    strlen(certificate->issuer)));
	assert(certificate->dns_name_count <= CHAIN_NAMES_MAX);
	for (i = 0; i < certificate->dns_name_count; i++)
		assert(text_is_printable(certificate->dns_names[i],
		    strlen(certificate->dns_names[i])));
	chain_name_equal(&certificate->subject_name,
	    &certificate->issuer_name);
	assert(chain_name_equal(&certificate->subject_name,
	    &certificate->subject_name));
	chain_name_has(&certificate->subject_name, CHAIN_COMMON_NAME, "a");
}

/* The records that mxtlsa makes of it. */
static void
check_candidates(const struct keyfile *keyfile)
{
	struct candidates candidates = { NULL, 0 };
	size_t i;

	candidates_add_recommended(&candidates, keyfile);
	candidates_add_all(&candidates, keyfile, true);
	assert(candidates.count > 0);
	for (i = 0; i < candidates.count; i++) {
		assert(candidates.items[i].record.size > 0);
		assert(candidates.items[i].comment == NULL ||
		    text_is_printable(candidates.items[i].comment,
		    strlen(candidates.items[i].comment)));
	}
	candidates_clear(&candidates);
}

static void
check(const struct keyfile *keyfile)
{
	const struct chain *chain = keyfile->chain;
	char *why = NULL;
	size_t i;

	assert(keyfile->spki != NULL && keyfile->spki_size > 0);
	if (chain != NULL) {
		assert(chain->count > 0 && chain->count <= CHAIN_MAX);
		assert(chain->certificates[0].key_type == keyfile->key_type);
	}
	for (i = 0; chain != NULL && i < chain->count; i++)
		check_certificate(&chain->certificates[i]);
	if (!keyfile_check_order(keyfile, &why))
		assert(text_is_printable(why, strlen(why)));
	free(why);
	check_candidates(keyfile);
}

/* Whether two files have the same certificates and keys. */
static bool
same_keys(const struct keyfiles *a, const struct keyfiles *b)
{
	size_t i;

	if (a->count != b->count)
		return false;
	for (i = 0; i < a->count; i++) {
		if (a->items[i].spki_size != b->items[i].spki_size ||
		    memcmp(a->items[i].spki, b->items[i].spki,
		    a->items[i].spki_size) != 0 ||
		    (a->items[i].chain == NULL) != (b->items[i].chain == NULL))
			return false;
	}
	return true;
}

/* A file whose private keys are forgotten gives what it gave, or nothing. */
static void
check_forgetting(const struct file *file)
{
	struct keyfiles before, after;
	struct file copy;
	char *why;

	if (!keyfiles_init(&before, file, &why)) {
		free(why);
		return;
	}
	file_init(&copy, "file", file->octets, file->size);
	keyfile_forget_keys(&copy);
	if (keyfiles_init(&after, &copy, &why)) {
		assert(same_keys(&before, &after));
		keyfiles_clear(&after);
	} else {
		free(why);
	}
	keyfiles_clear(&before);
	file_clear(&copy);
}

/* Of a file whose private keys are blanked, nothing else has changed. */
static void
check_blanking(const struct file *file)
{
	struct file blanked;
	size_t i;

	file_init(&blanked, "file", file->octets, file->size);
	pem_blank_private_keys(blanked.octets, blanked.size);
	for (i = 0; i < file->size; i++)
		assert(blanked.octets[i] == file->octets[i] ||
		    (blanked.octets[i] == ' ' && file->octets[i] != '\n'));
	file_clear(&blanked);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct keyfiles keyfiles;
	struct file file;
	char *why = NULL;
	size_t i;

	if (size == 0)
		return 0;
	file = make_file(data, size);
	check_blanking(&file);
	check_forgetting(&file);
	if (keyfiles_init(&keyfiles, &file, &why)) {
		assert(keyfiles.count > 0 && keyfiles.count <= KEYFILE_MAX);
		for (i = 0; i < keyfiles.count; i++)
			check(&keyfiles.items[i]);
		keyfiles_clear(&keyfiles);
	} else {
		assert(strncmp(why, "file: ", 6) == 0);
		assert(text_is_printable(why, strlen(why)));
		free(why);
	}
	file_clear(&file);
	return 0;
}
