#include "checker/judge/judge_parts.h"

#include <stdlib.h>

#include "checker/tlsa/expectation.h"
#include "resolver/memory.h"
#include "resolver/name.h"

/* Whether the set is as expected; else adds what is said about it. */
static bool
meets(const struct judging *judging, const struct expectation *expectation,
    const struct tlsa_set *set, const char *whose)
{
	struct finding *finding;
	char *text;

	if (expectation_finds(expectation, set) != expectation->absent)
		return true;
	text = memory_format("%s: \"%s\" is %s the TLSA records", whose,
	    expectation->text, expectation->absent ? "still among" :
	    "not among");
	if (!judging_is_said(judging, FINDING_EXPECTATION_FAILED, text)) {
		finding = finding_add(&judging->evidence->findings,
		    FINDING_EXPECTATION_FAILED, "%s", text);
		finding_advise(finding, "look at what is published, or give "
		    "the DNS time (--wait)");
		judging_place(judging, finding, NULL, KEY_UNKNOWN);
		finding->severity = SEVERITY_ERROR;
	}
	free(text);
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

void
judge_expectations(struct judging *judging)
{
	const struct judge_options *options = judging->options;
	struct host_evidence *host = judging->host;
	const struct answer *tlsa = evidence_tlsa(host);
	const struct expectation *expectation;
	bool good = true;
	size_t i;

	judging->expecting++;
	/* What could not be looked up is another matter, and told as that. */
	if (!host_dns_is_known(host))
		return;
	for (i = 0; i < options->expectation_count; i++) {
		expectation = &options->expectations[i];
		good &= meets(judging, expectation, &host->records,
		    tlsa != NULL ? tlsa->owner : host->name);
		if (tlsa != NULL)
			good &= servers_meet(judging, expectation,
			    tlsa->owner);
	}
	if (good)
		return;
	host->verdict = VERDICT_FAIL;
	judging->disappointed = true;
}

bool
judge_expected(const struct judging *judging)
{
	const struct judge_options *options = judging->options;
	static const struct tlsa_set none = { NULL, 0 };
	bool good = !judging->disappointed;
	size_t i;

	/* No host at all, and so no record either. */
	for (i = 0; judging->expecting == 0 &&
	    i < options->expectation_count; i++)
		good &= meets(judging, &options->expectations[i], &none,
		    judging->evidence->domain);
	return !good;
}
