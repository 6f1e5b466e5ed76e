/*
 * recording_decode and recording_unframe with any octets: the first one chooses
 * the view. What was decoded is judged, compared, reported and encoded again,
 * as by a program that trusts it.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checker/evidence/evidence.h"
#include "checker/evidence/recording.h"
#include "checker/judge/compare.h"
#include "checker/judge/judge.h"
#include "checker/report/plugin.h"
#include "checker/report/report.h"
#include "resolver/text.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every writer, to nowhere. */
static void
report(const struct evidence *evidence)
{
	const struct report_options options = {
		.colour = evidence->host_count % 2 == 1,
		.verbosity = (int)(evidence->elapsed_ms % 4) - 1,
	};
	const struct report_format *format;
	char *text = NULL;
	size_t size, i;
	void *state;
	FILE *out;

	for (i = 0; (format = report_format_at(i)) != NULL; i++) {
		out = open_memstream(&text, &size);
		state = format->begin != NULL ? format->begin(out, &options) :
		    NULL;
		format->domain(out, &options, evidence, state);
		if (format->end != NULL)
			format->end(out, &options, state);
		fclose(out);
		free(text);
	}
}

static void
check(const struct evidence *evidence)
{
	const struct plugin_options options = { .verbosity = 1 };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	plugin_report(out, evidence, &options);
	fclose(out);
	free(text);
}

/* What was decoded can be encoded, and decoding that gives the same octets. */
static struct evidence *
travel(const struct evidence *evidence, enum recording_view view)
{
	struct evidence *decoded;
	uint8_t *octets, *again;
	size_t size, again_size;
	char *why = NULL;

	octets = recording_encode(evidence, view, &size);
	decoded = recording_decode(octets, size, view, &why);
	if (decoded == NULL) {
		fprintf(stderr, "%s\n", why);
		abort();
	}
	again = recording_encode(decoded, view, &again_size);
	assert(size == again_size && memcmp(octets, again, size) == 0);
	free(octets);
	free(again);
	return decoded;
}

static void
use(struct evidence *evidence, enum recording_view view)
{
	const struct judge_options options = { .warning_days = 7 };
	struct evidence *decoded = travel(evidence, view);

	if (view == RECORDING_FACTS) {
		judge(decoded, &options);
		judge(evidence, &options);
		compare(decoded, evidence);
		evidence_free(travel(decoded, RECORDING_REPORTED));
	}
	report(decoded);
	check(decoded);
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
