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

#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/text.h"

/* Octets of a line, far more than a domain and a comment need. */
#define LINE_MAX_SIZE	4096
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
	char		*file;		/* owned, printable, for messages */
	size_t		 line;		/* number of the line last read */
	bool		 cut;		/* its rest is skipped */
	struct evbuffer	*buffer;	/* owned; read, not parsed yet */
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
	input->buffer = evbuffer_new();
	input->again = evtimer_new(base, on_readable, input);
	if (input->buffer == NULL || input->again == NULL)
		abort();
	if (file == NULL)
		return input;

	input->file = text_printable(file, strlen(file));
	if (!open_file(input, base, file)) {
		*why = memory_format("cannot read '%s': %s", input->file,
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
	evbuffer_free(input->buffer);
	free(input->file);
	free(input);
}

/* Whether reading would block. */
static bool
would_wait(const struct input *input)
{
	struct pollfd watch = { .fd = input->fd, .events = POLLIN };

	return input->readable != NULL && poll(&watch, 1, 0) <= 0;
}

static char *
complain(const char *word, const char *fault)
{
	char *safe = text_printable(word, strlen(word));
	char *why = memory_format("'%s' %s", safe, fault);

	free(safe);
	return why;
}

char *
input_domain(const char *word, char **why)
{
	const char *fault;
	char *domain = name_from_user(word, &fault);

	if (domain == NULL)
		*why = complain(word, fault);
	return domain;
}

/* Strips a comment and the space around the rest, which may be empty. */
static char *
trim(char *line)
{
	size_t size;

	line[strcspn(line, "#")] = '\0';
	line += strspn(line, " \t\r");
	size = strlen(line);
	while (size > 0 && strchr(" \t\r", line[size - 1]) != NULL)
		line[--size] = '\0';
	return line;
}

/*
 * Takes the next line from the buffer, without its newline (owned by the
 * caller, *SIZE octets). NULL: more must be read. The last line may lack its
 * newline. A line that is too long is cut; its rest is a piece of its own,
 * which is empty.
 */
static char *
next_piece(struct input *input, size_t *size)
{
	char *piece = evbuffer_readln(input->buffer, size, EVBUFFER_EOL_LF);
	const bool rest = input->cut;

	input->cut = false;
	if (piece == NULL) {
		*size = evbuffer_get_length(input->buffer);
		input->cut = rest;
		if (*size == 0 || (input->fd != -1 && *size <= LINE_MAX_SIZE))
			return NULL;
		piece = memory_new(*size + 1, 1);
		evbuffer_remove(input->buffer, piece, *size);
		input->cut = true;
	}
	if (rest) {
		*size = 0;
		*piece = '\0';
	} else {
		input->line++;
	}
	return piece;
}

/* Parses one line. INPUT_WAIT: blank, or a comment alone. */
static enum input_state
parse_line(const struct input *input, char *line, size_t size, char **domain,
    char **why)
{
	char *word, *wrong = NULL;

	if (strlen(line) != size) {
		wrong = complain(line, "is followed by a NUL octet");
	} else {
		word = trim(line);
		if (*word == '\0')
			return INPUT_WAIT;
		*domain = input_domain(word, &wrong);
	}
	if (wrong == NULL)
		return INPUT_DOMAIN;
	*why = memory_format("%s:%zu: %s", input->file, input->line, wrong);
	free(wrong);
	return INPUT_BAD;
}

static void
end_file(struct input *input)
{
	if (input->readable != NULL)
		event_free(input->readable);
	input->readable = NULL;
	close(input->fd);
	input->fd = -1;
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

enum input_state
input_next(struct input *input, char **domain, char **why)
{
	enum input_state state;
	size_t size;
	char *line;
	int got;

	*domain = *why = NULL;
	if (input->next < input->count) {
		*domain = input_domain(input->words[input->next++], why);
		return *domain != NULL ? INPUT_DOMAIN : INPUT_BAD;
	}
	for (;;) {
		if (input->steps == STEPS_AT_ONCE)
			return yield_to_loop(input);
		input->steps++;
		line = next_piece(input, &size);
		if (line != NULL) {
			state = parse_line(input, line, size, domain, why);
			free(line);
			if (state != INPUT_WAIT)
				return state;
			continue;
		}
		if (input->fd == -1)
			return INPUT_END;
		if (would_wait(input)) {
			event_add(input->readable, NULL);
			return INPUT_WAIT;
		}
		got = evbuffer_read(input->buffer, input->fd, READ_SIZE);
		if (got > 0 || (got < 0 && errno == EINTR))
			continue;
		if (got < 0)
			*why = memory_format("%s: %s", input->file,
			    strerror(errno));
		end_file(input);
		if (*why != NULL)
			return INPUT_BAD;
	}
}
