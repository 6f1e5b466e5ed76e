#include "checker/gather/audit.h"

#include <stdlib.h>

#include "checker/evidence/host_dns.h"
#include "checker/gather/allowance.h"
#include "checker/gather/asides.h"
#include "checker/gather/contacts.h"
#include "checker/gather/host.h"
#include "checker/gather/inquiry.h"
#include "checker/gather/nameservers.h"
#include "checker/gather/second_way.h"
#include "checker/gather/trust.h"
#include "checker/evidence/record_order.h"
#include "resolver/clock.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/resolver.h"
#include "resolver/text.h"
#include "smtp/dial.h"

struct audit {
	struct context			own;		/* with its second way,
							 * which is owned */
	const struct context		*context;	/* borrowed; that */
	struct evidence			*evidence;	/* owned */
	struct allowance		*allowance;	/* owned */
	double				 began_at;	/* see clock.h */
	struct resolver_question	*probe;		/* owned, NULL: none */
	struct inquiry			*root_keys;	/* owned, NULL: none */
	struct inquiry			*mx;		/* owned, NULL: none */
	struct asides			*asides;	/* owned */
	struct host_gathering		**hosts;	/* owned; NULL until
							 * start_hosts; one for
							 * each host, NULL: it
							 * is done */
	size_t				 running;	/* of these */
	struct contacts			*contacts;	/* owned; NULL until
							 * start_hosts */
	struct trust			*trust;		/* owned, NULL: none */
	bool				 trust_begun;
	struct nameservers		*nameservers;	/* owned, NULL: none */
	bool				 nameservers_begun;
	audit_done			*done;
	void				*argument;	/* borrowed */
};

static void	audit_advance(struct audit *audit);

/* Everything but the evidence. */
static void
audit_free(struct audit *audit)
{
	resolver_cancel(audit->probe);
	inquiry_cancel(audit->root_keys);
	inquiry_cancel(audit->mx);
	asides_free(audit->asides);
	trust_stop(audit->trust);
	contacts_free(audit->contacts);
	allowance_cancel(audit->allowance);
	second_way_free(audit->own.second_way);
	free(audit->hosts);
	free(audit);
}

/*
 * An MX answer that could not be validated for reasons of our own says nothing
 * about the domain.
 */
static void
forget_mx(struct evidence *evidence)
{
	answer_free(evidence->mx);
	evidence->mx = answer_failed(evidence->domain, DNS_MX,
	    evidence->health_why != NULL ? evidence->health_why :
	    "the root's keys could not be obtained");
}

static void
finish(struct audit *audit)
{
	struct evidence *evidence = audit->evidence;
	audit_done *done = audit->done;
	void *argument = audit->argument;

	evidence->elapsed_ms = (unsigned int)(1000 *
	    (clock_monotonic() - audit->began_at));
	evidence->connected = dialer_has_connected(audit->context->dialer);
	if (audit->contacts != NULL)
		contacts_sort(audit->contacts);
	if (evidence->health != RESOLVER_HEALTHY && evidence->mx != NULL)
		forget_mx(evidence);
	audit_free(audit);
	done(evidence, argument);
}

static void
on_trust(void *argument)
{
	struct audit *audit = argument;

	audit->trust = NULL;
	audit_advance(audit);
}

/* As soon as all answers are there; the servers are talked to meanwhile. */
static void
start_trust(struct audit *audit)
{
	if (audit->trust_begun || audit->mx != NULL || audit->running > 0)
		return;
	audit->trust_begun = true;
	audit->trust = trust_start(audit->context, audit->evidence, on_trust,
	    audit);
}

static void
on_nameservers(void *argument)
{
	struct audit *audit = argument;

	audit->nameservers = NULL;
	audit_advance(audit);
}

/*
 * Whom to ask where name servers are: nobody who is known to spoil answers, if
 * the way from the root has been gone instead.
 */
static const struct context *
way_to_servers(const struct audit *audit)
{
	return audit->evidence->dispute_count > 0 ?
	    second_way_direct(audit->context) : audit->context;
}

/*
 * When all else is known: what each name server says (--authoritative), or at
 * least whether it has the next key's record (--next).
 */
static void
start_nameservers(struct audit *audit)
{
	if (audit->nameservers_begun ||
	    !(audit->context->options->authoritative ||
	    audit->context->options->next) ||
	    audit->evidence->health != RESOLVER_HEALTHY)
		return;
	audit->nameservers_begun = true;
	audit->nameservers = nameservers_start(way_to_servers(audit),
	    audit->evidence, on_nameservers, audit);
}

