#include <string.h>

#include "checker/tlsa/tlsa_file.h"
#include "resolver/name.h"

/* Whether an owner that is relative has a host's name behind "_25._tcp". */
static bool
names_host(const char *owner)
{
	while (owner[0] == '_')
		owner = name_parent(owner);
	return strcmp(owner, ".") != 0;
}

/*
 * How many octets of OWNER the record's owner stands for; 0: it is another
 * one's.
 */
static size_t
length_at(const struct tlsa_file_entry *entry, const char *owner)
{
	const size_t length = entry->owner == NULL ? 0 : strlen(entry->owner);

	if (entry->owner == NULL)
		return 0;
	if (name_equal(entry->owner, owner))
		return length;
	return entry->relative && names_host(entry->owner) &&
	    strncmp(owner, entry->owner, length) == 0 &&
	    owner[length] == '.' ? length : 0;
}

/* Whether a record is to be in the set for an owner that goes by LONGEST. */
static bool
is_wanted(const struct tlsa_file_entry *entry, const char *owner,
    size_t longest)
{
	if (owner == NULL)
		return true;
	return longest > 0 && (length_at(entry, owner) == longest ||
	    (!entry->relative && length_at(entry, owner) > 0));
}

size_t
tlsa_file_set(const struct tlsa_file *records, const char *owner,
    struct tlsa_set *set)
{
	size_t longest = 0, length, i;

	set->records = NULL;
	set->count = 0;
	for (i = 0; owner != NULL && i < records->count; i++) {
		length = length_at(&records->entries[i], owner);
		/* Absolute ones are the owner's beside any that is relative. */
		if (records->entries[i].relative && length > longest)
			longest = length;
		else if (longest == 0 && length > 0)
			longest = 1;
	}
	for (i = 0; i < records->count; i++) {
		if (is_wanted(&records->entries[i], owner, longest))
			tlsa_set_add(set, &records->entries[i].fields);
	}
	tlsa_set_settle(set);
	return set->count;
}
