#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "checker/evidence.h"
#include "checker/host_dns.h"
#include "checker/report.h"
#include "checker/report_text.h"
#include "resolver/memory.h"
#include "resolver/text.h"

/* Columns: of the verdicts, and of running text. */
#define VERDICT_COLUMN	50
#define TEXT_COLUMNS	79

enum colour {
	COLOUR_NONE,
	COLOUR_GOOD,
	COLOUR_BAD,
	COLOUR_DOUBT,
	COLOUR_CALM,
	COLOUR_STRONG,
};

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

/* "    NAME        verdict DNSSEC secure" */
static void
put_heading(const struct page *page, int indent, const char *name,
    enum verdict verdict, const char *rest)
{
	int width = VERDICT_COLUMN - indent - (int)strlen(name);

	fprintf(page->out, "%*s", indent, "");
	put(page, COLOUR_STRONG, name);
	fprintf(page->out, "%*s", width > 1 ? width : 1, "");
	put_verdict(page, verdict, 8);
	fprintf(page->out, "%s\n", rest);
}

/*
 * TEXT in lines of at most TEXT_COLUMNS, broken at spaces, indented; MARK stands
 * before the first line, and the others are as far in as that.
 */
static void
put_wrapped(const struct page *page, int indent, const char *mark,
    const char *text)
{
	size_t room = (size_t)(TEXT_COLUMNS - indent) - strlen(mark), length;

	do {
		length = strlen(text);
		if (length > room) {
			for (length = room; length > 0 &&
			    text[length] != ' '; length--)
				continue;
			/* A word longer than the line stays whole. */
			if (length == 0)
				length = strcspn(text, " ");
		}
		fprintf(page->out, "%*s%s%.*s\n", indent, "", mark,
		    (int)length, text);
		text += length + strspn(text + length, " ");
		indent += (int)strlen(mark);
		mark = "";
	} while (*text != '\0');
}

/* Lines of advice; a record to publish is never broken. */
static void
put_advice(const struct page *page, int indent, const char *advice)
{
	char *line, *rest, *copy = memory_string(advice);

	for (line = strtok_r(copy, "\n", &rest); line != NULL;
	    line = strtok_r(NULL, "\n", &rest)) {
		if (strncmp(line, "publish  ", 9) != 0) {
			put_wrapped(page, indent, "-> ", line);
			continue;
		}
		fprintf(page->out, "%*s-> ", indent, "");
		put(page, COLOUR_STRONG, line);
		fputc('\n', page->out);
	}
	free(copy);
}

static bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Whether two findings differ in their addresses at most. */
static bool
is_alike(const struct finding *a, const struct finding *b)
{
	return a->code == b->code && a->severity == b->severity &&
	    a->key_type == b->key_type && same_text(a->host, b->host) &&
	    same_text(a->text, b->text) && same_text(a->advice, b->advice);
}

/* What is so at several addresses is told once, with all of them. */
static void
put_addresses(const struct page *page, const struct finding_list *list,
    size_t first)
{
	size_t i;

	for (i = first; i < list->count; i++) {
		if (list->items[i].address != NULL &&
		    is_alike(&list->items[i], &list->items[first]))
			fprintf(page->out, " [%s]", list->items[i].address);
	}
}

static bool
is_told(const struct finding_list *list, size_t which)
{
	size_t i;

	for (i = 0; i < which; i++) {
		if (is_alike(&list->items[i], &list->items[which]))
			return true;
	}
	return false;
}

static void
put_finding(const struct page *page, const struct finding_list *list,
    size_t which)
{
	const struct finding *finding = &list->items[which];
	static const enum colour colours[] = {
		[SEVERITY_ERROR] = COLOUR_BAD,
		[SEVERITY_WARNING] = COLOUR_DOUBT,
		[SEVERITY_INFO] = COLOUR_CALM,
	};
	const char *severity = severity_name(finding->severity);

	put(page, colours[finding->severity], severity);
	fprintf(page->out, "%*s%s", 9 - (int)strlen(severity), "",
	    finding_code_name(finding->code));
	if (finding->host != NULL)
		fprintf(page->out, "  %s", finding->host);
	put_addresses(page, list, which);
	if (finding->key_type != KEY_UNKNOWN)
		fprintf(page->out, " %s", key_type_name(finding->key_type));
	fputc('\n', page->out);
	put_wrapped(page, 9, "", finding->text);
	if (finding->advice != NULL)
		put_advice(page, 9, finding->advice);
}

static void
put_findings(const struct page *page, const struct finding_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (!is_told(list, i))
			put_finding(page, list, i);
	}
}

