#include "checker/make.h"

#include <ldns/ldns.h>
#include <openssl/x509.h>
#include <stdlib.h>

#include "resolver/memory.h"
#include "smtp/chain.h"

bool
make_tlsa(struct tlsa *record, const struct certificate *certificate,
    enum tlsa_usage usage, enum tlsa_selector selector,
    enum tlsa_matching_type matching_type)
{
	const unsigned char *der = certificate->der;
	ldns_rdf *data = NULL;
	X509 *x509;
	bool made;

	x509 = d2i_X509(NULL, &der, (long)certificate->size);
	if (x509 == NULL)
		return false;
	made = ldns_dane_cert2rdf(&data, x509,
	    (ldns_tlsa_selector)selector,
	    (ldns_tlsa_matching_type)matching_type) == LDNS_STATUS_OK;
	X509_free(x509);
	if (!made)
		return false;

	*record = (struct tlsa){
		.usage = (uint8_t)usage,
		.selector = (uint8_t)selector,
		.matching_type = (uint8_t)matching_type,
		.data = memory_copy(ldns_rdf_data(data), ldns_rdf_size(data)),
		.size = ldns_rdf_size(data),
		.usable = true,
	};
	ldns_rdf_deep_free(data);
	return true;
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
