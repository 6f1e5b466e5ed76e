#include "resolver/query_signs.h"

#include <string.h>

#include "resolver/answer.h"
#include "resolver/query_records.h"

#define TYPE_RRSIG	46

/* Where the times are in the RDATA of a signature (RFC 4034 3.1). */
#define AT_UNTIL	8
#define AT_FROM		12
#define TIMES_END	16

static uint32_t
read_time(const uint8_t *octets)
{
	return (uint32_t)octets[0] << 24 | (uint32_t)octets[1] << 16 |
	    (uint32_t)octets[2] << 8 | octets[3];
}

/* Serial number arithmetic (RFC 1982). */
static time_t
near(uint32_t number, time_t now)
{
	return now + (int32_t)(number - (uint32_t)now);
}

static void
take_times(struct query_signs *signs, const uint8_t *data, time_t now)
{
	const time_t from = near(read_time(data + AT_FROM), now);

	if (signs->from != 0 && from <= signs->from)
		return;
	signs->from = from;
	signs->until = near(read_time(data + AT_UNTIL), now);
}

struct query_signs
query_signs_read(const uint8_t *packet, size_t size, time_t now)
{
	struct query_signs signs;
	struct query_records records;
	struct query_record record;
	enum query_section section;

	memset(&signs, 0, sizeof(signs));
	query_records_begin(&records, packet, size);
	while ((section = query_records_next(&records, &record)) !=
	    QUERY_END) {
		if (section == QUERY_ADDITIONAL)
			continue;
		if (record.type == TYPE_RRSIG && record.size >= TIMES_END) {
			signs.signatures += section == QUERY_ANSWER;
			signs.proof_signatures += section == QUERY_AUTHORITY;
			take_times(&signs, packet + record.data, now);
		}
		signs.proofs += section == QUERY_AUTHORITY &&
		    (record.type == DNS_NSEC || record.type == DNS_NSEC3);
	}
	return signs;
}
