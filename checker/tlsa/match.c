#include "checker/tlsa/match.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "checker/tlsa/tlsa.h"
#include "resolver/memory.h"
#include "resolver/text.h"
#include "smtp/chain.h"

/* The state that all records of one chain share. */
struct matcher {
	const struct match_input *input;	/* borrowed */
	/* NULL until a record takes more than our own comparison: */
	SSL_CTX			 *context;	/* owned */
	X509_STORE		 *store;	/* owned; it stays empty */
	STACK_OF(X509)		 *stack;	/* owned; the chain as sent */
};

/* The faults of a chain, collected by a verification that goes on. */
struct fault_list {
	const struct matcher	*matcher;	/* borrowed */
	unsigned int		 bits;		/* enum match_fault */
	char			*text;		/* owned; NULL: no fault */
};

/*
 * Sets the rules of each verification. Weak keys and digests are accepted, as
 * senders do: weak encryption is better than the clear text that would be next.
 */
static void
set_rules(X509_VERIFY_PARAM *rules, const struct match_input *input)
{
	size_t i;

	if (X509_VERIFY_PARAM_set_purpose(rules, X509_PURPOSE_SSL_SERVER) != 1)
		abort();
	X509_VERIFY_PARAM_set_auth_level(rules, 0);
	X509_VERIFY_PARAM_set_time(rules, input->when);
	/* RFC 7672 3.2.3: '*' is a whole label or nothing. */
	X509_VERIFY_PARAM_set_hostflags(rules,
	    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	for (i = 0; i < input->reference_name_count; i++) {
		if (X509_VERIFY_PARAM_add1_host(rules,
		    input->reference_names[i], 0) != 1)
			abort();
	}
}

/* Sets up all but the input. */
static void
matcher_init(struct matcher *matcher)
{
	const struct match_input *input = matcher->input;

	matcher->context = SSL_CTX_new(TLS_client_method());
	matcher->store = X509_STORE_new();
	if (matcher->context == NULL || matcher->store == NULL ||
	    SSL_CTX_dane_enable(matcher->context) != 1)
		abort();
	set_rules(X509_STORE_get0_param(matcher->store), input);
	matcher->stack = chain_to_stack(input->chain);
}

static void
matcher_clear(struct matcher *matcher)
{
	sk_X509_pop_free(matcher->stack, X509_free);
	X509_STORE_free(matcher->store);
	SSL_CTX_free(matcher->context);
}

/* Returns a session, never connected, with the one record. Owned. */
static SSL *
session_with(const struct matcher *matcher, const struct tlsa *record)
{
	SSL *ssl = SSL_new(matcher->context);

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

/* "2026-01-31". Owned by the caller. */
static char *
day_of(const ASN1_TIME *time)
{
	struct tm tm;

	if (time == NULL || ASN1_TIME_to_tm(time, &tm) != 1)
		return memory_string("an invalid date");
	return text_date(timegm(&tm));
}

/* "the certificate has none of the names mx.example.org, ...". Owned. */
static char *
name_fault(const struct match_input *input)
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

/* Words for an error of OpenSSL's; its own where they are clear. Owned. */
static char *
chain_fault(int error, const char *subject)
{
	switch (error) {
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

/* Adds a fault, the first of each kind with TEXT (takes ownership). */
static void
add_fault(struct fault_list *faults, enum match_fault fault, char *text)
{
	if ((faults->bits & fault) == 0)
		faults->text = memory_join(faults->text, "; ", text);
	free(text);
	faults->bits |= fault;
}

/* OpenSSL's callback for each step; 1 makes it go on after a fault. */
static int
on_step(int good, X509_STORE_CTX *verification)
{
	struct fault_list *faults = X509_STORE_CTX_get_app_data(verification);
	const X509 *x509 = X509_STORE_CTX_get_current_cert(verification);
	const int error = X509_STORE_CTX_get_error(verification);
	const char *subject;
	char *day;

	if (good)
		return 1;
	subject = x509 != NULL ?
	    subject_at(faults->matcher, index_of(faults->matcher, x509)) :
	    "the chain";
	switch (error) {
	case X509_V_ERR_HOSTNAME_MISMATCH:
		add_fault(faults, MATCH_FAULT_NAME,
		    name_fault(faults->matcher->input));
		break;
	case X509_V_ERR_CERT_HAS_EXPIRED:
		day = day_of(X509_get0_notAfter(x509));
		add_fault(faults, MATCH_FAULT_EXPIRED,
		    memory_format("%s expired on %s", subject, day));
		free(day);
		break;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		day = day_of(X509_get0_notBefore(x509));
		add_fault(faults, MATCH_FAULT_NOT_YET,
		    memory_format("%s is not valid before %s", subject, day));
		free(day);
		break;
	default:
		add_fault(faults, MATCH_FAULT_CHAIN,
		    chain_fault(error, subject));
	}
	return 1;
}

/*
 * Whether OpenSSL verifies the chain with the record in SSL. With FAULTS (may
 * be NULL) it goes on after each fault and lists them, and the result means
 * nothing.
 */
static bool
verify(const struct matcher *matcher, SSL *ssl, struct fault_list *faults)
{
	X509_STORE_CTX *verification = X509_STORE_CTX_new();
	bool verified;

	if (verification == NULL || X509_STORE_CTX_init(verification,
	    matcher->store, sk_X509_value(matcher->stack, 0),
	    matcher->stack) != 1)
		abort();
	X509_STORE_CTX_set0_dane(verification, SSL_get0_dane(ssl));
	if (faults != NULL) {
		X509_STORE_CTX_set_app_data(verification, faults);
		X509_STORE_CTX_set_verify_cb(verification, on_step);
	}
	verified = X509_verify_cert(verification) == 1 &&
	    X509_STORE_CTX_get_error(verification) == X509_V_OK;
	X509_STORE_CTX_free(verification);
	return verified;
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
	return record->usage == TLSA_DANE_TA && X509_VERIFY_PARAM_get0_host(
	    X509_STORE_get0_param(matcher->store), 0) == NULL;
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

/* Why the data is of no certificate that it could be of. Owned. */
static char *
why_data(const struct tlsa *record, const struct chain *chain)
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
	if (match_is_of(record, &chain->certificates[0]))
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

/* Why the chain does not verify though it has what the data is of. Owned. */
static char *
why_faults(const struct matcher *matcher, const struct tlsa *record, int depth,
    const struct fault_list *faults)
{
	const struct chain *chain = matcher->input->chain;
	const char *text = faults->text != NULL ? faults->text :
	    "OpenSSL cannot verify the chain";

	if ((size_t)depth < chain->count)
		return memory_format("matches %s, but %s",
		    chain->certificates[depth].subject, text);
	return memory_format("chains up to the %s in the record, but %s",
	    record->selector == TLSA_CERT ? "certificate" : "public key",
	    text);
}

/* Finds out why a record does not match. */
static void
explain(const struct matcher *matcher, const struct tlsa *record, SSL *ssl,
    struct match_result *result)
{
	struct fault_list faults = { .matcher = matcher };

	if (record->usage == TLSA_DANE_TA) {
		verify(matcher, ssl, &faults);
		if (lacks_names(matcher, record))
			add_fault(&faults, MATCH_FAULT_NAME,
			    name_fault(matcher->input));
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
		result->why = why_faults(matcher, record, result->depth,
		    &faults);
	}
	free(faults.text);
}

/*
 * Whether a digest is of nothing that the server sent. OpenSSL need not look
 * for it: hundreds of records with dozens of certificates would take seconds.
 */
static bool
is_of_nothing(const struct tlsa *record, const struct chain *chain)
{
	size_t i;

	if (record->matching_type == TLSA_FULL)
		return false;
	for (i = 0; i < chain->count; i++) {
		if (match_is_of(record, &chain->certificates[i]))
			return false;
	}
	return true;
}

static void
verify_record(struct matcher *matcher, const struct tlsa *record,
    struct match_result *result)
{
	SSL *ssl;

	if (matcher->context == NULL)
		matcher_init(matcher);
	ssl = session_with(matcher, record);
	result->would_match = verify(matcher, ssl, NULL) &&
	    !lacks_names(matcher, record);
	if (result->would_match)
		result->depth = depth_found(matcher, ssl);
	else
		explain(matcher, record, ssl, result);
	SSL_free(ssl);
}

static void
match_record(struct matcher *matcher, const struct tlsa *record,
    struct match_result *result)
{
	const struct chain *chain = matcher->input->chain;

	if (is_of_nothing(record, chain)) {
		result->faults = MATCH_FAULT_DATA;
		result->why = why_data(record, chain);
	} else {
		verify_record(matcher, record, result);
	}
	result->status = result->would_match ? MATCH_MATCH : MATCH_MISMATCH;
	if (record->ignored) {
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
	struct matcher matcher = { .input = input };
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
match_any(const struct match_result *results, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (results[i].status == MATCH_MATCH)
			return true;
	}
	return false;
}

bool
match_is_of(const struct tlsa *record, const struct certificate *certificate)
{
	struct tlsa other;
	bool same;

	tlsa_of_certificate(&other, certificate, record->usage,
	    record->selector, record->matching_type);
	same = tlsa_equal(&other, record);
	tlsa_clear(&other);
	return same;
}

const char *
match_status_name(enum match_status status)
{
	static const char *const names[] = {
		[MATCH_UNUSABLE] = "unusable",
		[MATCH_MISMATCH] = "mismatch",
		[MATCH_IGNORED] = "ignored",
		[MATCH_MATCH] = "match",
	};

	return names[status];
}
