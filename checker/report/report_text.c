#include "checker/report/report_text.h"

#include <stdlib.h>
#include <string.h>

#include "checker/evidence/endpoint_ends.h"
#include "checker/evidence/evidence.h"
#include "checker/evidence/expiry.h"
#include "checker/evidence/host_dns.h"
#include "checker/report/lines.h"
#include "checker/report/name_set.h"
#include "checker/report/provenance.h"
#include "checker/report/report.h"
#include "checker/report/report_self_test.h"
#include "checker/report/server_text.h"
#include "checker/report/trust_lines.h"
#include "resolver/memory.h"
#include "resolver/text.h"

/* The column of the verdicts. */
#define VERDICT_COLUMN	50

/* Indents of the text of findings, and of the reasons for mismatches. */
#define FINDING_INDENT	9
#define RECORD_INDENT	22

/* Records of a zone beside its fault; all of them are in the findings. */
#define RECORDS_SHOWN	4

/* Characters of the data of a record that is shortened. */
#define DATA_SHOWN	20

/* Columns of a report of changes: of the verdict, and of what changed. */
#define CHANGES_COLUMN	36
#define CHANGE_INDENT	2
#define CHANGE_LABEL	10

enum colour {
	COLOUR_NONE,
	COLOUR_GOOD,
	COLOUR_BAD,
	COLOUR_DOUBT,
	COLOUR_CALM,
	COLOUR_STRONG,
};

/* All pointers are borrowed. */
struct page {
	FILE				*out;
	const struct report_options	*options;
};

static const char *
colour_start(enum colour colour)
{
	static const char *const codes[] = {
		[COLOUR_NONE] = "",
		[COLOUR_GOOD] = "\033[32m",
		[COLOUR_BAD] = "\033[1;31m",
		[COLOUR_DOUBT] = "\033[33m",
		[COLOUR_CALM] = "\033[2m",
		[COLOUR_STRONG] = "\033[1m",
	};

	return codes[colour];
}

static void
put(const struct page *page, enum colour colour, const char *text)
{
	bool coloured = page->options->colour && colour != COLOUR_NONE;

	fprintf(page->out, "%s%s%s", coloured ? colour_start(colour) : "",
	    text, coloured ? "\033[0m" : "");
}

static const struct {
	const char	*word;
	enum colour	 colour;
} verdicts[] = {
	[VERDICT_UNKNOWN] = { "UNKNOWN", COLOUR_DOUBT },
	[VERDICT_FAIL] = { "FAIL", COLOUR_BAD },
	[VERDICT_NONE] = { "none", COLOUR_DOUBT },
	[VERDICT_PARTIAL] = { "partial", COLOUR_DOUBT },
	[VERDICT_PASS] = { "pass", COLOUR_GOOD },
	[VERDICT_ABSENT] = { "-", COLOUR_CALM },
};

/* One word, in a field of WIDTH columns. */
static void
put_verdict(const struct page *page, enum verdict verdict, int width)
{
	put(page, verdicts[verdict].colour, verdicts[verdict].word);
	fprintf(page->out, "%*s", width - (int)strlen(verdicts[verdict].word),
	    "");
}

/* "    NAME        verdict DNSSEC secure", with the verdict at COLUMN. */
static void
put_heading_at(const struct page *page, int indent, int column,
    const char *name, enum verdict verdict, const char *rest)
{
	char *first = lines_name(name);
	int width = column - indent - (int)strlen(first);

	fprintf(page->out, "%*s", indent, "");
	put(page, COLOUR_STRONG, first);
	free(first);
	fprintf(page->out, "%*s", width > 1 ? width : 1, "");
	put_verdict(page, verdict, 8);
	fprintf(page->out, "%s\n", rest);
}

static void
put_heading(const struct page *page, int indent, const char *name,
    enum verdict verdict, const char *rest)
{
	put_heading_at(page, indent, VERDICT_COLUMN, name, verdict, rest);
}

/*
 * A record that was printed above: its data in short, behind its type unless it
 * is a TLSA record. Owned by the caller; NULL: it is short as it is.
 */
