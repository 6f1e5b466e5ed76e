/* Machines that share an address (--repeat): what differs between them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "checker/evidence/endpoint_ends.h"
#include "resolver/memory.h"
#include "smtp/tls_alert.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/table.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { SHAKES_MAX = 3 };

/* What came about, in how many of 5 connections that asked for it. */
struct machine {
	enum key_type	type;
	bool		covered;	/* by a TLSA record */
	unsigned int	shown;		/* 0: there is no such machine */
};

static const struct machines_row {
	const char		*name;
	struct machine		 machines[SHAKES_MAX];
	enum verdict		 expected;
	enum finding_code	 code;		/* of the handshake at fault */
	const char		*text;		/* it says so; NULL: no fault */
	const char		*elsewhere;	/* matches-elsewhere says so;
						 * NULL: not looked at */
} rows[] = {
	{ "all the same", { { KEY_ECDSA, true, 5 } }, VERDICT_PASS,
	    FINDING_NO_RECORD_MATCHES, NULL, NULL },
	{ "two keys, both published", { { KEY_ECDSA, true, 3 },
	    { KEY_ECDSA, true, 2 } }, VERDICT_PASS, FINDING_NO_RECORD_MATCHES,
	    NULL, NULL },
	{ "one left behind", { { KEY_ECDSA, true, 3 },
	    { KEY_ECDSA, false, 2 } }, VERDICT_FAIL,
	    FINDING_NO_RECORD_MATCHES,
	    "in 2 of 5 connections no TLSA record matches what",
	    "at this address in 3 of 5 connections, but not what is presented "
	    "in 2 of 5 connections" },
	{ "none is covered", { { KEY_ECDSA, false, 5 } }, VERDICT_FAIL,
	    FINDING_NO_RECORD_MATCHES, "no TLSA record matches what", NULL },
	{ "another key type is not covered, and all have it",
	    { { KEY_ECDSA, true, 5 }, { KEY_RSA, false, 5 } }, VERDICT_FAIL,
	    FINDING_KEY_TYPE_UNCOVERED,
	    "gets CN=mx.example.org (RSA), which no TLSA record matches",
	    "of the certificate for ECDSA that this server holds as well" },
	{ "another key type was left behind on some",
	    { { KEY_ECDSA, true, 5 }, { KEY_RSA, true, 3 },
	    { KEY_RSA, false, 2 } }, VERDICT_FAIL, FINDING_KEY_TYPE_UNCOVERED,
	    "gets CN=mx.example.org (RSA) in 2 of 5 connections, which no",
	    NULL },
	/* Whoever offers all gets what does not match, too. */
	{ "a key type to each machine, one not covered",
	    { { KEY_ECDSA, true, 3 }, { KEY_RSA, false, 2 } }, VERDICT_FAIL,
	    FINDING_NO_RECORD_MATCHES,
	    "in 2 of 5 connections no TLSA record matches what", NULL },
	{ "a key type to each machine, both covered",
	    { { KEY_ECDSA, true, 3 }, { KEY_RSA, true, 2 } }, VERDICT_PASS,
	    FINDING_NO_RECORD_MATCHES, NULL, NULL },
};

/* The first finding of the code, or NULL. */
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

static struct evidence *
make(const struct machines_row *row)
{
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, "mx.example.org");
	struct endpoint_evidence *endpoint = fixture_endpoint(host,
	    "192.0.2.1", OUTCOME_DONE, NULL);
	const struct machine *machine;
	struct chain *chain;
	size_t i;

	endpoint->connections = 5;
	/* Any record at all: DANE applies. */
	chain = fixture_chain("old.example.org", KEY_ECDSA);
	fixture_tlsa_of(host, chain);
	chain_free(chain);
	for (i = 0; i < SHAKES_MAX && row->machines[i].shown > 0; i++) {
		machine = &row->machines[i];
		chain = fixture_chain("mx.example.org", machine->type);
		fixture_handshake(endpoint, chain);
		endpoint->handshakes[i].shown = machine->shown;
		endpoint->handshakes[i].asked = 5;
		if (machine->covered)
			fixture_tlsa_of(host, chain);
		chain_free(chain);
	}
	return evidence;
}

static void
test_machines(void **state)
{
	const struct machines_row *row = *state;
	struct evidence *evidence = make(row);
	const struct finding *finding;

	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, row->expected);
	finding = find(evidence, row->code);
	if (row->text == NULL) {
		assert_null(finding);
	} else {
		assert_non_null(finding);
		assert_non_null(strstr(finding->text, row->text));
	}
	finding = find(evidence, FINDING_MATCHES_ELSEWHERE);
	if (row->elsewhere != NULL) {
		assert_non_null(finding);
		assert_non_null(strstr(finding->text, row->elsewhere));
	}
	evidence_free(evidence);
}

