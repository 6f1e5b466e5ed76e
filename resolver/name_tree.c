#include "resolver/name_tree.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"
#include "resolver/name.h"

#define SIZE_FIRST 64

/*
 * FNV-1a. Whoever writes a file so that all of its names collide makes but his
 * own reading of it slow.
 */
static uint64_t
hash(const char *name)
{
	uint64_t value = 0xcbf29ce484222325U;

	for (; *name != '\0'; name++)
		value = (value ^ (unsigned char)*name) * 0x100000001b3U;
	return value ^ value >> 32;
}

/* Where the name is in the slots, or belongs. There is a free one. */
static size_t
find_slot(const struct name_tree *tree, const char *name)
{
	size_t at = (size_t)hash(name) & (tree->size - 1);

	while (tree->slots[at] != NULL && !name_equal(tree->slots[at], name))
		at = (at + 1) & (tree->size - 1);
	return at;
}

/* Makes room for one more, at most half full. */
static void
make_room(struct name_tree *tree)
{
	const struct name_tree old = *tree;
	size_t i;

	if (2 * (tree->count + 1) <= tree->size)
		return;
	tree->size = old.size == 0 ? SIZE_FIRST : 2 * old.size;
	tree->slots = memory_new(tree->size, sizeof(*tree->slots));
	for (i = 0; i < old.size; i++) {
		if (old.slots[i] != NULL)
			tree->slots[find_slot(tree, old.slots[i])] =
			    old.slots[i];
	}
	free(old.slots);
}

void
name_tree_add(struct name_tree *tree, const char *name)
{
	size_t at;

	/* Where a name is, those above it are. */
	for (; strcmp(name, ".") != 0; name = name_parent(name)) {
		make_room(tree);
		at = find_slot(tree, name);
		if (tree->slots[at] != NULL)
			return;
		tree->slots[at] = memory_string(name);
		tree->count++;
	}
}

bool
name_tree_has(const struct name_tree *tree, const char *name)
{
	return tree->count > 0 && tree->slots[find_slot(tree, name)] != NULL;
}

const char *
name_tree_encloser(const struct name_tree *tree, const char *name)
{
	while (strcmp(name, ".") != 0 && !name_tree_has(tree, name))
		name = name_parent(name);
	return name;
}

void
name_tree_clear(struct name_tree *tree)
{
	size_t i;

	for (i = 0; i < tree->size; i++)
		free(tree->slots[i]);
	free(tree->slots);
	*tree = (struct name_tree){ NULL, 0, 0 };
}
