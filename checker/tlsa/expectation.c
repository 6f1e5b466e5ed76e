#include "checker/tlsa/expectation.h"

#include <stdlib.h>
#include <string.h>

#include "resolver/text.h"

bool
expectation_init(struct expectation *expectation, const char *text,
    bool absent, const char **why)
{
	memset(expectation, 0, sizeof(*expectation));
	expectation->text = text_printable(text, strlen(text));
	expectation->absent = absent;
	if (tlsa_from_text(&expectation->record, text, why)) {
		expectation->any_data = expectation->record.size == 0;
		return true;
	}
	expectation_clear(expectation);
	return false;
}

void
expectation_clear(struct expectation *expectation)
{
	free(expectation->text);
	tlsa_clear(&expectation->record);
	memset(expectation, 0, sizeof(*expectation));
}

bool
expectation_finds(const struct expectation *expectation,
    const struct tlsa_set *set)
{
	const struct tlsa *wanted = &expectation->record, *record;
	size_t i;

	for (i = 0; i < set->count; i++) {
		record = &set->records[i];
		if (expectation->any_data ?
		    tlsa_same_combination(record, wanted) :
		    tlsa_equal(record, wanted))
			return true;
	}
	return false;
}
