#include "checker/run/mxtlsa_settings.h"

#include <stdlib.h>
#include <string.h>

#include "checker/evidence/evidence.h"
#include "checker/judge/diagnose.h"
#include "checker/judge/judge.h"
#include "checker/report/json_put.h"
#include "checker/report/report_json.h"
#include "checker/report/report_text.h"
#include "checker/run/terminal.h"
#include "checker/tlsa/ca_store.h"
#include "checker/tlsa/keyfile.h"
#include "checker/tlsa/tlsa_file.h"
#include "resolver/memory.h"
#include "resolver/name.h"

/* What is judged: a chain, and the records and names to match it against. */
struct trial {
	struct evidence	*evidence;	/* owned; of one host, without a DNS */
	struct tlsa_set	 records;
	char		*owner;		/* owned; of the records, or NULL */
	char		*names[EVIDENCE_NAMES_MAX];	/* owned */
	size_t		 name_count;
};

/* As if a server had presented the chain, which KEYFILE gives up. */
static void
trial_init(struct trial *trial, const struct mxtlsa_settings *settings,
    struct keyfile *keyfile)
{
	struct evidence *evidence = evidence_new("");
	struct host_evidence *host;
	struct endpoint_evidence *endpoint;
	struct handshake *handshake;

	*trial = (struct trial){ .evidence = evidence };
	evidence->hosts = host = memory_new(1, sizeof(*host));
	evidence->host_count = 1;
	evidence->checked_at = settings->when;
	host->port = settings->port;
	host->endpoints = endpoint = memory_new(1, sizeof(*endpoint));
	host->endpoint_count = 1;
	endpoint->stage = STAGE_DONE;
	endpoint->outcome = OUTCOME_DONE;
	endpoint->handshakes = memory_new(1, sizeof(*endpoint->handshakes));
	endpoint->handshake_count = 1;
	endpoint->handshakes[0].seen = handshake =
	    memory_new(1, sizeof(*handshake));
	handshake->chain = keyfile->chain;
	handshake->key_type = keyfile->key_type;
	keyfile->chain = NULL;
}

static void
trial_clear(struct trial *trial)
{
	size_t i;

	for (i = 0; i < trial->name_count; i++)
		free(trial->names[i]);
	free(trial->owner);
	tlsa_set_clear(&trial->records);
	evidence_free(trial->evidence);
}

/* Adds the reference names of the command line. */
static bool
add_names(struct trial *trial, char *const *words, size_t count, char **why)
{
	char *name;
	size_t i;

	if (count > EVIDENCE_NAMES_MAX) {
		*why = memory_format("more than %d names", EVIDENCE_NAMES_MAX);
		return false;
	}
	for (i = 0; i < count; i++) {
		name = mxtlsa_name(words[i], why);
		if (name == NULL)
			return false;
		trial->names[trial->name_count++] = name;
	}
	return true;
}

/*
 * Returns what follows "_25._tcp." in the owner of TLSA records (borrowed);
 * NULL: it is not such an owner.
 */
static const char *
base_domain(const char *owner)
{
	const char *transport;

	if (owner == NULL || owner[0] != '_')
		return NULL;
	transport = strstr(owner, "._");
	return transport == NULL ? NULL :
	    strchr(transport + 1, '.') == NULL ? NULL :
	    strchr(transport + 1, '.') + 1;
}

/* Takes the records of the first name with any, in a file of many owners. */
static bool
choose_records(struct trial *trial, const struct tlsa_file *records,
    char **why)
{
	const uint16_t port = trial->evidence->hosts[0].port;
	size_t i;

	for (i = 0; i < trial->name_count; i++) {
		trial->owner = name_tlsa_owner(port, trial->names[i]);
		if (trial->owner != NULL && tlsa_file_set(records,
		    trial->owner, &trial->records) > 0)
			return true;
		tlsa_set_clear(&trial->records);
		free(trial->owner);
		trial->owner = NULL;
	}
	*why = memory_format("%s: has records of several hosts%s",
	    records->file, trial->name_count == 0 ?
	    "; missing NAME argument" :
	    ", but none for this port and name");
	return false;
}
/*
 * Returns the host's name in a record's owner (borrowed), or NULL. A name that
 * is relative to an unknown origin is not a whole one, unless merely the last
 * dot was left out.
 */
static const char *
host_of(const struct tlsa_file_entry *entry)
{
	const char *name = base_domain(entry->owner);

	if (name == NULL || !name_is_host(name) ||
	    (entry->relative && strchr(name, '.') == NULL))
		return NULL;
	return name;
}

/*
 * Those of one owner are taken whatever it is; it is the reference name where
 * none was named (RFC 7672 3.2.2).
 */
