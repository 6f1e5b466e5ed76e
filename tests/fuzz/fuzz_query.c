/*
 * What a DNS server may send to a query: the first octets choose the question
 * and whose name servers are wanted, the others are the packet. The octets of
 * the id that was sent stand in its place, or nothing would fit.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/answer.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/query.h"
#include "resolver/query_message.h"
#include "resolver/query_records.h"

/* The octets before the packet. */
#define CHOICES 3

#define ID_SIZE 2

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = { ".", "a", "example.org",
	"_25._tcp.mx.example.org" };

/* What is in front of the first record, and each record, lies in the packet. */
static void
check_records(const uint8_t *packet, size_t size)
{
	struct query_records records;
	struct query_record record;
	enum query_section section, last = QUERY_ANSWER;
	size_t at, behind = 0;
	char *name;

	query_records_begin(&records, packet, size);
	while ((section = query_records_next(&records, &record)) != QUERY_END) {
		assert(section >= last);
		assert(record.owner >= behind && record.owner < record.data);
		assert(record.data <= size &&
		    record.size <= size - record.data);
		last = section;
		behind = record.data + record.size;
		at = record.owner;
		name = query_records_name(packet, size, &at);
		assert(name == NULL || name_is_normal(name, strlen(name)));
		assert(name == NULL || (at > record.owner && at < record.data));
		free(name);
	}
}

static void
check_referral(const struct answer *answer, const char *zone)
{
	struct query_referral referral;
	const struct query_server *server;
	size_t i, j, glue = 0;
	const bool found = query_referral_init(&referral, answer, zone);

	assert(found == (referral.count > 0));
	assert(referral.count <= QUERY_SERVERS_MAX);
	for (i = 0; i < referral.count; i++) {
		server = &referral.servers[i];
		assert(name_is_normal(server->name, strlen(server->name)));
		glue += server->glue_count;
		for (j = 0; j < server->glue_count; j++) {
			assert(server->glue[j].data != NULL);
			assert(server->glue[j].size == 4 ||
			    server->glue[j].size == 16);
		}
	}
	assert(glue <= QUERY_GLUE_MAX);
	query_referral_clear(&referral);
}

/* An answer that says nothing of records is no referral, nor an absence. */
static void
check_answer(const struct query_question *question, const uint8_t *packet,
    size_t size, const char *zone)
{
	const struct query_reply reply = query_message_read(packet, size);
	const struct answer_source source = {
		.owner = question->name,
		.type = question->type,
		.packet = packet,
		.size = size,
		.rcode = (int)reply.rcode,
		.now = 1769860800,
		.keep = true,
	};
	struct answer *answer = answer_from_packet(&source);

	assert(reply.rcode < 4096);
	assert(answer->dnssec != DNSSEC_SECURE && answer->origin != NULL);
	assert(answer->kind == ANSWER_UNUSABLE || reply.rcode == 0 ||
	    reply.rcode == 3);
	assert(query_standing(answer) != QUERY_REFERS ||
	    answer->kind != ANSWER_RECORDS);
	check_referral(answer, zone);
	answer_free(answer);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum dns_type types[] = { DNS_A, DNS_NS, DNS_DS,
		DNS_DNSKEY };
	struct query_message message;
	struct query_question question;
	uint8_t *packet;

	if (size < CHOICES)
		return 0;
	question = (struct query_question){
		.name = names[data[0] % 4],
		.type = types[data[1] % 4],
		.recursive = data[0] & 0x80,
		.unchecked = data[1] & 0x80,
	};
	assert(query_message_init(&message, &question));
	if (data[2] & 0x80)
		query_message_drop_edns(&message);
	query_message_renew(&message);
	packet = memory_copy(data + CHOICES, size - CHOICES);
	size -= CHOICES;
	if (size >= ID_SIZE)
		memcpy(packet, message.octets + QUERY_PREFIX, ID_SIZE);
	check_records(packet, size);
	if (query_message_fit(&message, packet, size) == QUERY_FITS)
		check_answer(&question, packet, size, names[data[2] % 4]);
	free(packet);
	return 0;
}
