/*
 * Metrics for the node exporter's textfile collector. The exposition format
 * requires the samples of a metric to be in one group, so each metric is
 * buffered until the end.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "checker/evidence/evidence.h"
#include "checker/evidence/expiry.h"
#include "checker/report/name_set.h"
#include "checker/report/report.h"
#include "resolver/memory.h"
#include "resolver/text.h"

enum metric {
	METRIC_VERDICT,
	METRIC_FINDINGS,
	METRIC_ADDRESS,
	METRIC_RECORD,
	METRIC_SIGNATURE,
	METRIC_CERTIFICATE,
	METRIC_DURATION,
	METRIC_CHECKED,
	METRIC_COUNT
};

static const struct {
	const char	*name;
	const char	*help;
} metrics[METRIC_COUNT] = {
	[METRIC_VERDICT] = { "mxdane_verdict",
	    "Verdict of a domain: 1 for the one it has, 0 for the others." },
	[METRIC_FINDINGS] = { "mxdane_findings",
	    "How many findings of a code, and a severity, a domain has." },
	[METRIC_ADDRESS] = { "mxdane_address_success",
	    "Whether the server at an address was authenticated." },
	[METRIC_RECORD] = { "mxdane_tlsa_record_matched",
	    "Whether a TLSA record matches what an address presents." },
	[METRIC_SIGNATURE] = { "mxdane_signature_expiry_timestamp_seconds",
	    "When the first signature of an answer, or of a zone's keys, "
	    "expires." },
	[METRIC_CERTIFICATE] = { "mxdane_certificate_expiry_timestamp_seconds",
	    "When a certificate that an address presents expires." },
	[METRIC_DURATION] = { "mxdane_check_duration_seconds",
	    "How long the check of a domain took." },
	[METRIC_CHECKED] = { "mxdane_last_check_timestamp_seconds",
	    "When a domain was checked." },
};

struct metric_text {
	FILE	*stream;	/* owned */
	char	*text;		/* owned by the stream until it is closed */
	size_t	 size;
};

/* The state of this writer. */
struct metrics {
	struct metric_text	*texts;		/* owned, METRIC_COUNT */
	struct name_set		 domains;	/* each is written once */
};

static void *
prometheus_begin(FILE *out, const struct report_options *options)
{
	struct metrics *state = memory_new(1, sizeof(*state));
	struct metric_text *texts;
	size_t i;

	(void)out;
	(void)options;
	state->texts = texts = memory_new(METRIC_COUNT, sizeof(*texts));
	for (i = 0; i < METRIC_COUNT; i++) {
		texts[i].stream = open_memstream(&texts[i].text,
		    &texts[i].size);
		if (texts[i].stream == NULL)
			abort();
	}
	return state;
}

static void
prometheus_end(FILE *out, const struct report_options *options, void *state)
{
	struct metrics *written = state;
	struct metric_text *texts = written->texts;
	size_t i;

	(void)options;
	for (i = 0; i < METRIC_COUNT; i++) {
		fclose(texts[i].stream);
		if (texts[i].size > 0)
			fprintf(out, "# HELP %s %s\n# TYPE %s gauge\n%s",
			    metrics[i].name, metrics[i].help, metrics[i].name,
			    texts[i].text);
		free(texts[i].text);
	}
	free(texts);
	name_set_clear(&written->domains);
	free(written);
}

/* The value of a label: '\\', '"' and newlines in it are escaped. */
static void
put_value(FILE *out, const char *value)
{
	size_t size;

	for (;;) {
		size = strcspn(value, "\\\"\n");
		fwrite(value, 1, size, out);
		value += size;
		if (*value == '\0')
			break;
		fprintf(out, "\\%c", *value == '\n' ? 'n' : *value);
		value++;
	}
}

/* Writes a sample. LABELS: pairs of name and value, ended by NULL. */
static void
put_sample(struct metric_text *texts, enum metric metric,
    const char *const *labels, const char *value)
{
	FILE *out = texts[metric].stream;
	size_t i;

	fputs(metrics[metric].name, out);
	for (i = 0; labels[i] != NULL; i += 2) {
		fputc(i > 0 ? ',' : '{', out);
		fputs(labels[i], out);
		fputs("=\"", out);
		put_value(out, labels[i + 1]);
		fputc('"', out);
	}
	fprintf(out, "} %s\n", value);
}

static void
put_time(struct metric_text *texts, enum metric metric,
    const char *const *labels, time_t when)
{
	char *value = memory_format("%" PRIdMAX, (intmax_t)when);

	put_sample(texts, metric, labels, value);
	free(value);
}

static void
put_verdicts(struct metric_text *texts, const struct evidence *evidence)
{
	enum verdict verdict;

	for (verdict = VERDICT_UNKNOWN; verdict < VERDICT_ABSENT; verdict++) {
		const char *const labels[] = { "domain", evidence->domain,
		    "verdict", verdict_name(verdict), NULL };

		put_sample(texts, METRIC_VERDICT, labels,
		    verdict == evidence->judged.verdict ? "1" : "0");
	}
}

