/*
 * What the user asks check_mxdane for.
 */
#ifndef CHECKER_RUN_PLUGIN_SETTINGS_H
#define CHECKER_RUN_PLUGIN_SETTINGS_H

#include "checker/report/plugin.h"
#include "checker/run/settings.h"

/* Nagios and Icinga kill a check after 60 seconds. */
#define PLUGIN_TIMEOUT 50

struct plugin_settings {
	struct settings		 common;	/* first: see settings_shared */
	const char		*domain;	/* borrowed */
	struct plugin_options	 plugin;	/* but for .verbosity, which is
						 * common.report's */
};

/* Sets the defaults. */
void	plugin_settings_init(struct plugin_settings *settings);

extern const struct option_table plugin_settings_table;

#endif
