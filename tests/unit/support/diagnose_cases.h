/*
 * Mistakes in making TLSA records, and the explanation for each.
 */
#ifndef TESTS_UNIT_SUPPORT_DIAGNOSE_CASES_H
#define TESTS_UNIT_SUPPORT_DIAGNOSE_CASES_H

#include <stddef.h>

#include "checker/evidence/finding.h"
#include "tests/unit/support/match_cases.h"
#include "tests/unit/support/slips.h"

/* A record that does not match, and its explanation. */
struct diagnose_case {
	const char	*name;
	enum who	 sent[MATCH_SENT_MAX];
	const char	*record;	/* the numbers that it has */
	enum who	 of;
	/* "1 2": the selector and matching type that its data really has */
	const char	*form;
	slip		*slip;		/* what the data became, or NULL */
	enum finding_code code;
	const char	*text;
	const char	*advised;	/* the numbers to publish */
	enum who	 advised_of;
};

extern const struct diagnose_case diagnose_cases[];
extern const size_t diagnose_case_count;

#endif
