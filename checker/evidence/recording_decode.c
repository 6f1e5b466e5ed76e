/*
 * Octets to evidence, by the tables. What was decoded hangs in the tree at all
 * times, so that one call frees it wherever decoding ends.
 */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "checker/evidence/evidence.h"
#include "checker/evidence/recording_cbor.h"
#include "checker/evidence/recording_parts.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/text.h"

/* How deep a value may be nested that is skipped. */
#define SKIP_DEPTH	8

/* Elements that an array has room for at first, whatever it claims. */
#define FIRST_ROOM	8

#define NO_INDEX	SIZE_MAX

/* Where in the tree: what an error names. */
struct place {
	struct place		*above;		/* borrowed; NULL: the tree */
	const char		*key;		/* static */
	size_t			 index;		/* or NO_INDEX */
};

struct decoder {
	struct cbor_reader	 reader;
	enum recording_view	 view;
	struct evidence		*evidence;	/* borrowed */
	struct place		*place;		/* borrowed; NULL: the tree */
	char			*why;		/* owned; NULL: all is well */
};

static bool	take_struct(struct decoder *decoder,
		    const struct recording_shape *shape, void *value);

/* "hosts[0].endpoints[1].stage". Owned by the caller; NULL: the tree. */
static char *
place_text(const struct place *place)
{
	char *above, *text;

	if (place == NULL)
		return NULL;
	above = place_text(place->above);
	text = place->index == NO_INDEX ? memory_string(place->key) :
	    memory_format("%s[%zu]", place->key, place->index);
	above = memory_join(above, ".", text);
	free(text);
	return above;
}

/* Returns false, so that callers can return it. */
static bool
fail(struct decoder *decoder, const char *fault)
{
	char *text = place_text(decoder->place);

	assert(decoder->why == NULL);
	decoder->why = text == NULL ? memory_string(fault) :
	    memory_format("%s: %s", text, fault);
	free(text);
	return false;
}

static bool
fail_limit(struct decoder *decoder, const char *what, uint64_t limit)
{
	char *fault = memory_format("%s %llu", what,
	    (unsigned long long)limit);

	fail(decoder, fault);
	free(fault);
	return false;
}

static bool
next(struct decoder *decoder, struct cbor_item *item)
{
	switch (recording_cbor_read(&decoder->reader, item, NULL)) {
	case CBOR_ITEM:
		return item->kind != CBOR_INDEFINITE ||
		    fail(decoder, "has no definite length");
	case CBOR_SHORT:
		return fail(decoder, "ends too early");
	default:
		return fail(decoder, "is not CBOR");
	}
}

/* The next item, which must be of the kind WHAT, "a number". */
static bool
next_of(struct decoder *decoder, enum cbor_kind kind, const char *what,
    struct cbor_item *item)
{
	char *fault;

	if (!next(decoder, item))
		return false;
	if (item->kind == kind)
		return true;
	fault = memory_format("is not %s", what);
	fail(decoder, fault);
	free(fault);
	return false;
}

/* Skips a value that this version does not know. */
static bool
skip(struct decoder *decoder, int depth)
{
	struct cbor_item item;
	uint64_t members;

	if (!next(decoder, &item))
		return false;
	switch (item.kind) {
	case CBOR_ARRAY:
		members = item.number;
		break;
	case CBOR_MAP:
		if (item.number > UINT64_MAX / 2)
			return fail(decoder, "ends too early");
		members = 2 * item.number;
		break;
	case CBOR_TAG:
		members = 1;
		break;
	default:
		return true;
	}
	if (depth == 0)
		return fail(decoder, "is nested too deep");
	for (; members > 0; members--) {
		if (!skip(decoder, depth - 1))
			return false;
	}
	return true;
}

static bool
take_flag(struct decoder *decoder, bool *flag)
{
	struct cbor_item item;

	if (!next_of(decoder, CBOR_FLAG, "true or false", &item))
		return false;
	*flag = item.number != 0;
	return true;
}

static bool
take_number(struct decoder *decoder, uint64_t limit, uint64_t *number)
{
	struct cbor_item item;

	if (!next_of(decoder, CBOR_UNSIGNED, "a number from 0 on", &item))
		return false;
	if (item.number > limit)
		return fail_limit(decoder, "is more than", limit);
	*number = item.number;
	return true;
}

static void
store(void *member, size_t size, uint64_t number)
{
	switch (size) {
	case 1:
		*(uint8_t *)member = (uint8_t)number;
		break;
	case 2:
		*(uint16_t *)member = (uint16_t)number;
		break;
	case 4:
		*(uint32_t *)member = (uint32_t)number;
		break;
	default:
		assert(size == 8);
		*(uint64_t *)member = number;
		break;
	}
}

