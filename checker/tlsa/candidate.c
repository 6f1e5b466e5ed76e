#include "checker/tlsa/candidate.h"

#include <stdlib.h>

#include "checker/tlsa/keyfile.h"
#include "checker/tlsa/verifier.h"
#include "resolver/memory.h"
#include "resolver/text.h"
#include "smtp/chain.h"

/* Why to publish the record, or why not (RFC 7671 5 and 10.1). */
static const char *
reason_for(const struct tlsa *record, bool recommended)
{
	if (record->matching_type == TLSA_FULL)
		return "not recommended: whole data makes a large answer";
	if (record->matching_type == TLSA_SHA2_512)
		return "not recommended: SHA2-256 is strong enough, and every "
		    "sender supports it";
	if (record->selector == TLSA_CERT)
		return record->usage == TLSA_DANE_EE ?
		    "not recommended: changes with every renewal" :
		    "not recommended: changes with the CA's own certificate";
	if (!recommended)
		return "not recommended: the next certificate may not chain up "
		    "to it";
	return record->usage == TLSA_DANE_EE ?
	    "recommended: good for as long as the key is kept" :
	    "recommended: good for as long as this CA issues the certificate, "
	    "for this name and in time";
}

/* ", until 2026-01-31", if it has a date. Owned by the caller. */
static char *
until_text(const struct certificate *certificate)
{
	char *date, *text;

	if (certificate->not_after == 0)
		return memory_string("");
	date = text_date(certificate->not_after);
	text = memory_format(", until %s", date);
	free(date);
	return text;
}

/*
 * Adds RECORD (takes ownership of its data). CERTIFICATE is NULL for a bare
 * key. DIRECT: it is the server's own or its issuer's.
 */
static void
add(struct candidates *candidates, const struct tlsa *record,
    const struct certificate *certificate, enum key_type key_type, bool direct)
{
	struct candidate *candidate;
	const char *reason;
	char *until;

	candidates->items = memory_grow(candidates->items, candidates->count,
	    sizeof(*candidate));
	candidate = &candidates->items[candidates->count++];
	candidate->record = *record;
	candidate->certificate = certificate;
	candidate->recommended = direct && record->selector == TLSA_SPKI &&
	    record->matching_type == TLSA_SHA2_256;
	reason = reason_for(record, candidate->recommended);
	if (certificate == NULL) {
		candidate->comment = memory_format("the %s key; %s",
		    key_type_name(key_type), reason);
		return;
	}
	until = until_text(certificate);
	candidate->comment = memory_format("%s (%s)%s; %s",
	    certificate->subject, key_type_name(key_type), until, reason);
	free(until);
}

/* Adds the record of a certificate with the fields of KIND. */
static void
add_certificate(struct candidates *candidates,
    const struct certificate *certificate, const struct tlsa *kind,
    bool direct)
{
	struct tlsa record;

	tlsa_of_certificate(&record, certificate, kind->usage, kind->selector,
	    kind->matching_type);
	add(candidates, &record, certificate, certificate->key_type, direct);
}

/* Adds the 3 1 x of a key. */
static void
add_key(struct candidates *candidates, const struct keyfile *keyfile,
    enum tlsa_matching_type matching_type)
{
	struct tlsa record;

	tlsa_of_key(&record, keyfile->spki, keyfile->spki_size,
	    matching_type);
	add(candidates, &record, NULL, keyfile->key_type, true);
}

bool
candidates_add(struct candidates *candidates, const struct keyfile *keyfile,
    const struct tlsa *fields, const char **why)
{
	const struct chain *chain = keyfile->chain;
	bool above = fields->usage == TLSA_DANE_TA;
	size_t at = above && chain != NULL ?
	    verifier_issuer_of_leaf(NULL, chain) : 0;

	*why = NULL;
	if (fields->usage < TLSA_DANE_TA)
		*why = "has a usage that is not for SMTP (RFC 7672 3.1.3)";
	else if (fields->usage > TLSA_DANE_EE || fields->selector > TLSA_SPKI ||
	    fields->matching_type > TLSA_SHA2_512)
		*why = "is not a known kind of record";
	else if (chain == NULL && (above || fields->selector != TLSA_SPKI))
		*why = "needs a certificate: a key alone allows only 3 1 x";
	else if (above && at == 0)
		*why = "needs the issuer's certificate, which is missing";
	if (*why != NULL)
		return false;
	if (chain != NULL)
		add_certificate(candidates, &chain->certificates[at], fields,
		    true);
	else
		add_key(candidates, keyfile, fields->matching_type);
	return true;
}

void
candidates_add_recommended(struct candidates *candidates,
    const struct keyfile *keyfile)
{
	static const struct tlsa own = { .usage = TLSA_DANE_EE,
		.selector = TLSA_SPKI, .matching_type = TLSA_SHA2_256 };
	static const struct tlsa issuer = { .usage = TLSA_DANE_TA,
		.selector = TLSA_SPKI, .matching_type = TLSA_SHA2_256 };
	const char *why;

	candidates_add(candidates, keyfile, &own, &why);
	candidates_add(candidates, keyfile, &issuer, &why);
}

/* Adds all kinds of record for the certificate at DEPTH. */
static void
add_every_kind(struct candidates *candidates, const struct chain *chain,
    size_t depth, bool full)
{
	static const uint8_t types[] = { TLSA_SHA2_256, TLSA_SHA2_512,
		TLSA_FULL };
	bool direct = depth == 0 ||
	    depth == verifier_issuer_of_leaf(NULL, chain);
	struct tlsa kind = { .usage = depth == 0 ? TLSA_DANE_EE :
		TLSA_DANE_TA };
	size_t type;
	int selector;

	for (selector = TLSA_SPKI; selector >= TLSA_CERT; selector--) {
		for (type = 0; type < (full ? 3 : 2); type++) {
			kind.selector = (uint8_t)selector;
			kind.matching_type = types[type];
			add_certificate(candidates,
			    &chain->certificates[depth], &kind, direct);
		}
	}
}

void
candidates_add_all(struct candidates *candidates,
    const struct keyfile *keyfile, bool full)
{
	size_t depth;

	for (depth = 0; keyfile->chain != NULL &&
	    depth < keyfile->chain->count; depth++)
		add_every_kind(candidates, keyfile->chain, depth, full);
	if (keyfile->chain != NULL)
		return;
	add_key(candidates, keyfile, TLSA_SHA2_256);
	add_key(candidates, keyfile, TLSA_SHA2_512);
	if (full)
		add_key(candidates, keyfile, TLSA_FULL);
}

void
candidates_clear(struct candidates *candidates)
{
	size_t i;

	for (i = 0; i < candidates->count; i++) {
		tlsa_clear(&candidates->items[i].record);
		free(candidates->items[i].comment);
	}
	free(candidates->items);
	candidates->items = NULL;
	candidates->count = 0;
}
