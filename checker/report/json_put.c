#include "checker/report/json_put.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/text.h"

/* Characters beyond need two escapes (RFC 8259 7). */
#define ONE_ESCAPE 0xffffu

/* Escapes with a letter of their own (RFC 8259 7). */
static const char escaped[] = "\"\\\b\f\n\r\t";
static const char letters[] = "\"\\bfnrt";

static void
put_escape(FILE *out, uint32_t character)
{
	const char *known = character < 0x80 && character != 0 ?
	    strchr(escaped, (int)character) : NULL;

	if (known != NULL) {
		fprintf(out, "\\%c", letters[known - escaped]);
	} else if (character > ONE_ESCAPE) {
		character -= ONE_ESCAPE + 1;
		fprintf(out, "\\u%04X\\u%04X",
		    (unsigned int)(0xd800 | character >> 10),
		    (unsigned int)(0xdc00 | (character & 0x3ff)));
	} else {
		fprintf(out, "\\u%04X", (unsigned int)character);
	}
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
put_string(FILE *out, const char *text)
{
	const char *next = text;
	uint32_t character;
	size_t size;

	fputc('"', out);
	for (;;) {
		size = plain_size(text, next);
		fwrite(next, 1, size, out);
		next += size;
		if (*next == '\0')
			break;
		size = text_decode(next, strnlen(next, TEXT_CHARACTER),
		    &character);
		if (size == 0)
			fprintf(out, "\\\\x%02x", (unsigned char)*next);
		else
			put_escape(out, character);
		next += size > 0 ? size : 1;
	}
	fputc('"', out);
}

/* What comes before a value. */
static void
put_key(struct json_put *json, const char *key)
{
	if (json->follows)
		fputc(',', json->out);
	if (key != NULL) {
		fputc('"', json->out);
		fputs(key, json->out);
		fputs("\":", json->out);
	}
	json->follows = true;
}

static void
begin(struct json_put *json, const char *key, char bracket)
{
	put_key(json, key);
	fputc(bracket, json->out);
	json->follows = false;
}

static void
end(struct json_put *json, char bracket)
{
	fputc(bracket, json->out);
	json->follows = true;
}

void
json_put_object(struct json_put *json, const char *key)
{
	begin(json, key, '{');
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
		put_string(json->out, text);
	else
		fputs("null", json->out);
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
	put_key(json, key);
	fprintf(json->out, "%" PRIdMAX, number);
}

void
json_put_flag(struct json_put *json, const char *key, bool flag)
{
	put_key(json, key);
	fputs(flag ? "true" : "false", json->out);
}

void
json_put_line_end(struct json_put *json)
{
	fputc('\n', json->out);
	json->follows = false;
}