static bool
take_unsigned(struct decoder *decoder, const struct recording_field *field,
    void *member)
{
	uint64_t number;

	if (!take_number(decoder, field->limit, &number))
		return false;
	store(member, field->size, number);
	return true;
}

static bool
take_signed(struct decoder *decoder, const struct recording_field *field,
    void *member)
{
	struct cbor_item item;
	int64_t number;

	if (!next(decoder, &item))
		return false;
	if (item.kind != CBOR_UNSIGNED && item.kind != CBOR_NEGATIVE)
		return fail(decoder, "is not a number");
	if (item.number > field->limit)
		return fail_limit(decoder, "is farther from 0 than",
		    field->limit);
	number = (int64_t)item.number;
	if (item.kind == CBOR_NEGATIVE)
		number = -1 - number;
	store(member, field->size, (uint64_t)number);
	/* There are systems with times of 32 bits. */
	return recording_signed(member, field->size) == number ||
	    fail(decoder, "is too large for this system");
}

static bool
take_real(struct decoder *decoder, const struct recording_field *field,
    double *member)
{
	struct cbor_item item;

	if (!next_of(decoder, CBOR_REAL, "a floating-point number", &item))
		return false;
	if (!isfinite(item.real) || item.real < 0 ||
	    item.real > (double)field->limit)
		return fail_limit(decoder, "is not from 0 to", field->limit);
	*member = item.real;
	return true;
}

static bool
take_enum_name(struct decoder *decoder, const struct recording_enum *values,
    uint64_t *number)
{
	struct cbor_item item;
	const char *name;
	int i;

	if (!next_of(decoder, CBOR_TEXT, "a name", &item))
		return false;
	for (i = 0; i < values->count; i++) {
		name = values->name(i);
		if (name == NULL || strlen(name) != item.number ||
		    memcmp(name, item.octets, item.number) != 0)
			continue;
		*number = (uint64_t)i;
		return true;
	}
	return fail(decoder, "is not one of the names that it can be");
}

static bool
take_enum(struct decoder *decoder, const struct recording_field *field,
    void *member)
{
	const struct recording_enum *values = field->values;
	uint64_t number = 0;

	if (decoder->view == RECORDING_FACTS) {
		if (!take_enum_name(decoder, values, &number))
			return false;
	} else {
		if (!take_number(decoder, (uint64_t)values->count - 1,
		    &number))
			return false;
		if (values->name != NULL &&
		    values->name((int)number) == NULL)
			return fail(decoder, "is not a number that it can be");
	}
	store(member, field->size, number);
	return true;
}

static bool
take_address(struct decoder *decoder, struct address *address)
{
	struct cbor_item item;
	uint16_t port;
	size_t size;

	if (!next_of(decoder, CBOR_OCTETS, "octets", &item))
		return false;
	size = (size_t)item.number;
	if (size != 4 + 2 && size != 16 + 2)
		return fail(decoder, "is not an address and a port");
	size -= 2;
	port = (uint16_t)(item.octets[size] << 8 | item.octets[size + 1]);
	address_from_octets(address, item.octets, size, port);
	return true;
}

/* Text, printable or a name, within the limit. */
static bool
take_text(struct decoder *decoder, const struct recording_field *field,
    char **member)
{
	struct cbor_item item;

	if (!next_of(decoder, CBOR_TEXT, "a text", &item))
		return false;
	if (item.number > field->limit)
		return fail_limit(decoder, "is longer than", field->limit);
	if (field->kind == RECORDING_NAME) {
		if (!name_is_normal((const char *)item.octets,
		    (size_t)item.number))
			return fail(decoder, "is not a domain name");
	} else if (!text_is_printable(item.octets, (size_t)item.number)) {
		return fail(decoder, "is not printable");
	}
	*member = memory_copy(item.octets, (size_t)item.number);
	return true;
}

static bool
take_octets(struct decoder *decoder, const struct recording_field *field,
    void *value)
{
	void **member = (void **)((char *)value + field->at);
	struct cbor_item item;

	if (!next_of(decoder, CBOR_OCTETS, "octets", &item))
		return false;
	if (item.number > field->limit)
		return fail_limit(decoder, "is longer than", field->limit);
	if (field->kind == RECORDING_OCTETS)
		*recording_count(field, value) = (size_t)item.number;
	else if (memchr(item.octets, '\0', (size_t)item.number) != NULL)
		return fail(decoder, "has an octet of 0");
	*member = memory_copy(item.octets, (size_t)item.number);
	return true;
}

