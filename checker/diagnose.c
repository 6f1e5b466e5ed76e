#include "checker/diagnose.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "checker/advice.h"
#include "checker/derive.h"
#include "checker/evidence.h"
#include "checker/issuers.h"
#include "checker/make.h"
#include "checker/match.h"
#include "resolver/memory.h"
#include "resolver/text.h"

/* Digits in which a record may differ and still be a typing error. */
#define NEAR 4

/* The kind of record that fits a certificate at DEPTH. */
static enum tlsa_usage
usage_at(size_t depth)
{
	return depth == 0 ? TLSA_DANE_EE : TLSA_DANE_TA;
}

/* "publish  _25._tcp.mx.example.org. IN TLSA 3 1 1 ...". LINE is taken over. */
static void
advise(struct diagnosis *diagnosis, char *line)
{
	if (line != NULL)
		diagnosis->advice = memory_format("publish  %s", line);
	free(line);
}

static void
advise_own_key(struct diagnosis *diagnosis,
    const struct diagnose_input *input)
{
	advise(diagnosis, advice_own_key(input->rules, input->owner));
}

/*
 * The record as it should have been; where that would fail too, by names, dates or
 * the chain, the text says so and the advice is what does match.
 */
static void
advise_record(struct diagnosis *diagnosis, const struct diagnose_input *input,
    size_t depth, enum tlsa_selector selector,
    enum tlsa_matching_type matching_type)
{
	char *line = advice_line_beside(input->rules, input->owner, depth,
	    selector, matching_type), *text = diagnosis->text;

	if (line != NULL) {
		advise(diagnosis, line);
		return;
	}
	diagnosis->text = memory_format("%s; put right, it would still not "
	    "match", text);
	free(text);
	advise_own_key(diagnosis, input);
}

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

/* Whether the record's data is what a certificate gives in another form. */
static bool
data_is(const struct tlsa *record, const struct certificate *certificate,
    enum tlsa_selector selector, enum tlsa_matching_type matching_type)
{
	struct tlsa made;
	bool same;

	if (!make_tlsa(&made, certificate, TLSA_DANE_EE, selector,
	    matching_type))
		return false;
	same = made.size == record->size &&
	    memcmp(made.data, record->data, made.size) == 0;
	free(made.data);
	return same;
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
		advise_own_key(diagnosis, input);
		return true;
	}
	return false;
}

static bool
explain_usage(struct diagnosis *diagnosis,
    const struct diagnose_input *input)
{
	const struct tlsa *record = input->record;
	size_t i;

	if (!record->usable)
		return false;
	for (i = 0; i < input->chain->count; i++) {
		if (!match_is_of(record, &input->chain->certificates[i]) ||
		    record->usage == usage_at(i))
			continue;
		diagnosis->code = i == 0 ? FINDING_USAGE_2_NAMES_LEAF :
		    FINDING_USAGE_3_NAMES_ISSUER;
		diagnosis->text = i == 0 ?
		    memory_format("has usage 2, an authority, but is of the "
		    "server's own %s: its usage must be 3",
		    selector_name(record->selector)) :
		    memory_format("has usage 3, the server's own, but is of "
		    "the %s of the authority %s: its usage must be 2",
		    selector_name(record->selector), subject_at(input, i));
		advise_record(diagnosis, input, i,
		    (enum tlsa_selector)record->selector,
		    (enum tlsa_matching_type)record->matching_type);
		return true;
	}
	return false;
}

static bool
explain_selector(struct diagnosis *diagnosis,
    const struct diagnose_input *input)
{
	const struct tlsa *record = input->record;
	const enum tlsa_selector other = record->selector == TLSA_SPKI ?
	    TLSA_CERT : TLSA_SPKI;
	size_t i;

	for (i = 0; i < input->chain->count; i++) {
		if (!data_is(record, &input->chain->certificates[i], other,
		    (enum tlsa_matching_type)record->matching_type))
			continue;
		diagnosis->code = FINDING_SELECTOR_SWAPPED;
		diagnosis->text = memory_format("has selector %d, the %s, but "
		    "is of the %s of %s: its selector must be %d",
		    record->selector, selector_name(record->selector),
		    selector_name(other), subject_at(input, i), other);
		advise_record(diagnosis, input, i, other,
		    (enum tlsa_matching_type)record->matching_type);
		return true;
	}
	return false;
}

