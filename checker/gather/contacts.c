#include "checker/gather/contacts.h"

#include <assert.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "checker/evidence/host_dns.h"
#include "checker/gather/budget.h"
#include "checker/gather/probe_cache.h"
#include "resolver/memory.h"
#include "smtp/dial.h"

/* One address. */
struct contact {
	struct contacts		*contacts;	/* borrowed */
	struct probe_waiter	*waiter;	/* owned, NULL: not under way */
	bool			 resting;	/* until it is tried again */
};

/* One host; zero is one that will be heard of, or not be tried. */
struct contact_host {
	struct host_evidence	*evidence;	/* borrowed */
	size_t			 wanted;	/* addresses to try, if all can
						 * be */
	size_t			 begun;		/* the first of them */
	struct contact		*contacts;	/* owned, one for each wanted */
};

struct contacts {
	const struct context	*context;	/* borrowed */
	uint64_t		 party;		/* see dial.h */
	struct budget		 budget;
	struct contact_host	*hosts;		/* owned */
	size_t			 host_count;
	size_t			 expected;	/* hosts still to be heard of */
	size_t			 running;	/* under way, but for those */
	size_t			 resting;	/* that are resting */
	struct event		*limit;		/* owned; see on_limit */
	struct event		*moved;		/* owned; see on_moved */
	contacts_changed	*changed;
	void			*argument;	/* borrowed */
};

