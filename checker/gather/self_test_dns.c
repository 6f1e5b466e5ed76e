/*
 * What comes back from the DNS: the root's keys, and when signatures hold, as
 * this program's resolver hears it; and what each server itself does with what
 * DNSSEC needs.
 */
#include <stdlib.h>
#include <string.h>

#include "checker/gather/self_test.h"
#include "checker/gather/self_test_parts.h"
#include "resolver/dnskey.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/query_signs.h"
#include "resolver/resolver.h"
#include "resolver/root_hints.h"
#include "resolver/text.h"

/* Servers of a family that are asked over UDP and TCP; resolvers in all. */
#define SERVERS_MAX	3
#define RESOLVERS_MAX	8

/* Of a zone that there is not, so that its absence is to be proved. */
#define ABSENT	"_25._tcp.mxdane-self-test"

/* Zones whose servers sign all the time; the domain's own is another. */
static const char *const zones[] = { ".", "com", "org" };

/* Some root servers (IANA, named.root), where --root-hints names none. */
static const char *const roots[] = {
	"198.41.0.4", "193.0.14.129", "199.7.83.42",
	"2001:503:ba3e::2:30", "2001:7fd::1", "2001:500:9f::42",
};

/* In time, too late or too early: signatures say so, whoever believes them. */
static void
see_signatures(struct errand *errand, const struct answer *answer)
{
	const struct answer_origin *origin = answer->origin;
	struct query_signs signs = { 0 };

	if (origin != NULL && origin->packet != NULL)
		signs = query_signs_read(origin->packet, origin->size,
		    errand->test->evidence->checked_at);
	errand->sight.from = signs.from;
	errand->sight.until = signs.until;
	if (answer->kind == ANSWER_NO_NAME && signs.from != 0)
		return;		/* signed by the zone above */
	if (signs.from != 0)
		errand_see(errand, SIGHT_GOOD, NULL);
	else if (answer->kind == ANSWER_UNUSABLE)
		errand_see(errand, SIGHT_FAILED, answer->why);
	else
		errand_see(errand, SIGHT_STRIPPED, NULL);
}

/* Which of the root's keys are trusted. */
static void
on_root_keys(struct errand *errand, const struct answer *answer)
{
	const struct context *context = errand->test->context;
	struct dns_key key;
	size_t i;

	for (i = 0; i < answer->count; i++) {
		if (!dnskey_read(&answer->records[i], &key) ||
		    !resolver_trusts_key(context->resolver,
		    &answer->records[i]))
			continue;
		errand->sight.number = key.key_tag;
		errand_see(errand, SIGHT_GOOD, NULL);
	}
}

static void
ask_zone(struct self_test *test, const char *zone)
{
	errand_ask(errand_new(test, SELF_TEST_CLOCK, memory_string(zone)),
	    zone, DNS_SOA, see_signatures);
}

/* Those of the table, and the domain's, if it is none of them. */
static void
ask_zones(struct self_test *test)
{
	const char *domain = test->evidence->domain, *top = domain, *parent;
	bool known = false;
	size_t i;

	while ((parent = name_parent(top)) != NULL && strcmp(parent, ".") != 0)
		top = parent;
	for (i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
		ask_zone(test, zones[i]);
		known |= name_equal(zones[i], top);
	}
	if (test->facts->has_domain && !known)
		ask_zone(test, top);
}

/* That there is one, or why it is none. False: that has been said. */
static bool
is_answer(const struct errand *errand, const struct answer *answer)
{
	if (answer->fault == ANSWER_FAULT_SILENT && answer->origin == NULL)
		errand_see(errand, SIGHT_SILENT, answer->why);
	else if (answer->origin == NULL)
		errand_see(errand, SIGHT_FAILED, answer->why);
	else if (answer->kind == ANSWER_UNUSABLE)
		errand_see(errand, SIGHT_ERROR, answer->why);
	else
		return true;
	return false;
}

static struct query_signs
signs_of(const struct errand *errand, const struct answer *answer)
{
	return query_signs_read(answer->origin->packet, answer->origin->size,
	    errand->test->evidence->checked_at);
}

/* The root's keys, which a resolver must hand on with their signatures. */
static void
on_keys(struct errand *errand, const struct answer *answer)
{
	if (!is_answer(errand, answer))
		return;
	if (errand->manner.plain)
		errand_see(errand, SIGHT_PLAIN, NULL);
	else if (answer->kind != ANSWER_RECORDS)
		errand_see(errand, SIGHT_ABSENT, NULL);
	else if (signs_of(errand, answer).signatures == 0)
		errand_see(errand, SIGHT_STRIPPED, NULL);
	else
		errand_see(errand, SIGHT_GOOD, NULL);
}