static bool
explain_matching_type(struct diagnosis *diagnosis,
    const struct diagnose_input *input)
{
	const struct tlsa *record = input->record;
	size_t i;
	int selector, type;

	for (i = 0; i < input->chain->count; i++) {
		for (selector = 0; selector < 2; selector++) {
			for (type = TLSA_FULL; type <= TLSA_SHA2_512; type++) {
				if (type == record->matching_type || !data_is(
				    record, &input->chain->certificates[i],
				    (enum tlsa_selector)selector,
				    (enum tlsa_matching_type)type))
					continue;
				diagnosis->code =
				    FINDING_MATCHING_TYPE_SWAPPED;
				diagnosis->text = memory_format("has matching "
				    "type %d, %s, but holds the %s of the %s "
				    "of %s", record->matching_type,
				    matching_type_name(record->matching_type),
				    matching_type_name(type),
				    selector_name(selector),
				    subject_at(input, i));
				advise_record(diagnosis, input, i,
				    (enum tlsa_selector)selector,
				    type == TLSA_FULL ? TLSA_SHA2_256 :
				    (enum tlsa_matching_type)type);
				return true;
			}
		}
	}
	return false;
}

/* Digests of what people take for the key or the certificate. */
static bool
explain_other_forms(struct diagnosis *diagnosis,
    const struct diagnose_input *input)
{
	const struct tlsa *record = input->record;
	const char *what;
	bool pem;
	size_t i;

	for (i = 0; i < input->chain->count; i++) {
		what = derive_find(record->data, record->size,
		    &input->chain->certificates[i], &pem);
		if (what == NULL)
			continue;
		diagnosis->code = pem ? FINDING_DIGEST_OF_PEM :
		    FINDING_MATCHING_TYPE_SWAPPED;
		diagnosis->text = memory_format("holds the %s of %s; it must "
		    "be a SHA2-256 or SHA2-512 of the whole DER encoding", what,
		    subject_at(input, i));
		advise_record(diagnosis, input, i,
		    record->selector == TLSA_SPKI ? TLSA_SPKI : TLSA_CERT,
		    TLSA_SHA2_256);
		return true;
	}
	return false;
}

/* The data is text, and what the text says would have been right. */
static bool
explain_text(struct diagnosis *diagnosis, const struct diagnose_input *input)
{
	struct tlsa decoded = *input->record;
	const char *form;
	bool found = false;
	size_t i;
	int selector, type;

	form = derive_decode(input->record->data, input->record->size,
	    &decoded.data, &decoded.size);
	if (form == NULL)
		return false;
	for (i = 0; i < input->chain->count && !found; i++) {
		for (selector = 0; selector < 2 && !found; selector++) {
			for (type = 0; type <= TLSA_SHA2_512 && !found; type++)
				found = data_is(&decoded,
				    &input->chain->certificates[i],
				    (enum tlsa_selector)selector,
				    (enum tlsa_matching_type)type);
		}
	}
	free(decoded.data);
	if (!found)
		return false;
	diagnosis->code = FINDING_DATA_NOT_HEX_DECODED;
	diagnosis->text = memory_format("holds text: the octets are letters "
	    "and digits, %s of the right ones", form);
	advise_record(diagnosis, input, i - 1,
	    (enum tlsa_selector)(selector - 1),
	    type - 1 == TLSA_FULL ? TLSA_SHA2_256 :
	    (enum tlsa_matching_type)(type - 1));
	return true;
}

