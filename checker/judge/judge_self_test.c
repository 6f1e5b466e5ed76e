/*
 * What --self-test saw: each item of it, whether something cannot be tested
 * here, and what to do about it.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "checker/evidence/self_test_facts.h"
#include "checker/judge/judge_parts.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/text.h"
#include "resolver/validity.h"

/* Octets that every path lets through, without EDNS (RFC 1035 2.3.4). */
#define PLAIN_MAX	512

/* The sights of a topic, of a kind or of any. */
#define ANY_KIND	(-1)

/* The next sight of TOPIC and KIND from *AT on; NULL: there is none. */
static const struct self_test_sight *
next(const struct self_test_facts *facts, enum self_test_topic topic, int kind,
    size_t *at)
{
	const struct self_test_sight *sight;

	while (*at < facts->sight_count) {
		sight = &facts->sights[(*at)++];
		if (sight->topic == topic && (kind == ANY_KIND ||
		    (int)sight->kind == kind))
			return sight;
	}
	return NULL;
}

static const struct self_test_sight *
first(const struct self_test_facts *facts, enum self_test_topic topic,
    int kind)
{
	size_t at = 0;

	return next(facts, topic, kind, &at);
}

static size_t
count(const struct self_test_facts *facts, enum self_test_topic topic,
    int kind)
{
	size_t at = 0, found = 0;

	while (next(facts, topic, kind, &at) != NULL)
		found++;
	return found;
}

/* Takes ownership of TEXT; ADVICE is copied, or NULL. */
static void
add(struct self_test_facts *facts, enum self_test_topic topic,
    enum self_test_state state, char *text, const char *advice)
{
	struct self_test_item *item;

	if (facts->item_count == SELF_TEST_ITEMS_MAX) {
		free(text);
		return;
	}
	facts->items = memory_grow(facts->items, facts->item_count,
	    sizeof(*facts->items));
	item = &facts->items[facts->item_count++];
	item->topic = topic;
	item->state = state;
	item->text = text;
	item->advice = memory_string(advice);
}

/* Takes ownership of TEXT and MORE. */
static char *
join(char *text, const char *between, char *more)
{
	char *joined = memory_join(text, text == NULL ? "" : between, more);

	free(more);
	return joined;
}

/* "mx.example.org [192.0.2.1]: Connection refused". Owned by the caller. */
static char *
sight_text(const struct self_test_sight *sight)
{
	static const char *const kinds[] = {
		[SIGHT_SILENT] = "no answer",
		[SIGHT_FAILED] = "no usable answer",
		[SIGHT_NO_ROUTE] = "no route",
		[SIGHT_RESERVED] = "not a public address",
		[SIGHT_REFUSED] = "it refuses this client",
		[SIGHT_ERROR] = "it answers with an error",
		[SIGHT_CUT] = "the answer is cut off",
		[SIGHT_PLAIN] = "it does not know EDNS (RFC 6891), without "
		    "which there is no DNSSEC",
		[SIGHT_STRIPPED] = "records come without their signatures "
		    "(RRSIG), or not at all",
		[SIGHT_UNPROVED] = "a denial comes without its proof (NSEC or "
		    "NSEC3, and RRSIG)",
		[SIGHT_ABSENT] = "no such record",
		[SIGHT_GOOD] = "ok",
	};
	char *address = sight->server.family != 0 ?
	    address_text(&sight->server) : NULL;
	char *text = memory_string(sight->subject);

	if (address != NULL && (text == NULL || strcmp(text, address) != 0))
		text = join(text, " ", memory_format("[%s]", address));
	free(address);
	text = join(text, ": ", memory_string(kinds[sight->kind]));
	if (sight->why != NULL)
		text = memory_join(text, ": ", sight->why);
	return text;
}

