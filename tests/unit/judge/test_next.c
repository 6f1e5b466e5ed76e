/*
 * --next: the next certificate or key against the published records.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/x509.h>

#include "checker/evidence/sightings.h"
#include "checker/tlsa/keyfile.h"
#include "checker/tlsa/tlsa.h"
#include "resolver/memory.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/follow.h"
#include "tests/unit/support/table.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define HOST	"mx.example.org"
#define TTL	3600

/* The present certificate, and those that may be next. */
enum who {
	ROOT,
	OTHER_ROOT,
	NOW,
	NEXT,
	NEXT_OTHER_NAME,
	NEXT_OTHER_ROOT,
	WHO_COUNT
};

static struct issued	*issued[WHO_COUNT];
static struct chain	*chains[WHO_COUNT];	/* with the issuer */

/* Has the record of NOW's key come before NEXT's, as records are sorted. */
static void
order_keys(void)
{
	struct issued *now = issued[NOW];
	struct chain *chain = chains[NOW];

	if (memcmp(chain->certificates[0].spki_sha256,
	    chains[NEXT]->certificates[0].spki_sha256, CHAIN_DIGEST) < 0)
		return;
	issued[NOW] = issued[NEXT];
	chains[NOW] = chains[NEXT];
	issued[NEXT] = now;
	chains[NEXT] = chain;
}

static void
set_up(void)
{
	static const struct {
		const char	*cn;
		const char	*names;
		enum who	 issuer;
	} people[WHO_COUNT] = {
		[ROOT] = { "Root", NULL, ROOT },
		[OTHER_ROOT] = { "Other Root", NULL, OTHER_ROOT },
		[NOW] = { HOST, "DNS:" HOST, ROOT },
		[NEXT] = { HOST, "DNS:" HOST, ROOT },
		[NEXT_OTHER_NAME] = { "other.example", "DNS:other.example",
		    ROOT },
		[NEXT_OTHER_ROOT] = { HOST, "DNS:" HOST, OTHER_ROOT },
	};
	const struct issued *sent[2];
	struct certificates_wish wish;
	size_t i;

	for (i = 0; i < WHO_COUNT; i++) {
		wish = (struct certificates_wish){ .cn = people[i].cn,
			.names = people[i].names, .ca = i < NOW,
			.issuer = i < NOW ? NULL : issued[people[i].issuer] };
		issued[i] = certificates_issue(&wish);
		sent[0] = issued[i];
		sent[1] = issued[people[i].issuer];
		chains[i] = certificates_chain(sent, i < NOW ? 1 : 2);
	}
	order_keys();
}

static void
tear_down(void)
{
	size_t i;

	for (i = 0; i < WHO_COUNT; i++) {
		chain_free(chains[i]);
		certificates_free(issued[i]);
	}
}

static struct tlsa
record_of(const char *kind, enum who who)
{
	struct tlsa record;

	tlsa_of_certificate(&record, chains[who]->certificates,
	    (enum tlsa_usage)(kind[0] - '0'),
	    (enum tlsa_selector)(kind[2] - '0'),
	    (enum tlsa_matching_type)(kind[4] - '0'));
	return record;
}

static void
publish(struct evidence *evidence, const char *kind, enum who who)
{
	struct tlsa record = record_of(kind, who);

	fixture_tlsa(&evidence->hosts[0], &record);
	free(record.data);
}

/* example.org with a host that presents NOW. */
static struct evidence *
domain_without_records(void)
{
	struct evidence *evidence = fixture_domain("example.org");

	fixture_endpoint(fixture_host(evidence, HOST), "192.0.2.1",
	    OUTCOME_DONE, chains[NOW]);
	return evidence;
}

/* The same, with its 3 1 1 published, signed long ago. */
static struct evidence *
domain(void)
{
	struct evidence *evidence = domain_without_records();

	publish(evidence, "3 1 1", NOW);
	return evidence;
}

/* The file next.pem with this chain. */
static struct keyfile
chain_file(enum who who)
{
	return (struct keyfile){
		.file = memory_string("next.pem"),
		.chain = chain_copy(chains[who]),
		.key_type = KEY_ECDSA,
	};
}

