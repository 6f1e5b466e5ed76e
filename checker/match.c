#include "checker/match.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "checker/tlsa.h"
#include "resolver/memory.h"
#include "resolver/text.h"
#include "smtp/chain.h"

/* What all records of a chain are verified with. */
struct matching {
	const struct match_input	*input;		/* borrowed */
	STACK_OF(X509)			*stack;		/* owned, as sent */
	SSL_CTX				*context;	/* owned */
	X509_STORE			*store;		/* owned, and empty: no
							 * authority is trusted */
};

/* What went wrong in one verification. */
struct faults {
	unsigned int	set;		/* enum match_fault */
	char		*chain;		/* owned; OpenSSL's words for a chain fault */
};

static void
matching_init(struct matching *matching, const struct match_input *input)
{
	matching->input = input;
	matching->stack = chain_to_stack(input->chain);
	matching->store = X509_STORE_new();
	matching->context = SSL_CTX_new(TLS_client_method());
	if (matching->store == NULL || matching->context == NULL ||
	    SSL_CTX_dane_enable(matching->context) != 1)
		abort();
}

static void
matching_clear(struct matching *matching)
{
	sk_X509_pop_free(matching->stack, X509_free);
	X509_STORE_free(matching->store);
	SSL_CTX_free(matching->context);
}

/* An SSL object with one record alone; NULL: OpenSSL cannot use the record. */
static SSL *
dane_session(const struct matching *matching, const struct tlsa *record)
{
	SSL *session = SSL_new(matching->context);

	if (session == NULL)
		abort();
	/* RFC 7672 3.1.1: with usage 3 the names do not matter. */
	if (SSL_dane_enable(session, NULL) != 1)
		abort();
	SSL_dane_set_flags(session, DANE_FLAG_NO_DANE_EE_NAMECHECKS);
	if (SSL_dane_tlsa_add(session, record->usage, record->selector,
	    record->matching_type, record->data, record->size) > 0)
		return session;
	SSL_free(session);
	ERR_clear_error();
	return NULL;
}

static void
note_error(struct faults *faults, int error)
{
	switch (error) {
	case X509_V_OK:
		break;
	case X509_V_ERR_DANE_NO_MATCH:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_CERT_UNTRUSTED:
		faults->set |= MATCH_FAULT_DATA;
		break;
	case X509_V_ERR_HOSTNAME_MISMATCH:
		faults->set |= MATCH_FAULT_NAME;
		break;
	case X509_V_ERR_CERT_HAS_EXPIRED:
		faults->set |= MATCH_FAULT_EXPIRED;
		break;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		faults->set |= MATCH_FAULT_NOT_YET;
		break;
	default:
		faults->set |= MATCH_FAULT_CHAIN;
		if (faults->chain == NULL)
			faults->chain = memory_string(
			    X509_verify_cert_error_string(error));
		break;
	}
}

/* Goes on after an error, so that all of them are told. */
static int
on_verify(int good, X509_STORE_CTX *store)
{
	struct faults *faults = X509_STORE_CTX_get_app_data(store);

	if (!good)
		note_error(faults, X509_STORE_CTX_get_error(store));
	return 1;
}

