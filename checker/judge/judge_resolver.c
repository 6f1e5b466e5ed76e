/*
 * What the resolver that the user named (--resolver) gets wrong: established by
 * what it says itself, beside what comes by way of the root. It is no fault of
 * the domain, whose owner can do nothing about it.
 */
#include "checker/judge/judge_parts.h"

#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"
#include "resolver/name.h"

/* What a resolver does with a question, the most telling last. */
enum deed {
	DEED_NONE,		/* all is well with what it says itself */
	DEED_SILENT,
	DEED_UNREACHABLE,
	DEED_NO_TCP,
	DEED_MALFORMED,
	DEED_ERROR,		/* an RCODE */
	DEED_CHECKS,		/* the same, but not when CD is set */
	DEED_DROPS_SIGNATURES,
	DEED_DROPS_PROOFS,
	DEED_DENIES,		/* what there is */
	DEED_ADDS,		/* what there is not */
	DEED_ADDS_ADDRESSES,	/* the same, AAAA records: DNS64 */
	DEED_COUNT,
};

struct deed_row {
	const char	*before;	/* static; the questions */
	const char	*after;		/* static; them */
	const char	*advice;	/* static; NULL: none but another one */
};

#define PASS_ON	"have it pass on what belongs to DNSSEC (RFC 4035 3.2.1)"

static const struct deed_row deeds[DEED_COUNT] = {
	[DEED_NONE] = { "gives no usable answer: ", "", NULL },
	[DEED_SILENT] = { "does not answer ", "", NULL },
	[DEED_UNREACHABLE] = { "cannot be reached for ", "", NULL },
	[DEED_NO_TCP] = { "cuts off its answer for ", ", and gives none over "
	    "TCP", "have it answer over TCP (RFC 7766 5)" },
	[DEED_MALFORMED] = { "gives a malformed answer for ", "", NULL },
	[DEED_ERROR] = { "answers with an error to ", "", NULL },
	[DEED_CHECKS] = { "does not validate ", ", but passes it on when told "
	    "not to check it (CD)", "look at its trust anchors and its "
	    "clock" },
	[DEED_DROPS_SIGNATURES] = { "leaves out the signatures (RRSIG) of ",
	    "", PASS_ON },
	[DEED_DROPS_PROOFS] = { "leaves out the proof (NSEC or NSEC3 in the "
	    "authority section) that there is no ", "", PASS_ON },
	[DEED_DENIES] = { "denies ", ", which is there", NULL },
	[DEED_ADDS] = { "makes up ", ", which is not there", NULL },
	[DEED_ADDS_ADDRESSES] = { "makes up AAAA records (DNS64), though there "
	    "are none: ", "", "have it make up none for this client (RFC 6147 "
	    "5.5)" },
};

/* One resolver, and the questions with which it does the same. */
struct charge {
	const char			*resolver;	/* borrowed; its name */
	enum deed			 deed;
	uint16_t			 rcode;
	bool				 lost;		/* without the root */
	const struct host_evidence	*host;		/* borrowed; of which
							 * nothing is known for
							 * that. NULL: none */
	bool				 fatal;		/* nor of the domain */
	const struct dispute_evidence	*first;		/* borrowed */
	size_t				 count;		/* of questions */
};

struct charges {
	struct charge	*items;		/* owned */
	size_t		 count;
};

static enum deed
unusable_deed(const struct answer *answer)
{
	switch (answer->fault) {
	case ANSWER_FAULT_SILENT:
		return DEED_SILENT;
	case ANSWER_FAULT_UNREACHABLE:
		return DEED_UNREACHABLE;
	case ANSWER_FAULT_NO_TCP:
		return DEED_NO_TCP;
	case ANSWER_FAULT_RCODE:
		return DEED_ERROR;
	case ANSWER_FAULT_MALFORMED:
	case ANSWER_FAULT_OTHER:
		break;
	}
	return DEED_MALFORMED;
}

/* What it says, beside what comes by way of the root. */
static enum deed
content_deed(const struct answer *said, const struct answer *root)
{
	const bool records = answer_has_records(said);

	if (root != NULL && records && answer_is_absent(root))
		return said->type == DNS_AAAA ? DEED_ADDS_ADDRESSES : DEED_ADDS;
	if (root != NULL && !records && answer_has_records(root))
		return DEED_DENIES;
	/* What is not signed is proved to be so, wherever that is asked. */
	if (root != NULL && root->dnssec != DNSSEC_SECURE)
		return DEED_NONE;
	if (!records && said->denial == ANSWER_DENIES_NOTHING)
		return DEED_DROPS_PROOFS;
	return said->period_count == 0 ? DEED_DROPS_SIGNATURES : DEED_NONE;
}

