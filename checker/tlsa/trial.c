/*
 * One verification of a chain with one record, by OpenSSL: which path is built,
 * and whether it holds, is what OpenSSL says.
 */
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <stdlib.h>

#include "checker/tlsa/match_parts.h"
#include "checker/tlsa/match_why.h"
#include "checker/tlsa/tlsa.h"
#include "checker/tlsa/verifier_parts.h"
#include "resolver/memory.h"
#include "smtp/chain.h"
#include "smtp/key_cost.h"

/* RFC 7672 3.1.1: usage 3 takes no path, and so no link that could be weak. */
#define LEVEL_OF_LINKS	1
#define LEVEL_OF_NONE	0

/* What the callback for each step needs. */
struct step {
	struct verification	 verification;	/* first: see on_step */
	const struct matcher	*matcher;	/* borrowed */
	struct fault_list	*faults;	/* borrowed; NULL: none */
};

void
trial_add_fault(struct fault_list *faults, enum match_fault fault, char *text)
{
	if ((faults->bits & fault) == 0)
		faults->text = memory_join(faults->text, "; ", text);
	free(text);
	faults->bits |= fault;
}

static enum match_fault
fault_of(int error)
{
	switch (error) {
	case X509_V_ERR_HOSTNAME_MISMATCH:
		return MATCH_FAULT_NAME;
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return MATCH_FAULT_EXPIRED;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return MATCH_FAULT_NOT_YET;
	default:
		return MATCH_FAULT_CHAIN;
	}
}

/* Whether it says that the path ends without the record. */
static bool
is_end(int error)
{
	switch (error) {
	case X509_V_ERR_DANE_NO_MATCH:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		return true;
	default:
		return false;
	}
}

/* OpenSSL's callback for each step; 1 makes it go on after a fault. */
static int
on_step(int good, X509_STORE_CTX *context)
{
	const struct step *step = X509_STORE_CTX_get_app_data(context);
	const X509 *x509 = X509_STORE_CTX_get_current_cert(context);
	const int error = X509_STORE_CTX_get_error(context);
	const enum match_fault fault = fault_of(error);

	if (good)
		return 1;
	if (is_end(error))
		step->faults->leads_elsewhere = true;
	else
		trial_add_fault(step->faults, fault, fault == MATCH_FAULT_NAME ?
		    match_why_name(step->matcher->input) :
		    match_why_error(error, x509, x509 == NULL ? "the chain" :
		    matcher_subject(step->matcher,
		    matcher_index(step->matcher, x509))));
	return 1;
}

/* Returns a session, never connected, with the one record. Owned. */
static SSL *
session_with(const struct matcher *matcher, const struct tlsa *record)
{
	SSL *ssl = SSL_new(verifier_context(matcher->verifier));

	/* This name is for SNI; the reference names are in the rules. */
	if (ssl == NULL || SSL_dane_enable(ssl, "localhost") != 1)
		abort();
	/* RFC 7672 3.1.1: usage 3 needs no name. */
	SSL_dane_set_flags(ssl, DANE_FLAG_NO_DANE_EE_NAMECHECKS);
	if (SSL_dane_tlsa_add(ssl, record->usage, record->selector,
	    record->matching_type, record->data, record->size) < 0)
		abort();
	return ssl;
}

/* The rules of this verification, beside those of all (verifier_store). */
static void
set_rules(X509_VERIFY_PARAM *rules, const struct matcher *matcher,
    const struct trial *trial)
{
	const struct match_input *input = matcher->input;
	size_t i;

	X509_VERIFY_PARAM_set_time(rules, trial->when);
	X509_VERIFY_PARAM_set_auth_level(rules,
	    trial->record->usage == TLSA_DANE_TA ? LEVEL_OF_LINKS :
	    LEVEL_OF_NONE);
	/* OpenSSL does not count the anchor. */
	X509_VERIFY_PARAM_set_depth(rules, trial->faults != NULL ? CHAIN_MAX :
	    MATCH_HEIGHT_MAX - 1);
	for (i = 0; i < input->reference_name_count; i++) {
		if (X509_VERIFY_PARAM_add1_host(rules,
		    input->reference_names[i], 0) != 1)
			abort();
	}
}

