#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "checker/evidence.h"
#include "checker/judge.h"
#include "checker/material.h"
#include "checker/mxtlsa.h"
#include "checker/records.h"
#include "checker/report_json.h"
#include "checker/report_text.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/text.h"

/* Exit status: there is no usable record. */
#define EXIT_NONE 2

/*
 * The chain as if a server had presented it: a host without a DNS, whose records
 * and reference names are given. MATERIAL's chain goes over to it.
 */
static struct evidence *
make_evidence(const struct mxtlsa_settings *settings,
    struct material *material)
{
	struct evidence *evidence = evidence_new("");
	struct host_evidence *host;
	struct endpoint_evidence *endpoint;
	struct handshake *handshake;

	evidence->hosts = host = memory_new(1, sizeof(*host));
	evidence->host_count = 1;
	evidence->checked_at = settings->when;
	host->port = settings->port;
	host->endpoints = endpoint = memory_new(1, sizeof(*endpoint));
	host->endpoint_count = 1;
	endpoint->stage = STAGE_DONE;
	endpoint->outcome = OUTCOME_DONE;
	endpoint->shakes = memory_new(1, sizeof(*endpoint->shakes));
	endpoint->shake_count = 1;
	endpoint->shakes[0].handshake = handshake =
	    memory_new(1, sizeof(*handshake));
	handshake->chain = material->chain;
	handshake->key_type = material->key_type;
	material->chain = NULL;
	return evidence;
}

/* The reference names; the first one is the TLSA base domain. */
static bool
add_names(struct evidence *evidence, char *const *words, size_t count,
    char **why)
{
	struct host_evidence *host = evidence->hosts;
	const char *wrong;
	char *name, *owner;
	size_t i;

	if (count > EVIDENCE_NAMES_MAX) {
		*why = memory_format("more than %d names",
		    EVIDENCE_NAMES_MAX);
		return false;
	}
	for (i = 0; i < count; i++) {
		name = name_from_user(words[i], &wrong);
		if (name == NULL) {
			name = text_printable(words[i], strlen(words[i]));
			*why = memory_format("'%s' %s", name, wrong);
			free(name);
			return false;
		}
		host->reference_names[host->reference_name_count++] = name;
	}
	if (count == 0)
		return true;
	host->name = memory_string(host->reference_names[0]);
	owner = name_tlsa_owner(host->port, host->name);
	if (owner != NULL)
		host->tlsa[0] = answer_unusable(owner, DNS_TLSA, "not asked");
	free(owner);
	return true;
}

static void
put_json(FILE *out, const struct evidence *evidence)
{
	const struct host_evidence *host = evidence->hosts;
	const struct shake_evidence *shake = host->endpoints[0].shakes;
	json_t *object = json_pack("{s:s, s:o, s:o, s:o}", "verdict",
	    verdict_name(evidence->verdict), "records",
	    report_json_records(&host->records), "tlsa",
	    report_json_matches(shake->matches, shake->match_count),
	    "findings", report_json_findings(&evidence->findings));

	if (object == NULL)
		abort();
	report_json_print(out, object);
}

static void
put_text(FILE *out, const struct evidence *evidence)
{
	const struct host_evidence *host = evidence->hosts;
	const struct shake_evidence *shake = host->endpoints[0].shakes;
	const struct match_result *match;
	char *text;
	size_t i;

	for (i = 0; i < shake->match_count; i++) {
		match = &shake->matches[i];
		text = tlsa_text(&host->records.records[i], false);
		fprintf(out, "[%zu] %s  %s", i + 1, text,
		    match_status_name(match->status));
		if (match->why != NULL)
			fprintf(out, ": %s", match->why);
		else if (match->depth >= 0 &&
		    (size_t)match->depth < shake->handshake->chain->count)
			fprintf(out, ": %s", shake->handshake->chain->
			    certificates[match->depth].subject);
		fputc('\n', out);
		free(text);
	}
	fprintf(out, "%s\n", verdict_name(evidence->verdict));
	report_text_findings(out, evidence);
}

static int
exit_status(enum verdict verdict)
{
	return verdict == VERDICT_PASS ? 0 :
	    verdict == VERDICT_NONE ? EXIT_NONE : 1;
}

int
mxtlsa_verify(const struct mxtlsa_settings *settings, char *const *words,
    size_t count, FILE *out, char **why)
{
	const struct judge_options options = { .when = settings->when };
	struct evidence *evidence;
	struct material material;
	int status = OPTIONS_EXIT_USAGE;

	if (!material_init(&material, words[0], why))
		return status;
	if (material.chain == NULL) {
		*why = memory_format("%s: no certificate in it",
		    material.file);
		material_clear(&material);
		return status;
	}
	evidence = make_evidence(settings, &material);
	material_clear(&material);
	if (add_names(evidence, words + 1, count - 1, why) &&
	    records_init(&evidence->hosts[0].records, settings->records, why)) {
		judge_records(evidence, &options);
		if (settings->json)
			put_json(out, evidence);
		else
			put_text(out, evidence);
		status = exit_status(evidence->verdict);
	}
	evidence_free(evidence);
	return status;
}
