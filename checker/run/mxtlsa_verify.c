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
#include "checker/tlsa/tlsa_place.h"
#include "resolver/memory.h"
#include "resolver/name.h"

/* The names that the command line gives. */
struct names {
	char	*items[EVIDENCE_NAMES_MAX];	/* owned */
	size_t	 count;
};

/* What is judged: a chain, and the records and the name that it is for. */
struct trial {
	struct evidence		*evidence;	/* owned; of one host, without a
						 * DNS */
	struct tlsa_place	 place;
	bool			 aside;		/* the records are not at the
						 * host's own owner name */
	char			*missing;	/* owned; why there are none.
						 * NULL: there are */
	const struct names	*names;		/* borrowed; that any server of
						 * these records has. NULL: the
						 * place's host alone */
};

static void
names_clear(struct names *names)
{
	while (names->count > 0)
		free(names->items[--names->count]);
}

static bool
names_init(struct names *names, const struct mxtlsa_input *input, char **why)
{
	char *name;
	size_t i;

	names->count = 0;
	if (input->name_count > EVIDENCE_NAMES_MAX) {
		*why = memory_format("more than %d names", EVIDENCE_NAMES_MAX);
		return false;
	}
	for (i = 0; i < input->name_count; i++) {
		name = mxtlsa_name(input->names[i], why);
		if (name == NULL) {
			names_clear(names);
			return false;
		}
		names->items[names->count++] = name;
	}
	return true;
}

/* As if a server had presented the chain, which KEYFILE gives up. */
static void
add_handshake(struct endpoint_evidence *endpoint, struct keyfile *keyfile)
{
	struct handshake *handshake = memory_new(1, sizeof(*handshake));

	handshake->chain = keyfile->chain;
	handshake->key_type = keyfile->key_type;
	keyfile->chain = NULL;
	endpoint->handshakes = memory_grow(endpoint->handshakes,
	    endpoint->handshake_count, sizeof(*endpoint->handshakes));
	endpoint->handshakes[endpoint->handshake_count++].seen = handshake;
}

/* With a handshake for each of the chains. */
static void
trial_init(struct trial *trial, const struct mxtlsa_settings *settings,
    struct keyfiles *keyfiles)
{
	struct evidence *evidence = evidence_new("");
	struct host_evidence *host;
	struct endpoint_evidence *endpoint;
	size_t i;

	*trial = (struct trial){ .evidence = evidence };
	evidence->hosts = host = memory_new(1, sizeof(*host));
	evidence->host_count = 1;
	evidence->checked_at = settings->when;
	host->port = settings->port;
	host->endpoints = endpoint = memory_new(1, sizeof(*endpoint));
	host->endpoint_count = 1;
	endpoint->stage = STAGE_DONE;
	endpoint->outcome = OUTCOME_DONE;
	for (i = 0; i < keyfiles->count; i++) {
		if (keyfiles->items[i].chain != NULL)
			add_handshake(endpoint, &keyfiles->items[i]);
	}
}

static void
trial_clear(struct trial *trial)
{
	free(trial->missing);
	tlsa_place_clear(&trial->place);
	evidence_free(trial->evidence);
}

/*
 * Reads the records, with all names absolute where the origin is known. *KNOWN:
 * it is, or nothing depends on it.
 */
static bool
read_records(struct tlsa_file *records, const struct mxtlsa_settings *settings,
    const struct mxtlsa_input *input, const struct names *names, bool *known,
    char **why)
{
	char *origin;
	bool good = true;

	if (!tlsa_file_init_zone(records, &input->records, settings->origin,
	    why))
		return false;
	origin = tlsa_place_origin(records, names->items, names->count);
	*known = origin != NULL;
	if (origin != NULL && origin[0] != '\0') {
		tlsa_file_clear(records);
		good = tlsa_file_init_zone(records, &input->records, origin,
		    why);
	} else if (origin == NULL && names->count > 0) {
		tlsa_file_drop_relative(records);
	}
	free(origin);
	return good;
}

/* Finds the records of the I-th name; or, without names, of the only host. */
static bool
find_records(struct trial *trial, const struct tlsa_file *records,
    const struct names *names, size_t i, char **why)
{
	const uint16_t port = trial->evidence->hosts[0].port;
	struct tlsa_place *place = &trial->place;
	char *own;

	if (names->count == 0 ? !tlsa_place_find_only(place, records, port,
	    why) : !tlsa_place_find(place, records, port, names->items[i], why))
		return false;
	own = place->host == NULL ? NULL : name_tlsa_owner(port, names->count >
	    0 ? names->items[i] : place->host);
	trial->aside = own != NULL && place->owner != NULL &&
	    !name_equal(own, place->owner);
	free(own);
	return true;
}