static bool
explain_nearness(struct diagnosis *diagnosis,
    const struct diagnose_input *input)
{
	const struct tlsa *record = input->record;
	size_t i, distance, where = 0;
	struct tlsa made;

	if (record->matching_type == TLSA_FULL)
		return false;
	for (i = 0; i < input->chain->count; i++) {
		if (record->usage != usage_at(i) ||
		    !make_tlsa(&made, &input->chain->certificates[i],
		    usage_at(i), (enum tlsa_selector)record->selector,
		    (enum tlsa_matching_type)record->matching_type))
			continue;
		distance = derive_distance(record->data, record->size,
		    made.data, made.size, &where);
		free(made.data);
		if (distance == 0 || distance > NEAR)
			continue;
		diagnosis->code = FINDING_NEARLY_MATCHES;
		diagnosis->text = memory_format("is that of the %s of %s but "
		    "for a slip in typing: %zu digit%s, the first at place "
		    "%zu", selector_name(record->selector),
		    subject_at(input, i), distance, distance == 1 ? "" : "s",
		    where + 1);
		advise_record(diagnosis, input, i,
		    (enum tlsa_selector)record->selector,
		    (enum tlsa_matching_type)record->matching_type);
		return true;
	}
	return false;
}

/* Whether a handshake elsewhere presents what the record is of. */
static bool
is_presented(const struct tlsa *record, const struct chain *chain)
{
	size_t i;

	for (i = 0; i < chain->count; i++) {
		if (record->usage == usage_at(i) &&
		    match_is_of(record, &chain->certificates[i]))
			return true;
	}
	return false;
}

/* Whether the handshake in question is one with this address. */
static bool
is_here(const struct diagnose_input *input,
    const struct endpoint_evidence *endpoint)
{
	return input->shake >= endpoint->shakes &&
	    input->shake < endpoint->shakes + endpoint->shake_count;
}

static void
say_elsewhere(struct diagnosis *diagnosis,
    const struct diagnose_input *input, const struct host_evidence *host,
    const struct endpoint_evidence *endpoint,
    const struct handshake *handshake)
{
	const char *type = key_type_name(handshake->key_type);
	char *address;

	diagnosis->code = FINDING_MATCHES_ELSEWHERE;
	advise_own_key(diagnosis, input);
	if (is_here(input, endpoint)) {
		diagnosis->text = memory_format("is of the certificate for %s "
		    "that this server holds as well, not of the one for %s",
		    type, key_type_name(
		    input->chain->certificates[0].key_type));
		return;
	}
	address = address_text(&endpoint->address);
	diagnosis->text = memory_format("matches what %s [%s] presents (%s), "
	    "but not what is presented here: one of the two was left behind",
	    host->name, address, type);
	free(address);
}

/* Another handshake, of the same address or of others, that the record is of. */
static bool
find_elsewhere(struct diagnosis *diagnosis,
    const struct diagnose_input *input, bool here)
{
	const struct host_evidence *host;
	const struct endpoint_evidence *endpoint;
	size_t i, j, k;

	for (i = 0; i < input->evidence->host_count; i++) {
		host = &input->evidence->hosts[i];
		for (j = 0; j < host->endpoint_count; j++) {
			endpoint = &host->endpoints[j];
			if (is_here(input, endpoint) != here)
				continue;
			for (k = 0; k < endpoint->shake_count; k++) {
				if (!is_presented(input->record, endpoint->
				    shakes[k].handshake->chain))
					continue;
				say_elsewhere(diagnosis, input, host, endpoint,
				    endpoint->shakes[k].handshake);
				return true;
			}
		}
	}
	return false;
}

static bool
explain_elsewhere(struct diagnosis *diagnosis,
    const struct diagnose_input *input)
{
	if (!input->failing || !input->record->usable ||
	    input->evidence == NULL)
		return false;
	return find_elsewhere(diagnosis, input, true) ||
	    find_elsewhere(diagnosis, input, false);
}

/* An authority that a record may be of. */
struct known_authority {
	char			*name;		/* owned; NULL: there is none */
	const struct issuer	*issuer;	/* borrowed; NULL: of the store */
};

static struct known_authority
find_authority(const struct diagnose_input *input)
{
	const struct authority_finder *finder = input->authorities;
	const struct issuer *issuer = issuers_find(input->record);

	return (struct known_authority){
		.name = issuer != NULL ? memory_string(issuer->name) :
		    finder != NULL ?
		    finder->find(finder->argument, input->record) : NULL,
		.issuer = issuer,
	};
}

