/*
 * The order of findings, and which are reported together.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "checker/evidence/finding.h"
#include "resolver/memory.h"
#include "tests/unit/support/table.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A finding in the making; NULL and 0: none. */
struct sketch {
	enum finding_code	 code;
	const char		*host, *address, *text;
	const char		*server;
	bool			 tcp;
};

static void
add(struct finding_list *list, const struct sketch *sketch)
{
	struct finding *finding = finding_add(list, sketch->code, "%s",
	    sketch->text);

	finding->place.host = sketch->host;
	if (sketch->address != NULL) {
		address_from_text(&finding->place.address, sketch->address,
		    25);
		finding->place.key_type = KEY_RSA;
	}
	finding->place.server.name = sketch->server;
	finding->place.server.tcp = sketch->tcp;
}

/* By severity, then by place; an explanation follows what it explains. */
static void
test_order(void **state)
{
	static const struct sketch rows[] = {
		{ FINDING_NO_ROLLOVER_RECORD, "b", NULL, "9", NULL, false },
		{ FINDING_NO_RECORD_MATCHES, "a", "192.0.2.1", "1", NULL,
		    false },
		{ FINDING_STARTTLS_REFUSED, "a", "192.0.2.2", "3", NULL,
		    false },
		{ FINDING_TLSA_NONE, "b", NULL, "7", NULL, false },
		{ FINDING_NO_RECORD_MATCHES, "c", "192.0.2.3", "5", NULL,
		    false },
		{ FINDING_TLSA_BOGUS, "a", NULL, "4", NULL, false },
		{ FINDING_USAGE_2_NAMES_LEAF, "a", "192.0.2.1", "2", NULL,
		    false },
		{ FINDING_NS_LAME, NULL, NULL, "6", NULL, false },
		{ FINDING_LIMIT_REACHED, NULL, NULL, "8", NULL, false },
	};
	struct finding_list list = { .count = 0 };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++)
		add(&list, &rows[i]);
	finding_list_settle(&list);
	assert_int_equal(list.count, COUNT(rows));
	for (i = 0; i < COUNT(rows); i++)
		assert_int_equal(list.items[i].text[0], '1' + (int)i);
	finding_list_clear(&list);
}

/* How much the places of two findings have in common. */
static int
nearness(const struct finding *a, const struct finding *b)
{
	if (a->place.host == NULL || b->place.host == NULL ||
	    strcmp(a->place.host, b->place.host) != 0)
		return 0;
	return address_equal(&a->place.address, &b->place.address) &&
	    a->place.key_type == b->place.key_type ? 2 : 1;
}

/*
 * The rule in its plainest form, quadratic: each finding goes to the end of its
 * severity, or behind the last of those nearest to it.
 */
static void
insert(struct finding *sorted, size_t count, const struct finding *finding)
{
	size_t end = count, place, i;
	int nearest = 0;

	while (end > 0 && sorted[end - 1].severity > finding->severity)
		end--;
	place = end;
	for (i = end; i > 0 &&
	    sorted[i - 1].severity == finding->severity; i--) {
		if (nearness(&sorted[i - 1], finding) <= nearest)
			continue;
		nearest = nearness(&sorted[i - 1], finding);
		place = i;
	}
	memmove(&sorted[place + 1], &sorted[place],
	    (count - place) * sizeof(*sorted));
	sorted[place] = *finding;
}

