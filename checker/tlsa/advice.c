#include "checker/tlsa/advice.h"

#include <stdlib.h>

#include "resolver/memory.h"
#include "smtp/chain.h"

enum tlsa_usage
advice_usage(size_t depth)
{
	return depth == 0 ? TLSA_DANE_EE : TLSA_DANE_TA;
}

/* A record, and how it fares by itself. */
static struct match_result *
try(const struct match_input *input, const struct tlsa *kind, size_t depth,
    struct tlsa_set *alone)
{
	struct match_input trial = *input;
	struct chain chain = *input->chain;	/* borrowed certificates */
	struct tlsa record;

	*alone = (struct tlsa_set){ NULL, 0 };
	tlsa_of_certificate(&record, &input->chain->certificates[depth],
	    kind->usage, kind->selector, kind->matching_type);
	tlsa_set_add(alone, &record);
	free(record.data);
	trial.records = alone;
	/*
	 * The own certificate stands for itself: the others need not be
	 * decoded.
	 */
	if (depth == 0)
		chain.count = 1;
	trial.chain = &chain;
	return match_chain(&trial);
}

static struct tlsa
kind_of(size_t depth, enum tlsa_selector selector,
    enum tlsa_matching_type matching_type)
{
	return (struct tlsa){
		.usage = (uint8_t)advice_usage(depth),
		.selector = (uint8_t)selector,
		.matching_type = (uint8_t)matching_type,
	};
}

char *
advice_line(const struct match_input *input, const char *owner, size_t depth,
    enum tlsa_selector selector, enum tlsa_matching_type matching_type)
{
	const struct tlsa kind = kind_of(depth, selector, matching_type);
	struct tlsa_set alone;
	struct match_result *result = try(input, &kind, depth, &alone);
	char *line = NULL;

	if (result->would_match)
		line = tlsa_line(owner, alone.records);
	match_free(result, alone.count);
	tlsa_set_clear(&alone);
	return line;
}

char *
advice_why_not(const struct match_input *input, size_t depth,
    enum tlsa_selector selector, enum tlsa_matching_type matching_type)
{
	const struct tlsa kind = kind_of(depth, selector, matching_type);
	struct tlsa_set alone;
	struct match_result *result = try(input, &kind, depth, &alone);
	char *why = memory_string(result->why);

	match_free(result, alone.count);
	tlsa_set_clear(&alone);
	return why;
}

enum tlsa_matching_type
advice_type(const struct match_input *input, size_t depth,
    enum tlsa_selector selector, enum tlsa_matching_type matching_type)
{
	const struct tlsa_set *set = input->records;
	const struct tlsa *record;
	size_t i;

	for (i = 0; matching_type == TLSA_SHA2_256 && i < set->count; i++) {
		record = &set->records[i];
		if (record->usable && record->usage == advice_usage(depth) &&
		    record->selector == selector &&
		    record->matching_type == TLSA_SHA2_512)
			matching_type = TLSA_SHA2_512;
	}
	return matching_type;
}

char *
advice_own_key(const struct match_input *input, const char *owner)
{
	return advice_line(input, owner, 0, TLSA_SPKI,
	    advice_type(input, 0, TLSA_SPKI, TLSA_SHA2_256));
}
