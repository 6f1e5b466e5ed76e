#include "checker/judge/diagnose_parts.h"

#include <stdlib.h>
#include <string.h>

#include "checker/evidence/evidence.h"
#include "checker/tlsa/advice.h"
#include "checker/tlsa/known_cas.h"
#include "checker/tlsa/match.h"
#include "resolver/memory.h"

void
diagnose_advise_own_key(struct diagnosis *diagnosis,
    const struct diagnose_input *input)
{
	char *line = advice_own_key(input->rules, input->owner);

	if (line != NULL)
		diagnosis->advice = memory_format("publish  %s", line);
	free(line);
}

/* Whether a handshake presents what the record is of, by usage and data. */
static bool
is_presented(const struct tlsa *record, const struct chain *chain)
{
	size_t i;

	for (i = 0; i < chain->count; i++) {
		if (record->usage == advice_usage(i) &&
		    (i == 0 || !chain_repeats_own(chain, i)) &&
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
	return input->shake >= endpoint->handshakes &&
	    input->shake < endpoint->handshakes + endpoint->handshake_count;
}

static void
say_elsewhere(struct diagnosis *diagnosis,
    const struct diagnose_input *input, const struct host_evidence *host,
    const struct endpoint_evidence *endpoint,
    const struct handshake *handshake)
{
	const char *type = key_type_name(handshake->key_type);
	char *address, *advice;

	diagnosis->code = FINDING_MATCHES_ELSEWHERE;
	diagnose_advise_own_key(diagnosis, input);
	if (is_here(input, endpoint)) {
		diagnosis->text = memory_format("is of the certificate for %s "
		    "that this server holds as well%s, not of the one for %s",
		    type, input->record->usage == TLSA_DANE_TA ?
		    ", or above it" : "", key_type_name(
		    input->chain->certificates[0].key_type));
		return;
	}
	address = address_text(&endpoint->address);
	diagnosis->text = memory_format("matches what %s [%s] presents (%s), "
	    "but not what is presented here: one of the two was left behind",
	    host->name, address, type);
	advice = diagnosis->advice;
	diagnosis->advice = memory_format("have it present what [%s] does%s%s",
	    address, advice != NULL ? ", or\n" : "",
	    advice != NULL ? advice : "");
	free(advice);
	free(address);
}

/*
 * Another handshake, of the same address or of others, that the record is of.
 */
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
			for (k = 0; k < endpoint->handshake_count; k++) {
				if (!is_presented(input->record, endpoint->
				    handshakes[k].handshake->chain))
					continue;
				say_elsewhere(diagnosis, input, host, endpoint,
				    endpoint->handshakes[k].handshake);
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
	const struct known_ca	*issuer;	/* borrowed; NULL: of a store */
};

static struct known_authority
find_authority(const struct diagnose_input *input)
{
	const struct ca_lookup *finder = input->ca_lookup;
	const struct known_ca *issuer = known_cas_find(input->known_cas,
	    input->record);

	return (struct known_authority){
		.name = issuer != NULL ? memory_string(issuer->name) :
		    finder != NULL ?
		    finder->find(finder->argument, input->record) : NULL,
		.issuer = issuer,
	};
}

/* The certificate of the chain that is called NAME, or NULL. */
static const struct certificate *
find_subject(const struct chain *chain, const char *name)
{
	size_t i;

	for (i = 0; i < chain->count; i++) {
		if (strcmp(chain->certificates[i].subject, name) == 0)
			return &chain->certificates[i];
	}
	return NULL;
}

/*
 * Where the way up from the server's own certificate ends, in whatever order
 * they were sent: the one whose issuer is not among them. NULL: it ends at one
 * that signed itself, or leads in a circle.
 */
static const struct certificate *
top_of(const struct chain *chain)
{
	const struct certificate *top = chain->certificates, *issuer;
	size_t steps;

	for (steps = 0; steps < chain->count && !top->self_signed; steps++) {
		issuer = find_subject(chain, top->issuer);
		if (issuer == NULL)
			return top;
		top = issuer;
	}
	return NULL;
}

/*
 * Whether the chain, longer by the authority's certificate, would lead up to
 * it.
 */
static bool
continues(const struct chain *chain, const struct known_authority *authority)
{
	const struct certificate *top = top_of(chain);

	if (top == NULL)
		return false;
	return authority->issuer != NULL ?
	    known_cas_is_subject(authority->issuer, top->issuer) :
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
 * Records of a digest alone say nothing to a sender that is not sent the rest;
 * those of usage 2 with matching type 0 do (RFC 7671 5.2.2).
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
	diagnose_advise_own_key(diagnosis, input);
	if (authority.issuer != NULL &&
	    authority.issuer->state == KNOWN_CA_RETIRED) {
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
 * Nobody knows the authority, but where the chain stops short of its root it
 * may be that one: the commonest mistake with usage 2.
 */
static bool
explain_short_chain(struct diagnosis *diagnosis,
    const struct diagnose_input *input)
{
	const struct certificate *top = top_of(input->chain);

	if (!wants_sending(input) || top == NULL || input->chain->truncated)
		return false;
	diagnosis->code = FINDING_ISSUER_NOT_SENT;
	diagnosis->text = memory_format("is of no authority that the server "
	    "sends. What it sends ends with %s, issued by %s, which is not "
	    "sent: if the record is of that, senders cannot know",
	    top->subject, top->issuer);
	diagnose_advise_own_key(diagnosis, input);
	advise_appending(diagnosis, top->issuer, ", if it is the one");
	return true;
}

bool
diagnose(struct diagnosis *diagnosis, const struct diagnose_input *input)
{
	const struct tlsa *record = input->record;

	memset(diagnosis, 0, sizeof(*diagnosis));
	/* One that is of what is there has no fault of its own. */
	if ((record->usage != TLSA_DANE_TA && record->usage != TLSA_DANE_EE) ||
	    record->selector > TLSA_SPKI ||
	    record->matching_type > TLSA_SHA2_512 || record->size == 0 ||
	    is_presented(record, input->chain))
		return false;
	/* The most telling first. */
	return diagnose_data(diagnosis, input) ||
	    explain_elsewhere(diagnosis, input) ||
	    explain_issuer(diagnosis, input) ||
	    explain_short_chain(diagnosis, input);
}
