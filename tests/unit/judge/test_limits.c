/*
 * What was left out because of a limit: a verdict that it could have changed is
 * unknown, and no other.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "checker/tlsa/expectation.h"
#include "resolver/memory.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/table.h"

#define NAME	"mx.example.org"
#define OTHER	"0123456789abcdef0123456789abcdef"

/* What is known of a host. */
enum seen {
	SEEN_PASS,		/* a record matches */
	SEEN_FAIL,		/* none does */
	SEEN_NO_STARTTLS,
	SEEN_TIMEOUT,
	SEEN_UNUSABLE,		/* no record can be used */
	SEEN_NO_TLSA,		/* --all: DANE does not apply */
	SEEN_USAGE_2,		/* the record is of some CA */
	SEEN_USAGE_2_AND_PASS,
	SEEN_NOTHING,		/* no address was looked at */
};

static const struct tlsa other_key = { .usage = 3, .selector = 1,
	.matching_type = 1, .data = (uint8_t *)OTHER, .size = 32 };
static const struct tlsa other_ca = { .usage = 2, .selector = 1,
	.matching_type = 1, .data = (uint8_t *)OTHER, .size = 32 };
static const struct tlsa unusable = { .usage = 1, .selector = 1,
	.matching_type = 1, .data = (uint8_t *)OTHER, .size = 32 };

static struct chain *chain;	/* owned; of the server, for all tests */

static void
publish(struct host_evidence *host, enum seen seen)
{
	switch (seen) {
	case SEEN_FAIL:
		fixture_tlsa(host, &other_key);
		break;
	case SEEN_UNUSABLE:
		fixture_tlsa(host, &unusable);
		break;
	case SEEN_NO_TLSA:
		host->tlsa[0] = fixture_answer("_25._tcp." NAME, DNS_TLSA,
		    ANSWER_NO_DATA, DNSSEC_SECURE);
		break;
	case SEEN_USAGE_2:
		fixture_tlsa(host, &other_ca);
		break;
	case SEEN_USAGE_2_AND_PASS:
		fixture_tlsa(host, &other_ca);
		fixture_tlsa_of(host, chain);
		break;
	default:
		fixture_tlsa_of(host, chain);
		break;
	}
}

static struct host_evidence *
add_host(struct evidence *evidence, const char *name, enum seen seen)
{
	struct host_evidence *host = fixture_host(evidence, name);

	publish(host, seen);
	if (seen == SEEN_NO_STARTTLS)
		fixture_endpoint(host, "192.0.2.1",
		    OUTCOME_STARTTLS_NOT_OFFERED, NULL);
	else if (seen == SEEN_TIMEOUT)
		fixture_endpoint(host, "192.0.2.1", OUTCOME_TIMEOUT, NULL);
	else if (seen != SEEN_NOTHING)
		fixture_endpoint(host, "192.0.2.1", OUTCOME_DONE, chain);
	return host;
}

/* Borrowed; fails the test where there is none. */
static const struct finding *
limit_finding(const struct evidence *evidence)
{
	const struct finding_list *findings = &evidence->judged.findings;
	size_t i;

	for (i = 0; i < findings->count; i++) {
		if (findings->items[i].code == FINDING_LIMIT_REACHED)
			return &findings->items[i];
	}
	fail_msg("there is no limit-reached");
	return NULL;
}

/* The finding is an error where the verdict is open for it. */
static void
assert_judged(const struct evidence *evidence, enum verdict expected,
    enum severity severity)
{
	const struct finding *finding = limit_finding(evidence);

	assert_string_equal(verdict_name(evidence->judged.verdict),
	    verdict_name(expected));
	assert_int_equal(finding->severity, severity);
	assert_true(finding->advice.count > 0);
}

static const struct limit_row {
	const char	*name;
	enum seen	 seen;
	enum verdict	 without;	/* a limit */
	enum verdict	 expected;
	enum severity	 severity;
} address_rows[] = {
	{ "pass", SEEN_PASS, VERDICT_PASS, VERDICT_UNKNOWN, SEVERITY_ERROR },
	{ "fail", SEEN_FAIL, VERDICT_FAIL, VERDICT_FAIL, SEVERITY_WARNING },
	{ "STARTTLS not offered", SEEN_NO_STARTTLS, VERDICT_FAIL, VERDICT_FAIL,
	    SEVERITY_WARNING },
	{ "timeout", SEEN_TIMEOUT, VERDICT_UNKNOWN, VERDICT_UNKNOWN,
	    SEVERITY_ERROR },
	{ "none usable", SEEN_UNUSABLE, VERDICT_NONE, VERDICT_UNKNOWN,
	    SEVERITY_ERROR },
	{ "no TLSA records", SEEN_NO_TLSA, VERDICT_NONE, VERDICT_NONE,
	    SEVERITY_WARNING },
	{ "none looked at", SEEN_NOTHING, VERDICT_UNKNOWN, VERDICT_UNKNOWN,
	    SEVERITY_ERROR },
};