static void
judge_root(struct evidence *evidence)
{
	struct self_test_facts *facts = evidence->self_test;
	const struct self_test_sight *sight;
	size_t at = 0;
	char *text;

	if (evidence->health == RESOLVER_HEALTHY) {
		text = memory_string("its keys are validated by a trust "
		    "anchor");
		while ((sight = next(facts, SELF_TEST_ROOT, SIGHT_GOOD, &at)) !=
		    NULL)
			text = join(text, ", key tag ",
			    memory_format("%u", sight->number));
		add(facts, SELF_TEST_ROOT, SELF_TEST_OK, text, NULL);
	} else {
		add(facts, SELF_TEST_ROOT, SELF_TEST_FAIL,
		    memory_string(evidence->health_why != NULL ?
		    evidence->health_why : "no answer within --timeout"),
		    evidence->health == RESOLVER_BAD_ANCHOR ?
		    "look at the clock and at the resolver below; if both are "
		    "well, at the trust anchors (--trust-anchor), which may "
		    "have been replaced" :
		    "check this machine's network, or name a resolver that it "
		    "can reach (--resolver)");
	}
}

/* How this machine's clock stands to the signatures of a zone. */
enum clock_side {
	CLOCK_UNKNOWN,
	CLOCK_BEHIND,		/* of their beginning */
	CLOCK_CLOSE,		/* the same, by less than clocks may differ */
	CLOCK_AHEAD,		/* of their end */
	CLOCK_WITHIN,

	CLOCK_SIDES
};

static enum clock_side
side_of(const struct self_test_sight *sight, time_t now)
{
	if (sight->kind != SIGHT_GOOD)
		return CLOCK_UNKNOWN;
	if (now < sight->from)
		return sight->from - now > VALIDITY_SKEW ? CLOCK_BEHIND :
		    CLOCK_CLOSE;
	return now > sight->until ? CLOCK_AHEAD : CLOCK_WITHIN;
}

/* "this clock says T; the signatures of com are from T to T". Owned. */
static char *
clock_text(const struct self_test_sight *sight, time_t now)
{
	char *here = text_time(now), *from = text_time(sight->from);
	char *until = text_time(sight->until);
	char *text = memory_format("this clock says %s; the newest signature "
	    "of %s is from %s to %s", here, sight->subject, from, until);

	free(until);
	free(from);
	free(here);
	return text;
}

static void
judge_clock(struct evidence *evidence)
{
	static const struct {
		enum self_test_state	 state;
		const char		*advice;
	} sides[] = {
		[CLOCK_BEHIND] = { SELF_TEST_FAIL,
		    "the clock is behind: set it (NTP)" },
		[CLOCK_CLOSE] = { SELF_TEST_WARN,
		    "the clock is a little behind: set it (NTP)" },
		[CLOCK_AHEAD] = { SELF_TEST_FAIL,
		    "the clock is ahead, if answers are not from an old copy: "
		    "set it (NTP)" },
		[CLOCK_WITHIN] = { SELF_TEST_OK, NULL },
	};
	struct self_test_facts *facts = evidence->self_test;
	const struct self_test_sight *sight, *shown[CLOCK_SIDES] = { NULL };
	enum clock_side side;
	size_t at = 0;

	while ((sight = next(facts, SELF_TEST_CLOCK, ANY_KIND, &at)) != NULL) {
		side = side_of(sight, evidence->checked_at);
		if (shown[side] == NULL || sight->from > shown[side]->from)
			shown[side] = sight;
	}
	/* A zone of which only an old copy is served says nothing of it. */
	if (shown[CLOCK_WITHIN] != NULL)
		shown[CLOCK_AHEAD] = NULL;
	for (side = CLOCK_BEHIND; side < CLOCK_SIDES; side++) {
		if (shown[side] == NULL)
			continue;
		add(facts, SELF_TEST_CLOCK, sides[side].state,
		    clock_text(shown[side], evidence->checked_at),
		    sides[side].advice);
		return;
	}
	add(facts, SELF_TEST_CLOCK, SELF_TEST_UNTRIED, memory_string(
	    "not tried: there is no signature to hold it against"), NULL);
}

