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

static bool
is_owner(const struct expectation *expectation, const char *owner)
{
	return owner != NULL && name_equal(expectation->owner, owner);
}

/*
 * Whether the record is expected at the host: wherever its TLSA records are, at
 * the name that is asked for them, or where an alias leads.
 */
static bool
is_at(const struct expectation *expectation, const struct host_evidence *host)
{
	const struct host_judgement *judged = &host->judged;
	char *own;
	bool found;

	if (expectation->owner == NULL)
		return true;
	own = name_tlsa_owner(host->port, host->name);
	found = is_owner(expectation, own) ||
	    is_owner(expectation, judged->place) || (judged->tlsa != NULL &&
	    is_owner(expectation, judged->tlsa->owner));
	free(own);
	return found;
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
		if (!is_at(expectation, state->host))
			continue;
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

/*
 * Whether the owner of the record is some host's; otherwise adds a finding:
 * nobody looks for it there, be it expected or not.
 */
static bool
has_host(struct judge_state *state, const struct expectation *expectation)
{
	const struct evidence *evidence = state->evidence;
	struct finding *finding;
	char *owner;
	size_t i;

	for (i = 0; i < evidence->host_count; i++) {
		if (is_at(expectation, &evidence->hosts[i]))
			return true;
	}
	finding = judging_add(state, FINDING_EXPECTATION_FAILED,
	    "\"%s\" is of another server: no host here has its TLSA records "
	    "there", expectation->text);
	owner = name_tlsa_owner(evidence->hosts[0].port,
	    evidence->hosts[0].name);
	if (owner != NULL)
		advice_add_text(&finding->advice, "give an owner such as %s, "
		    "or the data alone, which is expected at every host",
		    owner);
	free(owner);
	finding->severity = SEVERITY_ERROR;
	return false;
}

enum verdict
judge_expected(struct judge_state *state)
{
	const struct judge_options *options = state->options;
	static const struct tlsa_set none = { NULL, 0 };
	bool good = !state->expectation_failed;
	size_t i;

	for (i = 0; i < options->expectation_count; i++) {
		/* No host at all, and so no record either. */
		good &= state->hosts_checked == 0 ?
		    meets(state, &options->expectations[i], &none, NULL) :
		    has_host(state, &options->expectations[i]);
	}
	return good ? VERDICT_PASS : VERDICT_FAIL;
}
