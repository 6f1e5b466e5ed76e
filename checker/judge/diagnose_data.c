#include "checker/judge/diagnose_parts.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "checker/judge/shared_rrset.h"
#include "checker/tlsa/advice.h"
#include "checker/tlsa/match.h"
#include "checker/tlsa/misencoding.h"
#include "resolver/memory.h"
#include "smtp/chain.h"

/* Digits in which a record may differ and still be a typing error. */
#define NEAR 4

/* A certificate of the chain as the data of a record. */
struct form {
	size_t			depth;
	enum tlsa_selector	selector;
	enum tlsa_matching_type	matching_type;
};

static const char *
selector_name(int selector)
{
	return selector == TLSA_SPKI ? "public key" : "certificate";
}

static const char *
matching_type_name(int matching_type)
{
	return matching_type == TLSA_FULL ? "whole data" :
	    matching_type == TLSA_SHA2_256 ? "SHA2-256" : "SHA2-512";
}

static const char *
subject_at(const struct diagnose_input *input, size_t depth)
{
	return input->chain->certificates[depth].subject;
}

/*
 * "the SHA2-256 of the public key of CN=mx.example.org". Owned by the caller.
 */
static char *
form_text(const struct diagnose_input *input, const struct form *form)
{
	const char *subject = subject_at(input, form->depth);

	if (form->matching_type == TLSA_FULL)
		return memory_format("the whole %s of %s",
		    selector_name(form->selector), subject);
	return memory_format("the %s of the %s of %s",
	    matching_type_name(form->matching_type),
	    selector_name(form->selector), subject);
}

/* The digest that the record says it has, or else SHA2-256. */
static enum tlsa_matching_type
digest_for(const struct tlsa *record)
{
	return record->matching_type == TLSA_SHA2_512 ? TLSA_SHA2_512 :
	    TLSA_SHA2_256;
}

/* Whether a record of the form is published, with that digest. */
static bool
has_digest(const struct tlsa_set *set, const struct form *form,
    enum tlsa_matching_type digest)
{
	size_t i;

	for (i = 0; i < set->count; i++) {
		if (set->records[i].usable &&
		    set->records[i].usage == advice_usage(form->depth) &&
		    set->records[i].selector == form->selector &&
		    set->records[i].matching_type == digest)
			return true;
	}
	return false;
}

/* The form in which it would count beside the records that are published. */
static struct form
form_beside(const struct diagnose_input *input, const struct form *form)
{
	struct form beside = *form;

	/* All of it makes large answers: who did not ask for it needs none. */
	if (form->matching_type == TLSA_FULL &&
	    input->record->matching_type != TLSA_FULL)
		beside.matching_type = digest_for(input->record);
	/* A first SHA2-512 would set records aside (RFC 7671 9). */
	if (beside.matching_type == TLSA_SHA2_512 &&
	    has_digest(input->rules->records, &beside, TLSA_SHA2_256))
		beside.matching_type = TLSA_SHA2_256;
	beside.matching_type = advice_type(input->rules, beside.depth,
	    beside.selector, beside.matching_type);
	return beside;
}

/*
 * "its usage must be 3, its selector must be 1", after FIRST. Owned, or NULL.
 */
static char *
changes_to(const struct tlsa *record, const struct form *form,
    const char *first)
{
	const struct {
		const char	*name;
		int		 is, must;
	} fields[] = {
		{ "usage", record->usage, (int)advice_usage(form->depth) },
		{ "selector", record->selector, (int)form->selector },
		{ "matching type", record->matching_type,
		    (int)form->matching_type },
	};
	char *text = memory_string(first), *change;
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (fields[i].is == fields[i].must)
			continue;
		change = memory_format("its %s must be %d", fields[i].name,
		    fields[i].must);
		text = memory_join(text, ", ", change);
		free(change);
	}
	return text;
}

/*
 * Advises to remove the record as well, which nothing can match: beside the
 * right one it would be as wrong.
 */
static void
advise_removal(struct diagnosis *diagnosis, const struct diagnose_input *input)
{
	const struct tlsa_set *set = input->rules->records;
	const bool authenticated = !input->failing ||
	    advice_list_count(&diagnosis->advice, ADVICE_PUBLISH) > 0;

	if (input->host != NULL && authenticated && shared_rrset_is_stale(
	    input->evidence, input->host,
	    (size_t)(input->record - set->records)))
		advice_add_remove(&diagnosis->advice, input->rrset,
		    input->record);
}

