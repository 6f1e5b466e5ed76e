/*
 * --next: what is to be presented next, held against what is published.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/x509.h>

#include "checker/tlsa/keyfile.h"
#include "checker/tlsa/tlsa.h"
#include "resolver/memory.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/follow.h"

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

struct world {
	struct issued	*issued[WHO_COUNT];
	struct chain	*chains[WHO_COUNT];	/* with the issuer */
	struct evidence	*evidence;
};

/* Has the record of NOW's key come before NEXT's, as records are sorted. */
static void
order_keys(struct world *world)
{
	struct issued *issued = world->issued[NOW];
	struct chain *chain = world->chains[NOW];

	if (memcmp(chain->certificates[0].spki_sha256,
	    world->chains[NEXT]->certificates[0].spki_sha256,
	    CHAIN_DIGEST) < 0)
		return;
	world->issued[NOW] = world->issued[NEXT];
	world->chains[NOW] = world->chains[NEXT];
	world->issued[NEXT] = issued;
	world->chains[NEXT] = chain;
}

static int
set_up(void **state)
{
	static const struct {
		const char	*cn;
		const char	*names;
		enum who	 issuer;
	} rows[WHO_COUNT] = {
		[ROOT] = { "Root", NULL, ROOT },
		[OTHER_ROOT] = { "Other Root", NULL, OTHER_ROOT },
		[NOW] = { HOST, "DNS:" HOST, ROOT },
		[NEXT] = { HOST, "DNS:" HOST, ROOT },
		[NEXT_OTHER_NAME] = { "other.example", "DNS:other.example",
		    ROOT },
		[NEXT_OTHER_ROOT] = { HOST, "DNS:" HOST, OTHER_ROOT },
	};
	struct world *world = memory_new(1, sizeof(*world));
	const struct issued *sent[2];
	struct certificates_wish wish;
	size_t i;

	for (i = 0; i < WHO_COUNT; i++) {
		wish = (struct certificates_wish){ .cn = rows[i].cn,
			.names = rows[i].names, .ca = i < NOW,
			.issuer = i < NOW ? NULL :
			world->issued[rows[i].issuer] };
		world->issued[i] = certificates_issue(&wish);
		sent[0] = world->issued[i];
		sent[1] = world->issued[rows[i].issuer];
		world->chains[i] = certificates_chain(sent, i < NOW ? 1 : 2);
	}
	order_keys(world);
	*state = world;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *world = *state;
	size_t i;

	for (i = 0; i < WHO_COUNT; i++) {
		chain_free(world->chains[i]);
		certificates_free(world->issued[i]);
	}
	free(world);
	return 0;
}

static struct tlsa
record_of(const struct world *world, const char *kind, enum who who)
{
	struct tlsa record;

	tlsa_of_certificate(&record, world->chains[who]->certificates,
	    (enum tlsa_usage)(kind[0] - '0'),
	    (enum tlsa_selector)(kind[2] - '0'),
	    (enum tlsa_matching_type)(kind[4] - '0'));
	return record;
}

static void
publish(struct world *world, const char *kind, enum who who)
{
	struct tlsa record = record_of(world, kind, who);

	fixture_tlsa(&world->evidence->hosts[0], &record);
	free(record.data);
}

/*
 * example.org with a host that presents NOW, whose 3 1 1 is published, signed
 * long ago.
 */
static void
begin(struct world *world)
{
	struct host_evidence *host;

	world->evidence = fixture_domain("example.org");
	host = fixture_host(world->evidence, HOST);
	fixture_endpoint(host, "192.0.2.1", OUTCOME_DONE, world->chains[NOW]);
	publish(world, "3 1 1", NOW);
}

/* The file next.pem with this chain. */
static struct keyfile
chain_file(const struct world *world, enum who who)
{
	return (struct keyfile){
		.file = memory_string("next.pem"),
		.chain = chain_copy(world->chains[who]),
		.key_type = KEY_ECDSA,
	};
}

/* The file next.csr, of the key alone. */
static struct keyfile
key_file(const struct world *world, enum who who)
{
	struct keyfile keyfile = {
		.file = memory_string("next.csr"),
		.key_type = KEY_ECDSA,
	};
	unsigned char *der = NULL;

	keyfile.spki_size = (size_t)i2d_PUBKEY(world->issued[who]->key, &der);
	keyfile.spki = memory_copy(der, keyfile.spki_size);
	OPENSSL_free(der);
	return keyfile;
}