/*
 * Whether all is there that a verdict may depend on, but for what would better
 * it: an address that is tried again.
 */
static bool
suffices(const struct audit *audit)
{
	return audit->probe == NULL && audit->root_keys == NULL &&
	    audit->mx == NULL && audit->running == 0 &&
	    audit->nameservers == NULL &&
	    (audit->contacts == NULL || contacts_suffice(audit->contacts));
}

static bool
is_complete(const struct audit *audit)
{
	return suffices(audit) &&
	    (audit->contacts == NULL || contacts_are_done(audit->contacts));
}

static void
audit_advance(struct audit *audit)
{
	start_trust(audit);
	if (suffices(audit) && audit->trust == NULL)
		start_nameservers(audit);
	if (is_complete(audit) && audit->trust == NULL &&
	    asides_are_done(audit->asides))
		finish(audit);
}

/* The root's keys do not come by way of the resolver; but from the root? */
static void
on_root_keys(struct answer *answer, void *argument)
{
	struct audit *audit = argument;
	struct evidence *evidence = audit->evidence;

	audit->root_keys = NULL;
	if (answer_is_secure(answer)) {
		evidence->health = RESOLVER_HEALTHY;
		free(evidence->health_why);
		evidence->health_why = NULL;
	}
	answer_free(answer);
	audit_advance(audit);
}

static void
on_probed(enum resolver_health health, void *argument)
{
	struct audit *audit = argument;
	const char *why = resolver_health_why(audit->context->resolver);

	audit->probe = NULL;
	audit->evidence->health = health;
	audit->evidence->health_why = memory_string(why);
	if (health != RESOLVER_HEALTHY && audit->own.second_way != NULL) {
		second_way_avoid(audit->own.second_way);
		audit->root_keys = inquiry_go_on(audit->context,
		    answer_unusable(".", DNS_DNSKEY, why), on_root_keys, audit);
	}
	audit_advance(audit);
}

static void
on_aside(void *argument)
{
	audit_advance(argument);
}

static void
on_contacts(void *argument)
{
	audit_advance(argument);
}

static void
on_host(struct host_evidence *host, bool connect, void *argument)
{
	struct audit *audit = argument;

	audit->hosts[host - audit->evidence->hosts] = NULL;
	audit->running--;
	asides_add_host(audit->asides, host);
	contacts_add(audit->contacts, host, connect);
	audit_advance(audit);
}

static void
add_host(struct audit *audit, const char *name, uint16_t preference)
{
	struct evidence *evidence = audit->evidence;
	struct host_evidence *host;
	size_t i;

	for (i = 0; i < evidence->host_count; i++) {
		if (name_equal(evidence->hosts[i].name, name))
			return;
	}
	evidence->host_total++;
	if (evidence->host_count == EVIDENCE_HOSTS_MAX)
		return;
	evidence->hosts = memory_grow(evidence->hosts, evidence->host_count,
	    sizeof(*host));
	host = &evidence->hosts[evidence->host_count++];
	host->name = memory_string(name);
	host->preference = preference;
	host->port = audit->context->options->port;
	host->asked = host_dns_can_ask(name,
	    answer_has_records(evidence->mx));
}

/* Starts all hosts. From here on the evidence's array of them must not move. */
static void
start_hosts(struct audit *audit, bool dane_applies)
{
	struct evidence *evidence = audit->evidence;
	size_t i;

	audit->contacts = contacts_new(audit->context, evidence, on_contacts,
	    audit);
	audit->hosts = memory_new(evidence->host_count,
	    sizeof(struct host_gathering *));
	for (i = 0; i < evidence->host_count; i++) {
		if (!evidence->hosts[i].asked)
			continue;
		audit->hosts[i] = host_start(audit->context,
		    &evidence->hosts[i], dane_applies, on_host, audit);
		audit->running++;
	}
}

static void
on_mx(struct answer *answer, void *argument)
{
	struct audit *audit = argument;
	struct evidence *evidence = audit->evidence;
	size_t i;

	audit->mx = NULL;
	evidence->mx = answer;
	record_order_sort(answer);
	context_trace_answer(audit->context, answer);
	if (answer->kind == ANSWER_RECORDS && !evidence_is_null_mx(evidence)) {
		for (i = 0; i < answer->count; i++)
			add_host(audit, answer->records[i].name,
			    answer->records[i].preference);
	} else if (answer->kind == ANSWER_NO_DATA) {
		add_host(audit, evidence->domain, 0);
	}
	if (answer->dnssec != DNSSEC_BOGUS)
		start_hosts(audit, answer->dnssec == DNSSEC_SECURE);
	audit_advance(audit);
}