/* Random lists, against the rule in its plainest form. */
static void
test_order_of_many(void **state)
{
	static const enum finding_code codes[] = { FINDING_TLSA_BOGUS,
		FINDING_TLSA_NONE, FINDING_NO_ROLLOVER_RECORD };
	static const char *const hosts[] = { NULL, "a", "b", "c" };
	static const char *const addresses[] = { NULL, "192.0.2.1",
		"2001:db8::1" };
	struct finding sorted[64];
	uint32_t random = 1;
	size_t round, i;

	(void)state;
	for (round = 0; round < 200; round++) {
		struct finding_list list = { .count = 0 };

		for (i = 0; i < COUNT(sorted); i++) {
			struct sketch sketch = { .text = "x" };

			random = random * 1664525 + 1013904223;
			sketch.code = codes[(random >> 8) % COUNT(codes)];
			sketch.host = hosts[(random >> 12) % COUNT(hosts)];
			if (sketch.host != NULL)
				sketch.address = addresses[(random >> 16) %
				    COUNT(addresses)];
			add(&list, &sketch);
			insert(sorted, i, &list.items[i]);
		}
		finding_list_settle(&list);
		assert_int_equal(list.count, COUNT(sorted));
		for (i = 0; i < list.count; i++)
			assert_ptr_equal(list.items[i].text, sorted[i].text);
		finding_list_clear(&list);
	}
}

/* What one server does over both transports is reported of UDP. */
static void
test_repeats_over_tcp(void **state)
{
	static const struct sketch rows[] = {
		{ FINDING_NS_LAME, NULL, NULL, "one", "ns1", false },
		{ FINDING_NS_LAME, NULL, NULL, "one", "ns1", true },
		{ FINDING_NS_LAME, NULL, NULL, "two", "ns1", true },
		{ FINDING_NS_LAME, NULL, NULL, "one", "ns2", true },
		{ FINDING_NS_INCONSISTENT, NULL, NULL, "one", "ns1", true },
	};
	struct finding_list list = { .count = 0 };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++)
		add(&list, &rows[i]);
	finding_list_settle(&list);
	assert_int_equal(list.count, COUNT(rows) - 1);
	assert_false(list.items[0].place.server.tcp);
	for (i = 1; i < list.count; i++)
		assert_true(list.items[i].place.server.tcp);
	finding_list_clear(&list);
}

static void
test_groups(void **state)
{
	static const struct sketch rows[] = {
		{ FINDING_CONNECT_FAILED, "a", "192.0.2.1", "one", NULL,
		    false },
		{ FINDING_CONNECT_FAILED, "a", "192.0.2.3", "two", NULL,
		    false },
		{ FINDING_CONNECT_FAILED, "b", "192.0.2.2", "one", NULL,
		    false },
		{ FINDING_CONNECT_FAILED, "a", "2001:db8::1", "one", NULL,
		    false },
		{ FINDING_CONNECT_FAILED, "a", NULL, "one", NULL, false },
		{ FINDING_CONNECT_FAILED, "b", NULL, "one", NULL, false },
		{ FINDING_CONNECT_FAILED, NULL, NULL, "one", NULL, false },
		{ FINDING_CONNECT_FAILED, NULL, NULL, "one", "ns1", false },
		{ FINDING_CONNECT_FAILED, NULL, NULL, "three", "ns2", true },
	};
	static const char *const expected[] = {
		"a [192.0.2.1] [2001:db8::1] b [192.0.2.2] RSA",
		"a [192.0.2.3] RSA",
		"a b",
		"ns1",
		"ns2",
	};
	struct finding_list list = { .count = 0 };
	struct finding_groups groups;
	char *places;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++)
		add(&list, &rows[i]);
	finding_list_settle(&list);
	finding_groups_init(&groups, &list);
	assert_int_equal(groups.count, COUNT(expected));
	for (i = 0; i < COUNT(expected); i++) {
		places = finding_group_places(&groups.items[i]);
		assert_string_equal(places, expected[i]);
		free(places);
	}
	finding_groups_clear(&groups);
	finding_list_clear(&list);
}

