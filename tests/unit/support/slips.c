#include "tests/unit/support/slips.h"

#include <assert.h>
#include <ctype.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "checker/tlsa/tlsa.h"
#include "resolver/memory.h"
#include "resolver/text.h"
#include "smtp/chain.h"

struct tlsa
slips_record(const char *form, const struct certificate *certificate)
{
	struct tlsa record;

	tlsa_of_certificate(&record, certificate, TLSA_DANE_EE,
	    (enum tlsa_selector)(form[0] - '0'),
	    (enum tlsa_matching_type)(form[2] - '0'));
	return record;
}

static X509 *
decode(const struct certificate *certificate)
{
	const unsigned char *der = certificate->der;
	X509 *x509 = d2i_X509(NULL, &der, (long)certificate->size);

	assert(x509 != NULL);
	return x509;
}

/* DATA is copied. */
static void
replace(struct tlsa *record, const void *data, size_t size)
{
	uint8_t *copy = memory_copy(data, size);

	free(record->data);
	record->data = copy;
	record->size = size;
}

static void
digest(struct tlsa *record, const EVP_MD *type, const void *data, size_t size)
{
	unsigned char made[EVP_MAX_MD_SIZE];
	unsigned int made_size;

	assert(EVP_Digest(data, size, made, &made_size, type, NULL) == 1);
	replace(record, made, made_size);
}

static const EVP_MD *
digest_of(const char *form)
{
	return form[2] == '2' ? EVP_sha512() : EVP_sha256();
}

/* The whole part that FORM means, and a digest of it. */
static void
digest_part(struct tlsa *record, const EVP_MD *type, const char *form,
    const struct certificate *certificate)
{
	const char whole[] = { form[0], ' ', '0', '\0' };
	struct tlsa part = slips_record(whole, certificate);

	digest(record, type, part.data, part.size);
	free(part.data);
}

void
slip_sha_1(struct tlsa *record, const char *form,
    const struct certificate *certificate)
{
	digest_part(record, EVP_sha1(), form, certificate);
}

void
slip_sha_384(struct tlsa *record, const char *form,
    const struct certificate *certificate)
{
	digest_part(record, EVP_sha384(), form, certificate);
}

void
slip_bare_key(struct tlsa *record, const char *form,
    const struct certificate *certificate)
{
	X509 *x509 = decode(certificate);
	const ASN1_BIT_STRING *key = X509_get0_pubkey_bitstr(x509);

	digest(record, digest_of(form), ASN1_STRING_get0_data(key),
	    (size_t)ASN1_STRING_length(key));
	X509_free(x509);
}

/* The text of the certificate, or with selector 1 of the key. Owned. */
static char *
pem_of(const char *form, const struct certificate *certificate)
{
	X509 *x509 = decode(certificate);
	BIO *memory = BIO_new(BIO_s_mem());
	char *bytes, *text;
	long size;

	assert(memory != NULL);
	if (form[0] == '0')
		PEM_write_bio_X509(memory, x509);
	else
		PEM_write_bio_PUBKEY(memory, X509_get0_pubkey(x509));
	size = BIO_get_mem_data(memory, &bytes);
	assert(size > 0);
	text = memory_copy(bytes, (size_t)size);
	BIO_free(memory);
	X509_free(x509);
	return text;
}

void
slip_pem(struct tlsa *record, const char *form,
    const struct certificate *certificate)
{
	char *text = pem_of(form, certificate);

	digest(record, digest_of(form), text, strlen(text));
	free(text);
}

void
slip_pem_without_end(struct tlsa *record, const char *form,
    const struct certificate *certificate)
{
	char *text = pem_of(form, certificate);

	digest(record, digest_of(form), text, strlen(text) - 1);
	free(text);
}

void
slip_pem_on_windows(struct tlsa *record, const char *form,
    const struct certificate *certificate)
{
	char *text = pem_of(form, certificate), *line, *rest = text;
	char *lines = memory_string(""), *longer;

	while ((line = strtok_r(rest, "\n", &rest)) != NULL) {
		longer = memory_format("%s%s\r\n", lines, line);
		free(lines);
		lines = longer;
	}
	digest(record, digest_of(form), lines, strlen(lines));
	free(lines);
	free(text);
}

void
slip_nothing(struct tlsa *record, const char *form,
    const struct certificate *certificate)
{
	(void)certificate;
	digest(record, digest_of(form), "", 0);
}

void
slip_hex(struct tlsa *record, const char *form,
    const struct certificate *certificate)
{
	char *text = text_hex(record->data, record->size);

	(void)form;
	(void)certificate;
	replace(record, text, strlen(text));
	free(text);
}

void
slip_hex_capitals(struct tlsa *record, const char *form,
    const struct certificate *certificate)
{
	size_t i;

	slip_hex(record, form, certificate);
	for (i = 0; i < record->size; i++)
		record->data[i] = (uint8_t)toupper(record->data[i]);
}

void
slip_hex_colons(struct tlsa *record, const char *form,
    const struct certificate *certificate)
{
	char *text = memory_string(""), *longer;
	size_t i;

	(void)form;
	(void)certificate;
	for (i = 0; i < record->size; i++) {
		longer = memory_format("%s%s%02X", text, i > 0 ? ":" : "",
		    record->data[i]);
		free(text);
		text = longer;
	}
	replace(record, text, strlen(text));
	free(text);
}

void
slip_base64(struct tlsa *record, const char *form,
    const struct certificate *certificate)
{
	unsigned char *text = memory_new(record->size + 3, 2);
	int size;

	(void)form;
	(void)certificate;
	size = EVP_EncodeBlock(text, record->data, (int)record->size);
	replace(record, text, (size_t)size);
	free(text);
}

void
slip_first_digit(struct tlsa *record, const char *form,
    const struct certificate *certificate)
{
	(void)form;
	(void)certificate;
	record->data[0] ^= 0x10;
}

void
slip_last_digit(struct tlsa *record, const char *form,
    const struct certificate *certificate)
{
	(void)form;
	(void)certificate;
	record->data[record->size - 1] ^= 0x01;
}

/* The 20th digit and the 21st, or what would make them two that differ. */
void
slip_swapped_digits(struct tlsa *record, const char *form,
    const struct certificate *certificate)
{
	uint8_t low = record->data[9] & 0x0f, high = record->data[10] >> 4;

	(void)form;
	(void)certificate;
	if (low == high) {
		low ^= 1;
		high ^= 2;
	}
	record->data[9] = (uint8_t)((record->data[9] & 0xf0) | high);
	record->data[10] = (uint8_t)((record->data[10] & 0x0f) | low << 4);
}

void
slip_octet_lost(struct tlsa *record, const char *form,
    const struct certificate *certificate)
{
	(void)form;
	(void)certificate;
	record->size--;
}

void
slip_octet_added(struct tlsa *record, const char *form,
    const struct certificate *certificate)
{
	uint8_t longer[EVP_MAX_MD_SIZE + 1] = { 0 };

	(void)form;
	(void)certificate;
	memcpy(longer, record->data, record->size);
	replace(record, longer, record->size + 1);
}