/* A TLSA record that there is not, which is to be proved. */
static void
on_denial(struct errand *errand, const struct answer *answer)
{
	struct query_signs signs;

	if (!is_answer(errand, answer))
		return;
	signs = signs_of(errand, answer);
	if (signs.proofs == 0 || signs.proof_signatures == 0)
		errand_see(errand, SIGHT_UNPROVED, NULL);
	else
		errand_see(errand, SIGHT_GOOD, NULL);
}

/*
 * The root's servers have its keys, and sign them: somebody on the way answers
 * in their place. A resolver may leave out signatures by itself.
 */
static bool
is_forged(const struct errand *errand, const struct answer *answer)
{
	return answer->kind != ANSWER_RECORDS ||
	    (errand->test->facts->root &&
	    signs_of(errand, answer).signatures == 0);
}

/* An answer that is large: the root's keys with their signatures. */
static void
on_large(struct errand *errand, const struct answer *answer)
{
	if (errand->manner.udp_cut) {
		errand_see(errand, SIGHT_CUT, NULL);
	} else if (!is_answer(errand, answer)) {
		return;
	} else if (is_forged(errand, answer)) {
		errand_see(errand, SIGHT_STRIPPED, NULL);
	} else {
		errand->sight.number = (unsigned int)answer->origin->size;
		errand_see(errand, errand->manner.plain ? SIGHT_PLAIN :
		    SIGHT_GOOD, NULL);
	}
}

static void
query(struct self_test *test, enum self_test_topic topic,
    const struct address *server, struct query_question question,
    errand_answered *answered)
{
	struct errand *errand = errand_new(test, topic, address_text(server));

	errand->sight.server = *server;
	question.recursive = question.unchecked = !test->facts->root;
	errand_query(errand, &question, answered);
}

static void
query_resolver(struct self_test *test, const struct address *server)
{
	const struct query_question keys = { .name = ".", .type = DNS_DNSKEY };
	const struct query_question denial = { .name = ABSENT,
		.type = DNS_TLSA };

	query(test, SELF_TEST_RESOLVER, server, keys, on_keys);
	query(test, SELF_TEST_RESOLVER, server, denial, on_denial);
}

static void
query_transports(struct self_test *test, const struct address *server)
{
	const struct query_question udp = { .name = ".", .type = DNS_DNSKEY,
		.udp_only = true };
	const struct query_question tcp = { .name = ".", .type = DNS_DNSKEY,
		.tcp_only = true };

	query(test, SELF_TEST_UDP, server, udp, on_large);
	query(test, SELF_TEST_TCP, server, tcp, on_large);
}

/* Servers as texts, "ADDR" or "ADDR@PORT". */
static void
query_servers(struct self_test *test, const char *const *texts, size_t count)
{
	size_t i, asked, four = 0, six = 0;
	struct address server;
	uint32_t port;
	char *text;

	for (i = 0; i < count; i++) {
		port = 53;
		text = memory_copy(texts[i], strcspn(texts[i], "@"));
		if (texts[i][strlen(text)] == '@')
			text_parse_number(texts[i] + strlen(text) + 1,
			    UINT16_MAX, &port);
		if (address_from_text(&server, text, (uint16_t)port)) {
			asked = server.family == AF_INET6 ? six++ : four++;
			if (asked == 0)
				self_test_route(test, &server);
			if (asked < SERVERS_MAX)
				query_transports(test, &server);
			if (!test->facts->root && i < RESOLVERS_MAX)
				query_resolver(test, &server);
		}
		free(text);
	}
	/* Nobody is asked over it, but mail servers may be. */
	if (four == 0 && address_from_text(&server, roots[0], 53))
		self_test_route(test, &server);
	if (six == 0 && address_from_text(&server, roots[3], 53))
		self_test_route(test, &server);
}

void
self_test_dns(struct self_test *test)
{
	const struct resolver_options *options =
	    test->context->resolver_options;
	struct root_hints hints = { NULL, 0 };
	char *why;

	errand_ask(errand_new(test, SELF_TEST_ROOT, NULL), ".", DNS_DNSKEY,
	    on_root_keys);
	ask_zones(test);
	if (options->forwarder_count > 0) {
		query_servers(test, options->forwarders,
		    options->forwarder_count);
	} else if (options->root_hints == NULL) {
		query_servers(test, roots, sizeof(roots) / sizeof(roots[0]));
	} else if (root_hints_init(&hints, options->root_hints, &why)) {
		query_servers(test, (const char *const *)hints.addresses,
		    hints.count);
		root_hints_clear(&hints);
	} else {
		free(why);
	}
}
