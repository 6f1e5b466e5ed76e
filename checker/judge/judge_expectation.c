/*
 * --expect and --expect-no: whether the TLSA records are what the user asks
 * for, in the answer and, with --authoritative, on every name server.
 */
#include <stdlib.h>

#include "checker/evidence/host_dns.h"
#include "checker/judge/judge_parts.h"
#include "checker/tlsa/expectation.h"
#include "resolver/name.h"

/*
 * Whether the set is as expected; otherwise adds a finding about the host, or
 * about SERVER (may be NULL).
 */
static bool
meets(struct judge_state *state, const struct expectation *expectation,
    const struct tlsa_set *set, const struct server_evidence *server)
{
	struct finding *finding;

	if (expectation_finds(expectation, set) != expectation->absent)
		return true;
	finding = judging_add(state, FINDING_EXPECTATION_FAILED,
	    "\"%s\" is %s the TLSA records", expectation->text,
	    expectation->absent ? "still among" : "not among");
	advice_add_text(&finding->advice, "check what is published, or give "
	    "the DNS time (--wait)");
	/* An error even where DANE does not apply. */
	finding->severity = SEVERITY_ERROR;
	if (server != NULL)
		judging_set_server(finding, server);
	return false;
}

/* What each name server has for the host (--authoritative). */
static bool
servers_meet(struct judge_state *state, const struct expectation *expectation,
    const char *owner)
{
	const struct evidence *evidence = state->evidence;
	const struct server_evidence *server;
	struct tlsa_set set;
	bool good = true;
	size_t i, j;

	for (i = 0; i < evidence->server_count; i++) {
		server = &evidence->servers[i];
		for (j = 0; j < server->answer_count; j++) {
			if (server->answers[j]->type != DNS_TLSA ||
			    server->answers[j]->kind == ANSWER_UNUSABLE ||
			    !name_equal(server->answers[j]->owner, owner))
				continue;
			tlsa_set_init(&set, server->answers[j]);
			good &= meets(state, expectation, &set, server);
			tlsa_set_clear(&set);
		}
	}
	return good;
}

enum verdict
judge_expectations(struct judge_state *state)
{
	const struct judge_options *options = state->options;
	const struct host_judgement *judged = &state->host->judged;
	const struct expectation *expectation;
	enum verdict verdict = VERDICT_PASS;
	size_t i;

	state->hosts_checked++;
	/* What could not be looked up has a finding of its own. */
	if (!host_dns_is_known(judged->dns))
		return VERDICT_PASS;
	for (i = 0; i < options->expectation_count; i++) {
		expectation = &options->expectations[i];
		if (!meets(state, expectation, &judged->records, NULL))
			verdict = verdict_cap(verdict, expectation->absent ?
			    VERDICT_FAIL : judge_limited_records(state->host));
		if (judged->tlsa != NULL && !servers_meet(state, expectation,
		    judged->tlsa->owner))
			verdict = VERDICT_FAIL;
	}
	state->expectation_failed |= verdict == VERDICT_FAIL;
	return verdict;
}

enum verdict
judge_expected(struct judge_state *state)
{
	const struct judge_options *options = state->options;
	static const struct tlsa_set none = { NULL, 0 };
	bool good = !state->expectation_failed;
	size_t i;

	/* No host at all, and so no record either. */
	for (i = 0; state->hosts_checked == 0 &&
	    i < options->expectation_count; i++)
		good &= meets(state, &options->expectations[i], &none, NULL);
	return good ? VERDICT_PASS : VERDICT_FAIL;
}
