#include "checker/tlsa/match.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "checker/tlsa/match_why.h"
#include "checker/tlsa/tlsa.h"
#include "checker/tlsa/verifier_parts.h"
#include "resolver/memory.h"
#include "smtp/chain.h"
#include "smtp/key_cost.h"

/*
 * What was found out about one digest. To OpenSSL others of the same
 * certificates are the same: it compares them, and nothing else. Without that,
 * a hundred records of dozens of certificates would take seconds.
 */
struct alike {
	uint32_t		 certificates;	/* bits: those that it is of */
	uint8_t			 usage;
	struct match_result	 found;		/* its text is owned */
	struct alike		*next;		/* owned */
};

/* The state that all records of one chain share. */
struct matcher {
	const struct match_input *input;	/* borrowed */
	struct verifier		 *verifier;	/* borrowed */
	/* Owned; the chain as sent; NULL until OpenSSL is asked. */
	STACK_OF(X509)		 *stack;
	struct alike		 *alike;	/* owned, a list */
};

/* The faults of a chain, collected by a verification that goes on. */
struct fault_list {
	const struct matcher	*matcher;	/* borrowed */
	unsigned int		 bits;		/* enum match_fault */
	char			*text;		/* owned; NULL: no fault */
};

/* Milliseconds to build a path, for each certificate of the chain. */
#define PATH_COST 0.01

