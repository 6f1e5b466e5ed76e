/*
 * Why a record does not match: a verification that goes on after each fault,
 * and where the path that OpenSSL built ends somewhere else, at which link.
 */
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include "checker/tlsa/match_parts.h"
#include "checker/tlsa/match_why.h"
#include "checker/tlsa/tlsa.h"
#include "resolver/memory.h"
#include "smtp/chain.h"

/* Certificates that are taken out of a chain to see whether they hide a way. */
#define HIDING_MAX 8

/* Whether ISSUER can have issued ISSUED by all but its signature. */
static int
check_issued(X509 *issuer, X509 *issued)
{
	const int code = X509_check_issued(issuer, issued);

	ERR_clear_error();
	return code;
}

/* --- Where the path ends --- */

/*
 * Why a certificate of the right name, WHAT ("what is sent"), is not the issuer
 * of the path's top.
 */
static char *
why_not_issuer(int code, const char *top, const char *issuer, const char *what)
{
	switch (code) {
	case X509_V_ERR_AKID_SKID_MISMATCH:
		return memory_format("%s names another key of its issuer %s "
		    "than %s has (authority key identifier)", top, issuer,
		    what);
	case X509_V_ERR_AKID_ISSUER_SERIAL_MISMATCH:
		return memory_format("%s names another certificate of its "
		    "issuer %s than %s (issuer and serial number in the "
		    "authority key identifier)", top, issuer, what);
	case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
		return memory_format("%s was issued by %s, and %s may not sign "
		    "certificates (key usage)", top, issuer, what);
	default:
		return memory_format("%s was issued by %s, but not with %s "
		    "(%s)", top, issuer, what,
		    X509_verify_cert_error_string(code));
	}
}

/* X509_V_OK: it is not the issuer's name, or it could be the issuer. */
static int
check_namesake(X509 *namesake, X509 *top)
{
	const int code = check_issued(namesake, top);

	return code == X509_V_ERR_SUBJECT_ISSUER_MISMATCH ? X509_V_OK : code;
}

/* The same of the certificate that the record has in full (2 0 0). */
static int
check_record(const struct tlsa *record, X509 *top)
{
	const unsigned char *der = record->data;
	X509 *x509;
	int code;

	if (record->selector != TLSA_CERT || record->matching_type != TLSA_FULL)
		return X509_V_OK;
	x509 = d2i_X509(NULL, &der, (long)record->size);
	code = x509 == NULL ? X509_V_OK : check_namesake(x509, top);
	X509_free(x509);
	return code;
}

/*
 * Why the path goes no further up, by its top. Owned by the caller; NULL: that
 * is not known.
 */
static char *
why_it_ends(const struct matcher *matcher, const struct trial *trial)
{
	const struct chain *chain = matcher->input->chain;
	X509 *top = sk_X509_value(trial->path, sk_X509_num(trial->path) - 1);
	const int depth = top == NULL ? MATCH_NO_DEPTH :
	    matcher_index(matcher, top);
	const char *subject, *issuer;
	X509 *other;
	int i, code;

	if (depth == MATCH_NO_DEPTH || (size_t)depth >= chain->count)
		return NULL;
	subject = matcher_subject(matcher, depth);
	issuer = chain->certificates[depth].issuer;
	if (chain->certificates[depth].self_signed)
		return memory_format("the way ends at %s, which names itself "
		    "as its issuer", subject);
	code = check_record(trial->record, top);
	if (code != X509_V_OK)
		return why_not_issuer(code, subject, issuer,
		    "the certificate in the record");
	for (i = 1; i < sk_X509_num(matcher->stack); i++) {
		other = sk_X509_value(matcher->stack, i);
		/* It is on the path already, or it would be now. */
		if (check_issued(other, top) == X509_V_OK)
			return memory_format("the way goes in a circle at %s",
			    subject);
		code = check_namesake(other, top);
		if (code != X509_V_OK)
			return why_not_issuer(code, subject, issuer,
			    "the one that is sent");
	}
	return memory_format("%s was issued by %s, whose certificate is not %s",
	    subject, issuer, chain->truncated ?
	    "among those that were looked at" : "sent");
}

/* --- What hides the way --- */

/* What is sent, split in two: the rest, and what hides the way. */
struct split {
	STACK_OF(X509)	*rest;		/* owned; elements are borrowed */
	STACK_OF(X509)	*hiding;	/* owned; likewise */
	X509		*hidden;	/* borrowed; what the last of them
					 * hides */
};

static void
split_init(struct split *split, const struct matcher *matcher)
{
	split->rest = sk_X509_dup(matcher->stack);
	split->hiding = sk_X509_new_null();
	split->hidden = NULL;
	if (split->rest == NULL || split->hiding == NULL)
		abort();
}

