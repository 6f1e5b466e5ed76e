#include "checker/judge/judging.h"

#include <stdlib.h>

#include "checker/tlsa/expectation.h"
#include "resolver/memory.h"
#include "resolver/name.h"

/* Whether the set is as expected; else adds what is said about it. */
static bool
meets(const struct judge_state *state, const struct expectation *expectation,
    const struct tlsa_set *set, const char *whose)
{
	struct finding *finding;
	char *text;

	if (expectation_finds(expectation, set) != expectation->absent)
		return true;
	text = memory_format("%s: \"%s\" is %s the TLSA records", whose,
	    expectation->text, expectation->absent ? "still among" :
	    "not among");
	if (!judging_is_said(state, FINDING_EXPECTATION_FAILED, text)) {
		finding = finding_add(&state->evidence->findings,
		    FINDING_EXPECTATION_FAILED, "%s", text);
		finding_advise(finding, "look at what is published, or give "
		    "the DNS time (--wait)");
		judging_place(state, finding, NULL, KEY_UNKNOWN);
		finding->severity = SEVERITY_ERROR;
	}
	free(text);
	return false;
}

/* What each name server has for the host (--authoritative). */
static bool
servers_meet(const struct judge_state *state,
    const struct expectation *expectation, const char *owner)
{
	const struct evidence *evidence = state->evidence;
	const struct server_evidence *server;
	struct tlsa_set set;
	bool good = true;
	char *whose;
	size_t i, j;

	for (i = 0; i < evidence->server_count; i++) {
		server = &evidence->servers[i];
		for (j = 0; j < server->answer_count; j++) {
			if (server->answers[j]->type != DNS_TLSA ||
			    server->answers[j]->kind == ANSWER_UNUSABLE ||
			    !name_equal(server->answers[j]->owner, owner))
				continue;
			tlsa_set_init(&set, server->answers[j]);
			whose = judging_server_text(server);
			good &= meets(state, expectation, &set, whose);
			free(whose);
			tlsa_set_clear(&set);
		}
	}
	return good;
}

void
judge_expectations(struct judge_state *state)
{
	const struct judge_options *options = state->options;
	struct host_evidence *host = state->host;
	const struct answer *tlsa = evidence_tlsa(host);
	const struct expectation *expectation;
	bool good = true;
	size_t i;

	state->hosts_checked++;
	/* What could not be looked up is another matter, and told as that. */
	if (!host_dns_is_known(host))
		return;
	for (i = 0; i < options->expectation_count; i++) {
		expectation = &options->expectations[i];
		good &= meets(state, expectation, &host->records,
		    tlsa != NULL ? tlsa->owner : host->name);
		if (tlsa != NULL)
			good &= servers_meet(state, expectation,
			    tlsa->owner);
	}
	if (good)
		return;
	host->verdict = VERDICT_FAIL;
	state->expectation_failed = true;
}

bool
judge_expected(const struct judge_state *state)
{
	const struct judge_options *options = state->options;
	static const struct tlsa_set none = { NULL, 0 };
	bool good = !state->expectation_failed;
	size_t i;

	/* No host at all, and so no record either. */
	for (i = 0; state->hosts_checked == 0 &&
	    i < options->expectation_count; i++)
		good &= meets(state, &options->expectations[i], &none,
		    state->evidence->domain);
	return !good;
}