static void
set_names(const struct match_input *input, X509_VERIFY_PARAM *param)
{
	size_t i;

	/* RFC 7672 3.2.3: '*' is a whole label, the first, and stands for one. */
	X509_VERIFY_PARAM_set_hostflags(param,
	    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	for (i = 0; i < input->reference_name_count; i++)
		X509_VERIFY_PARAM_add1_host(param, input->reference_names[i],
		    0);
}

/*
 * Verifies the chain as OpenSSL does in a handshake, with the one record of
 * SESSION. FAULTS NULL: strictly, the first error is the end; else all errors are
 * gone past and noted.
 */
static bool
verify(const struct matching *matching, SSL *session, struct faults *faults)
{
	X509_STORE_CTX *store = X509_STORE_CTX_new();
	X509_VERIFY_PARAM *param;
	bool good;

	if (store == NULL || X509_STORE_CTX_init(store, matching->store,
	    sk_X509_value(matching->stack, 0), matching->stack) != 1)
		abort();
	X509_STORE_CTX_set_default(store, "ssl_server");
	X509_STORE_CTX_set0_dane(store, SSL_get0_dane(session));
	param = X509_STORE_CTX_get0_param(store);
	/* Weak keys do not matter to DANE; Postfix sets level 0 as well. */
	X509_VERIFY_PARAM_set_auth_level(param, 0);
	X509_VERIFY_PARAM_set_time(param, matching->input->when);
	set_names(matching->input, param);
	if (faults != NULL) {
		X509_STORE_CTX_set_app_data(store, faults);
		X509_STORE_CTX_set_verify_cb(store, on_verify);
	}
	good = X509_verify_cert(store) == 1 &&
	    X509_STORE_CTX_get_error(store) == X509_V_OK;
	X509_STORE_CTX_free(store);
	ERR_clear_error();
	return good;
}

/* Whether the record's data is of the certificate's selected part. */
static bool
is_of(const struct tlsa *record, X509 *x509)
{
	unsigned char digest[EVP_MAX_MD_SIZE], *der = NULL;
	const unsigned char *data;
	unsigned int digest_size;
	size_t data_size;
	bool same;
	int size;

	size = record->selector == TLSA_SPKI ?
	    i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &der) :
	    i2d_X509(x509, &der);
	if (size <= 0)
		return false;
	data = der;
	data_size = (size_t)size;
	if (record->matching_type != TLSA_FULL) {
		EVP_Digest(der, (size_t)size, digest, &digest_size,
		    record->matching_type == TLSA_SHA2_512 ? EVP_sha512() :
		    EVP_sha256(), NULL);
		data = digest;
		data_size = digest_size;
	}
	same = data_size == record->size &&
	    memcmp(data, record->data, data_size) == 0;
	OPENSSL_free(der);
	return same;
}

/* The certificate as sent that the data is of, where the usage looks for it. */
static int
find_depth(const struct matching *matching, const struct tlsa *record)
{
	int i, count = sk_X509_num(matching->stack);

	if (record->usage == TLSA_DANE_EE)
		return is_of(record, sk_X509_value(matching->stack, 0)) ?
		    0 : MATCH_NO_DEPTH;
	for (i = 1; i < count; i++) {
		if (is_of(record, sk_X509_value(matching->stack, i)))
			return i;
	}
	return MATCH_NO_DEPTH;
}

static const char *
what_the_data_is(const struct tlsa *record)
{
	static const char *const forms[2][3] = {
		[TLSA_CERT] = { "the certificate",
		    "the SHA2-256 digest of the certificate",
		    "the SHA2-512 digest of the certificate" },
		[TLSA_SPKI] = { "the public key",
		    "the SHA2-256 digest of the public key",
		    "the SHA2-512 digest of the public key" },
	};

	return forms[record->selector][record->matching_type];
}

static char *
why_no_data(const struct matching *matching, const struct tlsa *record)
{
	if (record->usage == TLSA_DANE_EE)
		return memory_format("it is not %s that the server presents",
		    what_the_data_is(record));
	if (sk_X509_num(matching->stack) == 1)
		return memory_format("it is not %s of an authority: the "
		    "server sends its own certificate alone",
		    what_the_data_is(record));
	return memory_format("it is not %s of any authority that the server "
	    "sends above its own certificate", what_the_data_is(record));
}

/* "mx.example.org or example.org". Owned by the caller. */
static char *
name_list(const struct match_input *input)
{
	char *list = memory_string(""), *longer;
	size_t i;

	for (i = 0; i < input->reference_name_count; i++) {
		longer = memory_format("%s%s%s", list, i > 0 ? " or " : "",
		    input->reference_names[i]);
		free(list);
		list = longer;
	}
	return list;
}

/* Adds ", but the certificate has expired" and the like. TEXT is consumed. */
static char *
add_reason(char *text, unsigned int *told, const char *reason)
{
	char *longer = memory_format("%s%s%s", text,
	    (*told)++ == 0 ? ", but " : ", and ", reason);

	free(text);
	return longer;
}

static char *
add_date(char *text, unsigned int *told, const struct chain *chain,
    time_t when, bool expired)
{
	const struct certificate *certificate;
	char *date, *reason;
	size_t i;

	for (i = 0; i < chain->count; i++) {
		certificate = &chain->certificates[i];
		if (expired ? certificate->not_after >= when :
		    certificate->not_before <= when)
			continue;
		date = text_date(expired ? certificate->not_after :
		    certificate->not_before);
		reason = memory_format("%s %s %s", certificate->subject,
		    expired ? "expired on" : "is not valid before", date);
		text = add_reason(text, told, reason);
		free(date);
		free(reason);
		return text;
	}
	return add_reason(text, told, expired ?
	    "the authority's certificate has expired" :
	    "the authority's certificate is not valid yet");
}

