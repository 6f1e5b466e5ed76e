#include "checker/run/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define DEFAULT_COLUMNS 80

static bool
is_set(const char *variable)
{
	const char *value = getenv(variable);

	return value != NULL && *value != '\0';
}

bool
terminal_is_interactive(FILE *out)
{
	const char *term = getenv("TERM");

	return out != NULL && isatty(fileno(out)) && term != NULL &&
	    strcmp(term, "dumb") != 0;
}

bool
terminal_wants_colour(enum terminal_colour when, FILE *out)
{
	if (when != TERMINAL_COLOUR_AUTO)
		return when == TERMINAL_COLOUR_ALWAYS;
	if (is_set("NO_COLOR"))
		return false;
	if (is_set("FORCE_COLOR"))
		return strcmp(getenv("FORCE_COLOR"), "0") != 0;
	return terminal_is_interactive(out);
}

void
terminal_draw(FILE *out, const char *text)
{
	struct winsize size = { .ws_col = DEFAULT_COLUMNS };

	if (ioctl(fileno(out), TIOCGWINSZ, &size) == -1 || size.ws_col == 0)
		size.ws_col = DEFAULT_COLUMNS;
	fprintf(out, "\r\033[K%.*s", size.ws_col - 1, text);
	fflush(out);
}
