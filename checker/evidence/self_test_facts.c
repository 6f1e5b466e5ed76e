#include "checker/evidence/self_test_facts.h"

#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"

struct self_test_facts *
self_test_facts_new(const char *helo)
{
	struct self_test_facts *facts = memory_new(1, sizeof(*facts));

	facts->helo = memory_string(helo);
	return facts;
}

static void
clear_sight(const struct self_test_sight *sight)
{
	free(sight->subject);
	free(sight->why);
}

void
self_test_facts_unjudge(struct self_test_facts *facts)
{
	size_t i;

	if (facts == NULL)
		return;
	for (i = 0; i < facts->item_count; i++) {
		free(facts->items[i].text);
		free(facts->items[i].advice);
	}
	free(facts->items);
	facts->items = NULL;
	facts->item_count = 0;
}

void
self_test_facts_free(struct self_test_facts *facts)
{
	size_t i;

	if (facts == NULL)
		return;
	self_test_facts_unjudge(facts);
	for (i = 0; i < facts->sight_count; i++)
		clear_sight(&facts->sights[i]);
	free(facts->sights);
	free(facts->helo);
	free(facts);
}

void
self_test_facts_add(struct self_test_facts *facts,
    const struct self_test_sight *sight)
{
	if (facts->sight_count == SELF_TEST_SIGHTS_MAX) {
		clear_sight(sight);
		return;
	}
	facts->sights = memory_grow(facts->sights, facts->sight_count,
	    sizeof(*facts->sights));
	facts->sights[facts->sight_count++] = *sight;
}

static int
compare_texts(const char *a, const char *b)
{
	return strcmp(a != NULL ? a : "", b != NULL ? b : "");
}

static int
compare_sights(const void *a, const void *b)
{
	const struct self_test_sight *one = a, *other = b;
	int order = (int)one->topic - (int)other->topic;

	if (order == 0)
		order = address_compare(&one->server, &other->server);
	if (order == 0)
		order = address_compare(&one->source, &other->source);
	if (order == 0)
		order = compare_texts(one->subject, other->subject);
	if (order == 0)
		order = (int)one->kind - (int)other->kind;
	if (order == 0)
		order = compare_texts(one->why, other->why);
	if (order == 0)
		order = (one->number > other->number) -
		    (one->number < other->number);
	return order;
}

void
self_test_facts_sort(struct self_test_facts *facts)
{
	if (facts->sight_count > 0)
		qsort(facts->sights, facts->sight_count,
		    sizeof(*facts->sights), compare_sights);
}

static const struct topic_row {
	const char	*key;	/* for programs */
	const char	*name;	/* for people */
} topics[] = {
	[SELF_TEST_ROOT] = { "root", "root" },
	[SELF_TEST_CLOCK] = { "clock", "clock" },
	[SELF_TEST_RESOLVER] = { "resolver", "resolver" },
	[SELF_TEST_UDP] = { "udp", "DNS over UDP" },
	[SELF_TEST_TCP] = { "tcp", "DNS over TCP" },
	[SELF_TEST_IPV4] = { "ipv4", "IPv4" },
	[SELF_TEST_IPV6] = { "ipv6", "IPv6" },
	[SELF_TEST_PORT] = { "port", "mail servers" },
	[SELF_TEST_NAME] = { "helo", "EHLO name" },
	[SELF_TEST_REVERSE] = { "reverse", "PTR records" },
};

const char *
self_test_facts_topic(enum self_test_topic topic)
{
	return topics[topic].name;
}

const char *
self_test_facts_key(enum self_test_topic topic)
{
	return topics[topic].key;
}

const char *
self_test_facts_state(enum self_test_state state)
{
	static const char *const names[] = {
		[SELF_TEST_UNTRIED] = "-",
		[SELF_TEST_FAIL] = "FAIL",
		[SELF_TEST_WARN] = "warn",
		[SELF_TEST_OK] = "ok",
	};

	return names[state];
}
