#include "checker/run/survey_state.h"

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
	const struct state_seen *seen = &state->seen;
	char *why = NULL;

	if (seen->owner_count + seen->server_count > 0 &&
	    !state_file_add(path, &state->seen, &why))
		state->failed = true;
	state_seen_clear(&state->seen);
	return why;
}

char *
survey_state_add(struct survey_state *state, const char *path,
    const struct evidence *evidence, bool from_servers)
{
	const struct state_seen *seen = &state->seen;

	if (path == NULL)
		return NULL;
	state_seen_add(&state->seen, evidence, from_servers);
	return seen->owner_count + seen->server_count < SEEN_MAX ? NULL :
	    survey_state_end(state, path);
}