/* The data fits, and yet the record does not authenticate the server. */
static char *
why_no_path(const struct match_input *input, const struct faults *faults,
    int depth)
{
	const struct chain *chain = input->chain;
	char *text, *names, *reason;
	unsigned int told = 0;

	text = depth >= 0 && (size_t)depth < chain->count ?
	    memory_format("names %s", chain->certificates[depth].subject) :
	    memory_string("names an authority");
	if (faults->set & MATCH_FAULT_NAME) {
		names = name_list(input);
		reason = memory_format("the server's certificate does not "
		    "bear the name %s", names);
		text = add_reason(text, &told, reason);
		free(names);
		free(reason);
	}
	if (faults->set & MATCH_FAULT_EXPIRED)
		text = add_date(text, &told, chain, input->when, true);
	if (faults->set & MATCH_FAULT_NOT_YET)
		text = add_date(text, &told, chain, input->when, false);
	if (faults->set & MATCH_FAULT_CHAIN) {
		reason = memory_format("the chain up to it does not verify "
		    "(%s)", faults->chain != NULL ? faults->chain :
		    "no path leads there");
		text = add_reason(text, &told, reason);
		free(reason);
	}
	return text;
}

/* Why OpenSSL says no: all the reasons, and the words for them. */
static void
explain(const struct matching *matching, SSL *session,
    const struct tlsa *record, struct match_result *result)
{
	struct faults faults = { 0, NULL };

	verify(matching, session, &faults);
	if (result->depth == MATCH_NO_DEPTH &&
	    (faults.set & MATCH_FAULT_DATA || faults.set == 0)) {
		result->faults = MATCH_FAULT_DATA;
		result->why = why_no_data(matching, record);
	} else {
		/* The data is found; a path that misses it is the chain's. */
		if (faults.set == 0 || faults.set == MATCH_FAULT_DATA)
			faults.set |= MATCH_FAULT_CHAIN;
		result->faults = faults.set & ~(unsigned int)MATCH_FAULT_DATA;
		if (result->depth == MATCH_NO_DEPTH)
			result->depth = (int)matching->input->chain->count;
		result->why = why_no_path(matching->input, &faults,
		    result->depth);
	}
	free(faults.chain);
}

static void
match_record(const struct matching *matching, const struct tlsa *record,
    struct match_result *result)
{
	SSL *session;

	result->depth = MATCH_NO_DEPTH;
	if (!record->usable) {
		result->status = MATCH_UNUSABLE;
		result->why = memory_string(record->why);
		return;
	}
	session = dane_session(matching, record);
	if (session == NULL) {
		result->status = MATCH_UNUSABLE;
		result->why = memory_string("OpenSSL cannot use it");
		return;
	}
	result->depth = find_depth(matching, record);
	result->would_match = verify(matching, session, NULL);
	if (!result->would_match)
		explain(matching, session, record, result);
	else if (result->depth == MATCH_NO_DEPTH)
		/* RFC 7671 5.2: an authority that only the DNS has. */
		result->depth = (int)matching->input->chain->count;
	result->status = result->would_match ? MATCH_MATCH : MATCH_MISMATCH;
	if (record->ignored) {
		result->status = MATCH_IGNORED;
		free(result->why);
		result->why = memory_format("a stronger digest is published "
		    "for usage %d, selector %d, and counts in its place "
		    "(RFC 7671 9)", record->usage, record->selector);
	}
	SSL_free(session);
}

struct match_result *
match_chain(const struct match_input *input)
{
	const struct tlsa_set *set = input->records;
	struct match_result *results = memory_new(set->count,
	    sizeof(*results));
	struct matching matching;
	size_t i;

	matching_init(&matching, input);
	for (i = 0; i < set->count; i++) {
		results[i].record = i;
		match_record(&matching, &set->records[i], &results[i]);
	}
	matching_clear(&matching);
	return results;
}

void
match_free(struct match_result *results, size_t count)
{
	size_t i;

	for (i = 0; results != NULL && i < count; i++)
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
