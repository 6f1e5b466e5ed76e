#include "checker/judge_parts.h"

#include <stdlib.h>

#include "checker/expectation.h"
#include "resolver/name.h"

/* Whether the set is as expected; else adds what is said about it. */
static bool
meets(const struct judging *judging, const struct expectation *expectation,
    const struct tlsa_set *set, const char *whose)
{
	struct finding *finding;

	if (expectation_finds(expectation, set) != expectation->absent)
		return true;
	finding = finding_add(&judging->evidence->findings,
	    FINDING_EXPECTATION_FAILED, "%s: \"%s\" is %s the TLSA records",
	    whose, expectation->text, expectation->absent ? "still among" :
	    "not among");
	finding_advise(finding, "%s",
	    finding_code_meaning(FINDING_EXPECTATION_FAILED));
	judging_place(judging, finding, NULL, KEY_UNKNOWN);
	return false;
}

/* What each name server has for the host (--authoritative). */
static bool
servers_meet(const struct judging *judging,
    const struct expectation *expectation, const char *owner)
{
	const struct evidence *evidence = judging->evidence;
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
			good &= meets(judging, expectation, &set, whose);
			free(whose);
			tlsa_set_clear(&set);
		}
	}
	return good;
}

bool
judge_expectations(const struct judging *judging)
{
	const struct judge_options *options = judging->options;
	const struct answer *tlsa = host_tlsa(judging->host);
	const struct expectation *expectation;
	bool good = true;
	size_t i;

	for (i = 0; i < options->expectation_count; i++) {
		expectation = &options->expectations[i];
		good &= meets(judging, expectation, &judging->host->records,
		    tlsa != NULL ? tlsa->owner : judging->host->name);
		if (tlsa != NULL)
			good &= servers_meet(judging, expectation,
			    tlsa->owner);
	}
	return !good;
}
