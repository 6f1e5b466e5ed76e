#include "resolver/zone_files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "resolver/memory.h"
#include "resolver/text.h"
#include "resolver/zone_lexer.h"

#define DIRECTIVE "$INCLUDE"

/* What is being read. */
struct reading {
	struct zone_files	*files;		/* borrowed */
	size_t			 left;		/* octets that may follow */
	char			*why;		/* owned; set: it has failed */
};

/* Notes what is wrong with what LINE of the file at PATH includes. */
static void
fail(struct reading *reading, const char *path, size_t line, const char *fault)
{
	char *name = text_printable(path, strlen(path));

	reading->why = memory_format("%s, line %zu: " DIRECTIVE ": %s", name,
	    line, fault);
	free(name);
}

/* Adds a file that was read. Takes ownership of FILE. Returns its index. */
static size_t
add_file(struct reading *reading, const struct file *file)
{
	struct zone_files *files = reading->files;

	files->items = memory_grow(files->items, files->count,
	    sizeof(*files->items));
	files->items[files->count] = *file;
	reading->left -= file->size;
	return files->count++;
}

/*
 * Opens only what can be read to its end: a zone file may come from somebody
 * else, and name a device or a pipe.
 */
static bool
read_ordinary(struct reading *reading, struct file *file, const char *path,
    char **why)
{
	struct stat status;
	const char *fault = NULL;
	char *name;

	if (stat(path, &status) == -1)
		fault = strerror(errno);
	else if (!S_ISREG(status.st_mode))
		fault = "is not an ordinary file";
	if (fault == NULL)
		return file_read(file, path, reading->left, why);
	name = text_printable(path, strlen(path));
	*why = memory_format("%s: %s", name, fault);
	free(name);
	return false;
}

/* NAME in the folder of the file at PATH. Owned by the caller. */
static char *
beside(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');
	char *folder, *whole;

	if (name[0] == '/' || slash == NULL)
		return memory_string(name);
	folder = memory_copy(path, (size_t)(slash - path));
	whole = memory_format("%s/%s", folder, name);
	free(folder);
	return whole;
}

/* A word without its quotes and escapes. Owned by the caller. */
static char *
plain_word(const char *word)
{
	char *plain = memory_string(word), *end = plain;

	for (; *word != '\0'; word++) {
		if (*word == '"')
			continue;
		if (*word == '\\' && word[1] != '\0')
			word++;
		*end++ = *word;
	}
	*end = '\0';
	return plain;
}

static bool	read_includes(struct reading *reading, size_t from,
		    const char *path, size_t depth);

/* Reads the file NAME, which LINE of the file FROM at PATH includes. */
static bool
read_included(struct reading *reading, size_t from, const char *path,
    size_t line, const char *name, size_t depth)
{
	struct zone_files *files = reading->files;
	char *whole = beside(path, name), *why = NULL, *elsewhere = NULL;
	struct file file;
	bool good = true;
	size_t to;

	if (!read_ordinary(reading, &file, whole, &why)) {
		/* Name servers go by their working directory. */
		good = read_ordinary(reading, &file, name, &elsewhere);
		if (good) {
			free(whole);
			whole = memory_string(name);
		} else {
			fail(reading, path, line, why);
		}
	}
	free(why);
	free(elsewhere);
	if (good) {
		to = add_file(reading, &file);
		files->includes = memory_grow(files->includes,
		    files->include_count, sizeof(*files->includes));
		files->includes[files->include_count++] =
		    (struct zone_include){ from, line, to };
		good = read_includes(reading, to, whole, depth + 1);
	}
	free(whole);
	return good;
}

/* Follows a directive, which may be of any kind. */
static bool
follow(struct reading *reading, const struct zone_lexer_entry *entry,
    size_t from, const char *path, size_t depth)
{
	const char *fault = NULL;
	char *name;
	bool good;

	if (strcasecmp(entry->words[0], DIRECTIVE) != 0)
		return true;
	if (entry->count < 2)
		fault = "names no file";
	else if (depth == ZONE_FILES_DEPTH_MAX)
		fault = "files include each other more than "
		    TEXT_NUMBER(ZONE_FILES_DEPTH_MAX) " deep";
	else if (reading->files->count == ZONE_FILES_MAX)
		fault = "more than " TEXT_NUMBER(ZONE_FILES_MAX) " files";
	if (fault != NULL) {
		fail(reading, path, entry->line, fault);
		return false;
	}
	name = plain_word(entry->words[1]);
	good = read_included(reading, from, path, entry->line, name, depth);
	free(name);
	return good;
}

/* Most files do not, and need not be split into words for that. */
static bool
may_include(const struct file *file)
{
	const char *at = file->octets, *end = at + file->size;

	while ((at = memchr(at, '$', (size_t)(end - at))) != NULL) {
		/* A NUL is behind the last octet. */
		if (strncasecmp(at, DIRECTIVE, strlen(DIRECTIVE)) == 0)
			return true;
		at++;
	}
	return false;
}

/*
 * Reads what the file FROM, which is at PATH, includes. What is wrong with its
 * form is for whoever reads the records.
 */
static bool
read_includes(struct reading *reading, size_t from, const char *path,
    size_t depth)
{
	const struct file copy = reading->files->items[from], *file = &copy;
	struct zone_lexer_entry entry;
	struct zone_lexer lexer;
	enum zone_lexer_result result;
	const char *why;
	bool good = true;

	if (!may_include(file))
		return true;
	zone_lexer_init(&lexer, file->octets, file->size, ";#");
	do {
		result = zone_lexer_next(&lexer, &entry, &why);
		if (result == ZONE_LEXER_ENTRY)
			good = follow(reading, &entry, from, path, depth);
		zone_lexer_entry_clear(&entry);
	} while (good && result == ZONE_LEXER_ENTRY);
	return good;
}

bool
zone_files_read(struct zone_files *files, const char *path, char **why)
{
	struct reading reading = {
		.files = files,
		.left = ZONE_FILES_SIZE_MAX,
	};
	struct file file;

	*files = (struct zone_files){ 0 };
	if (!file_read_or_input(&file, path, reading.left, why))
		return false;
	add_file(&reading, &file);
	if (read_includes(&reading, 0, path, 0))
		return true;
	*why = reading.why;
	zone_files_clear(files);
	return false;
}

void
zone_files_clear(struct zone_files *files)
{
	size_t i;

	for (i = 0; i < files->count; i++)
		file_clear(&files->items[i]);
	free(files->items);
	free(files->includes);
	*files = (struct zone_files){ 0 };
}

size_t
zone_files_included(const struct zone_files *files, size_t from, size_t line)
{
	size_t i;

	for (i = 0; i < files->include_count; i++) {
		if (files->includes[i].from == from &&
		    files->includes[i].line == line)
			return files->includes[i].to;
	}
	return 0;
}