/* Each resolver by itself: its first fault, or none. */
static void
judge_resolvers(struct self_test_facts *facts)
{
	const struct self_test_sight *sight, *fault;
	size_t at = 0, other;

	if (facts->root)
		add(facts, SELF_TEST_RESOLVER, SELF_TEST_UNTRIED,
		    memory_string("not tried: answers come from the root on, "
		    "and no resolver is named (--resolver)"), NULL);
	while ((sight = next(facts, SELF_TEST_RESOLVER, ANY_KIND, &at)) !=
	    NULL) {
		/* Only where it is first mentioned. */
		other = 0;
		while ((fault = next(facts, SELF_TEST_RESOLVER, ANY_KIND,
		    &other)) != sight &&
		    !address_equal(&fault->server, &sight->server))
			continue;
		if (fault != sight)
			continue;
		while (fault != NULL && (fault->kind == SIGHT_GOOD ||
		    !address_equal(&fault->server, &sight->server)))
			fault = next(facts, SELF_TEST_RESOLVER, ANY_KIND,
			    &other);
		if (fault == NULL)
			add(facts, SELF_TEST_RESOLVER, SELF_TEST_OK,
			    memory_format("%s hands through signatures, "
			    "denials with their proofs, and questions for "
			    "TLSA", sight->subject), NULL);
		else
			add(facts, SELF_TEST_RESOLVER, SELF_TEST_FAIL,
			    sight_text(fault), "see whether it may answer this "
			    "machine (--source); or use another resolver, or "
			    "none: without --resolver, answers come from the "
			    "root on");
	}
}

/* The largest answer; NULL: none came. */
static const struct self_test_sight *
largest(const struct self_test_facts *facts, enum self_test_topic topic)
{
	const struct self_test_sight *sight, *found = NULL;
	size_t at = 0;

	while ((sight = next(facts, topic, SIGHT_GOOD, &at)) != NULL) {
		if (found == NULL || sight->number > found->number)
			found = sight;
	}
	return found;
}

/* Whether nothing came of it that speaks of whom it was sent to. */
static bool
is_mute(const struct self_test_sight *sight)
{
	return sight->kind == SIGHT_NO_ROUTE || sight->kind == SIGHT_ABSENT;
}

/* The first that is no good; where it can, one that says more than "none". */
static const struct self_test_sight *
worst(const struct self_test_facts *facts, enum self_test_topic topic)
{
	const struct self_test_sight *sight, *found = NULL;
	size_t at = 0;

	while ((sight = next(facts, topic, ANY_KIND, &at)) != NULL) {
		if (sight->kind != SIGHT_GOOD && (found == NULL ||
		    (is_mute(found) && !is_mute(sight))))
			found = sight;
	}
	return found;
}

/* How the largest answer came. Owned by the caller. */
static char *
large_text(const struct self_test_sight *good)
{
	static const char unfragmented[] = ", with EDNS; more than 1232 are "
	    "never asked for, so that none come in fragments";
	static const char untried[] = "; whether more than "
	    TEXT_NUMBER(PLAIN_MAX) " come was not tried";
	const bool udp = good->topic == SELF_TEST_UDP;

	return memory_format("the root's keys, %u octets, from %s%s%s",
	    good->number, good->subject, udp ? unfragmented : "",
	    udp && good->number <= PLAIN_MAX ? untried : "");
}

static void
judge_transport(struct self_test_facts *facts, enum self_test_topic topic)
{
	static const char intercepted[] = "look for a router or firewall that "
	    "answers in place of name servers, or name a resolver (--resolver)";
	const struct self_test_sight *good = largest(facts, topic);
	const struct self_test_sight *error = first(facts, topic, SIGHT_ERROR);
	const struct self_test_sight *stripped = first(facts, topic,
	    SIGHT_STRIPPED);
	const bool udp = topic == SELF_TEST_UDP;

	if (good != NULL) {
		add(facts, topic, SELF_TEST_OK, large_text(good), NULL);
	} else if (udp && first(facts, topic, SIGHT_CUT) != NULL) {
		add(facts, topic, SELF_TEST_WARN,
		    sight_text(first(facts, topic, SIGHT_CUT)),
		    "large answers need TCP, see the next line");
	} else if (error != NULL && !facts->root) {
		add(facts, topic, SELF_TEST_UNTRIED, join(memory_string(
		    "not tried"), ": ", sight_text(error)), NULL);
	} else if (error != NULL || stripped != NULL) {
		add(facts, topic, SELF_TEST_FAIL, sight_text(error != NULL ?
		    error : stripped), intercepted);
	} else if (worst(facts, topic) != NULL) {
		add(facts, topic, SELF_TEST_FAIL,
		    sight_text(worst(facts, topic)), udp ?
		    "look for a firewall that lets no DNS (port 53) out, or no "
		    "answers of more than 512 octets in" :
		    "look for a firewall that lets DNS (port 53) out over UDP "
		    "only (RFC 7766 wants TCP, too)");
	} else {
		add(facts, topic, SELF_TEST_UNTRIED,
		    memory_string("not tried: no server is known"), NULL);
	}
}

