#include "checker/run/mxtlsa_settings.h"

#include <stdlib.h>

#include "checker/report/json_put.h"
#include "checker/run/mxtlsa_making.h"
#include "checker/tlsa/candidate.h"
#include "checker/tlsa/keyfile.h"
#include "checker/tlsa/match.h"
#include "checker/tlsa/tlsa_file.h"
#include "checker/tlsa/verifier.h"
#include "resolver/memory.h"
#include "resolver/text.h"
#include "smtp/chain.h"

/* For nsupdate, which has no default. */
#define NSUPDATE_TTL 3600

/* A record that may be published, and what it is made from. */
struct line {
	const struct keyfile	*keyfile;	/* borrowed */
	const struct candidate	*candidate;	/* borrowed */
};

/* What the records are written from. */
struct making {
	const struct mxtlsa_settings	*settings;	/* borrowed */
	struct keyfiles			 keyfiles;
	struct mxtlsa_hosts		 hosts;
	struct candidates		*candidates;	/* owned; of each of the
							 * keyfiles */
	struct line			*lines;		/* owned; of all */
	size_t				 line_count;
	struct tlsa_file		 was;		/* --was */
	FILE				*out;		/* borrowed */
};

/* Adds the kinds of --record. */
static bool
add_kinds(struct candidates *candidates, const struct keyfile *keyfile,
    const struct mxtlsa_kinds *kinds, char **why)
{
	const struct tlsa *kind;
	const char *wrong;
	size_t i;

	for (i = 0; i < kinds->count; i++) {
		kind = &kinds->items[i];
		if (candidates_add(candidates, keyfile, kind, &wrong))
			continue;
		*why = memory_format("%s: \"%d %d %d\" %s",
		    keyfile->file, kind->usage, kind->selector,
		    kind->matching_type, wrong);
		return false;
	}
	return true;
}

static void
add_lines(struct making *making, const struct keyfile *keyfile,
    const struct candidates *candidates)
{
	size_t i;

	for (i = 0; i < candidates->count; i++) {
		making->lines = memory_grow(making->lines, making->line_count,
		    sizeof(*making->lines));
		making->lines[making->line_count++] = (struct line){
			.keyfile = keyfile,
			.candidate = &candidates->items[i],
		};
	}
}

static bool
find_candidates(struct making *making, char **why)
{
	const struct mxtlsa_settings *settings = making->settings;
	const struct keyfile *keyfile;
	struct candidates *candidates;
	size_t i;

	making->candidates = memory_new(making->keyfiles.count,
	    sizeof(*making->candidates));
	for (i = 0; i < making->keyfiles.count; i++) {
		keyfile = &making->keyfiles.items[i];
		candidates = &making->candidates[i];
		if (settings->all || settings->full)
			candidates_add_all(candidates, keyfile,
			    settings->full);
		else if (settings->kinds.count == 0)
			candidates_add_recommended(candidates, keyfile);
		if (!add_kinds(candidates, keyfile, &settings->kinds, why))
			return false;
		add_lines(making, keyfile, candidates);
	}
	return true;
}

/*
 * Whether the line is the host's (NULL: any host's), and none before it has the
 * same record.
 */
static bool
is_first(const struct making *making, const struct mxtlsa_host *host,
    const struct line *line)
{
	const struct line *other;

	if (host != NULL &&
	    !mxtlsa_hosts_match(&making->hosts, host, line->keyfile))
		return false;
	for (other = making->lines; other < line; other++) {
		if ((host == NULL || mxtlsa_hosts_match(&making->hosts, host,
		    other->keyfile)) && tlsa_equal(&other->candidate->record,
		    &line->candidate->record))
			return false;
	}
	return true;
}

/*
 * Why the record would not authenticate a chain that it is made from: usage 2
 * takes more than the data. Owned by the caller; NULL: it would, or there is no
 * chain.
 */
static char *
why_no_match(const struct making *making, const struct mxtlsa_host *host,
    const struct line *line)
{
	const char *name = host->name;
	struct tlsa_set set = { NULL, 0 };
	const struct match_input input = {
		.records = &set,
		.chain = line->keyfile->chain,
		.reference_names = &name,
		.reference_name_count = 1,
		.when = making->settings->when,
	};
	struct match_result *result;
	char *why;

	if (input.chain == NULL)
		return NULL;
	tlsa_set_add(&set, &line->candidate->record);
	tlsa_set_settle(&set);
	result = match_chain(&input);
	why = memory_string(result->why);
	match_free(result, set.count);
	tlsa_set_clear(&set);
	return why;
}

