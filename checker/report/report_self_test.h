/*
 * The report of --self-test, for the formats that have one.
 */
#ifndef CHECKER_REPORT_REPORT_SELF_TEST_H
#define CHECKER_REPORT_REPORT_SELF_TEST_H

#include <stdio.h>

struct evidence;
struct report_options;

/* A line for each item: what it is, "ok", "FAIL", "warn" or "-", and why. */
void	report_self_test_text(FILE *out, const struct report_options *options,
	    const struct evidence *evidence);
/* One object on a line. */
void	report_self_test_json(FILE *out, const struct report_options *options,
	    const struct evidence *evidence);

#endif