static void
judge_at(const struct world *world, struct keyfile *next, time_t when)
{
	const struct judge_options options = {
		.ahead_days = (double)(when - CERTIFICATES_NOW) /
		    CERTIFICATES_DAY,
		.next = next,
		.next_count = 1,
	};

	judge(world->evidence, &options);
	keyfile_clear(next);
}

/* The one thing that is said about the next certificate of the first host. */
static const struct finding *
said(const struct world *world)
{
	const struct finding_list *findings = &world->evidence->judged.findings;
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
assert_said(const struct world *world, enum finding_code code, int record,
    enum verdict verdict, int status)
{
	const struct finding *finding = said(world);

	assert_non_null(finding);
	if (finding->code != code)
		fail_msg("%s", finding->text);
	assert_int_equal(finding->place.record, record);
	assert_int_equal(world->evidence->judged.verdict, verdict);
	assert_int_equal(evidence_exit_status(world->evidence), status);
}

static void
end(struct world *world)
{
	evidence_free(world->evidence);
	world->evidence = NULL;
}

static void
test_covered(void **state)
{
	struct world *world = *state;
	struct keyfile next;

	begin(world);
	publish(world, "3 1 1", NEXT);
	next = chain_file(world, NEXT);
	judge_at(world, &next, CERTIFICATES_NOW);
	assert_said(world, FINDING_NEXT_COVERED, 1, VERDICT_PASS, 0);
	assert_int_equal(said(world)->severity, SEVERITY_INFO);
	assert_string_equal(said(world)->text, "record [2] matches next.pem "
	    "(CN=mx.example.org, ECDSA), and every sender sees it: it is safe "
	    "to switch");
	assert_advice(&said(world)->advice, NULL);

	/* The key alone is as good. */
	next = key_file(world, NEXT);
	judge_at(world, &next, CERTIFICATES_NOW);
	assert_said(world, FINDING_NEXT_COVERED, 1, VERDICT_PASS, 0);
	assert_non_null(strstr(said(world)->text, "next.csr (ECDSA key)"));

	/* A renewal with the same key needs nothing. */
	next = key_file(world, NOW);
	judge_at(world, &next, CERTIFICATES_NOW);
	assert_said(world, FINDING_NEXT_COVERED, 0, VERDICT_PASS, 0);
	end(world);
}

/* Each kind of record that a key, or a chain, can be covered by. */
static void
test_kinds(void **state)
{
	static const struct {
		const char	*kind;
		enum who	 of;
		bool		 chain, key;	/* covered */
	} rows[] = {
		{ "3 1 1", NEXT, true, true },
		{ "3 1 2", NEXT, true, true },
		{ "3 1 0", NEXT, true, true },
		{ "3 0 1", NEXT, true, false },
		{ "3 0 0", NEXT, true, false },
		{ "2 1 1", ROOT, true, false },
		{ "2 0 2", ROOT, true, false },
		{ "2 1 1", OTHER_ROOT, false, false },
		{ "2 1 1", NEXT, false, false },	/* of the leaf */
		{ "3 1 1", ROOT, false, false },
		{ "1 1 1", NEXT, false, false },	/* unusable */
	};
	struct world *world = *state;
	struct keyfile next;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin(world);
		publish(world, rows[i].kind, rows[i].of);
		next = chain_file(world, NEXT);
		judge_at(world, &next, CERTIFICATES_NOW);
		assert_int_equal(said(world)->code, rows[i].chain ?
		    FINDING_NEXT_COVERED : FINDING_NEXT_UNCOVERED);
		next = key_file(world, NEXT);
		judge_at(world, &next, CERTIFICATES_NOW);
		assert_int_equal(said(world)->code, rows[i].key ?
		    FINDING_NEXT_COVERED : FINDING_NEXT_UNCOVERED);
		end(world);
	}
}

