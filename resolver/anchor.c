#include "resolver/anchor.h"

#include <stdbool.h>
#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/answer.h"
#include "resolver/ds.h"
#include "resolver/file.h"
#include "resolver/memory.h"
#include "resolver/zone_reader.h"

/* KSK-2017 and KSK-2024, as published by IANA in root-anchors.xml. */
static const char *const built_in[] = {
	". 3600 IN DS 20326 8 2 "
	"e06d44b80b8f1d39a95c0b0d7c65d08458e880409bbc683457104237c7f8ec8d",
	". 3600 IN DS 38696 8 2 "
	"683d2d0acb8c9b712a1948b27f741219298d0a450d612c483af444a4c0fb2b16",
};

/* Where systems keep their anchors. */
static const char *const system_files[] = {
	"/usr/share/dns/root.key",
	"/var/lib/unbound/root.key",
	"/etc/unbound/root.key",
	"/usr/share/dnssec-root/trusted-key.key",
	"/etc/trusted-key.key",
};

static void
add(struct anchors *anchors, const char *line)
{
	size_t i;

	for (i = 0; i < anchors->count; i++)
		if (strcmp(anchors->records[i], line) == 0)
			return;
	anchors->records = memory_grow(anchors->records, anchors->count,
	    sizeof(*anchors->records));
	anchors->records[anchors->count++] = memory_string(line);
}

static void
add_record(struct anchors *anchors, const ldns_rr *record)
{
	char *line, *character;

	line = ldns_rr2str_fmt(ldns_output_format_nocomments, record);
	if (line == NULL)
		abort();
	for (character = line; *character != '\0'; character++)
		if (*character == '\t')
			*character = ' ';
	line[strcspn(line, "\n")] = '\0';
	add(anchors, line);
	free(line);
}

static bool
is_anchor(const ldns_rr *record)
{
	ldns_rr_type type = ldns_rr_get_type(record);

	return (type == LDNS_RR_TYPE_DS || type == LDNS_RR_TYPE_DNSKEY) &&
	    ldns_rr_get_class(record) == LDNS_RR_CLASS_IN &&
	    ldns_rr_rd_count(record) == 4 &&
	    ldns_dname_label_count(ldns_rr_owner(record)) == 0;
}

/*
 * Whether a key is trusted now. Files that are kept up to date note the state
 * of a key in a comment: VALID (2) and MISSING (3) are trusted (RFC 5011 4.2).
 */
static bool
is_in_force(const ldns_rr *record, const struct zone_entry *entry)
{
	static const char note[] = ";;state=";
	char *text, *state;
	bool is;

	if (ldns_rr_get_type(record) == LDNS_RR_TYPE_DNSKEY &&
	    (ldns_rdf2native_int16(ldns_rr_dnskey_flags(record)) &
	    LDNS_KEY_REVOKE_KEY) != 0)
		return false;
	text = memory_copy(entry->text, entry->size);
	state = strstr(text, note);
	is = state == NULL || ((state[strlen(note)] == '2' ||
	    state[strlen(note)] == '3') && state[strlen(note) + 1] == ' ');
	free(text);
	return is;
}

/* Adds the anchor that the entry is, if it is in force. False: *WHY. */
static bool
add_entry(struct anchors *anchors, const struct zone_reader *reader,
    char **why)
{
	const char *fault = "is not a DS or DNSKEY record of the root";
	ldns_rr *record = zone_reader_record(reader, &fault);
	bool good = record != NULL && is_anchor(record);

	if (!good)
		*why = zone_reader_fault(reader, reader->entry.last_line, NULL,
		    fault);
	else if (is_in_force(record, &reader->entry))
		add_record(anchors, record);
	ldns_rr_free(record);
	return good;
}

/* Fills in the anchors of a file. False, with none: *WHY. */
static bool
add_file(struct anchors *anchors, const struct file *file, char **why)
{
	enum zone_reader_result result;
	struct zone_reader reader;
	bool good;

	zone_reader_init(&reader, file, ".", ";");
	do {
		result = zone_reader_next(&reader, why);
		if (result == ZONE_READER_ENTRY &&
		    !add_entry(anchors, &reader, why))
			result = ZONE_READER_BAD;
	} while (result == ZONE_READER_ENTRY);
	good = result == ZONE_READER_END;
	if (good && anchors->count == 0) {
		*why = memory_format("%s: holds no trust anchor", file->name);
		good = false;
	}
	zone_reader_clear(&reader);
	if (!good)
		anchors_clear(anchors);
	return good;
}

size_t
anchors_read_system(struct file **files)
{
	const size_t most = sizeof(system_files) / sizeof(system_files[0]);
	size_t i, count = 0;
	char *ignored;

	*files = memory_new(most, sizeof(**files));
	for (i = 0; i < most; i++) {
		if (file_read(&(*files)[count], system_files[i],
		    ZONE_READER_FILE_MAX, &ignored))
			count++;
		else
			free(ignored);
	}
	return count;
}

/* Those of the first of the system's files that is of use. */
static void
add_system(struct anchors *anchors, const struct anchor_files *files)
{
	const struct file *file;
	char *ignored;
	size_t i;

	for (i = 0; i < files->system_count; i++) {
		file = &files->system[i];
		if (add_file(anchors, file, &ignored)) {
			anchors->source = memory_format("in %s or built in",
			    file->name);
			return;
		}
		free(ignored);
	}
	anchors->source = memory_string("built in");
}

bool
anchors_init(struct anchors *anchors, const struct anchor_files *files,
    char **why)
{
	size_t i;

	memset(anchors, 0, sizeof(*anchors));
	if (files->user != NULL) {
		if (!add_file(anchors, files->user, why))
			return false;
		anchors->source = memory_format("in %s", files->user->name);
		return true;
	}
	add_system(anchors, files);
	for (i = 0; i < sizeof(built_in) / sizeof(built_in[0]); i++)
		add(anchors, built_in[i]);
	return true;
}

/* Whether one anchor does. */
static bool
fits_key(const ldns_rr *anchor, const struct answer_record *key)
{
	ldns_buffer *octets = ldns_buffer_new(LDNS_MIN_BUFLEN);
	struct answer_record record = { .data = NULL };
	bool fits = false;

	if (octets == NULL)
		abort();
	if (ldns_rr_rdata2buffer_wire(octets, anchor) == LDNS_STATUS_OK) {
		record.data = ldns_buffer_begin(octets);
		record.size = ldns_buffer_position(octets);
		fits = ldns_rr_get_type(anchor) == LDNS_RR_TYPE_DS ?
		    ds_fits_key(&record, ".", key) :
		    record.size == key->size &&
		    memcmp(record.data, key->data, key->size) == 0;
	}
	ldns_buffer_free(octets);
	return fits;
}

bool
anchors_fit_key(const struct anchors *anchors, const struct answer_record *key)
{
	ldns_rr *record;
	bool fits = false;
	size_t i;

	for (i = 0; i < anchors->count && !fits; i++) {
		if (ldns_rr_new_frm_str(&record, anchors->records[i], 0, NULL,
		    NULL) != LDNS_STATUS_OK)
			continue;
		fits = fits_key(record, key);
		ldns_rr_free(record);
	}
	return fits;
}

void
anchors_clear(struct anchors *anchors)
{
	size_t i;

	for (i = 0; i < anchors->count; i++)
		free(anchors->records[i]);
	free(anchors->records);
	free(anchors->source);
	memset(anchors, 0, sizeof(*anchors));
}