/* Whether somebody has been heard, whatever was said. */
static bool
was_heard(const struct self_test_sight *sight)
{
	return sight->kind >= SIGHT_REFUSED && sight->kind != SIGHT_ABSENT;
}

/* An answer, or a greeting, that came over the family. NULL: none did. */
static const struct self_test_sight *
heard_over(const struct self_test_facts *facts, int family)
{
	const struct self_test_sight *sight;
	size_t i;

	for (i = 0; i < facts->sight_count; i++) {
		sight = &facts->sights[i];
		if (sight->server.family == family &&
		    sight->topic != SELF_TEST_NAME && was_heard(sight))
			return sight;
	}
	return NULL;
}

/* Whether anybody was asked, or connected to, over the family. */
static bool
has_tried(const struct self_test_facts *facts, int family)
{
	const struct self_test_sight *sight;
	size_t i;

	for (i = 0; i < facts->sight_count; i++) {
		sight = &facts->sights[i];
		if (sight->server.family == family &&
		    sight->topic != SELF_TEST_NAME &&
		    sight->kind != SIGHT_NO_ROUTE &&
		    sight->kind != SIGHT_RESERVED)
			return true;
	}
	return false;
}

static void
judge_family(struct self_test_facts *facts, enum self_test_topic topic)
{
	const bool six = topic == SELF_TEST_IPV6;
	const int family = six ? AF_INET6 : AF_INET;
	const struct self_test_sight *route = first(facts, topic, SIGHT_GOOD);
	const struct self_test_sight *heard = heard_over(facts, family);
	char *source;

	if (six ? facts->no_ipv6 : facts->no_ipv4) {
		add(facts, topic, SELF_TEST_UNTRIED, memory_format("not tried "
		    "(%s)", six ? "--ipv4" : "--ipv6"), NULL);
		return;
	}
	if (route == NULL && heard == NULL) {
		add(facts, topic, SELF_TEST_FAIL, memory_string("no route: "
		    "mail servers at such addresses cannot be tried"),
		    six ? "give this machine an IPv6 address and a route, or "
		    "leave the family out (--ipv4)" :
		    "give this machine an IPv4 address and a route, or leave "
		    "the family out (--ipv6)");
		return;
	}
	if (heard != NULL) {
		add(facts, topic, SELF_TEST_OK, memory_format("an answer came "
		    "from %s", heard->subject), NULL);
		return;
	}
	source = address_text(&route->source);
	if (has_tried(facts, family))
		add(facts, topic, SELF_TEST_FAIL, memory_format("a route from "
		    "%s, and no answer over it", source), "look for a router "
		    "or firewall that drops what this machine sends, or leave "
		    "the family out");
	else
		add(facts, topic, SELF_TEST_UNTRIED, memory_format("a route "
		    "from %s; whether answers come was not tried: nobody with "
		    "such an address was asked", source), NULL);
	free(source);
}

/* Mail servers' addresses; what is without one was looked up in vain. */
static size_t
count_contacts(const struct self_test_facts *facts)
{
	const struct self_test_sight *sight;
	size_t at = 0, found = 0;

	while ((sight = next(facts, SELF_TEST_PORT, ANY_KIND, &at)) != NULL)
		found += sight->server.family != 0;
	return found;
}

/* Why no mail server was tried. Owned by the caller; NULL: some were. */
static char *
port_untried(const struct evidence *evidence)
{
	const struct self_test_facts *facts = evidence->self_test;
	const struct self_test_sight *fault = worst(facts, SELF_TEST_PORT);

	if (!facts->has_domain)
		return memory_string("not tried: name a domain whose mail "
		    "servers may be connected to (mxdane --self-test DOMAIN)");
	if (evidence->dns_only)
		return memory_string("not tried (--dns-only)");
	if (count_contacts(facts) > 0)
		return NULL;
	if (fault == NULL || fault->kind == SIGHT_ABSENT)
		return memory_string("not tried: the domain has no mail server "
		    "with an address");
	return join(memory_string("not tried"), ": ", sight_text(fault));
}

