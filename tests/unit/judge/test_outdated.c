/* What senders that authenticate do not accept of a handshake. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "resolver/memory.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/table.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NO_SEVERITY ((enum severity)-1)

/* An address with the ECDSA key that the record is of, and an RSA key. */
static const struct row {
	const char		*name;
	unsigned int		 ecdsa, rsa;	/* weaknesses */
	bool			 alone;		/* there is no RSA key */
	bool			 stale;		/* the record matches nothing */
	bool			 unusable;	/* it cannot be used */
	bool			 incomplete;	/* there may be another key */
	enum session_outcome	 strict;	/* of the weak ones */
	enum verdict		 of_ecdsa, of_rsa, of_host;
	enum severity		 told;		/* of each weak one */
	bool			 unmatched;	/* no-record-matches */
} rows[] = {
	{ .name = "old version", .ecdsa = TLS_WEAK_VERSION, .alone = true,
	    .strict = OUTCOME_HANDSHAKE_FAILED, .of_ecdsa = VERDICT_FAIL,
	    .of_host = VERDICT_FAIL, .told = SEVERITY_ERROR },
	{ .name = "no RFC 5746", .ecdsa = TLS_WEAK_RENEGOTIATION,
	    .alone = true, .strict = OUTCOME_HANDSHAKE_FAILED,
	    .of_ecdsa = VERDICT_FAIL, .of_host = VERDICT_FAIL,
	    .told = SEVERITY_ERROR },
	{ .name = "all at once", .ecdsa = TLS_WEAK_ALL, .alone = true,
	    .strict = OUTCOME_HANDSHAKE_FAILED, .of_ecdsa = VERDICT_FAIL,
	    .of_host = VERDICT_FAIL, .told = SEVERITY_ERROR },
	{ .name = "and no match", .ecdsa = TLS_WEAK_SIGNATURE, .alone = true,
	    .stale = true, .strict = OUTCOME_HANDSHAKE_FAILED,
	    .of_ecdsa = VERDICT_FAIL, .of_host = VERDICT_FAIL,
	    .told = SEVERITY_ERROR, .unmatched = true },
	{ .name = "never asked", .ecdsa = TLS_WEAK_VERSION, .alone = true,
	    .strict = OUTCOME_UNTRIED, .of_ecdsa = VERDICT_UNKNOWN,
	    .of_host = VERDICT_UNKNOWN, .told = SEVERITY_ERROR },
	{ .name = "refused then", .ecdsa = TLS_WEAK_VERSION, .alone = true,
	    .strict = OUTCOME_REFUSED, .of_ecdsa = VERDICT_UNKNOWN,
	    .of_host = VERDICT_UNKNOWN, .told = SEVERITY_ERROR },
	{ .name = "refused then, no match", .ecdsa = TLS_WEAK_VERSION,
	    .alone = true, .stale = true, .strict = OUTCOME_REFUSED,
	    .of_ecdsa = VERDICT_FAIL, .of_host = VERDICT_FAIL,
	    .told = SEVERITY_ERROR, .unmatched = true },
	{ .name = "other keys unseen", .ecdsa = TLS_WEAK_VERSION,
	    .alone = true, .incomplete = true,
	    .strict = OUTCOME_HANDSHAKE_FAILED, .of_ecdsa = VERDICT_UNKNOWN,
	    .of_host = VERDICT_UNKNOWN, .told = SEVERITY_ERROR },
	{ .name = "unusable", .ecdsa = TLS_WEAK_VERSION, .alone = true,
	    .unusable = true, .strict = OUTCOME_HANDSHAKE_FAILED,
	    .of_ecdsa = VERDICT_NONE, .of_host = VERDICT_NONE,
	    .told = SEVERITY_WARNING },
	{ .name = "beside a better key", .rsa = TLS_WEAK_SIGNATURE,
	    .strict = OUTCOME_HANDSHAKE_FAILED, .of_ecdsa = VERDICT_PASS,
	    .of_rsa = VERDICT_ABSENT, .of_host = VERDICT_PASS,
	    .told = SEVERITY_INFO },
	{ .name = "beside a better key, never asked",
	    .rsa = TLS_WEAK_SIGNATURE, .strict = OUTCOME_UNTRIED,
	    .of_ecdsa = VERDICT_PASS, .of_rsa = VERDICT_ABSENT,
	    .of_host = VERDICT_PASS, .told = SEVERITY_INFO },
	{ .name = "beside a better key without a record",
	    .ecdsa = TLS_WEAK_SIGNATURE, .strict = OUTCOME_HANDSHAKE_FAILED,
	    .of_ecdsa = VERDICT_ABSENT, .of_rsa = VERDICT_FAIL,
	    .of_host = VERDICT_FAIL, .told = SEVERITY_INFO,
	    .unmatched = true },
	{ .name = "both", .ecdsa = TLS_WEAK_SIGNATURE,
	    .rsa = TLS_WEAK_SIGNATURE, .strict = OUTCOME_HANDSHAKE_FAILED,
	    .of_ecdsa = VERDICT_FAIL, .of_rsa = VERDICT_FAIL,
	    .of_host = VERDICT_FAIL, .told = SEVERITY_ERROR,
	    .unmatched = true },
	{ .name = "neither", .of_ecdsa = VERDICT_PASS, .alone = true,
	    .of_host = VERDICT_PASS, .told = NO_SEVERITY },
};

