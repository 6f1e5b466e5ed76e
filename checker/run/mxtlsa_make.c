#include "checker/run/mxtlsa_settings.h"

#include <stdlib.h>

#include "checker/report/json_put.h"
#include "checker/tlsa/candidate.h"
#include "checker/tlsa/keyfile.h"
#include "checker/tlsa/match.h"
#include "checker/tlsa/verifier.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/text.h"
#include "smtp/chain.h"

/* For nsupdate, which has no default. */
#define NSUPDATE_TTL 3600

struct host {
	char	*name;		/* owned, normalised */
	char	*owner;		/* owned; of its TLSA records */
};

/* The hosts that the records are for. */
struct hosts {
	struct host	*items;		/* owned */
	size_t		 count;
};

/* What the records are written from. */
struct making {
	const struct mxtlsa_settings	*settings;	/* borrowed */
	const struct keyfile		*keyfile;	/* borrowed */
	struct hosts			 hosts;
	struct candidates		 candidates;
	FILE				*out;		/* borrowed */
};

/* Adds a host, once; takes ownership of NAME. */
static bool
add_host(struct making *making, char *name, char **why)
{
	struct hosts *hosts = &making->hosts;
	char *owner = name_tlsa_owner(making->settings->port, name);
	size_t i = 0;

	while (i < hosts->count && !name_equal(hosts->items[i].name, name))
		i++;
	if (owner == NULL || i < hosts->count) {
		if (owner == NULL)
			*why = memory_format("'%s' is too long to have TLSA "
			    "records", name);
		free(name);
		free(owner);
		return owner != NULL;
	}
	hosts->items = memory_grow(hosts->items, hosts->count,
	    sizeof(*hosts->items));
	hosts->items[hosts->count].name = name;
	hosts->items[hosts->count++].owner = owner;
	return true;
}

static void
hosts_clear(struct hosts *hosts)
{
	size_t i;

	for (i = 0; i < hosts->count; i++) {
		free(hosts->items[i].name);
		free(hosts->items[i].owner);
	}
	free(hosts->items);
}

/* Adds the hosts that the certificate names; wildcards are not hosts. */
static bool
find_named_hosts(struct making *making, char **why)
{
	const struct chain *chain = making->keyfile->chain;
	const struct certificate *own;
	size_t i;

	if (chain == NULL) {
		*why = memory_format("missing HOST argument: %s has no "
		    "certificate to take one from", making->keyfile->file);
		return false;
	}
	own = chain->certificates;
	if (own->dns_name_count == CHAIN_NAMES_MAX) {
		*why = memory_format("missing HOST argument: the certificate "
		    "in %s has %d names or more", making->keyfile->file,
		    CHAIN_NAMES_MAX);
		return false;
	}
	for (i = 0; i < own->dns_name_count; i++) {
		if (name_is_host(own->dns_names[i]) && !add_host(making,
		    name_normalise(own->dns_names[i]), why))
			return false;
	}
	if (making->hosts.count > 0)
		return true;
	*why = memory_format("missing HOST argument: the certificate in %s "
	    "names no host", making->keyfile->file);
	return false;
}

static bool
find_hosts(struct making *making, char *const *words, size_t count,
    char **why)
{
	char *name;
	size_t i;

	if (count == 0)
		return find_named_hosts(making, why);
	for (i = 0; i < count; i++) {
		name = mxtlsa_name(words[i], why);
		if (name == NULL || !add_host(making, name, why))
			return false;
	}
	return true;
}

static bool
find_candidates(struct making *making, char **why)
{
	const struct mxtlsa_settings *settings = making->settings;
	const struct tlsa *kind;
	const char *wrong;
	size_t i;

	if (settings->all || settings->full)
		candidates_add_all(&making->candidates, making->keyfile,
		    settings->full);
	else if (settings->kinds.count == 0)
		candidates_add_recommended(&making->candidates,
		    making->keyfile);
	for (i = 0; i < settings->kinds.count; i++) {
		kind = &settings->kinds.items[i];
		if (candidates_add(&making->candidates, making->keyfile, kind,
		    &wrong))
			continue;
		*why = memory_format("%s: \"%d %d %d\" %s",
		    making->keyfile->file, kind->usage, kind->selector,
		    kind->matching_type, wrong);
		return false;
	}
	return true;
}

/*
 * Why the record would not authenticate the chain that it is made from: usage 2
 * takes more than the data. Owned by the caller; NULL: it would, or there is no
 * chain.
 */
static char *
why_no_match(const struct making *making, const char *host,
    const struct tlsa *record)
{
	struct tlsa_set set = { NULL, 0 };
	const struct match_input input = {
		.records = &set,
		.chain = making->keyfile->chain,
		.reference_names = &host,
		.reference_name_count = 1,
		.when = making->settings->when,
	};
	struct match_result *result;
	char *why;

	if (input.chain == NULL)
		return NULL;
	tlsa_set_add(&set, record);
	tlsa_set_settle(&set);
	result = match_chain(&input);
	why = memory_string(result->why);
	match_free(result, set.count);
	tlsa_set_clear(&set);
	return why;
}

