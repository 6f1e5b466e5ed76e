/* Evidence that travels comes back as it was; nothing else is taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/evidence/record_order.h"
#include "checker/evidence/recording.h"
#include "checker/judge/compare.h"
#include "checker/report/report.h"
#include "resolver/memory.h"
#include "resolver/text.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/packet.h"
#include "tests/unit/support/table.h"
#include "tests/unit/support/trees.h"
#include "tests/unit/support/within.h"

#define RANDOM_TREES 200

static const enum recording_view views[] = { RECORDING_FACTS,
	RECORDING_REPORTED };

/* As the report has it. Owned by the caller. */
static char *
json(const struct evidence *evidence)
{
	const struct report_options options = { 0 };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	report_json.domain(out, &options, evidence, NULL);
	fclose(out);
	return text;
}

/* Travels in both views, and is the same afterwards. Takes ownership. */
static void
check_travel(struct evidence *evidence)
{
	struct evidence *decoded;
	char *text, *again;
	size_t i;

	for (i = 0; i < 2; i++) {
		decoded = trees_travel(evidence, views[i]);
		text = trees_difference(evidence, decoded, views[i]);
		if (text != NULL)
			fail_msg("%s differs", text);
		if (views[i] == RECORDING_FACTS)
			fixture_judge(decoded);
		text = json(evidence);
		again = json(decoded);
		assert_string_equal(text, again);
		free(text);
		free(again);
		evidence_free(decoded);
	}
	evidence_free(evidence);
}

/* A host with a handshake that matches, and one that does not. */
static struct evidence *
make_domain(void)
{
	struct chain *good = fixture_chain("mx.example.org", KEY_ECDSA);
	struct chain *bad = fixture_chain("other.example", KEY_RSA);
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, "mx.example.org");

	fixture_tlsa_of(host, good);
	fixture_endpoint(host, "192.0.2.1", OUTCOME_DONE, good);
	fixture_endpoint(host, "2001:db8::1", OUTCOME_DONE, bad);
	fixture_handshake(&host->endpoints[1], good);
	fixture_endpoint(host, "192.0.2.3", OUTCOME_REFUSED, NULL);
	chain_free(good);
	chain_free(bad);
	return evidence;
}

static void
test_domain(void **state)
{
	struct evidence *evidence = make_domain();

	(void)state;
	fixture_judge(evidence);
	check_travel(evidence);
}

/* Every member, by the tables; then with members left out. */
static void
test_every_member(void **state)
{
	struct chain *chain = fixture_chain("mx.example.org", KEY_ECDSA);
	struct evidence *evidence, *decoded;
	uint32_t seed;
	char *text;
	size_t i;

	(void)state;
	for (seed = 0; seed < RANDOM_TREES; seed++) {
		for (i = 0; i < 2; i++) {
			evidence = trees_random(chain, views[i], seed);
			decoded = trees_travel(evidence, views[i]);
			text = trees_difference(evidence, decoded, views[i]);
			if (text != NULL)
				fail_msg("%s differs (%u)", text, seed);
			evidence_free(decoded);
			evidence_free(evidence);
		}
	}
	chain_free(chain);
}

/* What an answer says is read again from what proves it. */
static struct answer *
kept(const struct packet *packet)
{
	struct answer_source source = packet_source(packet);

	source.keep = true;
	return packet_read(packet_new(packet), source);
}

#define SIGNATURE "c2lnbmF0dXJlLCBvZiBhcyBtYW55IG9jdGV0cyBhcyBhIGtleSBvZiBQ" \
	"LTI1NiBnaXZlcywgd2hpY2ggYXJlIDY0Lg=="
#define SIGNED(owner, type, labels) owner ". 300 IN RRSIG " type " 13 " \
	labels " 300 20260210000000 20260120000000 1 example.org. " SIGNATURE

#define DIGEST "0123456789abcdef0123456789abcdef" \
	"0123456789abcdef0123456789abcdef"

