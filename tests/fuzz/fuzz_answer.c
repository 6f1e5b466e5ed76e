/*
 * answer_from_packet with any octets: the first ones choose what is asked and
 * what the validator says, the others are the packet.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "resolver/answer.h"
#include "resolver/memory.h"
#include "resolver/name.h"

/* The octets before the packet. */
#define CHOICES 4

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What whoever reads an answer relies on. */
static void
check(const struct answer *answer)
{
	const struct answer_record *record;
	size_t i;

	assert((answer->kind == ANSWER_UNUSABLE) == (answer->why != NULL));
	assert((answer->kind == ANSWER_UNUSABLE) ==
	    (answer->dnssec <= DNSSEC_BOGUS));
	assert((answer->kind == ANSWER_RECORDS) == (answer->count > 0));
	assert(answer->count <= ANSWER_RECORDS_MAX);
	assert(answer->aliased || name_equal(answer->owner, answer->expanded));
	for (i = 0; i < answer->count; i++) {
		record = &answer->records[i];
		assert(record->data != NULL);
		assert(answer->type != DNS_A || record->size == 4);
		assert(answer->type != DNS_AAAA || record->size == 16);
		assert(answer->type != DNS_MX || record->name != NULL);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum dns_type types[] = { DNS_A, DNS_NS, DNS_CNAME,
		DNS_SOA, DNS_MX, DNS_AAAA, DNS_DNSKEY, DNS_TLSA };
	static const char *const owners[] = { "a", ".", "mx.example.org",
		"_25._tcp.mx.example.org" };
	struct answer_source source;
	struct answer *answer;
	char *why_bogus;

	if (size < CHOICES)
		return 0;
	why_bogus = memory_copy(data + CHOICES, size - CHOICES);
	source = (struct answer_source){
		.owner = owners[data[0] % 4],
		.type = types[data[1] % 8],
		.packet = data + CHOICES,
		.size = size - CHOICES,
		.rcode = data[2] % 4,
		.secure = data[3] % 2 != 0,
		.bogus = data[3] % 16 == 2,
		.why_bogus = why_bogus,
		.now = 1769860800,
	};
	answer = answer_from_packet(&source);
	check(answer);
	answer_free(answer);
	free(why_bogus);
	return 0;
}
