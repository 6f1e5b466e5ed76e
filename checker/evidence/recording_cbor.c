#include "checker/evidence/recording_cbor.h"

#include <cbor.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"

/* The most octets before the contents of an item (RFC 8949 3). */
#define HEAD 9

/* Major types (RFC 8949 3.1), in the highest bits of the first octet. */
#define TYPE_UNSIGNED	0
#define TYPE_NEGATIVE	1
#define TYPE_OCTETS	2
#define TYPE_TEXT	3
#define TYPE_ARRAY	4
#define TYPE_MAP	5
#define TYPE_TAG	6
#define TYPE_SHIFT	5

/* Numbers below it are in the first octet's other bits. */
#define SHORT		24

/* What libcbor calls lengths by. */
#if CBOR_MAJOR_VERSION == 0 && CBOR_MINOR_VERSION < 9
typedef size_t cbor_length;
#else
typedef uint64_t cbor_length;
#endif

/* Where the next SIZE octets go. */
static uint8_t *
reserve(struct cbor_writer *writer, size_t size)
{
	if (writer->room - writer->size < size) {
		writer->room = 2 * writer->room + size + HEAD;
		writer->octets = realloc(writer->octets, writer->room);
		if (writer->octets == NULL)
			abort();
	}
	return writer->octets + writer->size;
}

/*
 * The head of an item (RFC 8949 3), which is alike for all major types. Most of
 * a tree's items are short.
 */
static void
put_head(struct cbor_writer *writer, uint8_t type, uint64_t number)
{
	uint8_t *at = reserve(writer, HEAD);

	if (number < SHORT) {
		*at = (uint8_t)number;
		writer->size++;
	} else {
		writer->size += cbor_encode_uint(number, at, HEAD);
	}
	*at |= (uint8_t)(type << TYPE_SHIFT);
}

void
recording_cbor_put_unsigned(struct cbor_writer *writer, uint64_t number)
{
	put_head(writer, TYPE_UNSIGNED, number);
}

void
recording_cbor_put_signed(struct cbor_writer *writer, int64_t number)
{
	if (number >= 0)
		put_head(writer, TYPE_UNSIGNED, (uint64_t)number);
	else
		put_head(writer, TYPE_NEGATIVE, (uint64_t)-(number + 1));
}

void
recording_cbor_put_real(struct cbor_writer *writer, double number)
{
	writer->size += cbor_encode_double(number, reserve(writer, HEAD), HEAD);
}

void
recording_cbor_put_flag(struct cbor_writer *writer, bool flag)
{
	writer->size += cbor_encode_bool(flag, reserve(writer, HEAD), HEAD);
}

static void
put_contents(struct cbor_writer *writer, const void *octets, size_t size)
{
	if (size > 0)
		memcpy(reserve(writer, size), octets, size);
	writer->size += size;
}

void
recording_cbor_put_octets(struct cbor_writer *writer, const void *octets,
    size_t size)
{
	put_head(writer, TYPE_OCTETS, size);
	put_contents(writer, octets, size);
}

void
recording_cbor_put_text(struct cbor_writer *writer, const char *text,
    size_t size)
{
	put_head(writer, TYPE_TEXT, size);
	put_contents(writer, text, size);
}

void
recording_cbor_put_array(struct cbor_writer *writer, size_t count)
{
	put_head(writer, TYPE_ARRAY, count);
}

void
recording_cbor_put_map(struct cbor_writer *writer, size_t pairs)
{
	put_head(writer, TYPE_MAP, pairs);
}

void
recording_cbor_put_tag(struct cbor_writer *writer, uint64_t tag)
{
	put_head(writer, TYPE_TAG, tag);
}

static void
take(void *context, enum cbor_kind kind, uint64_t number)
{
	struct cbor_item *item = context;

	item->kind = kind;
	item->number = number;
}

static void
on_uint8(void *context, uint8_t number)
{
	take(context, CBOR_UNSIGNED, number);
}

static void
on_uint16(void *context, uint16_t number)
{
	take(context, CBOR_UNSIGNED, number);
}

static void
on_uint32(void *context, uint32_t number)
{
	take(context, CBOR_UNSIGNED, number);
}

static void
on_uint64(void *context, uint64_t number)
{
	take(context, CBOR_UNSIGNED, number);
}

static void
on_negint8(void *context, uint8_t number)
{
	take(context, CBOR_NEGATIVE, number);
}

static void
on_negint16(void *context, uint16_t number)
{
	take(context, CBOR_NEGATIVE, number);
}

static void
on_negint32(void *context, uint32_t number)
{
	take(context, CBOR_NEGATIVE, number);
}