static char *
brief_data(const struct advice *advice)
{
	char *whole = advice_data(advice, true);
	char *brief = advice->type == DNS_TLSA ? advice_data(advice, false) :
	    memory_format("%s %.*s%s", dns_type_name(advice->type), DATA_SHOWN,
	    whole, strlen(whole) > DATA_SHOWN ? "..." : "");

	if (strcmp(brief, whole) == 0) {
		free(brief);
		brief = NULL;
	}
	free(whole);
	return brief;
}

/*
 * A record to publish or to remove is never wrapped. One that was printed above
 * is shortened.
 */
static void
put_record(const struct page *page, const struct advice *advice,
    struct name_set *printed)
{
	char *line = advice_text(advice), *brief = brief_data(advice);

	fprintf(page->out, "%*s-> ", FINDING_INDENT, "");
	if (name_set_add(printed, line) || brief == NULL)
		put(page, COLOUR_STRONG, line);
	else
		fprintf(page->out, "%s %s, as above", advice_verb(advice),
		    brief);
	fputc('\n', page->out);
	free(brief);
	free(line);
}

static void
put_advice(const struct page *page, const struct advice_list *list,
    struct name_set *printed)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (list->items[i].kind == ADVICE_TEXT)
			lines_put(page->out, FINDING_INDENT, "-> ",
			    list->items[i].text);
		else
			put_record(page, &list->items[i], printed);
	}
}

static void
put_group(const struct page *page, const struct finding_group *group,
    struct name_set *printed)
{
	static const enum colour colours[] = {
		[SEVERITY_ERROR] = COLOUR_BAD,
		[SEVERITY_WARNING] = COLOUR_DOUBT,
		[SEVERITY_INFO] = COLOUR_CALM,
	};
	const struct finding *finding = group->members[0];
	const char *severity = severity_name(finding->severity);
	const char *code = finding_code_name(finding->code);
	char *places = finding_group_places(group);

	put(page, colours[finding->severity], severity);
	fprintf(page->out, "%*s%s", FINDING_INDENT - (int)strlen(severity), "",
	    code);
	if (*places != '\0')
		fputs("  ", page->out);
	lines_put_from(page->out, FINDING_INDENT + strlen(code) + 2,
	    FINDING_INDENT + 2, places);
	free(places);
	lines_put(page->out, FINDING_INDENT, "", finding->text);
	put_advice(page, &finding->advice, printed);
}

static bool
is_change(enum finding_code code)
{
	return code >= FINDING_CHANGED_NEW && code <= FINDING_CHANGED_DNSSEC;
}

/* The records that are to be published for a zone, beside its fault. */
static void
put_zone_records(const struct page *page, const struct finding_list *list,
    const char *zone, struct name_set *printed)
{
	const struct advice_list *advice = NULL;
	size_t i, shown = 0;

	for (i = 0; advice == NULL && i < list->count; i++) {
		if (finding_code_is_trust(list->items[i].code) &&
		    list->items[i].place.zone != NULL &&
		    strcmp(list->items[i].place.zone, zone) == 0)
			advice = &list->items[i].advice;
	}
	for (i = 0; advice != NULL && i < advice->count; i++) {
		if (advice->items[i].kind == ADVICE_PUBLISH &&
		    shown++ < RECORDS_SHOWN)
			put_record(page, &advice->items[i], printed);
	}
}

/* The chains of trust: where they break; with -v, all of them. */
static void
put_trust(const struct page *page, const struct evidence *evidence,
    struct name_set *printed)
{
	static const struct {
		const char	*label;
		enum colour	 colour;
	} kinds[] = {
		[TRUST_BROKEN] = { "BROKEN", COLOUR_BAD },
		[TRUST_UNKNOWN] = { "UNKNOWN", COLOUR_DOUBT },
		[TRUST_UNSIGNED] = { "UNSIGNED", COLOUR_DOUBT },
		[TRUST_BELOW] = { "below", COLOUR_CALM },
		[TRUST_SECURE] = { "trust", COLOUR_CALM },
	};
	const struct trust_line *line;
	struct trust_lines lines;
	size_t i;

