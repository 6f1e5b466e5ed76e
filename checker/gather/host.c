#include "checker/gather/host.h"

#include <stdlib.h>

#include "checker/evidence/host_dns.h"
#include "checker/gather/inquiry.h"
#include "resolver/memory.h"
#include "resolver/name.h"

/* One lookup in flight. */
struct lookup {
	struct host_gathering	 *gathering;	/* borrowed */
	struct inquiry		 *question;	/* owned, NULL: none */
	struct answer		**slot;		/* borrowed; for its answer */
	enum dns_type		  type;
	char			 *owner;	/* owned, the name asked for */
};

enum { LOOKUP_A, LOOKUP_AAAA, LOOKUP_CNAME, LOOKUP_TLSA, LOOKUP_COUNT };

struct host_gathering {
	const struct context		*context;	/* borrowed */
	struct host_evidence		*evidence;	/* borrowed */
	bool				 dane_applies;	/* see host_start */
	struct lookup			 lookups[LOOKUP_COUNT];
	host_done			*done;
	void				*argument;	/* borrowed */
};

static void	host_advance(struct host_gathering *gathering);

static void
gathering_free(struct host_gathering *gathering)
{
	size_t i;

	for (i = 0; i < LOOKUP_COUNT; i++)
		free(gathering->lookups[i].owner);
	free(gathering);
}

/* CONNECT: to its addresses. */
static void
finish(struct host_gathering *gathering, bool connect)
{
	struct host_evidence *evidence = gathering->evidence;
	host_done *done = gathering->done;
	void *argument = gathering->argument;

	gathering_free(gathering);
	done(evidence, connect, argument);
}

/*
 * Name servers that are slow take about as long for either family, and those
 * that drop the questions for one of them are common: the other family, and the
 * TLSA records, are waiting for it.
 */
static void
limit(struct lookup *lookup)
{
	if (lookup->question != NULL)
		inquiry_limit(lookup->question);
}

static void
on_answer(struct answer *answer, void *argument)
{
	struct lookup *lookup = argument;
	struct host_gathering *gathering = lookup->gathering;

	lookup->question = NULL;
	*lookup->slot = answer;
	context_trace_answer(gathering->context, answer);
	if (lookup->type == DNS_A)
		limit(&gathering->lookups[LOOKUP_AAAA]);
	else if (lookup->type == DNS_AAAA)
		limit(&gathering->lookups[LOOKUP_A]);
	host_advance(gathering);
}

static void
ask(struct host_gathering *gathering, int which, const char *name,
    enum dns_type type, struct answer **slot)
{
	struct lookup *lookup = &gathering->lookups[which];

	lookup->gathering = gathering;
	lookup->slot = slot;
	lookup->type = type;
	free(lookup->owner);
	lookup->owner = memory_string(name);
	lookup->question = inquiry_start(gathering->context, name, type,
	    on_answer, lookup);
	/* A slow name server may take what is left of the audit. */
	inquiry_unlimit(lookup->question);
}

/* TLSA at the next base domain that has not been asked yet. */
static void
ask_tlsa(struct host_gathering *gathering)
{
	struct host_evidence *host = gathering->evidence;
	size_t i = host->tlsa[0] == NULL ? 0 : 1;
	char *owner;

	owner = name_tlsa_owner(host->port, host_dns_base_domain(host, i));
	ask(gathering, LOOKUP_TLSA, owner, DNS_TLSA, &host->tlsa[i]);
	free(owner);
}

static bool
wants_connection(const struct host_gathering *gathering, enum host_dns state)
{
	const struct gather_options *options = gathering->context->options;

	if (options->dns_only)
		return false;
	return options->all ||
	    (gathering->dane_applies && state == HOST_DNS_DANE);
}

/* Takes the next step, which follows from what is known by now. */
static void
host_advance(struct host_gathering *gathering)
{
	struct host_evidence *host = gathering->evidence;
	enum host_dns state = host_dns_state(host, NULL);
	enum dns_type type;
	const char *alias;

	switch (state) {
	case HOST_DNS_PENDING:
		break;
	case HOST_DNS_ALIAS_UNKNOWN:
		alias = host_dns_alias(host, &type);
		ask(gathering, LOOKUP_CNAME, alias, type, &host->cname);
		break;
	case HOST_DNS_TLSA_UNKNOWN:
		ask_tlsa(gathering);
		break;
	default:
		finish(gathering, wants_connection(gathering, state));
		break;
	}
}

struct host_gathering *
host_start(const struct context *context, struct host_evidence *host,
    bool dane_applies, host_done *done, void *argument)
{
	struct host_gathering *gathering = memory_new(1, sizeof(*gathering));

	gathering->context = context;
	gathering->evidence = host;
	gathering->dane_applies = dane_applies;
	gathering->done = done;
	gathering->argument = argument;
	/* Both families, whichever is connected to. */
	ask(gathering, LOOKUP_A, host->name, DNS_A, &host->a);
	ask(gathering, LOOKUP_AAAA, host->name, DNS_AAAA, &host->aaaa);
	return gathering;
}

/*
 * Ends a lookup that the deadline cuts off. It has failed; but without TLSA
 * records the host does, and where that question, the last one, has not had the
 * least that every question gets, its answer may be on its way, and the domain
 * is not to blame.
 */
static void
stop_lookup(struct lookup *lookup, const char *why)
{
	bool failed = lookup->type != DNS_TLSA ||
	    inquiry_is_overdue(lookup->question);

	inquiry_cancel(lookup->question);
	if (!failed)
		return;
	*lookup->slot = answer_failed(lookup->owner, lookup->type, why);
	(*lookup->slot)->fault = ANSWER_FAULT_SILENT;
}

void
host_stop(struct host_gathering *gathering, const char *why)
{
	size_t i;

	if (gathering == NULL)
		return;
	for (i = 0; i < LOOKUP_COUNT; i++) {
		if (gathering->lookups[i].question != NULL)
			stop_lookup(&gathering->lookups[i], why);
	}
	gathering_free(gathering);
}

char *
host_waits_for(const struct host_gathering *gathering)
{
	const struct lookup *lookup;
	size_t i;

	for (i = 0; i < LOOKUP_COUNT; i++) {
		lookup = &gathering->lookups[i];
		if (lookup->question != NULL)
			return memory_format("%s %s",
			    dns_type_name(lookup->type), lookup->owner);
	}
	return memory_string(gathering->evidence->name);
}
