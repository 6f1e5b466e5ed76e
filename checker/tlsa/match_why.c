#include "checker/tlsa/match_why.h"

#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <stdlib.h>
#include <time.h>

#include "checker/tlsa/match.h"
#include "checker/tlsa/tlsa.h"
#include "resolver/memory.h"
#include "resolver/text.h"
#include "smtp/chain.h"

/* "2026-01-31". Owned by the caller. */
static char *
day_of(const ASN1_TIME *time)
{
	struct tm tm;

	if (time == NULL || ASN1_TIME_to_tm(time, &tm) != 1)
		return memory_string("an invalid date");
	return text_date(timegm(&tm));
}

static char *
on_day(const char *subject, const char *what, const ASN1_TIME *time)
{
	char *day = day_of(time), *text;

	text = memory_format("%s %s %s", subject, what, day);
	free(day);
	return text;
}

char *
match_why_name(const struct match_input *input)
{
	char *text;
	size_t i;

	if (input->reference_name_count == 0)
		return memory_string("there is no reference name to check the "
		    "certificate against");
	text = memory_format("the certificate %s %s",
	    input->reference_name_count == 1 ? "does not have the name" :
	    "has none of the names", input->reference_names[0]);
	for (i = 1; i < input->reference_name_count; i++)
		text = memory_join(text, ", ", input->reference_names[i]);
	return text;
}

char *
match_why_error(int error, const X509 *certificate, const char *subject)
{
	switch (error) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return on_day(subject, "expired on",
		    X509_get0_notAfter(certificate));
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return on_day(subject, "is not valid before",
		    X509_get0_notBefore(certificate));
	case X509_V_ERR_DANE_NO_MATCH:
		return memory_string("the server's certificate does not chain "
		    "up to it");
	case X509_V_ERR_CERT_SIGNATURE_FAILURE:
		return memory_format("the signature of %s is invalid",
		    subject);
	case X509_V_ERR_INVALID_CA:
		return memory_format("%s may not issue certificates (by its CA "
		    "bit, or by its key usage)", subject);
	case X509_V_ERR_INVALID_PURPOSE:
		return memory_format("%s is not for TLS servers", subject);
	default:
		return memory_format("%s: %s", subject,
		    X509_verify_cert_error_string(error));
	}
}

char *
match_why_data(const struct tlsa *record, const struct chain *chain,
    bool of_leaf)
{
	static const char *const digests[] = {
		[TLSA_FULL] = "",
		[TLSA_SHA2_256] = "the SHA2-256 of ",
		[TLSA_SHA2_512] = "the SHA2-512 of ",
	};
	const char *what = record->selector == TLSA_CERT ?
	    "certificate" : "public key";

	if (chain->count == 0)
		return memory_string("the server presented no certificate");
	if (record->usage == TLSA_DANE_EE)
		return memory_format("not %sthe server's %s",
		    digests[record->matching_type], what);
	if (of_leaf)
		return memory_format("%sthe server's own %s, but usage 2 is "
		    "for a CA above it", digests[record->matching_type], what);
	if (record->matching_type == TLSA_FULL)
		return memory_format("the server's certificate does not chain "
		    "up to this %s", what);
	if (chain->count == 1)
		return memory_string("the server sent only its own "
		    "certificate");
	return memory_format("none of the certificates that the server sent "
	    "above its own %s", record->selector == TLSA_CERT ? "is this one" :
	    "has this public key");
}

char *
match_why_chain(const struct tlsa *record, const struct chain *chain,
    int depth, const char *faults)
{
	const char *text = faults != NULL ? faults :
	    "OpenSSL cannot verify the chain";

	if ((size_t)depth < chain->count)
		return memory_format("matches %s, but %s",
		    chain->certificates[depth].subject, text);
	return memory_format("chains up to the %s in the record, but %s",
	    record->selector == TLSA_CERT ? "certificate" : "public key",
	    text);
}
