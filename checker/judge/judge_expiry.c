#include "checker/judge/judging.h"

#include <stdlib.h>

#include "checker/evidence/expiry.h"
#include "resolver/memory.h"
#include "resolver/text.h"

/* How what ends at a given moment is to be taken. */
enum expiry {
	EXPIRY_CRITICAL,
	EXPIRY_WARNING,
	EXPIRY_OK,
};

static enum expiry
age_of(const struct judge_state *state, time_t end)
{
	const struct judge_options *options = state->options;
	double days = difftime(end, state->when) / EXPIRY_DAY;

	if (end < state->when ||
	    (options->critical_days > 0 && days < options->critical_days))
		return EXPIRY_CRITICAL;
	if (options->warning_days > 0 && days < options->warning_days)
		return EXPIRY_WARNING;
	return EXPIRY_OK;
}

/* Adds what is said about it; the caller knows that it is not fresh. */
static struct finding *
say_age(const struct judge_state *state, enum finding_code code, enum expiry age,
    const char *what, time_t end)
{
	double days = difftime(end, state->when) / EXPIRY_DAY;
	struct finding *finding;
	char *date = text_date(end);

	if (end < state->when)
		finding = finding_add(&state->evidence->findings, code,
		    "%s ends on %s, before the day that is judged", what, date);
	else
		finding = finding_add(&state->evidence->findings, code,
		    "%s ends on %s, in %.1f days", what, date, days);
	finding->severity = age == EXPIRY_CRITICAL ? SEVERITY_ERROR :
	    SEVERITY_WARNING;
	finding_advise(finding, "%s", finding_code_meaning(code));
	free(date);
	return finding;
}

bool
judge_signatures(const struct judge_state *state,
    const struct answer *const *answers, size_t count)
{
	const struct answer *first = expiry_first_to_end(answers, count);
	struct finding *finding;
	enum expiry age;
	char *what;

	if (first == NULL)
		return false;
	age = age_of(state, first->signed_until);
	if (age == EXPIRY_OK)
		return false;
	what = memory_format("the DNSSEC signature of %s %s",
	    dns_type_name(first->type), first->owner);
	finding = say_age(state, FINDING_SIGNATURE_EXPIRING, age, what,
	    first->signed_until);
	free(what);
	judging_place(state, finding, NULL, KEY_UNKNOWN);
	return age == EXPIRY_CRITICAL;
}

/* Which certificate of a chain ends then. Owned by the caller. */
static char *
certificate_that_ends(const struct chain *chain, time_t end)
{
	size_t i;

	for (i = 0; i < chain->count; i++) {
		if (chain->certificates[i].not_after == end)
			return memory_format("the certificate %s, which the "
			    "usage 2 match depends on,",
			    chain->certificates[i].subject);
	}
	return memory_string("a certificate that the usage 2 match depends on");
}

bool
judge_certificates(const struct judge_state *state)
{
	const struct host_evidence *host = state->host;
	const struct handshake_evidence *shake;
	struct finding *finding;
	char *what;
	bool critical = false;
	enum expiry age;
	time_t end;
	size_t i, j;

	for (i = 0; i < host->endpoint_count; i++) {
		for (j = 0; j < host->endpoints[i].handshake_count; j++) {
			shake = &host->endpoints[i].handshakes[j];
			end = expiry_shake_end(host, shake);
			age = end == 0 ? EXPIRY_OK :
			    age_of(state, end);
			if (age == EXPIRY_OK)
				continue;
			what = certificate_that_ends(shake->handshake->chain,
			    end);
			finding = say_age(state,
			    FINDING_CERTIFICATE_EXPIRING, age, what, end);
			free(what);
			judging_place(state, finding, &host->endpoints[i],
			    shake->handshake->key_type);
			critical |= age == EXPIRY_CRITICAL;
		}
	}
	return critical;
}
