#include "checker/report/plugin.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "checker/evidence/expiry.h"
#include "checker/evidence/host_dns.h"
#include "checker/report/report.h"
#include "resolver/memory.h"

/* The numbers of the first line and of the performance data. */
struct sums {
	size_t	mx, mx_ok;
	size_t	addresses, addresses_ok;
	size_t	records, matched;
	bool	knows_mx;		/* false: the counts of MX hosts, */
	bool	knows_rest;		/* or the others, mean nothing */
	double	signatures_days;	/* NAN: not known */
	double	certificates_days;
};

static const char *
state_name(enum plugin_state state)
{
	static const char *const names[] = {
		[PLUGIN_OK] = "OK",
		[PLUGIN_WARNING] = "WARNING",
		[PLUGIN_CRITICAL] = "CRITICAL",
		[PLUGIN_UNKNOWN] = "UNKNOWN",
	};

	return names[state];
}

/* A '|' would begin the performance data: it becomes a '/'. */
static void
put(FILE *out, const char *text, bool ascii)
{
	for (; *text != '\0'; text++) {
		if (*text == '|')
			fputc('/', out);
		else if (ascii && (*text & 0x80))
			fputc('?', out);
		else
			fputc(*text, out);
	}
}

static void
add_host(struct sums *sums, const struct host_evidence *host)
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

