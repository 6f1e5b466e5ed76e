#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"
#include "tests/fuzz/mutate.h"

/* Elements that are looked at. */
#define ELEMENTS_MAX	512
#define DEPTH_MAX	32
/* More than this no change adds. */
#define ADDED_MAX	256

#define TAG_BIT_STRING		0x03
#define TAG_OCTET_STRING	0x04
#define TAG_CONSTRUCTED		0x20

struct element {
	size_t	start;
	size_t	contents;	/* where they begin */
	size_t	end;
	int	parent;		/* its index; -1: none */
};

struct elements {
	const uint8_t	*data;			/* borrowed */
	struct element	 items[ELEMENTS_MAX];
	int		 count;
};

/* Octets that take the place of an element. */
struct piece {
	uint8_t	*octets;	/* owned */
	size_t	 size;
};

/* Reads the header at START. False: there is no element up to END. */
static bool
read_header(const uint8_t *data, size_t start, size_t end,
    struct element *element)
{
	size_t at = start + 2, length, octets;

	if (end - start < 2)
		return false;
	length = data[start + 1];
	if (length > 0x80) {
		octets = length - 0x80;
		if (octets > 3 || end - at < octets)
			return false;
		for (length = 0; octets > 0; octets--)
			length = length << 8 | data[at++];
	} else if (length == 0x80) {
		return false;
	}
	element->start = start;
	element->contents = at;
	element->end = at + length;
	return length <= end - at;
}

/*
 * Adds the elements from START to END, where they are nothing else. False: they
 * are, and none was added.
 */
static bool
read_elements(struct elements *elements, size_t start, size_t end, int parent,
    int depth)
{
	const int before = elements->count;
	struct element *element;
	uint8_t tag;
	int i;

	while (start < end) {
		i = elements->count;
		element = &elements->items[i];
		if (i == ELEMENTS_MAX || depth == DEPTH_MAX ||
		    !read_header(elements->data, start, end, element)) {
			elements->count = before;
			return false;
		}
		element->parent = parent;
		elements->count++;
		tag = elements->data[start];
		start = element->end;
		/* Extensions and keys are elements within a string. */
		if ((tag & TAG_CONSTRUCTED) != 0 || tag == TAG_OCTET_STRING)
			read_elements(elements, element->contents, start, i,
			    depth + 1);
		else if (tag == TAG_BIT_STRING && start > element->contents)
			read_elements(elements, element->contents + 1, start,
			    i, depth + 1);
	}
	return true;
}

static void
append(struct piece *piece, const uint8_t *octets, size_t size)
{
	uint8_t *more = memory_new(piece->size + size + 1, 1);

	if (piece->size > 0)
		memcpy(more, piece->octets, piece->size);
	if (size > 0)
		memcpy(more + piece->size, octets, size);
	free(piece->octets);
	piece->octets = more;
	piece->size += size;
}

static void
append_header(struct piece *piece, uint8_t tag, size_t length)
{
	const uint8_t octets[] = { tag, 0x83, (uint8_t)(length >> 16),
		(uint8_t)(length >> 8), (uint8_t)length };
	const uint8_t few[] = { tag, (uint8_t)length };
	const uint8_t some[] = { tag, 0x81, (uint8_t)length };
	const uint8_t many[] = { tag, 0x82, (uint8_t)(length >> 8),
		(uint8_t)length };

	if (length < 0x80)
		append(piece, few, sizeof(few));
	else if (length <= UINT8_MAX)
		append(piece, some, sizeof(some));
	else if (length <= UINT16_MAX)
		append(piece, many, sizeof(many));
	else
		append(piece, octets, sizeof(octets));
}

/* An element of TAG around CONTENTS (consumed). */
static struct piece
wrap(uint8_t tag, struct piece contents)
{
	struct piece piece = { NULL, 0 };

	append_header(&piece, tag, contents.size);
	append(&piece, contents.octets, contents.size);
	free(contents.octets);
	return piece;
}

