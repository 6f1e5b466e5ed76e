/*
 * A judged domain as test cases, for the formats of CI systems: DNSSEC of the
 * domain, TLSA of each host, each address and key type.
 */
#ifndef CHECKER_REPORT_REPORT_CASES_H
#define CHECKER_REPORT_REPORT_CASES_H

#include <stddef.h>

#include "checker/evidence/verdict.h"

struct evidence;

struct report_case {
	char		*name;		/* owned, unique within the domain */
	enum verdict	 verdict;
	char		*summary;	/* owned; the text of the most severe
					 * finding; NULL: none */
	char		*details;	/* owned; all findings with what to do,
					 * in lines; NULL: none */
};

struct report_cases {
	struct report_case	*items;		/* owned */
	size_t			 count;
};

/* The cases of a judged domain, for report_cases_clear. */
void	report_cases_init(struct report_cases *cases,
	    const struct evidence *evidence);
void	report_cases_clear(struct report_cases *cases);

#endif
