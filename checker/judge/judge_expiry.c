/*
 * What ends soon: signatures, and the certificates that a usage 2 match depends
 * on.
 */
#include <stdlib.h>

#include "checker/evidence/expiry.h"
#include "checker/judge/judge_parts.h"
#include "resolver/memory.h"
#include "resolver/text.h"

enum expiry {
	EXPIRY_CRITICAL,
	EXPIRY_WARNING,
	EXPIRY_OK,
};

static double
days_until(const struct judge_state *state, time_t end)
{
	return difftime(end, state->when) / EXPIRY_DAY;
}

/* What ends exactly at a threshold is not under it. */
static enum expiry
expiry_of(const struct judge_state *state, time_t end)
{
	const struct judge_options *options = state->options;
	const double days = days_until(state, end);

	if (days < 0 ||
	    (options->critical_days > 0 && days < options->critical_days))
		return EXPIRY_CRITICAL;
	if (options->warning_days > 0 && days < options->warning_days)
		return EXPIRY_WARNING;
	return EXPIRY_OK;
}

/* Sets severity and advice. Returns what the expiry makes of the verdict. */
static enum verdict
weigh(const struct judge_state *state, struct finding *finding,
    enum expiry expiry)
{
	judging_set_severity(state, finding, expiry == EXPIRY_CRITICAL ?
	    SEVERITY_ERROR : SEVERITY_WARNING);
	advice_add_text(&finding->advice, "%s",
	    finding_code_meaning(finding->code));
	return expiry == EXPIRY_CRITICAL && state->dane_applies ?
	    VERDICT_FAIL : VERDICT_PASS;
}

/* "on 2026-01-31, in 12.3 days". Owned by the caller. */
static char *
end_text(const struct judge_state *state, time_t end)
{
	const double days = days_until(state, end);
	char *date = text_date(end), *text;

	text = days < 0 ? memory_format("on %s, before the day that is judged",
	    date) : memory_format("on %s, in %.1f days", date, days);
	free(date);
	return text;
}

enum verdict
judge_signatures(struct judge_state *state,
    const struct answer *const *answers, size_t count)
{
	const struct answer *first = expiry_first_to_end(answers, count);
	struct finding *finding;
	enum expiry expiry;
	char *end;

	if (first == NULL)
		return VERDICT_PASS;
	expiry = expiry_of(state, first->signed_until);
	if (expiry == EXPIRY_OK)
		return VERDICT_PASS;
	end = end_text(state, first->signed_until);
	finding = judging_add(state, FINDING_SIGNATURE_EXPIRING,
	    "the DNSSEC signature of %s %s ends %s", dns_type_name(first->type),
	    first->owner, end);
	free(end);
	return weigh(state, finding, expiry);
}

/* The name of the certificate of a chain that ends then; NULL: none does. */
static const char *
subject_that_ends(const struct chain *chain, time_t end)
{
	size_t i;

	for (i = 0; i < chain->count; i++) {
		if (chain->certificates[i].not_after == end)
			return chain->certificates[i].subject;
	}
	return NULL;
}

static enum verdict
add_certificate(struct judge_state *state,
    const struct endpoint_evidence *endpoint, const struct handshake *seen,
    time_t end, enum expiry expiry)
{
	const char *subject = subject_that_ends(seen->chain, end);
	char *text = end_text(state, end);
	struct finding *finding;

	finding = judging_add_at(state, endpoint, (int)seen->key_type,
	    FINDING_CERTIFICATE_EXPIRING, "%s%s, which the usage 2 match "
	    "depends on, ends %s", subject != NULL ? "the certificate " :
	    "a certificate", subject != NULL ? subject : "", text);
	free(text);
	return weigh(state, finding, expiry);
}

enum verdict
judge_certificates(struct judge_state *state)
{
	const struct handshake_evidence *handshake;
	struct handshake_walk walk = { 0 };
	enum verdict verdict = VERDICT_PASS;
	enum expiry expiry;
	time_t end;

	while ((handshake = handshake_next(state->host, &walk)) != NULL) {
		end = handshake->judged.end;
		expiry = end == 0 ? EXPIRY_OK : expiry_of(state, end);
		if (expiry != EXPIRY_OK)
			verdict = verdict_cap(verdict, add_certificate(state,
			    walk.endpoint, handshake->seen, end, expiry));
	}
	/* Another record may match, and depend on no certificate's dates. */
	return verdict == VERDICT_FAIL ? judge_limited_records(state->host) :
	    verdict;
}
