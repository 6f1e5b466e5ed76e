/*
 * A transcript: what three name servers send to the same questions about a
 * signed zone, packet by packet, each behind two octets with its size. It is
 * judged, written in every format, and the same from a worker or a record.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "checker/judge/judge.h"
#include "resolver/memory.h"
#include "resolver/query_message.h"
#include "smtp/chain.h"
#include "tests/fuzz/travel.h"
#include "tests/fuzz/written.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/fixture.h"

#define ZONE	"example.org"
#define MX	"mx." ZONE
#define SERVERS	3

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct question {
	const char	*owner;
	enum dns_type	 type;
} questions[] = {
	{ ZONE, DNS_DNSKEY }, { ZONE, DNS_SOA }, { ZONE, DNS_NS },
	{ ZONE, DNS_MX }, { MX, DNS_A }, { "_25._tcp." MX, DNS_TLSA },
	{ "_tcp." MX, DNS_A },
};

/* What is left of the input. */
struct octets {
	const uint8_t	*next;	/* borrowed */
	size_t		 left;
};

/* The next packet's size, which may be 0: nothing came. */
static size_t
take_size(struct octets *octets)
{
	size_t size;

	if (octets->left < 2)
		return 0;
	size = (size_t)octets->next[0] << 8 | octets->next[1];
	octets->next += 2;
	octets->left -= 2;
	return size < octets->left ? size : octets->left;
}

/* As the query client makes one of what came. */
static struct answer *
take_answer(struct octets *octets, const struct question *question)
{
	const size_t size = take_size(octets);
	struct answer_source source = {
		.owner = question->owner,
		.type = question->type,
		.packet = octets->next,
		.size = size,
		.now = CERTIFICATES_NOW,
		.keep = true,
	};
	struct answer *answer;

	if (size < QUERY_HEADER) {
		octets->next += size;
		octets->left -= size;
		answer = answer_failed(question->owner, question->type,
		    "no answer");
		answer->fault = ANSWER_FAULT_SILENT;
		return answer;
	}
	source.rcode = (int)query_message_read(octets->next, size).rcode;
	answer = answer_from_packet(&source);
	octets->next += size;
	octets->left -= size;
	return answer;
}

static void
take_server(struct octets *octets, struct evidence *evidence)
{
	struct server_evidence *server;
	size_t i;

	evidence->servers = memory_grow(evidence->servers,
	    evidence->server_count, sizeof(*server));
	server = &evidence->servers[evidence->server_count++];
	evidence->server_total++;
	server->zone = memory_string(ZONE);
	server->name = memory_format("ns%zu." ZONE, evidence->server_count);
	server->delegated = evidence->server_count == SERVERS ? MENTION_NO :
	    MENTION_YES;
	address_from_text(&server->address, "192.0.2.53", 53);
	for (i = 0; i < COUNT(questions); i++)
		evidence_server_answer(server, take_answer(octets,
		    &questions[i]));
}

static char *
write_all(const struct evidence *evidence)
{
	return written_reports(evidence, 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct judge_options options = { 0 };
	struct octets octets = { data, size };
	struct evidence *evidence = fixture_domain(ZONE);
	struct chain *chain = fixture_chain(MX, KEY_ECDSA);
	struct host_evidence *host = fixture_host(evidence, MX);
	size_t i;

	fixture_zone(evidence, ".", NULL, DNSSEC_SECURE);
	fixture_zone(evidence, "org", ".", DNSSEC_SECURE);
	fixture_zone(evidence, ZONE, "org", DNSSEC_SECURE);
	fixture_tlsa_of(host, chain);
	fixture_endpoint(host, "192.0.2.1", OUTCOME_DONE, chain);
	for (i = 0; i < SERVERS; i++)
		take_server(&octets, evidence);
	judge(evidence, &options);
	written_check_verdict(evidence);
	travel_check(evidence, &options, write_all);
	chain_free(chain);
	evidence_free(evidence);
	return 0;
}
