#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "checker/evidence/recording_cbor.h"
#include "resolver/memory.h"
#include "tests/fuzz/mutate.h"

/* Items that are looked at. */
#define ITEMS_MAX	2048
#define DEPTH_MAX	32
/* More than this no change adds. */
#define ADDED_MAX	64

struct item {
	size_t		start;
	size_t		contents;	/* where the header ends */
	size_t		end;
	int		parent;		/* its index; -1: none */
	bool		member;		/* of an array or map: may be dropped,
					 * as a value with its key */
	size_t		from;		/* where it begins, or its key */
	struct cbor_item value;
};

struct items {
	const uint8_t	*data;		/* borrowed */
	struct item	 items[ITEMS_MAX];
	int		 count;
};

/* Octets that take the place of others. */
struct change {
	size_t			start, end;	/* of those others */
	struct cbor_writer	with;		/* owns its octets */
	int			header_of;	/* item with more or fewer
						 * members; -1: none */
	int			members;	/* how many more */
};

static bool	read_item(struct items *items, struct cbor_reader *reader,
		    int parent, int depth);

static bool
read_members(struct items *items, struct cbor_reader *reader, int parent,
    int depth)
{
	const struct item *container = &items->items[parent];
	const bool map = container->value.kind == CBOR_MAP;
	uint64_t left = container->value.number;
	size_t from;
	int i;

	for (; left > 0; left--) {
		from = (size_t)(reader->next - items->data);
		if (map && !read_item(items, reader, parent, depth))
			return false;
		i = items->count;
		if (!read_item(items, reader, parent, depth))
			return false;
		items->items[i].member = true;
		items->items[i].from = from;
	}
	return true;
}

static bool
read_item(struct items *items, struct cbor_reader *reader, int parent,
    int depth)
{
	const int i = items->count;
	struct item *item = &items->items[i];
	bool good = true;

	if (i == ITEMS_MAX || depth == DEPTH_MAX)
		return false;
	item->start = item->from = (size_t)(reader->next - items->data);
	item->parent = parent;
	if (recording_cbor_read(reader, &item->value, NULL) != CBOR_ITEM)
		return false;
	items->count++;
	item->contents = (size_t)(reader->next - items->data);
	if (item->value.kind == CBOR_ARRAY || item->value.kind == CBOR_MAP)
		good = read_members(items, reader, i, depth + 1);
	else if (item->value.kind == CBOR_TAG)
		good = read_item(items, reader, i, depth + 1);
	item->end = (size_t)(reader->next - items->data);
	return good;
}

static void
put(struct cbor_writer *writer, const uint8_t *octets, size_t size)
{
	uint8_t *all = memory_new(writer->size + size + 1, 1);

	if (writer->size > 0)
		memcpy(all, writer->octets, writer->size);
	if (size > 0)
		memcpy(all + writer->size, octets, size);
	free(writer->octets);
	writer->octets = all;
	writer->size += size;
	writer->room = writer->size + 1;
}

/* A string with other contents. */
static void
change_string(struct cbor_writer *with, const struct item *item)
{
	const size_t size = (size_t)item->value.number;
	uint8_t *octets = memory_new(size + ADDED_MAX, 1);
	size_t changed;

	if (size > 0)
		memcpy(octets, item->value.octets, size);
	changed = LLVMFuzzerMutate(octets, size, size + ADDED_MAX);
	if (item->value.kind == CBOR_TEXT)
		recording_cbor_put_text(with, (const char *)octets, changed);
	else
		recording_cbor_put_octets(with, octets, changed);
	free(octets);
}

/* A number near it, near a limit, or any. */
static uint64_t
change_number(uint64_t number, unsigned int seed)
{
	switch (seed % 6) {
	case 0:
		return number + 1;
	case 1:
		return number - 1;
	case 2:
		return number ^ (uint64_t)1 << seed / 6 % 64;
	case 3:
		return ((uint64_t)1 << seed / 6 % 64) - seed % 2;
	case 4:
		return seed / 6 % 256;
	default:
		return 0;
	}
}

