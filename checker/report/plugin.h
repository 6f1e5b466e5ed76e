/*
 * What a judged domain means to a monitoring system, by the Monitoring Plugins
 * Development Guidelines. Pure: evidence and thresholds in, a state and text
 * out.
 */
#ifndef CHECKER_REPORT_PLUGIN_H
#define CHECKER_REPORT_PLUGIN_H

#include <stdio.h>

#include "checker/evidence/evidence.h"
#include "checker/report/range.h"

enum plugin_state {		/* also the exit status */
	PLUGIN_OK,
	PLUGIN_WARNING,
	PLUGIN_CRITICAL,
	PLUGIN_UNKNOWN,
};

struct plugin_options {
	struct range		warning;	/* days left */
	struct range		critical;
	enum plugin_state	missing;	/* DANE does not apply */
	enum plugin_state	unreachable;	/* an address cannot be tried */
	int			verbosity;	/* 1: tell when OK */
};

/* The state of a judged domain. */
enum plugin_state plugin_judge(const struct evidence *evidence,
		    const struct plugin_options *options);

/* Writes all that the plugin says, and returns plugin_judge's state. */
enum plugin_state plugin_report(FILE *out, const struct evidence *evidence,
		    const struct plugin_options *options);

/* A line of its own for what is wrong with the plugin's use or surroundings. */
void		 plugin_complain(FILE *out, const char *why);

#endif