static bool
add_records(struct trial *trial, const struct tlsa_file *records, char **why)
{
	const char *name;

	if (tlsa_file_differ(records))
		return choose_records(trial, records, why);
	tlsa_file_set(records, NULL, &trial->records);
	name = host_of(&records->entries[0]);
	if (trial->name_count == 0 && name != NULL)
		trial->names[trial->name_count++] = memory_string(name);
	trial->owner = memory_string(records->entries[0].owner);
	return true;
}

static void
put_json(FILE *out, const struct evidence *evidence)
{
	const struct host_evidence *host = evidence->hosts;
	const struct handshake_judgement *judged =
	    &host->endpoints[0].handshakes[0].judged;
	struct json_put json = { .out = out };

	json_put_object(&json, NULL);
	json_put_text(&json, "verdict",
	    verdict_name(evidence->judged.verdict));
	report_json_records(&json, "records", &host->judged.records);
	report_json_matches(&json, "tlsa", judged->matches,
	    judged->match_count);
	report_json_findings(&json, "findings", &evidence->judged.findings);
	json_put_object_end(&json);
	json_put_line_end(&json);
}

/* "[1] 3 1 1 6078...ed91  match, depth 0: CN=mx.example.org" */
static void
put_match(FILE *out, const struct match_result *match,
    const struct tlsa *record, const struct chain *chain)
{
	char *text = tlsa_text(record, false);

	fprintf(out, "[%zu] %s  %s", match->record + 1, text,
	    match_status_name(match->status));
	if (match->status == MATCH_IGNORED && match->would_match)
		fputs(" (would match)", out);
	if (match->depth != MATCH_NO_DEPTH)
		fprintf(out, ", depth %d", match->depth);
	if (match->why != NULL)
		fprintf(out, ": %s", match->why);
	else if ((size_t)match->depth < chain->count)
		fprintf(out, ": %s", chain->certificates[match->depth].subject);
	else
		fputs(": the CA in the record, not in the chain", out);
	fputc('\n', out);
	free(text);
}

static void
put_text(FILE *out, bool colour, const struct evidence *evidence)
{
	const struct host_evidence *host = evidence->hosts;
	const struct handshake_evidence *handshake =
	    host->endpoints[0].handshakes;
	size_t i;

	for (i = 0; i < handshake->judged.match_count; i++)
		put_match(out, &handshake->judged.matches[i],
		    &host->judged.records.records[i], handshake->seen->chain);
	report_text_verdict(out, colour, evidence->judged.verdict);
	fputc('\n', out);
	report_text_findings(out, colour, &evidence->judged.findings);
}

/* Judges the chain by the records and reports. Returns the exit status. */
static int
verify(const struct mxtlsa_settings *settings, const struct trial *trial,
    const struct file *ca_bundle, FILE *out)
{
	struct ca_lookup ca_lookup = {
		.find = ca_store_find,
		.argument = ca_store_new(ca_bundle),
	};
	const struct judge_options options = {
		.ca_lookup = &ca_lookup,
	};
	const struct judge_given given = {
		.records = &trial->records,
		.owner = trial->owner,
		.reference_names = (const char *const *)trial->names,
		.reference_name_count = trial->name_count,
	};
	struct evidence *evidence = trial->evidence;

	if (trial->name_count > 0)
		evidence->hosts[0].name = memory_string(trial->names[0]);
	ca_store_load(ca_lookup.argument);
	judge_records(evidence, &options, &given);
	ca_store_free(ca_lookup.argument);
	if (settings->json)
		put_json(out, evidence);
	else
		put_text(out, terminal_wants_colour(settings->colour, out),
		    evidence);
	return verdict_exit_status(evidence->judged.verdict);
}

int
mxtlsa_verify(const struct mxtlsa_settings *settings,
    const struct mxtlsa_input *input, FILE *out, char **why)
{
	struct keyfile keyfile;
	struct trial trial;
	struct tlsa_file records;
	int status = OPTIONS_EXIT_USAGE;

	if (!tlsa_file_init(&records, &input->records, why))
		return status;
	if (!keyfile_init(&keyfile, &input->chain, why)) {
		tlsa_file_clear(&records);
		return status;
	}
	if (keyfile.chain == NULL) {
		*why = memory_format("%s: no certificate in it",
		    keyfile.file);
	} else {
		trial_init(&trial, settings, &keyfile);
		if (add_names(&trial, input->names, input->name_count, why) &&
		    add_records(&trial, &records, why))
			status = verify(settings, &trial, &input->ca_bundle,
			    out);
		trial_clear(&trial);
	}
	keyfile_clear(&keyfile);
	tlsa_file_clear(&records);
	return status;
}