/*
 * The same for all chains of the host that the record is made from, of which
 * LINE is the first.
 */
static char *
why_not_all(const struct making *making, const struct mxtlsa_host *host,
    const struct line *line)
{
	const struct line *end = making->lines + making->line_count;
	const struct tlsa *record = &line->candidate->record;
	char *why = NULL;

	for (; line < end && why == NULL; line++) {
		if (mxtlsa_hosts_match(&making->hosts, host, line->keyfile) &&
		    tlsa_equal(&line->candidate->record, record))
			why = why_no_match(making, host, line);
	}
	return why;
}

static void
put_comments(const struct making *making, const struct mxtlsa_host *host,
    const struct line *line)
{
	const struct mxtlsa_settings *settings = making->settings;
	char *why = host != NULL ? why_not_all(making, host, line) : NULL;

	if (settings->all || settings->full || settings->tell)
		fprintf(making->out, "; %s\n", line->candidate->comment);
	if (why != NULL)
		fprintf(making->out, "; would not match: %s\n", why);
	free(why);
}

static void
put_record(const struct making *making, const struct mxtlsa_host *host,
    const struct line *line)
{
	const struct mxtlsa_settings *settings = making->settings;
	uint32_t ttl = settings->ttl == 0 && settings->nsupdate ?
	    NSUPDATE_TTL : settings->ttl;
	char *data = mxtlsa_record_text(&line->candidate->record,
	    settings->generic);

	put_comments(making, host, line);
	fprintf(making->out, "%s%s. ", settings->nsupdate ? "update add " : "",
	    host->owner);
	if (ttl != 0)
		fprintf(making->out, "%lu ", (unsigned long)ttl);
	fprintf(making->out, "IN %s %s\n",
	    settings->generic ? "TYPE52" : "TLSA", data);
	free(data);
}

static void
put_json_record(struct json_put *json, const struct making *making,
    const struct mxtlsa_host *host, const struct line *line)
{
	const struct candidate *candidate = line->candidate;
	const struct certificate *certificate = candidate->certificate;
	const struct tlsa *record = &candidate->record;
	char *why = why_not_all(making, host, line);

	json_put_object(json, NULL);
	json_put_text(json, "owner", host->owner);
	json_put_number(json, "usage", record->usage);
	json_put_number(json, "selector", record->selector);
	json_put_number(json, "matching_type", record->matching_type);
	json_put_owned(json, "data", text_hex(record->data, record->size));
	json_put_text(json, "subject", certificate != NULL ?
	    certificate->subject : NULL);
	json_put_text(json, "key_type", key_type_name(certificate != NULL ?
	    certificate->key_type : line->keyfile->key_type));
	json_put_owned(json, "not_after", certificate != NULL &&
	    certificate->not_after != 0 ?
	    text_time(certificate->not_after) : NULL);
	json_put_flag(json, "recommended", candidate->recommended);
	if (certificate == NULL)
		json_put_text(json, "matches", NULL);
	else
		json_put_flag(json, "matches", why == NULL);
	json_put_text(json, "comment", candidate->comment);
	json_put_owned(json, "why", why);
	json_put_object_end(json);
}

/* Says why the recommended record of the issuer is missing. */
static void
put_missing(FILE *out, const struct keyfile *keyfile)
{
	const struct chain *chain = keyfile->chain;

	if (chain != NULL && verifier_issuer_of_leaf(NULL, chain) > 0)
		return;
	fputs("; no \"2 1 1\" record: ", out);
	if (chain == NULL)
		fprintf(out, "%s has no certificate of the issuer\n",
		    keyfile->file);
	else if (chain->certificates[0].self_signed)
		fprintf(out, "%s is self-signed\n",
		    chain->certificates[0].subject);
	else
		fprintf(out, "the certificate of the issuer, %s, does not "
		    "follow in %s\n", chain->certificates[0].issuer,
		    keyfile->file);
}

/* Says what the records are not for, where that may have been the wish. */
static void
put_wildcard(FILE *out, const struct keyfile *keyfile)
{
	const char *wildcard = mxtlsa_hosts_wildcard(keyfile);

	if (wildcard != NULL)
		fprintf(out, "; none for %s, which is no host: give the mail "
		    "server's name if it is one of these\n", wildcard);
}

