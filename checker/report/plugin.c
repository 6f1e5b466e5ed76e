#include "checker/report/plugin_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "checker/evidence/expiry.h"
#include "checker/report/report.h"
#include "checker/report/report_text.h"
#include "resolver/memory.h"
#include "resolver/text.h"

/* Codes of warnings that the first line names. */
#define WARNINGS_NAMED	3

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

/* Whether the deadline came before a verdict. */
static bool
has_run_out(const struct evidence *evidence)
{
	return evidence->out_of_time &&
	    evidence->judged.verdict != VERDICT_FAIL;
}

static void
put_outstanding(FILE *out, const struct evidence *evidence)
{
	char *limit = text_seconds(evidence->deadline);

	fprintf(out, "no result within %s", limit);
	free(limit);
	if (evidence->outstanding != NULL) {
		fputs(", still waiting for ", out);
		put(out, evidence->outstanding, true);
	}
}

/*
 * What causes STATE: of a verdict that is no established fault, a host may be
 * tolerated that has it, and another one not. Borrowed; NULL: nothing to say.
 */
static const struct finding *
find_cause(const struct evidence *evidence, enum plugin_state state,
    const struct plugin_options *options)
{
	const enum verdict verdict = evidence->judged.verdict;
	const struct finding *finding;
	size_t i;

	for (i = 0; i < evidence->host_count && state != PLUGIN_OK &&
	    (verdict == VERDICT_UNKNOWN || verdict == VERDICT_PARTIAL); i++) {
		finding = evidence_host_finding(evidence, &evidence->hosts[i]);
		if (finding != NULL && plugin_host_state(&evidence->hosts[i],
		    options) == state)
			return finding;
	}
	return verdict == VERDICT_PASS ? NULL :
	    evidence_main_finding(evidence);
}

/* Its code and place, with the zone at which the chain of trust breaks. */
static void
put_cause(FILE *out, const struct evidence *evidence,
    const struct finding *finding)
{
	put(out, finding_code_name(finding->code), true);
	put_place(out, &finding->place);
	finding = evidence_break_finding(evidence, finding);
	if (finding != NULL)
		fprintf(out, ": %s, zone %s", finding_code_name(finding->code),
		    finding->place.zone);
}

/*
 * ", 2 warnings: tlsa-many, tls-outdated": each code once, but for that of
 * CAUSE (NULL: none) and of its break, and what is said of validity.
 */
static void
put_warnings(FILE *out, const struct evidence *evidence,
    const struct finding *cause)
{
	const struct finding_list *findings = &evidence->judged.findings;
	enum finding_code codes[WARNINGS_NAMED];
	const struct finding *end = cause == NULL ? NULL :
	    evidence_break_finding(evidence, cause);
	bool seen[FINDING_CODE_COUNT] = { false };
	size_t i, count = 0;

	seen[FINDING_SIGNATURE_EXPIRING] = true;
	if (cause != NULL)
		seen[cause->code] = true;
	if (end != NULL)
		seen[end->code] = true;
	for (i = 0; i < findings->count; i++) {
		if (findings->items[i].severity != SEVERITY_WARNING ||
		    seen[findings->items[i].code])
			continue;
		seen[findings->items[i].code] = true;
		if (count < WARNINGS_NAMED)
			codes[count] = findings->items[i].code;
		count++;
	}
	if (count > 0)
		fprintf(out, ", %zu warning%s: ", count, count == 1 ? "" : "s");
	for (i = 0; i < count && i < WARNINGS_NAMED; i++)
		fprintf(out, "%s%s", i > 0 ? ", " : "",
		    finding_code_name(codes[i]));
	if (count > WARNINGS_NAMED)
		fprintf(out, " and %zu more", count - WARNINGS_NAMED);
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
    const struct plugin_sums *sums, const struct plugin_options *options,
    bool alerting)
{
	const struct range *range = plugin_signatures_range(sums, options);
	char *signatures = alert_text(range, options);
	char *certificates = alert_text(plugin_certificates_range(sums,
	    options), options);

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

/* What is authenticated; of the DNS alone, what could be. */
static void
put_sums(FILE *out, const struct evidence *evidence,
    const struct plugin_sums *sums)
{
	if (evidence->dns_only)
		fprintf(out, "%zu of %zu MX hosts with usable TLSA records",
		    sums->mx_ok, sums->mx);
	else
		fprintf(out, "%zu of %zu MX hosts, %zu of %zu addresses "
		    "authenticated", sums->mx_ok, sums->mx,
		    sums->addresses_ok, sums->addresses);
}

static void
put_first_line(FILE *out, const struct evidence *evidence,
    const struct plugin_sums *sums, const struct plugin_options *options,
    enum plugin_state state)
{
	const struct finding *cause = NULL;

	fprintf(out, "MXDANE %s: ", state_name(state));
	put(out, evidence->domain, true);
	fputs(": ", out);
	if (has_run_out(evidence))
		put_outstanding(out, evidence);
	else
		cause = find_cause(evidence, state, options);
	if (cause != NULL)
		put_cause(out, evidence, cause);
	else if (evidence->judged.verdict == VERDICT_PASS)
		put_sums(out, evidence, sums);
	put_validity(out, evidence, sums, options,
	    evidence->judged.verdict != VERDICT_PASS);
	put_warnings(out, evidence, cause);
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
    const struct plugin_sums *sums, const struct plugin_options *options)
{
	const struct expiry_limit *warning = &options->signature_warning;
	const struct expiry_limit *critical = &options->signature_critical;

	fprintf(out, "time=%u.%03us;;;0;%g", evidence->elapsed_ms / 1000,
	    evidence->elapsed_ms % 1000, evidence->deadline);
	put_count(out, "mx", sums->mx, sums->knows_mx);
	put_count(out, "mx_ok", sums->mx_ok, sums->knows_mx);
	put_count(out, "addresses", sums->addresses, sums->knows_servers);
	put_count(out, "addresses_ok", sums->addresses_ok,
	    sums->knows_servers);
	put_count(out, "tlsa_records", sums->records, sums->knows_rest);
	put_count(out, "tlsa_matched", sums->matched, sums->knows_servers);
	put_left(out, "signatures_days", sums->signatures_days, "",
	    days_text(warning, &options->warning),
	    days_text(critical, &options->critical));
	put_left(out, "signatures_percent", sums->signatures_percent, "%",
	    limit_text(warning, EXPIRY_PERCENT),
	    limit_text(critical, EXPIRY_PERCENT));
	put_left(out, "certificates_days", sums->certificates_days, "",
	    range_text(&options->warning), range_text(&options->critical));
}

/* The text report: hosts and addresses, then findings. Owned by the caller. */
static char *
full_details(const struct evidence *evidence, int verbosity)
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
	return text;
}