/* What a server says up to STARTTLS. */
static void
add_replies(struct endpoint_evidence *endpoint)
{
	static const char *const replies[] = { "220 mx.example.org ESMTP\r\n",
		"250-mx\r\n250 SIZE\r\n", "220 go ahead\r\n" };
	struct session_reply *reply;
	size_t i;

	endpoint->reply_count = 3;
	endpoint->replies = memory_new(3, sizeof(*endpoint->replies));
	for (i = 0; i < 3; i++) {
		reply = &endpoint->replies[i];
		reply->stage = (enum session_stage)(STAGE_GREETING + i);
		reply->size = strlen(replies[i]);
		reply->octets = memory_copy(replies[i], reply->size);
	}
}

/*
 * As most domains are: a host with two addresses, with chains of three
 * certificates and three TLSA records.
 */
static struct evidence *
make_usual(const struct chain *chain)
{
	static const struct packet mx = { "example.org", DNS_MX, 0, {
		"example.org. 300 IN MX 10 mx.example.org.",
		"example.org. 300 IN MX 20 mx10.example.org.",
		"example.org. 300 IN MX 20 mx2.example.org.",
		SIGNED("example.org", "MX", "2"),
	}, { NULL } };
	static const struct packet a = { "mx.example.org", DNS_A, 0, {
		"mx.example.org. 300 IN A 192.0.2.1",
		SIGNED("mx.example.org", "A", "3"),
	}, { NULL } };
	static const struct packet aaaa = { "mx.example.org", DNS_AAAA, 0, {
		"mx.example.org. 300 IN AAAA 2001:db8::1",
		SIGNED("mx.example.org", "AAAA", "3"),
	}, { NULL } };
	static const struct packet tlsa = { "_25._tcp.mx.example.org",
		DNS_TLSA, 0, {
		"_25._tcp.mx.example.org. 300 IN TLSA 3 1 1 " DIGEST,
		"_25._tcp.mx.example.org. 300 IN TLSA 2 1 1 " DIGEST,
		"_25._tcp.mx.example.org. 300 IN TLSA 3 0 1 " DIGEST,
		SIGNED("_25._tcp.mx.example.org", "TLSA", "5"),
	}, { NULL } };
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, "mx.example.org");

	answer_free(evidence->mx);
	answer_free(host->a);
	answer_free(host->aaaa);
	evidence->mx = kept(&mx);
	record_order_sort(evidence->mx);
	host->a = kept(&a);
	host->aaaa = kept(&aaaa);
	host->tlsa[0] = kept(&tlsa);
	fixture_endpoint(host, "192.0.2.1", OUTCOME_DONE, chain);
	fixture_endpoint(host, "2001:db8::1", OUTCOME_DONE, chain);
	add_replies(&host->endpoints[0]);
	add_replies(&host->endpoints[1]);
	return evidence;
}

/* A server's own, its CA's and that one's CA's. */
static struct chain *
make_chain(enum key_type key_type)
{
	struct certificates_wish wishes[3] = {
		{ .cn = "Root", .ca = true, .key_type = key_type },
		{ .cn = "CA", .organization = "Example", .ca = true,
		    .key_type = key_type },
		{ .cn = "mx.example.org", .key_type = key_type,
		    .names = "DNS:mx.example.org,DNS:mail.example.org" },
	};
	struct issued *issued[3];
	struct chain *chain;
	size_t i;

	for (i = 0; i < 3; i++) {
		wishes[i].issuer = i > 0 ? issued[3 - i] : NULL;
		issued[2 - i] = certificates_issue(&wishes[i]);
	}
	chain = certificates_chain((const struct issued *const *)issued, 3);
	for (i = 0; i < 3; i++)
		certificates_free(issued[i]);
	return chain;
}

