/*
 * What is asked beyond the verdict: for a TLSRPT record, and for the name above
 * TLSA records.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/evidence/evidence.h"
#include "resolver/memory.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/follow.h"
#include "tests/unit/support/table.h"

#define HOST	"mx.example.org"

/* A domain that passes. */
static struct evidence *
make_domain(const char *domain)
{
	struct chain *chain = fixture_chain(HOST, KEY_ECDSA);
	struct evidence *evidence = fixture_domain(domain);
	struct host_evidence *host = fixture_host(evidence, HOST);

	fixture_tlsa_of(host, chain);
	fixture_endpoint(host, "192.0.2.1", OUTCOME_DONE, chain);
	chain_free(chain);
	evidence->thorough = true;
	return evidence;
}

static const struct finding *
find(const struct evidence *evidence, enum finding_code code)
{
	const struct finding_list *list = &evidence->judged.findings;
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (list->items[i].code == code)
			return &list->items[i];
	}
	return NULL;
}

/* What there is at _smtp._tls, of which status, and the advice. */
struct tlsrpt_row {
	const char		*name;
	const char		*domain;
	enum dnssec_status	 status;
	const char		*texts[2];
	const char		*alias;		/* its end; NULL: none */
	const char		*advice;	/* NULL: no finding */
};

#define RECORD(domain) \
	"IN TXT \"v=TLSRPTv1; rua=mailto:tlsrpt@" domain "\"\nwith an address"

static const struct tlsrpt_row tlsrpt_rows[] = {
	{ "none", "example.org", DNSSEC_SECURE, { NULL }, NULL,
	    "publish  _smtp._tls.example.org. " RECORD("example.org") },
	{ "none, unsigned", "example.org", DNSSEC_INSECURE, { NULL }, NULL,
	    "publish  _smtp._tls.example.org. " RECORD("example.org") },
	{ "none at an alias", "example.org", DNSSEC_SECURE, { NULL },
	    "reports.example.net",
	    "publish  reports.example.net. " RECORD("example.org") },
	{ "no name for addresses", "a\\032b.example", DNSSEC_SECURE, { NULL },
	    NULL, "rua=mailto:ADDRESS\" at _smtp._tls.a\\032b.example" },
	{ "one", "example.org", DNSSEC_SECURE,
	    { "\032v=TLSRPTv1; rua=mailto:a@b" }, NULL, NULL },
	{ "one, unsigned", "example.org", DNSSEC_INSECURE,
	    { "\032v=TLSRPTv1; rua=mailto:a@b" }, NULL, NULL },
	{ "two", "example.org", DNSSEC_SECURE,
	    { "\032v=TLSRPTv1; rua=mailto:a@b",
	      "\032v=TLSRPTv1; rua=mailto:c@d" }, NULL, "leave one" },
	{ "one that is malformed", "example.org", DNSSEC_SECURE,
	    { "\017v=TLSRPTv1; rua" }, NULL,
	    "publish  _smtp._tls.example.org. " RECORD("example.org")
	    " of yours that takes them, in place of\n"
	    "remove  _smtp._tls.example.org. IN TXT \"v=TLSRPTv1; rua\"" },
	{ "no answer", "example.org", DNSSEC_FAILED, { NULL }, NULL, NULL },
	{ "bogus", "example.org", DNSSEC_BOGUS, { NULL }, NULL, NULL },
};

static struct answer *
answer_tlsrpt(const struct tlsrpt_row *row)
{
	char *owner = memory_format("_smtp._tls.%s", row->domain);
	struct answer *answer = fixture_answer(owner, DNS_TXT,
	    row->texts[0] != NULL ? ANSWER_RECORDS : ANSWER_NO_NAME,
	    row->status);
	size_t i;

	for (i = 0; i < 2 && row->texts[i] != NULL; i++)
		fixture_add(answer, row->texts[i], strlen(row->texts[i]));
	if (row->alias != NULL) {
		free(answer->expanded);
		answer->expanded = memory_string(row->alias);
		answer->aliased = true;
	}
	free(owner);
	return answer;
}

static void
test_tlsrpt(void **state)
{
	const struct tlsrpt_row *row = *state;
	struct evidence *evidence = make_domain(row->domain);
	const struct finding *finding;

	evidence->tlsrpt = answer_tlsrpt(row);
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, VERDICT_PASS);
	finding = find(evidence, FINDING_TLSRPT_NONE);
	assert_int_equal(finding != NULL, row->advice != NULL);
	if (finding != NULL)
		assert_true(advice_has(&finding->advice, row->advice));
	evidence_free(evidence);
}

