/* What is said where no handshake came about: why, and what to do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "checker/judge/alert_meaning.h"
#include "smtp/tls_alert.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/table.h"

#define REWRITES "a device that rewrites SMTP"
#define ASKS	 "it had asked for a certificate"

static const struct row {
	const char		*name;
	enum session_outcome	 outcome;
	unsigned int		 alert;
	bool			 asks;
	enum session_rewrite	 rewrite;
	const char		*text;		/* NULL: nothing of all that */
	const char		*advice;
} rows[] = {
	{ "handshake_failure", OUTCOME_HANDSHAKE_FAILED,
	    ALERT_HANDSHAKE_FAILURE, false, REWRITE_NONE,
	    "none of the cipher suites", "that today's senders have" },
	{ "protocol_version", OUTCOME_HANDSHAKE_FAILED,
	    ALERT_PROTOCOL_VERSION, false, REWRITE_NONE,
	    "none of the TLS versions", "enable TLS 1.2" },
	{ "internal_error", OUTCOME_HANDSHAKE_FAILED, ALERT_INTERNAL_ERROR,
	    false, REWRITE_NONE, "in the server itself", "the server's log" },
	{ "certificate_required", OUTCOME_HANDSHAKE_FAILED,
	    ALERT_CERTIFICATE_REQUIRED, false, REWRITE_NONE,
	    "demands a certificate", "without a certificate" },
	{ "unrecognized_name", OUTCOME_HANDSHAKE_FAILED,
	    ALERT_UNRECOGNIZED_NAME, false, REWRITE_NONE,
	    "mx.example.org", "(RFC 7672 8.1), or configure one for "
	    "mx.example.org" },
	{ "an alert that means nothing", OUTCOME_HANDSHAKE_FAILED, 200, false,
	    REWRITE_NONE, NULL, "the server's TLS configuration" },
	{ "no alert", OUTCOME_HANDSHAKE_FAILED, ALERT_NONE, false,
	    REWRITE_NONE, NULL, "the server's TLS configuration" },
	{ "no alert, a certificate asked for", OUTCOME_HANDSHAKE_FAILED,
	    ALERT_NONE, true, REWRITE_NONE, ASKS, "smtpd_tls_ask_ccert" },
	{ "a certificate demanded", OUTCOME_CLIENT_CERTIFICATE,
	    ALERT_CERTIFICATE_REQUIRED, true, REWRITE_NONE,
	    "demands a certificate", "smtpd_tls_ask_ccert" },
	{ "EHLO rewritten", OUTCOME_STARTTLS_NOT_OFFERED, ALERT_NONE, false,
	    REWRITE_COMMAND, REWRITES, "no inspect esmtp" },
	{ "a keyword rewritten", OUTCOME_STARTTLS_NOT_OFFERED, ALERT_NONE,
	    false, REWRITE_KEYWORD, REWRITES, "allow-tls" },
	{ "EHLO and HELO rewritten", OUTCOME_REFUSED, ALERT_NONE, false,
	    REWRITE_COMMAND, REWRITES, "no inspect esmtp" },
	{ "nothing rewritten", OUTCOME_STARTTLS_NOT_OFFERED, ALERT_NONE, false,
	    REWRITE_NONE, NULL, "enable STARTTLS" },
};

static bool
advises(const struct finding *finding, const char *what)
{
	size_t i;

	for (i = 0; i < finding->advice.count; i++) {
		if (strstr(finding->advice.items[i].text, what) != NULL)
			return true;
	}
	return false;
}

static void
test_saying(void **state)
{
	const struct row *row = *state;
	struct chain *chain = fixture_chain("mx.example.org", KEY_ECDSA);
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, "mx.example.org");
	struct endpoint_evidence *endpoint;
	const struct finding *finding;

	fixture_tlsa_of(host, chain);
	endpoint = fixture_endpoint(host, "192.0.2.1", row->outcome, NULL);
	endpoint->alert = row->alert;
	endpoint->asks_certificate = row->asks;
	endpoint->rewrite = row->rewrite;
	fixture_judge(evidence);
	finding = &evidence->judged.findings.items[0];
	if (row->text != NULL)
		assert_non_null(strstr(finding->text, row->text));
	else
		assert_null(strchr(finding->text, ';'));
	assert_true(advises(finding, row->advice));
	evidence_free(evidence);
	chain_free(chain);
}

/* Whatever has a meaning has a name, too. */
static void
test_meanings(void **state)
{
	unsigned int alert;

	(void)state;
	assert_null(alert_meaning_find(ALERT_NONE));
	for (alert = 1; alert <= TLS_ALERT_MAX; alert++) {
		if (alert_meaning_find(alert) != NULL)
			assert_non_null(tls_alert_name(alert));
	}
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_saying, rows),
		TABLE_ALONE(test_meanings),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