/*
 * Says WHAT the record is, in words (becomes owned), and what must be changed
 * (MUST first, may be NULL) to make the record of FORM of it; or that this
 * would not help.
 */
static void
conclude(struct diagnosis *diagnosis, const struct diagnose_input *input,
    const struct form *form, char *what, const char *must)
{
	const struct form beside = form_beside(input, form);
	const struct tlsa kind = { .selector = (uint8_t)beside.selector,
		.matching_type = (uint8_t)beside.matching_type };
	char *text;

	if (advice_add_tried(&diagnosis->advice, input->rrset, input->rules,
	    beside.depth, &kind)) {
		text = changes_to(input->record, &beside, must);
		diagnosis->text = memory_format("%s%s%s", what,
		    text != NULL ? ": " : "", text != NULL ? text : "");
	} else {
		text = advice_why_not(input->rules, beside.depth,
		    beside.selector, beside.matching_type);
		diagnosis->text = memory_format("%s; corrected, it would still "
		    "not match: %s", what, text);
		if (input->failing)
			advice_add_own_key(&diagnosis->advice, input->rrset,
			    input->rules);
	}
	advise_removal(diagnosis, input);
	free(text);
	free(what);
}

/* The certificate, and the form of it, that the data is in fact. */
static bool
find_form(const struct chain *chain, uint8_t *data, size_t size,
    struct form *form)
{
	struct tlsa record = { .data = data, .size = size };
	size_t depth;
	int selector, type;

	for (depth = 0; depth < chain->count; depth++) {
		for (selector = TLSA_CERT; selector <= TLSA_SPKI; selector++) {
			for (type = TLSA_FULL; type <= TLSA_SHA2_512; type++) {
				record.selector = (uint8_t)selector;
				record.matching_type = (uint8_t)type;
				if (!match_is_of(&record,
				    &chain->certificates[depth]))
					continue;
				form->depth = depth;
				form->selector = (enum tlsa_selector)selector;
				form->matching_type =
				    (enum tlsa_matching_type)type;
				return true;
			}
		}
	}
	return false;
}

static bool
explain_nothing(struct diagnosis *diagnosis,
    const struct diagnose_input *input)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	const struct tlsa *record = input->record;
	unsigned int size;
	int i;

	for (i = 0; i < 2; i++) {
		EVP_Digest("", 0, digest, &size, i == 0 ? EVP_sha256() :
		    EVP_sha512(), NULL);
		if (size != record->size ||
		    memcmp(digest, record->data, size) != 0)
			continue;
		diagnosis->code = FINDING_DIGEST_OF_NOTHING;
		diagnosis->text = memory_format("is the %s of nothing at all: "
		    "the command that made it was given no input",
		    i == 0 ? "SHA2-256" : "SHA2-512");
		advice_add_own_key(&diagnosis->advice, input->rrset,
		    input->rules);
		advise_removal(diagnosis, input);
		return true;
	}
	return false;
}

static void
add_usage(struct diagnosis *diagnosis,
    const struct diagnose_input *input, const struct form *form)
{
	const char *selector = selector_name(form->selector);
	char *what;

	if (form->depth == 0) {
		diagnosis->code = FINDING_USAGE_2_NAMES_LEAF;
		what = memory_format("has usage 2, a CA, but is of the "
		    "server's own %s", selector);
	} else {
		diagnosis->code = FINDING_USAGE_3_NAMES_ISSUER;
		what = memory_format("has usage 3, the server's own, but is of "
		    "the %s of %s, sent above it", selector,
		    subject_at(input, form->depth));
	}
	conclude(diagnosis, input, form, what, NULL);
}

static void
add_selector(struct diagnosis *diagnosis,
    const struct diagnose_input *input, const struct form *form)
{
	const struct tlsa *record = input->record;

	diagnosis->code = FINDING_SELECTOR_SWAPPED;
	conclude(diagnosis, input, form, memory_format("has selector %d, the "
	    "%s, but is of the %s of %s", record->selector,
	    selector_name(record->selector), selector_name(form->selector),
	    subject_at(input, form->depth)), NULL);
}

static void
add_matching_type(struct diagnosis *diagnosis,
    const struct diagnose_input *input, const struct form *form)
{
	const struct tlsa *record = input->record;
	char *text = form_text(input, form);

	diagnosis->code = FINDING_MATCHING_TYPE_SWAPPED;
	conclude(diagnosis, input, form, memory_format("has matching type %d, "
	    "%s, but holds %s", record->matching_type,
	    matching_type_name(record->matching_type), text),
	    form->matching_type == TLSA_FULL ?
	    "it must be the digest of that" : NULL);
	free(text);
}