static void
judge_port(struct evidence *evidence)
{
	struct self_test_facts *facts = evidence->self_test;
	const enum self_test_topic topic = SELF_TEST_PORT;
	const size_t good = count(facts, topic, SIGHT_GOOD);
	const size_t all = count_contacts(facts);
	const struct self_test_sight *refused = first(facts, topic,
	    SIGHT_REFUSED), *fault = refused != NULL ? refused :
	    worst(facts, topic);
	char *text = port_untried(evidence);

	if (text != NULL) {
		add(facts, topic, SELF_TEST_UNTRIED, text, NULL);
		return;
	}
	if (fault == NULL) {
		add(facts, topic, SELF_TEST_OK, memory_format("%zu of %zu "
		    "addresses can be connected to", good, all), NULL);
		return;
	}
	text = join(memory_format("%zu of %zu can be tried", good, all), "; ",
	    sight_text(fault));
	add(facts, topic, good > 0 ? SELF_TEST_WARN : SELF_TEST_FAIL, text,
	    refused != NULL ? "see what the server dislikes: the address may "
	    "be on a list, or without a PTR record, or the EHLO name unknown "
	    "(--source, --helo)" : good > 0 ? "see whether that server is up, "
	    "and how it is routed to" :
	    "many networks let no machine connect to port 25: ask for it, or "
	    "run mxdane where it is open; --dns-only judges the DNS alone");
}

/* Whether the name for EHLO resolves to an address of ours. */
static bool
resolves_to(const struct self_test_facts *facts, const struct address *source)
{
	const struct self_test_sight *sight;
	size_t at = 0;

	while ((sight = next(facts, SELF_TEST_NAME, SIGHT_GOOD, &at)) != NULL)
		if (sight->server.family == source->family &&
		    memcmp(sight->server.octets, source->octets,
		    address_size(source)) == 0)
			return true;
	return false;
}

/* A source that is tried, the name for EHLO does not lead to. NULL: none. */
static const struct self_test_sight *
unnamed_source(const struct self_test_facts *facts)
{
	const struct self_test_sight *sight;
	size_t i;

	for (i = 0; i < facts->sight_count; i++) {
		sight = &facts->sights[i];
		if (sight->topic == SELF_TEST_REVERSE &&
		    sight->kind != SIGHT_RESERVED &&
		    !(sight->source.family == AF_INET ? facts->no_ipv4 :
		    facts->no_ipv6) && !resolves_to(facts, &sight->source))
			return sight;
	}
	return NULL;
}

static void
judge_name(struct self_test_facts *facts)
{
	static const char cure[] = "give --helo a name that resolves to this "
	    "machine's address: many servers refuse others";
	const enum self_test_topic topic = SELF_TEST_NAME;
	const struct self_test_sight *unnamed = unnamed_source(facts);
	const struct self_test_sight *fault = worst(facts, topic);
	char *address;

	if (name_is_address(facts->helo)) {
		add(facts, topic, SELF_TEST_WARN, memory_format("this machine "
		    "has no fully qualified name: it calls itself by its "
		    "address, %s (RFC 5321 4.1.3)", facts->helo), cure);
	} else if (!name_is_qualified(facts->helo)) {
		add(facts, topic, SELF_TEST_WARN, memory_format("'%s' is not "
		    "fully qualified (RFC 5321 2.3.5)", facts->helo), cure);
	} else if (fault != NULL && (fault->kind == SIGHT_SILENT ||
	    fault->kind == SIGHT_FAILED)) {
		add(facts, topic, SELF_TEST_UNTRIED, join(memory_string(
		    "not tried"), ": ", sight_text(fault)), NULL);
	} else if (first(facts, topic, SIGHT_GOOD) == NULL) {
		add(facts, topic, SELF_TEST_WARN, memory_format("'%s' does not "
		    "resolve to an address", facts->helo), cure);
	} else if (unnamed != NULL) {
		address = address_text(&unnamed->source);
		add(facts, topic, SELF_TEST_WARN, memory_format("'%s' does not "
		    "resolve to %s, from where connections come", facts->helo,
		    address), cure);
		free(address);
	} else {
		add(facts, topic, SELF_TEST_OK, memory_format("%s resolves%s",
		    facts->helo, count(facts, SELF_TEST_REVERSE, ANY_KIND) ==
		    count(facts, SELF_TEST_REVERSE, SIGHT_RESERVED) ? "" :
		    " to this machine"), NULL);
	}
}

