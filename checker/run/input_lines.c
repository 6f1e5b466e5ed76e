#include "checker/run/input_lines.h"

#include <event2/buffer.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "checker/run/input_domain.h"
#include "resolver/memory.h"
#include "resolver/text.h"

/* Octets of a line, far more than a domain and a comment need. */
#define LINE_MAX_SIZE 4096

void
input_lines_init(struct input_lines *lines, const char *file)
{
	*lines = (struct input_lines){
		.octets = evbuffer_new(),
		.file = text_printable(file, strlen(file)),
	};
	if (lines->octets == NULL)
		abort();
}

void
input_lines_clear(struct input_lines *lines)
{
	evbuffer_free(lines->octets);
	free(lines->file);
	memset(lines, 0, sizeof(*lines));
}

/* Strips the space around TEXT, which may be empty. */
static char *
trim(char *text)
{
	size_t size;

	text += strspn(text, " \t\r");
	size = strlen(text);
	while (size > 0 && strchr(" \t\r", text[size - 1]) != NULL)
		text[--size] = '\0';
	return text;
}

/* What is wrong with the line. Owned by the caller. */
static char *
complain(const struct input_lines *lines, const char *text, const char *fault)
{
	char *safe = text_printable(text, strlen(text));
	char *why = memory_format("%s:%zu: '%s' %s", lines->file,
	    lines->number, safe, fault);

	free(safe);
	return why;
}

/* Parses the line TEXT of SIZE octets: all of it, or it is CUT. */
static enum input_line
parse(const struct input_lines *lines, char *text, size_t size, char **domain,
    char **why)
{
	char *comment = strchr(text, '#'), *word, *wrong;

	if (strlen(text) != size) {
		*why = complain(lines, text, "is followed by a NUL octet");
		return INPUT_LINE_BAD;
	}
	if (comment != NULL)
		*comment = '\0';
	word = trim(text);
	/* Of what was cut off nobody knows whether it was a domain. */
	if (lines->cut && comment == NULL) {
		*why = complain(lines, word, "begins a line of more than "
		    TEXT_NUMBER(LINE_MAX_SIZE) " octets");
		return INPUT_LINE_BAD;
	}
	if (*word == '\0')
		return INPUT_LINE_BLANK;
	*domain = input_domain(word, &wrong);
	if (*domain != NULL)
		return INPUT_LINE_DOMAIN;
	*why = memory_format("%s:%zu: %s", lines->file, lines->number, wrong);
	free(wrong);
	return INPUT_LINE_BAD;
}

/*
 * Skips the rest of a line that was cut, SIZE octets of it without its newline.
 */
static enum input_line
skip_rest(struct input_lines *lines, size_t size, bool newline)
{
	evbuffer_drain(lines->octets, size + (newline ? 1 : 0));
	lines->cut = !newline;
	return newline ? INPUT_LINE_BLANK : INPUT_LINE_NONE;
}

enum input_line
input_lines_next(struct input_lines *lines, char **domain, char **why)
{
	const ssize_t found = evbuffer_search(lines->octets, "\n", 1,
	    NULL).pos;
	const bool newline = found >= 0;
	enum input_line result;
	size_t size = newline ? (size_t)found :
	    evbuffer_get_length(lines->octets);
	char *text;

	*domain = *why = NULL;
	if (lines->cut)
		return skip_rest(lines, size, newline);
	if (!newline && (size == 0 || (!lines->ended &&
	    size <= LINE_MAX_SIZE)))
		return INPUT_LINE_NONE;
	lines->number++;
	lines->cut = size > LINE_MAX_SIZE;
	if (lines->cut)
		size = LINE_MAX_SIZE;
	text = memory_new(size + 1, 1);
	evbuffer_remove(lines->octets, text, size);
	if (newline && !lines->cut)
		evbuffer_drain(lines->octets, 1);
	result = parse(lines, text, size, domain, why);
	free(text);
	return result;
}
