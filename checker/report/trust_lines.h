/*
 * The chains of trust of a judged domain, line by line, for the text report.
 * What chains have in common is told once.
 */
#ifndef CHECKER_REPORT_TRUST_LINES_H
#define CHECKER_REPORT_TRUST_LINES_H

#include <stdbool.h>
#include <stddef.h>

struct evidence;
struct zone_evidence;

enum trust_kind {
	TRUST_BROKEN,		/* here a chain breaks */
	TRUST_UNKNOWN,		/* nobody knows whether it does */
	TRUST_UNSIGNED,		/* here a chain ends, for there is no more */
	TRUST_BELOW,		/* it has ended, or broken, above */
	TRUST_SECURE,		/* a chain as far as it is secure */
};

struct trust_line {
	enum trust_kind			 kind;
	char				*text;	/* owned, printable */
	const struct zone_evidence	*zone;	/* borrowed; that at which the
						 * chain breaks; NULL: several,
						 * or none */
};

struct trust_lines {
	struct trust_line	*items;		/* owned */
	size_t			 count;
};

/*
 * Of each zone that is not secure the chain that leads there, and why it does
 * not go on; there are as many of these as can be read, and the last line says
 * how many more. ALL: each of them, and the chains on which all is well.
 * For trust_lines_clear; EVIDENCE must outlive the lines.
 */
void	trust_lines_init(struct trust_lines *lines,
	    const struct evidence *evidence, bool all);
void	trust_lines_clear(struct trust_lines *lines);

#endif