static void
matcher_clear(struct matcher *matcher)
{
	struct alike *alike, *next;

	for (alike = matcher->alike; alike != NULL; alike = next) {
		next = alike->next;
		free(alike->found.why);
		free(alike);
	}
	sk_X509_pop_free(matcher->stack, X509_free);
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

/* The certificate's index in the chain as sent, or the chain's count. */
static int
index_of(const struct matcher *matcher, const X509 *x509)
{
	int i;

	for (i = 0; i < sk_X509_num(matcher->stack); i++) {
		if (X509_cmp(sk_X509_value(matcher->stack, i), x509) == 0)
			break;
	}
	return i;
}

static const char *
subject_at(const struct matcher *matcher, int depth)
{
	const struct chain *chain = matcher->input->chain;

	if (depth == 0)
		return "the server's certificate";
	return (size_t)depth < chain->count ?
	    chain->certificates[depth].subject :
	    "the certificate in the record";
}

/* Adds a fault, the first of each kind with TEXT (takes ownership). */
static void
add_fault(struct fault_list *faults, enum match_fault fault, char *text)
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

/* OpenSSL's callback for each step; 1 makes it go on after a fault. */
static int
on_step(int good, X509_STORE_CTX *context)
{
	const struct verification *verification =
	    X509_STORE_CTX_get_app_data(context);
	struct fault_list *faults = verification->faults;
	const struct matcher *matcher = faults->matcher;
	const X509 *x509 = X509_STORE_CTX_get_current_cert(context);
	const int error = X509_STORE_CTX_get_error(context);
	const enum match_fault fault = fault_of(error);

	if (good)
		return 1;
	add_fault(faults, fault, fault == MATCH_FAULT_NAME ?
	    match_why_name(matcher->input) :
	    match_why_error(error, x509, x509 == NULL ? "the chain" :
	    subject_at(matcher, index_of(matcher, x509))));
	return 1;
}

/* The rules of this chain, beside those of all (verifier_store). */
static void
set_rules(X509_VERIFY_PARAM *rules, const struct match_input *input)
{
	size_t i;

	X509_VERIFY_PARAM_set_time(rules, input->when);
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
	double cost = PATH_COST * (double)matcher->input->chain->count;

	if (record->selector == TLSA_SPKI &&
	    record->matching_type == TLSA_FULL) {
		key = d2i_PUBKEY(NULL, &der, (long)record->size);
		cost += key_cost(key);
		EVP_PKEY_free(key);
	}
	return cost;
}

/*
 * Whether OpenSSL verifies the chain with the record in SSL. With FAULTS (may
 * be NULL) it goes on after each fault and lists them, and only UNTRIED of what
 * is returned means something.
 */
static enum match_status
verify(const struct matcher *matcher, const struct tlsa *record, SSL *ssl,
    struct fault_list *faults)
{
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	struct verification verification = {
		.verifier = matcher->verifier,
		.input = matcher->input,
		.ssl = ssl,
		.faults = faults,
	};
	bool allowed, verified;

	if (context == NULL || X509_STORE_CTX_init(context,
	    verifier_store(matcher->verifier),
	    sk_X509_value(matcher->stack, 0), matcher->stack) != 1 ||
	    X509_STORE_CTX_set_app_data(context, &verification) != 1)
		abort();
	set_rules(X509_STORE_CTX_get0_param(context), matcher->input);
	X509_STORE_CTX_set0_dane(context, SSL_get0_dane(ssl));
	X509_STORE_CTX_set_verify(context, verifier_path);
	if (faults != NULL)
		X509_STORE_CTX_set_verify_cb(context, on_step);
	/* Usage 3 takes no path and no signature. */
	allowed = record->usage == TLSA_DANE_EE ||
	    verifier_charge(matcher->verifier, path_cost(matcher, record));
	verified = allowed && X509_verify_cert(context) == 1 &&
	    X509_STORE_CTX_get_error(context) == X509_V_OK;
	X509_STORE_CTX_free(context);
	if (!allowed || verification.unchecked)
		return MATCH_UNTRIED;
	return verified ? MATCH_MATCH : MATCH_MISMATCH;
}

/* The depth at which OpenSSL's last verification found the record's data. */
static int
depth_found(const struct matcher *matcher, SSL *ssl)
{
	X509 *x509 = NULL;

	if (SSL_get0_dane_authority(ssl, &x509, NULL) < 0)
		return MATCH_NO_DEPTH;
	return x509 != NULL ? index_of(matcher, x509) :
	    sk_X509_num(matcher->stack);
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

/* The depth of the certificate above the server's own that the data is of. */
static int
depth_of_data(const struct matcher *matcher, const struct tlsa *record)
{
	const struct chain *chain = matcher->input->chain;
	size_t i;

	for (i = 1; i < chain->count; i++) {
		if (!chain_repeats_own(chain, i) &&
		    match_is_of(record, &chain->certificates[i]))
			return (int)i;
	}
	return MATCH_NO_DEPTH;
}

static char *
why_data(const struct tlsa *record, const struct chain *chain)
{
	return match_why_data(record, chain, chain->count > 0 &&
	    match_is_of(record, chain->certificates));
}

/* Finds out why a record does not match, if the budget allows. */
static void
explain(const struct matcher *matcher, const struct tlsa *record, SSL *ssl,
    struct match_result *result)
{
	struct fault_list faults = { .matcher = matcher };

	if (record->usage == TLSA_DANE_TA) {
		if (verify(matcher, record, ssl, &faults) == MATCH_UNTRIED)
			result->status = MATCH_UNTRIED;
		if (lacks_names(matcher, record))
			add_fault(&faults, MATCH_FAULT_NAME,
			    match_why_name(matcher->input));
		result->depth = depth_found(matcher, ssl);
		if (result->depth == MATCH_NO_DEPTH)
			result->depth = depth_of_data(matcher, record);
	}
	if (result->depth == MATCH_NO_DEPTH) {
		result->faults = MATCH_FAULT_DATA;
		result->why = why_data(record, matcher->input->chain);
	} else {
		result->faults = faults.bits != 0 ? faults.bits :
		    MATCH_FAULT_CHAIN;
		result->why = match_why_chain(record, matcher->input->chain,
		    result->depth, faults.text);
	}
	free(faults.text);
}

static void
verify_record(struct matcher *matcher, const struct tlsa *record,
    struct match_result *result)
{
	SSL *ssl;

	if (matcher->stack == NULL)
		matcher->stack = chain_to_stack(matcher->input->chain);
	ssl = session_with(matcher, record);
	result->status = verify(matcher, record, ssl, NULL);
	if (result->status == MATCH_MATCH && lacks_names(matcher, record))
		result->status = MATCH_MISMATCH;
	if (result->status == MATCH_MATCH)
		result->depth = depth_found(matcher, ssl);
	else if (result->status == MATCH_MISMATCH)
		explain(matcher, record, ssl, result);
	SSL_free(ssl);
}

/* Which certificates a digest is of, as bits. */
static uint32_t
certificates_of(const struct tlsa *record, const struct chain *chain)
{
	uint32_t bits = 0;
	size_t i;

	for (i = 0; i < chain->count; i++) {
		if (match_is_of(record, &chain->certificates[i]))
			bits |= UINT32_C(1) << i;
	}
	return bits;
}

/* Borrowed; NULL: none like it has been judged. */
static const struct alike *
find_alike(const struct matcher *matcher, const struct tlsa *record,
    uint32_t certificates)
{
	const struct alike *alike;

	for (alike = matcher->alike; alike != NULL; alike = alike->next) {
		if (alike->certificates == certificates &&
		    alike->usage == record->usage)
			break;
	}
	return alike;
}

static void
remember(struct matcher *matcher, const struct tlsa *record,
    uint32_t certificates, const struct match_result *found)
{
	struct alike *alike = memory_new(1, sizeof(*alike));

	alike->certificates = certificates;
	alike->usage = record->usage;
	alike->found = *found;
	alike->found.why = memory_string(found->why);
	alike->next = matcher->alike;
	matcher->alike = alike;
}

static void
judge_digest(struct matcher *matcher, const struct tlsa *record,
    struct match_result *result)
{
	const struct chain *chain = matcher->input->chain;
	const uint32_t certificates = certificates_of(record, chain);
	const struct alike *other = find_alike(matcher, record, certificates);

	if (other != NULL) {
		result->status = other->found.status;
		result->depth = other->found.depth;
		result->faults = other->found.faults;
		result->why = (result->faults & MATCH_FAULT_DATA) != 0 ?
		    why_data(record, chain) : memory_string(other->found.why);
		return;
	}
	if (certificates != 0) {
		verify_record(matcher, record, result);
	} else {
		result->status = MATCH_MISMATCH;
		result->faults = MATCH_FAULT_DATA;
		result->why = why_data(record, chain);
	}
	remember(matcher, record, certificates, result);
}

static void
match_record(struct matcher *matcher, const struct tlsa *record,
    struct match_result *result)
{
	if (record->matching_type == TLSA_FULL)
		verify_record(matcher, record, result);
	else
		judge_digest(matcher, record, result);
	result->would_match = result->status == MATCH_MATCH;
	if (result->status == MATCH_UNTRIED) {
		free(result->why);
		result->why = memory_string(
		    verifier_exhausted(matcher->verifier));
		result->faults = 0;
	} else if (record->ignored) {
		result->status = MATCH_IGNORED;
		free(result->why);
		result->why = memory_string("a SHA2-512 record with the same "
		    "usage and selector takes precedence (RFC 7671 9)");
	}
}

struct match_result *
match_chain(const struct match_input *input)
{
	const struct tlsa_set *set = input->records;
	struct match_result *results, *result;
	struct verifier *own = input->verifier == NULL ?
	    verifier_new(NULL) : NULL;
	struct matcher matcher = {
		.input = input,
		.verifier = own != NULL ? own : input->verifier,
	};
	size_t i;

	ERR_set_mark();
	results = memory_new(set->count, sizeof(*results));
	for (i = 0; i < set->count; i++) {
		result = &results[i];
		result->record = i;
		result->depth = MATCH_NO_DEPTH;
		if (set->records[i].usable)
			match_record(&matcher, &set->records[i], result);
		else
			result->why = memory_string(set->records[i].why);
	}
	matcher_clear(&matcher);
	verifier_free(own);
	ERR_pop_to_mark();
	return results;
}

struct match_result *
match_copy(const struct match_result *results, size_t count)
{
	struct match_result *copy = memory_new(count, sizeof(*copy));
	size_t i;

	for (i = 0; i < count; i++) {
		copy[i] = results[i];
		copy[i].why = memory_string(results[i].why);
	}
	return copy;
}

void
match_free(struct match_result *results, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		free(results[i].why);
	free(results);
}

bool
match_any(const struct match_result *results, size_t count,
    enum match_status status)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (results[i].status == status)
			return true;
	}
	return false;
}

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

const char *
match_status_name(enum match_status status)
{
	static const char *const names[] = {
		[MATCH_UNUSABLE] = "unusable",
		[MATCH_MISMATCH] = "mismatch",
		[MATCH_IGNORED] = "ignored",
		[MATCH_MATCH] = "match",
		[MATCH_UNTRIED] = "untried",
	};

	return names[status];
}
