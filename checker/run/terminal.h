/*
 * What depends on who is watching: colour, and the line that shows progress.
 */
#ifndef CHECKER_RUN_TERMINAL_H
#define CHECKER_RUN_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

/* --color */
enum terminal_colour {
	TERMINAL_COLOUR_NEVER,
	TERMINAL_COLOUR_AUTO,
	TERMINAL_COLOUR_ALWAYS,
};

/*
 * Colour by the usual rules: what the user says; else NO_COLOR (never) and
 * FORCE_COLOR (always) when set and not empty; else only on a terminal that is
 * not dumb. OUT may be NULL: not a terminal.
 */
bool	terminal_wants_colour(enum terminal_colour when, FILE *out);

/* Whether OUT is a terminal that can redraw a line. NULL is not. */
bool	terminal_is_interactive(FILE *out);

/* Draws TEXT (printable, cut to fit) over the current line; "" clears it. */
void	terminal_draw(FILE *out, const char *text);

#endif