/* A chain that came about in two versions of TLS is told of once. */
static void
test_versions(void **state)
{
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, "mx.example.org");
	struct chain *chain = fixture_chain("mx.example.org", KEY_ECDSA);
	struct chain *old = fixture_chain("old.example.org", KEY_ECDSA);
	struct endpoint_evidence *endpoint = fixture_endpoint(host,
	    "192.0.2.1", OUTCOME_DONE, NULL);
	const struct finding_list *list = &evidence->judged.findings;
	size_t i, count = 0;

	(void)state;
	fixture_tlsa_of(host, old);
	for (i = 0; i < 2; i++) {
		fixture_handshake(endpoint, chain);
		endpoint->handshakes[i].asked = 5;
		endpoint->handshakes[i].shown = 2;
	}
	endpoint->handshakes[1].seen->version = TLS_1_2;
	fixture_judge(evidence);
	for (i = 0; i < list->count; i++) {
		if (list->items[i].code != FINDING_NO_RECORD_MATCHES)
			continue;
		count++;
		assert_non_null(strstr(list->items[i].text,
		    "in 4 of 5 connections no TLSA record matches"));
	}
	assert_int_equal(count, 1);
	evidence_free(evidence);
	chain_free(chain);
	chain_free(old);
}

static const struct endings_row {
	const char		*name;
	enum session_outcome	 own;
	struct endpoint_ending	 other;
	enum verdict		 expected;
	enum finding_code	 code;
	const char		*text;
} endings_rows[] = {
	{ "one refuses", OUTCOME_DONE, { STAGE_GREETING, OUTCOME_REFUSED,
	    "421 busy", 421, .connections = 2 }, VERDICT_UNKNOWN,
	    FINDING_SMTP_REFUSED,
	    "in 2 of 5 connections: the server refuses this client: 421 busy" },
	{ "one has no STARTTLS", OUTCOME_DONE, { STAGE_EHLO,
	    OUTCOME_STARTTLS_NOT_OFFERED, .connections = 1 }, VERDICT_FAIL,
	    FINDING_STARTTLS_NOT_OFFERED,
	    "in 1 of 5 connections: STARTTLS is not offered" },
	{ "one has no TLS", OUTCOME_DONE, { STAGE_HANDSHAKE,
	    OUTCOME_HANDSHAKE_FAILED, "alert", .connections = 1 }, VERDICT_FAIL,
	    FINDING_TLS_HANDSHAKE_FAILED,
	    "in 1 of 5 connections: the TLS handshake failed: alert" },
	{ "one does not know the name", OUTCOME_DONE, { STAGE_HANDSHAKE,
	    OUTCOME_HANDSHAKE_FAILED, "alert", .connections = 1,
	    .alert = ALERT_UNRECOGNIZED_NAME }, VERDICT_FAIL,
	    FINDING_TLS_HANDSHAKE_FAILED,
	    "in 1 of 5 connections: the TLS handshake failed: alert; it " },
	{ "one asks for a certificate", OUTCOME_DONE, { STAGE_HANDSHAKE,
	    OUTCOME_HANDSHAKE_FAILED, "closed", .connections = 1,
	    .asks_certificate = true }, VERDICT_FAIL,
	    FINDING_TLS_HANDSHAKE_FAILED, "in 1 of 5 connections: the TLS "
	    "handshake failed: closed; it had asked for a certificate" },
	{ "one demands a certificate", OUTCOME_DONE, { STAGE_HANDSHAKE,
	    OUTCOME_CLIENT_CERTIFICATE, "alert", .connections = 2 },
	    VERDICT_FAIL, FINDING_CLIENT_CERTIFICATE_REQUIRED,
	    "in 2 of 5 connections: the server demands a certificate" },
	{ "one is behind a device", OUTCOME_DONE, { STAGE_EHLO,
	    OUTCOME_STARTTLS_NOT_OFFERED, "X", .connections = 2,
	    .rewrite = REWRITE_KEYWORD }, VERDICT_FAIL,
	    FINDING_STARTTLS_NOT_OFFERED, "in 2 of 5 connections: STARTTLS is "
	    "not offered, although the TLSA records promise it: X; a device" },
	{ "one does not answer", OUTCOME_DONE, { STAGE_CONNECT,
	    OUTCOME_TIMEOUT, .connections = 4 }, VERDICT_UNKNOWN,
	    FINDING_TIMEOUT,
	    "in 4 of 5 connections: a time limit passed" },
	{ "none works, one fails", OUTCOME_REFUSED, { STAGE_EHLO,
	    OUTCOME_STARTTLS_NOT_OFFERED, .connections = 1 }, VERDICT_FAIL,
	    FINDING_STARTTLS_NOT_OFFERED, "in 1 of 5 connections: STARTTLS" },
	{ "none works, the first fails", OUTCOME_STARTTLS_REFUSED,
	    { STAGE_GREETING, OUTCOME_REFUSED, "421 busy", 421,
	    .connections = 1 },
	    VERDICT_FAIL, FINDING_STARTTLS_REFUSED,
	    "in 4 of 5 connections: STARTTLS is offered and then refused" },
	{ "beside a limit", OUTCOME_LIMIT, { STAGE_EHLO,
	    OUTCOME_STARTTLS_NOT_OFFERED, .connections = 1 }, VERDICT_FAIL,
	    FINDING_STARTTLS_NOT_OFFERED, "in 1 of 5 connections: STARTTLS" },
};