/* What there is from START to END, but for CHILD, where PIECE (consumed) is. */
static struct piece
put_in_place(const struct elements *elements, size_t start, size_t end,
    const struct element *child, struct piece piece)
{
	struct piece all = { NULL, 0 };

	append(&all, elements->data + start, child->start - start);
	append(&all, piece.octets, piece.size);
	append(&all, elements->data + child->end, end - child->end);
	free(piece.octets);
	return all;
}

/* The whole, SIZE octets before, with PIECE (consumed) in the place of one. */
static struct piece
rebuild(const struct elements *elements, size_t size,
    const struct element *element, struct piece piece)
{
	const struct element *parent;

	while (element->parent >= 0) {
		parent = &elements->items[element->parent];
		piece = wrap(elements->data[parent->start],
		    put_in_place(elements, parent->contents, parent->end,
		    element, piece));
		element = parent;
	}
	return put_in_place(elements, 0, size, element, piece);
}

static struct piece
copy(const struct elements *elements, const struct element *element)
{
	struct piece piece = { NULL, 0 };

	append(&piece, elements->data + element->start,
	    element->end - element->start);
	return piece;
}

/* The element with other contents. */
static struct piece
change_contents(const struct elements *elements, const struct element *element)
{
	const size_t size = element->end - element->contents;
	struct piece contents = { memory_new(size + ADDED_MAX, 1), size };

	if (size > 0)
		memcpy(contents.octets, elements->data + element->contents,
		    size);
	contents.size = LLVMFuzzerMutate(contents.octets, size,
	    size + ADDED_MAX);
	return wrap(elements->data[element->start], contents);
}

static struct piece
change_tag(const struct elements *elements, const struct element *element,
    unsigned int seed)
{
	static const uint8_t tags[] = { 0x01, 0x02, 0x03, 0x04, 0x05, 0x06,
		0x0a, 0x0c, 0x13, 0x14, 0x16, 0x17, 0x18, 0x1c, 0x1e, 0x30,
		0x31, 0x80, 0x81, 0x82, 0xa0, 0xa1, 0xa3 };
	struct piece piece = copy(elements, element);

	piece.octets[0] = tags[seed % sizeof(tags)];
	return piece;
}

/* What takes the element's place. */
static struct piece
change_element(const struct elements *elements, const struct element *element,
    const struct element *other, unsigned int seed)
{
	struct piece piece = { NULL, 0 };

	switch (seed % 8) {
	case 0:			/* nothing */
		return piece;
	case 1:			/* itself, twice */
		piece = copy(elements, element);
		append(&piece, elements->data + element->start,
		    element->end - element->start);
		return piece;
	case 2:			/* another one */
		return copy(elements, other);
	case 3:			/* another one as well */
		piece = copy(elements, element);
		append(&piece, elements->data + other->start,
		    other->end - other->start);
		return piece;
	case 4:
		return change_tag(elements, element, seed >> 3);
	default:
		return change_contents(elements, element);
	}
}

size_t
mutate_der(uint8_t *data, size_t size, size_t most, unsigned int seed)
{
	struct elements *elements = memory_new(1, sizeof(*elements));
	const struct element *element, *other;
	struct piece piece;

	elements->data = data;
	if (seed % 16 == 0 || !read_elements(elements, 0, size, -1, 0) ||
	    elements->count == 0) {
		free(elements);
		return LLVMFuzzerMutate(data, size, most);
	}
	seed /= 16;
	element = &elements->items[seed % (unsigned int)elements->count];
	seed /= (unsigned int)elements->count;
	other = &elements->items[seed * 7 % (unsigned int)elements->count];
	piece = rebuild(elements, size, element,
	    change_element(elements, element, other, seed));
	if (piece.size <= most) {
		memcpy(data, piece.octets, piece.size);
		size = piece.size;
	}
	free(piece.octets);
	free(elements);
	return size;
}
