/*
 * What a record's data is of, by our own comparison.
 */
#include <string.h>

#include "checker/tlsa/match.h"
#include "checker/tlsa/tlsa.h"
#include "smtp/chain.h"

bool
match_is_of(const struct tlsa *record, const struct certificate *certificate)
{
	const bool whole = record->selector == TLSA_CERT;
	const uint8_t *data;
	size_t size;

	switch (record->matching_type) {
	case TLSA_FULL:
		data = whole ? certificate->der : certificate->spki;
		size = whole ? certificate->size : certificate->spki_size;
		break;
	case TLSA_SHA2_256:
		data = whole ? certificate->cert_sha256 :
		    certificate->spki_sha256;
		size = CHAIN_DIGEST;
		break;
	case TLSA_SHA2_512:
		data = whole ? certificate->cert_sha512 :
		    certificate->spki_sha512;
		size = CHAIN_LONG_DIGEST;
		break;
	default:
		return false;
	}
	return record->size == size && memcmp(record->data, data, size) == 0;
}

bool
match_is_of_chain(const struct tlsa *record, const struct chain *chain)
{
	size_t i;

	if (record->usage == TLSA_DANE_EE)
		return chain->count > 0 &&
		    match_is_of(record, chain->certificates);
	for (i = 1; record->usage == TLSA_DANE_TA && i < chain->count; i++) {
		if (!chain_repeats_own(chain, i) &&
		    match_is_of(record, &chain->certificates[i]))
			return true;
	}
	return false;
}
