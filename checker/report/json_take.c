#include "checker/report/json_take.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"
#include "resolver/text.h"

/* --- what is wrong, and where */

void
json_take_seed(void)
{
	json_object_seed(0);
}

bool
json_take_wrong(char **why, const char *key, const char *what)
{
	*why = memory_format("%s: %s", key, what);
	return false;
}

bool
json_take_inside(bool ok, const char *where, char **why)
{
	char *outer;

	if (ok)
		return true;
	outer = memory_format("%s.%s", where, *why);
	free(*why);
	*why = outer;
	return false;
}

bool
json_take_inside_item(bool ok, const char *where, size_t index, char **why)
{
	char *outer;

	if (ok)
		return true;
	outer = memory_format("%s[%zu].%s", where, index, *why);
	free(*why);
	*why = outer;
	return false;
}

/* --- values of any type */

bool
json_take_present(const json_t *object, const char *key, char **why)
{
	const json_t *value = json_object_get(object, key);

	return (value != NULL && !json_is_null(value)) ||
	    json_take_wrong(why, key, "missing");
}

/* Borrowed from OBJECT; NULL. */
static bool
take_value(const json_t *object, const char *key, json_type type,
    const json_t **value, char **why)
{
	static const char *const others[] = {
		[JSON_OBJECT] = "not an object",
		[JSON_ARRAY] = "not an array",
		[JSON_STRING] = "not a string",
		[JSON_INTEGER] = "not a whole number",
	};

	*value = json_object_get(object, key);
	if (*value == NULL || json_is_null(*value)) {
		*value = NULL;
		return true;
	}
	return json_typeof(*value) == type ||
	    json_take_wrong(why, key, others[type]);
}

/* --- objects and arrays */

bool
json_take_object(const json_t *object, const char *key, const json_t **value,
    char **why)
{
	return take_value(object, key, JSON_OBJECT, value, why);
}

bool
json_take_array(const json_t *object, const char *key, size_t most,
    const json_t **array, size_t *count, char **why)
{
	*count = 0;
	if (!take_value(object, key, JSON_ARRAY, array, why))
		return false;
	*count = json_array_size(*array);
	return *count <= most ||
	    json_take_wrong(why, key, "too many elements");
}

bool
json_take_item(const json_t *array, const char *key, size_t i,
    const json_t **item, char **why)
{
	*item = json_array_get(array, i);
	if (json_is_object(*item))
		return true;
	*why = memory_format("%s[%zu]: not an object", key, i);
	return false;
}

/* --- flags and numbers */

bool
json_take_flag(const json_t *object, const char *key, bool *flag, char **why)
{
	const json_t *value = json_object_get(object, key);

	*flag = json_is_true(value);
	return value == NULL || json_is_null(value) || json_is_boolean(value) ||
	    json_take_wrong(why, key, "neither true nor false");
}

bool
json_take_number(const json_t *object, const char *key, unsigned int most,
    unsigned int *number, char **why)
{
	const json_t *value;
	json_int_t integer;

	*number = 0;
	if (!take_value(object, key, JSON_INTEGER, &value, why))
		return false;
	integer = json_integer_value(value);
	if (integer < 0 || integer > (json_int_t)most)
		return json_take_wrong(why, key, "out of range");
	*number = (unsigned int)integer;
	return true;
}

/* --- texts */

bool
json_take_string(const json_t *object, const char *key, const char **string,
    char **why)
{
	const json_t *value;

	*string = NULL;
	if (!take_value(object, key, JSON_STRING, &value, why))
		return false;
	*string = json_string_value(value);
	return true;
}

/* Its backslashes are those that text_printable() has put there before. */
static bool
is_printable(const char *text)
{
	const size_t size = strlen(text);

	return size <= TEXT_LIMIT && text_is_printable(text, size);
}

/* Owned by the caller. */
static char *
printable(const char *text)
{
	return is_printable(text) ? memory_string(text) :
	    text_printable(text, strlen(text));
}

bool
json_take_text(const json_t *object, const char *key, char **text, char **why)
{
	const char *string;

	*text = NULL;
	if (!json_take_string(object, key, &string, why))
		return false;
	if (string != NULL)
		*text = printable(string);
	return true;
}

bool
json_take_word(const json_t *object, const char *key,
    const struct json_words *words, unsigned int *index, char **why)
{
	const char *string;
	char *text;

	*index = words->count;
	if (!json_take_string(object, key, &string, why))
		return false;
	if (string == NULL)
		return true;
	for (*index = 0; *index < words->count; (*index)++) {
		if (strcmp(string, words->word(*index)) == 0)
			return true;
	}
	text = printable(string);
	*why = memory_format("%s: \"%s\" is not known here", key, text);
	free(text);
	return false;
}

/* --- octets and times */

bool
json_take_octets(const json_t *object, const char *key, size_t most,
    uint8_t **octets, size_t *size, char **why)
{
	const char *digits;
	size_t count;

	*octets = NULL;
	*size = 0;
	if (!json_take_string(object, key, &digits, why))
		return false;
	if (digits == NULL)
		return true;
	count = strlen(digits) / 2;
	if (count > most)
		return json_take_wrong(why, key, "too long");
	*octets = memory_new(count + 1, 1);
	if (!text_from_hex(*octets, count, digits)) {
		free(*octets);
		*octets = NULL;
		return json_take_wrong(why, key,
		    "not hexadecimal digits of octets");
	}
	*size = count;
	return true;
}

bool
json_take_digest(const json_t *object, const char *key,
    uint8_t digest[static CHAIN_DIGEST], char **why)
{
	const char *digits;

	memset(digest, 0, CHAIN_DIGEST);
	if (!json_take_string(object, key, &digits, why))
		return false;
	return digits == NULL || text_from_hex(digest, CHAIN_DIGEST, digits) ||
	    json_take_wrong(why, key, "not the digits of a SHA2-256");
}

/* The number of COUNT decimal digits; -1: they are none. */
static int
read_digits(const char *digits, size_t count)
{
	int number = 0;

	for (; count > 0; count--, digits++) {
		if (*digits < '0' || *digits > '9')
			return -1;
		number = 10 * number + (*digits - '0');
	}
	return number;
}

/* "2026-01-31T12:00:00Z", as text_time() writes it. */
static bool
read_time(const char *text, time_t *when)
{
	struct tm tm = { 0 };
	char *again;
	bool same;

	if (strlen(text) != strlen("2026-01-31T12:00:00Z"))
		return false;
	tm.tm_year = read_digits(text, 4) - 1900;
	tm.tm_mon = read_digits(text + 5, 2) - 1;
	tm.tm_mday = read_digits(text + 8, 2);
	tm.tm_hour = read_digits(text + 11, 2);
	tm.tm_min = read_digits(text + 14, 2);
	tm.tm_sec = read_digits(text + 17, 2);
	*when = timegm(&tm);
	/* Whatever is no time, such as a 31st of June, comes out otherwise. */
	again = text_time(*when);
	same = strcmp(again, text) == 0;
	free(again);
	return same;
}

bool
json_take_time(const json_t *object, const char *key, time_t *when, char **why)
{
	const char *string;

	*when = 0;
	if (!json_take_string(object, key, &string, why))
		return false;
	return string == NULL || read_time(string, when) ||
	    json_take_wrong(why, key, "not a time as in 2026-01-31T12:00:00Z");
}
