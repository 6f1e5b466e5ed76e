#include "checker/make.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdlib.h>

#include "resolver/memory.h"
#include "smtp/chain.h"

/* The part that SELECTOR names, in DER. Owned by OpenSSL; 0: there is none. */
static size_t
select_part(const struct certificate *certificate,
    enum tlsa_selector selector, unsigned char **part)
{
	const unsigned char *der = certificate->der;
	X509 *x509;
	int size;

	x509 = d2i_X509(NULL, &der, (long)certificate->size);
	if (x509 == NULL)
		return 0;
	*part = NULL;
	size = selector == TLSA_CERT ? i2d_X509(x509, part) :
	    i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), part);
	X509_free(x509);
	return size > 0 ? (size_t)size : 0;
}

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
 * selector 1), and this is done for each certificate of a survey, which is why
 * none is taken apart for the digests that are known.
 */
bool
make_tlsa(struct tlsa *record, const struct certificate *certificate,
    enum tlsa_usage usage, enum tlsa_selector selector,
    enum tlsa_matching_type matching_type)
{
	const struct tlsa kind = {
		.usage = (uint8_t)usage,
		.selector = (uint8_t)selector,
		.matching_type = (uint8_t)matching_type,
	};
	unsigned char *part;
	size_t size;

	if (matching_type == TLSA_SHA2_256) {
		*record = kind;
		record->usable = true;
		record->data = memory_copy(selector == TLSA_CERT ?
		    certificate->cert_sha256 : certificate->spki_sha256,
		    CHAIN_DIGEST);
		record->size = CHAIN_DIGEST;
		return true;
	}
	size = select_part(certificate, selector, &part);
	if (size == 0)
		return false;
	fill_in(record, &kind, part, size);
	OPENSSL_free(part);
	return true;
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

	if (!make_tlsa(&record, certificate, usage, selector, matching_type))
		return NULL;
	line = tlsa_line(owner, &record);
	free(record.data);
	return line;
}
