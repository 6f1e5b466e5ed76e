#include "checker/run/user_files.h"

#include <stdlib.h>
#include <string.h>

#include "checker/tlsa/ca_store.h"
#include "checker/tlsa/keyfile.h"
#include "checker/tlsa/known_cas.h"
#include "resolver/anchor.h"
#include "resolver/memory.h"
#include "resolver/zone_reader.h"

/* What the reading of one file after the other needs. */
struct reading {
	const struct file	*input;	/* borrowed; NULL: standard input has
					 * not been read */
	char			*why;	/* owned; what is wrong with a file */
};

/* Reads a file of up to LIMIT octets; "-" is standard input. */
static bool
read_one(struct reading *reading, struct file *file, const char *path,
    size_t limit)
{
	const bool is_input = strcmp(path, "-") == 0;

	if (is_input && reading->input != NULL) {
		file_init(file, path, reading->input->octets,
		    reading->input->size);
		return true;
	}
	if (!file_read_or_input(file, path, limit, &reading->why))
		return false;
	if (is_input)
		reading->input = file;
	return true;
}

/*
 * Reads several files. *COUNT is how many there are by now. A private key
 * beside the certificates is of no use, and must not stay in the memory of
 * processes that parse what strangers send.
 */
static bool
read_list(struct reading *reading, struct file **files, size_t *count,
    const struct words *paths)
{
	*files = memory_new(paths->count, sizeof(**files));
	for (*count = 0; *count < paths->count; (*count)++) {
		if (!read_one(reading, &(*files)[*count],
		    paths->items[*count], KEYFILE_SIZE_MAX))
			return false;
		keyfile_forget_keys(&(*files)[*count]);
	}
	return true;
}

static bool
read_issuers(struct reading *reading, struct file **file, const char *path)
{
	if (path == NULL)
		return true;
	*file = memory_new(1, sizeof(**file));
	return read_one(reading, *file, path, KNOWN_CAS_SIZE_MAX);
}

/* A file of records; "-" is a file of that name. */
static bool
read_zone_file(struct reading *reading, struct file **file, const char *path)
{
	if (path == NULL)
		return true;
	*file = memory_new(1, sizeof(**file));
	return file_read(*file, path, ZONE_READER_FILE_MAX, &reading->why);
}

/* None of them has to be there. A record is judged without the root's keys. */
static void
read_system(struct user_files *files, const struct settings *settings)
{
	if (settings->trust_anchor == NULL && settings->replay == NULL)
		files->anchor_count = anchors_read_system(&files->anchors);
	ca_store_read(&files->ca_bundle);
}

bool
user_files_read(struct user_files *files, const struct settings *settings,
    char **why)
{
	struct reading reading = { NULL, NULL };

	memset(files, 0, sizeof(*files));
	if (read_issuers(&reading, &files->issuers, settings->issuers) &&
	    read_list(&reading, &files->chains, &files->chain_count,
	    &settings->chains) &&
	    read_list(&reading, &files->next, &files->next_count,
	    &settings->next) &&
	    read_zone_file(&reading, &files->trust_anchor,
	    settings->trust_anchor) &&
	    read_zone_file(&reading, &files->root_hints,
	    settings->root_hints)) {
		read_system(files, settings);
		return true;
	}
	user_files_clear(files);
	*why = reading.why;
	return false;
}

/* Also those that have not been read. */
static void
free_file(struct file *file)
{
	if (file != NULL)
		file_clear(file);
	free(file);
}

void
user_files_clear(struct user_files *files)
{
	size_t i;

	for (i = 0; i < files->chain_count; i++)
		file_clear(&files->chains[i]);
	free(files->chains);
	for (i = 0; i < files->next_count; i++)
		file_clear(&files->next[i]);
	free(files->next);
	free_file(files->issuers);
	free_file(files->trust_anchor);
	free_file(files->root_hints);
	free_file(files->state);
	for (i = 0; i < files->anchor_count; i++)
		file_clear(&files->anchors[i]);
	free(files->anchors);
	file_clear(&files->ca_bundle);
	memset(files, 0, sizeof(*files));
}