static void
test_usual(void **state)
{
	struct chain *chain = make_chain(KEY_RSA);
	struct evidence *evidence = make_usual(chain), *decoded;
	uint8_t *octets;
	size_t size;

	(void)state;
	octets = recording_encode(evidence, RECORDING_FACTS, &size);
	within_range((double)size, 4096, 20 * 1024);
	free(octets);
	/* By hand, what the tables might forget. */
	decoded = trees_travel(evidence, RECORDING_FACTS);
	assert_string_equal(decoded->mx->records[0].name, "mx.example.org");
	assert_string_equal(decoded->mx->records[1].name, "mx2.example.org");
	assert_int_equal(decoded->mx->origin->size, evidence->mx->origin->size);
	assert_int_equal(decoded->mx->signer_count, 1);
	assert_string_equal(decoded->mx->signers[0].zone, "example.org");
	assert_true(chain_equal(decoded->hosts[0].endpoints[1].handshakes[0].
	    seen->chain, chain));
	assert_int_equal(decoded->hosts[0].endpoints[0].replies[1].size, 18);
	evidence_free(decoded);
	fixture_judge(evidence);
	assert_true(evidence->judged.findings.count > 0);
	check_travel(evidence);
	chain_free(chain);
}

/* A chain from a file was in no handshake (--chain). */
static void
test_assumed(void **state)
{
	struct evidence *evidence = make_domain();
	struct handshake *seen = evidence->hosts[0].endpoints[0].handshakes[0].
	    seen;

	(void)state;
	free(seen->protocol);
	free(seen->cipher);
	free(seen->group);
	seen->protocol = seen->cipher = seen->group = NULL;
	fixture_judge(evidence);
	check_travel(evidence);
}

/* What the library said of a question that it had no use for. */
static void
test_kept_failures(void **state)
{
	static const struct packet refused = { "example.org", DNS_MX, 5,
		{ NULL }, { NULL } };
	struct evidence *evidence = fixture_domain("example.org");

	(void)state;
	answer_free(evidence->mx);
	evidence->mx = kept(&refused);
	assert_non_null(evidence->mx->origin);
	evidence->misplaced = answer_from_packet(&(struct answer_source){
	    .owner = "example.org", .type = DNS_TLSA, .rcode = 2,
	    .bogus = true, .why_bogus = "bad\nthing", .keep = true });
	assert_null(evidence->misplaced->origin->packet);
	fixture_judge(evidence);
	check_travel(evidence);
}

/* Name servers are the places of findings, too. */
static void
test_servers(void **state)
{
	static const char *const addresses[] = { "192.0.2.53", "2001:db8::53" };
	struct evidence *evidence = make_domain(), *decoded;
	struct server_evidence *server;
	size_t i;

	(void)state;
	evidence->servers = memory_new(2, sizeof(*server));
	evidence->server_count = 2;
	for (i = 0; i < 2; i++) {
		server = &evidence->servers[i];
		server->zone = memory_string("example.org");
		server->name = memory_string("the name servers of it");
		address_from_text(&server->address, addresses[i], 53);
		server->tcp = i == 1;
		evidence_server_answer(server, fixture_answer("example.org",
		    DNS_MX, i == 0 ? ANSWER_NO_DATA : ANSWER_NO_NAME,
		    DNSSEC_INSECURE));
	}
	fixture_judge(evidence);
	assert_true(finding_list_has(&evidence->judged.findings,
	    FINDING_NS_INCONSISTENT));
	decoded = trees_travel(evidence, RECORDING_REPORTED);
	for (i = 0; decoded->judged.findings.items[i].place.zone == NULL; i++)
		continue;
	assert_ptr_equal(decoded->judged.findings.items[i].place.zone,
	    decoded->servers[1].zone);
	assert_ptr_equal(decoded->judged.findings.items[i].place.server.name,
	    decoded->servers[1].name);
	assert_true(decoded->judged.findings.items[i].place.server.tcp);
	evidence_free(decoded);
	check_travel(evidence);
}

