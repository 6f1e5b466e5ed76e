#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "checker/material.h"
#include "checker/mxtlsa.h"
#include "checker/offer.h"
#include "checker/report_json.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/text.h"

/* What nsupdate needs when nothing is said (it has no default). */
#define NSUPDATE_TTL 3600

/* The hosts that the records are for. */
struct hosts {
	char	**names;	/* owned, normalised */
	size_t	  count;
};

static void
add_host(struct hosts *hosts, char *name)
{
	hosts->names = memory_grow(hosts->names, hosts->count,
	    sizeof(*hosts->names));
	hosts->names[hosts->count++] = name;
}

static void
hosts_clear(struct hosts *hosts)
{
	size_t i;

	for (i = 0; i < hosts->count; i++)
		free(hosts->names[i]);
	free(hosts->names);
}

/* Those of the command line, else those that the certificate names. */
static bool
find_hosts(struct hosts *hosts, char *const *words, size_t count,
    const struct material *material, char **why)
{
	const struct certificate *own = material->chain != NULL ?
	    material->chain->certificates : NULL;
	char *name;
	size_t i;

	for (i = 0; i < count; i++) {
		name = mxtlsa_name(words[i], why);
		if (name == NULL)
			return false;
		add_host(hosts, name);
	}
	for (i = 0; count == 0 && own != NULL && i < own->dns_name_count;
	    i++) {
		if (!name_is_host(own->dns_names[i]))
			continue;	/* a wildcard, or worse */
		add_host(hosts, name_normalise(own->dns_names[i]));
	}
	if (hosts->count > 0)
		return true;
	*why = memory_format("which host? %s names none", material->file);
	return false;
}

static bool
find_offers(struct offers *offers, const struct mxtlsa_settings *settings,
    const struct material *material, char **why)
{
	const struct tlsa *kind;
	const char *wrong;
	size_t i;

	if (settings->all)
		offers_all(offers, material, settings->full);
	else if (settings->kind_count == 0)
		offers_recommended(offers, material);
	for (i = 0; i < settings->kind_count; i++) {
		kind = &settings->kinds[i];
		if (offers_add(offers, material, kind, &wrong))
			continue;
		*why = memory_format("%s: \"%d %d %d\" %s", material->file,
		    kind->usage, kind->selector, kind->matching_type, wrong);
		return false;
	}
	return true;
}

/* "\# 35 030101..." (RFC 3597 5). Owned by the caller. */
static char *
generic_text(const struct tlsa *record)
{
	char *hex = text_hex(record->data, record->size), *text;

	text = memory_format("\\# %zu %02x%02x%02x%s", record->size + 3,
	    record->usage, record->selector, record->matching_type, hex);
	free(hex);
	return text;
}

static void
put_record(const struct mxtlsa_settings *settings, FILE *out,
    const char *owner, const struct offer *offer)
{
	uint32_t ttl = settings->ttl == 0 && settings->nsupdate ?
	    NSUPDATE_TTL : settings->ttl;
	char *data = settings->generic ? generic_text(&offer->record) :
	    tlsa_text(&offer->record, true);

	if (settings->all || settings->tell)
		fprintf(out, "; %s\n", offer->comment);
	fprintf(out, "%s%s. ", settings->nsupdate ? "update add " : "", owner);
	if (ttl != 0)
		fprintf(out, "%lu ", (unsigned long)ttl);
	fprintf(out, "IN %s %s\n", settings->generic ? "TYPE52" : "TLSA",
	    data);
	free(data);
}

static json_t *
json_offer(const char *owner, const struct offer *offer)
{
	const struct certificate *certificate = offer->certificate;
	char *data = text_hex(offer->record.data, offer->record.size);
	char *until = certificate != NULL ?
	    text_time(certificate->not_after) : NULL;
	json_t *object = json_pack("{s:s, s:i, s:i, s:i, s:s, s:o, s:s?, s:b, "
	    "s:s}", "owner", owner, "usage", offer->record.usage, "selector",
	    offer->record.selector, "matching_type",
	    offer->record.matching_type, "data", data, "subject",
	    report_json_text(certificate != NULL ? certificate->subject :
	    NULL), "not_after", until, "recommended", offer->recommended,
	    "comment", offer->comment);

	if (object == NULL)
		abort();
	free(data);
	free(until);
	return object;
}

static void
put_all(const struct mxtlsa_settings *settings, FILE *out,
    const struct hosts *hosts, const struct offers *offers)
{
	json_t *records = json_array();
	char *owner;
	size_t i, j;

	for (i = 0; i < hosts->count; i++) {
		owner = name_tlsa_owner(settings->port, hosts->names[i]);
		for (j = 0; owner != NULL && j < offers->count; j++) {
			if (settings->json)
				json_array_append_new(records,
				    json_offer(owner, &offers->items[j]));
			else
				put_record(settings, out, owner,
				    &offers->items[j]);
		}
		free(owner);
	}
	if (settings->json)
		report_json_print(out, json_pack("{s:O}", "records", records));
	else if (settings->nsupdate)
		fputs("send\n", out);
	json_decref(records);
}

/* What one might miss in the records that are recommended. */
static void
put_missing(const struct mxtlsa_settings *settings, FILE *out,
    const struct material *material)
{
	if (settings->json || settings->all || settings->kind_count > 0 ||
	    (material->chain != NULL && material->chain->count > 1))
		return;
	fprintf(out, "; no \"2 1 1\" record: %s has no issuer's certificate\n",
	    material->file);
}

int
mxtlsa_make(const struct mxtlsa_settings *settings, char *const *words,
    size_t count, FILE *out, char **why)
{
	struct material material;
	struct offers offers = { NULL, 0 };
	struct hosts hosts = { NULL, 0 };
	bool good;

	if (!material_init(&material, words[0], why))
		return OPTIONS_EXIT_USAGE;
	good = find_hosts(&hosts, words + 1, count - 1, &material, why) &&
	    find_offers(&offers, settings, &material, why);
	if (good) {
		put_missing(settings, out, &material);
		put_all(settings, out, &hosts, &offers);
	}
	offers_clear(&offers);
	hosts_clear(&hosts);
	material_clear(&material);
	return good ? 0 : OPTIONS_EXIT_USAGE;
}
