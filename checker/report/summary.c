#include "checker/report/summary.h"

#include <search.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "checker/evidence/evidence.h"
#include "checker/report/json_put.h"
#include "checker/report/report_json.h"
#include "resolver/memory.h"
#include "resolver/text.h"

/* What records can have that mean something (RFC 6698 2.1). */
#define USAGES		4
#define SELECTORS	2
#define MATCHING_TYPES	3
#define COMBINATIONS	(USAGES * SELECTORS * MATCHING_TYPES)

/* A host, and how often it was counted for each verdict. */
struct host_count {
	char			*name;		/* owned */
	struct verdict_count	 domains;
};

struct summary {
	struct evidence		*tool;		/* owned; the versions alone.
						 * NULL: there was no domain */
	struct verdict_count	 domains;
	size_t			 findings[FINDING_CODE_COUNT];
	size_t			 records[COMBINATIONS];
	size_t			 other_records;
	struct host_count	**hosts;	/* owned; each owned */
	size_t			 host_count;
	void			*by_name;	/* owned; a tree of the same, as
						 * tsearch() makes it; each
						 * borrowed */
	size_t			 left_out;	/* times that other hosts were
						 * an MX host */
};

static const enum verdict verdicts[] = { VERDICT_PASS, VERDICT_FAIL,
	VERDICT_UNKNOWN, VERDICT_NONE, VERDICT_PARTIAL };

#define VERDICTS (sizeof(verdicts) / sizeof(verdicts[0]))

struct summary *
summary_new(void)
{
	return memory_new(1, sizeof(struct summary));
}

static int
compare(const void *a, const void *b)
{
	const struct host_count *left = a, *right = b;

	return strcmp(left->name, right->name);
}

void
summary_free(struct summary *summary)
{
	size_t i;

	if (summary == NULL)
		return;
	for (i = 0; i < summary->host_count; i++) {
		tdelete(summary->hosts[i], &summary->by_name, compare);
		free(summary->hosts[i]->name);
		free(summary->hosts[i]);
	}
	free(summary->hosts);
	evidence_free(summary->tool);
	free(summary);
}

/* The counts of a host. Borrowed; NULL: it is one too many. */
static struct host_count *
find_host(struct summary *summary, const char *name)
{
	/* It is only compared. */
	struct host_count wanted = { .name = (char *)(uintptr_t)name };
	void *found = tfind(&wanted, &summary->by_name, compare);
	struct host_count *host;

	if (found != NULL)
		return *(struct host_count **)found;
	if (summary->host_count == SUMMARY_HOSTS_MAX)
		return NULL;
	host = memory_new(1, sizeof(*host));
	host->name = memory_string(name);
	if (tsearch(host, &summary->by_name, compare) == NULL)
		abort();
	summary->hosts = memory_grow(summary->hosts, summary->host_count,
	    sizeof(struct host_count *));
	summary->hosts[summary->host_count++] = host;
	return host;
}

/* The place of a combination; COMBINATIONS: it has no meaning. */
static size_t
place_of(const struct tlsa *record)
{
	if (record->usage >= USAGES || record->selector >= SELECTORS ||
	    record->matching_type >= MATCHING_TYPES)
		return COMBINATIONS;
	return ((size_t)record->usage * SELECTORS + record->selector) *
	    MATCHING_TYPES + record->matching_type;
}

static void
add_records(struct summary *summary, const struct tlsa_set *records)
{
	size_t i, place;

	for (i = 0; i < records->count; i++) {
		place = place_of(&records->records[i]);
		if (place < COMBINATIONS)
			summary->records[place]++;
		else
			summary->other_records++;
	}
}

void
summary_add(struct summary *summary, const struct evidence *evidence)
{
	const struct finding_list *findings = &evidence->judged.findings;
	const struct host_evidence *host;
	struct host_count *count;
	size_t i;

	if (summary->tool == NULL) {
		summary->tool = evidence_new(evidence->domain);
		summary->tool->tool = evidence_tool_copy(&evidence->tool);
	}
	verdict_add(&summary->domains, evidence->judged.verdict);
	for (i = 0; i < findings->count; i++)
		summary->findings[findings->items[i].code]++;
	for (i = 0; i < evidence->host_count; i++) {
		host = &evidence->hosts[i];
		add_records(summary, &host->judged.records);
		count = find_host(summary, host->name);
		if (count != NULL)
			verdict_add(&count->domains, host->judged.verdict);
		else
			summary->left_out++;
	}
}

