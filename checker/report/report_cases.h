/*
 * A judged domain as test cases, for the formats of CI systems: DNSSEC of the
 * domain, each zone of the chains of trust, TLSA of each host, each address and
 * key type.
 */
#ifndef CHECKER_REPORT_REPORT_CASES_H
#define CHECKER_REPORT_REPORT_CASES_H

#include <stdbool.h>
#include <stddef.h>

#include "checker/evidence/verdict.h"

struct evidence;
struct finding;

struct report_case {
	char		*name;		/* owned, unique within the domain */
	enum verdict	 verdict;
	const char	*summary;	/* borrowed from the evidence; the text
					 * of the most severe finding; NULL:
					 * none */
	char		*details;	/* owned; all findings with what to do,
					 * in lines; NULL: none */
};

/* A walk over the cases, which are made one by one. */
struct report_cases {
	const struct evidence	 *evidence;	/* borrowed */
	/* All findings by host and address, then as settled (owned). */
	const struct finding	**findings;
	size_t			  count;
	/* What the next case is about. */
	bool			  in_zones;	/* false: the domain */
	size_t			  zone;		/* then one of these */
	bool			  in_host;	/* false: the host's TLSA */
	size_t			  host;
	size_t			  endpoint;
	size_t			  handshake;
};

/* Begins to walk over a judged domain, for report_cases_clear. */
void	report_cases_init(struct report_cases *cases,
	    const struct evidence *evidence);
/*
 * Makes the next case, for report_case_clear. False: there is none, and *ITEM
 * is not set.
 */
bool	report_cases_next(struct report_cases *cases,
	    struct report_case *item);
void	report_case_clear(struct report_case *item);
void	report_cases_clear(struct report_cases *cases);

#endif
