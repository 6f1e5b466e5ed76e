#include "checker/gather/look.h"

#include <stdlib.h>
#include <string.h>

#include "checker/evidence/endpoint_ends.h"
#include "resolver/memory.h"
#include "resolver/text.h"

key_set
look_types_seen(const struct endpoint_evidence *evidence)
{
	key_set seen = 0;
	size_t i;

	for (i = 0; i < evidence->handshake_count; i++)
		seen |= KEY_SET(evidence->handshakes[i].seen->key_type);
	return seen;
}

key_set
look_types_new(const struct look *look)
{
	return look->shown & ~look->known;
}

key_set
look_types_weak(const struct look *look,
    const struct endpoint_evidence *evidence)
{
	const struct handshake_evidence *handshake;
	key_set weak = 0;
	size_t i;

	if (look->purpose == LOOK_STRICT)
		return 0;
	for (i = look->first; i < evidence->handshake_count; i++) {
		handshake = &evidence->handshakes[i];
		if (handshake->seen->weaknesses != 0)
			weak |= KEY_SET(handshake->seen->key_type);
	}
	return weak;
}

void
look_begin(struct look *look, const struct endpoint_evidence *evidence,
    enum look_purpose purpose, key_set except)
{
	*look = (struct look){
		.purpose = purpose,
		.except = except,
		.known = look_types_seen(evidence),
		.first = evidence->handshake_count,
		.is_later = true,
	};
}

struct endpoint_ending
look_end_of(const struct session_result *result)
{
	return (struct endpoint_ending){
		.stage = result->stage,
		.outcome = result->outcome,
		.error = result->error,
		.reply_code = result->reply_code,
		.alert = result->alert,
		.asks_certificate = result->asks_certificate,
		.rewrite = result->rewrite,
		.connections = 1,
	};
}

bool
look_has_asked(enum session_outcome outcome)
{
	return outcome == OUTCOME_DONE || outcome == OUTCOME_HANDSHAKE_FAILED ||
	    outcome == OUTCOME_UNTRIED;
}

/*
 * The connections of the first look speak for the address. A later one offers
 * fewer key types: that the server then refuses the handshake (or that our
 * library has none left to offer) only says that it has no other certificate;
 * any other end leaves that open, if it is not that of a machine of which the
 * first look tells. A limit is one on the address as a whole.
 */
void
look_record_end(const struct look *look, struct endpoint_evidence *evidence,
    const struct endpoint_ending *end)
{
	if (!look->is_later || end->outcome == OUTCOME_LIMIT) {
		endpoint_ends_add(evidence, end);
	} else if (!look_has_asked(end->outcome) &&
	    !endpoint_ends_have(evidence, end)) {
		free(evidence->incomplete);
		evidence->incomplete = memory_format("%s: %s",
		    session_stage_name(end->stage),
		    end->error != NULL ? end->error : "it ended early");
	}
}

/* Whether two handshakes tell the same about a server. */
static bool
is_same_handshake(const struct handshake *a, const struct handshake *b)
{
	return a->key_type == b->key_type && a->version == b->version &&
	    a->weaknesses == b->weaknesses && chain_equal(a->chain, b->chain);
}

/*
 * Takes ownership of HANDSHAKE. What an earlier look has shown is known; so is
 * another certificate of a key type that one has shown, unless that is FURTHER:
 * a server may answer with a type that was not offered (RFC 8446 4.4.2.2).
 * Borrowed; NULL: it is not kept.
 */
static struct handshake_evidence *
record_handshake(struct look *look, struct endpoint_evidence *evidence,
    struct handshake *handshake, bool further)
{
	const key_set type = KEY_SET(handshake->key_type);
	size_t i;

	look->shown |= type;
	for (i = 0; i < evidence->handshake_count; i++) {
		if (is_same_handshake(evidence->handshakes[i].seen, handshake))
			break;
	}
	if (i == evidence->handshake_count &&
	    i < EVIDENCE_HANDSHAKES_MAX && (further ||
	    (look->known & type) == 0)) {
		evidence->handshakes = memory_grow(evidence->handshakes, i,
		    sizeof(*evidence->handshakes));
		evidence->handshakes[evidence->handshake_count++].seen =
		    handshake;
		handshake = NULL;
	}
	handshake_free(handshake);
	if (i == evidence->handshake_count)
		return NULL;
	if (i >= look->first)
		evidence->handshakes[i].shown++;
	return &evidence->handshakes[i];
}

/* A handshake of an earlier look to which a strict one is an answer. */
static bool
is_asked_strictly(const struct look *look,
    const struct handshake_evidence *handshake)
{
	return (look->strict & KEY_SET(handshake->seen->key_type)) != 0 &&
	    handshake->seen->weaknesses != 0;
}

/*
 * A strict offer did not come about: notes that with those that are weak, and
 * keeps what says most.
 */
static void
note_failure(const struct look *look, struct endpoint_evidence *evidence,
    enum session_outcome outcome, const char *error)
{
	struct handshake_evidence *handshake;
	size_t i;

	if (look_has_asked(outcome))
		outcome = OUTCOME_HANDSHAKE_FAILED;
	for (i = 0; i < look->first; i++) {
		handshake = &evidence->handshakes[i];
		if (!is_asked_strictly(look, handshake) ||
		    handshake->strict_outcome == OUTCOME_HANDSHAKE_FAILED)
			continue;
		free(handshake->strict_error);
		handshake->strict_outcome = outcome;
		handshake->strict_error = memory_string(error);
	}
}

