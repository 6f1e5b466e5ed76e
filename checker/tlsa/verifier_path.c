/*
 * The last step of a verification (RFC 5280 6.1.3 a 1 and 2), in the order and
 * with the errors of OpenSSL's own function, internal_verify() of
 * crypto/x509/x509_vfy.c, which it takes the place of. What that one does for
 * settings that are not ours (no check of time, self-signatures checked, an
 * incomplete chain accepted) is left out. tests/unit/tlsa/test_verifier.c has
 * both functions judge the same chains.
 */
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "checker/tlsa/verifier_parts.h"

/* Reports a fault to the callback, which says whether to go on. */
static bool
goes_on(X509_STORE_CTX *context, X509 *certificate, int depth, int error)
{
	X509_STORE_CTX_set_error_depth(context, depth);
	X509_STORE_CTX_set_current_cert(context, certificate);
	X509_STORE_CTX_set_error(context, error);
	return X509_STORE_CTX_get_verify_cb(context)(0, context) != 0;
}

/* X509_V_OK, or that the issuer's key is not for signing certificates. */
static int
check_usage(X509 *issuer, X509 *issued)
{
	const uint32_t usage = X509_get_key_usage(issuer);

	if ((X509_get_extension_flags(issued) & EXFLAG_PROXY) != 0)
		return (usage & KU_DIGITAL_SIGNATURE) != 0 ? X509_V_OK :
		    X509_V_ERR_KEYUSAGE_NO_DIGITAL_SIGNATURE;
	return (usage & KU_KEY_CERT_SIGN) != 0 ? X509_V_OK :
	    X509_V_ERR_KEYUSAGE_NO_CERTSIGN;
}

/* Checks the signature of the certificate at DEPTH. False: stop. */
static bool
check_signature(X509_STORE_CTX *context, X509 *issuer, X509 *issued, int depth)
{
	struct verification *verification =
	    X509_STORE_CTX_get_app_data(context);
	const struct chain *chain = verification->chain;
	const struct verifier_certificate a = { issuer, chain };
	const struct verifier_certificate b = { issued, chain };
	const int error = check_usage(issuer, issued);

	if (error != X509_V_OK && !goes_on(context, issuer, depth + 1, error))
		return false;
	if (X509_get0_pubkey(issuer) == NULL)
		return goes_on(context, issuer, depth + 1,
		    X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY);
	switch (verifier_signature(verification->verifier, &b, &a)) {
	case SIGNATURE_VALID:
		return true;
	case SIGNATURE_INVALID:
		return goes_on(context, issued, depth,
		    X509_V_ERR_CERT_SIGNATURE_FAILURE);
	case SIGNATURE_UNCHECKED:
		break;
	}
	verification->unchecked = true;
	X509_STORE_CTX_set_error(context, X509_V_ERR_APPLICATION_VERIFICATION);
	return false;
}

/* The error in one end of the validity: ORDER is that of X509_cmp_time. */
static bool
check_end(X509_STORE_CTX *context, X509 *certificate, int depth, int order,
    bool begins)
{
	if (order == 0)
		return goes_on(context, certificate, depth, begins ?
		    X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD :
		    X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD);
	if (begins && order > 0)
		return goes_on(context, certificate, depth,
		    X509_V_ERR_CERT_NOT_YET_VALID);
	if (!begins && order < 0)
		return goes_on(context, certificate, depth,
		    X509_V_ERR_CERT_HAS_EXPIRED);
	return true;
}

static bool
check_dates(X509_STORE_CTX *context, X509 *certificate, int depth)
{
	const struct verification *verification =
	    X509_STORE_CTX_get_app_data(context);
	time_t when = verification->when;

	return check_end(context, certificate, depth,
	    X509_cmp_time(X509_get0_notBefore(certificate), &when), true) &&
	    check_end(context, certificate, depth,
	    X509_cmp_time(X509_get0_notAfter(certificate), &when), false);
}

/* Whether a bare key in the record signed the top of the path (2 1 0). */
static bool
ends_in_bare_key(const struct verification *verification)
{
	EVP_PKEY *key = NULL;

	return SSL_get0_dane_authority(verification->ssl, NULL, &key) >= 0 &&
	    key != NULL;
}

/*
 * Where the checks begin: at the top of the path, whose own signature is not
 * checked, or below an anchor that another certificate issued, and whose dates
 * do not count then. *ISSUER becomes the one above; NULL: it is a bare key.
 * -1: stop.
 */
static int
begin(X509_STORE_CTX *context, STACK_OF(X509) *path, X509 **issuer)
{
	const int top = sk_X509_num(path) - 1;

	*issuer = sk_X509_value(path, top);
	if (ends_in_bare_key(X509_STORE_CTX_get_app_data(context))) {
		*issuer = NULL;
		return top;
	}
	if (X509_self_signed(*issuer, 0) == 1)
		return top;
	if (top > 0)
		return top - 1;
	return goes_on(context, *issuer, 0,
	    X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE) ? top : -1;
}

int
verifier_path(X509_STORE_CTX *context)
{
	STACK_OF(X509) *path = X509_STORE_CTX_get0_chain(context);
	X509 *issued, *issuer;
	int depth = begin(context, path, &issuer);

	if (depth == -1)
		return 0;
	for (; depth >= 0; depth--) {
		issued = sk_X509_value(path, depth);
		if (issuer != NULL && issuer != issued &&
		    !check_signature(context, issuer, issued, depth))
			return 0;
		if (!check_dates(context, issued, depth))
			return 0;
		X509_STORE_CTX_set_error_depth(context, depth);
		X509_STORE_CTX_set_current_cert(context, issued);
		if (X509_STORE_CTX_get_verify_cb(context)(1, context) == 0)
			return 0;
		issuer = issued;
	}
	return 1;
}