/* The findings alone. Owned by the caller. */
static char *
brief_details(const struct evidence *evidence)
{
	char *text;
	size_t size;
	FILE *memory = open_memstream(&text, &size);

	if (memory == NULL)
		abort();
	report_text_findings(memory, false, &evidence->judged.findings);
	fclose(memory);
	return text;
}

/* Ends TEXT at the last end of a line within ROOM. */
static void
cut(char *text, size_t room)
{
	if (strlen(text) <= room)
		return;
	while (room > 0 && text[room - 1] != '\n')
		room--;
	text[room] = '\0';
}

/* What is below the first line, of which SIZE octets are written. */
static void
put_details(FILE *out, const struct evidence *evidence, int verbosity,
    size_t size)
{
	static const char more[] = "More was left out: with -v it is all "
	    "there.\n";
	const size_t taken = size + strlen(more);
	const size_t room = taken < PLUGIN_OUTPUT_MAX ? PLUGIN_OUTPUT_MAX -
	    taken : 0;
	char *text = full_details(evidence, verbosity);
	const bool whole = verbosity > 0 || strlen(text) <= room;

	if (!whole) {
		free(text);
		text = brief_details(evidence);
		cut(text, room);
	}
	put(out, text, false);
	if (!whole)
		fputs(more, out);
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

/* The first line, with the performance data. Owned by the caller. */
static char *
first_line(const struct evidence *evidence,
    const struct plugin_options *options, enum plugin_state state)
{
	const struct plugin_sums sums = plugin_sum_up(evidence);
	char *text;
	size_t size;
	FILE *memory = open_memstream(&text, &size);

	if (memory == NULL)
		abort();
	put_first_line(memory, evidence, &sums, options, state);
	fputs(" | ", memory);
	put_performance(memory, evidence, &sums, options);
	fputc('\n', memory);
	fclose(memory);
	return text;
}

enum plugin_state
plugin_report(FILE *out, const struct evidence *evidence,
    const struct plugin_options *options)
{
	enum plugin_state state = plugin_judge(evidence, options);
	char *first;

	if (evidence->crash != NULL)
		return report_crash(out, evidence);
	first = first_line(evidence, options, state);
	fputs(first, out);
	if (state != PLUGIN_OK || options->verbosity > 0)
		put_details(out, evidence, options->verbosity, strlen(first));
	free(first);
	return state;
}

void
plugin_complain(FILE *out, const char *why)
{
	fprintf(out, "MXDANE %s: ", state_name(PLUGIN_UNKNOWN));
	put(out, why, true);
	fputc('\n', out);
}