static void
change_value(struct cbor_writer *with, const struct item *item,
    unsigned int seed)
{
	switch (item->value.kind) {
	case CBOR_UNSIGNED:
	case CBOR_NEGATIVE:
		if (seed % 8 == 0)
			recording_cbor_put_signed(with,
			    (int64_t)change_number(item->value.number, seed));
		else
			recording_cbor_put_unsigned(with,
			    change_number(item->value.number, seed / 8));
		break;
	case CBOR_OCTETS:
	case CBOR_TEXT:
		change_string(with, item);
		break;
	case CBOR_REAL:
		recording_cbor_put_real(with, item->value.real *
		    ((seed % 5) - 1.5));
		break;
	default:
		recording_cbor_put_flag(with, seed % 2 != 0);
		break;
	}
}

static bool
is_container(const struct item *item)
{
	return item->value.kind == CBOR_ARRAY || item->value.kind == CBOR_MAP ||
	    item->value.kind == CBOR_TAG;
}

/* What becomes of an item; OTHER may be put in its place, or beside it. */
static struct change
choose(const struct items *items, int i, const struct item *other,
    unsigned int seed)
{
	const struct item *item = &items->items[i];
	struct change change = { item->start, item->end, { NULL, 0, 0 }, -1,
		0 };
	const bool member = item->member && item->parent >= 0;

	switch (seed % 8) {
	case 0:
		if (!member)
			break;
		change.start = item->from;	/* dropped */
		change.header_of = item->parent;
		change.members = -1;
		return change;
	case 1:
		if (!member || !other->member)
			break;
		change.start = change.end;	/* one more */
		put(&change.with, items->data + other->from,
		    other->end - other->from);
		change.header_of = item->parent;
		change.members = 1;
		return change;
	case 2:
		put(&change.with, items->data + other->start,
		    other->end - other->start);
		return change;
	default:
		break;
	}
	if (is_container(item))
		put(&change.with, items->data + item->start,
		    item->end - item->start);
	else
		change_value(&change.with, item, seed / 8);
	return change;
}

/* The whole, SIZE octets before, with the change made. */
static struct cbor_writer
apply(const struct items *items, size_t size, const struct change *change)
{
	struct cbor_writer all = { NULL, 0, 0 };
	const struct item *container;
	size_t at = 0;

	if (change->header_of >= 0) {
		container = &items->items[change->header_of];
		put(&all, items->data, container->start);
		if (container->value.kind == CBOR_MAP)
			recording_cbor_put_map(&all, (size_t)
			    container->value.number + (size_t)change->members);
		else
			recording_cbor_put_array(&all, (size_t)
			    container->value.number + (size_t)change->members);
		at = container->contents;
	}
	put(&all, items->data + at, change->start - at);
	put(&all, change->with.octets, change->with.size);
	put(&all, items->data + change->end, size - change->end);
	return all;
}

size_t
mutate_cbor(uint8_t *data, size_t size, size_t most, unsigned int seed)
{
	struct items *items = memory_new(1, sizeof(*items));
	struct cbor_reader reader = { data, size };
	unsigned int count;
	struct cbor_writer all;
	struct change change;

	items->data = data;
	if (seed % 32 == 0 || !read_item(items, &reader, -1, 0)) {
		free(items);
		return LLVMFuzzerMutate(data, size, most);
	}
	count = (unsigned int)items->count;
	change = choose(items, (int)(seed / 32 % count),
	    &items->items[seed / 32 / count * 7 % count], seed / 97);
	all = apply(items, size, &change);
	if (all.size <= most) {
		memcpy(data, all.octets, all.size);
		size = all.size;
	}
	free(change.with.octets);
	free(all.octets);
	free(items);
	return size;
}