static enum deed
deed_of(const struct dispute_evidence *dispute,
    const struct server_evidence *resolver)
{
	const struct answer *said = resolver->answers[DISPUTE_UNCHECKED];
	const struct answer *checked = resolver->answers[DISPUTE_CHECKED];
	enum deed deed;

	if (said->kind == ANSWER_UNUSABLE)
		return unusable_deed(said);
	deed = content_deed(said, dispute->root);
	if (deed != DEED_NONE)
		return deed;
	/* With checks of its own, some do what they do not do without. */
	if (checked->kind != ANSWER_UNUSABLE)
		return content_deed(checked, dispute->root);
	deed = unusable_deed(checked);
	return deed == DEED_ERROR ? DEED_CHECKS : deed;
}

/* Whether both charges are of the same deed of the same resolver. */
static bool
is_alike(const struct charge *a, const struct charge *b)
{
	return a->deed == b->deed && a->rcode == b->rcode &&
	    a->lost == b->lost && strcmp(a->resolver, b->resolver) == 0;
}

/* Adds a question to what the resolver does. */
static void
charge(struct charges *charges, const struct dispute_evidence *dispute,
    const struct charge *with)
{
	struct charge *item;
	size_t i;

	for (i = 0; i < charges->count; i++) {
		item = &charges->items[i];
		if (is_alike(item, with) && item->host == with->host &&
		    item->fatal == with->fatal) {
			item->count++;
			return;
		}
	}
	charges->items = memory_grow(charges->items, charges->count,
	    sizeof(*charges->items));
	item = &charges->items[charges->count++];
	*item = *with;
	item->first = dispute;
	item->count = 1;
}

#define HOST_ANSWERS	(3 + EVIDENCE_BASES)

/* What decides how far DANE applies to a host. Borrowed; NULL: not asked. */
static void
find_answers(const struct host_evidence *host, const struct answer **answers)
{
	size_t i;

	answers[0] = host->a;
	answers[1] = host->aaaa;
	answers[2] = host->cname;
	for (i = 0; i < EVIDENCE_BASES; i++)
		answers[3 + i] = host->tlsa[i];
}

/* The host about which nothing is known for want of an answer. */
static const struct host_evidence *
host_without(const struct evidence *evidence, const struct answer *answer)
{
	const struct answer *answers[HOST_ANSWERS];
	size_t i, j;

	for (i = 0; i < evidence->host_count; i++) {
		find_answers(&evidence->hosts[i], answers);
		for (j = 0; j < HOST_ANSWERS; j++) {
			if (answer_is_broken(answers[j]) &&
			    answers[j]->type == answer->type &&
			    name_equal(answers[j]->owner, answer->owner))
				return &evidence->hosts[i];
		}
	}
	return NULL;
}

static void
charge_all(struct charges *charges, const struct evidence *evidence,
    const struct dispute_evidence *dispute)
{
	const struct server_evidence *resolver;
	struct charge with = { .lost = dispute->root == NULL };
	size_t i;

	if (with.lost) {
		with.host = host_without(evidence, dispute->heard);
		with.fatal = with.host != NULL ||
		    evidence->health != RESOLVER_HEALTHY ||
		    evidence_is_disputed(evidence, evidence->mx);
	}

	for (i = 0; i < dispute->resolver_count; i++) {
		resolver = &dispute->resolvers[i];
		with.resolver = resolver->name;
		with.deed = deed_of(dispute, resolver);
		with.rcode = with.deed != DEED_ERROR ? 0 :
		    resolver->answers[DISPUTE_UNCHECKED]->rcode;
		charge(charges, dispute, &with);
	}
}

/* "TLSA _25._tcp.mx.example.org and 2 more". Owned by the caller. */
static char *
questions_text(const struct charge *item)
{
	const struct answer *heard = item->first->heard;
	char *text = memory_format("%s %s", dns_type_name(heard->type),
	    heard->owner);
	char *more;

	if (item->count == 1)
		return text;
	more = memory_format(" and %zu more", item->count - 1);
	text = memory_join(text, "", more);
	free(more);
	return text;
}

