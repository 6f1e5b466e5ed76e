#include "checker/tlsa/match_why.h"

#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
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

/* Whether it is the key usage (RFC 5280 4.2.1.3), not the CA bit. */
static bool
lacks_usage(const X509 *certificate)
{
	return certificate != NULL && (X509_get_key_usage(
	    (X509 *)certificate) & KU_KEY_CERT_SIGN) == 0;
}

/* "CN=R11 is signed with SHA1, which is too weak for senders". */
static char *
weak_signature(const X509 *certificate, const char *subject)
{
	int digest = NID_undef;

	if (certificate == NULL || X509_get_signature_info((X509 *)certificate,
	    &digest, NULL, NULL, NULL) != 1 || digest == NID_undef)
		return memory_format("%s has a signature that is too weak for "
		    "senders", subject);
	return memory_format("%s is signed with %s, which is too weak for "
	    "senders", subject, OBJ_nid2sn(digest));
}

static char *
weak_key(const X509 *certificate, const char *subject)
{
	const EVP_PKEY *key = certificate != NULL ?
	    X509_get0_pubkey(certificate) : NULL;

	if (key == NULL)
		return memory_format("%s has a key that is too weak for "
		    "senders", subject);
	return memory_format("%s has a key of %d bits (%s), which is too weak "
	    "for senders", subject, EVP_PKEY_get_bits(key),
	    key_type_name(key_type_of(key)));
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
	case X509_V_ERR_CERT_SIGNATURE_FAILURE:
		return memory_format("the signature of %s is invalid",
		    subject);
	case X509_V_ERR_INVALID_CA:
		return memory_format("%s may not sign certificates (%s)",
		    subject, lacks_usage(certificate) ? "key usage" :
		    "CA bit");
	case X509_V_ERR_INVALID_PURPOSE:
		return memory_format("%s is not for TLS servers", subject);
	case X509_V_ERR_CA_MD_TOO_WEAK:
		return weak_signature(certificate, subject);
	case X509_V_ERR_CA_KEY_TOO_SMALL:
	case X509_V_ERR_EE_KEY_TOO_SMALL:
		return weak_key(certificate, subject);
	default:
		return memory_format("%s: %s", subject,
		    X509_verify_cert_error_string(error));
	}
}

char *
match_why_data(const struct tlsa *record, const struct chain *chain)
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
	if (match_is_of(record, chain->certificates))
		return memory_format("%sthe server's own %s, but usage 2 is "
		    "for a CA above it", digests[record->matching_type], what);
	if (record->matching_type == TLSA_FULL)
		return memory_format("the server's certificate does not lead "
		    "up to this %s", what);
	if (chain->truncated)
		return memory_format("none of the first %zu certificates that "
		    "the server sent %s", chain->count,
		    record->selector == TLSA_CERT ? "is this one" :
		    "has this public key");
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
