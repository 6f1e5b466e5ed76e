/*
 * What the user asks check_mxdane for.
 */
#ifndef CHECKER_RUN_PLUGIN_SETTINGS_H
#define CHECKER_RUN_PLUGIN_SETTINGS_H

#include "checker/report/plugin.h"
#include "checker/run/settings.h"

/* Nagios and Icinga kill a check after 60 seconds. */
#define PLUGIN_TIMEOUT 50
/* What passes by itself within a few seconds is no alarm. */
#define PLUGIN_RETRY 1
#define PLUGIN_SIGNATURE_WARNING 10	/* percent */
#define PLUGIN_SIGNATURE_CRITICAL 5

struct plugin_settings {
	struct settings		 common;	/* first: see settings_shared */
	const char		*domain;	/* borrowed */
	struct plugin_options	 plugin;	/* but for .verbosity and
						 * .signature_*, which are
						 * common's */
};

/* Sets the defaults. */
void	plugin_settings_init(struct plugin_settings *settings);

/* As settings_set_limits, for both. */
void	plugin_settings_set_limits(struct plugin_settings *settings);

extern const struct option_table plugin_settings_table;

#endif
