#include "checker/offer.h"

#include <stdlib.h>

#include "checker/make.h"
#include "checker/material.h"
#include "resolver/memory.h"
#include "resolver/text.h"

/* Why one would publish a record of a kind, or rather not (RFC 7671 5 and 8). */
static const char *
advice_on(const struct tlsa *record)
{
	if (record->matching_type == TLSA_FULL)
		return "not recommended: the whole data makes a large answer";
	if (record->matching_type == TLSA_SHA2_512)
		return "not recommended: not every sender knows SHA2-512, and "
		    "SHA2-256 is enough";
	if (record->usage == TLSA_DANE_EE)
		return record->selector == TLSA_SPKI ?
		    "recommended: good as long as the key is kept" :
		    "not recommended: changes with every renewal";
	return record->selector == TLSA_SPKI ?
	    "recommended: good as long as this authority issues, but for "
	    "names and dates" :
	    "not recommended: changes when the authority's certificate does";
}

static void
add(struct offers *offers, const struct tlsa *record,
    const struct certificate *certificate)
{
	struct offer *offer;
	char *date;

	offers->items = memory_grow(offers->items, offers->count,
	    sizeof(*offer));
	offer = &offers->items[offers->count++];
	offer->record = *record;
	offer->certificate = certificate;
	offer->recommended = record->selector == TLSA_SPKI &&
	    record->matching_type == TLSA_SHA2_256;
	if (certificate == NULL) {
		offer->comment = memory_format("the key; %s",
		    advice_on(record));
		return;
	}
	date = text_date(certificate->not_after);
	offer->comment = memory_format("%s, until %s; %s",
	    certificate->subject, date, advice_on(record));
	free(date);
}

static void
add_of(struct offers *offers, const struct certificate *certificate,
    const struct tlsa *kind)
{
	struct tlsa record;

	if (make_tlsa(&record, certificate, kind->usage, kind->selector,
	    kind->matching_type))
		add(offers, &record, certificate);
}

static void
add_key(struct offers *offers, const struct material *material,
    enum tlsa_matching_type matching_type)
{
	struct tlsa record;

	make_tlsa_of_key(&record, material->spki, material->spki_size,
	    matching_type);
	add(offers, &record, NULL);
}

bool
offers_add(struct offers *offers, const struct material *material,
    const struct tlsa *fields, const char **why)
{
	const struct chain *chain = material->chain;
	size_t depth = fields->usage == TLSA_DANE_TA ? 1 : 0;

	*why = NULL;
	if (fields->usage != TLSA_DANE_TA && fields->usage != TLSA_DANE_EE)
		*why = "is of a usage that is not for SMTP (RFC 7672 3.1)";
	else if (fields->selector > TLSA_SPKI ||
	    fields->matching_type > TLSA_SHA2_512)
		*why = "is of an unknown selector or matching type";
	else if (chain == NULL && (depth > 0 || fields->selector != TLSA_SPKI))
		*why = "needs certificates; of a key alone only 3 1 x is made";
	else if (chain != NULL && depth >= chain->count)
		*why = "needs the issuer's certificate in the chain";
	if (*why != NULL)
		return false;
	if (chain != NULL)
		add_of(offers, &chain->certificates[depth], fields);
	else
		add_key(offers, material, fields->matching_type);
	return true;
}

void
offers_recommended(struct offers *offers, const struct material *material)
{
	static const struct tlsa own = { .usage = TLSA_DANE_EE,
		.selector = TLSA_SPKI, .matching_type = TLSA_SHA2_256 };
	static const struct tlsa issuer = { .usage = TLSA_DANE_TA,
		.selector = TLSA_SPKI, .matching_type = TLSA_SHA2_256 };
	const char *why;

	offers_add(offers, material, &own, &why);
	offers_add(offers, material, &issuer, &why);
}

/* All kinds for the certificate at DEPTH. */
static void
add_every_kind(struct offers *offers, const struct chain *chain,
    size_t depth, bool full)
{
	static const uint8_t types[] = { TLSA_SHA2_256, TLSA_SHA2_512,
		TLSA_FULL };
	struct tlsa kind = { .usage = depth == 0 ? TLSA_DANE_EE :
		TLSA_DANE_TA };
	size_t type;
	int selector;

	for (selector = TLSA_SPKI; selector >= TLSA_CERT; selector--) {
		for (type = 0; type < (full ? 3 : 2); type++) {
			kind.selector = (uint8_t)selector;
			kind.matching_type = types[type];
			add_of(offers, &chain->certificates[depth], &kind);
		}
	}
}

void
offers_all(struct offers *offers, const struct material *material, bool full)
{
	size_t depth;

	for (depth = 0; material->chain != NULL &&
	    depth < material->chain->count; depth++)
		add_every_kind(offers, material->chain, depth, full);
	if (material->chain != NULL)
		return;
	add_key(offers, material, TLSA_SHA2_256);
	add_key(offers, material, TLSA_SHA2_512);
	if (full)
		add_key(offers, material, TLSA_FULL);
}

void
offers_clear(struct offers *offers)
{
	size_t i;

	for (i = 0; i < offers->count; i++) {
		free(offers->items[i].record.data);
		free(offers->items[i].comment);
	}
	free(offers->items);
	offers->items = NULL;
	offers->count = 0;
}