static const struct limit_row record_rows[] = {
	{ "pass", SEEN_PASS, VERDICT_PASS, VERDICT_UNKNOWN, SEVERITY_ERROR },
	{ "fail", SEEN_FAIL, VERDICT_FAIL, VERDICT_UNKNOWN, SEVERITY_ERROR },
	{ "STARTTLS not offered", SEEN_NO_STARTTLS, VERDICT_FAIL, VERDICT_FAIL,
	    SEVERITY_WARNING },
	{ "timeout", SEEN_TIMEOUT, VERDICT_UNKNOWN, VERDICT_UNKNOWN,
	    SEVERITY_ERROR },
	{ "none usable", SEEN_UNUSABLE, VERDICT_NONE, VERDICT_UNKNOWN,
	    SEVERITY_ERROR },
};

static const struct limit_row chain_rows[] = {
	{ "usage 2, fail", SEEN_USAGE_2, VERDICT_FAIL, VERDICT_UNKNOWN,
	    SEVERITY_ERROR },
	{ "usage 2, beside a match", SEEN_USAGE_2_AND_PASS, VERDICT_PASS,
	    VERDICT_PASS, SEVERITY_WARNING },
};

/* Judges with and without the limit that MEET says was met. */
static void
try_limit(const struct limit_row *row, void (*meet)(struct host_evidence *))
{
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = add_host(evidence, NAME, row->seen);

	fixture_judge(evidence);
	assert_string_equal(verdict_name(evidence->judged.verdict),
	    verdict_name(row->without));
	assert_false(finding_list_has(&evidence->judged.findings,
	    FINDING_LIMIT_REACHED));
	meet(host);
	fixture_judge(evidence);
	assert_judged(evidence, row->expected, row->severity);
	assert_int_equal(host->judged.verdict, row->expected);
	/* An established fault, or nothing of the kind. */
	if (row->expected != VERDICT_FAIL)
		assert_false(finding_list_has(&evidence->judged.findings,
		    FINDING_NO_RECORD_MATCHES));
	evidence_free(evidence);
}

static void
leave_out_address(struct host_evidence *host)
{
	host->address_total++;
}

static void
cut_records(struct host_evidence *host)
{
	host->tlsa[0]->truncated = true;
}

static void
cut_chain(struct host_evidence *host)
{
	host->endpoints[0].handshakes[0].seen->chain->truncated = true;
}

static void
test_addresses(void **state)
{
	try_limit(*state, leave_out_address);
}

static void
test_records(void **state)
{
	try_limit(*state, cut_records);
}

static void
test_chain(void **state)
{
	try_limit(*state, cut_chain);
}

/* No certificate further up could change what usage 3 is about. */
static void
test_chain_of_no_matter(void **state)
{
	static const enum seen all[] = { SEEN_PASS, SEEN_FAIL, SEEN_UNUSABLE };
	static const enum verdict expected[] = { VERDICT_PASS, VERDICT_FAIL,
		VERDICT_NONE };
	struct evidence *evidence;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		evidence = fixture_domain("example.org");
		cut_chain(add_host(evidence, NAME, all[i]));
		fixture_judge(evidence);
		assert_int_equal(evidence->judged.verdict, expected[i]);
		assert_false(finding_list_has(&evidence->judged.findings,
		    FINDING_LIMIT_REACHED));
		evidence_free(evidence);
	}
}

/* That no address was looked at is not that there is none. */
static void
test_family(void **state)
{
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = add_host(evidence, NAME, SEEN_NOTHING);

	(void)state;
	fixture_judge(evidence);
	assert_true(finding_list_has(&evidence->judged.findings,
	    FINDING_CONNECT_FAILED));
	leave_out_address(host);
	fixture_judge(evidence);
	assert_false(finding_list_has(&evidence->judged.findings,
	    FINDING_CONNECT_FAILED));
	evidence_free(evidence);
}

/* --dns-only: one record that can be used is enough, and no address counts. */
static const struct dns_row {
	const char	*name;
	enum seen	 seen;
	enum verdict	 expected;
	enum severity	 severity;
} dns_rows[] = {
	{ "pass", SEEN_PASS, VERDICT_PASS, SEVERITY_WARNING },
	{ "none usable", SEEN_UNUSABLE, VERDICT_UNKNOWN, SEVERITY_ERROR },
};

static void
test_dns_only(void **state)
{
	const struct dns_row *row = *state;
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, NAME);

	publish(host, row->seen);
	evidence->dns_only = true;
	cut_records(host);
	fixture_judge(evidence);
	assert_judged(evidence, row->expected, row->severity);
	evidence_free(evidence);
}

/* More MX hosts than are looked at. */
static const struct hosts_row {
	const char	*name;
	enum seen	 seen[2];
	enum verdict	 without, expected;
	enum severity	 severity;
} hosts_rows[] = {
	{ "pass", { SEEN_PASS, SEEN_PASS }, VERDICT_PASS, VERDICT_UNKNOWN,
	    SEVERITY_ERROR },
	{ "none", { SEEN_NO_TLSA, SEEN_NO_TLSA }, VERDICT_NONE,
	    VERDICT_UNKNOWN, SEVERITY_ERROR },
	{ "partial", { SEEN_PASS, SEEN_NO_TLSA }, VERDICT_PARTIAL,
	    VERDICT_UNKNOWN, SEVERITY_ERROR },
	{ "fail", { SEEN_PASS, SEEN_FAIL }, VERDICT_FAIL, VERDICT_FAIL,
	    SEVERITY_WARNING },
};