/* In their order, the most severe first. What it does not have is left out. */
static void
put_findings(struct metric_text *texts, const struct evidence *evidence)
{
	const struct finding_list *findings = &evidence->judged.findings;
	size_t counts[FINDING_CODE_COUNT][SEVERITY_INFO + 1] = { 0 };
	const struct finding *finding;
	size_t i, *count;
	char *value;

	for (i = 0; i < findings->count; i++)
		counts[findings->items[i].code][findings->items[i].severity]++;
	for (i = 0; i < findings->count; i++) {
		finding = &findings->items[i];
		count = &counts[finding->code][finding->severity];
		if (*count == 0)
			continue;
		value = memory_format("%zu", *count);
		put_sample(texts, METRIC_FINDINGS, (const char *const[]){
		    "domain", evidence->domain, "severity",
		    severity_name(finding->severity), "code",
		    finding_code_name(finding->code), NULL }, value);
		free(value);
		*count = 0;
	}
}

/*
 * Whether one of the first HOSTS hosts has the answer, too, as aliases of one
 * host do: it gets one sample.
 */
static bool
is_written(const struct evidence *evidence, size_t hosts,
    const struct answer *answer)
{
	const struct answer *answers[EXPIRY_ANSWERS];
	size_t i, j, n;

	for (i = 0; i < hosts; i++) {
		n = expiry_answers(&evidence->hosts[i], answers);
		for (j = 0; j < n; j++) {
			if (answers[j] != NULL &&
			    answers[j]->type == answer->type &&
			    strcmp(answers[j]->owner, answer->owner) == 0)
				return true;
		}
	}
	return false;
}

/* Takes ownership of RRSET. */
static void
put_end(struct metric_text *texts, const char *domain, char *rrset, time_t end)
{
	put_time(texts, METRIC_SIGNATURE, (const char *const[]){ "domain",
	    domain, "rrset", rrset, NULL }, end);
	free(rrset);
}

static bool
has_end(const struct answer *answer)
{
	return answer != NULL && answer->dnssec == DNSSEC_SECURE &&
	    answer->signed_until != 0;
}

static void
put_signature(struct metric_text *texts, const char *domain,
    const struct answer *answer)
{
	if (has_end(answer))
		put_end(texts, domain, memory_format("%s %s", answer->owner,
		    dns_type_name(answer->type)), answer->signed_until);
}

/*
 * What the zone's answers hang on: its keys and, in its parent, its DS records.
 * The root's keys are nobody's here.
 */
static void
put_zone(struct metric_text *texts, const char *domain,
    const struct zone_evidence *zone)
{
	if (strcmp(zone->name, ".") == 0)
		return;
	if (answer_has_records(zone->ds) && has_end(zone->ds))
		put_end(texts, domain, memory_format("DS %s", zone->name),
		    zone->ds->signed_until);
	if (has_end(zone->dnskey))
		put_end(texts, domain, memory_format("DNSKEY %s", zone->name),
		    zone->dnskey->signed_until);
}

/* The handshake that samples are about. All borrowed. */
struct sample_place {
	const char			*domain;
	const struct host_evidence	*host;
	const char			*address;
	const struct endpoint_evidence	*endpoint;
	const struct handshake_evidence	*handshake;
};

/*
 * The handshake of the same key type that comes after OTHER (NULL: the first),
 * of the address at hand: there are several where machines differ (--repeat),
 * and one sample tells of all. NULL: there is none.
 */
static const struct handshake_evidence *
next_of_type(const struct sample_place *place,
    const struct handshake_evidence *other)
{
	const struct endpoint_evidence *endpoint = place->endpoint;
	size_t i = other == NULL ? 0 :
	    (size_t)(other - endpoint->handshakes) + 1;

	for (; i < endpoint->handshake_count; i++) {
		if (endpoint->handshakes[i].seen->key_type ==
		    place->handshake->seen->key_type)
			return &endpoint->handshakes[i];
	}
	return NULL;
}

/* Whether a record matches what any of them presents. */
static bool
matches_any(const struct sample_place *place, size_t record)
{
	const struct handshake_evidence *handshake = NULL;

	while ((handshake = next_of_type(place, handshake)) != NULL) {
		if (record < handshake->judged.match_count &&
		    handshake->judged.matches[record].would_match)
			return true;
	}
	return false;
}

/*
 * When a certificate ends that was presented at DEPTH: of those with its
 * subject, the first that does. False: an earlier handshake had one, or it has
 * no date.
 */