static void
weaken(struct handshake_evidence *handshake, unsigned int weaknesses,
    enum session_outcome strict)
{
	handshake->seen->weaknesses = weaknesses;
	if (weaknesses != 0)
		handshake->strict_outcome = strict;
}

static void
check_findings(const struct row *row, const struct finding_list *list)
{
	const size_t weak = (row->ecdsa != 0) + (row->rsa != 0);
	size_t i, told = 0;

	for (i = 0; i < list->count; i++) {
		if (list->items[i].code != FINDING_TLS_OUTDATED)
			continue;
		told++;
		assert_int_equal(list->items[i].severity, row->told);
		assert_true(list->items[i].advice.count > 0);
	}
	assert_int_equal(told, weak);
	assert_int_equal(finding_list_has(list, FINDING_NO_RECORD_MATCHES),
	    row->unmatched);
	assert_false(finding_list_has(list, FINDING_KEY_TYPE_UNCOVERED));
}

static void
test_outdated(void **state)
{
	static const struct tlsa unusable = { .usage = 1, .selector = 1,
		.matching_type = 1 };
	const struct row *row = *state;
	struct chain *ecdsa = fixture_chain("mx.example.org", KEY_ECDSA);
	struct chain *other = fixture_chain("mx.example.org", KEY_ECDSA);
	struct chain *rsa = fixture_chain("mx.example.org", KEY_RSA);
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, "mx.example.org");
	struct endpoint_evidence *endpoint;

	if (row->unusable)
		fixture_tlsa(host, &unusable);
	else
		fixture_tlsa_of(host, row->stale ? other : ecdsa);
	endpoint = fixture_endpoint(host, "192.0.2.1", OUTCOME_DONE, ecdsa);
	weaken(&endpoint->handshakes[0], row->ecdsa, row->strict);
	if (!row->alone) {
		fixture_handshake(endpoint, rsa);
		weaken(&endpoint->handshakes[1], row->rsa, row->strict);
	}
	if (row->incomplete)
		endpoint->incomplete = memory_string("greeting: 421");
	fixture_judge(evidence);
	assert_int_equal(endpoint->handshakes[0].judged.verdict,
	    row->of_ecdsa);
	if (!row->alone)
		assert_int_equal(endpoint->handshakes[1].judged.verdict,
		    row->of_rsa);
	assert_int_equal(endpoint->judged.verdict, row->of_host);
	assert_int_equal(host->judged.verdict, row->of_host);
	check_findings(row, &evidence->judged.findings);
	evidence_free(evidence);
	chain_free(ecdsa);
	chain_free(other);
	chain_free(rsa);
}

/* Of a record from before weaknesses were kept the version is known. */
static void
test_earlier_record(void **state)
{
	struct chain *chain = fixture_chain("mx.example.org", KEY_ECDSA);
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, "mx.example.org");
	struct endpoint_evidence *endpoint;

	(void)state;
	fixture_tlsa_of(host, chain);
	endpoint = fixture_endpoint(host, "192.0.2.1", OUTCOME_DONE, chain);
	endpoint->handshakes[0].seen->version = 0x0301;
	fixture_judge(evidence);
	assert_int_equal(host->judged.verdict, VERDICT_UNKNOWN);
	endpoint->handshakes[0].seen->version = TLS_1_2;
	fixture_judge(evidence);
	assert_int_equal(host->judged.verdict, VERDICT_PASS);
	evidence_free(evidence);
	chain_free(chain);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_outdated, rows),
		TABLE_ALONE(test_earlier_record),
	};

	return table_run(tables, COUNT(tables));
}