/* The file next.csr, of the key alone. */
static struct keyfile
key_file(enum who who)
{
	struct keyfile keyfile = {
		.file = memory_string("next.csr"),
		.key_type = KEY_ECDSA,
	};
	unsigned char *der = NULL;

	keyfile.spki_size = (size_t)i2d_PUBKEY(issued[who]->key, &der);
	keyfile.spki = memory_copy(der, keyfile.spki_size);
	OPENSSL_free(der);
	return keyfile;
}

/* As of WHEN, if the records were published at PUBLISHED; 0: not known. */
static void
judge_published(struct evidence *evidence, struct keyfile *next, time_t when,
    time_t published)
{
	const struct judge_options options = {
		.published = published,
		.ahead_days = (double)(when - CERTIFICATES_NOW) /
		    CERTIFICATES_DAY,
		.next = next,
		.next_count = 1,
	};

	judge(evidence, &options);
	keyfile_clear(next);
}

/* The same, if they were published long ago. */
static void
judge_at(struct evidence *evidence, struct keyfile *next, time_t when)
{
	judge_published(evidence, next, when,
	    CERTIFICATES_NOW - CERTIFICATES_DAY);
}

/* The only finding about the next certificate, at the first host; or NULL. */
static const struct finding *
next_finding(const struct evidence *evidence)
{
	const struct finding_list *findings = &evidence->judged.findings;
	const struct finding *found = NULL;
	size_t i;

	for (i = 0; i < findings->count; i++) {
		switch (findings->items[i].code) {
		case FINDING_NEXT_COVERED:
		case FINDING_NEXT_TOO_EARLY:
		case FINDING_NEXT_UNCOVERED:
			assert_null(found);
			found = &findings->items[i];
			assert_string_equal(found->place.host, HOST);
			assert_int_equal(found->place.address.family, 0);
			assert_int_equal(found->place.key_type, KEY_ECDSA);
			break;
		default:
			break;
		}
	}
	return found;
}

static void
assert_next(const struct evidence *evidence, enum finding_code code, int record,
    enum verdict verdict, int status)
{
	const struct finding *finding = next_finding(evidence);

	assert_non_null(finding);
	if (finding->code != code)
		fail_msg("%s", finding->text);
	assert_int_equal(finding->place.record, record);
	assert_int_equal(evidence->judged.verdict, verdict);
	assert_int_equal(evidence_exit_status(evidence), status);
}

static void
test_covered(void **state)
{
	struct evidence *evidence = domain();
	struct keyfile next;

	(void)state;
	publish(evidence, "3 1 1", NEXT);
	next = chain_file(NEXT);
	judge_at(evidence, &next, CERTIFICATES_NOW);
	assert_next(evidence, FINDING_NEXT_COVERED, 1, VERDICT_PASS, 0);
	assert_int_equal(next_finding(evidence)->severity, SEVERITY_INFO);
	assert_string_equal(next_finding(evidence)->text, "record [2] matches "
	    "next.pem (CN=mx.example.org, ECDSA), and every sender sees it: "
	    "it is safe to switch");
	assert_advice(&next_finding(evidence)->advice, NULL);

	/* The key alone is as good. */
	next = key_file(NEXT);
	judge_at(evidence, &next, CERTIFICATES_NOW);
	assert_next(evidence, FINDING_NEXT_COVERED, 1, VERDICT_PASS, 0);
	assert_non_null(strstr(next_finding(evidence)->text,
	    "next.csr (ECDSA key)"));

	/* A renewal with the same key needs nothing. */
	next = key_file(NOW);
	judge_at(evidence, &next, CERTIFICATES_NOW);
	assert_next(evidence, FINDING_NEXT_COVERED, 0, VERDICT_PASS, 0);
	evidence_free(evidence);
}

static const struct kind_row {
	const char	*name;		/* the record's numbers, and of whom */
	enum who	 of;
	bool		 chain, key;	/* covered */
} kind_rows[] = {
	{ "3 1 1 of the next", NEXT, true, true },
	{ "3 1 2 of the next", NEXT, true, true },
	{ "3 1 0 of the next", NEXT, true, true },
	{ "3 0 1 of the next", NEXT, true, false },
	{ "3 0 0 of the next", NEXT, true, false },
	{ "2 1 1 of its issuer", ROOT, true, false },
	{ "2 0 2 of its issuer", ROOT, true, false },
	{ "2 1 1 of another CA", OTHER_ROOT, false, false },
	{ "2 1 1 of the next", NEXT, false, false },
	{ "3 1 1 of its issuer", ROOT, false, false },
	{ "1 1 1 of the next, unusable", NEXT, false, false },
};

