/*
 * A tree with every member of the view set to something, by the tables; what
 * one member says about another is put right afterwards.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "checker/evidence/evidence.h"
#include "checker/evidence/recording_parts.h"
#include "resolver/memory.h"
#include "tests/unit/support/trees.h"

/* Of each array. */
#define ELEMENTS 2

struct maker {
	const struct chain	*chain;		/* borrowed; its certificates */
	const struct trees_words *words;	/* borrowed; NULL: our own */
	struct evidence		*evidence;	/* borrowed, in the making */
	enum recording_view	 view;
	uint32_t		 state;
	bool			 sparse;	/* leaves members out */
};

static void	make_struct(struct maker *maker,
		    const struct recording_shape *shape, void *value);

/* xorshift, George Marsaglia 2003. */
static uint32_t
number(struct maker *maker, uint64_t most)
{
	maker->state ^= maker->state << 13;
	maker->state ^= maker->state >> 17;
	maker->state ^= maker->state << 5;
	return most >= UINT32_MAX ? maker->state :
	    maker->state % ((uint32_t)most + 1);
}

/* 1 to MOST, in an integer of SIZE octets. */
static void
make_number(struct maker *maker, void *member, size_t size, uint64_t most)
{
	const uint64_t value = 1 + number(maker, most - 1);

	memcpy(member, &value, size);
}

static void
make_enum(struct maker *maker, const struct recording_enum *values,
    void *member)
{
	int value;

	do {
		value = (int)number(maker, (uint64_t)values->count - 1);
	} while (values->name != NULL && values->name(value) == NULL);
	memcpy(member, &value, sizeof(value));
}

static void
make_octets(struct maker *maker, const struct recording_field *field,
    void *value)
{
	size_t size = 1 + number(maker, 40), i;
	uint8_t *octets = memory_new(size, 1);

	for (i = 0; i < size; i++)
		octets[i] = (uint8_t)number(maker, UINT8_MAX);
	*(uint8_t **)((char *)value + field->at) = octets;
	*recording_count(field, value) = size;
}

static void
make_text(struct maker *maker, const struct recording_field *field,
    char **member)
{
	static const char *const texts[] = { "a text, \\x1b and \\", "x",
		"\xc3\xbc" "b" "\xe2\x82\xac", "454 4.7.0 no" };
	const struct trees_words *words = maker->words;
	const unsigned int which = number(maker, 3);

	if (field->kind == RECORDING_NAME && words != NULL)
		*member = memory_string(words->names[
		    number(maker, words->name_count - 1)]);
	else if (field->kind != RECORDING_RAW && words != NULL)
		*member = memory_string(words->texts[
		    number(maker, words->text_count - 1)]);
	else if (field->kind == RECORDING_NAME)
		*member = memory_format("n%u.x_y\\046-%u.example", which,
		    number(maker, 99));
	else if (field->kind == RECORDING_RAW)
		*member = memory_string("\x01\xff raw");
	else
		*member = memory_string(texts[which]);
}

static void
make_element(struct maker *maker, const struct recording_field *field,
    void *array, size_t i)
{
	switch (field->kind) {
	case RECORDING_ARRAY:
		make_struct(maker, field->shape,
		    (char *)array + i * field->shape->size);
		break;
	case RECORDING_POINTERS:
		((void **)array)[i] = memory_new(1, field->shape->size);
		make_struct(maker, field->shape, ((void **)array)[i]);
		break;
	case RECORDING_FLAGS:
		((bool *)array)[i] = number(maker, 1) != 0;
		break;
	default:
		make_text(maker, field, &((char **)array)[i]);
		break;
	}
}

static void
make_array(struct maker *maker, const struct recording_field *field,
    void *value)
{
	void *array = (char *)value + field->at;
	size_t i;

	if (field->kind != RECORDING_SLOTS)
		array = *(void **)array = memory_new(ELEMENTS,
		    field->shape != NULL ? field->shape->size :
		    sizeof(void *));
	*recording_count(field, value) = ELEMENTS;
	for (i = 0; i < ELEMENTS; i++)
		make_element(maker, field, array, i);
}