	trust_lines_init(&lines, evidence, page->options->verbosity > 0);
	for (i = 0; i < lines.count; i++) {
		line = &lines.items[i];
		put(page, kinds[line->kind].colour, kinds[line->kind].label);
		fprintf(page->out, "%*s", FINDING_INDENT -
		    (int)strlen(kinds[line->kind].label), "");
		lines_put_from(page->out, FINDING_INDENT, FINDING_INDENT,
		    line->text);
		if (line->zone != NULL)
			put_zone_records(page, &evidence->judged.findings,
			    line->zone->name, printed);
	}
	trust_lines_clear(&lines);
}

/* With -v, what each name server was asked (--authoritative). */
static void
put_servers(const struct page *page, const struct evidence *evidence)
{
	char *text;
	size_t i;

	for (i = 0; page->options->verbosity > 0 &&
	    i < evidence->server_count; i++) {
		text = server_text(evidence, i);
		if (text == NULL)
			continue;
		put(page, COLOUR_CALM, "server");
		fprintf(page->out, "%*s", FINDING_INDENT -
		    (int)strlen("server"), "");
		lines_put_from(page->out, FINDING_INDENT, FINDING_INDENT,
		    text);
		free(text);
	}
}

static void
put_findings(const struct page *page, const struct finding_list *list,
    struct name_set *printed)
{
	struct finding_groups groups;
	size_t i;

	finding_groups_init(&groups, list);
	for (i = 0; i < groups.count; i++) {
		/* Changes are told by themselves. */
		if (!is_change(groups.items[i].members[0]->code))
			put_group(page, &groups.items[i], printed);
	}
	finding_groups_clear(&groups);
}

static void
put_tlsa(const struct page *page, const struct evidence *evidence,
    const struct host_evidence *host)
{
	const struct answer *tlsa = host->judged.tlsa;
	struct expiry_life life;
	const struct tlsa *record;
	char *until, *text;
	size_t i;

	if (tlsa == NULL)
		return;
	text = lines_name(tlsa->owner);
	fprintf(page->out, "    %s TLSA", text);
	free(text);
	if (!answer_has_records(tlsa)) {
		fprintf(page->out, ": %s, %s\n",
		    tlsa->kind == ANSWER_UNUSABLE ? "no usable answer" :
		    "no records", dnssec_status_name(tlsa->dnssec));
		return;
	}
	/* As published: a cache may have counted it down, or capped it. */
	fprintf(page->out, ", %s, TTL %u", dnssec_status_name(tlsa->dnssec),
	    (unsigned int)answer_source_ttl(tlsa));
	life = expiry_life_of(evidence, &tlsa, 1, evidence_as_of(evidence));
	if (life.first != NULL) {
		until = text_date(life.first->until);
		fprintf(page->out, ", signed until %s", until);
		free(until);
	}
	fputc('\n', page->out);
	for (i = 0; i < host->judged.records.count; i++) {
		record = &host->judged.records.records[i];
		text = tlsa_text(record, page->options->verbosity > 0);
		fprintf(page->out, "      [%zu] %s", i + 1, text);
		if (!record->usable) {
			fputs("  ", page->out);
			put(page, COLOUR_DOUBT, "unusable");
		}
		fputc('\n', page->out);
		free(text);
	}
}

/* ", in 2 of 5 connections", or in all of several. */
static void
put_share(const struct page *page, unsigned int shown, unsigned int asked)
{
	char *share = endpoint_ends_share(shown, asked);

	if (share != NULL)
		fprintf(page->out, ", %s", share);
	else if (shown > 1)
		fprintf(page->out, ", in all %u connections", shown);
	free(share);
}

/* "TLSv1.3, x25519, ECDSA, CN=mx.example.org" */
static void
put_handshake(const struct page *page,
    const struct handshake_evidence *evidence)
{
	const struct handshake *handshake = evidence->seen;
	const struct certificate *own = handshake->chain->certificates;

	/* There is none without a connection (--chain). */
	if (handshake->protocol != NULL)
		fprintf(page->out, "%s, ", handshake->protocol);
	if (handshake->group != NULL)
		fprintf(page->out, "%s, ", handshake->group);
	fprintf(page->out, "%s, %s", key_type_name(handshake->key_type),
	    own->subject);
	put_share(page, evidence->shown, evidence->asked);
	fputc('\n', page->out);
	if (page->options->verbosity > 0)
		fprintf(page->out, "        issued by %s%s%s\n", own->issuer,
		    handshake->cipher != NULL ? ", " : "",
		    handshake->cipher != NULL ? handshake->cipher : "");
}