static bool
take_fixed(struct decoder *decoder, const struct recording_field *field,
    void *member)
{
	struct cbor_item item;

	if (!next_of(decoder, CBOR_OCTETS, "octets", &item))
		return false;
	if (item.number != field->size)
		return fail_limit(decoder, "has not the length of",
		    field->size);
	memcpy(member, item.octets, field->size);
	return true;
}

static bool
take_pointer(struct decoder *decoder, const struct recording_shape *shape,
    void **member)
{
	*member = memory_new(1, shape->size);
	return take_struct(decoder, shape, *member);
}

/* The octets of an element of an array. */
static size_t
element_size(const struct recording_field *field)
{
	switch (field->kind) {
	case RECORDING_ARRAY:
		return field->shape->size;
	case RECORDING_FLAGS:
		return sizeof(bool);
	default:
		return sizeof(void *);
	}
}

static bool
take_element(struct decoder *decoder, const struct recording_field *field,
    void *element)
{
	switch (field->kind) {
	case RECORDING_ARRAY:
		return take_struct(decoder, field->shape, element);
	case RECORDING_POINTERS:
		return take_pointer(decoder, field->shape, element);
	case RECORDING_FLAGS:
		return take_flag(decoder, element);
	default:
		return take_text(decoder, &(struct recording_field){
		    .kind = RECORDING_TEXT,
		    .limit = TEXT_LIMIT,
		}, element);
	}
}

/*
 * Makes room for an element in ARRAY, which has COUNT of them in *ROOM. Returns
 * where it may have moved.
 */
static void *
make_room(void *array, size_t count, size_t *room, size_t size)
{
	if (count == *room) {
		*room = *room == 0 ? FIRST_ROOM : 2 * *room;
		array = realloc(array, *room * size);
		if (array == NULL)
			abort();
	}
	memset((char *)array + count * size, 0, size);
	return array;
}

static bool
take_array(struct decoder *decoder, const struct recording_field *field,
    void *value)
{
	const size_t size = element_size(field);
	void *member = (char *)value + field->at;
	size_t *count = recording_count(field, value);
	const bool counted = field->kind == RECORDING_FLAGS;
	struct cbor_item item;
	size_t i, room = 0;
	char *array;

	if (!next_of(decoder, CBOR_ARRAY, "an array", &item))
		return false;
	if (item.number > field->limit)
		return fail_limit(decoder, "has more members than",
		    field->limit);
	if (counted && item.number != *count)
		return fail_limit(decoder, "has not as many members as",
		    *count);
	for (i = 0; i < item.number; i++) {
		array = member;
		if (field->kind != RECORDING_SLOTS) {
			array = make_room(*(void **)member, i, &room, size);
			*(void **)member = array;
		}
		if (!counted)
			*count = i + 1;
		decoder->place->index = i;
		if (!take_element(decoder, field, array + i * size))
			return false;
	}
	return true;
}

static bool
take_reference(struct decoder *decoder, const struct recording_field *field,
    void *value)
{
	uint64_t number;

	if (!take_number(decoder, field->limit, &number))
		return false;
	return field->reference->set(value, (size_t)number,
	    decoder->evidence) || fail(decoder, "refers to nothing");
}

static bool
take_scalar(struct decoder *decoder, const struct recording_field *field,
    void *member)
{
	switch (field->kind) {
	case RECORDING_FLAG:
		return take_flag(decoder, member);
	case RECORDING_UNSIGNED:
		return take_unsigned(decoder, field, member);
	case RECORDING_SIGNED:
		return take_signed(decoder, field, member);
	case RECORDING_REAL:
		return take_real(decoder, field, member);
	case RECORDING_ENUM:
		return take_enum(decoder, field, member);
	case RECORDING_ADDRESS:
		return take_address(decoder, member);
	default:
		assert(field->kind == RECORDING_FIXED);
		return take_fixed(decoder, field, member);
	}
}

static bool
take_member(struct decoder *decoder, const struct recording_field *field,
    void *value)
{
	void *member = (char *)value + field->at;

	switch (field->kind) {
	case RECORDING_TEXT:
	case RECORDING_NAME:
		return take_text(decoder, field, member);
	case RECORDING_RAW:
	case RECORDING_OCTETS:
		return take_octets(decoder, field, value);
	case RECORDING_STRUCT:
		return take_struct(decoder, field->shape, member);
	case RECORDING_POINTER:
		return take_pointer(decoder, field->shape, member);
	case RECORDING_ARRAY:
	case RECORDING_POINTERS:
	case RECORDING_TEXTS:
	case RECORDING_SLOTS:
	case RECORDING_FLAGS:
		return take_array(decoder, field, value);
	case RECORDING_REFERENCE:
		return take_reference(decoder, field, value);
	default:
		return take_scalar(decoder, field, member);
	}
}