/*
 * What came of a strict offer. A server that answers with another key type has
 * none of this one that it could use so; and a weak key cannot be asked not to
 * be there.
 */
static void
record_strict(struct look *look, struct endpoint_evidence *evidence,
    struct session_result *result)
{
	struct handshake *handshake = result->handshake;
	struct handshake_evidence *kept;

	result->handshake = NULL;
	if (handshake != NULL &&
	    (look->strict & KEY_SET(handshake->key_type)) != 0) {
		kept = record_handshake(look, evidence, handshake, true);
		if (kept != NULL && kept->seen->weaknesses != 0)
			kept->strict_outcome = OUTCOME_HANDSHAKE_FAILED;
		return;
	}
	handshake_free(handshake);
	note_failure(look, evidence, result->outcome, result->error);
}

/* Takes the replies of the first conversation; no other keeps any. */
static void
record_replies(struct endpoint_evidence *evidence,
    struct session_result *result)
{
	if (result->reply_count == 0)
		return;
	session_replies_free(evidence->replies, evidence->reply_count);
	evidence->replies = result->replies;
	evidence->reply_count = result->reply_count;
	result->replies = NULL;
	result->reply_count = 0;
}

static void
count_connection(struct look *look, struct endpoint_evidence *evidence,
    enum session_outcome outcome)
{
	size_t i;

	look->made++;
	look->asked += look_has_asked(outcome) ||
	    outcome == OUTCOME_CLIENT_CERTIFICATE;
	for (i = look->first; i < evidence->handshake_count; i++)
		evidence->handshakes[i].asked = look->asked;
}

void
look_pass_over(struct look *look)
{
	look->made++;
	look->asked++;
}

/* Of one that is only compared: what it is compared for is no fault. */
static void
compare(struct look *look, struct endpoint_evidence *evidence,
    const struct endpoint_ending *end, bool done)
{
	const bool failed = !done && end->stage == STAGE_HANDSHAKE;

	look->made++;
	look->done += done;
	look->failed += failed;
	if ((!done && !failed) || end->outcome == OUTCOME_LIMIT)
		look_record_end(look, evidence, end);
}

void
look_record(struct look *look, struct endpoint_evidence *evidence,
    struct session_result *result, bool repeated)
{
	static const struct endpoint_ending too_many = {
		.stage = STAGE_HANDSHAKE,
		.outcome = OUTCOME_LIMIT,
		.error = (char *)"there were "
		    TEXT_NUMBER(EVIDENCE_HANDSHAKES_MAX)
		    " handshakes with it that differ",
		.connections = 1,
	};
	const struct endpoint_ending end = look_end_of(result);

	if (look->purpose >= LOOK_LONG) {
		compare(look, evidence, &end, result->handshake != NULL);
		return;
	}
	look_record_end(look, evidence, &end);
	evidence->plaintext_injected |= result->plaintext_injected;
	record_replies(evidence, result);
	if (look->purpose == LOOK_STRICT)
		record_strict(look, evidence, result);
	else if (result->handshake != NULL)
		record_handshake(look, evidence, result->handshake, repeated);
	result->handshake = NULL;
	count_connection(look, evidence, result->outcome);
	if (evidence->handshake_count == EVIDENCE_HANDSHAKES_MAX)
		look_record_end(look, evidence, &too_many);
}

/* Whether a strict offer brought the same chain as an earlier handshake. */
static bool
came_strictly(const struct look *look,
    const struct endpoint_evidence *evidence,
    const struct handshake_evidence *handshake)
{
	size_t i;

	for (i = look->first; i < evidence->handshake_count; i++) {
		if (chain_equal(evidence->handshakes[i].seen->chain,
		    handshake->seen->chain))
			return true;
	}
	return false;
}

/*
 * Whether some machine can do no better with another chain than those that came
 * strictly: the others then do.
 */
static bool
has_scapegoat(const struct look *look, const struct endpoint_evidence *evidence)
{
	const struct handshake_evidence *handshake;
	size_t i;

	for (i = 0; i < look->first; i++) {
		handshake = &evidence->handshakes[i];
		if (is_asked_strictly(look, handshake) &&
		    !came_strictly(look, evidence, handshake))
			return true;
	}
	return false;
}

static void
drop_handshake(struct look *look, struct endpoint_evidence *evidence, size_t i)
{
	struct handshake_evidence *dropped = &evidence->handshakes[i];

	handshake_free(dropped->seen);
	free(dropped->strict_error);
	evidence->handshake_count--;
	memmove(dropped, dropped + 1, (evidence->handshake_count - i) *
	    sizeof(*dropped));
	look->first--;
}

void
look_settle(struct look *look, struct endpoint_evidence *evidence)
{
	const struct handshake_evidence *handshake;
	bool others;
	size_t i = 0;

	if ((look->shown & look->strict) == 0)
		return;
	others = has_scapegoat(look, evidence);
	while (i < look->first) {
		handshake = &evidence->handshakes[i];
		if (is_asked_strictly(look, handshake) &&
		    (handshake->strict_outcome == OUTCOME_UNTRIED || (others &&
		    came_strictly(look, evidence, handshake))))
			drop_handshake(look, evidence, i);
		else
			i++;
	}
}
