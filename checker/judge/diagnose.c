#include "checker/judge/diagnose_parts.h"

#include <stdlib.h>
#include <string.h>

#include "checker/evidence/endpoint_ends.h"
#include "checker/evidence/evidence.h"
#include "checker/tlsa/advice.h"
#include "checker/tlsa/known_cas.h"
#include "checker/tlsa/match.h"
#include "resolver/memory.h"
#include "smtp/chain.h"

static void
advise_own_key(struct diagnosis *diagnosis,
    const struct diagnose_input *input)
{
	advice_add_own_key(&diagnosis->advice, input->rrset, input->rules);
}

/* The same after another way out, which becomes owned. */
static void
advise_or_own_key(struct diagnosis *diagnosis,
    const struct diagnose_input *input, char *way_out)
{
	struct advice_list own = { NULL, 0 };
	const bool either = advice_add_own_key(&own, input->rrset,
	    input->rules);

	advice_add_text(&diagnosis->advice, "%s%s", way_out,
	    either ? ", or" : "");
	advice_list_append(&diagnosis->advice, &own);
	free(way_out);
}

/* Whether the handshake in question is one with this address. */
static bool
is_here(const struct diagnose_input *input,
    const struct endpoint_evidence *endpoint)
{
	return input->handshake >= endpoint->handshakes &&
	    input->handshake < endpoint->handshakes + endpoint->handshake_count;
}

/*
 * Whether all that an address presents would pass here as well, held against
 * this host's records and names: it can be told to do the same then.
 */
static bool
would_pass_here(const struct diagnose_input *input,
    const struct endpoint_evidence *endpoint)
{
	struct match_input rules = *input->rules;
	struct match_result *results;
	bool passes = endpoint->outcome == OUTCOME_DONE &&
	    endpoint->ending_count == 0 && endpoint->incomplete == NULL;
	size_t i;

	for (i = 0; passes && i < endpoint->handshake_count; i++) {
		rules.chain = endpoint->handshakes[i].seen->chain;
		results = match_chain(&rules);
		passes = match_any(results, rules.records->count, MATCH_MATCH);
		match_free(results, rules.records->count);
	}
	return passes;
}

/* A handshake that presents what the record is of, and where. */
struct elsewhere {
	const struct host_evidence	*host;		/* borrowed */
	const struct endpoint_evidence	*endpoint;	/* borrowed */
	const struct handshake_evidence	*handshake;	/* borrowed */
	bool				 would_pass;	/* here */
};

/* At the same address, with a certificate of another key type. */
static void
add_here(struct diagnosis *diagnosis, const struct diagnose_input *input,
    const struct elsewhere *found)
{
	diagnosis->code = FINDING_MATCHES_ELSEWHERE;
	diagnosis->text = memory_format("is of the certificate for %s that "
	    "this server holds as well%s, not of the one for %s",
	    key_type_name(found->handshake->seen->key_type),
	    input->record->usage == TLSA_DANE_TA ? ", or above it" : "",
	    key_type_name(input->chain->certificates[0].key_type));
	advise_own_key(diagnosis, input);
}

/* "in 2 of 5 connections", or OTHERWISE. Owned by the caller. */
static char *
share_of(const struct handshake_evidence *handshake, const char *otherwise)
{
	char *share = endpoint_ends_share(handshake->shown, handshake->asked);

	return share != NULL ? share : memory_string(otherwise);
}

/* At the same address, of the same key type: by another machine behind it. */
static void
add_other_machine(struct diagnosis *diagnosis,
    const struct diagnose_input *input, const struct elsewhere *found)
{
	char *there = share_of(found->handshake, "in other connections");
	char *here = share_of(input->handshake, "in these");

	diagnosis->code = FINDING_MATCHES_ELSEWHERE;
	diagnosis->text = memory_format("matches what is presented at this "
	    "address %s, but not what is presented %s: the machines that share "
	    "it differ", there, here);
	if (found->would_pass)
		advise_or_own_key(diagnosis, input, memory_string("have every "
		    "machine present the same"));
	else
		advise_own_key(diagnosis, input);
	free(there);
	free(here);
}

