#include "checker/records.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "checker/material.h"
#include "resolver/memory.h"
#include "resolver/text.h"

/* Octets of a record, its lines put together. */
#define RECORD_MAX	65536

/* The file as it is read. */
struct reader {
	const char	*file;		/* borrowed, for messages */
	char		*next;		/* borrowed, the rest of the text */
	size_t		 line;		/* number of the line last read */
	struct tlsa_set	*set;		/* borrowed */
	char		*why;		/* owned; set: reading has failed */
};

static bool
fail(struct reader *reader, const char *why)
{
	char *safe = text_printable(reader->file, strlen(reader->file));

	reader->why = memory_format("%s:%zu: %s", safe, reader->line, why);
	free(safe);
	return false;
}

/* Cuts off a comment; "\#" is no comment (RFC 3597). */
static void
cut_comment(char *line)
{
	char *end;

	for (end = line; *end != '\0'; end++) {
		if (*end == ';' || (*end == '#' &&
		    (end == line || end[-1] != '\\'))) {
			*end = '\0';
			return;
		}
	}
}

/*
 * The next record's text, with single lines and those between parentheses put
 * together. NULL: the end. Owned by the caller.
 */
static char *
next_record(struct reader *reader)
{
	char *text = NULL, *longer, *line, *at;
	int depth = 0;

	while (reader->next != NULL && (text == NULL || depth > 0)) {
		line = strsep(&reader->next, "\n");
		reader->line++;
		cut_comment(line);
		for (at = line; *at != '\0'; at++) {
			depth += (*at == '(') - (*at == ')');
			if (strchr("()\t\r\"", *at) != NULL)
				*at = ' ';
		}
		longer = text == NULL ? memory_string(line) :
		    memory_format("%s %s", text, line);
		free(text);
		text = longer;
		if (strlen(text) > RECORD_MAX)
			break;
	}
	return text;
}

/* Where the word WORD ends in TEXT, in any case; NULL: it is not there. */
static char *
after_word(char *text, const char *word)
{
	size_t length = strlen(word);
	char *at;

	for (at = text; *at != '\0'; at++) {
		if (strncasecmp(at, word, length) == 0 &&
		    (at == text || at[-1] == ' ') &&
		    (at[length] == ' ' || at[length] == '\0'))
			return at + length;
	}
	return NULL;
}

/* "\# LENGTH HEX" (RFC 3597 5): three octets of fields before the data. */
static bool
take_generic(struct reader *reader, const char *text)
{
	struct tlsa octets, fields = { 0 };
	char *end, *line;
	const char *why;
	unsigned long length;

	text += strspn(text, " ");
	if (strncmp(text, "\\#", 2) != 0)
		return fail(reader, "TYPE52 without \"\\#\"");
	length = strtoul(text + 2, &end, 10);
	/* The octets are read as if they were the data of a record. */
	line = memory_format("0 0 0 %s", end);
	if (!tlsa_from_text(&octets, line, &why)) {
		free(line);
		return fail(reader, why);
	}
	free(line);
	if (octets.size != length || length < 3) {
		free(octets.data);
		return fail(reader, "the length does not fit the data");
	}
	fields.usage = octets.data[0];
	fields.selector = octets.data[1];
	fields.matching_type = octets.data[2];
	fields.data = octets.data + 3;
	fields.size = octets.size - 3;
	tlsa_set_add(reader->set, &fields);
	free(octets.data);
	return true;
}

static bool
take_fields(struct reader *reader, const char *text)
{
	struct tlsa fields;
	const char *why;
	char *line;
	bool taken;

	if (tlsa_from_text(&fields, text, &why)) {
		tlsa_set_add(reader->set, &fields);
		free(fields.data);
		return true;
	}
	line = memory_format("the record %s", why);
	taken = fail(reader, line);
	free(line);
	return taken;
}

/* Whether a line without TLSA is another record, or a directive, of a zone. */
static bool
is_of_a_zone(char *text)
{
	static const char *const words[] = { "IN", "CH", "SOA", "NS", "MX",
		"A", "AAAA", "CNAME", "TXT", "RRSIG", "DNSKEY", "DS", "NSEC",
		"NSEC3", "NSEC3PARAM", "CAA", "SRV", "PTR", "DNAME" };
	size_t i;

	if (*text == '$')
		return true;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (after_word(text, words[i]) != NULL)
			return true;
	}
	return false;
}

static bool
take_record(struct reader *reader, char *text)
{
	char *fields;

	if (text[strspn(text, " ")] == '\0')
		return true;
	/* A signature over TLSA records is none itself. */
	if (after_word(text, "RRSIG") != NULL || after_word(text, "NSEC"))
		return true;
	fields = after_word(text, "TLSA");
	if (fields != NULL)
		return take_fields(reader, fields);
	fields = after_word(text, "TYPE52");
	if (fields != NULL)
		return take_generic(reader, fields);
	return is_of_a_zone(text) || take_fields(reader, text);
}

bool
records_init(struct tlsa_set *set, const char *file, char **why)
{
	struct reader reader = { .file = file, .set = set };
	char *text, *record;
	size_t size;

	set->records = NULL;
	set->count = 0;
	text = material_read(file, &size, why);
	if (text == NULL)
		return false;
	reader.next = text;
	while (reader.why == NULL && (record = next_record(&reader)) != NULL) {
		if (strlen(record) > RECORD_MAX)
			fail(&reader, "the record is too long");
		else
			take_record(&reader, record);
		free(record);
	}
	free(text);
	if (reader.why == NULL && set->count == 0)
		fail(&reader, "no TLSA record in it");
	*why = reader.why;
	if (reader.why != NULL)
		tlsa_set_clear(set);
	else
		tlsa_set_settle(set);
	return reader.why == NULL;
}
