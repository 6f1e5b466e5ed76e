#include "checker/tlsa/make.h"

#include <openssl/evp.h>
#include <stdlib.h>

#include "resolver/memory.h"
#include "smtp/chain.h"

static void
fill_in(struct tlsa *record, const struct tlsa *kind,
    const unsigned char *part, size_t size)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int digest_size = 0;

	*record = *kind;
	record->usable = true;
	if (kind->matching_type == TLSA_FULL) {
		record->data = memory_copy(part, size);
		record->size = size;
		return;
	}
	if (EVP_Digest(part, size, digest, &digest_size,
	    kind->matching_type == TLSA_SHA2_256 ? EVP_sha256() :
	    EVP_sha512(), NULL) != 1)
		abort();
	record->data = memory_copy(digest, digest_size);
	record->size = digest_size;
}

/*
 * Not with ldns_dane_cert2rdf: it forgets the key (ldns 1.8.3 leaks it for
 * selector 1), and this is done for each certificate of a survey.
 */
void
make_tlsa(struct tlsa *record, const struct certificate *certificate,
    enum tlsa_usage usage, enum tlsa_selector selector,
    enum tlsa_matching_type matching_type)
{
	const struct tlsa kind = {
		.usage = (uint8_t)usage,
		.selector = (uint8_t)selector,
		.matching_type = (uint8_t)matching_type,
	};

	if (selector == TLSA_CERT)
		fill_in(record, &kind, certificate->der, certificate->size);
	else
		fill_in(record, &kind, certificate->spki,
		    certificate->spki_size);
}

void
make_tlsa_of_key(struct tlsa *record, const uint8_t *spki, size_t size,
    enum tlsa_matching_type matching_type)
{
	const struct tlsa kind = {
		.usage = TLSA_DANE_EE,
		.selector = TLSA_SPKI,
		.matching_type = (uint8_t)matching_type,
	};

	fill_in(record, &kind, spki, size);
}

char *
make_line(const char *owner, const struct certificate *certificate,
    enum tlsa_usage usage, enum tlsa_selector selector,
    enum tlsa_matching_type matching_type)
{
	struct tlsa record;
	char *line;

	make_tlsa(&record, certificate, usage, selector, matching_type);
	line = tlsa_line(owner, &record);
	free(record.data);
	return line;
}
