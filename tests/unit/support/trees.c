#include "tests/unit/support/trees.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/evidence/evidence.h"
#include "checker/evidence/recording_parts.h"
#include "resolver/memory.h"

/* Both trees, to tell what their references refer to. */
struct pair {
	const struct evidence	*a, *b;		/* borrowed */
	enum recording_view	 view;
};

static char	*struct_difference(const struct pair *pair,
		    const struct recording_shape *shape, const void *a,
		    const void *b);

/* KEY[I].BELOW; BELOW (owned) NULL: no difference. */
static char *
within(const char *key, size_t i, char *below)
{
	char *text;

	if (below == NULL)
		return NULL;
	text = memory_format("%s[%zu]%s%s", key, i, below[0] != '\0' ? "." : "",
	    below);
	free(below);
	return text;
}

/* "" where they differ. */
static char *
difference_if(bool differ)
{
	return differ ? memory_string("") : NULL;
}

static char *
text_difference(const char *a, const char *b)
{
	return difference_if((a == NULL) != (b == NULL) ||
	    (a != NULL && strcmp(a, b) != 0));
}

static char *
pointer_difference(const struct pair *pair,
    const struct recording_field *field, const void *a, const void *b)
{
	if (a == NULL || b == NULL)
		return difference_if(a != b);
	return struct_difference(pair, field->shape, a, b);
}

static char *
element_difference(const struct pair *pair,
    const struct recording_field *field, const void *a, const void *b, size_t i)
{
	const size_t at = field->shape != NULL ? i * field->shape->size : 0;

	switch (field->kind) {
	case RECORDING_ARRAY:
		return struct_difference(pair, field->shape,
		    (const char *)a + at, (const char *)b + at);
	case RECORDING_POINTERS:
		return pointer_difference(pair, field, ((void *const *)a)[i],
		    ((void *const *)b)[i]);
	case RECORDING_FLAGS:
		return difference_if(((const bool *)a)[i] !=
		    ((const bool *)b)[i]);
	default:
		return text_difference(((char *const *)a)[i],
		    ((char *const *)b)[i]);
	}
}

static char *
array_difference(const struct pair *pair, const struct recording_field *field,
    const void *a, const void *b)
{
	const void *left = (const char *)a + field->at;
	const void *right = (const char *)b + field->at;
	const size_t count = *recording_count(field, a);
	char *text = difference_if(count != *recording_count(field, b));
	size_t i;

	if (field->kind != RECORDING_SLOTS) {
		left = *(void *const *)left;
		right = *(void *const *)right;
	}
	for (i = 0; i < count && text == NULL; i++)
		text = within("", i, element_difference(pair, field, left,
		    right, i));
	return text;
}

static char *
octets_difference(const struct recording_field *field, const void *a,
    const void *b)
{
	const void *left = *(void *const *)((const char *)a + field->at);
	const void *right = *(void *const *)((const char *)b + field->at);
	const size_t size = *recording_count(field, a);

	return difference_if(size != *recording_count(field, b) ||
	    (left == NULL) != (right == NULL) ||
	    (size > 0 && memcmp(left, right, size) != 0));
}

static char *
member_difference(const struct pair *pair, const struct recording_field *field,
    const void *a, const void *b)
{
	const void *left = (const char *)a + field->at;
	const void *right = (const char *)b + field->at;

	switch (field->kind) {
	case RECORDING_TEXT:
	case RECORDING_NAME:
	case RECORDING_RAW:
		return text_difference(*(char *const *)left,
		    *(char *const *)right);
	case RECORDING_OCTETS:
		return octets_difference(field, a, b);
	case RECORDING_STRUCT:
		return struct_difference(pair, field->shape, left, right);
	case RECORDING_POINTER:
		return pointer_difference(pair, field, *(void *const *)left,
		    *(void *const *)right);
	case RECORDING_ARRAY:
	case RECORDING_POINTERS:
	case RECORDING_TEXTS:
	case RECORDING_SLOTS:
	case RECORDING_FLAGS:
		return array_difference(pair, field, a, b);
	case RECORDING_REFERENCE:
		return difference_if(field->reference->find(a, pair->a) !=
		    field->reference->find(b, pair->b));
	case RECORDING_ADDRESS:
		return difference_if(!address_equal(left, right) ||
		    ((const struct address *)left)->port !=
		    ((const struct address *)right)->port);
	default:
		return difference_if(memcmp(left, right, field->size) != 0);
	}
}

/* What follows from an origin is compared as well. */
static char *
struct_difference(const struct pair *pair, const struct recording_shape *shape,
    const void *a, const void *b)
{
	const unsigned int views = pair->view == RECORDING_FACTS ?
	    RECORDING_IN_FACTS | RECORDING_IN_ORIGIN : RECORDING_IN_REPORTED;
	const struct recording_field *field;
	char *text = NULL, *below;
	size_t i;

	for (i = 0; i < shape->count && text == NULL; i++) {
		field = &shape->fields[i];
		if ((field->views & views) == 0)
			continue;
		below = member_difference(pair, field, a, b);
		if (below == NULL)
			continue;
		text = memory_format("%s%s%s", field->key,
		    below[0] != '\0' && below[0] != '[' ? "." : "", below);
		free(below);
	}
	return text;
}

char *
trees_difference(const struct evidence *a, const struct evidence *b,
    enum recording_view view)
{
	const struct pair pair = { a, b, view };

	return struct_difference(&pair, recording_shape(), a, b);
}

struct evidence *
trees_travel(const struct evidence *evidence, enum recording_view view)
{
	struct evidence *decoded;
	uint8_t *octets;
	char *why = NULL;
	size_t size;

	octets = recording_encode(evidence, view, &size);
	decoded = recording_decode(octets, size, view, &why);
	if (decoded == NULL)
		fail_msg("%s", why);
	free(octets);
	return decoded;
}
