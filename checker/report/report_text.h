/*
 * Parts of the text report, for other reports for people (mxtlsa --verify).
 */
#ifndef CHECKER_REPORT_REPORT_TEXT_H
#define CHECKER_REPORT_REPORT_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#include "checker/evidence/finding.h"
#include "checker/evidence/verdict.h"

/* Writes "pass", "FAIL": the word alone. */
void	report_text_verdict(FILE *out, bool colour, enum verdict verdict);
/* Writes settled findings, with what to do. */
void	report_text_findings(FILE *out, bool colour,
	    const struct finding_list *list);

#endif