static struct evidence *
two_hosts(const enum seen seen[2])
{
	struct evidence *evidence = fixture_domain("example.org");

	add_host(evidence, "mx1.example.org", seen[0]);
	add_host(evidence, "mx2.example.org", seen[1]);
	return evidence;
}

static void
test_hosts(void **state)
{
	const struct hosts_row *row = *state;
	struct evidence *evidence = two_hosts(row->seen);

	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, row->without);
	evidence->host_total++;
	fixture_judge(evidence);
	assert_judged(evidence, row->expected, row->severity);
	evidence->host_total--;
	evidence->mx->truncated = true;
	fixture_judge(evidence);
	assert_judged(evidence, row->expected, row->severity);
	evidence_free(evidence);
}

/* Where the MX answer decides, hosts change nothing. */
static void
test_hosts_of_no_matter(void **state)
{
	static const enum seen pass[2] = { SEEN_PASS, SEEN_PASS };
	struct evidence *evidence = two_hosts(pass);

	(void)state;
	evidence->host_total++;
	evidence->mx->dnssec = DNSSEC_INSECURE;
	fixture_judge(evidence);
	assert_judged(evidence, VERDICT_NONE, SEVERITY_WARNING);
	evidence_free(evidence);
}

/* That no mail can be delivered is only known when all hosts are. */
static void
test_hosts_missing(void **state)
{
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, NAME);

	(void)state;
	answer_free(host->a);
	host->a = fixture_answer(NAME, DNS_A, ANSWER_NO_DATA, DNSSEC_SECURE);
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, VERDICT_FAIL);
	evidence->host_total++;
	fixture_judge(evidence);
	assert_judged(evidence, VERDICT_UNKNOWN, SEVERITY_ERROR);
	evidence_free(evidence);
}

/* An address whose key types were not all tried: what was seen counts. */
static const struct part_row {
	const char	*name;
	enum seen	 seen;
	enum verdict	 expected;
	enum severity	 severity;
} part_rows[] = {
	{ "pass", SEEN_PASS, VERDICT_UNKNOWN, SEVERITY_ERROR },
	{ "fail", SEEN_FAIL, VERDICT_FAIL, SEVERITY_WARNING },
	{ "none usable", SEEN_UNUSABLE, VERDICT_UNKNOWN, SEVERITY_ERROR },
};

static void
test_part(void **state)
{
	const struct part_row *row = *state;
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, NAME);

	publish(host, row->seen);
	fixture_endpoint(host, "192.0.2.1", OUTCOME_LIMIT, chain);
	fixture_judge(evidence);
	assert_judged(evidence, row->expected, row->severity);
	assert_int_equal(host->endpoints[0].judged.verdict, row->expected);
	evidence_free(evidence);
}

/* --expect and --expect-no, where not all records were looked at. */
static const struct expect_row {
	const char	*name;
	const char	*text;
	bool		 absent;
	enum verdict	 expected;
} expect_rows[] = {
	{ "among them", "3 1 1", false, VERDICT_UNKNOWN },
	{ "not among them", "2 1 1", false, VERDICT_UNKNOWN },
	{ "still among them", "3 1 1", true, VERDICT_FAIL },
	{ "no longer among them", "2 1 1", true, VERDICT_UNKNOWN },
};

static void
test_expect(void **state)
{
	const struct expect_row *row = *state;
	struct evidence *evidence = fixture_domain("example.org");
	struct expectation expectation;
	const struct judge_options options = { .expectations = &expectation,
		.expectation_count = 1 };
	const char *why;

	assert_true(expectation_init(&expectation, row->text, row->absent,
	    &why));
	cut_records(add_host(evidence, NAME, SEEN_PASS));
	judge(evidence, &options);
	assert_string_equal(verdict_name(evidence->judged.verdict),
	    verdict_name(row->expected));
	evidence_free(evidence);
	expectation_clear(&expectation);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_addresses, address_rows),
		TABLE(test_records, record_rows),
		TABLE(test_chain, chain_rows),
		TABLE_ALONE(test_chain_of_no_matter),
		TABLE_ALONE(test_family),
		TABLE(test_dns_only, dns_rows),
		TABLE(test_hosts, hosts_rows),
		TABLE_ALONE(test_hosts_of_no_matter),
		TABLE_ALONE(test_hosts_missing),
		TABLE(test_part, part_rows),
		TABLE(test_expect, expect_rows),
	};
	int failed;

	chain = fixture_chain(NAME, KEY_ECDSA);
	failed = table_run(tables, sizeof(tables) / sizeof(tables[0]));
	chain_free(chain);
	return failed;
}
