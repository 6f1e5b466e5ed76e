/*
 * Evidence to octets, by the tables.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "checker/evidence/recording_cbor.h"
#include "checker/evidence/recording_parts.h"
#include "resolver/text.h"
#include "smtp/address.h"

struct encoder {
	const struct evidence	*evidence;	/* borrowed */
	enum recording_view	 view;
	struct cbor_writer	 writer;
};

static void	put_struct(struct encoder *encoder,
		    const struct recording_shape *shape, const void *value);

static bool
is_zero(const void *octets, size_t size)
{
	static const uint8_t zeroes[256];

	assert(size <= sizeof(zeroes));
	return memcmp(octets, zeroes, size) == 0;
}

static uint64_t	written(const struct recording_shape *shape, const void *value,
		    const struct encoder *encoder);

/* Whether the member is as in a tree of zeroes. */
static bool
is_field_zero(const struct recording_field *field, const void *value,
    const struct encoder *encoder)
{
	const void *member = (const char *)value + field->at;

	switch (field->kind) {
	case RECORDING_ADDRESS:
		return ((const struct address *)member)->family == 0;
	case RECORDING_STRUCT:
		return written(field->shape, member, encoder) == 0;
	case RECORDING_ARRAY:
	case RECORDING_POINTERS:
	case RECORDING_TEXTS:
	case RECORDING_SLOTS:
	case RECORDING_FLAGS:
		return *recording_count(field, value) == 0;
	case RECORDING_REFERENCE:
		return field->reference->find(value, encoder->evidence) == 0;
	default:
		return is_zero(member, field->size);
	}
}

/* The members that travel, as bits by their rows. */
static uint64_t
written(const struct recording_shape *shape, const void *value,
    const struct encoder *encoder)
{
	const unsigned int views = recording_views(shape, value,
	    encoder->view);
	const struct recording_field *field;
	uint64_t rows = 0;
	size_t i;

	assert(shape->count <= 64);
	for (i = 0; i < shape->count; i++) {
		field = &shape->fields[i];
		if ((field->views & views) != 0 &&
		    !is_field_zero(field, value, encoder))
			rows |= UINT64_C(1) << i;
	}
	return rows;
}

static size_t
count_bits(uint64_t bits)
{
	size_t count = 0;

	for (; bits != 0; bits &= bits - 1)
		count++;
	return count;
}

static void
put_string(struct encoder *encoder, const char *text)
{
	recording_cbor_put_text(&encoder->writer, text, strlen(text));
}

/*
 * What would not be decoded becomes so that it is, and nothing is lost: a path
 * that the user gave, perhaps.
 */
static void
put_printable(struct encoder *encoder, const char *text)
{
	char *printable;

	if (text_is_printable(text, strlen(text))) {
		put_string(encoder, text);
		return;
	}
	printable = text_printable(text, strlen(text));
	put_string(encoder, printable);
	free(printable);
}

static void
put_enum(struct encoder *encoder, const struct recording_enum *values,
    int value)
{
	if (encoder->view == RECORDING_REPORTED)
		recording_cbor_put_unsigned(&encoder->writer, (uint64_t)value);
	else
		put_string(encoder, values->name(value));
}

/* The octets of the address and, behind them, two of the port. */
static void
put_address(struct encoder *encoder, const struct address *address)
{
	size_t size = address->family == AF_INET ? 4 : 16;
	uint8_t octets[sizeof(address->octets) + 2];

	memcpy(octets, address->octets, size);
	octets[size++] = (uint8_t)(address->port >> 8);
	octets[size++] = (uint8_t)(address->port & 0xff);
	recording_cbor_put_octets(&encoder->writer, octets, size);
}

static void
put_element(struct encoder *encoder, const struct recording_field *field,
    const void *elements, size_t i)
{
	switch (field->kind) {
	case RECORDING_ARRAY:
		put_struct(encoder, field->shape,
		    (const char *)elements + i * field->shape->size);
		break;
	case RECORDING_POINTERS:
		put_struct(encoder, field->shape,
		    ((void *const *)elements)[i]);
		break;
	case RECORDING_FLAGS:
		recording_cbor_put_flag(&encoder->writer,
		    ((const bool *)elements)[i]);
		break;
	default:
		put_string(encoder, ((char *const *)elements)[i]);
		break;
	}
}

