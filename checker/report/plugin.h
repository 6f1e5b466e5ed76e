/*
 * A judged domain for monitoring systems, by the Monitoring Plugins Development
 * Guidelines. Pure: evidence and thresholds in, a state and text out.
 */
#ifndef CHECKER_REPORT_PLUGIN_H
#define CHECKER_REPORT_PLUGIN_H

#include <stdio.h>

#include "checker/evidence/evidence.h"
#include "checker/evidence/expiry.h"
#include "checker/report/range.h"

enum plugin_state {		/* also the exit status */
	PLUGIN_OK,
	PLUGIN_WARNING,
	PLUGIN_CRITICAL,
	PLUGIN_UNKNOWN,
};

struct plugin_options {
	struct range		warning;	/* of days left */
	struct range		critical;
	/* What it was judged by, in place of these for signatures. */
	struct expiry_limit	signature_warning;
	struct expiry_limit	signature_critical;
	enum plugin_state	missing;	/* DANE does not apply */
	enum plugin_state	unreachable;	/* an address cannot be tried */
	int			verbosity;	/* 1: a report even when OK,
						 * 2: digests in full */
};

/* The state that verdict, thresholds and options make. */
enum plugin_state plugin_judge(const struct evidence *evidence,
		    const struct plugin_options *options);

/*
 * Octets of output, but for what -v adds: monitoring systems and their agents
 * cut it there, or sooner, wherever that is.
 */
#define PLUGIN_OUTPUT_MAX	8192

/*
 * Writes the plugin's output: the first line has the cause of the state, and
 * the codes of warnings. Below it, the report where all is not well; where that
 * is too long, the findings, as far as there is room, and a word about that.
 * Returns the state, that of plugin_judge.
 */
enum plugin_state plugin_report(FILE *out, const struct evidence *evidence,
		    const struct plugin_options *options);

/* Writes the line for wrong usage or a fault of this machine: UNKNOWN. */
void		 plugin_complain(FILE *out, const char *why);

#endif
