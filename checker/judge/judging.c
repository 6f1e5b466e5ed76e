#include "checker/judge/judging.h"

#include <stdarg.h>

#include "checker/evidence/expiry.h"
#include "checker/tlsa/verifier.h"

/* One that has all of its budget. */
static struct verifier *
take_verifier(const struct judge_options *options)
{
	const struct verifier_limits limits = {
		.work = JUDGE_MATCH_WORK,
		.is_late = options->is_late,
		.argument = options->clock,
	};

	if (options->verifier == NULL)
		return verifier_new(&limits);
	verifier_restart(options->verifier, &limits);
	return options->verifier;
}

struct judge_state
judging_begin(const struct evidence *evidence,
    const struct judge_options *options, struct finding_list *findings)
{
	return (struct judge_state){
		.evidence = evidence,
		.options = options,
		.findings = findings,
		.verifier = take_verifier(options),
		.own_verifier = options->verifier == NULL,
		.when = evidence->checked_at +
		    (time_t)(options->ahead_days * EXPIRY_DAY),
		.max_severity = SEVERITY_ERROR,
	};
}

void
judging_end(struct judge_state *state)
{
	if (state->own_verifier)
		verifier_free(state->verifier);
}

void
judging_set_severity(const struct judge_state *state, struct finding *finding,
    enum severity severity)
{
	finding->severity = severity < state->max_severity ?
	    state->max_severity : severity;
}

/* At the host of the state, and at the endpoint (NULL: none). */
__attribute__((format(printf, 4, 0)))
static struct finding *
add_at(struct judge_state *state, const struct endpoint_evidence *endpoint,
    enum finding_code code, const char *format, va_list arguments)
{
	struct finding *finding = finding_vadd(state->findings, code, format,
	    arguments);

	if (state->host != NULL)
		finding->place.host = state->host->name;
	/* A chain from a file has no address: its family is 0. */
	if (endpoint != NULL)
		finding->place.address = endpoint->address;
	judging_set_severity(state, finding, finding->severity);
	return finding;
}

struct finding *
judging_add(struct judge_state *state, enum finding_code code,
    const char *format, ...)
{
	struct finding *finding;
	va_list arguments;

	va_start(arguments, format);
	finding = add_at(state, NULL, code, format, arguments);
	va_end(arguments);
	return finding;
}

struct finding *
judging_add_at(struct judge_state *state,
    const struct endpoint_evidence *endpoint, enum key_type key_type,
    enum finding_code code, const char *format, ...)
{
	struct finding *finding;
	va_list arguments;

	va_start(arguments, format);
	finding = add_at(state, endpoint, code, format, arguments);
	va_end(arguments);
	finding->place.key_type = key_type;
	return finding;
}

void
judging_set_server(struct finding *finding,
    const struct server_evidence *server)
{
	finding->place.zone = server->zone;
	finding->place.server = evidence_server_place(server);
}

void
judging_advise_reserved(const struct judge_state *state,
    struct finding *finding)
{
	if (state->evidence->public_only)
		advice_add_text(&finding->advice, "if name servers are meant "
		    "to be at special-purpose addresses (private, loopback), "
		    "use --allow-reserved: they were not asked");
}

struct match_input
judging_match_input(const struct judge_state *state,
    const struct host_evidence *host, const struct chain *chain)
{
	return (struct match_input){
		.records = &host->judged.records,
		.chain = chain,
		.reference_names =
		    (const char *const *)host->judged.reference_names,
		.reference_name_count = host->judged.reference_name_count,
		.when = state->when,
		.verifier = state->verifier,
	};
}

bool
judging_is_untried(const struct host_evidence *host,
    const struct handshake_evidence *handshake)
{
	const struct handshake_judgement *judged = &handshake->judged;

	if (judged->match_count < host->judged.records.count)
		return host->judged.dns == HOST_DNS_DANE;
	return match_any(judged->matches, judged->match_count, MATCH_UNTRIED);
}

bool
judging_is_unmatched(const struct handshake_evidence *handshake)
{
	const struct handshake_judgement *judged = &handshake->judged;

	return judged->verdict == VERDICT_FAIL &&
	    !match_any(judged->matches, judged->match_count, MATCH_MATCH);
}

bool
judging_is_alike(const struct handshake_evidence *a,
    const struct handshake_evidence *b)
{
	return a->seen->key_type == b->seen->key_type &&
	    a->judged.verdict == b->judged.verdict &&
	    chain_equal(a->seen->chain, b->seen->chain);
}

bool
judging_is_repeated(const struct endpoint_evidence *endpoint,
    const struct handshake_evidence *handshake)
{
	const struct handshake_evidence *other;

	for (other = endpoint->handshakes; other < handshake; other++) {
		if (judging_is_alike(other, handshake))
			return true;
	}
	return false;
}

unsigned long
judging_wait(const struct judge_state *state)
{
	const struct answer *tlsa = state->host->judged.tlsa;

	return 2 * (unsigned long)(tlsa != NULL ? answer_source_ttl(tlsa) :
	    state->given_ttl);
}
