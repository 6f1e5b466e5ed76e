/*
 * Parts of the text report, for whoever writes text.
 */
#ifndef CHECKER_REPORT_REPORT_TEXT_H
#define CHECKER_REPORT_REPORT_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#include "checker/evidence/finding.h"
#include "checker/evidence/verdict.h"

/* "pass", "FAIL": the word alone. */
void	report_text_verdict(FILE *out, bool colour, enum verdict verdict);
void	report_text_findings(FILE *out, bool colour,
	    const struct finding_list *list);

#endif