/* A record that is new counts from two TTLs after its signature on. */
static void
test_too_early(void **state)
{
	static const struct {
		long		since;	/* seconds before now */
		uint32_t	ttl, signed_ttl;
		int		days;	/* judged ahead */
		bool		early;
	} rows[] = {
		{ 0, TTL, TTL, 0, true },
		{ 2 * TTL - 1, TTL, TTL, 0, true },
		{ 2 * TTL, TTL, TTL, 0, false },
		{ 2 * TTL, TTL, 0, 0, false },
		/* A cache has ten seconds left of it. */
		{ 100, 10, TTL, 0, true },
		{ 2 * TTL, 10, TTL, 0, false },
		{ 0, TTL, TTL, 1, false },
		/* The signer's clock is ahead. */
		{ -TTL, 0, 0, 0, true },
	};
	struct world *world = *state;
	struct answer *tlsa;
	struct keyfile next;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin(world);
		publish(world, "3 1 1", NEXT);
		tlsa = world->evidence->hosts[0].tlsa[0];
		tlsa->signed_since = CERTIFICATES_NOW - rows[i].since;
		tlsa->ttl = rows[i].ttl;
		tlsa->signed_ttl = rows[i].signed_ttl;
		next = chain_file(world, NEXT);
		judge_at(world, &next, CERTIFICATES_NOW +
		    rows[i].days * CERTIFICATES_DAY);
		if (rows[i].early)
			assert_said(world, FINDING_NEXT_TOO_EARLY, 1,
			    VERDICT_PASS, 2);
		else
			assert_said(world, FINDING_NEXT_COVERED, 1,
			    VERDICT_PASS, 0);
		end(world);
	}
}

/* Safe, but a combination that is published is left without a match. */
static void
test_covered_in_part(void **state)
{
	struct world *world = *state;
	struct keyfile next = chain_file(world, NEXT);
	struct tlsa record = record_of(world, "3 0 1", NEXT);
	char *line = tlsa_line("_25._tcp." HOST, &record), *expected;

	begin(world);
	publish(world, "3 0 1", NOW);
	publish(world, "3 1 1", NEXT);
	judge_at(world, &next, CERTIFICATES_NOW);
	assert_said(world, FINDING_NEXT_COVERED, 2, VERDICT_PASS, 0);
	expected = memory_format("publish  %s\nas well: each combination that "
	    "is published should have a record that matches (RFC 7671 8)",
	    line);
	assert_advice(&said(world)->advice, expected);
	free(expected);
	free(line);
	free(record.data);
	end(world);
}

static void
test_until(void **state)
{
	struct world *world = *state;
	struct keyfile next = key_file(world, NEXT);

	begin(world);
	publish(world, "3 1 1", NEXT);
	world->evidence->hosts[0].tlsa[0]->signed_since = CERTIFICATES_NOW -
	    60;
	judge_at(world, &next, CERTIFICATES_NOW);
	assert_int_equal(said(world)->severity, SEVERITY_WARNING);
	assert_string_equal(said(world)->text, "record [2] matches next.csr "
	    "(ECDSA key), but it may be new: it was signed at "
	    "2025-12-31T23:59:00Z, and caches may hold an answer from before");
	assert_advice(&said(world)->advice, "wait until "
	    "2026-01-01T01:59:00Z before the switch");
	end(world);
}

/* "publish  _25._tcp.mx.example.org. IN TLSA 3 1 1 ...\n". Owned. */
static char *
advised_line(const struct world *world, const char *kind, enum who who)
{
	struct tlsa record = record_of(world, kind, who);
	char *line = tlsa_line("_25._tcp." HOST, &record);
	char *advice = memory_format("publish  %s\n", line);

	free(line);
	free(record.data);
	return advice;
}