/* Whether a PTR record of SOURCE has the name for EHLO. */
static bool
leads_back(const struct self_test_facts *facts, const struct address *source)
{
	const struct self_test_sight *sight;
	size_t at = 0;

	while ((sight = next(facts, SELF_TEST_REVERSE, SIGHT_GOOD, &at)) !=
	    NULL)
		if (address_equal(&sight->source, source) &&
		    sight->subject != NULL &&
		    name_equal(sight->subject, facts->helo))
			return true;
	return false;
}

/* One of our addresses: what its PTR records say. */
static void
judge_source(struct self_test_facts *facts,
    const struct self_test_sight *sight)
{
	char *address = address_text(&sight->source);

	if (sight->kind == SIGHT_SILENT || sight->kind == SIGHT_FAILED)
		add(facts, SELF_TEST_REVERSE, SELF_TEST_UNTRIED, memory_format(
		    "not tried: %s: %s", address, sight->why), NULL);
	else if (sight->kind == SIGHT_RESERVED)
		add(facts, SELF_TEST_REVERSE, SELF_TEST_UNTRIED,
		    memory_format("not tried: %s is no public address (%s), "
		    "and servers see another one", address, sight->why), NULL);
	else if (leads_back(facts, &sight->source))
		add(facts, SELF_TEST_REVERSE, SELF_TEST_OK, memory_format(
		    "%s has the EHLO name", address), NULL);
	else if (sight->kind == SIGHT_GOOD)
		add(facts, SELF_TEST_REVERSE, SELF_TEST_WARN, memory_format(
		    "%s has the name %s, not the EHLO name", address,
		    sight->subject), "have one of the two changed (--helo)");
	else
		add(facts, SELF_TEST_REVERSE, SELF_TEST_WARN, memory_format(
		    "%s has no name", address), "have a PTR record with the "
		    "EHLO name published for it, without which many servers "
		    "refuse this machine");
	free(address);
}

/* Each address once. */
static void
judge_sources(struct self_test_facts *facts)
{
	const struct self_test_sight *sight, *last = NULL;
	size_t at = 0;

	if (first(facts, SELF_TEST_REVERSE, ANY_KIND) == NULL)
		add(facts, SELF_TEST_REVERSE, SELF_TEST_UNTRIED,
		    memory_string("not tried: this machine has no address that "
		    "leads out"), NULL);
	while ((sight = next(facts, SELF_TEST_REVERSE, ANY_KIND, &at)) !=
	    NULL) {
		if ((sight->source.family == AF_INET ? facts->no_ipv4 :
		    facts->no_ipv6) || (last != NULL &&
		    address_equal(&last->source, &sight->source)))
			continue;
		judge_source(facts, sight);
		last = sight;
	}
}

void
judge_self_test(struct evidence *evidence)
{
	struct self_test_facts *facts = evidence->self_test;
	size_t i;

	judge_root(evidence);
	judge_clock(evidence);
	judge_resolvers(facts);
	judge_transport(facts, SELF_TEST_UDP);
	judge_transport(facts, SELF_TEST_TCP);
	judge_family(facts, SELF_TEST_IPV4);
	judge_family(facts, SELF_TEST_IPV6);
	judge_port(evidence);
	judge_name(facts);
	judge_sources(facts);
	evidence->judged.verdict = VERDICT_PASS;
	for (i = 0; i < facts->item_count; i++) {
		if (facts->items[i].state == SELF_TEST_FAIL)
			evidence->judged.verdict = VERDICT_UNKNOWN;
	}
}
