/*
 * The writers: judged evidence as text for people and for programs. A format is
 * a row of the table and a file.
 */
#ifndef CHECKER_REPORT_REPORT_H
#define CHECKER_REPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct evidence;

struct report_options {
	bool	 colour;
	int	 verbosity;	/* -1: -q, 0, 1: -v, 2: -vv */
	FILE	*summary;	/* borrowed; for a format that writes one. NULL:
				 * none is wanted */
};

/* A row of the table. All pointers are static. */
struct report_format {
	const char *name;
	const char *help;	/* what it is for, a few words */
	bool	    whole;	/* a file is replaced when it is complete, since
				 * somebody may read it at any time */
	bool	    brief;	/* with -q it tells of the zones only what was
				 * found about them */
	const char *summary_variable;	/* of the environment: names the file
					 * that the summary is appended to;
					 * NULL: the format has none */
	/*
	 * Called before the first domain; the others get its result. Both may
	 * be NULL.
	 */
	void	 *(*begin)(FILE *out, const struct report_options *options);
	/* Writes a judged domain. */
	void	  (*domain)(FILE *out, const struct report_options *options,
		    const struct evidence *evidence, void *state);
	/* Writes a judged self-test, alone. NULL: the format has none. */
	void	  (*self_test)(FILE *out, const struct report_options *options,
		    const struct evidence *evidence);
	/* Called after the last domain; frees STATE. May be NULL. */
	void	  (*end)(FILE *out, const struct report_options *options,
		    void *state);
};

/* The format called NAME; NULL: there is none. */
const struct report_format *report_format_find(const char *name);
/* Row I of the table; NULL: past its end. */
const struct report_format *report_format_at(size_t i);

/* The rows, each in its report_*.c. */
extern const struct report_format report_text;
extern const struct report_format report_json;
extern const struct report_format report_junit;
extern const struct report_format report_tap;
extern const struct report_format report_github;
extern const struct report_format report_prometheus;

#endif
