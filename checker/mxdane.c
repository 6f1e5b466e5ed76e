/*
 * mxdane: audits of mail domains on the command line. run/settings.c has the
 * options; run/survey.c has each domain gathered, judged and reported.
 */
#include <stdio.h>
#include <stdlib.h>

#include "checker/run/process.h"
#include "checker/run/settings.h"
#include "checker/run/survey.h"
#include "resolver/memory.h"

static int
wrong_usage(char *why)
{
	fprintf(stderr, "%s\n", why);
	free(why);
	return OPTIONS_EXIT_USAGE;
}

int
main(int argc, char **argv)
{
	struct settings settings;
	char *why;
	int first, status;

	process_init();
	settings_init(&settings);
	first = options_parse(&settings_table, argc, argv, &settings, &why);
	if (first == 0) {
		status = wrong_usage(why);
	} else if (settings.help) {
		options_print_help(&settings_table, stdout);
		status = 0;
	} else if (settings.version) {
		options_print_version(&settings_table, stdout);
		status = 0;
	} else if (first == argc && settings.input == NULL &&
	    settings.replay == NULL) {
		status = wrong_usage(memory_string("mxdane: missing DOMAIN "
		    "argument (try 'mxdane --help')"));
	} else if (settings_conflict(&settings) != NULL) {
		status = wrong_usage(memory_format("mxdane: %s",
		    settings_conflict(&settings)));
	} else {
		status = survey(&settings, argv + first,
		    (size_t)(argc - first));
	}
	settings_clear(&settings);
	return status;
}
