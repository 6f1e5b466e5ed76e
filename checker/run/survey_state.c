#include "checker/run/survey_state.h"

#include <stdlib.h>

#include "checker/evidence/evidence.h"
#include "checker/evidence/sightings.h"
#include "checker/run/state_file.h"
#include "resolver/memory.h"

/* What is held back at most, before it is added to the file. */
#define SEEN_MAX 4096

bool
survey_state_read(struct user_files *files, const char *path, char **why)
{
	if (path == NULL)
		return true;
	if (files->state != NULL)
		file_clear(files->state);
	else
		files->state = memory_new(1, sizeof(*files->state));
	return state_file_read(files->state, path, why);
}

char *
survey_state_end(struct survey_state *state, const char *path)
{
	char *why = NULL;
	size_t i;

	if (state->count > 0 && !state_file_add(path, state->seen,
	    state->count, &why))
		state->failed = true;
	for (i = 0; i < state->count; i++)
		sightings_free(state->seen[i]);
	free(state->seen);
	state->seen = NULL;
	state->count = 0;
	return why;
}

static void
add(struct survey_state *state, const struct sightings *seen)
{
	if (seen == NULL)
		return;
	state->seen = memory_grow(state->seen, state->count,
	    sizeof(struct sightings *));
	state->seen[state->count++] = sightings_copy(seen);
}

char *
survey_state_add(struct survey_state *state, const char *path,
    const struct evidence *evidence)
{
	size_t i, j;

	for (i = 0; path != NULL && i < evidence->host_count; i++) {
		for (j = 0; j < EVIDENCE_BASES; j++)
			add(state, evidence->hosts[i].judged.seen[j]);
	}
	return state->count < SEEN_MAX ? NULL : survey_state_end(state, path);
}