static size_t
min(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* The next address of an answer, from *NEXT on. False: there is none. */
static bool
take_address(const struct host_evidence *host, const struct answer *answer,
    size_t *next, struct address *address)
{
	const struct answer_record *record;

	while (answer != NULL && *next < answer->count) {
		record = &answer->records[(*next)++];
		if (address_from_octets(address, record->data, record->size,
		    host->port))
			return true;
	}
	return false;
}

static void
list_address(struct contact_host *host, const struct address *address)
{
	host->evidence->address_total++;
	if (host->wanted < EVIDENCE_ADDRESSES_MAX)
		host->evidence->endpoints[host->wanted++].address = *address;
}

/* Lists the addresses in the DNS, of each family in turn, up to the limit. */
static void
list_addresses(const struct gather_options *options, struct contact_host *host)
{
	const struct answer *a = options->family != AF_INET6 ?
	    host->evidence->a : NULL;
	const struct answer *aaaa = options->family != AF_INET ?
	    host->evidence->aaaa : NULL;
	size_t next_a = 0, next_aaaa = 0;
	struct address address;
	bool more;

	do {
		more = false;
		if (take_address(host->evidence, a, &next_a, &address)) {
			list_address(host, &address);
			more = true;
		}
		if (take_address(host->evidence, aaaa, &next_aaaa, &address)) {
			list_address(host, &address);
			more = true;
		}
	} while (more);
}

/* Addresses in the DNS, or the one that replaces them (--connect). */
static void
list_all(struct contacts *contacts, struct contact_host *host)
{
	const struct gather_options *options = contacts->context->options;
	struct address address = options->connect_to;
	size_t i;

	host->evidence->endpoints = memory_new(EVIDENCE_ADDRESSES_MAX,
	    sizeof(*host->evidence->endpoints));
	if (options->connect) {
		address.port = host->evidence->port;
		list_address(host, &address);
	} else {
		list_addresses(options, host);
	}
	host->contacts = memory_new(host->wanted, sizeof(*host->contacts));
	for (i = 0; i < host->wanted; i++)
		host->contacts[i].contacts = contacts;
}

/*
 * Gives out the addresses of the hosts that are known, as if there were no
 * others: in rounds.
 */
static void
share_all(struct contacts *contacts)
{
	size_t left = contacts->context->options->max_endpoints, round, i;
	struct host_evidence *host;

	for (round = 0; round < EVIDENCE_ADDRESSES_MAX; round++) {
		for (i = 0; i < contacts->host_count && left > 0; i++) {
			host = contacts->hosts[i].evidence;
			if (round >= contacts->hosts[i].wanted)
				continue;
			left--;
			if (round >= host->endpoint_count)
				host->endpoint_count = round + 1;
		}
	}
}

/* Gives a host what it gets whatever the others turn out to have. */
static void
share_certain(const struct contacts *contacts, struct contact_host *host)
{
	host->evidence->endpoint_count = min(host->wanted,
	    contacts->context->options->max_endpoints / contacts->host_count);
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

/* Says of an address that was not begun why. */
static void
note_untried(struct endpoint_evidence *endpoint, enum session_outcome outcome,
    const char *why)
{
	endpoint->stage = STAGE_CONNECT;
	endpoint->outcome = outcome;
	endpoint->error = memory_string(why);
}

static void	advance(struct contacts *contacts);

/* Keeps what was seen at an address, if there is room for it. */
static void
keep(struct contacts *contacts, struct endpoint_evidence *endpoint)
{
	struct address address = endpoint->address, source = endpoint->source;
	char *met;

	if (budget_spend_octets(&contacts->budget,
	    evidence_endpoint_octets(endpoint)))
		return;
	evidence_endpoint_clear(endpoint);
	*endpoint = (struct endpoint_evidence){
		.address = address,
		.source = source,
	};
	met = budget_met(&contacts->budget);
	note_untried(endpoint, OUTCOME_LIMIT, met);
	endpoint->stage = STAGE_HANDSHAKE;
	free(met);
	event_active(contacts->limit, EV_TIMEOUT, 0);
}

/* Notes whether an address under way rests: another one may be, meanwhile. */
static void
set_resting(struct contact *contact, bool rests)
{
	struct contacts *contacts = contact->contacts;

	if (contact->resting == rests)
		return;
	contact->resting = rests;
	if (rests) {
		contacts->running--;
		contacts->resting++;
	} else {
		contacts->resting--;
		contacts->running++;
	}
}

/* It is not under way any more. */
static void
forget_waiter(struct contact *contact)
{
	set_resting(contact, false);
	contact->waiter = NULL;
	contact->contacts->running--;
}

static void
on_rests(bool rests, void *argument)
{
	struct contact *contact = argument;

	set_resting(contact, rests);
	event_active(contact->contacts->moved, EV_TIMEOUT, 0);
}

/* The room of those that rest is for others; and the rest may be known. */
static void
on_moved(evutil_socket_t fd, short what, void *argument)
{
	struct contacts *contacts = argument;

	(void)fd;
	(void)what;
	advance(contacts);
	contacts->changed(contacts->argument);
}

static void
on_endpoint(struct endpoint_evidence *endpoint, void *argument)
{
	struct contact *contact = argument;
	struct contacts *contacts = contact->contacts;

	forget_waiter(contact);
	keep(contacts, endpoint);
	advance(contacts);
	contacts->changed(contacts->argument);
}

static void
on_spent(double key_cost, void *argument)
{
	struct contact *contact = argument;
	struct contacts *contacts = contact->contacts;
	char *met;

	budget_spend(&contacts->budget, key_cost);
	met = budget_met(&contacts->budget);
	if (met != NULL)
		event_active(contacts->limit, EV_TIMEOUT, 0);
	free(met);
}

/* Begins with the next address of HOST. */
static void
begin(struct contacts *contacts, struct contact_host *host)
{
	struct contact *contact = &host->contacts[host->begun];
	struct endpoint_evidence *endpoint =
	    &host->evidence->endpoints[host->begun];
	const struct endpoint_request request = {
		.server_name = host_dns_server_name(host->evidence),
		.party = contacts->party,
		.done = on_endpoint,
		.spent = on_spent,
		.rests = on_rests,
		.argument = contact,
	};

	host->begun++;
	if (is_settled(contacts->context, endpoint))
		return;
	contact->waiter = probe_cache_get(contacts->context, endpoint,
	    &request);
	contacts->running++;
	set_resting(contact, probe_cache_is_resting(contact->waiter));
}

/* The first of the hosts of which the fewest addresses were begun, or NULL. */
static struct contact_host *
choose_host(const struct contacts *contacts)
{
	struct contact_host *host, *chosen = NULL;
	size_t i;

	for (i = 0; i < contacts->host_count; i++) {
		host = &contacts->hosts[i];
		if (host->begun < host->evidence->endpoint_count &&
		    (chosen == NULL || host->begun < chosen->begun))
			chosen = host;
	}
	return chosen;
}

/* Leaves everything that is under way, as END says. */
static void
leave_all(struct contacts *contacts, const struct endpoint_end *end)
{
	struct contact_host *host;
	size_t i, j;

	for (i = 0; i < contacts->host_count; i++) {
		host = &contacts->hosts[i];
		for (j = 0; j < host->begun; j++) {
			if (host->contacts[j].waiter == NULL)
				continue;
			probe_cache_leave(host->contacts[j].waiter, end);
			forget_waiter(&host->contacts[j]);
			keep(contacts, &host->evidence->endpoints[j]);
		}
	}
}

/* Notes of all that were not begun why they are not going to be. */
static void
give_up(struct contacts *contacts, enum session_outcome outcome,
    const char *why)
{
	struct contact_host *host;
	size_t i;

	for (i = 0; i < contacts->host_count; i++) {
		host = &contacts->hosts[i];
		while (host->begun < host->evidence->endpoint_count)
			note_untried(&host->evidence->endpoints[host->begun++],
			    outcome, why);
	}
}

/* Begins with as many as may be under way. */
static void
advance(struct contacts *contacts)
{
	char *met = budget_met(&contacts->budget);
	struct contact_host *host;

	while (met == NULL && contacts->running < CONTACTS_MAX &&
	    budget_allows(&contacts->budget, contacts->running) &&
	    (host = choose_host(contacts)) != NULL)
		begin(contacts, host);
	if (met != NULL)
		give_up(contacts, OUTCOME_LIMIT, met);
	free(met);
}

/*
 * Ends all once the budget is spent. Whoever notices that is in the midst of
 * one of the conversations that end.
 */
static void
on_limit(evutil_socket_t fd, short what, void *argument)
{
	struct contacts *contacts = argument;
	char *met = budget_met(&contacts->budget);
	const struct endpoint_end end = { OUTCOME_LIMIT, met };

	(void)fd;
	(void)what;
	assert(met != NULL);
	leave_all(contacts, &end);
	give_up(contacts, OUTCOME_LIMIT, met);
	free(met);
	contacts->changed(contacts->argument);
}

struct contacts *
contacts_new(const struct context *context, struct evidence *evidence,
    contacts_changed *changed, void *argument)
{
	struct contacts *contacts = memory_new(1, sizeof(*contacts));
	size_t i;

	contacts->context = context;
	contacts->party = dialer_add_party(context->dialer);
	budget_init(&contacts->budget, context->options->max_endpoints);
	contacts->host_count = evidence->host_count;
	contacts->hosts = memory_new(evidence->host_count,
	    sizeof(*contacts->hosts));
	for (i = 0; i < evidence->host_count; i++) {
		contacts->hosts[i].evidence = &evidence->hosts[i];
		contacts->expected += evidence->hosts[i].asked;
	}
	contacts->limit = event_new(context->base, -1, 0, on_limit, contacts);
	contacts->moved = event_new(context->base, -1, 0, on_moved, contacts);
	if (contacts->limit == NULL || contacts->moved == NULL)
		abort();
	contacts->changed = changed;
	contacts->argument = argument;
	return contacts;
}

void
contacts_free(struct contacts *contacts)
{
	const struct endpoint_end end = { OUTCOME_TIMEOUT, "cancelled" };
	size_t i;

	if (contacts == NULL)
		return;
	leave_all(contacts, &end);
	for (i = 0; i < contacts->host_count; i++)
		free(contacts->hosts[i].contacts);
	event_free(contacts->limit);
	event_free(contacts->moved);
	free(contacts->hosts);
	free(contacts);
}

void
contacts_add(struct contacts *contacts, struct host_evidence *host,
    bool connect)
{
	struct contact_host *added = contacts->hosts;

	while (added->evidence != host)
		added++;
	contacts->expected--;
	if (connect)
		list_all(contacts, added);
	if (contacts->expected == 0)
		share_all(contacts);
	else
		share_certain(contacts, added);
	advance(contacts);
}

static int
compare_endpoints(const void *a, const void *b)
{
	const struct address *address = &((const struct endpoint_evidence *)a)->
	    address, *other = &((const struct endpoint_evidence *)b)->address;

	if (address->family != other->family)
		return address->family == AF_INET ? -1 : 1;
	return memcmp(address->octets, other->octets,
	    address->family == AF_INET ? 4 : 16);
}

void
contacts_sort(struct contacts *contacts)
{
	struct host_evidence *host;
	size_t i;

	assert(contacts_are_done(contacts));
	for (i = 0; i < contacts->host_count; i++) {
		host = contacts->hosts[i].evidence;
		if (host->endpoint_count > 1)
			qsort(host->endpoints, host->endpoint_count,
			    sizeof(*host->endpoints), compare_endpoints);
	}
}

bool
contacts_are_done(const struct contacts *contacts)
{
	return contacts->expected == 0 && contacts->running == 0 &&
	    contacts->resting == 0;
}

/* Whether all addresses that are under way are as IS says. */
static bool
are_all(const struct contacts *contacts,
    bool (*is)(const struct probe_waiter *waiter))
{
	const struct contact_host *host;
	size_t i, j;

	for (i = 0; i < contacts->host_count; i++) {
		host = &contacts->hosts[i];
		for (j = 0; j < host->begun; j++) {
			if (host->contacts[j].waiter != NULL &&
			    !is(host->contacts[j].waiter))
				return false;
		}
	}
	return true;
}

bool
contacts_suffice(const struct contacts *contacts)
{
	return are_all(contacts, probe_cache_is_trying_again) &&
	    contacts->expected == 0 && choose_host(contacts) == NULL;
}

void
contacts_stop(struct contacts *contacts, const char *why)
{
	const struct endpoint_end end = { OUTCOME_TIMEOUT, why };

	share_all(contacts);
	contacts->expected = 0;
	leave_all(contacts, &end);
	give_up(contacts, OUTCOME_UNTRIED, "its turn did not come in time");
	event_del(contacts->limit);
	event_del(contacts->moved);
}

bool
contacts_are_in_line(const struct contacts *contacts)
{
	return are_all(contacts, probe_cache_is_in_line) &&
	    contacts->running > 0;
}

char *
contacts_wait_for(const struct contacts *contacts)
{
	const struct contact_host *host;
	size_t i, j;

	for (i = 0; i < contacts->host_count; i++) {
		host = &contacts->hosts[i];
		for (j = 0; j < host->begun; j++) {
			if (host->contacts[j].waiter != NULL)
				return probe_cache_waits_for(
				    host->contacts[j].waiter);
		}
	}
	return NULL;
}