static void
make_address(struct maker *maker, struct address *address)
{
	uint8_t octets[16] = { 0x20, 0x01, 0x0d, 0xb8 };

	octets[3] = (uint8_t)number(maker, UINT8_MAX);
	address_from_octets(address, octets, number(maker, 1) ? 4 : 16,
	    (uint16_t)number(maker, UINT16_MAX));
}

static void
make_scalar(struct maker *maker, const struct recording_field *field,
    void *member)
{
	switch (field->kind) {
	case RECORDING_FLAG:
		*(bool *)member = true;
		break;
	case RECORDING_UNSIGNED:
	case RECORDING_SIGNED:
		make_number(maker, member, field->size, field->limit);
		break;
	case RECORDING_REAL:
		*(double *)member = number(maker, 1000) / 7.0;
		break;
	case RECORDING_ENUM:
		make_enum(maker, field->values, member);
		break;
	case RECORDING_ADDRESS:
		make_address(maker, member);
		break;
	case RECORDING_FIXED:
		memset(member, (int)number(maker, UINT8_MAX), field->size);
		break;
	default:
		abort();
	}
}

static void
make_member(struct maker *maker, const struct recording_field *field,
    void *value)
{
	void *member = (char *)value + field->at;

	switch (field->kind) {
	case RECORDING_TEXT:
	case RECORDING_NAME:
	case RECORDING_RAW:
		make_text(maker, field, member);
		break;
	case RECORDING_OCTETS:
		make_octets(maker, field, value);
		break;
	case RECORDING_STRUCT:
		make_struct(maker, field->shape, member);
		break;
	case RECORDING_POINTER:
		*(void **)member = memory_new(1, field->shape->size);
		make_struct(maker, field->shape, *(void **)member);
		break;
	case RECORDING_ARRAY:
	case RECORDING_POINTERS:
	case RECORDING_TEXTS:
	case RECORDING_SLOTS:
	case RECORDING_FLAGS:
		make_array(maker, field, value);
		break;
	case RECORDING_REFERENCE:
		field->reference->set(value, 1 + number(maker, ELEMENTS - 1),
		    maker->evidence);
		break;
	default:
		make_scalar(maker, field, member);
		break;
	}
}

static void
set_record(struct answer_record *record, enum dns_type type)
{
	if (type != DNS_A && type != DNS_AAAA)
		return;
	free(record->data);
	record->size = type == DNS_A ? 4 : 16;
	record->data = memory_new(record->size, 1);
}

/* An answer of TYPE, and usable. NULL: it does not travel. */
static void
set_answer(struct answer *answer, enum dns_type type)
{
	size_t i;

	if (answer == NULL || answer->origin != NULL || answer->owner == NULL)
		return;
	answer->type = type;
	answer->kind = ANSWER_RECORDS;
	answer->dnssec = DNSSEC_SECURE;
	answer->aliased = true;
	free(answer->why);
	answer->why = NULL;
	for (i = 0; i < answer->count; i++)
		set_record(&answer->records[i], type);
}

static void
settle_answer(struct maker *maker, void *value)
{
	struct answer *answer = value;
	struct answer_origin *origin = answer->origin;

	set_answer(answer, DNS_SOA);
	answer->origin = NULL;
	if (origin == NULL)
		return;
	/* What follows from an origin is tested with packets. */
	free(origin->packet);
	free(origin->why_bogus);
	free(origin);
	(void)maker;
	set_answer(answer, DNS_SOA);
}

static void
settle_certificate(struct maker *maker, void *value)
{
	struct certificate *certificate = value;
	const struct certificate *good = &maker->chain->certificates[
	    number(maker, maker->chain->count - 1)];

	if (maker->view != RECORDING_FACTS)
		return;
	free(certificate->der);
	chain_certificate_from_der(certificate,
	    memory_copy(good->der, good->size), good->size);
}

