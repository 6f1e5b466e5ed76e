/*
 * recording_decode and recording_unframe with any octets: the first one chooses
 * the view. What was decoded is judged, compared, reported and encoded again,
 * as by a program that trusts it; the same twice gives the same reports.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "checker/evidence/evidence.h"
#include "checker/judge/compare.h"
#include "checker/judge/judge.h"
#include "resolver/text.h"
#include "tests/fuzz/mutate.h"
#include "tests/fuzz/travel.h"
#include "tests/fuzz/written.h"

size_t	LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most,
	    unsigned int seed);
int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most,
    unsigned int seed)
{
	if (seed % 16 == 0 || size < 2 || most < size)
		return LLVMFuzzerMutate(data, size, most);
	return 1 + mutate_cbor(data + 1, size - 1, most - 1, seed / 16);
}

/* Every writer, to nowhere. */
static char *
report(const struct evidence *evidence)
{
	return written_reports(evidence, (int)(evidence->elapsed_ms % 4) - 1);
}

static void
use(struct evidence *evidence, enum recording_view view)
{
	const struct judge_options options = { .warning_days = 7 };
	struct evidence *decoded = travel(evidence, view);
	char *first, *second;

	if (view == RECORDING_FACTS) {
		judge(decoded, &options);
		judge(evidence, &options);
		/* What reports count is for fuzz_judge. */
		assert(evidence_exit_status(decoded) ==
		    verdict_exit_status(decoded->judged.verdict));
	}
	first = report(decoded);
	second = report(evidence);
	assert(strcmp(first, second) == 0);
	free(first);
	free(second);
	if (view == RECORDING_FACTS) {
		compare(decoded, evidence);
		evidence_free(travel(decoded, RECORDING_REPORTED));
		free(report(decoded));
	}
	evidence_free(decoded);
}

static void
unframe(const uint8_t *data, size_t size)
{
	struct recording_frame frame;
	char *why = NULL;
	size_t used;

	switch (recording_unframe(data, size, &frame, &used, &why)) {
	case RECORDING_FRAME:
		assert(used <= size && frame.facts >= data &&
		    frame.facts + frame.size == data + used);
		free(frame.domain);
		break;
	case RECORDING_BAD:
		assert(text_is_printable(why, strlen(why)));
		free(why);
		break;
	case RECORDING_MORE:
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct evidence *evidence;
	enum recording_view view;
	char *why = NULL;

	if (size == 0)
		return 0;
	unframe(data, size);
	view = data[0] % 2 == 0 ? RECORDING_FACTS : RECORDING_REPORTED;
	evidence = recording_decode(data + 1, size - 1, view, &why);
	if (evidence == NULL) {
		assert(text_is_printable(why, strlen(why)));
		free(why);
		return 0;
	}
	use(evidence, view);
	evidence_free(evidence);
	return 0;
}
