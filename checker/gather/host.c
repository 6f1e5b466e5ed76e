#include "checker/gather/host.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "checker/evidence/host_dns.h"
#include "checker/gather/probe_cache.h"
#include "resolver/memory.h"
#include "resolver/name.h"

/* One lookup in flight. */
struct lookup {
	struct host_gathering	 *gathering;	/* borrowed */
	struct resolver_question *question;	/* owned, NULL: none */
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
	struct probe_waiter		**waiters;	/* owned; one for each
							 * address, NULL: it
							 * is done */
	size_t				 running;	/* of these */
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
	free(gathering->waiters);
	free(gathering);
}

static void
finish(struct host_gathering *gathering)
{
	struct host_evidence *evidence = gathering->evidence;
	host_done *done = gathering->done;
	void *argument = gathering->argument;

	gathering_free(gathering);
	done(evidence, argument);
}

static void
on_answer(struct answer *answer, void *argument)
{
	struct lookup *lookup = argument;
	struct host_gathering *gathering = lookup->gathering;

	lookup->question = NULL;
	*lookup->slot = answer;
	context_trace_answer(gathering->context, answer);
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
	lookup->question = resolver_ask(gathering->context->resolver, name,
	    type, on_answer, lookup);
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
	/*
	 * Without an answer the host fails, so that a late one is worth waiting
	 * for: no other question comes after it.
	 */
	resolver_question_unlimit(gathering->lookups[LOOKUP_TLSA].question);
	free(owner);
}

static void
on_endpoint(struct endpoint_evidence *endpoint, void *argument)
{
	struct host_gathering *gathering = argument;

	gathering->waiters[endpoint - gathering->evidence->endpoints] = NULL;
	if (--gathering->running == 0)
		finish(gathering);
}

/* Adds the addresses of one family to the evidence, up to the limit. */
static void
list_addresses(const struct gather_options *options,
    struct host_evidence *host, const struct answer *answer, int family)
{
	struct endpoint_evidence *endpoint;
	struct address address;
	size_t i;

	if (options->family != 0 && options->family != family)
		return;
	for (i = 0; answer != NULL && i < answer->count; i++) {
		if (!address_from_octets(&address, answer->records[i].data,
		    answer->records[i].size, host->port))
			continue;
		host->address_total++;
		if (host->endpoint_count == EVIDENCE_ADDRESSES_MAX)
			continue;
		host->endpoints = memory_grow(host->endpoints,
		    host->endpoint_count, sizeof(*endpoint));
		endpoint = &host->endpoints[host->endpoint_count++];
		endpoint->address = address;
	}
}

/* Adds the addresses in the DNS, or the one that replaces them (--connect). */
static void
list_all_addresses(const struct gather_options *options,
    struct host_evidence *host)
{
	if (!options->connect) {
		list_addresses(options, host, host->a, AF_INET);
		list_addresses(options, host, host->aaaa, AF_INET6);
		return;
	}
	host->endpoints = memory_new(1, sizeof(*host->endpoints));
	host->endpoint_count = host->address_total = 1;
	host->endpoints[0].address = options->connect_to;
	host->endpoints[0].address.port = host->port;
}

/*
 * Whether nothing may be sent to the address, which is then noted. One that the
 * user names (--connect) is always allowed.
 */
static bool
is_out_of_bounds(const struct gather_options *options,
    struct endpoint_evidence *endpoint)
{
	const char *purpose = address_special_purpose(&endpoint->address);

	if (purpose == NULL || options->allow_reserved || options->connect)
		return false;
	endpoint->stage = STAGE_CONNECT;
	endpoint->outcome = OUTCOME_ADDRESS_RESERVED;
	endpoint->error = memory_string(purpose);
	return true;
}

/* --chain: fills in the handshakes that there would be. */
static void
assume_chains(const struct context *context,
    struct endpoint_evidence *endpoint)
{
	struct handshake *handshake;
	size_t i;

	endpoint->stage = STAGE_DONE;
	endpoint->outcome = OUTCOME_DONE;
	endpoint->handshake_count = context->chain_count;
	endpoint->handshakes = memory_new(context->chain_count,
	    sizeof(*endpoint->handshakes));
	for (i = 0; i < context->chain_count; i++) {
		handshake = memory_new(1, sizeof(*handshake));
		handshake->chain = chain_copy(context->chains[i]);
		handshake->key_type =
		    handshake->chain->certificates[0].key_type;
		endpoint->handshakes[i].seen = handshake;
	}
}

/* Whether an address needs no conversation; its evidence is complete then. */
static bool
is_settled(const struct context *context, struct endpoint_evidence *endpoint)
{
	if (context->chain_count > 0) {
		assume_chains(context, endpoint);
		return true;
	}
	return is_out_of_bounds(context->options, endpoint);
}

static void
dial_all(struct host_gathering *gathering)
{
	const struct context *context = gathering->context;
	struct host_evidence *host = gathering->evidence;
	const char *server_name;
	size_t i;

	list_all_addresses(context->options, host);
	gathering->waiters = memory_new(host->endpoint_count,
	    sizeof(struct probe_waiter *));
	server_name = host_dns_server_name(host);
	for (i = 0; i < host->endpoint_count; i++) {
		if (is_settled(context, &host->endpoints[i]))
			continue;
		gathering->waiters[i] = probe_cache_get(context,
		    &host->endpoints[i], server_name, on_endpoint, gathering);
		gathering->running++;
	}
	if (gathering->running == 0)
		finish(gathering);
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

	switch (state) {
	case HOST_DNS_PENDING:
		break;
	case HOST_DNS_ALIAS_UNKNOWN:
		ask(gathering, LOOKUP_CNAME, host->name, DNS_CNAME,
		    &host->cname);
		break;
	case HOST_DNS_TLSA_UNKNOWN:
		ask_tlsa(gathering);
		break;
	default:
		if (wants_connection(gathering, state))
			dial_all(gathering);
		else
			finish(gathering);
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
 * Ends a lookup that the deadline cuts off. It has failed; but TLSA is asked
 * for last, and where that question has not had the time that every question
 * gets, its answer may be on its way, and the domain is not to blame.
 */
static void
stop_lookup(struct lookup *lookup, const char *why)
{
	bool failed = lookup->type != DNS_TLSA ||
	    resolver_is_overdue(lookup->question);

	resolver_cancel(lookup->question);
	if (failed)
		*lookup->slot = answer_failed(lookup->owner, lookup->type, why);
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
	for (i = 0; i < gathering->evidence->endpoint_count; i++)
		probe_cache_leave(gathering->waiters[i], why);
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
	for (i = 0; i < gathering->evidence->endpoint_count; i++) {
		if (gathering->waiters[i] != NULL)
			return probe_cache_waits_for(gathering->waiters[i]);
	}
	return memory_string(gathering->evidence->name);
}