static void
put_json_chain(struct json_put *json,
    const struct handshake_evidence *handshake)
{
	const struct handshake_judgement *judged = &handshake->judged;

	json_put_object(json, NULL);
	json_put_text(json, "key_type",
	    key_type_name(handshake->seen->key_type));
	json_put_text(json, "subject",
	    handshake->seen->chain->certificates[0].subject);
	json_put_text(json, "verdict", verdict_name(judged->verdict));
	report_json_matches(json, "tlsa", judged->matches,
	    judged->match_count);
	json_put_object_end(json);
}

/* "tlsa" is of the first chain, as it was before there could be several. */
static void
put_json(FILE *out, const struct trial *trial)
{
	const struct evidence *evidence = trial->evidence;
	const struct host_evidence *host = evidence->hosts;
	const struct endpoint_evidence *endpoint = &host->endpoints[0];
	const struct handshake_judgement *judged =
	    &endpoint->handshakes[0].judged;
	struct json_put json = { .out = out };
	size_t i;

	json_put_object(&json, NULL);
	json_put_text(&json, "host", trial->place.host);
	json_put_text(&json, "owner", trial->place.owner);
	json_put_text(&json, "verdict",
	    verdict_name(evidence->judged.verdict));
	report_json_records(&json, "records", &host->judged.records);
	report_json_matches(&json, "tlsa", judged->matches,
	    judged->match_count);
	json_put_array(&json, "chains");
	for (i = 0; i < endpoint->handshake_count; i++)
		put_json_chain(&json, &endpoint->handshakes[i]);
	json_put_array_end(&json);
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

/*
 * "records of mx.example.org, at *._tcp.example.org:"; the first word is not
 * one of the file's.
 */
static void
put_host(FILE *out, const struct trial *trial)
{
	char *owner;

	if (trial->aside) {
		owner = name_in_zone(trial->place.owner);
		fprintf(out, "records of %s, at %s:\n", trial->place.host,
		    owner);
		free(owner);
	} else {
		fprintf(out, "records of %s:\n", trial->place.host);
	}
}

/* NAMED: there are several, and it is said which. */
static void
put_handshake(FILE *out, const struct host_evidence *host,
    const struct handshake_evidence *handshake, bool named)
{
	size_t i;

	if (named)
		fprintf(out, "%s, %s:\n",
		    key_type_name(handshake->seen->key_type),
		    handshake->seen->chain->certificates[0].subject);
	for (i = 0; i < handshake->judged.match_count; i++)
		put_match(out, &handshake->judged.matches[i],
		    &host->judged.records.records[i], handshake->seen->chain);
}

static void
put_text(FILE *out, bool colour, const struct evidence *evidence)
{
	const struct host_evidence *host = evidence->hosts;
	const struct endpoint_evidence *endpoint = &host->endpoints[0];
	size_t i;

	for (i = 0; i < endpoint->handshake_count; i++)
		put_handshake(out, host, &endpoint->handshakes[i],
		    endpoint->handshake_count > 1);
	report_text_verdict(out, colour, evidence->judged.verdict);
	fputc('\n', out);
	report_text_findings(out, colour, &evidence->judged.findings);
}

static void
judge_trial(struct trial *trial, struct ca_store *store)
{
	const struct ca_lookup ca_lookup = {
		.find = ca_store_find,
		.argument = store,
	};
	const struct judge_options options = {
		.ca_lookup = &ca_lookup,
	};
	const char *const name = trial->place.host;
	const struct names *names = trial->names;
	const struct judge_given given = {
		.records = &trial->place.records,
		.owner = trial->place.owner,
		.ttl = trial->place.ttl,
		.reference_names = names != NULL ?
		    (const char *const *)names->items : &name,
		.reference_name_count = names != NULL ? names->count :
		    name != NULL,
	};

	trial->evidence->hosts[0].name = memory_string(name);
	judge_records(trial->evidence, &options, &given);
}

/* One trial for each name, or one without a name. */
struct trials {
	struct trial	*items;		/* owned */
	size_t		 count;
	size_t		 missing;	/* of these have no records */
};

static void
trials_clear(struct trials *trials)
{
	size_t i;

	for (i = 0; i < trials->count; i++)
		trial_clear(&trials->items[i]);
	free(trials->items);
}

/* Adds a trial of the chains, which each has a copy of. */
static bool
add_trial(struct trials *trials, const struct mxtlsa_settings *settings,
    const struct mxtlsa_input *input, char **why)
{
	struct keyfiles keyfiles;
	bool good;

	if (!keyfiles_init(&keyfiles, &input->chain, why))
		return false;
	/* Chains come first. */
	good = keyfiles.items[0].chain != NULL;
	if (good) {
		trials->items = memory_grow(trials->items, trials->count,
		    sizeof(*trials->items));
		trial_init(&trials->items[trials->count++], settings,
		    &keyfiles);
	} else {
		*why = memory_format("%s: no certificate in it",
		    input->chain.name);
	}
	keyfiles_clear(&keyfiles);
	return good;
}

/*
 * Adds a trial for the I-th name. A name without records is told beside the
 * verdicts of the others; alone, it is all that there is to tell.
 */
static bool
add_named(struct trials *trials, const struct mxtlsa_settings *settings,
    const struct mxtlsa_input *input, const struct tlsa_file *records,
    const struct names *names, size_t i, char **why)
{
	struct trial *trial;

	if (!add_trial(trials, settings, input, why))
		return false;
	trial = &trials->items[i];
	if (find_records(trial, records, names, i, why))
		return true;
	if (names->count <= 1)
		return false;
	trial->missing = *why;
	*why = NULL;
	trials->missing++;
	return true;
}

/*
 * Records without owners are of one server, which may have several names (RFC
 * 7672 3.2.2); others are of the name at which they are.
 */
static bool
trials_init(struct trials *trials, const struct mxtlsa_settings *settings,
    const struct mxtlsa_input *input, const struct names *names, char **why)
{
	struct tlsa_file records;
	bool known, good;
	size_t i;

	*trials = (struct trials){ NULL, 0, 0 };
	if (!read_records(&records, settings, input, names, &known, why))
		return false;
	i = 0;
	do {
		good = add_named(trials, settings, input, &records, names, i,
		    why);
	} while (good && ++i < names->count && !tlsa_place_is_bare(&records));
	if (good && i < names->count)
		trials->items[0].names = names;
	tlsa_file_clear(&records);
	if (good && trials->missing > 0 && trials->missing == trials->count) {
		*why = trials->items[0].missing;
		trials->items[0].missing = NULL;
		good = false;
	}
	if (!good && !known)
		*why = memory_join(*why, "; ", "it has names that are relative "
		    "to an origin that it does not name: give it with "
		    "--origin");
	return good;
}

/* FOLLOWS: another report comes before. */
static void
put_trial(FILE *out, const struct mxtlsa_settings *settings,
    const struct trial *trial, bool named, bool follows)
{
	if (settings->json) {
		put_json(out, trial);
		return;
	}
	if (follows)
		fputc('\n', out);
	if (named || trial->aside)
		put_host(out, trial);
	put_text(out, terminal_wants_colour(settings->colour, out),
	    trial->evidence);
}

/* Judges and reports. Returns the exit status, the worst of all. */
static int
verify(const struct mxtlsa_settings *settings, const struct trials *trials,
    const struct file *ca_bundle, FILE *out)
{
	struct ca_store *store = ca_store_new(ca_bundle);
	struct trial *trial;
	bool follows = false;
	int status = 0;
	size_t i;

	ca_store_load(store);
	for (i = 0; i < trials->count; i++) {
		trial = &trials->items[i];
		if (trial->missing != NULL) {
			fprintf(stderr, "mxtlsa: %s\n", trial->missing);
			continue;
		}
		judge_trial(trial, store);
		status = verdict_worse_status(status, verdict_exit_status(
		    trial->evidence->judged.verdict));
		put_trial(out, settings, trial, trials->count > 1, follows);
		follows = true;
	}
	ca_store_free(store);
	return trials->missing > 0 ? OPTIONS_EXIT_USAGE : status;
}

int
mxtlsa_verify(const struct mxtlsa_settings *settings,
    const struct mxtlsa_input *input, FILE *out, char **why)
{
	int status = OPTIONS_EXIT_USAGE;
	struct trials trials;
	struct names names;

	if (!names_init(&names, input, why))
		return status;
	if (trials_init(&trials, settings, input, &names, why))
		status = verify(settings, &trials, &input->ca_bundle, out);
	trials_clear(&trials);
	names_clear(&names);
	return status;
}