/*
 * Which certificate a record is of: "CN=R11, certificate 1 above the server's".
 * Owned by the caller.
 */
static char *
depth_text(const struct match_result *match, const struct chain *chain)
{
	size_t depth = (size_t)match->depth;

	if (match->depth == MATCH_NO_DEPTH)
		return memory_string("");
	if (depth >= chain->count)
		return memory_string("a CA that only the DNS names");
	if (depth == 0)
		return memory_string("the server's own certificate");
	return memory_format("%s, certificate %zu above the server's",
	    chain->certificates[depth].subject, depth);
}

/* A mismatch is dimmed: beside a match it is normal. */
static void
put_match(const struct page *page, size_t record,
    const struct match_result *match, const struct chain *chain)
{
	const bool matches = match->status == MATCH_MATCH;
	char status[16];
	char *text = matches ? depth_text(match, chain) :
	    memory_string(match->why);

	fprintf(page->out, "        [%zu] ", record + 1);
	snprintf(status, sizeof(status), "%-10s",
	    match_status_name(match->status));
	put(page, matches ? COLOUR_GOOD : COLOUR_CALM, status);
	lines_put_from(page->out, RECORD_INDENT, RECORD_INDENT, text);
	free(text);
}

static void
put_matches(const struct page *page,
    const struct handshake_evidence *handshake)
{
	const struct match_result *match;
	size_t i;

	for (i = 0; i < handshake->judged.match_count; i++) {
		match = &handshake->judged.matches[i];
		if (match->status != MATCH_UNUSABLE)
			put_match(page, i, match, handshake->seen->chain);
	}
}

static int
address_width(const struct host_evidence *host)
{
	int width = 0;
	char *text;
	size_t i;

	for (i = 0; i < host->endpoint_count; i++) {
		text = lines_address(&host->endpoints[i].address);
		if ((int)strlen(text) > width)
			width = (int)strlen(text);
		free(text);
	}
	return width;
}

/* Where connections ended that came to no handshake. */
static void
put_ending(const struct page *page, const struct endpoint_ending *ending,
    unsigned int connections)
{
	fprintf(page->out, "%s: %s", session_stage_name(ending->stage),
	    ending->error != NULL ? ending->error : "not tried");
	put_share(page, ending->connections, connections);
	fputc('\n', page->out);
}

/* What a line says of an address of which further lines say more. */
static void
put_summary(const struct page *page, const struct endpoint_evidence *endpoint)
{
	const struct endpoint_ending own = endpoint_ends_own(endpoint);

	if (endpoint->handshake_count == 0)
		put_ending(page, &own, endpoint->connections);
	else if (endpoint->connections > 1)
		fprintf(page->out, "%u connections\n", endpoint->connections);
	else
		fprintf(page->out, "%zu key types\n",
		    endpoint->handshake_count);
}

static void
put_endpoint(const struct page *page,
    const struct endpoint_evidence *endpoint, int width)
{
	const bool single = endpoint->handshake_count == 1 &&
	    endpoint->ending_count == 0;
	const struct handshake_evidence *handshake;
	char *address = lines_address(&endpoint->address);
	size_t i;

	fprintf(page->out, "    %-*s   ", width, address);
	free(address);
	put_verdict(page, endpoint->judged.verdict, 9);
	if (!single)
		put_summary(page, endpoint);
	for (i = 0; i < endpoint->handshake_count; i++) {
		handshake = &endpoint->handshakes[i];
		if (!single) {
			fprintf(page->out, "      %*s ", width, "");
			put_verdict(page, handshake->judged.verdict, 9);
		}
		put_handshake(page, handshake);
		put_matches(page, handshake);
	}
	for (i = 0; i < endpoint->ending_count; i++) {
		fprintf(page->out, "      %*s %9s", width, "", "");
		put_ending(page, &endpoint->endings[i], endpoint->connections);
	}
}