/* Whether the chain, longer by the authority's certificate, would lead up to it. */
static bool
continues(const struct chain *chain, const struct known_authority *authority)
{
	const struct certificate *top = &chain->certificates[chain->count - 1];

	if (top->self_signed)
		return false;
	return authority->issuer != NULL ?
	    issuers_is_subject(authority->issuer, top->issuer) :
	    strcmp(authority->name, top->issuer) == 0;
}

/* Puts another way out before the advice. */
static void
advise_appending(struct diagnosis *diagnosis, const char *authority,
    const char *condition)
{
	char *advice = diagnosis->advice;

	if (advice == NULL)
		return;
	diagnosis->advice = memory_format("append the certificate of %s to "
	    "the chain that the server sends%s, or\n%s", authority, condition,
	    advice);
	free(advice);
}

/*
 * Records of a digest alone say nothing to a sender that is not sent the rest; those
 * of usage 2 with matching type 0 do (RFC 7671 5.2.2).
 */
static bool
wants_sending(const struct diagnose_input *input)
{
	return input->failing && input->record->usable &&
	    input->record->usage == TLSA_DANE_TA &&
	    input->record->matching_type != TLSA_FULL;
}

/* An authority that is known, and that the server does not send. */
static bool
explain_issuer(struct diagnosis *diagnosis,
    const struct diagnose_input *input)
{
	struct known_authority authority;

	if (!wants_sending(input))
		return false;
	authority = find_authority(input);
	if (authority.name == NULL)
		return false;
	diagnosis->code = FINDING_ISSUER_NOT_SENT;
	advise_own_key(diagnosis, input);
	if (authority.issuer != NULL &&
	    authority.issuer->state == ISSUER_RETIRED) {
		diagnosis->code = FINDING_ISSUER_RETIRED;
		diagnosis->text = memory_format("names %s, an authority that "
		    "has retired and issues no more certificates",
		    authority.name);
	} else if (continues(input->chain, &authority)) {
		diagnosis->text = memory_format("names %s, which the server "
		    "does not send; senders use no store of authorities, so "
		    "for them it is not there", authority.name);
		advise_appending(diagnosis, authority.name, "");
	} else {
		diagnosis->text = memory_format("names %s, which the server "
		    "does not send and which is not known to have issued what "
		    "it sends: that was %s", authority.name,
		    input->chain->certificates[0].issuer);
	}
	free(authority.name);
	return true;
}

/*
 * Nobody knows the authority, but where the chain stops short of its root it may be
 * that one: the commonest mistake with usage 2.
 */
static bool
explain_short_chain(struct diagnosis *diagnosis,
    const struct diagnose_input *input)
{
	const struct certificate *top =
	    &input->chain->certificates[input->chain->count - 1];

	if (!wants_sending(input) || top->self_signed)
		return false;
	diagnosis->code = FINDING_ISSUER_NOT_SENT;
	diagnosis->text = memory_format("is of no authority that the server "
	    "sends. The last certificate sent, %s, was issued by %s, which is "
	    "not sent: if the record is of that, senders cannot know",
	    top->subject, top->issuer);
	advise_own_key(diagnosis, input);
	advise_appending(diagnosis, top->issuer, ", if it is the one");
	return true;
}

bool
diagnose(struct diagnosis *diagnosis, const struct diagnose_input *input)
{
	/* The most telling first. */
	static bool (*const explanations[])(struct diagnosis *,
	    const struct diagnose_input *) = {
		explain_nothing,
		explain_usage,
		explain_selector,
		explain_matching_type,
		explain_other_forms,
		explain_text,
		explain_nearness,
		explain_elsewhere,
		explain_issuer,
		explain_short_chain,
	};
	const struct tlsa *record = input->record;
	size_t i;

	memset(diagnosis, 0, sizeof(*diagnosis));
	if ((record->usage != TLSA_DANE_TA && record->usage != TLSA_DANE_EE) ||
	    record->selector > TLSA_SPKI ||
	    record->matching_type > TLSA_SHA2_512 || record->size == 0)
		return false;
	for (i = 0; i < sizeof(explanations) / sizeof(explanations[0]); i++) {
		if (explanations[i](diagnosis, input))
			return true;
	}
	return false;
}
