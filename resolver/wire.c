#include "resolver/wire.h"

#include <stdbool.h>
#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/answer.h"
#include "resolver/memory.h"
#include "resolver/name.h"

#define RECORD_HEADER	10	/* type, class, TTL, size of the RDATA */

/* The end of the record at AT, or 0 when the packet ends before. */
static size_t
record_end(const uint8_t *packet, size_t size, size_t at)
{
	ldns_rdf *owner = NULL;
	size_t end;

	if (ldns_wire2dname(&owner, packet, size, &at) != LDNS_STATUS_OK)
		return 0;
	ldns_rdf_deep_free(owner);
	if (size < at + RECORD_HEADER)
		return 0;
	end = at + RECORD_HEADER + ldns_read_uint16(packet + at + 8);
	return end <= size ? end : 0;
}

/*
 * Reads COUNT records from *AT on into LIST. One with malformed RDATA is left
 * out and sets *UNREADABLE. False: the packet ends too early.
 */
static bool
read_section(const uint8_t *packet, size_t size, size_t *at,
    unsigned int count, ldns_rr_list *list, bool *unreadable)
{
	ldns_rr *record;
	size_t end;

	for (; count > 0; count--) {
		end = record_end(packet, size, *at);
		if (end == 0)
			return false;
		record = NULL;
		if (ldns_wire2rr(&record, packet, end, at,
		    LDNS_SECTION_ANSWER) != LDNS_STATUS_OK) {
			*unreadable = true;
		} else if (*at != end) {
			ldns_rr_free(record);
			*unreadable = true;
		} else if (!ldns_rr_list_push_rr(list, record)) {
			abort();
		}
		*at = end;
	}
	return true;
}

bool
wire_sections_init(struct wire_sections *sections, const uint8_t *packet,
    size_t size)
{
	size_t at = LDNS_HEADER_SIZE;
	unsigned int count;
	ldns_rr *question;
	bool ignored = false;

	sections->answer = ldns_rr_list_new();
	sections->authority = ldns_rr_list_new();
	sections->unreadable = false;
	if (size < LDNS_HEADER_SIZE)
		return false;
	for (count = LDNS_QDCOUNT(packet); count > 0; count--) {
		question = NULL;
		if (ldns_wire2rr(&question, packet, size, &at,
		    LDNS_SECTION_QUESTION) != LDNS_STATUS_OK)
			return false;
		ldns_rr_free(question);
	}
	if (!read_section(packet, size, &at, LDNS_ANCOUNT(packet),
		sections->answer, &sections->unreadable))
		return false;
	return read_section(packet, size, &at, LDNS_NSCOUNT(packet),
	    sections->authority, &ignored);
}

void
wire_sections_clear(struct wire_sections *sections)
{
	ldns_rr_list_deep_free(sections->authority);
	ldns_rr_list_deep_free(sections->answer);
}

char *
wire_name(const ldns_rdf *name)
{
	return name_from_wire(ldns_rdf_data(name), ldns_rdf_size(name));
}

ldns_rr *
wire_record(const char *owner, uint16_t type,
    const struct answer_record *record)
{
	ldns_rdf *name = ldns_dname_new_frm_str(owner);
	size_t size, head, at = 0;
	ldns_rr *made = NULL;
	uint8_t *octets;

	if (name == NULL || record->size > UINT16_MAX) {
		ldns_rdf_deep_free(name);
		return NULL;
	}
	head = ldns_rdf_size(name);
	size = head + RECORD_HEADER + record->size;
	octets = memory_new(size, 1);
	memcpy(octets, ldns_rdf_data(name), head);
	ldns_write_uint16(octets + head, type);
	ldns_write_uint16(octets + head + 2, LDNS_RR_CLASS_IN);
	ldns_write_uint16(octets + head + 8, (uint16_t)record->size);
	if (record->size > 0)
		memcpy(octets + head + RECORD_HEADER, record->data,
		    record->size);
	if (ldns_wire2rr(&made, octets, size, &at, LDNS_SECTION_ANSWER) !=
	    LDNS_STATUS_OK)
		made = NULL;
	free(octets);
	ldns_rdf_deep_free(name);
	return made;
}