static void
add_elsewhere(struct diagnosis *diagnosis,
    const struct diagnose_input *input, const struct elsewhere *found)
{
	char *address = address_text(&found->endpoint->address);

	diagnosis->code = FINDING_MATCHES_ELSEWHERE;
	diagnosis->text = memory_format("matches what %s [%s] presents (%s), "
	    "but not what is presented here: one of the two was left behind",
	    found->host->name, address,
	    key_type_name(found->handshake->seen->key_type));
	if (found->would_pass)
		advise_or_own_key(diagnosis, input, memory_format("have it "
		    "present what [%s] does", address));
	else
		advise_own_key(diagnosis, input);
	free(address);
}

/* Addresses whose chains are tried here, at most, for one record. */
#define TRIED_MAX	8

/*
 * Another handshake, of the same address or of others, that presents it: one
 * that would pass here rather than another.
 */
static bool
find_elsewhere(const struct diagnose_input *input, bool here,
    struct elsewhere *found)
{
	const struct handshake_evidence *handshake;
	const struct host_evidence *host;
	struct handshake_walk walk;
	size_t i, tried = 0;

	*found = (struct elsewhere){ 0 };
	for (i = 0; i < input->evidence->host_count; i++) {
		host = &input->evidence->hosts[i];
		walk = (struct handshake_walk){ 0 };
		while ((handshake = handshake_next(host, &walk)) != NULL) {
			if (is_here(input, walk.endpoint) != here ||
			    !match_is_of_chain(input->record,
			    handshake->seen->chain))
				continue;
			*found = (struct elsewhere){ host, walk.endpoint,
			    handshake, here ?
			    handshake->judged.verdict == VERDICT_PASS :
			    would_pass_here(input, walk.endpoint) };
			if (here || found->would_pass || ++tried == TRIED_MAX)
				return true;
		}
	}
	return found->host != NULL;
}

static bool
explain_elsewhere(struct diagnosis *diagnosis,
    const struct diagnose_input *input)
{
	struct elsewhere found;

	if (!input->failing || !input->record->usable ||
	    input->evidence == NULL)
		return false;
	if (find_elsewhere(input, true, &found)) {
		if (found.handshake->seen->key_type ==
		    input->handshake->seen->key_type)
			add_other_machine(diagnosis, input, &found);
		else
			add_here(diagnosis, input, &found);
	} else if (find_elsewhere(input, false, &found)) {
		add_elsewhere(diagnosis, input, &found);
	}
	return found.host != NULL;
}

/* A CA that a record may be of. */
struct named_ca {
	const char		*name;		/* borrowed; NULL: there is
						 * none */
	const struct known_ca	*known;		/* borrowed; NULL: of a store */
	struct chain		*stored;	/* owned; NULL: it is known */
};

static struct named_ca
find_ca(const struct diagnose_input *input)
{
	const struct ca_lookup *lookup = input->ca_lookup;
	struct named_ca ca = {
		.known = known_cas_find(input->known_cas, input->record),
	};

	if (ca.known != NULL) {
		ca.name = ca.known->name;
	} else if (lookup != NULL) {
		ca.stored = lookup->find(lookup->argument, input->record);
		ca.name = ca.stored != NULL ?
		    ca.stored->certificates[0].subject : NULL;
	}
	return ca;
}

/*
 * Where the path up from the leaf ends, in whatever order the chain was sent:
 * the certificate whose issuer is not in the chain. NULL: it ends at a
 * self-signed one.
 */
static const struct certificate *
top_of(const struct diagnose_input *input)
{
	const struct certificate *top = match_top(input->rules);

	return top == NULL || top->self_signed ? NULL : top;
}

