#include "checker/report/json_put.h"

#include <stdlib.h>
#include <string.h>

#include "resolver/text.h"

/* Characters beyond need two escapes (RFC 8259 7). */
#define ONE_ESCAPE 0xffffu

/* Room for two escapes of "\\uXXXX", and an end. */
#define ESCAPES sizeof("\\uXXXX\\uXXXX")

/* Room for a number. */
#define DIGITS sizeof("-9223372036854775808")

/* Escapes with a letter of their own (RFC 8259 7). */
static const char escaped[] = "\"\\\b\f\n\r\t";
static const char letters[] = "\"\\bfnrt";

static void
release(struct json_put *json)
{
	fwrite(json->held, 1, json->size, json->out);
	json->size = 0;
}

static void
put(struct json_put *json, const char *octets, size_t size)
{
	if (size > sizeof(json->held) - json->size)
		release(json);
	if (size > sizeof(json->held)) {
		fwrite(octets, 1, size, json->out);
		return;
	}
	memcpy(json->held + json->size, octets, size);
	json->size += size;
}

static void
put_character(struct json_put *json, char character)
{
	if (json->size == sizeof(json->held))
		release(json);
	json->held[json->size++] = character;
}

static void
put_escape(struct json_put *json, uint32_t character)
{
	char text[ESCAPES];
	const char *known = character < 0x80 && character != 0 ?
	    strchr(escaped, (int)character) : NULL;

	if (known != NULL) {
		snprintf(text, sizeof(text), "\\%c", letters[known - escaped]);
	} else if (character > ONE_ESCAPE) {
		character -= ONE_ESCAPE + 1;
		snprintf(text, sizeof(text), "\\u%04X\\u%04X",
		    (unsigned int)(0xd800 | (character >> 10 & 0x3ff)),
		    (unsigned int)(0xdc00 | (character & 0x3ff)));
	} else {
		snprintf(text, sizeof(text), "\\u%04X",
		    (unsigned int)character);
	}
	put(json, text, strlen(text));
}

/* A character that is none. */
static void
put_octet(struct json_put *json, unsigned char octet)
{
	char text[ESCAPES];

	snprintf(text, sizeof(text), "\\\\x%02x", octet);
	put(json, text, strlen(text));
}

/* How many octets at NEXT, of a string that begins at TEXT, are plain. */
static size_t
plain_size(const char *text, const char *next)
{
	const char *end = next;

	while ((unsigned char)*end >= 0x20 && (unsigned char)*end < 0x7f &&
	    *end != '"' && *end != '\\' &&
	    (*end != '#' || end == text || end[-1] != '#'))
		end++;
	return (size_t)(end - next);
}

static void
put_string(struct json_put *json, const char *text)
{
	const char *next = text;
	uint32_t character;
	size_t size;

	put_character(json, '"');
	for (;;) {
		size = plain_size(text, next);
		put(json, next, size);
		next += size;
		if (*next == '\0')
			break;
		size = text_decode(next, strnlen(next, TEXT_CHARACTER),
		    &character);
		if (size == 0)
			put_octet(json, (unsigned char)*next);
		else
			put_escape(json, character);
		next += size > 0 ? size : 1;
	}
	put_character(json, '"');
}

/* What comes before a value. */
static void
put_key(struct json_put *json, const char *key)
{
	if (json->follows)
		put_character(json, ',');
	if (key != NULL) {
		put_character(json, '"');
		put(json, key, strlen(key));
		put(json, "\":", 2);
	}
	json->follows = true;
}

static void
begin(struct json_put *json, const char *key, char bracket)
{
	put_key(json, key);
	put_character(json, bracket);
	json->follows = false;
}

static void
end(struct json_put *json, char bracket)
{
	put_character(json, bracket);
	json->follows = true;
}

void
json_put_object(struct json_put *json, const char *key)
{
	begin(json, key, '{');
}

void
json_put_object_of(struct json_put *json, const char *text)
{
	put_key(json, NULL);
	put_string(json, text);
	put(json, ":{", 2);
	json->follows = false;
}

void
json_put_object_end(struct json_put *json)
{
	end(json, '}');
}

void
json_put_array(struct json_put *json, const char *key)
{
	begin(json, key, '[');
}

void
json_put_array_end(struct json_put *json)
{
	end(json, ']');
}

void
json_put_text(struct json_put *json, const char *key, const char *text)
{
	put_key(json, key);
	if (text != NULL)
		put_string(json, text);
	else
		put(json, "null", strlen("null"));
}

void
json_put_owned(struct json_put *json, const char *key, char *text)
{
	json_put_text(json, key, text);
	free(text);
}

void
json_put_number(struct json_put *json, const char *key, intmax_t number)
{
	char text[DIGITS];
	char *digit = text + sizeof(text);
	uintmax_t rest = number < 0 ? -(uintmax_t)number : (uintmax_t)number;

	put_key(json, key);
	do {
		*--digit = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (number < 0)
		*--digit = '-';
	put(json, digit, (size_t)(text + sizeof(text) - digit));
}

void
json_put_flag(struct json_put *json, const char *key, bool flag)
{
	const char *text = flag ? "true" : "false";

	put_key(json, key);
	put(json, text, strlen(text));
}

void
json_put_line_end(struct json_put *json)
{
	put_character(json, '\n');
	release(json);
	json->follows = false;
}
