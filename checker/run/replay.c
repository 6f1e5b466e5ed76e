#include "checker/run/replay.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "checker/run/input_domain.h"
#include "checker/run/record_file.h"
#include "resolver/memory.h"

/* A domain of the command line. */
struct wanted {
	char	*domain;	/* owned, normalised */
	bool	 found;
};

struct replay {
	struct record_reader	 reader;
	struct wanted		*wanted;	/* owned; none: all are */
	size_t			 count;
	size_t			 told;		/* of these, at the end */
	bool			 ended;
	bool			 bad;		/* before its end */
};

struct replay *
replay_open(const char *file, char *const *words, size_t count, char **why)
{
	struct replay *replay = memory_new(1, sizeof(*replay));
	size_t i;

	if (!record_reader_init(&replay->reader, file, why)) {
		replay_close(replay);
		return NULL;
	}
	replay->wanted = memory_new(count, sizeof(*replay->wanted));
	for (i = 0; i < count; i++) {
		replay->wanted[i].domain = input_domain(words[i], why);
		if (replay->wanted[i].domain == NULL) {
			replay_close(replay);
			return NULL;
		}
		replay->count++;
	}
	return replay;
}

void
replay_close(struct replay *replay)
{
	size_t i;

	if (replay == NULL)
		return;
	for (i = 0; i < replay->count; i++)
		free(replay->wanted[i].domain);
	free(replay->wanted);
	record_reader_clear(&replay->reader);
	free(replay);
}

static bool
is_wanted(struct replay *replay, const char *domain)
{
	bool wanted = replay->count == 0;
	size_t i;

	for (i = 0; i < replay->count; i++) {
		if (strcmp(replay->wanted[i].domain, domain) != 0)
			continue;
		replay->wanted[i].found = true;
		wanted = true;
	}
	return wanted;
}

static bool
is_named_before(const struct replay *replay, const struct wanted *wanted)
{
	const struct wanted *other;

	for (other = replay->wanted; other < wanted; other++) {
		if (strcmp(other->domain, wanted->domain) == 0)
			return true;
	}
	return false;
}

/*
 * Names the next domain that was wanted and not found. Nobody knows what the
 * rest of a bad file has.
 */
static enum replay_result
tell_missing(struct replay *replay, char **why)
{
	const struct wanted *wanted;

	while (replay->told < replay->count) {
		wanted = &replay->wanted[replay->told++];
		if (wanted->found || replay->bad ||
		    is_named_before(replay, wanted))
			continue;
		*why = memory_format("%s: it has no record of '%s'",
		    replay->reader.file, wanted->domain);
		return REPLAY_BAD;
	}
	return REPLAY_END;
}

enum replay_result
replay_next(struct replay *replay, struct pool_task *task, char **why)
{
	struct recording_frame frame;

	while (!replay->ended) {
		switch (record_reader_next(&replay->reader, &frame, why)) {
		case RECORD_BAD:
			replay->ended = replay->bad = true;
			return REPLAY_BAD;
		case RECORD_END:
			replay->ended = true;
			break;
		case RECORD_FRAME:
			if (!is_wanted(replay, frame.domain)) {
				free(frame.domain);
				break;
			}
			task->domain = frame.domain;
			task->facts = memory_copy(frame.facts, frame.size);
			task->size = frame.size;
			return REPLAY_TASK;
		}
	}
	return tell_missing(replay, why);
}