static bool
find_end(const struct sample_place *place, size_t depth, time_t *end)
{
	const struct certificate *own =
	    &place->handshake->seen->chain->certificates[depth];
	const struct handshake_evidence *handshake = NULL;
	const struct certificate *other;

	*end = own->not_after;
	while ((handshake = next_of_type(place, handshake)) != NULL) {
		if (depth >= handshake->seen->chain->count)
			continue;
		other = &handshake->seen->chain->certificates[depth];
		if (other->not_after == 0 ||
		    strcmp(other->subject, own->subject) != 0)
			continue;
		if (handshake < place->handshake)
			return false;
		if (other->not_after < *end)
			*end = other->not_after;
	}
	return own->not_after != 0;
}

static void
put_records(struct metric_text *texts, const struct sample_place *place)
{
	const struct handshake_judgement *judged = &place->handshake->judged;
	const struct tlsa *record;
	char *usage, *selector, *type, *data;
	size_t i;

	for (i = 0; i < judged->match_count; i++) {
		record = &place->host->judged.records.records[i];
		if (record->duplicate_of != i)
			continue;
		usage = memory_format("%d", record->usage);
		selector = memory_format("%d", record->selector);
		type = memory_format("%d", record->matching_type);
		data = text_hex(record->data, record->size);
		put_sample(texts, METRIC_RECORD, (const char *const[]){
		    "domain", place->domain, "mx", place->host->name,
		    "address", place->address, "key_type",
		    key_type_name(place->handshake->seen->key_type), "usage",
		    usage, "selector", selector, "matching_type", type, "data",
		    data, NULL }, matches_any(place, i) ? "1" : "0");
		free(usage);
		free(selector);
		free(type);
		free(data);
	}
}

static void
put_certificates(struct metric_text *texts, const struct sample_place *place)
{
	const struct chain *chain = place->handshake->seen->chain;
	char *depth;
	time_t end;
	size_t i;

	for (i = 0; i < chain->count; i++) {
		if (!find_end(place, i, &end))
			continue;
		depth = memory_format("%zu", i);
		put_time(texts, METRIC_CERTIFICATE, (const char *const[]){
		    "domain", place->domain, "mx", place->host->name,
		    "address", place->address, "key_type",
		    key_type_name(place->handshake->seen->key_type), "depth",
		    depth, "subject", chain->certificates[i].subject, NULL },
		    end);
		free(depth);
	}
}

static void
put_host(struct metric_text *texts, const struct evidence *evidence,
    const struct host_evidence *host)
{
	const struct endpoint_evidence *endpoint;
	struct sample_place place = { .domain = evidence->domain,
		.host = host };
	char *address;
	size_t i, j;

	for (i = 0; i < host->endpoint_count; i++) {
		endpoint = &host->endpoints[i];
		place.address = address = address_text(&endpoint->address);
		put_sample(texts, METRIC_ADDRESS, (const char *const[]){
		    "domain", place.domain, "mx", host->name, "address",
		    address, NULL },
		    endpoint->judged.verdict == VERDICT_PASS ? "1" : "0");
		for (j = 0; j < endpoint->handshake_count; j++) {
			place.endpoint = endpoint;
			place.handshake = &endpoint->handshakes[j];
			if (next_of_type(&place, NULL) == place.handshake)
				put_records(texts, &place);
			put_certificates(texts, &place);
		}
		free(address);
	}
}

static void
prometheus_domain(FILE *out, const struct report_options *options,
    const struct evidence *evidence, void *state)
{
	const char *const labels[] = { "domain", evidence->domain, NULL };
	const struct answer *answers[EXPIRY_ANSWERS];
	struct metrics *written = state;
	struct metric_text *texts = written->texts;
	char *duration;
	size_t i, j, n;

	(void)out;
	(void)options;
	if (!name_set_add(&written->domains, evidence->domain))
		return;
	put_verdicts(texts, evidence);
	put_findings(texts, evidence);
	put_signature(texts, evidence->domain, evidence->mx);
	for (i = 0; i < evidence->zone_count; i++)
		put_zone(texts, evidence->domain, &evidence->zones[i]);
	for (i = 0; i < evidence->host_count; i++) {
		n = expiry_answers(&evidence->hosts[i], answers);
		for (j = 0; j < n; j++) {
			if (answers[j] != NULL &&
			    !is_written(evidence, i, answers[j]))
				put_signature(texts, evidence->domain,
				    answers[j]);
		}
		put_host(texts, evidence, &evidence->hosts[i]);
	}
	duration = memory_format("%u.%03u", evidence->elapsed_ms / 1000,
	    evidence->elapsed_ms % 1000);
	put_sample(texts, METRIC_DURATION, labels, duration);
	free(duration);
	put_time(texts, METRIC_CHECKED, labels, evidence->checked_at);
}

const struct report_format report_prometheus = {
	.name = "prometheus",
	.help = "metrics for the node exporter's textfile collector",
	.whole = true,
	.begin = prometheus_begin,
	.domain = prometheus_domain,
	.end = prometheus_end,
};
