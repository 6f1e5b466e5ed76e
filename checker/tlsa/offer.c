#include "checker/tlsa/offer.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include "checker/tlsa/make.h"
#include "checker/tlsa/material.h"
#include "resolver/memory.h"
#include "resolver/text.h"

/* Why one would publish the record, or rather not (RFC 7671 5 and 10.1). */
static const char *
advice_on(const struct tlsa *record, bool recommended)
{
	if (record->matching_type == TLSA_FULL)
		return "not recommended: all of it makes a large answer";
	if (record->matching_type == TLSA_SHA2_512)
		return "not recommended: SHA2-256 is enough, and the digest "
		    "that every sender knows";
	if (record->selector == TLSA_CERT)
		return record->usage == TLSA_DANE_EE ?
		    "not recommended: changes with every renewal" :
		    "not recommended: changes when the authority's own "
		    "certificate does";
	if (!recommended)
		return "not recommended: the next renewal may not lead up to "
		    "it";
	return record->usage == TLSA_DANE_EE ?
	    "recommended: good for as long as the key is kept" :
	    "recommended: good for as long as this authority issues the "
	    "certificate, for this name and in time";
}

/* By its name, and since two authorities may share that, by its signature. */
static bool
has_issued(X509 *above, X509 *own)
{
	EVP_PKEY *key = X509_get0_pubkey(above);
	bool issued = X509_check_issued(above, own) == X509_V_OK &&
	    key != NULL && X509_verify(own, key) == 1;

	ERR_clear_error();
	return issued;
}

/* The place of the one that issued the first; BELOW: that the first issued. */
static size_t
find_kin(const struct chain *chain, bool below)
{
	STACK_OF(X509) *stack = chain_to_stack(chain);
	X509 *first, *other;
	size_t i;

	for (i = 1; i < chain->count; i++) {
		first = sk_X509_value(stack, 0);
		other = sk_X509_value(stack, (int)i);
		if (!chain_repeats_own(chain, i) &&
		    (below ? has_issued(first, other) :
		    has_issued(other, first)))
			break;
	}
	sk_X509_pop_free(stack, X509_free);
	return i < chain->count ? i : 0;
}

size_t
offers_issuer(const struct chain *chain)
{
	return find_kin(chain, false);
}

size_t
offers_issued(const struct chain *chain)
{
	return find_kin(chain, true);
}

bool
offers_check_order(const struct material *material, char **why)
{
	const struct chain *chain = material->chain;
	size_t issued = chain != NULL ? offers_issued(chain) : 0;

	if (issued == 0)
		return true;
	*why = memory_format("%s: the server's certificate must come first, "
	    "but the first one, %s, is the issuer of %s", material->file,
	    chain->certificates[0].subject,
	    chain->certificates[issued].subject);
	return false;
}

/*
 * CERTIFICATE is NULL for a bare key; DIRECT: it is the own one, or its
 * issuer's.
 */
static void
add(struct offers *offers, const struct tlsa *record,
    const struct certificate *certificate, bool direct)
{
	struct offer *offer;
	const char *advice;
	char *date;

	offers->items = memory_grow(offers->items, offers->count,
	    sizeof(*offer));
	offer = &offers->items[offers->count++];
	offer->record = *record;
	offer->certificate = certificate;
	offer->recommended = direct && record->selector == TLSA_SPKI &&
	    record->matching_type == TLSA_SHA2_256;
	advice = advice_on(record, offer->recommended);
	if (certificate == NULL) {
		offer->comment = memory_format("the key; %s", advice);
		return;
	}
	date = text_date(certificate->not_after);
	offer->comment = memory_format("%s, until %s; %s",
	    certificate->subject, date, advice);
	free(date);
}

static void
add_of(struct offers *offers, const struct certificate *certificate,
    const struct tlsa *kind, bool direct)
{
	struct tlsa record;

	make_tlsa(&record, certificate, kind->usage, kind->selector,
	    kind->matching_type);
	add(offers, &record, certificate, direct);
}

static void
add_key(struct offers *offers, const struct material *material,
    enum tlsa_matching_type matching_type)
{
	struct tlsa record;

	make_tlsa_of_key(&record, material->spki, material->spki_size,
	    matching_type);
	add(offers, &record, NULL, true);
}

bool
offers_add(struct offers *offers, const struct material *material,
    const struct tlsa *fields, const char **why)
{
	const struct chain *chain = material->chain;
	bool above = fields->usage == TLSA_DANE_TA;
	size_t at = above && chain != NULL ? offers_issuer(chain) : 0;

	*why = NULL;
	if (fields->usage < TLSA_DANE_TA)
		*why = "is of a usage that is not for SMTP (RFC 7672 3.1.3)";
	else if (fields->usage > TLSA_DANE_EE || fields->selector > TLSA_SPKI ||
	    fields->matching_type > TLSA_SHA2_512)
		*why = "is no kind of record that there is";
	else if (chain == NULL && (above || fields->selector != TLSA_SPKI))
		*why = "needs certificates; of a key alone only 3 1 x is made";
	else if (above && at == 0)
		*why = "needs the issuer's certificate, which is not there";
	if (*why != NULL)
		return false;
	if (chain != NULL)
		add_of(offers, &chain->certificates[at], fields, true);
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
	bool direct = depth == 0 || depth == offers_issuer(chain);
	struct tlsa kind = { .usage = depth == 0 ? TLSA_DANE_EE :
		TLSA_DANE_TA };
	size_t type;
	int selector;

	for (selector = TLSA_SPKI; selector >= TLSA_CERT; selector--) {
		for (type = 0; type < (full ? 3 : 2); type++) {
			kind.selector = (uint8_t)selector;
			kind.matching_type = types[type];
			add_of(offers, &chain->certificates[depth], &kind,
			    direct);
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