static void
put_tlsa(const struct page *page, const struct host_evidence *host)
{
	const struct answer *tlsa = host_tlsa(host);
	const struct tlsa *record;
	char *until, *text;
	size_t i;

	if (tlsa == NULL)
		return;
	fprintf(page->out, "    %s TLSA", tlsa->owner);
	if (!answer_has_records(tlsa)) {
		fprintf(page->out, ": %s, %s\n",
		    tlsa->kind == ANSWER_UNUSABLE ? "no usable answer" :
		    "no records", dnssec_status_name(tlsa->dnssec));
		return;
	}
	fprintf(page->out, ", %s, TTL %u", dnssec_status_name(tlsa->dnssec),
	    (unsigned int)tlsa->ttl);
	if (tlsa->dnssec == DNSSEC_SECURE && tlsa->signed_until != 0) {
		until = text_date(tlsa->signed_until);
		fprintf(page->out, ", signed until %s", until);
		free(until);
	}
	fputc('\n', page->out);
	for (i = 0; i < host->records.count; i++) {
		record = &host->records.records[i];
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

/* "TLSv1.3, ECDSA, CN=mx.example.org" */
static void
put_handshake(const struct page *page, const struct handshake *handshake)
{
	const struct certificate *own = handshake->chain->certificates;

	/* Without a protocol nobody was asked (--chain). */
	if (handshake->protocol != NULL)
		fprintf(page->out, "%s, ", handshake->protocol);
	fprintf(page->out, "%s, %s\n", key_type_name(handshake->key_type),
	    own->subject);
	if (page->options->verbosity > 0)
		fprintf(page->out, "        issued by %s%s%s\n", own->issuer,
		    handshake->cipher != NULL ? ", " : "",
		    handshake->cipher != NULL ? handshake->cipher : "");
}

/* Which certificate a record is of: "CN=R11, the server's issuer". */
static void
put_depth(const struct page *page, const struct match_result *match,
    const struct chain *chain)
{
	size_t depth = (size_t)match->depth;

	if (match->depth == MATCH_NO_DEPTH)
		return;
	if (depth >= chain->count)
		fputs("an authority that only the DNS names", page->out);
	else if (depth == 0)
		fputs("the server's own certificate", page->out);
	else
		fprintf(page->out, "%s, certificate %zu above the server's",
		    chain->certificates[depth].subject, depth);
}

static void
put_matches(const struct page *page, const struct shake_evidence *shake)
{
	const struct match_result *match;
	size_t i;

	for (i = 0; i < shake->match_count; i++) {
		match = &shake->matches[i];
		if (match->status == MATCH_UNUSABLE)
			continue;
		fprintf(page->out, "        [%zu] ", i + 1);
		if (match->status == MATCH_MATCH) {
			put(page, COLOUR_GOOD, "match     ");
			put_depth(page, match, shake->handshake->chain);
		} else {
			/* Calmly: beside a match this is normal. */
			put(page, COLOUR_CALM,
			    match->status == MATCH_IGNORED ?
			    "ignored   " : "mismatch  ");
			fputs(match->why, page->out);
		}
		fputc('\n', page->out);
	}
}

static int
address_width(const struct host_evidence *host)
{
	int width = 0;
	char *text;
	size_t i;

	for (i = 0; i < host->endpoint_count; i++) {
		text = address_text(&host->endpoints[i].address);
		if ((int)strlen(text) > width)
			width = (int)strlen(text);
		free(text);
	}
	return width;
}

static void
put_endpoint(const struct page *page,
    const struct endpoint_evidence *endpoint, int width)
{
	char *address = address_text(&endpoint->address);
	size_t i;

	fprintf(page->out, "    %-*s   ", width, address);
	free(address);
	put_verdict(page, endpoint->verdict, 9);
	if (endpoint->shake_count == 1)
		put_handshake(page, endpoint->shakes[0].handshake);
	else if (endpoint->shake_count == 0)
		fprintf(page->out, "%s: %s\n",
		    session_stage_name(endpoint->stage),
		    endpoint->error != NULL ? endpoint->error : "not tried");
	else
		fprintf(page->out, "%zu key types\n", endpoint->shake_count);
	for (i = 0; i < endpoint->shake_count; i++) {
		if (endpoint->shake_count > 1) {
			fprintf(page->out, "      %*s ", width, "");
			put_verdict(page, endpoint->shakes[i].verdict, 9);
			put_handshake(page, endpoint->shakes[i].handshake);
		}
		put_matches(page, &endpoint->shakes[i]);
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
	rest = !host->asked ? memory_string("not asked for") :
	    memory_format("DNSSEC %s",
	    dnssec_status_name(host_dns_address_status(host)));
	put_heading(page, indent, name, host->verdict, rest);
	free(rest);
	free(name);
	put_tlsa(page, host);
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
	const struct report_options options = { .colour = colour };
	const struct page page = { .out = out, .options = &options };

	put_findings(&page, list);
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
text_domain(FILE *out, const struct report_options *options,
    const struct evidence *evidence, void *state)
{
	const struct page page = { .out = out, .options = options };
	bool *followed = state;
	char *rest;
	size_t i;

	if (options->verbosity >= 0 && *followed)
		fputc('\n', out);
	*followed = true;
	if (!evidence->host_mode || options->verbosity < 0 ||
	    evidence->host_count == 0) {
		rest = evidence->mx == NULL ? memory_string("") :
		    memory_format("DNSSEC %s",
		    dnssec_status_name(evidence->mx->dnssec));
		put_heading(&page, 0, evidence->domain, evidence->verdict,
		    rest);
		free(rest);
	}
	if (options->verbosity < 0)
		return;
	for (i = 0; i < evidence->host_count; i++)
		put_host(&page, evidence, &evidence->hosts[i]);
	put_findings(&page, &evidence->findings);
}

const struct report_format report_text = {
	.name = "text",
	.help = "for people",
	.begin = text_begin,
	.domain = text_domain,
	.end = text_end,
};
