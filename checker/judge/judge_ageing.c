#include "checker/judge/judge_parts.h"

#include <stdlib.h>

#include "checker/evidence/ageing.h"
#include "resolver/memory.h"
#include "resolver/text.h"

/* How what ends at a given moment is to be taken. */
enum age {
	AGE_CRITICAL,
	AGE_WARNING,
	AGE_FRESH,
};

static enum age
age_of(const struct judge_options *options, time_t end)
{
	double days = difftime(end, options->when) / AGEING_DAY;

	if (end < options->when ||
	    (options->critical_days > 0 && days < options->critical_days))
		return AGE_CRITICAL;
	if (options->warning_days > 0 && days < options->warning_days)
		return AGE_WARNING;
	return AGE_FRESH;
}

/* Adds what is said about it; the caller knows that it is not fresh. */
static struct finding *
say_age(const struct judging *judging, enum finding_code code, enum age age,
    const char *what, time_t end)
{
	const struct judge_options *options = judging->options;
	double days = difftime(end, options->when) / AGEING_DAY;
	struct finding *finding;
	char *date = text_date(end);

	if (end < options->when)
		finding = finding_add(&judging->evidence->findings, code,
		    "%s ends on %s, before the day that is judged", what, date);
	else
		finding = finding_add(&judging->evidence->findings, code,
		    "%s ends on %s, in %.1f days", what, date, days);
	finding->severity = age == AGE_CRITICAL ? SEVERITY_ERROR :
	    SEVERITY_WARNING;
	finding_advise(finding, "%s", finding_code_meaning(code));
	free(date);
	return finding;
}

bool
judge_signatures(const struct judging *judging,
    const struct answer *const *answers, size_t count)
{
	const struct answer *first = ageing_first_to_end(answers, count);
	struct finding *finding;
	enum age age;
	char *what;

	if (first == NULL)
		return false;
	age = age_of(judging->options, first->signed_until);
	if (age == AGE_FRESH)
		return false;
	what = memory_format("the DNSSEC signature of %s %s",
	    dns_type_name(first->type), first->owner);
	finding = say_age(judging, FINDING_SIGNATURE_EXPIRING, age, what,
	    first->signed_until);
	free(what);
	judging_place(judging, finding, NULL, KEY_UNKNOWN);
	return age == AGE_CRITICAL;
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
judge_certificates(const struct judging *judging)
{
	const struct host_evidence *host = judging->host;
	const struct shake_evidence *shake;
	struct finding *finding;
	char *what;
	bool critical = false;
	enum age age;
	time_t end;
	size_t i, j;

	for (i = 0; i < host->endpoint_count; i++) {
		for (j = 0; j < host->endpoints[i].shake_count; j++) {
			shake = &host->endpoints[i].shakes[j];
			end = ageing_shake_end(host, shake);
			age = end == 0 ? AGE_FRESH :
			    age_of(judging->options, end);
			if (age == AGE_FRESH)
				continue;
			what = certificate_that_ends(shake->handshake->chain,
			    end);
			finding = say_age(judging,
			    FINDING_CERTIFICATE_EXPIRING, age, what, end);
			free(what);
			judging_place(judging, finding, &host->endpoints[i],
			    shake->handshake->key_type);
			critical |= age == AGE_CRITICAL;
		}
	}
	return critical;
}
