/*
 * XML 1.0, as far as a report may use it: elements, attributes, text, and
 * references to characters; no comments, CDATA sections or document types.
 */
#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "tests/fuzz/written.h"

#define DEPTH_MAX	8
#define ATTRIBUTES_MAX	16

static const char letters[] = "abcdefghijklmnopqrstuvwxyz-";

/* A name that the document holds. */
struct word {
	const char	*text;		/* borrowed, not followed by a NUL */
	size_t		 size;
};

struct document {
	const char	*next;		/* borrowed; a NUL ends it */
	struct word	 open[DEPTH_MAX];	/* elements */
	size_t		 depth;
};

static bool
same(const struct word *a, const struct word *b)
{
	return a->size == b->size && memcmp(a->text, b->text, a->size) == 0;
}

static bool
take(struct document *document, const char *text)
{
	if (strncmp(document->next, text, strlen(text)) != 0)
		return false;
	document->next += strlen(text);
	return true;
}

static struct word
take_name(struct document *document)
{
	const struct word word = { document->next,
		strspn(document->next, letters) };

	assert(word.size > 0);
	document->next += word.size;
	return word;
}

/* A reference, such as "&amp;" or "&#10;" (production 66 and 68). */
static void
take_reference(struct document *document)
{
	static const char *const known[] = { "&amp;", "&lt;", "&gt;", "&quot;",
		"&#10;" };
	size_t i;

	for (i = 0; !take(document, known[i]); i++)
		assert(i + 1 < sizeof(known) / sizeof(known[0]));
}

/*
 * Text up to END, a character that it cannot have otherwise. Characters are
 * those of production 2; that it is UTF-8 is known.
 */
static void
take_text(struct document *document, char end)
{
	const unsigned char *next;

	while (*document->next != end) {
		next = (const unsigned char *)document->next;
		if (*next == '&') {
			take_reference(document);
			continue;
		}
		assert(*next >= ' ' || (*next == '\n' && end == '<'));
		assert(*next != '<');
		assert(memcmp(next, "]]>", 3) != 0);
		/* U+FFFE and U+FFFF are none. */
		assert(next[0] != 0xef || next[1] != 0xbf || next[2] < 0xbe);
		document->next++;
	}
}

static void
take_attributes(struct document *document)
{
	struct word names[ATTRIBUTES_MAX];
	size_t count = 0, i;

	while (take(document, " ")) {
		assert(count < ATTRIBUTES_MAX);
		names[count] = take_name(document);
		for (i = 0; i < count; i++)
			assert(!same(&names[i], &names[count]));
		count++;
		assert(take(document, "=\""));
		take_text(document, '"');
		document->next++;
	}
}

/* A tag, behind its '<'. */
static void
take_tag(struct document *document)
{
	struct word name;

	if (take(document, "/")) {
		name = take_name(document);
		assert(document->depth > 0);
		document->depth--;
		assert(same(&document->open[document->depth], &name));
		assert(take(document, ">"));
		return;
	}
	name = take_name(document);
	take_attributes(document);
	if (take(document, "/>"))
		return;
	assert(take(document, ">"));
	assert(document->depth < DEPTH_MAX);
	document->open[document->depth++] = name;
}

void
written_check_xml(const char *text, size_t size)
{
	struct document document = { .next = text };

	assert(strlen(text) == size);
	assert(take(&document, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"));
	assert(*document.next == '<');
	do {
		assert(take(&document, "<"));
		take_tag(&document);
		if (document.depth > 0)
			take_text(&document, '<');
	} while (document.depth > 0);
	assert(strcmp(document.next, "\n") == 0);
}
