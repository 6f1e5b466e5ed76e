#include "checker/evidence/recording_cbor.h"

#include <cbor.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"

/* The most octets before the contents of an item (RFC 8949 3). */
#define HEAD 9

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

void
recording_cbor_put_unsigned(struct cbor_writer *writer, uint64_t number)
{
	writer->size += cbor_encode_uint(number, reserve(writer, HEAD), HEAD);
}

void
recording_cbor_put_signed(struct cbor_writer *writer, int64_t number)
{
	if (number >= 0)
		recording_cbor_put_unsigned(writer, (uint64_t)number);
	else
		writer->size += cbor_encode_negint((uint64_t)-(number + 1),
		    reserve(writer, HEAD), HEAD);
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
	writer->size += cbor_encode_bytestring_start(size,
	    reserve(writer, HEAD), HEAD);
	put_contents(writer, octets, size);
}

void
recording_cbor_put_text(struct cbor_writer *writer, const char *text,
    size_t size)
{
	writer->size += cbor_encode_string_start(size, reserve(writer, HEAD),
	    HEAD);
	put_contents(writer, text, size);
}

void
recording_cbor_put_array(struct cbor_writer *writer, size_t count)
{
	writer->size += cbor_encode_array_start(count, reserve(writer, HEAD),
	    HEAD);
}

void
recording_cbor_put_map(struct cbor_writer *writer, size_t pairs)
{
	writer->size += cbor_encode_map_start(pairs, reserve(writer, HEAD),
	    HEAD);
}

void
recording_cbor_put_tag(struct cbor_writer *writer, uint64_t tag)
{
	writer->size += cbor_encode_tag(tag, reserve(writer, HEAD), HEAD);
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