/* The kinds of records that cover a chain, or a key without certificate. */
static void
test_kind(void **state)
{
	const struct kind_row *row = *state;
	struct evidence *evidence = domain();
	struct keyfile next = chain_file(NEXT);

	publish(evidence, row->name, row->of);
	judge_at(evidence, &next, CERTIFICATES_NOW);
	assert_int_equal(next_finding(evidence)->code, row->chain ?
	    FINDING_NEXT_COVERED : FINDING_NEXT_UNCOVERED);
	next = key_file(NEXT);
	judge_at(evidence, &next, CERTIFICATES_NOW);
	assert_int_equal(next_finding(evidence)->code, row->key ?
	    FINDING_NEXT_COVERED : FINDING_NEXT_UNCOVERED);
	evidence_free(evidence);
}

static const struct early_row {
	const char	*name;
	long		 since;		/* seconds before now */
	uint32_t	 ttl, signed_ttl;
	int		 days;		/* judged ahead */
	bool		 early;
} early_rows[] = {
	{ "published now", 0, TTL, TTL, 0, true },
	{ "a second before two TTLs", 2 * TTL - 1, TTL, TTL, 0, true },
	{ "after two TTLs", 2 * TTL, TTL, TTL, 0, false },
	{ "after two TTLs, not signed", 2 * TTL, TTL, 0, 0, false },
	{ "ten seconds left in a cache", 100, 10, TTL, 0, true },
	{ "ten seconds left, after two TTLs", 2 * TTL, 10, TTL, 0, false },
	{ "published now, judged tomorrow", 0, TTL, TTL, 1, false },
	{ "published in an hour, without a TTL", -TTL, 0, 0, 0, true },
};

/* A new record counts from two TTLs after its publication on. */
static void
test_too_early(void **state)
{
	const struct early_row *row = *state;
	struct evidence *evidence = domain();
	struct keyfile next = chain_file(NEXT);
	struct answer *tlsa;

	publish(evidence, "3 1 1", NEXT);
	tlsa = evidence->hosts[0].tlsa[0];
	tlsa->ttl = row->ttl;
	tlsa->signed_ttl = row->signed_ttl;
	judge_published(evidence, &next, CERTIFICATES_NOW +
	    row->days * CERTIFICATES_DAY, CERTIFICATES_NOW - row->since);
	if (row->early)
		assert_next(evidence, FINDING_NEXT_TOO_EARLY, 1, VERDICT_PASS,
		    2);
	else
		assert_next(evidence, FINDING_NEXT_COVERED, 1, VERDICT_PASS,
		    0);
	evidence_free(evidence);
}

/* Safe, but a combination that is published is left without a match. */
static void
test_covered_in_part(void **state)
{
	struct evidence *evidence = domain();
	struct keyfile next = chain_file(NEXT);
	struct tlsa record = record_of("3 0 1", NEXT);
	char *line = tlsa_line("_25._tcp." HOST, &record), *expected;

	(void)state;
	publish(evidence, "3 0 1", NOW);
	publish(evidence, "3 1 1", NEXT);
	judge_at(evidence, &next, CERTIFICATES_NOW);
	assert_next(evidence, FINDING_NEXT_COVERED, 2, VERDICT_PASS, 0);
	expected = memory_format("publish  %s\nas well: each combination that "
	    "is published should have a record that matches (RFC 7671 8)",
	    line);
	assert_advice(&next_finding(evidence)->advice, expected);
	free(expected);
	free(line);
	free(record.data);
	evidence_free(evidence);
}

static void
test_until(void **state)
{
	struct evidence *evidence = domain();
	struct keyfile next = key_file(NEXT);

	(void)state;
	publish(evidence, "3 1 1", NEXT);
	judge_published(evidence, &next, CERTIFICATES_NOW,
	    CERTIFICATES_NOW - 60);
	assert_int_equal(next_finding(evidence)->severity, SEVERITY_WARNING);
	assert_string_equal(next_finding(evidence)->text, "record [2] matches "
	    "next.csr (ECDSA key), but it was published at "
	    "2025-12-31T23:59:00Z, and caches may hold an answer from before");
	assert_advice(&next_finding(evidence)->advice, "wait until "
	    "2026-01-01T01:59:00Z before the switch");
	evidence_free(evidence);
}