/* What is advised, of the kinds that are published beside 3 1 1. */
static void
test_uncovered(void **state)
{
	static const struct {
		const char	*published;	/* NULL: only 3 1 1 */
		enum who	 of;
		enum who	 next;
		bool		 key;
		const char	*advised;	/* beside 3 1 1 */
		enum who	 advised_of;
	} rows[] = {
		{ NULL, NOW, NEXT, false, NULL, NEXT },
		{ NULL, NOW, NEXT, true, NULL, NEXT },
		{ "3 1 1", NOW, NEXT, false, NULL, NEXT },
		{ "3 0 1", NOW, NEXT, false, "3 0 1", NEXT },
		{ "3 0 1", NOW, NEXT, true, NULL, NEXT },
		{ "3 1 2", NOW, NEXT, true, "3 1 2", NEXT },
		{ "2 1 1", ROOT, NEXT_OTHER_ROOT, false, "2 1 1", OTHER_ROOT },
		{ "2 1 1", ROOT, NEXT_OTHER_ROOT, true, NULL, NEXT },
		/* Not the data is wrong: the same would not help. */
		{ "2 1 1", ROOT, NEXT_OTHER_NAME, false, NULL, NEXT },
		{ "2 1 1", OTHER_ROOT, NEXT_OTHER_NAME, false, NULL, NEXT },
		{ "1 1 1", NOW, NEXT, false, NULL, NEXT },
	};
	struct world *world = *state;
	char *first, *second, *expected;
	struct keyfile next;
	bool open, before;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin(world);
		if (rows[i].published != NULL)
			publish(world, rows[i].published, rows[i].of);
		next = rows[i].key ? key_file(world, rows[i].next) :
		    chain_file(world, rows[i].next);
		judge_at(world, &next, CERTIFICATES_NOW);
		assert_said(world, FINDING_NEXT_UNCOVERED, FINDING_NO_RECORD,
		    VERDICT_FAIL, 1);
		assert_int_equal(said(world)->severity, SEVERITY_ERROR);
		first = advised_line(world, "3 1 1", rows[i].next);
		second = rows[i].advised == NULL ? memory_string("") :
		    advised_line(world, rows[i].advised, rows[i].advised_of);
		/* A key's certificate may yet be one of the authority's. */
		before = rows[i].advised != NULL &&
		    strcmp(rows[i].advised, "3 1 1") < 0;
		open = rows[i].key && rows[i].published != NULL &&
		    rows[i].published[0] == '2';
		assert_true(open == (strstr(said(world)->text,
		    "is not known without the certificate") != NULL));
		expected = memory_format("%s%s%sbeside the present records, "
		    "and wait for 2 TTLs (2 hours) before the switch",
		    open ? "name the certificate with its chain, if it is "
		    "there already, or\n" : "", before ? second : first,
		    before ? first : second);
		assert_advice(&said(world)->advice, expected);
		free(first);
		free(second);
		free(expected);
		end(world);
	}
}

/* With usage 2 alone, the name in the next certificate decides. */
static void
test_name(void **state)
{
	struct world *world = *state;
	struct keyfile next = chain_file(world, NEXT_OTHER_NAME);
	char *advice;

	world->evidence = fixture_domain("example.org");
	fixture_endpoint(fixture_host(world->evidence, HOST), "192.0.2.1",
	    OUTCOME_DONE, world->chains[NOW]);
	publish(world, "2 1 1", ROOT);
	judge_at(world, &next, CERTIFICATES_NOW);
	assert_said(world, FINDING_NEXT_UNCOVERED, FINDING_NO_RECORD,
	    VERDICT_FAIL, 1);
	assert_string_equal(said(world)->text, "no TLSA record matches "
	    "next.pem (CN=other.example, ECDSA): from the switch on senders "
	    "would delay the mail; record [1] matches CN=Root, but the "
	    "certificate has none of the names mx.example.org, example.org");
	advice = advised_line(world, "3 1 1", NEXT_OTHER_NAME);
	assert_true(advice_has(&said(world)->advice, advice));
	free(advice);
	/* What is presented now is not at fault. */
	assert_int_equal(world->evidence->hosts[0].endpoints[0].judged.verdict,
	    VERDICT_PASS);
	end(world);
}

/* RFC 7671 9: a weaker digest does not count. */
static void
test_ignored_record(void **state)
{
	struct world *world = *state;
	struct keyfile next = key_file(world, NEXT);
	char *advice;

	begin(world);
	publish(world, "3 1 2", NOW);
	publish(world, "3 1 1", NEXT);
	judge_at(world, &next, CERTIFICATES_NOW);
	assert_said(world, FINDING_NEXT_UNCOVERED, FINDING_NO_RECORD,
	    VERDICT_FAIL, 1);
	advice = advised_line(world, "3 1 2", NEXT);
	assert_true(advice_has(&said(world)->advice, advice));
	assert_false(advice_has(&said(world)->advice, "TLSA 3 1 1"));
	free(advice);
	end(world);
}