/* "\# 35 030101..." (RFC 3597 5). Owned by the caller. */
static char *
generic_text(const struct tlsa *record)
{
	char *hex = text_hex(record->data, record->size), *text;

	text = memory_format("\\# %zu %02x%02x%02x%s",
	    TLSA_HEADER + record->size, record->usage, record->selector,
	    record->matching_type, hex);
	free(hex);
	return text;
}

static void
put_record(const struct making *making, const struct host *host,
    const struct candidate *candidate)
{
	const struct mxtlsa_settings *settings = making->settings;
	uint32_t ttl = settings->ttl == 0 && settings->nsupdate ?
	    NSUPDATE_TTL : settings->ttl;
	char *data = settings->generic ? generic_text(&candidate->record) :
	    tlsa_text(&candidate->record, true);
	char *why = why_no_match(making, host->name, &candidate->record);

	if (settings->all || settings->full || settings->tell)
		fprintf(making->out, "; %s\n", candidate->comment);
	if (why != NULL)
		fprintf(making->out, "; would not match: %s\n", why);
	fprintf(making->out, "%s%s. ", settings->nsupdate ? "update add " : "",
	    host->owner);
	if (ttl != 0)
		fprintf(making->out, "%lu ", (unsigned long)ttl);
	fprintf(making->out, "IN %s %s\n",
	    settings->generic ? "TYPE52" : "TLSA", data);
	free(data);
	free(why);
}

static void
put_json_record(struct json_put *json, const struct making *making,
    const struct host *host, const struct candidate *candidate)
{
	const struct certificate *certificate = candidate->certificate;
	const struct tlsa *record = &candidate->record;
	char *why = why_no_match(making, host->name, record);

	json_put_object(json, NULL);
	json_put_text(json, "owner", host->owner);
	json_put_number(json, "usage", record->usage);
	json_put_number(json, "selector", record->selector);
	json_put_number(json, "matching_type", record->matching_type);
	json_put_owned(json, "data", text_hex(record->data, record->size));
	json_put_text(json, "subject", certificate != NULL ?
	    certificate->subject : NULL);
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

/* Says why a recommended record is missing. */
static void
put_missing(const struct making *making)
{
	const struct mxtlsa_settings *settings = making->settings;
	const struct chain *chain = making->keyfile->chain;

	if (settings->all || settings->full || settings->kinds.count > 0 ||
	    (chain != NULL && verifier_issuer_of_leaf(NULL, chain) > 0))
		return;
	fputs("; no \"2 1 1\" record: ", making->out);
	if (chain == NULL)
		fprintf(making->out, "%s has no certificates\n",
		    making->keyfile->file);
	else if (chain->certificates[0].self_signed)
		fprintf(making->out, "%s is self-signed\n",
		    chain->certificates[0].subject);
	else
		fprintf(making->out, "the certificate of the issuer, %s, is "
		    "not in %s\n", chain->certificates[0].issuer,
		    making->keyfile->file);
}

static void
put_text(const struct making *making)
{
	size_t i, j;

	put_missing(making);
	for (i = 0; i < making->hosts.count; i++) {
		for (j = 0; j < making->candidates.count; j++)
			put_record(making, &making->hosts.items[i],
			    &making->candidates.items[j]);
	}
	if (making->settings->nsupdate)
		fputs("send\n", making->out);
}

static void
put_json(const struct making *making)
{
	struct json_put json = { .out = making->out };
	size_t i, j;

	json_put_object(&json, NULL);
	json_put_array(&json, "records");
	for (i = 0; i < making->hosts.count; i++) {
		for (j = 0; j < making->candidates.count; j++)
			put_json_record(&json, making, &making->hosts.items[i],
			    &making->candidates.items[j]);
	}
	json_put_array_end(&json);
	json_put_object_end(&json);
	json_put_line_end(&json);
}

int
mxtlsa_make(const struct mxtlsa_settings *settings,
    const struct mxtlsa_input *input, FILE *out, char **why)
{
	struct keyfile keyfile;
	struct making making = {
		.settings = settings,
		.keyfile = &keyfile,
		.out = out,
	};
	bool good;

	if (!keyfile_init(&keyfile, &input->chain, why))
		return OPTIONS_EXIT_USAGE;
	good = keyfile_check_order(making.keyfile, why) &&
	    find_hosts(&making, input->names, input->name_count, why) &&
	    find_candidates(&making, why);
	if (good && settings->json)
		put_json(&making);
	else if (good)
		put_text(&making);
	candidates_clear(&making.candidates);
	hosts_clear(&making.hosts);
	keyfile_clear(&keyfile);
	return good ? 0 : OPTIONS_EXIT_USAGE;
}
