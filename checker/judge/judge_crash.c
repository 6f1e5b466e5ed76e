/*
 * A process that gathered or judged the evidence died. What had been gathered
 * by then is judged like any other, if it can be; but that the domain is well
 * cannot be known.
 */
#include "checker/judge/judge_parts.h"

static void
add_crash(struct judge_state *state)
{
	struct finding *finding;

	finding = judging_add(state, FINDING_INTERNAL_CRASH, "mxdane itself "
	    "failed at this domain: %s", state->evidence->crash);
	advice_add_text(&finding->advice, "please report it, with the record "
	    "of such a run (--record FILE), which holds what had been "
	    "gathered");
}

enum verdict
judge_crash(struct judge_state *state)
{
	if (state->evidence->crash == NULL)
		return VERDICT_PASS;
	state->max_severity = SEVERITY_ERROR;
	add_crash(state);
	return VERDICT_UNKNOWN;
}

void
judge_nothing(struct evidence *evidence)
{
	const struct judge_options options = { 0 };
	struct domain_judgement *judged = &evidence->judged;
	struct judge_state state;

	evidence_unjudge(evidence);
	state = judging_begin(evidence, &options, &judged->findings);
	judged->verdict = judge_crash(&state);
	finding_list_settle(&judged->findings);
	judging_end(&state);
}
