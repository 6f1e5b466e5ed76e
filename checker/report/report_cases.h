/*
 * A judged domain as test cases, for the formats that pipelines read: DNSSEC of
 * the domain, TLSA of each host, each address and key type.
 */
#ifndef CHECKER_REPORT_REPORT_CASES_H
#define CHECKER_REPORT_REPORT_CASES_H

#include <stddef.h>

#include "checker/evidence/verdict.h"

struct evidence;

struct report_case {
	char		*name;		/* owned, unique within the domain */
	enum verdict	 verdict;
	char		*summary;	/* owned or NULL; the most severe
					 * finding */
	char		*details;	/* owned; all findings of the case with
					 * what to do, a line each, or NULL */
};

struct report_cases {
	struct report_case	*items;		/* owned */
	size_t			 count;
};

/* The cases of a judged domain; to be cleared by the caller. */
void	report_cases_init(struct report_cases *cases,
	    const struct evidence *evidence);
void	report_cases_clear(struct report_cases *cases);

#endif
