#include "checker/expectation.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"
#include "resolver/text.h"

/* A number from 0 to 255 and the space behind it. */
static bool
take_field(const char **text, uint8_t *field)
{
	unsigned int value = 0;
	const char *next = *text;

	for (; isdigit((unsigned char)*next) && value <= UINT8_MAX; next++)
		value = value * 10 + (unsigned int)(*next - '0');
	if (next == *text || value > UINT8_MAX ||
	    (*next != ' ' && *next != '\0'))
		return false;
	*field = (uint8_t)value;
	*text = next + strspn(next, " ");
	return true;
}

static int
digit_of(char c)
{
	const char *digits = "0123456789abcdef", *found;

	found = memchr(digits, tolower((unsigned char)c), 16);
	return found == NULL ? -1 : (int)(found - digits);
}

/* Hexadecimal digits in pairs, with spaces where one likes. */
static bool
take_data(const char *text, struct tlsa *record)
{
	int high = -1, digit;

	record->data = memory_new(strlen(text) / 2 + 1, 1);
	for (; *text != '\0'; text++) {
		if (*text == ' ')
			continue;
		digit = digit_of(*text);
		if (digit == -1)
			return false;
		if (high == -1) {
			high = digit;
			continue;
		}
		record->data[record->size++] = (uint8_t)(high << 4 | digit);
		high = -1;
	}
	return high == -1;
}

bool
expectation_init(struct expectation *expectation, const char *text,
    bool absent, const char **why)
{
	const char *next = text + strspn(text, " ");
	struct tlsa *record = &expectation->record;

	memset(expectation, 0, sizeof(*expectation));
	expectation->text = text_printable(text, strlen(text));
	expectation->absent = absent;
	if (!take_field(&next, &record->usage) ||
	    !take_field(&next, &record->selector) ||
	    !take_field(&next, &record->matching_type)) {
		*why = "does not begin with usage, selector and matching type, "
		    "such as \"3 1 1\"";
	} else if (!take_data(next, record)) {
		*why = "has data that is not hexadecimal";
	} else {
		expectation->any_data = record->size == 0;
		return true;
	}
	expectation_clear(expectation);
	return false;
}

void
expectation_clear(struct expectation *expectation)
{
	free(expectation->text);
	free(expectation->record.data);
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
		if (!tlsa_same_combination(record, wanted))
			continue;
		if (expectation->any_data || (record->size == wanted->size &&
		    memcmp(record->data, wanted->data, wanted->size) == 0))
			return true;
	}
	return false;
}
