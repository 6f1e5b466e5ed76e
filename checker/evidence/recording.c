#include "checker/evidence/recording.h"

#include <string.h>

#include "checker/evidence/recording_cbor.h"
#include "resolver/memory.h"
#include "resolver/name.h"

/* RFC 8949 3.4.6 and 3.4.5.1. */
#define TAG_CBOR	55799
#define TAG_ENCODED	24

#define MEMBERS		4

static const char magic[] = "mxdane-record";

uint8_t *
recording_frame(const char *domain, const uint8_t *facts, size_t size,
    size_t *framed)
{
	struct cbor_writer writer = { NULL, 0, 0 };

	recording_cbor_put_tag(&writer, TAG_CBOR);
	recording_cbor_put_array(&writer, MEMBERS);
	recording_cbor_put_text(&writer, magic, strlen(magic));
	recording_cbor_put_unsigned(&writer, RECORDING_VERSION);
	recording_cbor_put_text(&writer, domain, strlen(domain));
	recording_cbor_put_tag(&writer, TAG_ENCODED);
	recording_cbor_put_octets(&writer, facts, size);
	*framed = writer.size;
	return writer.octets;
}

/* What a frame consists of, in this order. */
static const struct part {
	enum cbor_kind	 kind;
	uint64_t	 number;	/* 0: any */
	const char	*fault;
} parts[] = {
	{ CBOR_TAG, TAG_CBOR, "not a record of mxdane" },
	{ CBOR_ARRAY, MEMBERS, "not a record of mxdane" },
	{ CBOR_TEXT, sizeof(magic) - 1, "not a record of mxdane" },
	{ CBOR_UNSIGNED, RECORDING_VERSION,
	    "a record of a version of mxdane that this one does not know" },
	{ CBOR_TEXT, 0, "a record without a domain" },
	{ CBOR_TAG, TAG_ENCODED, "a record without facts" },
	{ CBOR_OCTETS, 0, "a record without facts" },
};

enum {
	PART_MAGIC = 2,
	PART_DOMAIN = 4,
	PART_FACTS = 6,
	PARTS = sizeof(parts) / sizeof(parts[0]),
};

/* What is wrong with a part of a frame (static), or NULL. */
static const char *
part_fault(size_t i, const struct cbor_item *item)
{
	const struct part *part = &parts[i];

	if (item->kind != part->kind ||
	    (part->number != 0 && item->number != part->number))
		return part->fault;
	if (i == PART_MAGIC &&
	    memcmp(item->octets, magic, strlen(magic)) != 0)
		return part->fault;
	if (i == PART_DOMAIN && !name_is_normal((const char *)item->octets,
	    (size_t)item->number))
		return "a record whose domain is not a name";
	return NULL;
}

enum recording_state
recording_unframe(const uint8_t *octets, size_t size,
    struct recording_frame *frame, size_t *used, char **why)
{
	struct cbor_reader reader = { octets, size };
	struct cbor_item items[PARTS];
	enum cbor_result result;
	const char *fault;
	size_t i, needs;

	for (i = 0; i < PARTS; i++) {
		result = recording_cbor_read(&reader, &items[i], &needs);
		if (result == CBOR_SHORT && size < RECORDING_SIZE_MAX &&
		    needs <= RECORDING_SIZE_MAX - (size - reader.left))
			return RECORDING_MORE;
		if (result == CBOR_SHORT && i == PART_FACTS)
			fault = "a record that is too large";
		else if (result != CBOR_ITEM)
			fault = parts[i].fault;
		else
			fault = part_fault(i, &items[i]);
		if (fault != NULL) {
			*why = memory_string(fault);
			return RECORDING_BAD;
		}
	}
	frame->domain = memory_copy(items[PART_DOMAIN].octets,
	    (size_t)items[PART_DOMAIN].number);
	frame->facts = items[PART_FACTS].octets;
	frame->size = (size_t)items[PART_FACTS].number;
	*used = size - reader.left;
	return RECORDING_FRAME;
}