/* What is borrowed points into the tree that was decoded. */
static void
test_references(void **state)
{
	struct evidence *evidence = make_domain(), *decoded;
	const struct host_judgement *judged;

	(void)state;
	fixture_judge(evidence);
	decoded = trees_travel(evidence, RECORDING_REPORTED);
	judged = &decoded->hosts[0].judged;
	assert_ptr_equal(judged->tlsa, decoded->hosts[0].tlsa[0]);
	assert_ptr_equal(judged->base_domain, decoded->hosts[0].name);
	assert_string_equal(judged->place, judged->tlsa->owner);
	assert_ptr_equal(judged->rrset.owner, judged->place);
	assert_ptr_equal(decoded->judged.findings.items[0].place.host,
	    decoded->hosts[0].name);
	assert_int_equal(decoded->judged.findings.items[0].code,
	    evidence->judged.findings.items[0].code);
	assert_null(decoded->hosts[0].endpoints[0].handshakes[0].seen->chain->
	    certificates[0].der);
	evidence_free(decoded);
	evidence_free(evidence);
}

/*
 * The finding of a change has its place from the change: a host that is no
 * longer there, and one that is, and none.
 */
static void
test_places_of_changes(void **state)
{
	static const char *const places[] = { NULL, "mx.example.org",
		"old.example.org" };
	struct evidence *before = make_domain(), *after = make_domain();
	struct evidence *decoded;
	const struct comparison *comparison;
	const struct finding *finding;
	char *text, *again;
	size_t i;

	(void)state;
	free(before->hosts[0].name);
	before->hosts[0].name = memory_string("old.example.org");
	fixture_judge(before);
	before->judged.verdict = VERDICT_UNKNOWN;
	fixture_judge(after);
	compare(after, before);
	decoded = trees_travel(after, RECORDING_REPORTED);
	comparison = &decoded->judged.comparison;
	assert_int_equal(comparison->count, 3);
	finding = &decoded->judged.findings.items[
	    decoded->judged.findings.count - 3];
	for (i = 0; i < 3; i++) {
		assert_ptr_equal(finding[i].place.host,
		    comparison->changes[i].host);
		if (places[i] != NULL)
			assert_string_equal(finding[i].place.host, places[i]);
		else
			assert_null(finding[i].place.host);
	}
	text = json(after);
	again = json(decoded);
	assert_string_equal(text, again);
	free(text);
	free(again);
	evidence_free(decoded);
	evidence_free(before);
	evidence_free(after);
}

/* What was decoded can be encoded and decoded again, and judged. */
static void
check_decoded(struct evidence *evidence, enum recording_view view)
{
	if (view == RECORDING_FACTS)
		fixture_judge(evidence);
	evidence_free(trees_travel(evidence, view));
	evidence_free(evidence);
}

static void
decode(const uint8_t *octets, size_t size, enum recording_view view)
{
	/* A copy, so that a sanitizer sees what is read behind it. */
	uint8_t *copy = memory_new(size > 0 ? size : 1, 1);
	struct evidence *evidence;
	char *why = NULL;

	memcpy(copy, octets, size);
	evidence = recording_decode(copy, size, view, &why);
	assert_true((evidence == NULL) == (why != NULL));
	if (evidence != NULL) {
		check_decoded(evidence, view);
	} else {
		assert_true(text_is_printable(why, strlen(why)));
		free(why);
	}
	free(copy);
}

/* Each octet changed in three ways, and each beginning. */
static void
test_changed(void **state)
{
	static const uint8_t changes[] = { 0x01, 0x20, 0xff };
	struct evidence *evidence = make_domain();
	struct evidence *decoded;
	size_t size, i, j, k;
	uint8_t *octets;
	char *why;

	(void)state;
	fixture_judge(evidence);
	for (i = 0; i < 2; i++) {
		octets = recording_encode(evidence, views[i], &size);
		for (j = 0; j < size; j++) {
			decoded = recording_decode(octets, j, views[i], &why);
			assert_null(decoded);
			free(why);
			for (k = 0; k < 3; k++) {
				octets[j] ^= changes[k];
				decode(octets, size, views[i]);
				octets[j] ^= changes[k];
			}
		}
		free(octets);
	}
	evidence_free(evidence);
}

/* A domain, and so many more pairs. */
#define ALONE "\xa1\x66" "domain" "\x61" "a"
#define AND_ONE "\xa2\x66" "domain" "\x61" "a"
#define OCTETS(text) (text), sizeof(text) - 1
#define HOST "\x65" "hosts" "\x81\xa1\x64" "name" "\x61" "h"