/* Whether the chain would lead up to the CA if its certificate was appended. */
static bool
continues(const struct diagnose_input *input, const struct named_ca *ca)
{
	const struct certificate *top = top_of(input);

	if (top == NULL)
		return false;
	return ca->known != NULL ?
	    known_cas_is_subject(ca->known, &top->issuer_name) :
	    chain_name_equal(&ca->stored->certificates[0].subject_name,
	    &top->issuer_name);
}

/* Advises to send the CA's certificate, or else to publish the own key. */
static void
advise_appending(struct diagnosis *diagnosis,
    const struct diagnose_input *input, const char *ca, const char *condition)
{
	struct advice_list own = { NULL, 0 };

	if (!advice_add_own_key(&own, input->rrset, input->rules))
		return;
	advice_add_text(&diagnosis->advice, "append the certificate of %s to "
	    "the chain that the server sends%s, or", ca, condition);
	advice_list_append(&diagnosis->advice, &own);
}

/*
 * Whether a sender depends on the server to send what the record is of: so it
 * is with a digest; usage 2 with matching type 0 has it all (RFC 7671 5.2.2).
 */
static bool
needs_sending(const struct diagnose_input *input)
{
	return input->failing && input->record->usable &&
	    input->record->usage == TLSA_DANE_TA &&
	    input->record->matching_type != TLSA_FULL;
}

/* A CA that is known, and whose certificate the server does not send. */
static bool
explain_issuer(struct diagnosis *diagnosis,
    const struct diagnose_input *input)
{
	struct named_ca ca;

	if (!needs_sending(input))
		return false;
	ca = find_ca(input);
	if (ca.name == NULL)
		return false;
	diagnosis->code = FINDING_ISSUER_NOT_SENT;
	if (ca.known != NULL && ca.known->state == KNOWN_CA_RETIRED) {
		diagnosis->code = FINDING_ISSUER_RETIRED;
		diagnosis->text = memory_format("names %s, a CA that has "
		    "retired and issues no more certificates", ca.name);
		advise_own_key(diagnosis, input);
	} else if (continues(input, &ca)) {
		diagnosis->text = memory_format("names %s, which the server "
		    "does not send; senders use no CA store, so they cannot "
		    "find it", ca.name);
		advise_appending(diagnosis, input, ca.name, "");
	} else {
		diagnosis->text = memory_format("names %s, which the server "
		    "does not send and which is not known to have issued what "
		    "it sends: that was %s", ca.name,
		    input->chain->certificates[0].issuer);
		advise_own_key(diagnosis, input);
	}
	chain_free(ca.stored);
	return true;
}

/* Whether what is sent has a certificate of that name. */
static bool
is_sent(const struct chain *chain, const struct distinguished_name *name)
{
	size_t i;

	for (i = 0; i < chain->count; i++) {
		if (chain_name_equal(&chain->certificates[i].subject_name,
		    name))
			return true;
	}
	return false;
}

/*
 * The CA is not known, but where the chain stops short of its root it may be
 * the next one up: the commonest mistake with usage 2.
 */
static bool
explain_short_chain(struct diagnosis *diagnosis,
    const struct diagnose_input *input)
{
	const struct certificate *top = top_of(input);

	if (!needs_sending(input) || top == NULL || input->chain->truncated ||
	    is_sent(input->chain, &top->issuer_name))
		return false;
	diagnosis->code = FINDING_ISSUER_NOT_SENT;
	diagnosis->text = memory_format("is of no CA that the server sends. "
	    "What it sends ends with %s, issued by %s, which is not sent: if "
	    "the record is of that, senders cannot know", top->subject,
	    top->issuer);
	advise_appending(diagnosis, input, top->issuer, ", if it is the one");
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
	    match_is_of_chain(record, input->chain))
		return false;
	/* The most telling first. */
	return diagnose_data(diagnosis, input) ||
	    explain_elsewhere(diagnosis, input) ||
	    explain_issuer(diagnosis, input) ||
	    explain_short_chain(diagnosis, input);
}
