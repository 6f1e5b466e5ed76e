/*
 * tlsa_set_init and match_chain with any records: an octet says how long the
 * next record is, its RDATA follows. A first octet above 0xf0 in its place
 * makes the record one of the chain's own (usage 2 or 3), with one octet
 * changed or none. The chain is made anew in each run, and has an authority.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "checker/tlsa/match.h"
#include "checker/tlsa/tlsa.h"
#include "resolver/answer.h"
#include "resolver/memory.h"
#include "tests/unit/support/certificates.h"

/* The lengths from here on choose a record of the chain. */
#define OF_CHAIN	0xf0

int	LLVMFuzzerInitialize(int *argc, char ***argv);
int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct chain *chain;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct certificates_wish authority = { .cn = "Authority", .ca = true };
	struct certificates_wish server = { .names = "DNS:mx.example.org" };
	const struct issued *issued[2];

	(void)argc;
	(void)argv;
	issued[1] = certificates_issue(&authority);
	server.issuer = issued[1];
	issued[0] = certificates_issue(&server);
	chain = certificates_chain(issued, 2);
	certificates_free((struct issued *)issued[0]);
	certificates_free((struct issued *)issued[1]);
	return 0;
}

/* The RDATA of a record that CHOICE picks; with CHANGE, a bit is turned. */
static void
add_of_chain(struct answer *answer, uint8_t choice, uint8_t change)
{
	struct answer_record *record = &answer->records[answer->count];
	size_t place = choice & 1;
	struct tlsa tlsa;

	tlsa_of_certificate(&tlsa, &chain->certificates[place],
	    place == 0 ? TLSA_DANE_EE : TLSA_DANE_TA,
	    (enum tlsa_selector)(choice >> 1 & 1),
	    (enum tlsa_matching_type)((choice >> 2 & 3) % 3));
	record->size = tlsa.size + 3;
	record->data = memory_new(record->size, 1);
	record->data[0] = tlsa.usage;
	record->data[1] = tlsa.selector;
	record->data[2] = tlsa.matching_type;
	memcpy(record->data + 3, tlsa.data, tlsa.size);
	if (change != 0)
		record->data[change % record->size] ^= change;
	free(tlsa.data);
	answer->count++;
}

static void
add_octets(struct answer *answer, const uint8_t *data, size_t size)
{
	struct answer_record *record = &answer->records[answer->count++];

	record->data = memory_copy(data, size);
	record->size = size;
}

/* What whoever reads the results relies on. */
static void
check(const struct tlsa_set *set, const struct match_result *results)
{
	const struct tlsa *record;
	size_t i;
	char *text;

	for (i = 0; i < set->count; i++) {
		record = &set->records[i];
		assert(record->usable == (record->why == NULL));
		assert(record->usable || !record->ignored);
		assert(record->duplicate_of <= i);
		assert(results[i].record == i);
		assert((results[i].status == MATCH_UNUSABLE) ==
		    !record->usable);
		assert((results[i].status == MATCH_MATCH) ==
		    (results[i].why == NULL));
		assert(results[i].status != MATCH_MATCH ||
		    results[i].would_match);
		assert(!results[i].would_match || (results[i].depth >= 0 &&
		    results[i].faults == 0));
		assert(!record->usable || results[i].would_match ||
		    results[i].faults != 0);
		assert(results[i].depth <= (int)chain->count);
		text = tlsa_text(record, false);
		assert(strlen(text) <= strlen("255 255 255 ") + 24);
		free(text);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "mx.example.org" };
	struct answer_record records[64] = { { NULL, 0, NULL, 0 } };
	struct answer answer = { .type = DNS_TLSA, .kind = ANSWER_RECORDS,
		.records = records };
	struct match_input input = { .chain = chain, .reference_names = names,
		.reference_name_count = 1, .when = CERTIFICATES_NOW };
	struct match_result *results;
	struct tlsa_set set;
	size_t i, length;

	while (size > 0 && answer.count < 64) {
		length = *data++;
		size--;
		if (length > OF_CHAIN && size > 0) {
			add_of_chain(&answer, (uint8_t)length, *data++);
			size--;
			continue;
		}
		length = length < size ? length : size;
		add_octets(&answer, data, length);
		data += length;
		size -= length;
	}
	tlsa_set_init(&set, &answer);
	input.records = &set;
	results = match_chain(&input);
	check(&set, results);
	match_free(results, set.count);
	tlsa_set_clear(&set);
	for (i = 0; i < answer.count; i++)
		free(records[i].data);
	return 0;
}