/* What is said before the records of a file. */
static void
put_remarks(const struct making *making)
{
	const struct mxtlsa_settings *settings = making->settings;
	const bool recommended = !settings->all && !settings->full &&
	    settings->kinds.count == 0;
	const struct keyfile *keyfile;
	bool bare = false;
	size_t i;

	for (i = 0; i < making->keyfiles.count; i++) {
		keyfile = &making->keyfiles.items[i];
		/* Of all keys without a certificate once. */
		if (recommended && !bare)
			put_missing(making->out, keyfile);
		bare |= keyfile->chain == NULL;
		if (!making->hosts.given && (settings->tell || settings->all ||
		    settings->full))
			put_wildcard(making->out, keyfile);
	}
}

/* The records of a host; then what is to go, in place of them. */
static void
put_host(const struct making *making, const struct mxtlsa_host *host)
{
	const struct tlsa **kept = memory_new(making->line_count,
	    sizeof(*kept));
	const struct line *line;
	size_t count = 0, i;

	for (i = 0; i < making->line_count; i++) {
		line = &making->lines[i];
		if (!is_first(making, host, line))
			continue;
		put_record(making, host, line);
		kept[count++] = &line->candidate->record;
	}
	if (making->settings->was != NULL)
		mxtlsa_was_put(making->out, &making->was, host, kept, count,
		    making->settings->generic);
	free(kept);
}

static void
put_text(const struct making *making)
{
	size_t i;

	put_remarks(making);
	for (i = 0; i < making->hosts.count; i++)
		put_host(making, &making->hosts.items[i]);
	if (making->settings->nsupdate)
		fputs("send\n", making->out);
}

/* The first host that the line is for; NULL: there is none. */
static const struct mxtlsa_host *
host_of(const struct making *making, const struct line *line)
{
	size_t i;

	for (i = 0; i < making->hosts.count; i++) {
		if (mxtlsa_hosts_match(&making->hosts, &making->hosts.items[i],
		    line->keyfile))
			return &making->hosts.items[i];
	}
	return NULL;
}

/* --data: each record once, whatever hosts it is for. */
static void
put_data(const struct making *making)
{
	const struct line *line;
	char *data;
	size_t i;

	for (i = 0; i < making->line_count; i++) {
		line = &making->lines[i];
		if (!is_first(making, NULL, line))
			continue;
		put_comments(making, host_of(making, line), line);
		data = mxtlsa_record_text(&line->candidate->record,
		    making->settings->generic);
		fprintf(making->out, "%s\n", data);
		free(data);
	}
}

static void
put_json(const struct making *making)
{
	struct json_put json = { .out = making->out };
	const struct mxtlsa_host *host;
	size_t i, j;

	json_put_object(&json, NULL);
	json_put_array(&json, "records");
	for (i = 0; i < making->hosts.count; i++) {
		host = &making->hosts.items[i];
		for (j = 0; j < making->line_count; j++) {
			if (is_first(making, host, &making->lines[j]))
				put_json_record(&json, making, host,
				    &making->lines[j]);
		}
	}
	json_put_array_end(&json);
	json_put_object_end(&json);
	json_put_line_end(&json);
}

static bool
check_order(const struct keyfiles *keyfiles, char **why)
{
	size_t i;

	for (i = 0; i < keyfiles->count; i++) {
		if (!keyfile_check_order(&keyfiles->items[i], why))
			return false;
	}
	return true;
}

static bool
making_init(struct making *making, const struct mxtlsa_input *input,
    char **why)
{
	return keyfiles_init(&making->keyfiles, &input->chain, why) &&
	    check_order(&making->keyfiles, why) &&
	    mxtlsa_hosts_init(&making->hosts, making->settings,
		&making->keyfiles, input->names, input->name_count, why) &&
	    (making->settings->was == NULL ||
		mxtlsa_was_init(&making->was, &input->was, why)) &&
	    find_candidates(making, why);
}

static void
making_clear(struct making *making)
{
	size_t i;

	for (i = 0; making->candidates != NULL && i < making->keyfiles.count;
	    i++)
		candidates_clear(&making->candidates[i]);
	free(making->candidates);
	free(making->lines);
	tlsa_file_clear(&making->was);
	mxtlsa_hosts_clear(&making->hosts);
	keyfiles_clear(&making->keyfiles);
}

int
mxtlsa_make(const struct mxtlsa_settings *settings,
    const struct mxtlsa_input *input, FILE *out, char **why)
{
	struct making making = { .settings = settings, .out = out };
	const bool good = making_init(&making, input, why);

	if (good && settings->json)
		put_json(&making);
	else if (good && settings->data)
		put_data(&making);
	else if (good)
		put_text(&making);
	making_clear(&making);
	return good ? 0 : OPTIONS_EXIT_USAGE;
}
