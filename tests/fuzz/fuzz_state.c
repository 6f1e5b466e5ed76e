/*
 * state_parse with any octets: what can be read is written, and comes out as it
 * is when that is read again.
 */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checker/run/state.h"
#include "resolver/file.h"
#include "resolver/text.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* NULL: it is refused, for a reason that can be printed. */
static struct state *
parse(const void *octets, size_t size)
{
	struct state *state;
	struct file file;
	char *why = NULL;

	file_init(&file, "state", octets, size);
	state = state_parse(&file, &why);
	assert((state == NULL) == (why != NULL));
	assert(why == NULL || text_is_printable(why, strlen(why)));
	free(why);
	file_clear(&file);
	return state;
}

static char *
write_out(const struct state *state)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert(out != NULL && state_write(state, out));
	fclose(out);
	return text;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct state *state = parse(data, size), *again;
	char *text, *second;

	if (state == NULL)
		return 0;
	text = write_out(state);
	again = parse(text, strlen(text));
	assert(again != NULL);
	second = write_out(again);
	assert(strcmp(text, second) == 0);
	free(second);
	free(text);
	state_free(again);
	state_free(state);
	return 0;
}
