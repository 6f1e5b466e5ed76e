/*
 * A list of domains of any octets, in pieces of any size: what comes of it does
 * not depend on where it was cut, and a domain stays the one that it is. The
 * first octet is the size of the pieces.
 */
#include <assert.h>
#include <event2/buffer.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "checker/run/input_domain.h"
#include "checker/run/input_lines.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/text.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A list that is read a piece at a time. */
struct list {
	struct input_lines	 lines;
	const uint8_t		*next;		/* borrowed */
	size_t			 left;		/* octets */
	size_t			 piece;		/* octets that are read */
};

/* A line as messages and audits see it: blank ones do not count. */
struct line {
	enum input_line	 kind;
	char		*domain;	/* owned; NULL: none */
	char		*why;		/* owned; NULL: it is a domain */
};

static void
list_init(struct list *list, const uint8_t *data, size_t size, size_t piece)
{
	input_lines_init(&list->lines, "list");
	list->next = data;
	list->left = size;
	list->piece = piece;
}

/* False: nothing was left. */
static bool
read_piece(struct list *list)
{
	size_t size = list->left < list->piece ? list->left : list->piece;

	if (list->lines.ended)
		return false;
	evbuffer_add(list->lines.octets, list->next, size);
	list->next += size;
	list->left -= size;
	list->lines.ended = size == 0;
	return true;
}

static struct line
next_line(struct list *list)
{
	struct line line;

	do {
		line.kind = input_lines_next(&list->lines, &line.domain,
		    &line.why);
	} while (line.kind == INPUT_LINE_BLANK ||
	    (line.kind == INPUT_LINE_NONE && read_piece(list)));
	return line;
}

/* What whoever takes the domain, or shows the complaint, relies on. */
static void
check(const struct line *line)
{
	char *again, *why;

	assert((line->kind == INPUT_LINE_DOMAIN) == (line->domain != NULL));
	assert((line->kind == INPUT_LINE_BAD) == (line->why != NULL));
	if (line->why != NULL) {
		assert(strncmp(line->why, "list:", 5) == 0);
		assert(text_is_printable(line->why, strlen(line->why)));
	}
	if (line->domain == NULL)
		return;
	assert(name_is_normal(line->domain, strlen(line->domain)));
	assert(name_is_host(line->domain) && !name_is_address(line->domain));
	again = input_domain(line->domain, &why);
	assert(again != NULL && name_equal(again, line->domain));
	free(again);
}

static bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct list whole, pieces;
	struct line line, other;

	if (size == 0)
		return 0;
	list_init(&whole, data + 1, size - 1, size);
	list_init(&pieces, data + 1, size - 1, data[0] + 1u);
	do {
		line = next_line(&whole);
		other = next_line(&pieces);
		assert(line.kind == other.kind);
		assert(same_text(line.domain, other.domain));
		assert(same_text(line.why, other.why));
		assert(whole.lines.number == pieces.lines.number);
		check(&line);
		free(line.domain);
		free(line.why);
		free(other.domain);
		free(other.why);
	} while (line.kind != INPUT_LINE_NONE);
	input_lines_clear(&whole.lines);
	input_lines_clear(&pieces.lines);
	return 0;
}
