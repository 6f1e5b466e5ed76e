#include "checker/advice.h"

#include <stdlib.h>

#include "checker/make.h"
#include "smtp/chain.h"

/* The kind of record that fits a certificate at DEPTH. */
static enum tlsa_usage
usage_at(size_t depth)
{
	return depth == 0 ? TLSA_DANE_EE : TLSA_DANE_TA;
}

char *
advice_line(const struct match_input *input, const char *owner, size_t depth,
    enum tlsa_selector selector, enum tlsa_matching_type matching_type)
{
	struct tlsa_set alone = { NULL, 0 };
	struct match_input trial = *input;
	struct match_result *result;
	struct tlsa record;
	char *line;

	if (!make_tlsa(&record, &input->chain->certificates[depth],
	    usage_at(depth), selector, matching_type))
		return NULL;
	tlsa_set_add(&alone, &record);
	free(record.data);
	trial.records = &alone;
	result = match_chain(&trial);
	line = result->would_match ? tlsa_line(owner, alone.records) : NULL;
	match_free(result, alone.count);
	tlsa_set_clear(&alone);
	return line;
}

/* MATCHING_TYPE, or what is stronger and published beside it. */
static enum tlsa_matching_type
type_beside(const struct tlsa_set *set, enum tlsa_usage usage,
    enum tlsa_selector selector, enum tlsa_matching_type matching_type)
{
	const struct tlsa *record;
	size_t i;

	for (i = 0; matching_type == TLSA_SHA2_256 && i < set->count; i++) {
		record = &set->records[i];
		if (record->usable && record->usage == usage &&
		    record->selector == selector)
			matching_type = record->matching_type == TLSA_SHA2_512 ?
			    TLSA_SHA2_512 : matching_type;
	}
	return matching_type;
}

char *
advice_line_beside(const struct match_input *input, const char *owner,
    size_t depth, enum tlsa_selector selector,
    enum tlsa_matching_type matching_type)
{
	return advice_line(input, owner, depth, selector,
	    type_beside(input->records, usage_at(depth), selector,
	    matching_type));
}

char *
advice_own_key(const struct match_input *input, const char *owner)
{
	return advice_line_beside(input, owner, 0, TLSA_SPKI, TLSA_SHA2_256);
}
