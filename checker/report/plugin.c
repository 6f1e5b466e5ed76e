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
	double	signatures_days;	/* NAN: not known, like the rest */
	double	signatures_percent;
	double	renewable_days;		/* of zones that hold the records */
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
	const struct expiry_life life = expiry_life_of_all(evidence,
	    evidence->checked_at);
	struct sums sums = { 0 };
	size_t i;

	sums.knows_mx = evidence->health == RESOLVER_HEALTHY &&
	    (evidence->host_mode || (evidence->mx != NULL &&
	    evidence->mx->kind != ANSWER_UNUSABLE));
	sums.knows_rest = sums.knows_mx;
	for (i = 0; i < evidence->host_count; i++)
		add_host(&sums, &evidence->hosts[i]);
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
alerts(const struct range *range, double days)
{
	return !isnan(days) && range_alerts(range, days);
}

/*
 * The range of OPTIONS that the days left of signatures cross, the critical one
 * first; NULL: none. What was judged by a limit has no range.
 */
static const struct range *
signatures_range(const struct sums *sums, const struct plugin_options *options)
{
	if (options->signature_critical.unit == EXPIRY_NOT_GIVEN &&
	    alerts(&options->critical, sums->renewable_days))
		return &options->critical;
	if (options->signature_warning.unit == EXPIRY_NOT_GIVEN &&
	    alerts(&options->warning, sums->renewable_days))
		return &options->warning;
	return NULL;
}

/* The same for certificates. */
static const struct range *
certificates_range(const struct sums *sums,
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
threshold_state(const struct evidence *evidence, const struct sums *sums,
    const struct plugin_options *options)
{
	const struct range *signatures = signatures_range(sums, options);
	const struct range *certificates = certificates_range(sums, options);

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
	const struct sums sums = sum_up(evidence);
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

/* "signatures valid for 12 days". WHY: what is wrong with that, or NULL. */
static void
put_days(FILE *out, const char *what, double days, const char *why)
{
	fprintf(out, ", %s valid for %ld day%s", what, (long)days,
	    (long)days == 1 ? "" : "s");
	if (why != NULL)
		fprintf(out, " (%s)", why);
}

/* "critical: 5:". Owned by the caller; NULL for NULL. */
static char *
alert_text(const struct range *range, const struct plugin_options *options)
{
	char *text, *alert;

	if (range == NULL)
		return NULL;
	text = range_text(range);
	alert = memory_format("%s: %s", range == &options->critical ?
	    "critical" : "warning", text);
	free(text);
	return alert;
}

/*
 * How long what DANE depends on is valid, with the threshold that it is below.
 * ALERTING: only what is below one.
 */
static void
put_validity(FILE *out, const struct evidence *evidence,
    const struct sums *sums, const struct plugin_options *options,
    bool alerting)
{
	const struct range *range = signatures_range(sums, options);
	char *signatures = alert_text(range, options);
	char *certificates = alert_text(certificates_range(sums, options),
	    options);

	if (signatures == NULL && finding_list_has(&evidence->judged.findings,
	    FINDING_SIGNATURE_EXPIRING))
		signatures = memory_string(
		    finding_code_name(FINDING_SIGNATURE_EXPIRING));
	if (!isnan(sums->signatures_days) &&
	    (signatures != NULL || !alerting))
		put_days(out, "signatures", range != NULL ?
		    sums->renewable_days : sums->signatures_days, signatures);
	if (!isnan(sums->certificates_days) &&
	    (certificates != NULL || !alerting))
		put_days(out, "certificates", sums->certificates_days,
		    certificates);
	free(signatures);
	free(certificates);
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
	put_validity(out, evidence, sums, options,
	    evidence->judged.verdict != VERDICT_PASS);
}

/* What is not known is left out: some systems take no "U". */
static void
put_count(FILE *out, const char *label, size_t value, bool known)
{
	if (known)
		fprintf(out, " %s=%zu;;;0", label, value);
}

/* Takes ownership of the thresholds. UNIT: "" for none. */
static void
put_left(FILE *out, const char *label, double value, const char *unit,
    char *warning, char *critical)
{
	/* Rounded down, so as not to reach a threshold from below. */
	if (!isnan(value))
		fprintf(out, " %s=%.2f%s;%s;%s", label,
		    floor(value * 100) / 100, unit, warning, critical);
	free(warning);
	free(critical);
}

/* The range for a limit in UNIT, where one is given in that. */
static char *
limit_text(const struct expiry_limit *limit, enum expiry_unit unit)
{
	if (limit->unit != unit)
		return memory_string("");
	return memory_format("%.10g:", limit->value /
	    (unit == EXPIRY_SECONDS ? EXPIRY_DAY : 1));
}

/* Of days left of signatures, by a limit or, where none is given, by RANGE. */
static char *
days_text(const struct expiry_limit *limit, const struct range *range)
{
	return limit->unit == EXPIRY_NOT_GIVEN ? range_text(range) :
	    limit_text(limit, EXPIRY_SECONDS);
}

static void
put_performance(FILE *out, const struct evidence *evidence,
    const struct sums *sums, const struct plugin_options *options)
{
	const struct expiry_limit *warning = &options->signature_warning;
	const struct expiry_limit *critical = &options->signature_critical;

	fprintf(out, "time=%u.%03us;;;0;%g", evidence->elapsed_ms / 1000,
	    evidence->elapsed_ms % 1000, evidence->deadline);
	put_count(out, "mx", sums->mx, sums->knows_mx);
	put_count(out, "mx_ok", sums->mx_ok, sums->knows_mx);
	put_count(out, "addresses", sums->addresses, sums->knows_rest);
	put_count(out, "addresses_ok", sums->addresses_ok, sums->knows_rest);
	put_count(out, "tlsa_records", sums->records, sums->knows_rest);
	put_count(out, "tlsa_matched", sums->matched, sums->knows_rest);
	put_left(out, "signatures_days", sums->signatures_days, "",
	    days_text(warning, &options->warning),
	    days_text(critical, &options->critical));
	put_left(out, "signatures_percent", sums->signatures_percent, "%",
	    limit_text(warning, EXPIRY_PERCENT),
	    limit_text(critical, EXPIRY_PERCENT));
	put_left(out, "certificates_days", sums->certificates_days, "",
	    range_text(&options->warning), range_text(&options->critical));
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