/* What building a path, and trying a bare key on its top, may take. */
static double
path_cost(const struct matcher *matcher, const struct tlsa *record)
{
	const unsigned char *der = record->data;
	EVP_PKEY *key = NULL;
	double cost = MATCH_PATH_COST * (double)matcher->input->chain->count;

	if (record->selector == TLSA_SPKI &&
	    record->matching_type == TLSA_FULL) {
		key = d2i_PUBKEY(NULL, &der, (long)record->size);
		cost += key_cost(key);
		EVP_PKEY_free(key);
	}
	return cost;
}

/* Where the record's data was found, and how high that is in the path. */
static void
find_anchor(const struct matcher *matcher, struct trial *trial, SSL *ssl)
{
	X509 *x509 = NULL;
	int height;

	height = SSL_get0_dane_authority(ssl, &x509, NULL);
	if (height < 0)
		return;
	if (x509 != NULL) {
		trial->depth = matcher_index(matcher, x509);
		trial->height = height;
	} else {
		/* A bare key is above all of the path. */
		trial->depth = sk_X509_num(matcher->stack);
		trial->height = sk_X509_num(trial->path);
	}
}

/* Has OpenSSL verify it. Whether it does without a fault. */
static bool
verify(const struct matcher *matcher, struct trial *trial, SSL *ssl,
    struct step *step)
{
	STACK_OF(X509) *sent = trial->sent != NULL ? trial->sent :
	    matcher->stack;
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	bool verified;

	if (context == NULL || X509_STORE_CTX_init(context,
	    verifier_store(matcher->verifier), sk_X509_value(sent, 0),
	    sent) != 1 || X509_STORE_CTX_set_app_data(context, step) != 1)
		abort();
	set_rules(X509_STORE_CTX_get0_param(context), matcher, trial);
	X509_STORE_CTX_set0_dane(context, SSL_get0_dane(ssl));
	X509_STORE_CTX_set_verify(context, verifier_path);
	if (trial->faults != NULL)
		X509_STORE_CTX_set_verify_cb(context, on_step);
	verified = X509_verify_cert(context) == 1 &&
	    X509_STORE_CTX_get_error(context) == X509_V_OK;
	trial->path = X509_STORE_CTX_get1_chain(context);
	X509_STORE_CTX_free(context);
	return verified;
}

/*
 * Without reference names OpenSSL checks none, but with usage 2 the certificate
 * must have one (RFC 7672 3.2.2).
 */
static bool
lacks_names(const struct matcher *matcher, const struct tlsa *record)
{
	return record->usage == TLSA_DANE_TA &&
	    matcher->input->reference_name_count == 0;
}

void
trial_run(struct matcher *matcher, struct trial *trial)
{
	const struct tlsa *record = trial->record;
	struct step step = {
		.verification = {
			.verifier = matcher->verifier,
			.chain = matcher->input->chain,
			.when = trial->when,
		},
		.matcher = matcher,
		.faults = trial->faults,
	};
	SSL *ssl;

	trial->status = MATCH_UNTRIED;
	trial->depth = trial->height = MATCH_NO_DEPTH;
	trial->path = NULL;
	/* Usage 3 takes no path and no signature. */
	if (record->usage != TLSA_DANE_EE &&
	    !verifier_charge(matcher->verifier, path_cost(matcher, record)))
		return;
	if (matcher->stack == NULL)
		matcher->stack = chain_to_stack(matcher->input->chain);
	ssl = session_with(matcher, record);
	step.verification.ssl = ssl;
	trial->status = verify(matcher, trial, ssl, &step) ? MATCH_MATCH :
	    MATCH_MISMATCH;
	find_anchor(matcher, trial, ssl);
	SSL_free(ssl);
	if (lacks_names(matcher, record)) {
		trial->status = MATCH_MISMATCH;
		if (trial->faults != NULL)
			trial_add_fault(trial->faults, MATCH_FAULT_NAME,
			    match_why_name(matcher->input));
	}
	if (step.verification.unchecked)
		trial->status = MATCH_UNTRIED;
}

void
trial_clear(struct trial *trial)
{
	sk_X509_pop_free(trial->path, X509_free);
	trial->path = NULL;
}
