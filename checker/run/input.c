#include "checker/run/input.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checker/run/input_domain.h"
#include "checker/run/input_lines.h"
#include "resolver/memory.h"

#define READ_SIZE	65536
/*
 * Lines and reads after which control returns to the event loop, so that
 * signals and deadlines are served while reading what has no domains and no end
 * (/dev/zero).
 */
#define STEPS_AT_ONCE	4096

struct input {
	char *const	*words;		/* borrowed */
	size_t		 count;
	size_t		 next;		/* index of the next word */
	int		 fd;		/* -1: no file, or it has ended */
	struct input_lines lines;	/* read, not parsed yet */
	struct event	*readable;	/* owned; NULL: reading never waits */
	struct event	*again;		/* owned; resumes reading */
	size_t		 steps;		/* since control was returned */
	input_ready	*ready;
	void		*argument;	/* borrowed */
};

static void
on_readable(evutil_socket_t fd, short what, void *argument)
{
	struct input *input = argument;

	(void)fd;
	(void)what;
	input->steps = 0;
	input->ready(input->argument);
}

/* Files and some devices cannot be polled: reading them does not block. */
static bool
can_wait(int fd, const struct stat *status)
{
	return S_ISFIFO(status->st_mode) || S_ISSOCK(status->st_mode) ||
	    isatty(fd) == 1;
}

static bool
open_file(struct input *input, struct event_base *base, const char *file)
{
	struct stat status;

	input->fd = strcmp(file, "-") == 0 ? dup(STDIN_FILENO) :
	    open(file, O_RDONLY | O_CLOEXEC);
	if (input->fd == -1 || fstat(input->fd, &status) == -1)
		return false;
	if (S_ISDIR(status.st_mode)) {
		errno = EISDIR;
		return false;
	}
	if (!can_wait(input->fd, &status))
		return true;
	input->readable = event_new(base, input->fd, EV_READ, on_readable,
	    input);
	if (input->readable == NULL)
		abort();
	return true;
}

struct input *
input_open(struct event_base *base, char *const *words, size_t count,
    const char *file, input_ready *ready, void *argument, char **why)
{
	struct input *input = memory_new(1, sizeof(*input));

	input->words = words;
	input->count = count;
	input->fd = -1;
	input->ready = ready;
	input->argument = argument;
	input->again = evtimer_new(base, on_readable, input);
	if (input->again == NULL)
		abort();
	input_lines_init(&input->lines, file != NULL ? file : "");
	if (file == NULL)
		input->lines.ended = true;
	else if (!open_file(input, base, file)) {
		*why = memory_format("cannot read '%s': %s", input->lines.file,
		    strerror(errno));
		input_close(input);
		return NULL;
	}
	return input;
}

void
input_close(struct input *input)
{
	if (input == NULL)
		return;
	if (input->readable != NULL)
		event_free(input->readable);
	event_free(input->again);
	if (input->fd != -1)
		close(input->fd);
	input_lines_clear(&input->lines);
	free(input);
}

/* Whether reading would block. */
static bool
would_wait(const struct input *input)
{
	struct pollfd watch = { .fd = input->fd, .events = POLLIN };

	return input->readable != NULL && poll(&watch, 1, 0) <= 0;
}

static void
end_file(struct input *input)
{
	if (input->readable != NULL)
		event_free(input->readable);
	input->readable = NULL;
	close(input->fd);
	input->fd = -1;
	input->lines.ended = true;
}

/*
 * Returns control to the loop, and resumes after it has served the others. A
 * timer, since event_active from a callback runs within the same turn.
 */
static enum input_state
yield_to_loop(struct input *input)
{
	const struct timeval now = { 0 };

	evtimer_add(input->again, &now);
	return INPUT_WAIT;
}

/*
 * Reads more of the list. False: there is no more for now, or ever; *STATE says
 * which, or that reading failed (*WHY).
 */
static bool
read_more(struct input *input, enum input_state *state, char **why)
{
	int got;

	*state = INPUT_END;
	if (input->fd == -1)
		return false;
	if (would_wait(input)) {
		event_add(input->readable, NULL);
		*state = INPUT_WAIT;
		return false;
	}
	got = evbuffer_read(input->lines.octets, input->fd, READ_SIZE);
	if (got > 0 || (got < 0 && errno == EINTR))
		return true;
	if (got < 0) {
		*why = memory_format("%s: %s", input->lines.file,
		    strerror(errno));
		*state = INPUT_BAD;
	}
	end_file(input);
	return got == 0;
}

enum input_state
input_next(struct input *input, char **domain, char **why)
{
	enum input_state state;

	*domain = *why = NULL;
	if (input->next < input->count) {
		*domain = input_domain(input->words[input->next++], why);
		return *domain != NULL ? INPUT_DOMAIN : INPUT_BAD;
	}
	for (;;) {
		if (input->steps == STEPS_AT_ONCE)
			return yield_to_loop(input);
		input->steps++;
		switch (input_lines_next(&input->lines, domain, why)) {
		case INPUT_LINE_DOMAIN:
			return INPUT_DOMAIN;
		case INPUT_LINE_BAD:
			return INPUT_BAD;
		case INPUT_LINE_NONE:
			if (!read_more(input, &state, why))
				return state;
			break;
		case INPUT_LINE_BLANK:
			break;
		}
	}
}
