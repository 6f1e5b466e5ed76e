/*
 * Chains of any certificates, TLSA records made of them with and without
 * mistakes, and what is made of both: a record that is advised matches, and
 * what was seen travels. The first octets say how the certificates and records
 * are made (forge.h); behind them may be a certificate in DER.
 */
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "checker/judge/diagnose.h"
#include "checker/tlsa/known_cas.h"
#include "resolver/file.h"
#include "resolver/memory.h"
#include "resolver/text.h"
#include "tests/fuzz/forge.h"
#include "tests/fuzz/mutate.h"
#include "tests/fuzz/travel.h"
#include "tests/fuzz/written.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/slips.h"

/* Of an input: options, orders for certificates, orders for records. */
#define OPTIONS		6
#define RECORDS_MAX	8
#define RECORD_ORDER	3
#define RECORDS_AT	(OPTIONS + FORGE_MAX * FORGE_ORDER)
#define DER_AT		(RECORDS_AT + RECORDS_MAX * RECORD_ORDER)

/* Bits of the last option. */
#define TURNED		0x01	/* the chain */
#define TWO_ADDRESSES	0x02	/* the other one has the leaf alone */
#define TWO_KEYS	0x04	/* the other one has all certificates */
#define CA_KNOWN	0x08	/* the first certificate is in the CA store */
#define CA_IN_FILE	0x10	/* its key is in a file of --issuers */
#define CA_ACTIVE	0x20	/* and is active, not retired */

int	LLVMFuzzerInitialize(int *argc, char ***argv);
int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t	LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most,
	    unsigned int seed);

static struct forge forge;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	forge_init(&forge);
	return 0;
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most,
    unsigned int seed)
{
	const size_t kept = size < DER_AT ? size : DER_AT;

	if (size <= DER_AT && seed % 16 == 0)
		return LLVMFuzzerMutate(data, size, most);
	if (size <= DER_AT || seed % 2 == 0) {
		/* As long as it was, so that each octet keeps its meaning. */
		LLVMFuzzerMutate(data, kept, kept);
		return size;
	}
	if (most < size)
		return size;
	return DER_AT + mutate_der(data + DER_AT, size - DER_AT, most - DER_AT,
	    seed / 2);
}

/* A record of a certificate of CHAIN, by three octets. */
static struct tlsa
make_record(const struct chain *chain, const uint8_t *order)
{
	static slip *const slips[] = { NULL, slip_hex, slip_sha_1,
		slip_sha_384, slip_bare_key, slip_pem, slip_pem_without_end,
		slip_nothing, slip_hex_capitals, slip_base64, slip_first_digit,
		slip_last_digit, slip_octet_lost, slip_octet_added };
	const struct certificate *certificate = &chain->certificates[
	    order[0] % chain->count];
	const unsigned int which = order[2] % 32u;
	char form[] = { (char)('0' + (order[0] >> 3 & 1)), ' ',
		(char)('0' + (order[0] >> 4 & 3) % 3), '\0' };
	struct tlsa record = slips_record(form, certificate);

	/* They are mistakes in making digests, some of them with OpenSSL. */
	if (form[2] != '0' && certificate->key_type != KEY_UNKNOWN &&
	    which < sizeof(slips) / sizeof(slips[0]) && slips[which] != NULL)
		slips[which](&record, form, certificate);
	record.usage = (order[1] & 0x40) ? order[1] & 3 :
	    order[0] % chain->count == 0 ? TLSA_DANE_EE : TLSA_DANE_TA;
	if (order[1] & 0x80) {
		record.selector = order[1] >> 2 & 3;
		record.matching_type = order[1] >> 4 & 3;
	}
	if ((order[2] & 0x80) && record.size > 0)
		record.data[order[2] % record.size] ^= 0x10;
	return record;
}

/* An element of CA_KNOWN's store. */
static struct chain *
find_ca(void *argument, const struct tlsa *record)
{
	const struct chain *all = argument;
	struct chain first = { all->certificates + all->count - 1, 1, false };

	return match_is_of(record, first.certificates) ? chain_copy(&first) :
	    NULL;
}

/* CA_IN_FILE. */
static void
make_known_cas(struct known_cas *known_cas, const struct chain *all,
    uint8_t options)
{
	char *key = text_hex(all->certificates[all->count - 1].spki_sha256,
	    CHAIN_DIGEST), *text, *why;
	const char *state = options & CA_ACTIVE ? "active" : "retired";
	struct file file;

	text = memory_format("%s\tCA R0\troot\t%s\n%064d\tCA R1\troot\t%s\n",
	    key, state, 7, state);
	file_init(&file, "issuers", text, strlen(text));
	if (!known_cas_init(known_cas, &file, &why))
		abort();
	file_clear(&file);
	free(text);
	free(key);
}

/* Whether the advice is about what is presented now, and by itself. */
static bool
is_about_chain(const struct finding *finding)
{
	return finding->code != FINDING_ROTATION_UNCOVERED &&
	    finding->code != FINDING_NEXT_COVERED &&
	    finding->code != FINDING_NEXT_TOO_EARLY &&
	    finding->code != FINDING_NEXT_UNCOVERED;
}