static struct sums
sum_up(const struct evidence *evidence)
{
	struct sums sums = { 0 };
	size_t i;

	sums.knows_mx = evidence->health == RESOLVER_HEALTHY &&
	    (evidence->host_mode || (evidence->mx != NULL &&
	    evidence->mx->kind != ANSWER_UNUSABLE));
	sums.knows_rest = sums.knows_mx;
	for (i = 0; i < evidence->host_count; i++)
		add_host(&sums, &evidence->hosts[i]);
	sums.signatures_days = days_until(evidence,
	    expiry_signatures_end(evidence));
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

/* The state of one host alone, from its DNS and its servers. */
static enum plugin_state
host_state(const struct host_evidence *host,
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
alerts(const struct range *range, const struct sums *sums)
{
	return (!isnan(sums->signatures_days) &&
	    range_alerts(range, sums->signatures_days)) ||
	    (!isnan(sums->certificates_days) &&
	    range_alerts(range, sums->certificates_days));
}

enum plugin_state
plugin_judge(const struct evidence *evidence,
    const struct plugin_options *options)
{
	const struct sums sums = sum_up(evidence);
	enum plugin_state state = PLUGIN_OK;
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
	if (alerts(&options->critical, &sums))
		state = PLUGIN_CRITICAL;
	else if (alerts(&options->warning, &sums))
		state = PLUGIN_WARNING;
	/* There may be no hosts to rate: null MX, unsigned domain. */
	if (evidence->judged.verdict == VERDICT_NONE)
		return worse_state(state, options->missing);
	for (i = 0; i < evidence->host_count; i++)
		state = worse_state(state,
		    host_state(&evidence->hosts[i], options));
	if (has_met_limit(evidence))
		state = worse_state(state, PLUGIN_UNKNOWN);
	return state;
}

static void
put_place(FILE *out, const struct finding_place *place)
{
	char *text;

	if (place->host != NULL) {
		fputs(", ", out);
		put(out, place->host, true);
	}
	if (place->address.family != 0) {
		text = address_text(&place->address);
		fprintf(out, " [%s]", text);
		free(text);
	}
	if (place->server.name != NULL) {
		text = finding_server_text(&place->server);
		fputs(", ", out);
		put(out, text, true);
		free(text);
	} else if (place->zone != NULL) {
		fputs(", zone ", out);
		put(out, place->zone, true);
	}
}

/*
 * What is wrong: the main finding and its place, with the zone at which the
 * chain of trust breaks; or the deadline.
 */
static void
put_problem(FILE *out, const struct evidence *evidence)
{
	const struct finding *finding;

	if (evidence->out_of_time && evidence->judged.verdict != VERDICT_FAIL) {
		fprintf(out, "no result within %g seconds", evidence->deadline);
		if (evidence->outstanding != NULL) {
			fputs(", still waiting for ", out);
			put(out, evidence->outstanding, true);
		}
		return;
	}
	finding = evidence_main_finding(evidence);
	if (finding == NULL)
		return;
	put(out, finding_code_name(finding->code), true);
	put_place(out, &finding->place);
	finding = evidence_break_finding(evidence, finding);
	if (finding != NULL)
		fprintf(out, ": %s, zone %s", finding_code_name(finding->code),
		    finding->place.zone);
}

/*
 * "signatures valid for 12 days", with the threshold that they are below.
 * ALERTING: nothing unless they are below one.
 */
static void
put_days(FILE *out, const char *what, double days, bool alerting,
    const struct plugin_options *options)
{
	bool critical, alert;
	char *range;

	if (isnan(days))
		return;
	critical = range_alerts(&options->critical, days);
	alert = critical || range_alerts(&options->warning, days);
	if (alerting && !alert)
		return;
	fprintf(out, ", %s valid for %ld day%s", what, (long)days,
	    (long)days == 1 ? "" : "s");
	if (!alert)
		return;
	range = range_text(critical ? &options->critical : &options->warning);
	fprintf(out, " (%s: %s)", critical ? "critical" : "warning", range);
	free(range);
}

static void
put_first_line(FILE *out, const struct evidence *evidence,
    const struct sums *sums, const struct plugin_options *options,
    enum plugin_state state)
{
	fprintf(out, "MXDANE %s: ", state_name(state));
	put(out, evidence->domain, true);
	fputs(": ", out);
	if (evidence->judged.verdict != VERDICT_PASS)
		put_problem(out, evidence);
	else
		fprintf(out, "%zu of %zu MX hosts, %zu of %zu addresses "
		    "authenticated", sums->mx_ok, sums->mx,
		    sums->addresses_ok, sums->addresses);
	put_days(out, "signatures", sums->signatures_days,
	    evidence->judged.verdict != VERDICT_PASS, options);
	put_days(out, "certificates", sums->certificates_days,
	    evidence->judged.verdict != VERDICT_PASS, options);
}

static void
put_count(FILE *out, const char *label, size_t value, bool known)
{
	if (known)
		fprintf(out, " %s=%zu;;;0", label, value);
	else
		fprintf(out, " %s=U;;;0", label);
}

static void
put_days_left(FILE *out, const char *label, double days,
    const struct plugin_options *options)
{
	char *warning = range_text(&options->warning);
	char *critical = range_text(&options->critical);

	if (isnan(days))
		fprintf(out, " %s=U;%s;%s", label, warning, critical);
	else
		/* Rounded down, so as not to reach a threshold from below. */
		fprintf(out, " %s=%.2f;%s;%s", label, floor(days * 100) / 100,
		    warning, critical);
	free(warning);
	free(critical);
}

static void
put_performance(FILE *out, const struct evidence *evidence,
    const struct sums *sums, const struct plugin_options *options)
{
	fprintf(out, "time=%u.%03us;;;0;%g", evidence->elapsed_ms / 1000,
	    evidence->elapsed_ms % 1000, evidence->deadline);
	put_count(out, "mx", sums->mx, sums->knows_mx);
	put_count(out, "mx_ok", sums->mx_ok, sums->knows_mx);
	put_count(out, "addresses", sums->addresses, sums->knows_rest);
	put_count(out, "addresses_ok", sums->addresses_ok, sums->knows_rest);
	put_count(out, "tlsa_records", sums->records, sums->knows_rest);
	put_count(out, "tlsa_matched", sums->matched, sums->knows_rest);
	put_days_left(out, "signatures_days", sums->signatures_days, options);
	put_days_left(out, "certificates_days", sums->certificates_days,
	    options);
}

/* Writes the text report: hosts and addresses, then findings. */
static void
put_details(FILE *out, const struct evidence *evidence, int verbosity)
{
	const struct report_options options = {
		.verbosity = verbosity > 1 ? 1 : 0,
	};
	char *text;
	size_t size;
	void *state;
	FILE *memory = open_memstream(&text, &size);

	if (memory == NULL)
		abort();
	state = report_text.begin(memory, &options);
	report_text.domain(memory, &options, evidence, state);
	report_text.end(memory, &options, state);
	fclose(memory);
	put(out, text, false);
	free(text);
}

/* One line, and no performance data: nothing is known that can be trusted. */
static enum plugin_state
report_crash(FILE *out, const struct evidence *evidence)
{
	char *why = memory_format("%s: %s: %s", evidence->domain,
	    finding_code_name(FINDING_INTERNAL_CRASH), evidence->crash);

	plugin_complain(out, why);
	free(why);
	return PLUGIN_UNKNOWN;
}

enum plugin_state
plugin_report(FILE *out, const struct evidence *evidence,
    const struct plugin_options *options)
{
	const struct sums sums = sum_up(evidence);
	enum plugin_state state = plugin_judge(evidence, options);

	if (evidence->crash != NULL)
		return report_crash(out, evidence);
	put_first_line(out, evidence, &sums, options, state);
	fputs(" | ", out);
	put_performance(out, evidence, &sums, options);
	fputc('\n', out);
	if (state != PLUGIN_OK || options->verbosity > 0)
		put_details(out, evidence, options->verbosity);
	return state;
}

void
plugin_complain(FILE *out, const char *why)
{
	fprintf(out, "MXDANE %s: ", state_name(PLUGIN_UNKNOWN));
	put(out, why, true);
	fputc('\n', out);
}