static void
test_endings(void **state)
{
	const struct endings_row *row = *state;
	struct chain *chain = fixture_chain("mx.example.org", KEY_ECDSA);
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, "mx.example.org");
	struct endpoint_evidence *endpoint;
	const struct finding *finding;

	fixture_tlsa_of(host, chain);
	endpoint = fixture_endpoint(host, "192.0.2.1", row->own,
	    row->own == OUTCOME_DONE ? chain : NULL);
	endpoint->connections = 5;
	endpoint->endings = endpoint_ends_copy(&row->other, 1);
	endpoint->ending_count = 1;
	fixture_judge(evidence);
	assert_int_equal(endpoint->judged.verdict, row->expected);
	assert_int_equal(evidence->judged.verdict, row->expected);
	finding = find(evidence, row->code);
	assert_non_null(finding);
	assert_memory_equal(finding->text, row->text, strlen(row->text));
	/* Nobody relies on the server where DANE does not apply. */
	host->a->dnssec = DNSSEC_INSECURE;
	fixture_judge(evidence);
	assert_int_equal(endpoint->judged.verdict, VERDICT_NONE);
	evidence_free(evidence);
	chain_free(chain);
}

static const struct retried_row {
	const char		*name;
	enum session_outcome	 outcome;
	enum verdict		 expected;
	enum finding_code	 code;
	const char		*text;		/* in the finding's */
} retried_rows[] = {
	{ "cured", OUTCOME_DONE, VERDICT_PASS, FINDING_TRIED_AGAIN,
	    "it could be tried only after 2 attempts that failed (the server "
	    "refuses this client: 421 busy)" },
	{ "in vain", OUTCOME_CONNECT_FAILED, VERDICT_UNKNOWN,
	    FINDING_CONNECT_FAILED, "; it was tried 3 times" },
	{ "another fault", OUTCOME_STARTTLS_NOT_OFFERED, VERDICT_FAIL,
	    FINDING_STARTTLS_NOT_OFFERED, "; it was tried 3 times" },
};

/* Attempts that were made before (--retry) change no verdict. */
static void
test_retried(void **state)
{
	static const struct endpoint_ending busy = { STAGE_GREETING,
		OUTCOME_REFUSED, (char *)"421 busy", 421, .connections = 2 };
	const struct retried_row *row = *state;
	struct chain *chain = fixture_chain("mx.example.org", KEY_ECDSA);
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, "mx.example.org");
	struct endpoint_evidence *endpoint;

	fixture_tlsa_of(host, chain);
	endpoint = fixture_endpoint(host, "192.0.2.1", row->outcome,
	    row->outcome == OUTCOME_DONE ? chain : NULL);
	endpoint_ends_add_retried(endpoint, &busy);
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, row->expected);
	assert_non_null(find(evidence, row->code));
	assert_non_null(strstr(find(evidence, row->code)->text, row->text));
	assert_int_equal(find(evidence, FINDING_TRIED_AGAIN) != NULL,
	    row->outcome == OUTCOME_DONE);
	evidence_free(evidence);
	chain_free(chain);
}

int
main(void)
{
	const struct table tables[] = {
		TABLE(test_machines, rows),
		TABLE_ALONE(test_versions),
		TABLE(test_endings, endings_rows),
		TABLE(test_retried, retried_rows),
	};

	return table_run(tables, COUNT(tables));
}
