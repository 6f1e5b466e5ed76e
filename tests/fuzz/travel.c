#include "tests/fuzz/travel.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checker/evidence/evidence.h"
#include "checker/judge/judge.h"

struct evidence *
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

/* Takes ownership of OTHER. */
static void
compare(const char *text, struct evidence *other,
    char *(*write)(const struct evidence *evidence))
{
	char *written = write(other);

	assert(strcmp(text, written) == 0);
	free(written);
	evidence_free(other);
}

void
travel_check(const struct evidence *evidence,
    const struct judge_options *options,
    char *(*write)(const struct evidence *evidence))
{
	struct evidence *replayed = travel(evidence, RECORDING_FACTS);
	char *text = write(evidence);

	judge(replayed, options);
	compare(text, replayed, write);
	compare(text, travel(evidence, RECORDING_REPORTED), write);
	free(text);
}