static void
settle_host(struct maker *maker, void *value)
{
	struct host_evidence *host = value;
	struct handshake_judgement *judged;
	size_t i, j, k;

	(void)maker;
	set_answer(host->a, DNS_A);
	set_answer(host->aaaa, DNS_AAAA);
	set_answer(host->cname, DNS_CNAME);
	set_answer(host->above_tlsa, DNS_A);
	set_answer(host->replaced, DNS_TLSA);
	set_answer(host->soa, DNS_SOA);
	for (i = 0; i < EVIDENCE_BASES; i++)
		set_answer(host->tlsa[i], DNS_TLSA);
	for (i = 0; i < host->judged.records.count; i++)
		host->judged.records.records[i].duplicate_of = i;
	for (i = 0; i < host->endpoint_count; i++) {
		for (j = 0; j < host->endpoints[i].handshake_count; j++) {
			judged = &host->endpoints[i].handshakes[j].judged;
			for (k = 0; k < judged->match_count; k++)
				judged->matches[k].record = k;
		}
	}
}

static void
settle_evidence(struct maker *maker, void *value)
{
	struct evidence *evidence = value;

	(void)maker;
	set_answer(evidence->mx, DNS_MX);
	set_answer(evidence->misplaced, DNS_TLSA);
	set_answer(evidence->tlsrpt, DNS_TXT);
}

static void
settle_zone(struct maker *maker, void *value)
{
	struct zone_evidence *zone = value;

	(void)maker;
	set_answer(zone->ds, DNS_DS);
	set_answer(zone->dnskey, DNS_DNSKEY);
	set_answer(zone->cds, DNS_CDS);
}

static void
settle_change(struct maker *maker, void *value)
{
	struct change *change = value;

	(void)maker;
	if (change->what == CHANGE_NONE)
		change->what = CHANGE_MX;
}

static void
settle_ending(struct maker *maker, void *value)
{
	struct endpoint_ending *ending = value;

	(void)maker;
	if (ending->outcome == OUTCOME_DONE ||
	    ending->outcome == OUTCOME_LIMIT)
		ending->outcome = OUTCOME_REFUSED;
}

static void
settle_dispute(struct maker *maker, void *value)
{
	struct dispute_evidence *dispute = value;
	struct answer *heard = answer_failed(dispute->heard->owner, DNS_TLSA,
	    "SERVFAIL");

	(void)maker;
	answer_free(dispute->heard);
	dispute->heard = heard;
}

static const struct {
	const char	*shape;
	void		(*settle)(struct maker *maker, void *value);
} settling[] = {
	{ "struct answer", settle_answer },
	{ "struct certificate", settle_certificate },
	{ "struct change", settle_change },
	{ "struct dispute_evidence", settle_dispute },
	{ "struct endpoint_ending", settle_ending },
	{ "struct host_evidence", settle_host },
	{ "struct zone_evidence", settle_zone },
	{ "struct evidence", settle_evidence },
};

/* What may be left out without a fault: numbers and flags. */
static bool
is_plain(const struct recording_field *field)
{
	return field->kind == RECORDING_FLAG ||
	    field->kind == RECORDING_UNSIGNED || field->kind == RECORDING_FIXED;
}

static void
make_struct(struct maker *maker, const struct recording_shape *shape,
    void *value)
{
	const unsigned int view = 1u << maker->view;
	const struct recording_field *field;
	size_t i;

	for (i = 0; i < shape->count; i++) {
		field = &shape->fields[i];
		if ((field->views & view) != 0 && !(maker->sparse &&
		    is_plain(field) && number(maker, 1) == 0))
			make_member(maker, field, value);
	}
	for (i = 0; i < sizeof(settling) / sizeof(settling[0]); i++) {
		if (strcmp(settling[i].shape, shape->name) == 0)
			settling[i].settle(maker, value);
	}
}

struct evidence *
trees_random_words(const struct chain *chain, enum recording_view view,
    uint32_t seed, const struct trees_words *words)
{
	struct maker maker = {
		.chain = chain,
		.words = words,
		.evidence = memory_new(1, sizeof(struct evidence)),
		.view = view,
		.state = 2 * seed + 1,
		.sparse = seed > 0,
	};

	make_struct(&maker, recording_shape(), maker.evidence);
	return maker.evidence;
}

struct evidence *
trees_random(const struct chain *chain, enum recording_view view,
    uint32_t seed)
{
	return trees_random_words(chain, view, seed, NULL);
}