/*
 * The data is of a certificate that is there; one of the three numbers is not.
 */
static bool
explain_numbers(struct diagnosis *diagnosis,
    const struct diagnose_input *input)
{
	const struct tlsa *record = input->record;
	struct form form;

	if (!find_form(input->chain, record->data, record->size, &form))
		return false;
	if (form.matching_type != record->matching_type)
		add_matching_type(diagnosis, input, &form);
	else if (form.selector != record->selector)
		add_selector(diagnosis, input, &form);
	else
		add_usage(diagnosis, input, &form);
	return true;
}

/* Digests of what people take for the key or the certificate. */
static bool
explain_other_forms(struct diagnosis *diagnosis,
    const struct diagnose_input *input)
{
	const struct tlsa *record = input->record;
	struct form form = { 0, record->selector, digest_for(record) };
	const char *what = NULL;
	bool pem;

	for (; form.depth < input->chain->count; form.depth++) {
		what = misencoding_find(record->data, record->size,
		    &input->chain->certificates[form.depth], &pem);
		if (what != NULL)
			break;
	}
	if (what == NULL)
		return false;
	diagnosis->code = pem ? FINDING_DIGEST_OF_PEM :
	    FINDING_MATCHING_TYPE_SWAPPED;
	conclude(diagnosis, input, &form, memory_format("holds the %s of %s",
	    what, subject_at(input, form.depth)), "it must be a SHA2-256 or "
	    "SHA2-512 of the whole DER encoding");
	return true;
}

/* The data is text, and what the text says would have been right. */
static bool
explain_text(struct diagnosis *diagnosis, const struct diagnose_input *input)
{
	const struct tlsa *record = input->record;
	struct form form;
	uint8_t *decoded;
	size_t size;
	const char *name;
	char *text, *must;
	bool found;

	name = misencoding_decode(record->data, record->size, &decoded, &size);
	if (name == NULL)
		return false;
	found = find_form(input->chain, decoded, size, &form);
	free(decoded);
	if (!found)
		return false;
	diagnosis->code = FINDING_DATA_NOT_HEX_DECODED;
	text = form_text(input, &form);
	if (form.matching_type == TLSA_FULL)
		form.matching_type = digest_for(record);
	must = memory_format("it must be the octets of the %s",
	    matching_type_name(form_beside(input, &form).matching_type));
	conclude(diagnosis, input, &form, memory_format("holds text, %s of %s",
	    name, text), must);
	free(must);
	free(text);
	return true;
}

/* As explain_nearness; one certificate and selector. */
static bool
is_near(struct diagnosis *diagnosis, const struct diagnose_input *input,
    const struct form *form)
{
	const struct tlsa *record = input->record;
	size_t distance, where = 0;
	struct tlsa made;

	tlsa_of_certificate(&made, &input->chain->certificates[form->depth],
	    advice_usage(form->depth), form->selector, form->matching_type);
	distance = misencoding_distance(record->data, record->size, made.data,
	    made.size, &where);
	free(made.data);
	if (distance == 0 || distance > NEAR)
		return false;
	diagnosis->code = FINDING_NEARLY_MATCHES;
	conclude(diagnosis, input, form, memory_format("is that of the %s of "
	    "%s but for a slip in typing (%zu digit%s, the first at place "
	    "%zu)", selector_name(form->selector),
	    subject_at(input, form->depth), distance,
	    distance == 1 ? "" : "s", where + 1), NULL);
	return true;
}

static bool
explain_nearness(struct diagnosis *diagnosis,
    const struct diagnose_input *input)
{
	const struct tlsa *record = input->record;
	struct form form = { 0, record->selector, record->matching_type };

	if (record->matching_type == TLSA_FULL)
		return false;
	for (; form.depth < input->chain->count; form.depth++) {
		for (form.selector = TLSA_CERT;
		    form.selector <= TLSA_SPKI; form.selector++) {
			if (is_near(diagnosis, input, &form))
				return true;
		}
	}
	return false;
}

bool
diagnose_data(struct diagnosis *diagnosis, const struct diagnose_input *input)
{
	/* The most telling first. */
	return explain_nothing(diagnosis, input) ||
	    explain_numbers(diagnosis, input) ||
	    explain_other_forms(diagnosis, input) ||
	    explain_text(diagnosis, input) ||
	    explain_nearness(diagnosis, input);
}