/* A signature from long ago says nothing of when the record came. */
static void
test_undated(void **state)
{
	struct evidence *evidence = domain();
	struct keyfile next = key_file(NEXT);

	(void)state;
	publish(evidence, "3 1 1", NEXT);
	evidence->hosts[0].tlsa[0]->signed_since = CERTIFICATES_NOW -
	    30 * CERTIFICATES_DAY;
	judge_published(evidence, &next, CERTIFICATES_NOW, 0);
	assert_next(evidence, FINDING_NEXT_TOO_EARLY, 1, VERDICT_PASS, 2);
	assert_string_equal(next_finding(evidence)->text, "record [2] matches "
	    "next.csr (ECDSA key), but when it was published is not known: "
	    "caches may hold an answer from before");
	assert_true(advice_has(&next_finding(evidence)->advice,
	    "wait for 2 TTLs (2 hours) after it was published"));
	evidence_free(evidence);
}

/* What a name server says of the host's records. */
enum says {
	SAYS_NOTHING,
	SAYS_ALL,		/* the records that were validated */
	SAYS_NONE,
	SAYS_OTHERS,
};

/* Adds a name server at 192.0.2.ADDRESS. */
static void
add_server(struct evidence *evidence, const char *name, uint8_t address,
    enum says says)
{
	const uint8_t octets[] = { 192, 0, 2, address };
	const struct answer *tlsa = evidence->hosts[0].tlsa[0];
	struct server_evidence *server;
	struct answer *answer;

	evidence->servers = memory_grow(evidence->servers,
	    evidence->server_count, sizeof(*server));
	server = &evidence->servers[evidence->server_count++];
	evidence->server_total++;
	server->zone = memory_string("example.org");
	server->name = memory_string(name);
	assert_true(address_from_octets(&server->address, octets, 4, 53));
	answer = says == SAYS_ALL ? answer_copy(tlsa) :
	    says == SAYS_NOTHING ? answer_failed(tlsa->owner, DNS_TLSA,
	    "timeout") : fixture_answer(tlsa->owner, DNS_TLSA,
	    says == SAYS_NONE ? ANSWER_NO_DATA : ANSWER_RECORDS,
	    DNSSEC_SECURE);
	if (says == SAYS_OTHERS)
		fixture_add(answer, "\3\1\1x", 4);
	evidence_server_answer(server, answer);
}

static const struct state_row {
	const char	*name;
	long		 ago;		/* seconds; that the last run saw it;
					 * -1: no run did */
	bool		 first;		/* of the owner's */
	uint32_t	 ttl;		/* from before */
	long		 missing;	/* seconds; that it was missing; -1 */
	long		 told;		/* seconds; --published; -1 */
	enum says	 a, a2, b;	/* a has two addresses */
	bool		 covered;
	const char	*says;		/* otherwise */
} state_rows[] = {
	{ "seen first", -1, false, 0, -1, -1, SAYS_ALL, SAYS_ALL, SAYS_ALL,
	    false, "first seen at 2026-01-01T00:00:00Z" },
	{ "seen long ago", 2 * TTL, false, 0, -1, -1, SAYS_ALL, SAYS_ALL,
	    SAYS_ALL, true, NULL },
	{ "a second less", 2 * TTL - 1, false, 0, -1, -1, SAYS_ALL, SAYS_ALL,
	    SAYS_ALL, false, "first seen at 2025-12-31T22:00:01Z" },
	{ "the TTL was higher", 2 * TTL, false, TTL + 1, -1, -1, SAYS_ALL,
	    SAYS_ALL, SAYS_ALL, false, "first seen" },
	{ "the host's first", 0, true, 0, 60, -1, SAYS_ALL, SAYS_ALL,
	    SAYS_ALL, true, NULL },
	{ "told", -1, false, 0, -1, 2 * TTL, SAYS_ALL, SAYS_ALL, SAYS_ALL,
	    true, NULL },
	{ "told, but missing since", 10, false, 0, 20, 2 * TTL, SAYS_ALL,
	    SAYS_ALL, SAYS_ALL, false, "first seen" },
	{ "told, and missing before", 10, false, 0, 3 * TTL, 2 * TTL, SAYS_ALL,
	    SAYS_ALL, SAYS_ALL, true, NULL },
	{ "a server lacks it", 2 * TTL, false, 0, -1, -1, SAYS_ALL, SAYS_ALL,
	    SAYS_OTHERS, false, "b.example.org [192.0.2.3] does not have it" },
	{ "a server lacks all", 2 * TTL, false, 0, -1, -1, SAYS_ALL, SAYS_ALL,
	    SAYS_NONE, false, "does not have it" },
	{ "told, and a server lacks it", -1, false, 0, -1, 2 * TTL, SAYS_ALL,
	    SAYS_ALL, SAYS_NONE, false, "does not have it" },
	{ "an address is silent", -1, false, 0, -1, -1, SAYS_ALL, SAYS_NOTHING,
	    SAYS_ALL, false, "first seen" },
	{ "a server is silent", -1, false, 0, -1, -1, SAYS_ALL, SAYS_ALL,
	    SAYS_NOTHING, false, "whether the name server b.example.org "
	    "[192.0.2.3] has it is not known" },
	{ "silent now, not before", 2 * TTL, false, 0, -1, -1, SAYS_ALL,
	    SAYS_ALL, SAYS_NOTHING, true, NULL },
	{ "told, and a server is silent", -1, false, 0, -1, 2 * TTL, SAYS_ALL,
	    SAYS_ALL, SAYS_NOTHING, true, NULL },
};

