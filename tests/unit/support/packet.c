#include "tests/unit/support/packet.h"

#include <stdbool.h>
#include <ldns/ldns.h>
#include <stdlib.h>

static void
push(ldns_pkt *made, ldns_pkt_section section, const char *text)
{
	ldns_rr *record = NULL;

	if (ldns_rr_new_frm_str(&record, text, 0, NULL, NULL) !=
		LDNS_STATUS_OK ||
	    !ldns_pkt_push_rr(made, section, record))
		abort();
}

ldns_pkt *
packet_new(const struct packet *packet)
{
	ldns_rr *question = ldns_rr_new();
	ldns_pkt *made = ldns_pkt_new();
	size_t i;

	ldns_rr_set_question(question, true);
	ldns_rr_set_owner(question, ldns_dname_new_frm_str(packet->owner));
	ldns_rr_set_type(question, (ldns_rr_type)packet->type);
	ldns_rr_set_class(question, LDNS_RR_CLASS_IN);
	ldns_pkt_set_qr(made, true);
	ldns_pkt_set_rcode(made, (uint8_t)packet->rcode);
	ldns_pkt_push_rr(made, LDNS_SECTION_QUESTION, question);
	for (i = 0; i < PACKET_RECORDS_MAX && packet->answer[i] != NULL; i++)
		push(made, LDNS_SECTION_ANSWER, packet->answer[i]);
	for (i = 0; i < PACKET_RECORDS_MAX && packet->authority[i] != NULL; i++)
		push(made, LDNS_SECTION_AUTHORITY, packet->authority[i]);
	return made;
}

void
packet_push(ldns_pkt *made, const char *text)
{
	push(made, LDNS_SECTION_ANSWER, text);
}

void
packet_push_additional(ldns_pkt *made, const char *text)
{
	push(made, LDNS_SECTION_ADDITIONAL, text);
}

void
packet_push_raw(ldns_pkt *made, const char *owner, enum dns_type type,
    const void *rdata, size_t size)
{
	ldns_rr *record = ldns_rr_new();

	ldns_rr_set_owner(record, ldns_dname_new_frm_str(owner));
	ldns_rr_set_type(record, (ldns_rr_type)type);
	ldns_rr_set_class(record, LDNS_RR_CLASS_IN);
	ldns_rr_set_ttl(record, 300);
	ldns_rr_push_rdf(record,
	    ldns_rdf_new_frm_data(LDNS_RDF_TYPE_HEX, size, rdata));
	if (!ldns_pkt_push_rr(made, LDNS_SECTION_ANSWER, record))
		abort();
}

struct answer_source
packet_source(const struct packet *packet)
{
	return (struct answer_source){
		.owner = packet->owner,
		.type = packet->type,
		.rcode = packet->rcode,
		.secure = true,
		.now = PACKET_NOW,
	};
}

struct answer *
packet_read(ldns_pkt *made, struct answer_source source)
{
	struct answer *answer;
	uint8_t *wire = NULL;

	if (ldns_pkt2wire(&wire, made, &source.size) != LDNS_STATUS_OK)
		abort();
	source.packet = wire;
	answer = answer_from_packet(&source);
	free(wire);
	ldns_pkt_free(made);
	return answer;
}

struct answer *
packet_answer(const struct packet *packet)
{
	return packet_read(packet_new(packet), packet_source(packet));
}
