#include "checker/evidence/tlsrpt.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "resolver/answer.h"
#include "resolver/memory.h"
#include "resolver/text.h"

#define VERSION	"v=TLSRPTv1"
#define RUA	"rua"

/* Octets of an extension's name (RFC 8460 3, tlsrpt-ext-name). */
#define NAME_MAX_OCTETS	32

/* A part of a record's text, which is no string. */
struct span {
	const uint8_t	*at;		/* borrowed */
	size_t		 size;
};

/* Names of letters, digits and the like in ASCII, whatever the locale. */
static bool
is_alphanumeric(uint8_t octet)
{
	return octet < 0x80 && isalnum(octet) != 0;
}

static bool
is_blank(uint8_t octet)
{
	return octet == ' ' || octet == '\t';
}

static struct span
trim(struct span span)
{
	while (span.size > 0 && is_blank(span.at[0])) {
		span.at++;
		span.size--;
	}
	while (span.size > 0 && is_blank(span.at[span.size - 1]))
		span.size--;
	return span;
}

/*
 * Takes what comes before the next SEPARATOR off REST, without blanks around
 * it. False: nothing was left.
 */
static bool
take_part(struct span *rest, uint8_t separator, struct span *part)
{
	const uint8_t *end;

	if (rest->at == NULL)
		return false;
	end = rest->size > 0 ? memchr(rest->at, separator, rest->size) : NULL;
	if (end == NULL) {
		*part = trim(*rest);
		rest->at = NULL;
		return true;
	}
	*part = trim((struct span){ rest->at, (size_t)(end - rest->at) });
	rest->size -= (size_t)(end - rest->at) + 1;
	rest->at = end + 1;
	return true;
}

/*
 * The record's strings, put together without spaces (RFC 8460 3). The text is
 * owned by the caller.
 */
static uint8_t *
join_strings(const struct answer_record *record, size_t *size)
{
	uint8_t *text = memory_new(record->size + 1, 1);
	size_t at = 0, length;

	*size = 0;
	while (at < record->size) {
		length = record->data[at++];
		if (length > record->size - at)
			length = record->size - at;
		memcpy(text + *size, record->data + at, length);
		*size += length;
		at += length;
	}
	return text;
}

/* Takes the version off TEXT. Without it, it is some other record. */
static bool
take_version(struct span *text)
{
	const size_t size = strlen(VERSION);
	struct span rest = *text, nothing;

	if (text->size < size || memcmp(text->at, VERSION, size) != 0)
		return false;
	rest.at += size;
	rest.size -= size;
	if (!take_part(&rest, ';', &nothing) || nothing.size > 0 ||
	    rest.at == NULL)
		return false;
	*text = rest;
	return true;
}

/* An extension's name begins with a letter or a digit. */
static bool
is_name(struct span name)
{
	size_t i;

	if (name.size == 0 || name.size > NAME_MAX_OCTETS ||
	    !is_alphanumeric(name.at[0]))
		return false;
	for (i = 1; i < name.size; i++) {
		if (!is_alphanumeric(name.at[i]) &&
		    memchr("_-.", name.at[i], 3) == NULL)
			return false;
	}
	return true;
}

/* What can be seen in ASCII, without blanks; ';' is taken off before. */
static bool
is_visible(struct span value)
{
	size_t i;

	for (i = 0; i < value.size; i++) {
		if (value.at[i] <= ' ' || value.at[i] > '~')
			return false;
	}
	return value.size > 0;
}

static bool
begins_with(struct span span, const char *scheme)
{
	const size_t size = strlen(scheme);

	return span.size > size &&
	    strncasecmp((const char *)span.at, scheme, size) == 0;
}

/* Those with other schemes are for senders of another time. */
static bool
take_uris(struct tlsrpt *tlsrpt, struct span value)
{
	struct span uri;

	while (take_part(&value, ',', &uri)) {
		if (!is_visible(uri))
			return false;
		if (!begins_with(uri, "mailto:") &&
		    !begins_with(uri, "https:"))
			continue;
		tlsrpt->rua = memory_grow(tlsrpt->rua, tlsrpt->rua_count,
		    sizeof(*tlsrpt->rua));
		tlsrpt->rua[tlsrpt->rua_count++] =
		    text_printable(uri.at, uri.size);
	}
	return true;
}

/* "rua=..." or an extension. */
static bool
take_field(struct tlsrpt *tlsrpt, struct span field)
{
	struct span name, value = field;

	if (!take_part(&value, '=', &name) || value.at == NULL ||
	    !is_name(name))
		return false;
	if (name.size == strlen(RUA) &&
	    memcmp(name.at, RUA, strlen(RUA)) == 0)
		return take_uris(tlsrpt, value);
	return is_visible(value) &&
	    memchr(value.at, '=', value.size) == NULL;
}

/* What follows the version. */
static bool
take_fields(struct tlsrpt *tlsrpt, struct span text)
{
	struct span field;

	while (take_part(&text, ';', &field)) {
		/* One ';' may end the record. */
		if (field.size == 0 && text.at == NULL)
			break;
		if (!take_field(tlsrpt, field))
			return false;
	}
	return true;
}

static void
drop_uris(struct tlsrpt *tlsrpt)
{
	size_t i;

	for (i = 0; i < tlsrpt->rua_count; i++)
		free(tlsrpt->rua[i]);
	free(tlsrpt->rua);
	tlsrpt->rua = NULL;
	tlsrpt->rua_count = 0;
}

/* Record I: nothing, if it is another kind's. */
static void
take_record(struct tlsrpt *tlsrpt, const struct answer *answer, size_t i)
{
	const struct answer_record *record = &answer->records[i];
	struct span text;
	uint8_t *joined;

	joined = join_strings(record, &text.size);
	text.at = joined;
	if (take_version(&text) && tlsrpt->records++ == 0) {
		tlsrpt->state = TLSRPT_PRESENT;
		tlsrpt->first = i;
		if (!take_fields(tlsrpt, text))
			tlsrpt->state = TLSRPT_MALFORMED;
		else if (tlsrpt->rua_count == 0)
			tlsrpt->state = TLSRPT_NOWHERE;
	}
	free(joined);
}

void
tlsrpt_init(struct tlsrpt *tlsrpt, const struct answer *answer)
{
	size_t i;

	*tlsrpt = (struct tlsrpt){ .state = TLSRPT_UNKNOWN };
	/* Of more records than are kept, others may be meant. */
	if (answer == NULL || answer->kind == ANSWER_UNUSABLE ||
	    answer->truncated)
		return;
	tlsrpt->state = TLSRPT_NONE;
	for (i = 0; i < answer->count; i++)
		take_record(tlsrpt, answer, i);
	if (tlsrpt->records > 1)
		tlsrpt->state = TLSRPT_SEVERAL;
	if (tlsrpt->state != TLSRPT_PRESENT)
		drop_uris(tlsrpt);
}

void
tlsrpt_clear(struct tlsrpt *tlsrpt)
{
	drop_uris(tlsrpt);
}
