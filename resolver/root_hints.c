#include "resolver/root_hints.h"

#include <stdbool.h>
#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/file.h"
#include "resolver/memory.h"
#include "resolver/zone_reader.h"

/* The records of a file. */
struct records {
	ldns_rr		**servers;	/* owned; NS */
	size_t		  server_count;
	ldns_rr		**addresses;	/* owned; A, AAAA */
	size_t		  address_count;
};

static void
clear_records(struct records *records)
{
	size_t i;

	for (i = 0; i < records->server_count; i++)
		ldns_rr_free(records->servers[i]);
	free(records->servers);
	for (i = 0; i < records->address_count; i++)
		ldns_rr_free(records->addresses[i]);
	free(records->addresses);
}

static void
add(ldns_rr ***records, size_t *count, ldns_rr *record)
{
	*records = memory_grow(*records, *count, sizeof(**records));
	(*records)[(*count)++] = record;
}

/* Takes ownership of RECORD. False: it is not one of root hints. */
static bool
add_record(struct records *records, ldns_rr *record)
{
	const ldns_rr_type type = ldns_rr_get_type(record);

	if (type == LDNS_RR_TYPE_NS &&
	    ldns_dname_label_count(ldns_rr_owner(record)) == 0) {
		add(&records->servers, &records->server_count, record);
	} else if (type == LDNS_RR_TYPE_A || type == LDNS_RR_TYPE_AAAA) {
		add(&records->addresses, &records->address_count, record);
	} else {
		ldns_rr_free(record);
		return false;
	}
	return true;
}

static bool
read_records(struct records *records, struct zone_reader *reader, char **why)
{
	static const char wrong[] = "is neither an NS record of the root nor "
	    "an address";
	enum zone_reader_result result;
	const char *fault;
	ldns_rr *record;

	while ((result = zone_reader_next(reader, why)) == ZONE_READER_ENTRY) {
		fault = wrong;
		record = zone_reader_record(reader, &fault);
		if (record == NULL || !add_record(records, record)) {
			*why = zone_reader_fault(reader,
			    reader->entry.last_line, NULL, fault);
			return false;
		}
	}
	return result == ZONE_READER_END;
}

static int
compare_servers(const void *a, const void *b)
{
	ldns_rr *const *const first = a, *const *const second = b;

	return ldns_dname_compare(ldns_rr_rdf(*first, 0),
	    ldns_rr_rdf(*second, 0));
}

static int
compare_name(const void *name, const void *server)
{
	ldns_rr *const *const record = server;

	return ldns_dname_compare(name, ldns_rr_rdf(*record, 0));
}

/* Takes the addresses of names that are a server's. */
static void
take_addresses(struct root_hints *hints, const struct records *records)
{
	const ldns_rr *record;
	char *text;
	size_t i;

	if (records->server_count == 0)
		return;
	qsort(records->servers, records->server_count,
	    sizeof(*records->servers), compare_servers);
	for (i = 0; i < records->address_count; i++) {
		record = records->addresses[i];
		if (bsearch(ldns_rr_owner(record), records->servers,
		    records->server_count, sizeof(*records->servers),
		    compare_name) == NULL)
			continue;
		text = ldns_rdf2str(ldns_rr_rdf(record, 0));
		if (text == NULL)
			abort();
		hints->addresses = memory_grow(hints->addresses, hints->count,
		    sizeof(*hints->addresses));
		hints->addresses[hints->count++] = text;
	}
}

bool
root_hints_init(struct root_hints *hints, const struct file *file, char **why)
{
	struct records records = { NULL, 0, NULL, 0 };
	struct zone_reader reader;
	bool good;

	memset(hints, 0, sizeof(*hints));
	zone_reader_init(&reader, file, ".", ";");
	good = read_records(&records, &reader, why);
	zone_reader_clear(&reader);
	if (good) {
		take_addresses(hints, &records);
		good = hints->count > 0;
		if (!good)
			*why = memory_format("%s: holds no root server with "
			    "an address", file->name);
	}
	clear_records(&records);
	return good;
}

void
root_hints_clear(struct root_hints *hints)
{
	size_t i;

	for (i = 0; i < hints->count; i++)
		free(hints->addresses[i]);
	free(hints->addresses);
	memset(hints, 0, sizeof(*hints));
}
