#include "tests/unit/gather/world.h"

#include <event2/event.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"
#include "resolver/name.h"
#include "tests/unit/gather/fake_query.h"
#include "tests/unit/gather/fake_resolver.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/packet.h"

#define DOMAIN	"example.org"

/* False: nobody answers any longer. */
static bool
note(struct world *world, const char *name, enum dns_type type,
    const char *more)
{
	char *log = memory_format("%s%s:%s%s ", world->log,
	    dns_type_name(type), name, more);

	free(world->log);
	world->log = log;
	return world->asked++ < world->limit;
}

/* The record that the row stands for. */
static void
add_record(struct answer *answer, const struct world_answer *row)
{
	struct address address;

	switch (row->type) {
	case DNS_DS:
		fixture_ds(answer, 4711, 13);
		break;
	case DNS_DNSKEY:
		fixture_key(answer, 1);
		break;
	case DNS_A:
		address_from_text(&address, row->by, 53);
		fixture_add(answer, address.octets, 4);
		break;
	default:
		fixture_add(answer, "", 0);
		if (row->by != NULL)
			answer->records[answer->count - 1].name =
			    memory_string(row->by);
		break;
	}
}

static void
add_row(struct answer *answer, const struct world_answer *row)
{
	if (row->aliased) {
		answer->aliased = true;
		free(answer->expanded);
		answer->expanded = memory_string(row->by);
		return;
	}
	if (row->kind == ANSWER_RECORDS)
		add_record(answer, row);
	if (row->by != NULL && row->dnssec == DNSSEC_SECURE &&
	    (row->type == DNS_DS || row->type == DNS_DNSKEY) &&
	    answer->period_count == 0)
		fixture_period(answer, row->by, (uint16_t)row->type);
}

static struct answer *
say(const char *name, enum dns_type type, void *argument)
{
	struct world *world = argument;
	const struct world_answer *row;
	struct answer *answer = NULL;
	size_t i;

	if (!note(world, name, type, ""))
		return NULL;
	for (i = 0; i < world->answer_count; i++) {
		row = &world->answers[i];
		if (row->type != type || !name_equal(row->name, name))
			continue;
		if (answer == NULL)
			answer = fixture_answer(name, type, row->kind,
			    row->dnssec);
		add_row(answer, row);
	}
	return answer != NULL ? answer : fixture_answer(name, type,
	    ANSWER_NO_DATA, DNSSEC_SECURE);
}

static struct answer *
refer(const struct world_heard *row)
{
	const struct packet packet = {
		.owner = row->name,
		.type = row->type,
		.authority = { row->referral },
	};
	struct answer_source source = packet_source(&packet);
	struct ldns_struct_pkt *made = packet_new(&packet);

	source.secure = false;
	source.keep = true;
	if (row->glue != NULL)
		packet_push_additional(made, row->glue);
	return packet_read(made, source);
}

static struct answer *
hear(const struct query_question *question, void *argument)
{
	struct world *world = argument;
	const struct world_heard *row;
	struct address address;
	struct answer *answer;
	char *text, *more;
	size_t i;
	bool answered;

	address_from_socket(&address,
	    (const struct sockaddr_storage *)question->server);
	text = address_text(&address);
	more = memory_format("@%s%s", text, question->recursive &&
	    question->unchecked ? "+" : "");
	answered = note(world, question->name, question->type, more);
	free(more);
	free(text);
	if (!answered)
		return NULL;
	for (i = 0; i < world->heard_count; i++) {
		row = &world->heard[i];
		if (row->type != question->type ||
		    !name_equal(row->name, question->name))
			continue;
		if (row->referral != NULL)
			return refer(row);
		answer = fixture_answer(row->name, row->type, ANSWER_NO_DATA,
		    DNSSEC_INSECURE);
		answer->aliased = true;
		free(answer->expanded);
		answer->expanded = memory_string(row->alias);
		return answer;
	}
	return fixture_answer(question->name, question->type, ANSWER_NO_DATA,
	    DNSSEC_INSECURE);
}

int
world_set_up(void **state)
{
	struct world *world = memory_new(1, sizeof(*world));

	world->limit = SIZE_MAX;
	world->log = memory_string("");
	world->context.options = &world->options;
	world->context.resolver_options = &world->resolver_options;
	world->context.base = event_base_new();
	world->context.resolver = fake_resolver_new(world->context.base, say,
	    world);
	world->context.query_client = fake_query_client_new(
	    world->context.base, hear, world);
	world->evidence = evidence_new(DOMAIN);
	world->evidence->thorough = true;
	*state = world;
	return 0;
}

int
world_tear_down(void **state)
{
	struct world *world = *state;

	evidence_free(world->evidence);
	query_client_free(world->context.query_client);
	fake_resolver_free(world->context.resolver);
	event_base_free(world->context.base);
	free(world->log);
	free(world);
	return 0;
}

void
world_mx(struct world *world, enum dnssec_status status)
{
	world->evidence->mx = fixture_answer(DOMAIN, DNS_MX, ANSWER_RECORDS,
	    status);
	if (status == DNSSEC_SECURE)
		fixture_period(world->evidence->mx, DOMAIN, DNS_MX);
}

void
world_done(void *argument)
{
	struct world *world = argument;

	world->ends++;
}

size_t
world_open(const struct world *world)
{
	return fake_resolver_open(world->context.resolver) +
	    fake_query_open(world->context.query_client);
}