/* What is refused, and why. */
static const struct refused {
	const char		*name;
	enum recording_view	 view;
	const char		*octets;
	size_t			 size;
	const char		*why;
} refused[] = {
	{ "nothing", RECORDING_FACTS, OCTETS(""), "ends too early" },
	{ "no map", RECORDING_FACTS, OCTETS("\x80"), "is not a map" },
	{ "no domain", RECORDING_FACTS, OCTETS("\xa0"), "has no domain" },
	{ "no definite length", RECORDING_FACTS,
	    OCTETS("\xbf\x66" "domain" "\x61" "a\xff"),
	    "has no definite length" },
	{ "a string of no definite length", RECORDING_FACTS,
	    OCTETS("\xa1\x66" "domain" "\x7f\x61" "a\xff"),
	    "domain: has no definite length" },
	{ "more octets", RECORDING_FACTS, OCTETS(ALONE "\0"),
	    "more octets follow" },
	{ "a reserved octet", RECORDING_FACTS,
	    OCTETS("\xa1\x66" "domain" "\x1c"), "domain: is not CBOR" },
	{ "a key that is none", RECORDING_FACTS, OCTETS(AND_ONE "\0\0"),
	    "is not a map with texts as keys" },
	{ "a key twice", RECORDING_FACTS,
	    OCTETS(AND_ONE "\x66" "domain" "\x61" "a"),
	    "domain: comes twice, or not in its order" },
	{ "keys in another order", RECORDING_FACTS,
	    OCTETS("\xa2\x66" "health" "\x67" "healthy\x66" "domain\x61" "a"),
	    "domain: comes twice, or not in its order" },
	{ "a row for a key, in a file", RECORDING_FACTS,
	    OCTETS(AND_ONE "\x01\x01"),
	    "is not a map with texts as keys" },
	{ "a row that there is not", RECORDING_REPORTED,
	    OCTETS(AND_ONE "\x18\xff\x01"),
	    "has a key that there is not" },
	{ "a row twice", RECORDING_REPORTED, OCTETS(AND_ONE "\0\x61" "a"),
	    "domain: comes twice, or not in its order" },
	{ "text that is not printable", RECORDING_FACTS,
	    OCTETS(AND_ONE "\x65" "crash" "\x61\x1b"),
	    "crash: is not printable" },
	{ "the same, reported", RECORDING_REPORTED,
	    OCTETS(AND_ONE "\x65" "crash" "\x63\xe2\x80\xae"),
	    "crash: is not printable" },
	{ "octets for text", RECORDING_FACTS,
	    OCTETS(AND_ONE "\x65" "crash" "\x41" "a"),
	    "crash: is not a text" },
	{ "a name in capitals", RECORDING_FACTS,
	    OCTETS("\xa1\x66" "domain" "\x61" "A"),
	    "domain: is not a domain name" },
	{ "an empty name", RECORDING_FACTS,
	    OCTETS("\xa1\x66" "domain" "\x60"),
	    "domain: is not a domain name" },
	{ "a value without a name", RECORDING_FACTS,
	    OCTETS(AND_ONE "\x66" "health" "\x63" "ill"),
	    "health: is not one of the names that it can be" },
	{ "a number for a name", RECORDING_FACTS,
	    OCTETS(AND_ONE "\x66" "health" "\x03"),
	    "health: is not a name" },
	{ "a value out of range", RECORDING_REPORTED,
	    OCTETS(AND_ONE "\x66" "health" "\x04"),
	    "health: is more than 3" },
	{ "a type that there is not", RECORDING_REPORTED,
	    OCTETS(AND_ONE "\x62" "mx" "\xa2\x65" "owner\x61" "a\x64" "type"
	    "\x03"), "mx.type: is not a number that it can be" },
	{ "no type", RECORDING_REPORTED, OCTETS(AND_ONE "\x62" "mx" "\xa2"
	    "\x65" "owner\x61" "a\x68" "expanded\x61" "a"),
	    "mx: has no type" },
	{ "an answer that is another's", RECORDING_REPORTED,
	    OCTETS(AND_ONE "\x62" "mx" "\xa4\x65" "owner\x61" "a\x64" "type"
	    "\x01\x68" "expanded\x61" "a\x63" "why\x61" "w"),
	    "of another type than was asked for" },
	{ "an unusable answer without a reason", RECORDING_REPORTED,
	    OCTETS(AND_ONE "\x62" "mx" "\xa3\x65" "owner\x61" "a\x64" "type"
	    "\x0f\x68" "expanded\x61" "a"),
	    "mx: is unusable, bogus or without a reason alone" },
	{ "an origin, reported", RECORDING_REPORTED,
	    OCTETS(AND_ONE "\x62" "mx" "\xa3\x65" "owner\x61" "a\x64" "type"
	    "\x0f\x66" "origin" "\xa0"), "mx: has no expanded" },
	{ "a time beyond all calendars", RECORDING_FACTS,
	    OCTETS(AND_ONE "\x6a" "checked_at" "\x1b\x7f\xff\xff\xff\xff\xff"
	    "\xff\xff"), "checked_at: is farther from 0 than 274877906944" },
	{ "a number of seconds that is none", RECORDING_FACTS,
	    OCTETS(AND_ONE "\x68" "deadline" "\xf9\x7e\0"),
	    "deadline: is not from 0 to" },
	{ "more hosts than there may be", RECORDING_FACTS,
	    OCTETS(AND_ONE "\x65" "hosts" "\x98\x41"),
	    "hosts: has more members than 64" },
	{ "an array of a claimed length", RECORDING_REPORTED,
	    OCTETS(AND_ONE "\x66" "judged" "\xa1\x68" "findings" "\xa1\x65"
	    "items" "\x9a\0\0\x30\0"),
	    "judged.findings.items[0]: ends too early" },
	{ "text of a claimed length", RECORDING_FACTS,
	    OCTETS(AND_ONE "\x65" "crash" "\x7b\0\0\0\1\0\0\0\0"),
	    "crash: ends too early" },
	{ "text of the largest length", RECORDING_FACTS,
	    OCTETS(AND_ONE "\x65" "crash" "\x7b\xff\xff\xff\xff\xff\xff\xff"
	    "\xff"), "crash: " },
	{ "a map of the largest length", RECORDING_FACTS,
	    OCTETS(AND_ONE "\x61" "x" "\xbb\xff\xff\xff\xff\xff\xff\xff\xff"),
	    "?: ends too early" },
	{ "an array of the largest length", RECORDING_FACTS,
	    OCTETS(AND_ONE "\x61" "x" "\x9b\xff\xff\xff\xff\xff\xff\xff\xff"),
	    "?: ends too early" },
	{ "arrays in arrays", RECORDING_FACTS,
	    OCTETS(AND_ONE "\x61" "x" "\x81\x81\x81\x81\x81\x81\x81\x81\x81"
	    "\0"), "?: is nested too deep" },
	{ "tags on tags", RECORDING_FACTS,
	    OCTETS(AND_ONE "\x61" "x" "\xc1\xc1\xc1\xc1\xc1\xc1\xc1\xc1\xc1"
	    "\0"), "?: is nested too deep" },
	{ "a host without an MX answer", RECORDING_FACTS,
	    OCTETS(AND_ONE HOST), "there are hosts without an MX answer" },
	{ "an address of three octets", RECORDING_FACTS,
	    OCTETS(AND_ONE "\x65" "hosts" "\x81\xa2\x64" "name" "\x61" "h"
	    "\x69" "endpoints" "\x82\xa1\x67" "address" "\x46\xc0\0\2\1\0\x19"
	    "\xa1\x67" "address" "\x43\0\0\0"),
	    "hosts[0].endpoints[1].address: is not an address and a port" },
	{ "a certificate that is none", RECORDING_FACTS,
	    OCTETS(AND_ONE "\x65" "hosts" "\x81\xa2\x64" "name" "\x61" "h"
	    "\x69" "endpoints" "\x81\xa1\x6a" "handshakes" "\x81\xa1\x64" "seen"
	    "\xa1\x65" "chain" "\xa1\x6c" "certificates" "\x81\xa1\x63" "der"
	    "\x42\x30\0"), "hosts[0].endpoints[0].handshakes[0].seen.chain."
	    "certificates[0]: is not a certificate in DER" },
	{ "a finding at no host", RECORDING_REPORTED,
	    OCTETS(AND_ONE "\x66" "judged" "\xa1\x68" "findings" "\xa1\x65"
	    "items" "\x81\xa1\x65" "place" "\xa1\x64" "host" "\1"),
	    "judged.findings.items[0].place.host: refers to nothing" },
	{ "a finding at no server", RECORDING_REPORTED,
	    OCTETS(AND_ONE "\x66" "judged" "\xa1\x68" "findings" "\xa1\x65"
	    "items" "\x81\xa1\x65" "place" "\xa1\x64" "zone" "\0"),
	    "judged.findings.items[0].place.zone: refers to nothing" },
	{ "a base domain of no answer", RECORDING_REPORTED,
	    OCTETS(AND_ONE "\x65" "hosts" "\x81\xa2\x64" "name" "\x61" "h"
	    "\x66" "judged" "\xa1\x6b" "base_domain" "\3"),
	    "hosts[0].judged.base_domain: refers to nothing" },
	{ "matches of no records", RECORDING_REPORTED,
	    OCTETS(AND_ONE "\x65" "hosts" "\x81\xa2\x64" "name" "\x61" "h"
	    "\x66" "judged" "\xa1\x6e" "record_matches" "\x81\xf5"),
	    "hosts[0].judged.record_matches: has not as many members as 0" },
	{ "a change of nothing", RECORDING_REPORTED,
	    OCTETS(AND_ONE "\x66" "judged" "\xa1\x6a" "comparison" "\xa1\x67"
	    "changes" "\x81\xa1\x65" "after" "\x61" "b"),
	    "judged.comparison.changes[0]: is no change" },
	{ "a change without a value", RECORDING_REPORTED,
	    OCTETS(AND_ONE "\x66" "judged" "\xa1\x6a" "comparison" "\xa1\x67"
	    "changes" "\x81\xa1\x64" "what" "\2"),
	    "judged.comparison.changes[0]: has no value" },
	{ "an answer from when its signatures had no time", RECORDING_FACTS,
	    OCTETS(AND_ONE "\x62" "mx" "\xa3\x65" "owner\x61" "a\x64" "type"
	    "\x62MX\x66" "origin" "\xa1\x63" "now" "\x1b\0\0\0\x20\0\0\0\1"),
	    "mx.origin.now: is farther from 0 than 137438953472" },
	{ "a command to a runner", RECORDING_FACTS,
	    OCTETS(AND_ONE "\x65" "crash" "\x64" "##[a"),
	    "crash: is not printable" },
	{ "a duplicate of no record", RECORDING_REPORTED,
	    OCTETS(AND_ONE "\x65" "hosts" "\x81\xa2\x64" "name" "\x61" "h"
	    "\x66" "judged" "\xa1\x67" "records" "\xa1\x67" "records" "\x81\xa3"
	    "\x64" "data" "\x40\x66" "usable" "\xf5\x6c" "duplicate_of" "\1"),
	    "hosts[0].judged.records: has a duplicate of a record" },
};