/* What earlier runs saw, as the row says, of the second record. */
static void
remember(struct host_evidence *host, const struct state_row *row)
{
	const struct answer *tlsa = host->tlsa[0];
	struct sightings *known;
	struct sighting *record;

	if (row->ago < 0)
		return;
	known = host->known[0] = sightings_new(tlsa->owner);
	known->checked_at = CERTIFICATES_NOW - 1;
	record = sightings_add(known, tlsa->records[1].data,
	    tlsa->records[1].size);
	record->first_seen = CERTIFICATES_NOW - row->ago;
	record->first = row->first;
	record->ttl = row->ttl;
	record->missing_at = row->missing < 0 ? 0 :
	    CERTIFICATES_NOW - row->missing;
}

static void
test_state(void **state)
{
	const struct state_row *row = *state;
	struct evidence *evidence = domain();
	struct keyfile next = key_file(NEXT);

	publish(evidence, "3 1 1", NEXT);
	evidence->remembers = evidence->servers_next = true;
	remember(&evidence->hosts[0], row);
	add_server(evidence, "a.example.org", 1, row->a);
	add_server(evidence, "a.example.org", 2, row->a2);
	add_server(evidence, "b.example.org", 3, row->b);
	judge_published(evidence, &next, CERTIFICATES_NOW, row->told < 0 ? 0 :
	    CERTIFICATES_NOW - row->told);
	assert_next(evidence, row->covered ? FINDING_NEXT_COVERED :
	    FINDING_NEXT_TOO_EARLY, 1, VERDICT_PASS, row->covered ? 0 : 2);
	if (row->says != NULL && strstr(next_finding(evidence)->text,
	    row->says) == NULL)
		fail_msg("%s", next_finding(evidence)->text);
	evidence_free(evidence);
}

/* "publish  _25._tcp.mx.example.org. IN TLSA 3 1 1 ...\n". Owned. */
static char *
advised_line(const char *kind, enum who who)
{
	struct tlsa record = record_of(kind, who);
	char *line = tlsa_line("_25._tcp." HOST, &record);
	char *advice = memory_format("publish  %s\n", line);

	free(line);
	free(record.data);
	return advice;
}

static const struct uncovered_row {
	const char	*name;
	const char	*published;	/* NULL: only 3 1 1 */
	enum who	 of;
	enum who	 next;
	bool		 key;
	const char	*advised;	/* beside 3 1 1 */
	enum who	 advised_of;
} uncovered_rows[] = {
	{ "chain", NULL, NOW, NEXT, false, NULL, NEXT },
	{ "key", NULL, NOW, NEXT, true, NULL, NEXT },
	{ "chain beside 3 1 1", "3 1 1", NOW, NEXT, false, NULL, NEXT },
	{ "chain beside 3 0 1", "3 0 1", NOW, NEXT, false, "3 0 1", NEXT },
	{ "key beside 3 0 1", "3 0 1", NOW, NEXT, true, NULL, NEXT },
	{ "key beside 3 1 2", "3 1 2", NOW, NEXT, true, "3 1 2", NEXT },
	{ "chain of another CA", "2 1 1", ROOT, NEXT_OTHER_ROOT, false,
	    "2 1 1", OTHER_ROOT },
	{ "key beside 2 1 1", "2 1 1", ROOT, NEXT_OTHER_ROOT, true, NULL,
	    NEXT },
	/* The data is not at fault: another of the same kind is no use. */
	{ "name that does not match 2 1 1", "2 1 1", ROOT, NEXT_OTHER_NAME,
	    false, NULL, NEXT },
	{ "neither name nor CA match", "2 1 1", OTHER_ROOT, NEXT_OTHER_NAME,
	    false, NULL, NEXT },
	{ "unusable record", "1 1 1", NOW, NEXT, false, NULL, NEXT },
};