/* See audit.h: its time stands still. */
static bool
is_in_line(const void *argument)
{
	const struct audit *audit = argument;

	return audit->probe == NULL && audit->root_keys == NULL &&
	    audit->mx == NULL && asides_are_done(audit->asides) &&
	    audit->running == 0 && audit->trust == NULL &&
	    audit->nameservers == NULL && audit->contacts != NULL &&
	    contacts_are_in_line(audit->contacts);
}

/* The time is up: what is known by now is reported. */
static void
on_deadline(void *argument)
{
	struct audit *audit = argument;
	struct evidence *evidence = audit->evidence;
	char *limit, *why;
	size_t i;

	/* What is asked beside does not make the result any better. */
	evidence->out_of_time = !suffices(audit);
	if (evidence->out_of_time)
		evidence->outstanding = audit_waits_for(audit);
	limit = text_seconds(audit->context->options->timeout);
	why = memory_format("no answer within the %s of this audit", limit);
	free(limit);
	if (audit->mx != NULL)
		evidence->mx = answer_failed(evidence->domain, DNS_MX, why);
	for (i = 0; i < evidence->host_count; i++) {
		if (audit->hosts != NULL)
			host_stop(audit->hosts[i], why);
	}
	if (audit->contacts != NULL)
		contacts_stop(audit->contacts, why);
	nameservers_stop(audit->nameservers);
	free(why);
	finish(audit);
}

struct audit *
audit_start(const struct context *context, const char *domain, time_t now,
    audit_done *done, void *argument)
{
	struct audit *audit = memory_new(1, sizeof(*audit));
	double timeout = context->options->timeout;

	audit->began_at = clock_monotonic();
	audit->own = *context;
	audit->context = context = &audit->own;
	audit->done = done;
	audit->argument = argument;
	audit->evidence = evidence_new(domain);
	audit->own.second_way = second_way_new(context, audit->evidence);
	audit->evidence->checked_at = now;
	audit->evidence->host_mode = context->options->host_mode;
	audit->evidence->tool = evidence_tool_copy(context->tool);
	audit->evidence->dns_only = context->options->dns_only;
	audit->evidence->chain_given = context->chain_count > 0;
	audit->evidence->public_only = resolver_is_choosy(context->resolver);
	audit->evidence->deadline = timeout;
	audit->evidence->thorough = context->options->thorough;
	audit->asides = asides_new(context, audit->evidence, on_aside, audit);
	audit->allowance = allowance_start(context->base, timeout, is_in_line,
	    on_deadline, audit);

	audit->probe = resolver_probe(context->resolver, on_probed, audit);
	if (context->options->host_mode) {
		add_host(audit, domain, 0);
		start_hosts(audit, true);
	} else {
		audit->mx = inquiry_start(context, domain, DNS_MX, on_mx,
		    audit);
		inquiry_unlimit(audit->mx);
	}
	return audit;
}

void
audit_cancel(struct audit *audit)
{
	size_t i;

	if (audit == NULL)
		return;
	for (i = 0; i < audit->evidence->host_count; i++) {
		if (audit->hosts != NULL)
			host_stop(audit->hosts[i], "cancelled");
	}
	nameservers_stop(audit->nameservers);
	trust_stop(audit->trust);
	audit->trust = NULL;
	/* What is under way there is left in the evidence. */
	contacts_free(audit->contacts);
	audit->contacts = NULL;
	evidence_free(audit->evidence);
	audit_free(audit);
}

const struct evidence *
audit_evidence(const struct audit *audit)
{
	return audit->evidence;
}

char *
audit_waits_for(const struct audit *audit)
{
	char *contact, *aside;
	size_t i;

	if (audit->mx != NULL)
		return memory_format("MX %s", audit->evidence->domain);
	for (i = 0; i < audit->evidence->host_count; i++) {
		if (audit->hosts != NULL && audit->hosts[i] != NULL)
			return host_waits_for(audit->hosts[i]);
	}
	contact = audit->contacts != NULL ?
	    contacts_wait_for(audit->contacts) : NULL;
	if (contact != NULL)
		return contact;
	if (audit->nameservers != NULL)
		return nameservers_waits_for(audit->nameservers);
	aside = asides_wait_for(audit->asides);
	return aside != NULL ? aside : memory_string(audit->evidence->domain);
}

double
audit_longest(double timeout)
{
	return allowance_longest(timeout);
}
