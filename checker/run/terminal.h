/*
 * What depends on who is watching: colour, and the line that shows progress.
 */
#ifndef CHECKER_RUN_TERMINAL_H
#define CHECKER_RUN_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

#include "checker/run/settings.h"

/*
 * Colour by the usual rules: what the user says; else NO_COLOR (never) and
 * FORCE_COLOR (always) when set and not empty; else a terminal that is not
 * dumb.
 */
bool	terminal_wants_colour(enum colour_when when, FILE *out);

/* Whether OUT is a terminal on which a line can be drawn over; NULL is none. */
bool	terminal_is_interactive(FILE *out);

/* Draws TEXT (printable, cut to the line) over the last line; "" removes it. */
void	terminal_draw(FILE *out, const char *text);

#endif