/* A record of each published kind that can match is advised, beside 3 1 1. */
static void
test_uncovered(void **state)
{
	const struct uncovered_row *row = *state;
	struct evidence *evidence = domain();
	struct keyfile next = row->key ? key_file(row->next) :
	    chain_file(row->next);
	/* The key's certificate may yet be issued by the pinned CA. */
	const bool open = row->key && row->published != NULL &&
	    row->published[0] == '2';
	/* Records are advised in the order of their numbers. */
	const bool before = row->advised != NULL &&
	    strcmp(row->advised, "3 1 1") < 0;
	char *first, *second, *expected;

	if (row->published != NULL)
		publish(evidence, row->published, row->of);
	judge_at(evidence, &next, CERTIFICATES_NOW);
	assert_next(evidence, FINDING_NEXT_UNCOVERED, FINDING_NO_RECORD,
	    VERDICT_FAIL, 1);
	assert_int_equal(next_finding(evidence)->severity, SEVERITY_ERROR);
	assert_true(open == (strstr(next_finding(evidence)->text,
	    "is not known without the certificate") != NULL));
	first = advised_line("3 1 1", row->next);
	second = row->advised == NULL ? memory_string("") :
	    advised_line(row->advised, row->advised_of);
	expected = memory_format("%s%s%sbeside the present records, and wait "
	    "for 2 TTLs (2 hours) before the switch", open ? "name the "
	    "certificate with its chain, if it is there already, or\n" : "",
	    before ? second : first, before ? first : second);
	assert_advice(&next_finding(evidence)->advice, expected);
	free(first);
	free(second);
	free(expected);
	evidence_free(evidence);
}

/* With usage 2 alone, the name in the next certificate decides. */
static void
test_name(void **state)
{
	struct evidence *evidence = domain_without_records();
	struct keyfile next = chain_file(NEXT_OTHER_NAME);
	char *advice;

	(void)state;
	publish(evidence, "2 1 1", ROOT);
	judge_at(evidence, &next, CERTIFICATES_NOW);
	assert_next(evidence, FINDING_NEXT_UNCOVERED, FINDING_NO_RECORD,
	    VERDICT_FAIL, 1);
	assert_string_equal(next_finding(evidence)->text, "no TLSA record "
	    "matches next.pem (CN=other.example, ECDSA): from the switch on "
	    "senders would delay the mail; record [1] matches CN=Root, but the "
	    "certificate has none of the names mx.example.org, example.org");
	advice = advised_line("3 1 1", NEXT_OTHER_NAME);
	assert_true(advice_has(&next_finding(evidence)->advice, advice));
	free(advice);
	/* What is presented now is not at fault. */
	assert_int_equal(evidence->hosts[0].endpoints[0].judged.verdict,
	    VERDICT_PASS);
	evidence_free(evidence);
}

/* RFC 7671 9: a weaker digest does not count. */
static void
test_ignored_record(void **state)
{
	struct evidence *evidence = domain();
	struct keyfile next = key_file(NEXT);
	char *advice;

	(void)state;
	publish(evidence, "3 1 2", NOW);
	publish(evidence, "3 1 1", NEXT);
	judge_at(evidence, &next, CERTIFICATES_NOW);
	assert_next(evidence, FINDING_NEXT_UNCOVERED, FINDING_NO_RECORD,
	    VERDICT_FAIL, 1);
	advice = advised_line("3 1 2", NEXT);
	assert_true(advice_has(&next_finding(evidence)->advice, advice));
	assert_false(advice_has(&next_finding(evidence)->advice,
	    "TLSA 3 1 1"));
	free(advice);
	evidence_free(evidence);
}