static void
test_refused(void **state)
{
	const struct refused *row = *state;
	uint8_t *octets = memory_copy(row->octets, row->size);
	char *why = NULL;

	assert_null(recording_decode(octets, row->size, row->view, &why));
	assert_non_null(why);
	if (strstr(why, row->why) == NULL)
		fail_msg("%s", why);
	free(why);
	free(octets);
}

/* A later version may add members. */
static void
test_unknown_key(void **state)
{
	static const uint8_t octets[] = "\xa3\x66" "domain\x61" "a\x63" "new"
	    "\xa1\x61" "x\x82\xc1\0\xf6\x65" "crash\x61" "c";
	struct evidence *evidence;
	char *why = NULL;

	(void)state;
	evidence = recording_decode(octets, sizeof(octets) - 1,
	    RECORDING_FACTS, &why);
	if (evidence == NULL)
		fail_msg("%s", why);
	assert_string_equal(evidence->crash, "c");
	evidence_free(evidence);
}

static void
test_too_large(void **state)
{
	uint8_t *octets = memory_new(RECORDING_SIZE_MAX + 1, 1);
	char *why = NULL;

	(void)state;
	assert_null(recording_decode(octets, RECORDING_SIZE_MAX + 1,
	    RECORDING_FACTS, &why));
	assert_non_null(strstr(why, "is larger than"));
	free(why);
	free(octets);
}

