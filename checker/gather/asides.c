#include "checker/gather/asides.h"

#include <stdlib.h>

#include "checker/evidence/host_dns.h"
#include "checker/gather/inquiry.h"
#include "resolver/memory.h"
#include "resolver/name.h"

/* One question in flight. */
struct aside {
	struct asides			*asides;	/* borrowed */
	struct aside			*next;		/* owned */
	struct inquiry			*question;	/* owned */
	struct answer			**slot;		/* borrowed; for its
							 * answer */
	enum dns_type			 type;
	char				*owner;		/* owned, the name asked
							 * for */
};

struct asides {
	const struct context	*context;	/* borrowed */
	struct evidence		*evidence;	/* borrowed */
	struct aside		*first;		/* owned; a list */
	asides_answered		*answered;
	void			*argument;	/* borrowed */
};

struct asides *
asides_new(const struct context *context, struct evidence *evidence,
    asides_answered *answered, void *argument)
{
	struct asides *asides = memory_new(1, sizeof(*asides));

	asides->context = context;
	asides->evidence = evidence;
	asides->answered = answered;
	asides->argument = argument;
	return asides;
}

static void
aside_free(struct aside *aside)
{
	struct aside **link = &aside->asides->first;

	while (*link != aside)
		link = &(*link)->next;
	*link = aside->next;
	inquiry_cancel(aside->question);
	free(aside->owner);
	free(aside);
}

void
asides_free(struct asides *asides)
{
	if (asides == NULL)
		return;
	while (asides->first != NULL)
		aside_free(asides->first);
	free(asides);
}

static void
on_answer(struct answer *answer, void *argument)
{
	struct aside *aside = argument;
	struct asides *asides = aside->asides;

	aside->question = NULL;
	*aside->slot = answer;
	aside_free(aside);
	context_trace_answer(asides->context, answer);
	asides->answered(asides->argument);
}

/* Whether the slot has an answer, or one is on its way. */
static bool
is_asked(const struct asides *asides, struct answer *const *slot)
{
	const struct aside *aside = asides->first;

	while (aside != NULL && aside->slot != slot)
		aside = aside->next;
	return *slot != NULL || aside != NULL;
}

/* OWNER becomes the aside's; NULL: there is no such name. */
static void
ask(struct asides *asides, char *owner, enum dns_type type,
    struct answer **slot)
{
	struct aside *aside;

	if (owner == NULL)
		return;
	aside = memory_new(1, sizeof(*aside));
	aside->asides = asides;
	aside->next = asides->first;
	asides->first = aside;
	aside->slot = slot;
	aside->type = type;
	aside->owner = owner;
	aside->question = inquiry_start(asides->context, owner, type, on_answer,
	    aside);
	inquiry_unlimit(aside->question);
}

/*
 * Where a host has no TLSA records, asks whether they are at the mail domain
 * instead: once, and in a signed zone only, where name servers can be expected
 * to answer.
 */
static void
ask_misplaced(struct asides *asides, const struct host_evidence *host)
{
	struct evidence *evidence = asides->evidence;

	if (!is_asked(asides, &evidence->misplaced) &&
	    !name_equal(host->name, evidence->domain))
		ask(asides, name_tlsa_owner(host->port, evidence->domain),
		    DNS_TLSA, &evidence->misplaced);
}

/* Where DANE applies: whom senders tell of failures (RFC 8460 3), once. */
static void
ask_tlsrpt(struct asides *asides)
{
	struct evidence *evidence = asides->evidence;

	if (evidence->thorough && !is_asked(asides, &evidence->tlsrpt))
		ask(asides, name_tlsrpt_owner(evidence->domain), DNS_TXT,
		    &evidence->tlsrpt);
}

/*
 * A resolver that minimises names (RFC 9156 2.3) asks for _tcp.HOST before it
 * asks for the TLSA records.
 */
static void
ask_above_tlsa(struct asides *asides, struct host_evidence *host,
    size_t deciding)
{
	const char *base = host_dns_base_domain(host, deciding);

	if (asides->evidence->thorough)
		ask(asides, memory_format("_tcp.%s", base), DNS_A,
		    &host->above_tlsa);
}

/*
 * What senders go by that have the absence of the host's records in a cache:
 * those at its next base domain (RFC 7672 2.2.2). And for how long they do.
 */
static void
ask_replaced(struct asides *asides, struct host_evidence *host,
    size_t deciding)
{
	const struct answer *tlsa = host->tlsa[deciding];
	const char *base = host_dns_base_domain(host, deciding + 1);
	size_t i = 0;

	if (!asides->context->options->next || base == NULL)
		return;
	ask(asides, name_tlsa_owner(host->port, base), DNS_TLSA,
	    &host->replaced);
	while (i < tlsa->period_count &&
	    !name_equal(tlsa->periods[i].owner, tlsa->owner))
		i++;
	if (i < tlsa->period_count)
		ask(asides, memory_string(tlsa->periods[i].zone), DNS_SOA,
		    &host->soa);
}

void
asides_add_host(struct asides *asides, struct host_evidence *host)
{
	const struct answer *mx = asides->evidence->mx;
	const bool signed_domain = mx != NULL && mx->dnssec == DNSSEC_SECURE;
	size_t deciding;
	enum host_dns state = host_dns_state(host, &deciding);

	if (state == HOST_DNS_TLSA_NONE && signed_domain)
		ask_misplaced(asides, host);
	if (state == HOST_DNS_DANE && signed_domain)
		ask_tlsrpt(asides);
	if (state == HOST_DNS_DANE)
		ask_above_tlsa(asides, host, deciding);
	if (state == HOST_DNS_DANE)
		ask_replaced(asides, host, deciding);
}

bool
asides_are_done(const struct asides *asides)
{
	return asides->first == NULL;
}

char *
asides_wait_for(const struct asides *asides)
{
	const struct aside *aside = asides->first;

	return aside == NULL ? NULL :
	    memory_format("%s %s", dns_type_name(aside->type), aside->owner);
}