/* Whether RECORD, published beside the others, matches the chain. */
static bool
would_help(const struct host_evidence *host, const struct chain *chain,
    const struct tlsa *record, bool alone)
{
	struct tlsa_set set = { NULL, 0 };
	const struct match_input input = {
		.records = &set,
		.chain = chain,
		.reference_names =
		    (const char *const *)host->judged.reference_names,
		.reference_name_count = host->judged.reference_name_count,
		.when = FORGE_NOW,
	};
	struct match_result *results;
	bool matches;
	size_t i;

	for (i = 0; !alone && i < host->judged.records.count; i++)
		tlsa_set_add(&set, &host->judged.records.records[i]);
	tlsa_set_add(&set, record);
	tlsa_set_settle(&set);
	results = match_chain(&input);
	matches = results[set.count - 1].status == MATCH_MATCH;
	match_free(results, set.count);
	tlsa_set_clear(&set);
	return matches;
}

/*
 * Where the finding has an address or a key type, the record is for what is
 * presented there; else for something of the host.
 */
static void
check_advised(const struct host_evidence *host, const struct finding *finding,
    const struct tlsa *record)
{
	const bool alone = finding->code == FINDING_COMBINATION_UNCOVERED;
	const struct finding_place *place = &finding->place;
	const struct handshake_evidence *handshake;
	struct handshake_walk walk = { 0 };
	size_t helped = 0;

	while ((handshake = handshake_next(host, &walk)) != NULL) {
		if (place->address.family != 0 &&
		    !address_equal(&place->address, &walk.endpoint->address))
			continue;
		if (place->key_type != FINDING_ALL_KEY_TYPES &&
		    place->key_type != (int)handshake->seen->key_type)
			continue;
		/* No session is made with a key that cannot be decoded. */
		helped += handshake->seen->key_type == KEY_UNKNOWN ||
		    would_help(host, handshake->seen->chain, record, alone);
	}
	assert(helped > 0);
}

static void
check_advice(const struct evidence *evidence)
{
	const struct finding_list *list = &evidence->judged.findings;
	const struct advice *advice;
	size_t i, j;

	for (i = 0; i < list->count; i++) {
		for (j = 0; j < list->items[i].advice.count; j++) {
			advice = &list->items[i].advice.items[j];
			if (advice->kind == ADVICE_PUBLISH &&
			    advice->type == DNS_TLSA &&
			    is_about_chain(&list->items[i]))
				check_advised(evidence->hosts,
				    &list->items[i], &advice->record);
		}
	}
}

/* A host that presents the chain, and perhaps others. */
static struct evidence *
make_evidence(const struct chain *chain, const struct chain *all,
    const uint8_t *data)
{
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, FORGE_NAME);
	struct chain leaf = { chain->certificates, 1, false };
	const uint8_t options = data[5];
	struct endpoint_evidence *endpoint;
	struct tlsa record;
	size_t i;

	for (i = 0; i < data[1] % RECORDS_MAX + 1u; i++) {
		record = make_record(all, data + RECORDS_AT +
		    i * RECORD_ORDER);
		fixture_tlsa(host, &record);
		free(record.data);
	}
	endpoint = fixture_endpoint(host, "192.0.2.1", OUTCOME_DONE, chain);
	if (options & TWO_KEYS)
		fixture_handshake(endpoint, all);
	if (options & TWO_ADDRESSES)
		fixture_endpoint(host, "192.0.2.2", OUTCOME_DONE, &leaf);
	evidence->connected = true;
	return evidence;
}

static void
run(const struct chain *chain, struct chain *all, const uint8_t *data)
{
	const uint8_t options = data[5];
	struct known_cas known_cas = { NULL, 0, NULL };
	const struct ca_lookup lookup = { find_ca, all };
	const struct judge_options judging = {
		.ahead_days = 0,
		.warning_days = data[2] % 64,
		.critical_days = data[3] % 8,
		.known_cas = options & CA_IN_FILE ? &known_cas : NULL,
		.ca_lookup = options & CA_KNOWN ? &lookup : NULL,
	};
	struct evidence *evidence = make_evidence(chain, all, data);

	if (options & CA_IN_FILE)
		make_known_cas(&known_cas, all, options);
	judge(evidence, &judging);
	check_advice(evidence);
	written_check_verdict(evidence);
	travel_check(evidence, &judging, written_json);
	evidence_free(evidence);
	known_cas_clear(&known_cas);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct chain *chain, *all;
	size_t i;

	if (size < DER_AT)
		return 0;
	forge_take(&forge, data + DER_AT, size - DER_AT);
	for (i = 0; i < data[0] % FORGE_MAX + 1u; i++)
		forge_make(&forge, data + OPTIONS + i * FORGE_ORDER);
	chain = forge_chain(&forge, data[4], data[5] & TURNED);
	all = forge_chain(&forge, 0, 0);
	run(chain, all, data);
	chain_free(chain);
	chain_free(all);
	forge_reset(&forge);
	return 0;
}