static void
put_host(const struct page *page, const struct evidence *evidence,
    const struct host_evidence *host)
{
	int width = address_width(host), indent = evidence->host_mode ? 0 : 2;
	char *name, *rest;
	size_t i;

	if (evidence->host_mode)
		name = memory_string(host->name);
	else if (evidence_is_implicit_mx(evidence))
		name = memory_format("(no MX) %s", host->name);
	else
		name = memory_format("MX %u %s", (unsigned int)host->preference,
		    host->name);
	rest = !host->asked ? memory_string("not looked up") :
	    memory_format("DNSSEC %s",
	    dnssec_status_name(host_dns_address_status(host)));
	put_heading(page, indent, name, host->judged.verdict, rest);
	free(rest);
	free(name);
	put_tlsa(page, evidence, host);
	for (i = 0; i < host->endpoint_count; i++)
		put_endpoint(page, &host->endpoints[i], width);
}

void
report_text_verdict(FILE *out, bool colour, enum verdict verdict)
{
	const struct report_options options = { .colour = colour };
	const struct page page = { .out = out, .options = &options };

	put(&page, verdicts[verdict].colour, verdicts[verdict].word);
}

void
report_text_findings(FILE *out, bool colour, const struct finding_list *list)
{
	struct name_set printed = { NULL };
	const struct report_options options = { .colour = colour };
	const struct page page = { .out = out, .options = &options };

	put_findings(&page, list, &printed);
	name_set_clear(&printed);
}

/* The state of this writer: whether a domain has been written before. */
static void *
text_begin(FILE *out, const struct report_options *options)
{
	(void)out;
	(void)options;
	return memory_new(1, sizeof(bool));
}

static void
text_end(FILE *out, const struct report_options *options, void *state)
{
	(void)out;
	(void)options;
	free(state);
}

static void
put_provenance(const struct page *page, const struct evidence *evidence)
{
	char *text = provenance_text(evidence);

	lines_put_from(page->out, 0, 2, text);
	free(text);
}

/*
 * What follows the verdict: "DNSSEC secure"; BRIEF: and why. Owned by the
 * caller.
 */
static char *
domain_rest(const struct evidence *evidence, bool brief)
{
	const struct finding *finding = evidence_main_finding(evidence);
	char *dnssec = evidence->mx == NULL ? memory_string("") :
	    memory_format("DNSSEC %s",
	    dnssec_status_name(evidence->mx->dnssec));
	char *rest, *reason;

	if (!brief || finding == NULL ||
	    (evidence->judged.verdict == VERDICT_PASS &&
	    finding->severity == SEVERITY_INFO))
		return dnssec;
	rest = memory_format("%s%s%s%s%s", dnssec, *dnssec != '\0' ? "  " : "",
	    finding_code_name(finding->code),
	    finding->place.host != NULL ? " " : "",
	    finding->place.host != NULL ? finding->place.host : "");
	finding = evidence_break_finding(evidence, finding);
	if (finding != NULL) {
		reason = memory_format("%s, zone %s",
		    finding_code_name(finding->code), finding->place.zone);
		rest = memory_join(rest, ": ", reason);
		free(reason);
	}
	free(dnssec);
	return rest;
}

/* Where it changed: "mx.example.org [192.0.2.1]"; "" for the domain. Owned. */
static char *
change_place(const struct change *change)
{
	char *address, *place;

	if (change->host == NULL || change->address.family == 0)
		return memory_string(change->host != NULL ? change->host : "");
	address = address_text(&change->address);
	place = memory_format("%s [%s]", change->host, address);
	free(address);
	return place;
}

/* "new: 3 1 1 60785a34...", "pass -> fail". Owned by the caller. */
static char *
change_values(const struct change *change)
{
	if (change->what == CHANGE_NEW)
		return memory_format("not in the earlier run; verdict %s",
		    change->after);
	if (change->before != NULL && change->after != NULL)
		return memory_format("%s -> %s", change->before,
		    change->after);
	/* These are their own places. */
	if (change->what == CHANGE_MX || change->what == CHANGE_ADDRESS)
		return memory_string(change->after != NULL ? "new" : "gone");
	return change->after != NULL ?
	    memory_format("new: %s", change->after) :
	    memory_format("gone: %s", change->before);
}

/*
 * A record can be copied, and with -q each line goes into a log by itself: they
 * are not wrapped.
 */
