/*
 * What was not done for want of budget or time: it is said, and makes the
 * verdict unknown where it could have changed it.
 */
#include "checker/judge/judge_parts.h"
#include "checker/tlsa/verifier.h"

/* How many chains of a host could not be matched with all of its records. */
static size_t
count_untried(const struct host_evidence *host)
{
	const struct handshake_evidence *handshake;
	struct handshake_walk walk = { 0 };
	size_t count = 0;

	while ((handshake = handshake_next(host, &walk)) != NULL)
		count += judging_is_untried(host, handshake);
	return count;
}

void
judge_budget_match(struct judge_state *state)
{
	const struct evidence *evidence = state->evidence;
	const char *why = verifier_exhausted(state->verifier);
	struct finding *finding;
	size_t i;

	for (i = 0; i < evidence->host_count; i++) {
		state->host = &evidence->hosts[i];
		if (!state->host->judged.untried)
			continue;
		finding = judging_add(state, FINDING_LIMIT_REACHED,
		    "%zu of the certificate chains could not be matched with "
		    "all records: %s", count_untried(state->host),
		    why != NULL ? why : "there are too many of both");
		judging_set_severity(state, finding, SEVERITY_ERROR);
		advice_add_text(&finding->advice, "have the server send only "
		    "the certificates that lead up to the CA in the record, "
		    "with keys of a usual size, or publish usage 3, which "
		    "needs none");
	}
	state->host = NULL;
	verifier_allow(state->verifier, JUDGE_ADVICE_WORK);
}

void
judge_budget_report(struct judge_state *state)
{
	const size_t left_out = finding_list_limit(state->findings);

	if (verifier_exhausted(state->verifier) != NULL)
		judging_add(state, FINDING_LIMIT_REACHED, "not every advice "
		    "could be tried, so that some is not given: %s",
		    verifier_exhausted(state->verifier));
	if (left_out > 0)
		judging_add(state, FINDING_LIMIT_REACHED, "%zu further "
		    "finding%s left out of the report", left_out,
		    left_out == 1 ? " is" : "s are");
	finding_list_settle(state->findings);
}