static void
put_elements(struct encoder *encoder, const struct recording_field *field,
    const void *value)
{
	const void *member = (const char *)value + field->at;
	const size_t count = *recording_count(field, value);
	size_t i;

	recording_cbor_put_array(&encoder->writer, count);
	for (i = 0; i < count; i++)
		put_element(encoder, field, field->kind == RECORDING_SLOTS ?
		    member : *(void *const *)member, i);
}

/* A number, or another value of one item. */
static void
put_scalar(struct encoder *encoder, const struct recording_field *field,
    const void *member)
{
	struct cbor_writer *writer = &encoder->writer;

	switch (field->kind) {
	case RECORDING_FLAG:
		recording_cbor_put_flag(writer, *(const bool *)member);
		break;
	case RECORDING_UNSIGNED:
		recording_cbor_put_unsigned(writer,
		    recording_unsigned(member, field->size));
		break;
	case RECORDING_SIGNED:
		recording_cbor_put_signed(writer,
		    recording_signed(member, field->size));
		break;
	case RECORDING_REAL:
		recording_cbor_put_real(writer, *(const double *)member);
		break;
	case RECORDING_ENUM:
		put_enum(encoder, field->values,
		    (int)recording_signed(member, field->size));
		break;
	case RECORDING_ADDRESS:
		put_address(encoder, member);
		break;
	default:
		assert(field->kind == RECORDING_FIXED);
		recording_cbor_put_octets(writer, member, field->size);
		break;
	}
}

static void
put_member(struct encoder *encoder, const struct recording_field *field,
    const void *value)
{
	const void *member = (const char *)value + field->at;
	void *const *pointer = member;

	switch (field->kind) {
	case RECORDING_TEXT:
		put_printable(encoder, *pointer);
		break;
	case RECORDING_NAME:
		put_string(encoder, *pointer);
		break;
	case RECORDING_RAW:
		recording_cbor_put_octets(&encoder->writer, *pointer,
		    strlen(*pointer));
		break;
	case RECORDING_OCTETS:
		recording_cbor_put_octets(&encoder->writer, *pointer,
		    *recording_count(field, value));
		break;
	case RECORDING_STRUCT:
		put_struct(encoder, field->shape, member);
		break;
	case RECORDING_POINTER:
		put_struct(encoder, field->shape, *pointer);
		break;
	case RECORDING_ARRAY:
	case RECORDING_POINTERS:
	case RECORDING_TEXTS:
	case RECORDING_SLOTS:
	case RECORDING_FLAGS:
		put_elements(encoder, field, value);
		break;
	case RECORDING_REFERENCE:
		recording_cbor_put_unsigned(&encoder->writer,
		    field->reference->find(value, encoder->evidence));
		break;
	default:
		put_scalar(encoder, field, member);
		break;
	}
}

/* Files have names, which are for ever; processes of one version, rows. */
static void
put_key(struct encoder *encoder, const struct recording_shape *shape,
    const struct recording_field *field)
{
	if (encoder->view == RECORDING_REPORTED)
		recording_cbor_put_unsigned(&encoder->writer,
		    (uint64_t)(field - shape->fields));
	else
		recording_cbor_put_text(&encoder->writer, field->key,
		    field->key_size);
}

static void
put_struct(struct encoder *encoder, const struct recording_shape *shape,
    const void *value)
{
	uint64_t rows = written(shape, value, encoder);
	const struct recording_field *field;

	recording_cbor_put_map(&encoder->writer, count_bits(rows));
	for (field = shape->fields; rows != 0; rows >>= 1, field++) {
		if ((rows & 1) == 0)
			continue;
		put_key(encoder, shape, field);
		put_member(encoder, field, value);
	}
}

uint8_t *
recording_encode(const struct evidence *evidence, enum recording_view view,
    size_t *size)
{
	struct encoder encoder = { .evidence = evidence, .view = view };

	put_struct(&encoder, recording_shape(), evidence);
	*size = encoder.writer.size;
	return encoder.writer.octets;
}