static void
on_negint64(void *context, uint64_t number)
{
	take(context, CBOR_NEGATIVE, number);
}

static void
on_octets(void *context, cbor_data octets, cbor_length size)
{
	take(context, CBOR_OCTETS, size);
	((struct cbor_item *)context)->octets = octets;
}

static void
on_text(void *context, cbor_data octets, cbor_length size)
{
	take(context, CBOR_TEXT, size);
	((struct cbor_item *)context)->octets = octets;
}

static void
on_array(void *context, cbor_length count)
{
	take(context, CBOR_ARRAY, count);
}

static void
on_map(void *context, cbor_length pairs)
{
	take(context, CBOR_MAP, pairs);
}

static void
on_tag(void *context, uint64_t tag)
{
	take(context, CBOR_TAG, tag);
}

static void
on_single(void *context, float number)
{
	take(context, CBOR_REAL, 0);
	((struct cbor_item *)context)->real = (double)number;
}

static void
on_double(void *context, double number)
{
	take(context, CBOR_REAL, 0);
	((struct cbor_item *)context)->real = number;
}

static void
on_flag(void *context, bool flag)
{
	take(context, CBOR_FLAG, flag);
}

static void
on_other(void *context)
{
	take(context, CBOR_OTHER, 0);
}

static void
on_indefinite(void *context)
{
	take(context, CBOR_INDEFINITE, 0);
}

static const struct cbor_callbacks callbacks = {
	.uint8 = on_uint8,
	.uint16 = on_uint16,
	.uint32 = on_uint32,
	.uint64 = on_uint64,
	.negint8 = on_negint8,
	.negint16 = on_negint16,
	.negint32 = on_negint32,
	.negint64 = on_negint64,
	.byte_string_start = on_indefinite,
	.byte_string = on_octets,
	.string = on_text,
	.string_start = on_indefinite,
	.indef_array_start = on_indefinite,
	.array_start = on_array,
	.indef_map_start = on_indefinite,
	.map_start = on_map,
	.tag = on_tag,
	.float2 = on_single,
	.float4 = on_single,
	.float8 = on_double,
	.undefined = on_other,
	.null = on_other,
	.boolean = on_flag,
	.indef_break = on_indefinite,
};

/* Versions up to 0.14 cut a length off to 32 bits before they check it. */
static bool
is_inside(const struct cbor_reader *reader, const struct cbor_item *item)
{
	return item->octets == NULL || item->number <=
	    reader->left - (size_t)(item->octets - reader->next);
}

/*
 * Reads an item with a head of one octet; libcbor, which calls back for each,
 * the others. False: it is none of these.
 */
static bool
read_short(struct cbor_reader *reader, struct cbor_item *item)
{
	static const enum cbor_kind kinds[] = {
		[TYPE_UNSIGNED] = CBOR_UNSIGNED,
		[TYPE_OCTETS] = CBOR_OCTETS,
		[TYPE_TEXT] = CBOR_TEXT,
		[TYPE_ARRAY] = CBOR_ARRAY,
		[TYPE_MAP] = CBOR_MAP,
	};
	const uint8_t type = *reader->next >> TYPE_SHIFT;
	const uint8_t number = *reader->next & ((1 << TYPE_SHIFT) - 1);
	const bool string = type == TYPE_OCTETS || type == TYPE_TEXT;
	const size_t size = string ? 1u + number : 1u;

	if (number >= SHORT || type > TYPE_MAP ||
	    kinds[type] == CBOR_OTHER || size > reader->left)
		return false;
	item->kind = kinds[type];
	item->number = number;
	if (string)
		item->octets = reader->next + 1;
	reader->next += size;
	reader->left -= size;
	return true;
}

enum cbor_result
recording_cbor_read(struct cbor_reader *reader, struct cbor_item *item,
    size_t *needs)
{
	struct cbor_decoder_result result;

	*item = (struct cbor_item){ .kind = CBOR_OTHER };
	if (needs != NULL)
		*needs = 1;
	if (reader->left == 0)
		return CBOR_SHORT;
	if (read_short(reader, item))
		return CBOR_ITEM;
	result = cbor_stream_decode(reader->next, reader->left, &callbacks,
	    item);
	switch (result.status) {
	case CBOR_DECODER_FINISHED:
		if (!is_inside(reader, item))
			return CBOR_BAD;
		reader->next += result.read;
		reader->left -= result.read;
		return CBOR_ITEM;
	case CBOR_DECODER_NEDATA:
		/* Likewise, the largest lengths overflow the sum. */
		if (result.required <= reader->left)
			return CBOR_BAD;
		if (needs != NULL)
			*needs = result.required;
		return CBOR_SHORT;
	default:
		return CBOR_BAD;
	}
}