static unsigned int
views_taken(const struct decoder *decoder)
{
	return decoder->view == RECORDING_REPORTED ? RECORDING_IN_REPORTED :
	    RECORDING_IN_FACTS | RECORDING_IN_ORIGIN;
}

static bool
is_key(const struct recording_field *field, const struct cbor_item *key)
{
	return field->key_size == key->number &&
	    memcmp(field->key, key->octets, field->key_size) == 0;
}

/*
 * The row of the key among those of SHAPE, from FROM on, where it is likely to
 * be, and once around. SHAPE->count: this version does not know it.
 */
static size_t
find_key(const struct decoder *decoder, const struct recording_shape *shape,
    size_t from, const struct cbor_item *key)
{
	const unsigned int views = views_taken(decoder);
	const struct recording_field *field;
	size_t i, row;

	for (i = 0; i < shape->count; i++) {
		row = from + i < shape->count ? from + i :
		    from + i - shape->count;
		field = &shape->fields[row];
		if ((field->views & views) != 0 && is_key(field, key))
			return row;
	}
	return shape->count;
}

/*
 * Reads the key of a pair, and finds its row, as find_key does. What is
 * reported has the row itself.
 */
static bool
take_key(struct decoder *decoder, const struct recording_shape *shape,
    size_t from, size_t *row)
{
	struct cbor_item key;

	if (!next(decoder, &key))
		return false;
	if (key.kind == CBOR_TEXT) {
		*row = find_key(decoder, shape, from, &key);
		return true;
	}
	if (key.kind != CBOR_UNSIGNED || decoder->view != RECORDING_REPORTED)
		return fail(decoder, "is not a map with texts as keys");
	if (key.number >= shape->count || (shape->fields[key.number].views &
	    RECORDING_IN_REPORTED) == 0)
		return fail(decoder, "has a key that there is not");
	*row = (size_t)key.number;
	return true;
}

static bool
take_pair(struct decoder *decoder, const struct recording_shape *shape,
    void *value, size_t *next_row)
{
	struct place place = { decoder->place, "?", NO_INDEX };
	size_t row = 0;
	bool taken;

	if (!take_key(decoder, shape, *next_row, &row))
		return false;
	if (row < shape->count)
		place.key = shape->fields[row].key;
	decoder->place = &place;
	if (row == shape->count)
		taken = skip(decoder, SKIP_DEPTH);
	else if (row < *next_row)
		taken = fail(decoder, "comes twice, or not in its order");
	else
		taken = take_member(decoder, &shape->fields[row], value);
	if (row < shape->count)
		*next_row = row + 1;
	decoder->place = place.above;
	return taken;
}

/* Whether everything is there that is never left out. */
static bool
is_complete(struct decoder *decoder, const struct recording_shape *shape,
    void *value)
{
	const unsigned int views = recording_views(shape, value,
	    decoder->view);
	const struct recording_field *field;
	char *fault;
	size_t i;

	for (i = 0; i < shape->count; i++) {
		field = &shape->fields[i];
		if (!field->required || (field->views & views) == 0 ||
		    *(void **)((char *)value + field->at) != NULL)
			continue;
		fault = memory_format("has no %s", field->key);
		fail(decoder, fault);
		free(fault);
		return false;
	}
	return true;
}

static bool
take_struct(struct decoder *decoder, const struct recording_shape *shape,
    void *value)
{
	struct cbor_item item;
	const char *fault;
	size_t next_row = 0;

	if (!next_of(decoder, CBOR_MAP, "a map", &item))
		return false;
	for (; item.number > 0; item.number--) {
		if (!take_pair(decoder, shape, value, &next_row))
			return false;
	}
	if (!is_complete(decoder, shape, value))
		return false;
	fault = shape->finish == NULL ? NULL :
	    shape->finish(value, decoder->view, decoder->evidence);
	return fault == NULL || fail(decoder, fault);
}

struct evidence *
recording_decode(const uint8_t *octets, size_t size, enum recording_view view,
    char **why)
{
	struct decoder decoder = {
		.reader = { octets, size },
		.view = view,
		.evidence = memory_new(1, sizeof(struct evidence)),
	};
	bool taken;

	if (size > RECORDING_SIZE_MAX)
		taken = fail_limit(&decoder, "is larger than",
		    RECORDING_SIZE_MAX);
	else
		taken = take_struct(&decoder, recording_shape(),
		    decoder.evidence);
	if (taken && decoder.reader.left > 0)
		taken = fail(&decoder, "more octets follow");
	if (taken)
		return decoder.evidence;
	evidence_free(decoder.evidence);
	*why = decoder.why;
	return NULL;
}
