#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "checker/run/mxtlsa_making.h"
#include "checker/tlsa/tlsa.h"
#include "checker/tlsa/tlsa_file.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/text.h"
#include "resolver/zone_files.h"

/*
 * Whether there are but comments in the file, as in what dig prints of a name
 * that has no records.
 */
static bool
is_blank(const struct file *file)
{
	const char *at = file->octets, *end = at + file->size;

	while (at < end) {
		if (*at == ';' || *at == '#') {
			at = memchr(at, '\n', (size_t)(end - at));
			if (at == NULL)
				return true;
		} else if (strchr(" \t\r\n", *at) == NULL || *at == '\0') {
			return false;
		}
		at++;
	}
	return true;
}

bool
mxtlsa_was_init(struct tlsa_file *was, const struct zone_files *files,
    char **why)
{
	if (!is_blank(&files->items[0]))
		return tlsa_file_init_zone(was, files, NULL, why);
	memset(was, 0, sizeof(*was));
	was->file = memory_string(files->items[0].name);
	return true;
}

/* "\# 35 030101..." (RFC 3597 5). Owned by the caller. */
static char *
generic_text(const struct tlsa *record)
{
	char *hex = text_hex(record->data, record->size), *text;

	text = memory_format("\\# %zu %02x%02x%02x%s",
	    TLSA_HEADER + record->size, record->usage, record->selector,
	    record->matching_type, hex);
	free(hex);
	return text;
}

char *
mxtlsa_record_text(const struct tlsa *record, bool generic)
{
	return generic ? generic_text(record) : tlsa_text(record, true);
}

static bool
is_kept(const struct tlsa *record, const struct tlsa *const *kept,
    size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (tlsa_equal(record, kept[i]))
			return true;
	}
	return false;
}

/* Whether no record has an owner, as "dig +short" prints them. */
static bool
is_bare(const struct tlsa_file *was)
{
	size_t i;

	for (i = 0; i < was->count; i++) {
		if (was->entries[i].owner != NULL)
			return false;
	}
	return true;
}

/*
 * Whether a record can be at the host's owner name: to delete one that is not
 * there does nothing. What is relative to an origin that the file does not name
 * can be at any that begins with it.
 */
static bool
is_at(const struct tlsa_file_entry *entry, const char *owner)
{
	size_t length;

	if (entry->owner == NULL)
		return false;
	length = strlen(entry->owner);
	return name_equal(entry->owner, owner) || (entry->relative &&
	    strncasecmp(owner, entry->owner, length) == 0 &&
	    owner[length] == '.');
}

static size_t
records_of(const struct tlsa_file *was, const struct mxtlsa_host *host,
    struct tlsa_set *set)
{
	const bool bare = is_bare(was);
	size_t i;

	*set = (struct tlsa_set){ NULL, 0 };
	for (i = 0; i < was->count; i++) {
		if (bare || is_at(&was->entries[i], host->owner))
			tlsa_set_add(set, &was->entries[i].fields);
	}
	tlsa_set_settle(set);
	return set->count;
}

void
mxtlsa_was_put(FILE *out, const struct tlsa_file *was,
    const struct mxtlsa_host *host, const struct tlsa *const *kept,
    size_t count, bool generic)
{
	struct tlsa_set set;
	bool as_type;
	char *data;
	size_t i;

	if (records_of(was, host, &set) == 0)
		fprintf(out, "; %s has no record of %s\n", was->file,
		    host->owner);
	for (i = 0; i < set.count; i++) {
		if (set.records[i].duplicate_of != i ||
		    is_kept(&set.records[i], kept, count))
			continue;
		/* nsupdate takes no TLSA record without data. */
		as_type = generic || set.records[i].size == 0;
		data = mxtlsa_record_text(&set.records[i], as_type);
		fprintf(out, "update delete %s. IN %s %s\n", host->owner,
		    as_type ? "TYPE52" : "TLSA", data);
		free(data);
	}
	tlsa_set_clear(&set);
}
