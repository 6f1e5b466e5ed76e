/* The numbers of a domain, and the state that they and the verdict make. */
#include <math.h>

#include "checker/evidence/expiry.h"
#include "checker/evidence/host_dns.h"
#include "checker/report/plugin_parts.h"

static void
add_host(struct plugin_sums *sums, const struct host_evidence *host)
{
	size_t i;

	if (host->judged.verdict == VERDICT_ABSENT)
		return;
	sums->knows_rest &= host_dns_is_known(host->judged.dns);
	sums->mx++;
	sums->mx_ok += host->judged.verdict == VERDICT_PASS;
	for (i = 0; i < host->endpoint_count; i++) {
		sums->addresses++;
		sums->addresses_ok +=
		    host->endpoints[i].judged.verdict == VERDICT_PASS;
	}
	for (i = 0; i < host->judged.records.count; i++) {
		sums->records++;
		sums->matched += host->judged.record_matches[i];
	}
}

static double
days_until(const struct evidence *evidence, time_t end)
{
	return end == 0 ? NAN :
	    difftime(end, evidence->checked_at) / EXPIRY_DAY;
}

struct plugin_sums
plugin_sum_up(const struct evidence *evidence)
{
	const struct expiry_life life = expiry_life_of_all(evidence,
	    evidence->checked_at);
	struct plugin_sums sums = { 0 };
	size_t i;

	sums.knows_mx = evidence->health == RESOLVER_HEALTHY &&
	    (evidence->host_mode || (evidence->mx != NULL &&
	    evidence->mx->kind != ANSWER_UNUSABLE));
	sums.knows_rest = sums.knows_mx;
	sums.knows_servers = !evidence->dns_only;
	for (i = 0; i < evidence->host_count; i++)
		add_host(&sums, &evidence->hosts[i]);
	sums.knows_servers &= sums.knows_rest;
	sums.signatures_days = days_until(evidence, life.first != NULL ?
	    life.first->until : 0);
	sums.signatures_percent = life.first != NULL ? life.percent : NAN;
	sums.renewable_days = days_until(evidence,
	    expiry_held_end(evidence));
	sums.certificates_days = days_until(evidence,
	    expiry_certificates_end(evidence));
	return sums;
}

/* The worse of two states: OK, WARNING, UNKNOWN, CRITICAL. */
static enum plugin_state
worse_state(enum plugin_state a, enum plugin_state b)
{
	static const int rank[] = {
		[PLUGIN_OK] = 0,
		[PLUGIN_WARNING] = 1,
		[PLUGIN_UNKNOWN] = 2,
		[PLUGIN_CRITICAL] = 3,
	};

	return rank[a] > rank[b] ? a : b;
}

static bool
has_failed(const struct answer *answer)
{
	return answer != NULL && answer->dnssec == DNSSEC_FAILED;
}

/* Whether it could not be tried; else what was seen of it is not enough. */
static bool
is_unreachable(const struct endpoint_evidence *endpoint)
{
	return endpoint->judged.verdict == VERDICT_UNKNOWN &&
	    endpoint->outcome != OUTCOME_DONE &&
	    endpoint->outcome != OUTCOME_LIMIT;
}

/* Whether a limit leaves the verdict open. */
static bool
has_met_limit(const struct evidence *evidence)
{
	const struct finding_list *findings = &evidence->judged.findings;
	size_t i;

	for (i = 0; i < findings->count; i++) {
		if (findings->items[i].code == FINDING_LIMIT_REACHED &&
		    findings->items[i].severity == SEVERITY_ERROR)
			return true;
	}
	return false;
}

enum plugin_state
plugin_host_state(const struct host_evidence *host,
    const struct plugin_options *options)
{
	enum plugin_state state = PLUGIN_OK;
	bool unreachable = false;
	size_t i;

	if (host->judged.verdict == VERDICT_NONE)
		return options->missing;
	if (host->judged.verdict != VERDICT_UNKNOWN)
		return PLUGIN_OK;
	for (i = 0; i < host->endpoint_count; i++)
		unreachable |= is_unreachable(&host->endpoints[i]);
	if (unreachable)
		state = options->unreachable;
	if (!unreachable || has_failed(host->a) || has_failed(host->aaaa) ||
	    has_failed(host->cname))
		state = worse_state(state, PLUGIN_UNKNOWN);
	return state;
}

static bool
alerts(const struct range *range, double days)
{
	return !isnan(days) && range_alerts(range, days);
}

const struct range *
plugin_signatures_range(const struct plugin_sums *sums,
    const struct plugin_options *options)
{
	if (options->signature_critical.unit == EXPIRY_NOT_GIVEN &&
	    alerts(&options->critical, sums->renewable_days))
		return &options->critical;
	if (options->signature_warning.unit == EXPIRY_NOT_GIVEN &&
	    alerts(&options->warning, sums->renewable_days))
		return &options->warning;
	return NULL;
}

const struct range *
plugin_certificates_range(const struct plugin_sums *sums,
    const struct plugin_options *options)
{
	if (alerts(&options->critical, sums->certificates_days))
		return &options->critical;
	if (alerts(&options->warning, sums->certificates_days))
		return &options->warning;
	return NULL;
}

/* The state that the thresholds make, those that were judged by included. */
static enum plugin_state
threshold_state(const struct evidence *evidence, const struct plugin_sums *sums,
    const struct plugin_options *options)
{
	const struct range *signatures = plugin_signatures_range(sums, options);
	const struct range *certificates = plugin_certificates_range(sums,
	    options);

	if (signatures == &options->critical ||
	    certificates == &options->critical)
		return PLUGIN_CRITICAL;
	if (signatures != NULL || certificates != NULL ||
	    finding_list_has(&evidence->judged.findings,
	    FINDING_SIGNATURE_EXPIRING))
		return PLUGIN_WARNING;
	return PLUGIN_OK;
}

enum plugin_state
plugin_judge(const struct evidence *evidence,
    const struct plugin_options *options)
{
	const struct plugin_sums sums = plugin_sum_up(evidence);
	enum plugin_state state;
	size_t i;

	if (evidence->crash != NULL)
		return PLUGIN_UNKNOWN;
	/* An established fault counts, whatever else is not known. */
	if (evidence->judged.verdict == VERDICT_FAIL)
		return PLUGIN_CRITICAL;
	if (evidence->health != RESOLVER_HEALTHY || evidence->out_of_time)
		return PLUGIN_UNKNOWN;
	if (!evidence->host_mode && (evidence->mx == NULL ||
	    evidence->mx->kind == ANSWER_UNUSABLE))
		return PLUGIN_UNKNOWN;
	state = threshold_state(evidence, &sums, options);
	/* There may be no hosts to rate: null MX, unsigned domain. */
	if (evidence->judged.verdict == VERDICT_NONE)
		return worse_state(state, options->missing);
	for (i = 0; i < evidence->host_count; i++)
		state = worse_state(state,
		    plugin_host_state(&evidence->hosts[i], options));
	if (has_met_limit(evidence))
		state = worse_state(state, PLUGIN_UNKNOWN);
	return state;
}