/* Where it was not asked, and where DANE does not apply. */
static void
test_no_tlsrpt(void **state)
{
	struct evidence *evidence = make_domain("example.org");

	(void)state;
	fixture_judge(evidence);
	assert_null(find(evidence, FINDING_TLSRPT_NONE));
	evidence->tlsrpt = answer_tlsrpt(&tlsrpt_rows[0]);
	evidence->mx->dnssec = DNSSEC_INSECURE;
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, VERDICT_NONE);
	assert_null(find(evidence, FINDING_TLSRPT_NONE));
	evidence_free(evidence);
}

/* The answer for _tcp.HOST, and what it and the TLSA records are aliases of. */
struct above_row {
	const char		*name;
	enum answer_kind	 kind;
	enum dnssec_status	 status;
	const char		*above_alias;	/* NULL: none */
	const char		*tlsa_alias;
	bool			 denied;
};

static const struct above_row above_rows[] = {
	{ "no data", ANSWER_NO_DATA, DNSSEC_SECURE, NULL, NULL, false },
	{ "an address", ANSWER_RECORDS, DNSSEC_SECURE, NULL, NULL, false },
	{ "no such name", ANSWER_NO_NAME, DNSSEC_SECURE, NULL, NULL, true },
	{ "no such name, unsigned", ANSWER_NO_NAME, DNSSEC_INSECURE, NULL,
	    NULL, true },
	{ "no answer", ANSWER_UNUSABLE, DNSSEC_FAILED, NULL, NULL, false },
	{ "bogus", ANSWER_UNUSABLE, DNSSEC_BOGUS, NULL, NULL, false },
	/* The alias itself is below. */
	{ "the records are an alias", ANSWER_NO_NAME, DNSSEC_SECURE, NULL,
	    "tlsa.example.net", true },
	/* An alias exists, and its end is for another zone to tell. */
	{ "an alias of nothing", ANSWER_NO_NAME, DNSSEC_SECURE,
	    "gone.example.net", NULL, false },
	{ "aliases of two names", ANSWER_NO_NAME, DNSSEC_SECURE,
	    "gone.example.net", "tlsa.example.net", false },
	/* As a DNAME above the host makes them. */
	{ "aliases that keep below each other", ANSWER_NO_NAME, DNSSEC_SECURE,
	    "_tcp.mx.example.net", "_25._tcp.mx.example.net", true },
};

static void
set_alias(struct answer *answer, const char *end)
{
	if (end == NULL)
		return;
	free(answer->expanded);
	answer->expanded = memory_string(end);
	answer->aliased = true;
}

static void
test_above_tlsa(void **state)
{
	const struct above_row *row = *state;
	struct evidence *evidence = make_domain("example.org");
	struct host_evidence *host = &evidence->hosts[0];
	const struct finding *finding;

	host->above_tlsa = fixture_answer("_tcp." HOST, DNS_A, row->kind,
	    row->status);
	set_alias(host->above_tlsa, row->above_alias);
	set_alias(host->tlsa[0], row->tlsa_alias);
	fixture_judge(evidence);
	finding = find(evidence, FINDING_DENIAL_BROKEN);
	/* What does not validate is told, and decides nothing. */
	assert_int_equal(finding != NULL, row->denied ||
	    row->status == DNSSEC_BOGUS);
	if (finding != NULL)
		assert_int_equal(finding->severity, row->denied ?
		    SEVERITY_ERROR : SEVERITY_WARNING);
	assert_int_equal(host->judged.verdict, row->denied ? VERDICT_FAIL :
	    VERDICT_PASS);
	assert_int_equal(evidence->judged.verdict, host->judged.verdict);
	if (finding != NULL)
		assert_string_equal(finding->place.host, HOST);
	evidence_free(evidence);
}

/* Of a domain that is not signed, it is a warning. */
static void
test_above_unsigned(void **state)
{
	struct evidence *evidence = make_domain("example.org");
	struct host_evidence *host = &evidence->hosts[0];

	(void)state;
	host->above_tlsa = fixture_answer("_tcp." HOST, DNS_A, ANSWER_NO_NAME,
	    DNSSEC_SECURE);
	evidence->mx->dnssec = DNSSEC_INSECURE;
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, VERDICT_NONE);
	assert_int_equal(find(evidence, FINDING_DENIAL_BROKEN)->severity,
	    SEVERITY_WARNING);
	assert_int_not_equal(host->judged.verdict, VERDICT_FAIL);
	evidence_free(evidence);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_tlsrpt, tlsrpt_rows),
		TABLE_ALONE(test_no_tlsrpt),
		TABLE(test_above_tlsa, above_rows),
		TABLE_ALONE(test_above_unsigned),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