/* Without a usable record nobody is authenticated: no finding. */
static void
test_no_usable_record(void **state)
{
	struct evidence *evidence = domain_without_records();
	struct keyfile next = chain_file(NEXT);

	(void)state;
	publish(evidence, "1 1 1", NOW);
	judge_at(evidence, &next, CERTIFICATES_NOW);
	assert_null(next_finding(evidence));
	assert_int_equal(evidence->judged.verdict, VERDICT_NONE);
	evidence_free(evidence);
}

/* In an unsigned domain it is a warning, and leaves the verdict alone. */
static void
test_unsigned_domain(void **state)
{
	struct evidence *evidence = domain();
	struct keyfile next = chain_file(NEXT);

	(void)state;
	evidence->mx->dnssec = DNSSEC_INSECURE;
	judge_at(evidence, &next, CERTIFICATES_NOW);
	assert_next(evidence, FINDING_NEXT_UNCOVERED, FINDING_NO_RECORD,
	    VERDICT_NONE, 2);
	assert_int_equal(next_finding(evidence)->severity, SEVERITY_WARNING);
	evidence_free(evidence);
}

/* A present fault outweighs having to wait. */
static void
test_too_early_beside_a_fault(void **state)
{
	struct evidence *evidence = domain();
	struct keyfile next = key_file(NEXT);

	(void)state;
	publish(evidence, "3 1 1", NEXT);
	fixture_endpoint(&evidence->hosts[0], "192.0.2.2",
	    OUTCOME_STARTTLS_NOT_OFFERED, NULL);
	judge_published(evidence, &next, CERTIFICATES_NOW, CERTIFICATES_NOW);
	assert_next(evidence, FINDING_NEXT_TOO_EARLY, 1, VERDICT_FAIL, 1);
	evidence_free(evidence);
}

/* Each file is judged by itself, at each host with usable records. */
static void
test_several(void **state)
{
	struct evidence *evidence = domain();
	struct keyfile next[2] = { chain_file(NOW), key_file(NEXT) };
	const struct judge_options options = {
		.next = next,
		.next_count = 2,
		.published = CERTIFICATES_NOW - CERTIFICATES_DAY,
	};
	const struct finding_list *findings;
	struct host_evidence *host;
	size_t i, covered = 0, uncovered = 0;

	(void)state;
	host = fixture_host(evidence, "mx2.example.org");
	fixture_tlsa_of(host, chains[NEXT]);
	fixture_endpoint(host, "192.0.2.2", OUTCOME_DONE, chains[NEXT]);
	host = fixture_host(evidence, "mx3.example.org");
	host->tlsa[0] = fixture_answer("_25._tcp.mx3.example.org", DNS_TLSA,
	    ANSWER_NO_DATA, DNSSEC_SECURE);
	judge(evidence, &options);
	findings = &evidence->judged.findings;
	for (i = 0; i < findings->count; i++) {
		covered += findings->items[i].code == FINDING_NEXT_COVERED;
		uncovered += findings->items[i].code == FINDING_NEXT_UNCOVERED;
	}
	assert_int_equal(covered, 2);
	assert_int_equal(uncovered, 2);
	assert_int_equal(evidence->hosts[0].judged.verdict, VERDICT_FAIL);
	assert_int_equal(evidence->hosts[1].judged.verdict, VERDICT_FAIL);
	assert_int_equal(evidence->hosts[2].judged.verdict, VERDICT_NONE);
	keyfile_clear(&next[0]);
	keyfile_clear(&next[1]);
	evidence_free(evidence);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE_ALONE(test_covered),
		TABLE(test_kind, kind_rows),
		TABLE(test_too_early, early_rows),
		TABLE_ALONE(test_covered_in_part),
		TABLE_ALONE(test_until),
		TABLE_ALONE(test_undated),
		TABLE(test_state, state_rows),
		TABLE(test_uncovered, uncovered_rows),
		TABLE_ALONE(test_name),
		TABLE_ALONE(test_ignored_record),
		TABLE_ALONE(test_no_usable_record),
		TABLE_ALONE(test_unsigned_domain),
		TABLE_ALONE(test_too_early_beside_a_fault),
		TABLE_ALONE(test_several),
	};
	int failed;

	set_up();
	failed = table_run(tables, COUNT(tables));
	tear_down();
	return failed;
}