/* Frames in a row; each beginning of one wants more. */
static void
test_frames(void **state)
{
	struct recording_frame frame;
	uint8_t *octets, *both;
	size_t size, used = 0, i;
	char *why = NULL;

	(void)state;
	octets = recording_frame("example.org", (const uint8_t *)"\xa0\xff", 2,
	    &size);
	both = memory_new(2, size);
	memcpy(both, octets, size);
	memcpy(both + size, octets, size);
	for (i = 0; i < size; i++) {
		memcpy(octets, both, i);
		assert_int_equal(recording_unframe(octets, i, &frame, &used,
		    &why), RECORDING_MORE);
	}
	for (i = 0; i < 2; i++) {
		assert_int_equal(recording_unframe(both + i * size,
		    (2 - i) * size, &frame, &used, &why), RECORDING_FRAME);
		assert_int_equal(used, size);
		assert_string_equal(frame.domain, "example.org");
		assert_int_equal(frame.size, 2);
		assert_memory_equal(frame.facts, "\xa0\xff", 2);
		free(frame.domain);
	}
	free(octets);
	free(both);
}

#define FRAME "\xd9\xd9\xf7\x84"
#define MAGIC "\x6d" "mxdane-record"

static const struct bad_frame {
	const char	*name;
	const char	*octets;
	size_t		 size;
	const char	*why;
} bad_frames[] = {
	{ "text", OCTETS("{\"domain\":"), "not a record of mxdane" },
	{ "another's", OCTETS(FRAME "\x6d" "mxdane_record"),
	    "not a record of mxdane" },
	{ "of another length", OCTETS("\xd9\xd9\xf7\x83"),
	    "not a record of mxdane" },
	{ "a later one", OCTETS(FRAME MAGIC "\2"), "does not know" },
	{ "no name", OCTETS(FRAME MAGIC "\1\x62\x1b["), "not a name" },
	{ "no octets", OCTETS(FRAME MAGIC "\1\x61" "a\xd8\x18\xa0"),
	    "without facts" },
	{ "too large", OCTETS(FRAME MAGIC "\1\x61" "a\xd8\x18\x5a\10\0\0\0"),
	    "too large" },
	{ "far too large", OCTETS(FRAME MAGIC "\1\x61" "a\xd8\x18\x5b\xff\xff"
	    "\xff\xff\xff\xff\xff\xff"), "" },
};

static void
test_bad_frames(void **state)
{
	const struct bad_frame *row = *state;
	struct recording_frame frame;
	char *why = NULL;
	size_t used;

	assert_int_equal(recording_unframe((const uint8_t *)row->octets,
	    row->size, &frame, &used, &why), RECORDING_BAD);
	assert_non_null(strstr(why, row->why));
	free(why);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE_ALONE(test_domain),
		TABLE_ALONE(test_usual),
		TABLE_ALONE(test_assumed),
		TABLE_ALONE(test_kept_failures),
		TABLE_ALONE(test_servers),
		TABLE_ALONE(test_references),
		TABLE_ALONE(test_places_of_changes),
		TABLE_ALONE(test_every_member),
		TABLE_ALONE(test_changed),
		TABLE(test_refused, refused),
		TABLE_ALONE(test_unknown_key),
		TABLE_ALONE(test_too_large),
		TABLE_ALONE(test_frames),
		TABLE(test_bad_frames, bad_frames),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
