/*
 * Parts of the text report, for whoever writes text.
 */
#ifndef CHECKER_REPORT_TEXT_H
#define CHECKER_REPORT_TEXT_H

#include <stdio.h>

struct evidence;

/* The findings, without colour. */
void	report_text_findings(FILE *out, const struct evidence *evidence);

#endif
