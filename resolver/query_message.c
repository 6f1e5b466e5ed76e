#include "resolver/query_message.h"

#include <event2/util.h>
#include <stdbool.h>
#include <ldns/ldns.h>
#include <string.h>

#define CLASS_IN	1
#define TYPE_OPT	41

/* The octets of the header that have the flags, and of its counts. */
enum {
	AT_FLAGS = 2,
	AT_MORE_FLAGS = 3,
	AT_COUNTS = 4,
	AT_ADDITIONAL_COUNT = 11,
};

enum {
	FLAG_QR = 0x80,
	FLAG_TC = 0x02,
	FLAG_RD = 0x01,
	OPCODE_MASK = 0x78,
	/* In the octet after that. */
	FLAG_CD = 0x10,
	RCODE_MASK = 0x0f,
};

#define RCODE_NOERROR	0
#define RCODE_NXDOMAIN	3

/* No option; DO (RFC 3225 3) is the highest bit of the TTL's third octet. */
static const uint8_t opt[QUERY_OPT] = {
	0, 0, TYPE_OPT, QUERY_UDP_SIZE >> 8, QUERY_UDP_SIZE & 0xff,
	0, 0, 0x80, 0, 0, 0,
};

static void
set_size(struct query_message *message, size_t size)
{
	message->size = size;
	message->octets[0] = (uint8_t)(size >> 8);
	message->octets[1] = (uint8_t)size;
}

bool
query_message_init(struct query_message *message,
    const struct query_question *question)
{
	ldns_rdf *name = ldns_dname_new_frm_str(question->name);
	uint8_t *octets = message->octets + QUERY_PREFIX, *tail;
	size_t size;

	memset(message, 0, sizeof(*message));
	if (name == NULL)
		return false;
	octets[AT_FLAGS] = question->recursive ? FLAG_RD : 0;
	octets[AT_MORE_FLAGS] = question->unchecked ? FLAG_CD : 0;
	octets[AT_COUNTS + 1] = 1;
	octets[AT_ADDITIONAL_COUNT] = 1;
	size = ldns_rdf_size(name);
	memcpy(octets + QUERY_HEADER, ldns_rdf_data(name), size);
	ldns_rdf_deep_free(name);
	tail = octets + QUERY_HEADER + size;
	tail[0] = (uint8_t)((unsigned int)question->type >> 8);
	tail[1] = (uint8_t)question->type;
	tail[3] = CLASS_IN;
	memcpy(tail + QUERY_TAIL, opt, sizeof(opt));
	message->question_size = size + QUERY_TAIL;
	message->edns = true;
	set_size(message,
	    QUERY_HEADER + message->question_size + sizeof(opt));
	return true;
}

void
query_message_drop_edns(struct query_message *message)
{
	message->edns = false;
	message->octets[QUERY_PREFIX + AT_ADDITIONAL_COUNT] = 0;
	set_size(message, QUERY_HEADER + message->question_size);
}

void
query_message_renew(struct query_message *message)
{
	evutil_secure_rng_get_bytes(message->octets + QUERY_PREFIX, 2);
}

/* Names are the same in any case (RFC 1035 2.3.3); lengths are below 'A'. */
static uint8_t
lower(uint8_t octet)
{
	return octet >= 'A' && octet <= 'Z' ? (uint8_t)(octet + 0x20) : octet;
}

static bool
same_question(const struct query_message *message, const uint8_t *question)
{
	const uint8_t *own = message->octets + QUERY_PREFIX + QUERY_HEADER;
	const size_t name_size = message->question_size - QUERY_TAIL;
	size_t i;

	for (i = 0; i < name_size; i++) {
		if (lower(question[i]) != lower(own[i]))
			return false;
	}
	return memcmp(question + i, own + i, QUERY_TAIL) == 0;
}

enum query_fit
query_message_fit(const struct query_message *message, const uint8_t *packet,
    size_t size)
{
	const uint8_t *own = message->octets + QUERY_PREFIX;
	unsigned int questions, rcode;

	if (size < QUERY_HEADER || memcmp(packet, own, 2) != 0 ||
	    (packet[AT_FLAGS] & FLAG_QR) == 0)
		return QUERY_FOREIGN;
	if ((packet[AT_FLAGS] & OPCODE_MASK) != 0)
		return QUERY_MISFIT;
	questions = ldns_read_uint16(packet + AT_COUNTS);
	rcode = packet[AT_MORE_FLAGS] & RCODE_MASK;
	if (questions == 0 && rcode != RCODE_NOERROR && rcode != RCODE_NXDOMAIN)
		return QUERY_FITS;
	if (questions != 1 || size < QUERY_HEADER + message->question_size ||
	    !same_question(message, packet + QUERY_HEADER))
		return QUERY_MISFIT;
	return QUERY_FITS;
}

struct query_reply
query_message_read(const uint8_t *packet, size_t size)
{
	struct query_reply reply = {
		.rcode = packet[AT_MORE_FLAGS] & RCODE_MASK,
		.cut_off = (packet[AT_FLAGS] & FLAG_TC) != 0,
	};
	struct query_records records;
	struct query_record record;
	enum query_section section;

	query_records_begin(&records, packet, size);
	while ((section = query_records_next(&records, &record)) !=
	    QUERY_END) {
		if (section != QUERY_ADDITIONAL || record.type != TYPE_OPT ||
		    reply.edns)
			continue;
		reply.edns = true;
		/* RFC 6891 6.1.3: the upper eight of twelve bits. */
		reply.rcode |= record.ttl >> 24 << 4;
	}
	reply.broken = records.broken;
	return reply;
}