/* A zone is told behind the hosts; that of a name server is not. */
static void
test_zones(void **state)
{
	static const struct sketch rows[] = {
		{ FINDING_DS_MISSING, "a", NULL, "one", NULL, false },
		{ FINDING_DS_MISSING, "b", NULL, "one", NULL, false },
		{ FINDING_DS_MISSING, NULL, NULL, "one", NULL, false },
		{ FINDING_NS_LAME, NULL, NULL, "one", "ns1", false },
		{ FINDING_DS_MISSING, "c", NULL, "one", NULL, false },
	};
	static const char *const zones[] = { "org", "org", "org", "org",
		"net" };
	static const char *const expected[] = { "ns1", "a b, zone org",
		"zone org", "c, zone net" };
	struct finding_list list = { .count = 0 };
	struct finding_groups groups;
	char *places;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		add(&list, &rows[i]);
		list.items[i].place.zone = zones[i];
	}
	finding_list_settle(&list);
	finding_groups_init(&groups, &list);
	assert_int_equal(groups.count, COUNT(expected));
	for (i = 0; i < COUNT(expected); i++) {
		places = finding_group_places(&groups.items[i]);
		assert_string_equal(places, expected[i]);
		free(places);
	}
	finding_groups_clear(&groups);
	finding_list_clear(&list);
}

/* Advice is part of what a finding says. */
static void
test_groups_by_advice(void **state)
{
	static const struct sketch sketch = { FINDING_CONNECT_FAILED, "a",
		NULL, "one", NULL, false };
	static const struct advice_rrset rrset = { "_25._tcp.a", 3600 };
	uint8_t octets[2][1] = { { 1 }, { 2 } };
	struct finding_list list = { .count = 0 };
	struct finding_groups groups;
	struct tlsa record = { .usage = 3, .size = 1 };
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		add(&list, &sketch);
		record.data = octets[i % 2];
		advice_add_publish(&list.items[i].advice, &rrset, &record);
	}
	finding_groups_init(&groups, &list);
	assert_int_equal(groups.count, 2);
	assert_int_equal(groups.items[0].count, 2);
	assert_ptr_equal(groups.items[0].members[0], &list.items[0]);
	assert_ptr_equal(groups.items[1].members[0], &list.items[1]);
	finding_groups_clear(&groups);
	finding_list_clear(&list);
}

/* Reports are bounded by octets, too, and keep what is most severe. */
static void
test_octets(void **state)
{
	static const struct sketch last = { FINDING_STARTTLS_REFUSED, "b",
		"192.0.2.1", "the last one", NULL, false };
	char *text = memory_new(10001, 1);
	struct sketch row = { FINDING_TLSA_NONE, "a", NULL, text, NULL,
		false };
	struct finding_list list = { .count = 0 };
	size_t i, left_out, octets = 0;

	(void)state;
	memset(text, 'x', 10000);
	for (i = 0; i < 2000; i++)
		add(&list, &row);
	assert_true(list.count < 2 * FINDINGS_OCTETS_MAX / 10000 + 2);
	add(&list, &last);
	finding_list_settle(&list);
	i = list.count;
	left_out = finding_list_limit(&list);
	assert_int_equal(left_out, 2001 - list.count);
	assert_true(list.count < i);
	assert_int_equal(list.items[0].code, FINDING_STARTTLS_REFUSED);
	for (i = 0; i < list.count; i++)
		octets += strlen(list.items[i].text);
	assert_true(octets <= FINDINGS_OCTETS_MAX);
	assert_true(octets > FINDINGS_OCTETS_MAX - 20000);
	/* What is settled and limited stays as it is. */
	i = list.count;
	finding_list_settle(&list);
	finding_list_limit(&list);
	assert_int_equal(list.count, i);
	finding_list_clear(&list);
	free(text);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE_ALONE(test_order),
		TABLE_ALONE(test_order_of_many),
		TABLE_ALONE(test_repeats_over_tcp),
		TABLE_ALONE(test_groups),
		TABLE_ALONE(test_zones),
		TABLE_ALONE(test_groups_by_advice),
		TABLE_ALONE(test_octets),
	};

	return table_run(tables, COUNT(tables));
}
