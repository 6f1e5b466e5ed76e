#include "resolver/query_records.h"

#include <stdbool.h>
#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/name.h"

/* Where the counts of the header begin: of questions, then of each section. */
#define AT_COUNTS	4

/* Octets behind the name of a question, and of a record before its RDATA. */
#define QUESTION_TAIL	4
#define RECORD_FIXED	10

/* Octets of a label, and what a pointer begins with (RFC 1035 4.1.4). */
#define LABEL_MAX	63
#define POINTER		0xc0

/* Pointers of a name that are followed: as many as it can have labels. */
#define POINTERS_MAX	127

/* Behind the name at AT, or 0: the packet ends before. */
static size_t
skip_name(const uint8_t *packet, size_t size, size_t at)
{
	while (at < size) {
		if (packet[at] >= POINTER)	/* which ends it */
			return at + 2 <= size ? at + 2 : 0;
		if (packet[at] == 0)
			return at + 1;
		if (packet[at] > LABEL_MAX)	/* no kind of label any more */
			return 0;
		at += (size_t)packet[at] + 1;
	}
	return 0;
}

void
query_records_begin(struct query_records *records, const uint8_t *packet,
    size_t size)
{
	unsigned int count, section;

	memset(records, 0, sizeof(*records));
	records->packet = packet;
	records->size = size;
	if (size < QUERY_HEADER)
		return;
	records->at = QUERY_HEADER;
	for (count = ldns_read_uint16(packet + AT_COUNTS); count > 0;
	    count--) {
		records->at = skip_name(packet, size, records->at);
		if (records->at == 0 || size - records->at < QUESTION_TAIL)
			return;
		records->at += QUESTION_TAIL;
	}
	for (section = QUERY_ANSWER; section <= QUERY_ADDITIONAL; section++)
		records->left[section] = ldns_read_uint16(
		    packet + AT_COUNTS + 2 * section);
}

/* False: the packet ends before the record does. */
static bool
read_record(struct query_records *records, struct query_record *record)
{
	const uint8_t *fixed;
	size_t at;

	record->owner = records->at;
	at = skip_name(records->packet, records->size, records->at);
	if (at == 0 || records->size - at < RECORD_FIXED)
		return false;
	fixed = records->packet + at;
	record->type = ldns_read_uint16(fixed);
	record->class = ldns_read_uint16(fixed + 2);
	record->ttl = ldns_read_uint32(fixed + 4);
	record->size = ldns_read_uint16(fixed + 8);
	record->data = at + RECORD_FIXED;
	if (records->size - record->data < record->size)
		return false;
	records->at = record->data + record->size;
	return true;
}

enum query_section
query_records_next(struct query_records *records, struct query_record *record)
{
	enum query_section section = QUERY_ANSWER;

	while (section < QUERY_ADDITIONAL && records->left[section] == 0)
		section++;
	if (records->left[section] == 0)
		return QUERY_END;
	records->left[section]--;
	if (read_record(records, record))
		return section;
	memset(records->left, 0, sizeof(records->left));
	records->broken = true;
	return QUERY_END;
}

/*
 * The name at AT without pointers, in NAME. Returns its octets; 0: it is
 * malformed. Pointers go back to what came before (RFC 1035 4.1.4).
 */
static size_t
expand_name(const uint8_t *packet, size_t size, size_t at,
    uint8_t name[NAME_WIRE_MAX])
{
	size_t used = 0, pointers = 0, label, target;

	while (at < size) {
		if (packet[at] >= POINTER) {
			if (size - at < 2 || pointers++ == POINTERS_MAX)
				return 0;
			target = (size_t)(packet[at] & ~POINTER) << 8 |
			    packet[at + 1];
			if (target >= at)
				return 0;
			at = target;
			continue;
		}
		label = (size_t)packet[at] + 1;
		if (label > LABEL_MAX + 1 || size - at < label ||
		    NAME_WIRE_MAX - used < label)
			return 0;
		memcpy(name + used, packet + at, label);
		used += label;
		at += label;
		if (label == 1)
			return used;
	}
	return 0;
}

char *
query_records_name(const uint8_t *packet, size_t size, size_t *at)
{
	uint8_t wire[NAME_WIRE_MAX];
	const size_t used = expand_name(packet, size, *at, wire);

	if (used == 0)
		return NULL;
	*at = skip_name(packet, size, *at);
	return name_from_wire(wire, used);
}
