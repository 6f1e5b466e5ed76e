#include <string.h>

#include "checker/tlsa/tlsa_file.h"
#include "checker/tlsa/tlsa_place.h"
#include "resolver/memory.h"
#include "resolver/name.h"

/* "*", as name.h escapes it. */
#define ASTERISK "\\042"

/* The labels of an owner behind "_25._tcp" or "*._tcp". Borrowed. */
static const char *
host_part(const char *owner)
{
	while (owner[0] == '_' || strncmp(owner, ASTERISK ".",
	    strlen(ASTERISK ".")) == 0)
		owner = name_parent(owner);
	return owner;
}

/*
 * How much of NAME is the host's part of OWNER, which is relative; 0: it cannot
 * be NAME's. In a zone, a whole name without its last dot is a mistake.
 */
static size_t
begins_with(const struct tlsa_file *records, const char *name,
    const char *owner)
{
	const char *host = host_part(owner);
	const size_t length = strlen(host);

	if (strcmp(host, ".") == 0 || strncmp(name, host, length) != 0)
		return 0;
	return name[length] == '.' ||
	    (name[length] == '\0' && !records->is_zone) ? length : 0;
}

static bool
has_relative(const struct tlsa_file *records)
{
	bool relative;
	size_t i;

	for (i = 0; i < records->count + records->alias_count; i++) {
		tlsa_file_owner(records, i, &relative);
		if (relative)
			return true;
	}
	for (i = 0; i < records->alias_count; i++) {
		if (records->aliases[i].target_relative)
			return true;
	}
	return false;
}

/* The origin below which the longest relative owner is NAME's. Borrowed. */
static const char *
origin_by_name(const struct tlsa_file *records, const char *name,
    size_t *longest)
{
	const char *owner, *origin = NULL;
	bool relative;
	size_t i, length;

	for (i = 0; i < records->count + records->alias_count; i++) {
		owner = tlsa_file_owner(records, i, &relative);
		if (owner == NULL || !relative)
			continue;
		length = begins_with(records, name, owner);
		if (length <= *longest)
			continue;
		*longest = length;
		origin = name[length] == '\0' ? "." : name + length + 1;
	}
	return origin;
}

char *
tlsa_place_origin(const struct tlsa_file *records, char *const *names,
    size_t count)
{
	const char *origin = NULL, *found;
	size_t i, longest = 0;

	if (!has_relative(records))
		return memory_string("");
	if (records->apexes.count > 0)
		return memory_string(records->apexes.items[0]);
	for (i = 0; i < count; i++) {
		found = origin_by_name(records, names[i], &longest);
		if (found != NULL)
			origin = found;
	}
	return memory_string(origin);
}