static void
put_change(const struct page *page, const char *domain,
    const struct change *change)
{
	const char *label = change_kind_name(change->what);
	char *name = lines_name(domain);
	char *place = change_place(change), *values = change_values(change);
	char *line = *place == '\0' ? memory_string(values) :
	    memory_format("%s  %s", place, values);

	if (page->options->verbosity < 0)
		fprintf(page->out, "%s  ", name);
	else
		fprintf(page->out, "%*s", CHANGE_INDENT, "");
	put(page, change->before == NULL ? COLOUR_GOOD : change->after == NULL ?
	    COLOUR_BAD : COLOUR_DOUBT, label);
	fprintf(page->out, "%*s", CHANGE_LABEL - (int)strlen(label), "");
	if (page->options->verbosity < 0 || change->what == CHANGE_TLSA)
		fprintf(page->out, "%s\n", line);
	else
		lines_put_from(page->out, CHANGE_INDENT + CHANGE_LABEL,
		    CHANGE_INDENT + CHANGE_LABEL, line);
	free(line);
	free(values);
	free(place);
	free(name);
}

/* "3 changes since 2026-11-26 12:00Z". Owned by the caller. */
static char *
changes_summary(const struct comparison *comparison)
{
	char *time = text_time(comparison->since), *since, *text;

	since = comparison->since == 0 ? memory_string("") :
	    memory_format(" since %.10s %.5sZ", time, strchr(time, 'T') + 1);
	if (comparison->count == 0)
		text = memory_format("no change%s", since);
	else
		text = memory_format("%s%zu change%s%s",
		    comparison->count == EVIDENCE_CHANGES_MAX ?
		    "at least " : "",
		    comparison->count, comparison->count == 1 ? "" : "s",
		    since);
	free(since);
	free(time);
	return text;
}

static void
put_changes(const struct page *page, const struct evidence *evidence)
{
	const struct comparison *comparison = &evidence->judged.comparison;
	size_t i;

	for (i = 0; i < comparison->count; i++)
		put_change(page, evidence->domain, &comparison->changes[i]);
}

/* Only what changed; nothing, where nothing did. FOLLOWED is the state. */
static void
text_changes(const struct page *page, const struct evidence *evidence,
    bool *followed)
{
	char *summary;

	if (evidence->judged.comparison.count == 0)
		return;
	if (page->options->verbosity >= 0) {
		if (*followed)
			fputc('\n', page->out);
		summary = changes_summary(&evidence->judged.comparison);
		put_heading_at(page, 0, CHANGES_COLUMN, evidence->domain,
		    evidence->judged.verdict, summary);
		free(summary);
	}
	*followed = true;
	put_changes(page, evidence);
}

static void
text_domain(FILE *out, const struct report_options *options,
    const struct evidence *evidence, void *state)
{
	const struct page page = { .out = out, .options = options };
	struct name_set printed = { NULL };
	bool *followed = state;
	char *rest;
	size_t i;

	if (evidence->judged.comparison.made && options->verbosity <= 0) {
		text_changes(&page, evidence, followed);
		return;
	}
	if (options->verbosity >= 0 && *followed)
		fputc('\n', out);
	*followed = true;
	if (!evidence->host_mode || options->verbosity < 0 ||
	    evidence->host_count == 0) {
		rest = domain_rest(evidence, options->verbosity < 0);
		put_heading(&page, 0, evidence->domain,
		    evidence->judged.verdict, rest);
		free(rest);
	}
	if (options->verbosity < 0)
		return;
	for (i = 0; i < evidence->host_count; i++)
		put_host(&page, evidence, &evidence->hosts[i]);
	put_trust(&page, evidence, &printed);
	put_servers(&page, evidence);
	put_findings(&page, &evidence->judged.findings, &printed);
	name_set_clear(&printed);
	if (evidence->judged.comparison.made) {
		rest = changes_summary(&evidence->judged.comparison);
		fprintf(out, "%s\n", rest);
		free(rest);
		put_changes(&page, evidence);
	}
	if (options->verbosity > 0)
		put_provenance(&page, evidence);
}

const struct report_format report_text = {
	.name = "text",
	.help = "for people",
	.brief = true,
	.begin = text_begin,
	.domain = text_domain,
	.self_test = report_self_test_text,
	.end = text_end,
};