/* What it does, in words. Owned by the caller. */
static char *
deed_text(const struct charge *item)
{
	const struct deed_row *row = &deeds[item->deed];
	const char *rcode = item->deed == DEED_ERROR ?
	    dns_rcode_name(item->rcode) : NULL;
	char *questions = questions_text(item), *text;

	if (rcode != NULL)
		text = memory_format("answers %s to %s%s", rcode, questions,
		    answer_is_absent(item->first->root) ?
		    ", of which there is none" : "");
	else if (item->deed == DEED_NONE)
		text = memory_format("%s%s", row->before,
		    item->first->heard->why);
	else
		text = memory_format("%s%s%s", row->before, questions,
		    row->after);
	free(questions);
	return text;
}

static void
add_faulty(struct judge_state *state, const struct charge *item)
{
	const struct deed_row *row = &deeds[item->deed];
	char *text = deed_text(item);
	struct finding *finding;

	state->host = item->host;
	finding = judging_add(state, FINDING_RESOLVER_FAULTY,
	    "the resolver %s %s; %s", item->resolver, text, item->lost ?
	    "nor can the root's name servers be asked in its place" :
	    "what comes by way of the root is judged");
	state->host = NULL;
	free(text);
	if (item->fatal)
		judging_set_severity(state, finding, SEVERITY_ERROR);
	if (row->advice != NULL)
		advice_add_text(&finding->advice, "%s, or", row->advice);
	advice_add_text(&finding->advice, item->lost ?
	    "name another resolver (--resolver), or let this machine ask "
	    "name servers itself (port 53, UDP and TCP)" :
	    "name another resolver (--resolver), or none");
}

static void
add_differs(struct judge_state *state, const struct dispute_evidence *dispute)
{
	struct finding *finding;

	finding = judging_add(state, FINDING_RESOLVER_DIFFERS,
	    "there is no %s by way of the root: the resolver %s has a view of "
	    "its own, and that is judged", dispute->heard->owner,
	    dispute->resolver_count > 0 ? dispute->resolvers[0].name :
	    "that was named");
	advice_add_text(&finding->advice, "name no resolver (--resolver) to "
	    "see what the Internet sees");
}

/* Whether something is known of what resolvers do. */
static bool
have_deed(const struct charges *charges)
{
	size_t i;

	for (i = 0; i < charges->count; i++) {
		if (charges->items[i].deed != DEED_NONE)
			return true;
	}
	return false;
}

/* Whether there is an error that says the same. */
static bool
is_said(const struct charges *charges, const struct charge *item)
{
	size_t i;

	for (i = 0; i < charges->count && !item->fatal; i++) {
		if (charges->items[i].fatal &&
		    is_alike(&charges->items[i], item))
			return true;
	}
	return false;
}

/* Of two resolvers one may do nothing wrong. */
static void
add_charges(struct judge_state *state, const struct charges *charges)
{
	const bool known = have_deed(charges);
	const struct charge *item;
	size_t i;

	for (i = 0; i < charges->count; i++) {
		item = &charges->items[i];
		if ((!known || item->deed != DEED_NONE) &&
		    !is_said(charges, item))
			add_faulty(state, item);
	}
}

bool
judge_resolver(struct judge_state *state)
{
	const struct evidence *evidence = state->evidence;
	struct charges charges = { NULL, 0 };
	bool explained = false, differs = false;
	size_t i;

	for (i = 0; i < evidence->dispute_count; i++) {
		if (!evidence->disputes[i].differs)
			charge_all(&charges, evidence, &evidence->disputes[i]);
		else if (!differs)
			add_differs(state, &evidence->disputes[i]);
		differs |= evidence->disputes[i].differs;
	}
	add_charges(state, &charges);
	for (i = 0; i < charges.count; i++)
		explained |= charges.items[i].deed > DEED_UNREACHABLE;
	free(charges.items);
	return explained;
}

void
judge_disputed_host(const struct evidence *evidence,
    struct host_evidence *host)
{
	const struct answer *answers[HOST_ANSWERS];
	bool disputed = false;
	size_t i;

	switch (host->judged.dns) {
	case HOST_DNS_ADDRESS_BOGUS:
	case HOST_DNS_ADDRESS_FAILED:
	case HOST_DNS_TLSA_BOGUS:
	case HOST_DNS_TLSA_FAILED:
		break;
	default:
		return;
	}
	find_answers(host, answers);
	for (i = 0; i < HOST_ANSWERS; i++) {
		if (!answer_is_broken(answers[i]))
			continue;
		if (!evidence_is_disputed(evidence, answers[i]))
			return;
		disputed = true;
	}
	if (disputed)
		host->judged.dns = HOST_DNS_DISPUTED;
}