/* Members for those that are not 0, or for all. */
static void
put_verdicts(struct json_put *json, const struct verdict_count *count,
    bool all)
{
	size_t i;

	for (i = 0; i < VERDICTS; i++) {
		if (all || count->of[verdicts[i]] > 0)
			json_put_number(json, verdict_name(verdicts[i]),
			    (intmax_t)count->of[verdicts[i]]);
	}
}

static void
put_findings(struct json_put *json, const struct summary *summary)
{
	int code;

	json_put_object(json, "findings");
	for (code = 0; code < FINDING_CODE_COUNT; code++) {
		if (summary->findings[code] > 0)
			json_put_number(json,
			    finding_code_name((enum finding_code)code),
			    (intmax_t)summary->findings[code]);
	}
	json_put_object_end(json);
}

static void
put_records(struct json_put *json, const struct summary *summary)
{
	size_t i;
	char *key;

	json_put_object(json, "records");
	for (i = 0; i < COMBINATIONS; i++) {
		if (summary->records[i] == 0)
			continue;
		key = memory_format("%zu %zu %zu", i / MATCHING_TYPES /
		    SELECTORS, i / MATCHING_TYPES % SELECTORS,
		    i % MATCHING_TYPES);
		json_put_number(json, key, (intmax_t)summary->records[i]);
		free(key);
	}
	if (summary->other_records > 0)
		json_put_number(json, "other",
		    (intmax_t)summary->other_records);
	json_put_object_end(json);
}

static int
compare_places(const void *a, const void *b)
{
	return compare(*(struct host_count *const *)a,
	    *(struct host_count *const *)b);
}

/* Sorted by name, so that two runs can be compared. */
static void
put_hosts(struct json_put *json, const struct summary *summary)
{
	const size_t size = sizeof(struct host_count *);
	struct host_count **hosts = memory_new(summary->host_count, size);
	size_t i;

	for (i = 0; i < summary->host_count; i++)
		hosts[i] = summary->hosts[i];
	qsort(hosts, summary->host_count, size, compare_places);
	json_put_object(json, "mx_hosts");
	for (i = 0; i < summary->host_count; i++) {
		json_put_object_of(json, hosts[i]->name);
		put_verdicts(json, &hosts[i]->domains, false);
		json_put_object_end(json);
	}
	json_put_object_end(json);
	free(hosts);
	json_put_number(json, "mx_hosts_left_out",
	    (intmax_t)summary->left_out);
}

static void
put_run(struct json_put *json, const struct summary *summary,
    const struct summary_run *run)
{
	size_t i;

	if (summary->tool != NULL)
		report_json_tool(json, summary->tool);
	else
		json_put_text(json, "tool", NULL);
	json_put_array(json, "command");
	for (i = 0; i < run->count; i++)
		json_put_text(json, NULL, run->words[i]);
	json_put_array_end(json);
	json_put_owned(json, "began_at", text_time(run->began));
	json_put_owned(json, "ended_at", text_time(run->ended));
	json_put_flag(json, "complete", run->complete);
}

void
summary_write(const struct summary *summary, const struct summary_run *run,
    FILE *out)
{
	struct json_put json = { .out = out };
	size_t domains = 0, i;

	for (i = 0; i < VERDICTS; i++)
		domains += summary->domains.of[verdicts[i]];
	json_put_object(&json, NULL);
	put_run(&json, summary, run);
	json_put_number(&json, "domains", (intmax_t)domains);
	json_put_object(&json, "verdicts");
	put_verdicts(&json, &summary->domains, true);
	json_put_object_end(&json);
	put_findings(&json, summary);
	put_records(&json, summary);
	put_hosts(&json, summary);
	json_put_object_end(&json);
	json_put_line_end(&json);
}