static void
split_clear(struct split *split)
{
	sk_X509_free(split->rest);
	sk_X509_free(split->hiding);
}

/* One that could take the place of TAKEN above BELOW; NULL: there is none. */
static X509 *
find_other(const struct split *split, const X509 *taken, X509 *below)
{
	X509 *other;
	int i;

	for (i = 1; i < sk_X509_num(split->rest); i++) {
		other = sk_X509_value(split->rest, i);
		if (X509_cmp(other, taken) != 0 &&
		    check_issued(other, below) == X509_V_OK)
			return other;
	}
	return NULL;
}

static void
move(struct split *split, const X509 *taken)
{
	X509 *each;
	int i;

	for (i = sk_X509_num(split->rest) - 1; i > 0; i--) {
		each = sk_X509_value(split->rest, i);
		if (X509_cmp(each, taken) != 0)
			continue;
		(void)sk_X509_delete(split->rest, i);
		if (sk_X509_push(split->hiding, each) == 0)
			abort();
	}
}

/*
 * Takes the first certificate of PATH out in whose place another one could be.
 * False: there is none.
 */
static bool
take_out(struct split *split, const STACK_OF(X509) *path)
{
	X509 *taken, *other;
	int i;

	for (i = 1; i < sk_X509_num(path); i++) {
		taken = sk_X509_value(path, i);
		other = find_other(split, taken, sk_X509_value(path, i - 1));
		if (other == NULL)
			continue;
		split->hidden = other;
		move(split, taken);
		return true;
	}
	return false;
}

/* Whether the record matches when SENT is sent; *TRIAL is cleared before. */
static bool
would_match(struct matcher *matcher, struct trial *trial,
    STACK_OF(X509) *sent)
{
	const struct tlsa *record = trial->record;

	trial_clear(trial);
	*trial = (struct trial){
		.record = record,
		.when = matcher->input->when,
		.sent = sent,
	};
	trial_run(matcher, trial);
	return trial->status == MATCH_MATCH;
}

/*
 * Takes certificates out of what is sent until the record matches. PATH is the
 * one that was built with them all. False: that is of no use.
 */
static bool
find_hiding(struct matcher *matcher, const struct tlsa *record,
    const STACK_OF(X509) *path, struct split *split)
{
	struct trial trial = { .record = record };
	bool found = false;
	size_t i;

	for (i = 0; i < HIDING_MAX && !found; i++) {
		if (!take_out(split, i == 0 ? path : trial.path))
			break;
		found = would_match(matcher, &trial, split->rest);
		if (trial.status == MATCH_UNTRIED)
			break;
	}
	trial_clear(&trial);
	return found;
}

/* Whether it would be enough to send what hides the way after all else. */
static bool
may_be_last(struct matcher *matcher, const struct tlsa *record,
    const struct split *split)
{
	STACK_OF(X509) *sent = sk_X509_dup(split->rest);
	struct trial trial = { .record = record };
	bool may;
	int i;

	for (i = 0; i < sk_X509_num(split->hiding); i++) {
		if (sent == NULL || sk_X509_push(sent,
		    sk_X509_value(split->hiding, i)) == 0)
			abort();
	}
	may = would_match(matcher, &trial, sent);
	trial_clear(&trial);
	sk_X509_free(sent);
	return may;
}

/* "CN=Cross (number 2 of those that are sent)". Owned by the caller. */
static char *
name_one(const struct matcher *matcher, const X509 *x509)
{
	const int depth = matcher_index(matcher, x509);

	return memory_format("%s (number %d of those that are sent)",
	    matcher_subject(matcher, depth), depth + 1);
}

static char *
name_all(const struct matcher *matcher, const STACK_OF(X509) *stack)
{
	char *text = NULL, *more;
	int i;

	for (i = 0; i < sk_X509_num(stack); i++) {
		more = name_one(matcher, sk_X509_value(stack, i));
		text = memory_join(text, ", ", more);
		free(more);
	}
	return text;
}

/*
 * Whether there is a way up to what the record is of, but another certificate
 * of the same name is taken in place of one on it: says so. *FAULT becomes what
 * is wrong with it. Owned by the caller; NULL: there is no such way.
 */
static char *
why_hidden(struct matcher *matcher, const struct trial *trial,
    unsigned int *fault)
{
	char *hiding, *hidden, *text = NULL;
	struct split split;

	split_init(&split, matcher);
	if (find_hiding(matcher, trial->record, trial->path, &split)) {
		hiding = name_all(matcher, split.hiding);
		hidden = name_one(matcher, split.hidden);
		text = memory_format("%s %s taken in place of %s, which has "
		    "the same name and leads up to there", hiding,
		    sk_X509_num(split.hiding) == 1 ? "is" : "are", hidden);
		free(hiding);
		free(hidden);
		*fault = may_be_last(matcher, trial->record, &split) ?
		    MATCH_FAULT_ORDER : MATCH_FAULT_HIDDEN;
	}
	split_clear(&split);
	return text;
}