/* Where nobody is authenticated, no certificate is wrong. */
static void
test_no_usable_record(void **state)
{
	struct world *world = *state;
	struct keyfile next = chain_file(world, NEXT);

	world->evidence = fixture_domain("example.org");
	fixture_endpoint(fixture_host(world->evidence, HOST), "192.0.2.1",
	    OUTCOME_DONE, world->chains[NOW]);
	publish(world, "1 1 1", NOW);
	judge_at(world, &next, CERTIFICATES_NOW);
	assert_null(said(world));
	assert_int_equal(world->evidence->judged.verdict, VERDICT_NONE);
	end(world);
}

/* In an unsigned domain it is told, and no verdict suffers. */
static void
test_unsigned_domain(void **state)
{
	struct world *world = *state;
	struct keyfile next = chain_file(world, NEXT);

	begin(world);
	world->evidence->mx->dnssec = DNSSEC_INSECURE;
	judge_at(world, &next, CERTIFICATES_NOW);
	assert_said(world, FINDING_NEXT_UNCOVERED, FINDING_NO_RECORD,
	    VERDICT_NONE, 2);
	assert_int_equal(said(world)->severity, SEVERITY_WARNING);
	end(world);
}

/* A fault of today is worse than having to wait. */
static void
test_too_early_beside_a_fault(void **state)
{
	struct world *world = *state;
	struct keyfile next = key_file(world, NEXT);

	begin(world);
	publish(world, "3 1 1", NEXT);
	world->evidence->hosts[0].tlsa[0]->signed_since = CERTIFICATES_NOW;
	fixture_endpoint(&world->evidence->hosts[0], "192.0.2.2",
	    OUTCOME_STARTTLS_NOT_OFFERED, NULL);
	judge_at(world, &next, CERTIFICATES_NOW);
	assert_said(world, FINDING_NEXT_TOO_EARLY, 1, VERDICT_FAIL, 1);
	end(world);
}

/* Each file by itself, at each host with usable records. */
static void
test_several(void **state)
{
	struct world *world = *state;
	struct keyfile next[2] = { chain_file(world, NOW),
		key_file(world, NEXT) };
	const struct judge_options options = {
		.next = next,
		.next_count = 2,
	};
	const struct finding_list *findings;
	struct host_evidence *host;
	size_t i, covered = 0, uncovered = 0;

	begin(world);
	host = fixture_host(world->evidence, "mx2.example.org");
	fixture_tlsa_of(host, world->chains[NEXT]);
	fixture_endpoint(host, "192.0.2.2", OUTCOME_DONE,
	    world->chains[NEXT]);
	host = fixture_host(world->evidence, "mx3.example.org");
	host->tlsa[0] = fixture_answer("_25._tcp.mx3.example.org", DNS_TLSA,
	    ANSWER_NO_DATA, DNSSEC_SECURE);
	judge(world->evidence, &options);
	findings = &world->evidence->judged.findings;
	for (i = 0; i < findings->count; i++) {
		covered += findings->items[i].code == FINDING_NEXT_COVERED;
		uncovered += findings->items[i].code == FINDING_NEXT_UNCOVERED;
	}
	assert_int_equal(covered, 2);
	assert_int_equal(uncovered, 2);
	assert_int_equal(world->evidence->hosts[0].judged.verdict, VERDICT_FAIL);
	assert_int_equal(world->evidence->hosts[1].judged.verdict, VERDICT_FAIL);
	assert_int_equal(world->evidence->hosts[2].judged.verdict, VERDICT_NONE);
	keyfile_clear(&next[0]);
	keyfile_clear(&next[1]);
	end(world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_covered),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_too_early),
		cmocka_unit_test(test_covered_in_part),
		cmocka_unit_test(test_until),
		cmocka_unit_test(test_uncovered),
		cmocka_unit_test(test_name),
		cmocka_unit_test(test_ignored_record),
		cmocka_unit_test(test_no_usable_record),
		cmocka_unit_test(test_unsigned_domain),
		cmocka_unit_test(test_too_early_beside_a_fault),
		cmocka_unit_test(test_several),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
