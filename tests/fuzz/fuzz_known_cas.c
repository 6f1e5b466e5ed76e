/*
 * known_cas_init with any octets, as a file of --issuers may hold them; and
 * what the CAs that it knows are looked up by.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "checker/tlsa/known_cas.h"
#include "checker/tlsa/tlsa.h"
#include "resolver/file.h"
#include "resolver/memory.h"
#include "resolver/text.h"
#include "smtp/chain.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The "2 SELECTOR 1" record with this digest. */
static struct tlsa
record_of(uint8_t selector, const char *digest)
{
	char *text = memory_format("2 %u 1 %s", selector, digest);
	struct tlsa record;
	const char *why;

	if (!tlsa_from_text(&record, text, &why))
		abort();
	free(text);
	return record;
}

/* Whether a CA of the same key or certificate is found; it has both. */
static void
check_found(const struct known_cas *known_cas, uint8_t selector,
    const char *digest)
{
	struct tlsa record = record_of(selector, digest);
	const struct known_ca *found = known_cas_find(known_cas, &record);
	size_t i;

	assert(found != NULL);
	if (selector == TLSA_SPKI) {
		assert(strcmp(found->spki_sha256, digest) == 0);
		assert(known_cas_find_key(known_cas, record.data,
		    record.size) == found);
	} else {
		for (i = 0; strcmp(found->cert_sha256[i], digest) != 0; i++)
			assert(i + 1 < KNOWN_CA_CERTIFICATES_MAX);
	}
	free(record.data);
}

/* A CA takes turns with others only while it issues, and with itself then. */
static void
check_rotation(const struct known_cas *known_cas, const struct known_ca *ca)
{
	const struct known_ca *sibling;
	size_t i, own = 0;

	for (i = 0; (sibling = known_cas_rotation(known_cas, ca, i)) != NULL;
	    i++) {
		assert(sibling->state == KNOWN_CA_ACTIVE);
		own += sibling == ca;
	}
	assert(own == (ca->state == KNOWN_CA_ACTIVE ? 1 : 0));
	assert(known_cas_rotation(known_cas, ca, i + 1) == NULL);
}

static void
check(const struct known_cas *known_cas)
{
	static const uint8_t name[] = "\x30\x0d\x31\x0b\x30\x09\x06\x03\x55"
	    "\x04\x03\x0c\x02" "R3";
	const struct distinguished_name subject = {
		.der = (uint8_t *)(uintptr_t)name, .size = sizeof(name) - 1 };
	const struct known_ca *ca;
	size_t i, j;

	for (i = 0; i < known_cas->count; i++) {
		ca = &known_cas->items[i];
		assert(ca->name[0] != '\0');
		assert(text_is_printable(ca->name, strlen(ca->name)));
		check_found(known_cas, TLSA_SPKI, ca->spki_sha256);
		for (j = 0; j < KNOWN_CA_CERTIFICATES_MAX &&
		    ca->cert_sha256[j] != NULL; j++)
			check_found(known_cas, TLSA_CERT, ca->cert_sha256[j]);
		check_rotation(known_cas, ca);
		known_cas_is_subject(ca, &subject);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct known_cas known_cas;
	struct file file;
	char *why = NULL;

	file_init(&file, "file", data, size);
	if (known_cas_init(&known_cas, &file, &why)) {
		check(&known_cas);
		known_cas_clear(&known_cas);
	} else {
		assert(known_cas.count == 0 && known_cas.text == NULL);
		assert(strncmp(why, "file, line ", 11) == 0);
		assert(text_is_printable(why, strlen(why)));
		free(why);
	}
	file_clear(&file);
	return 0;
}