/* --- All of it --- */

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

static void
add_height(struct fault_list *faults, const struct trial *trial)
{
	if (trial->height <= MATCH_HEIGHT_MAX)
		return;
	trial_add_fault(faults, MATCH_FAULT_DEEP, memory_format("it is %d "
	    "above the server's certificate, and Postfix at its defaults goes "
	    "up no more than %d", trial->height, MATCH_HEIGHT_MAX));
}

/* FAULTS give way to one, and to MORE (owned, may be NULL) if they had it. */
static void
replace_faults(struct fault_list *faults, unsigned int bits, const char *why,
    char *more)
{
	if (more == NULL)
		free(faults->text);
	faults->bits = bits;
	faults->text = memory_format("the server's certificate does not lead "
	    "up to it%s%s%s%s", why != NULL ? ": " : "",
	    why != NULL ? why : "", more != NULL ? "; " : "",
	    more != NULL ? more : "");
	free(more);
}

/*
 * The path has faults, or leads elsewhere: these faults give way to why it is
 * taken, or where it ends, if that is the reason. Returns it by itself; owned
 * by the caller; NULL: it is not, or not known.
 */
static char *
explain_way(struct matcher *matcher, const struct trial *trial,
    struct fault_list *faults)
{
	const bool more = (faults->bits & ~(unsigned int)MATCH_FAULT_CHAIN) !=
	    0;
	unsigned int fault;
	char *why = why_hidden(matcher, trial, &fault);

	if (why != NULL) {
		replace_faults(faults, fault, why, NULL);
	} else if (faults->leads_elsewhere) {
		why = why_it_ends(matcher, trial);
		replace_faults(faults, MATCH_FAULT_CHAIN | faults->bits, why,
		    more ? faults->text : NULL);
	}
	return why;
}

static bool
is_hidden(const struct fault_list *faults)
{
	return (faults->bits & (MATCH_FAULT_HIDDEN | MATCH_FAULT_ORDER)) != 0;
}

/* The data is of nothing that is sent above the server's own certificate. */
static void
explain_data(struct matcher *matcher, const struct trial *trial,
    const char *why, struct match_result *result)
{
	const struct tlsa *record = trial->record;
	const struct chain *chain = matcher->input->chain;

	if (why != NULL && is_hidden(trial->faults)) {
		result->depth = (int)chain->count;
		result->faults = trial->faults->bits;
		result->why = memory_format("has a %s that the server's "
		    "certificate does not lead up to: %s",
		    record->selector == TLSA_CERT ? "certificate" :
		    "public key", why);
		return;
	}
	result->faults = MATCH_FAULT_DATA;
	result->why = match_why_data(record, chain);
	if (why != NULL && !match_is_of(record, chain->certificates))
		result->why = memory_join(result->why, ": ", why);
}

/* Usage 2, tried with TRIAL, which has gone on after each fault. */
static void
explain_path(struct matcher *matcher, struct trial *trial,
    struct match_result *result)
{
	const struct tlsa *record = trial->record;
	struct fault_list *faults = trial->faults;
	const bool is_path_bad = faults->leads_elsewhere ||
	    (faults->bits & ~(unsigned int)MATCH_FAULT_NAME) != 0;
	char *why = NULL;

	result->depth = trial->depth != MATCH_NO_DEPTH ? trial->depth :
	    depth_of_data(matcher, record);
	add_height(faults, trial);
	if (is_path_bad && (result->depth != MATCH_NO_DEPTH ||
	    record->matching_type == TLSA_FULL))
		why = explain_way(matcher, trial, faults);
	if (result->depth == MATCH_NO_DEPTH) {
		explain_data(matcher, trial, why, result);
	} else {
		result->faults = faults->bits != 0 ? faults->bits :
		    MATCH_FAULT_CHAIN;
		result->why = match_why_chain(record, matcher->input->chain,
		    result->depth, faults->text);
	}
	free(why);
}

void
match_explain(struct matcher *matcher, const struct tlsa *record,
    struct match_result *result)
{
	struct fault_list faults = { 0 };
	struct trial trial = {
		.record = record,
		.when = matcher->input->when,
		.faults = &faults,
	};

	if (record->usage != TLSA_DANE_TA) {
		result->faults = MATCH_FAULT_DATA;
		result->why = match_why_data(record, matcher->input->chain);
		return;
	}
	trial_run(matcher, &trial);
	if (trial.status == MATCH_UNTRIED)
		result->status = MATCH_UNTRIED;
	explain_path(matcher, &trial, result);
	trial_clear(&trial);
	free(faults.text);
}
