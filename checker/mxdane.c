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

static void
on_end(int number)
{
	process_fail(number, "mxdane: ", OPTIONS_EXIT_SOFTWARE);
}

int
main(int argc, char **argv)
{
	struct settings settings;
	char *why;
	int first, status;

	process_init(on_end);
	settings_init(&settings);
	first = options_parse(&settings_table, argc, argv, &settings, &why);
	if (first == 0) {
		status = wrong_usage(why);
	} else if (settings.help) {
		status = options_show(&settings_table, options_print_help);
	} else if (settings.version) {
		status = options_show(&settings_table, options_print_version);
	} else if (first == argc && settings.input == NULL &&
	    settings.replay == NULL) {
		status = wrong_usage(memory_string("mxdane: missing DOMAIN "
		    "argument (try 'mxdane --help')"));
	} else if (settings_conflict(&settings) != NULL) {
		status = wrong_usage(memory_format("mxdane: %s",
		    settings_conflict(&settings)));
	} else if (settings_count_conflict(&settings,
	    (size_t)(argc - first)) != NULL) {
		status = wrong_usage(memory_format("mxdane: %s",
		    settings_count_conflict(&settings,
		    (size_t)(argc - first))));
	} else {
		settings_count_domains(&settings, (size_t)(argc - first));
		settings_set_limits(&settings);
		status = survey(&settings, argv + first,
		    (size_t)(argc - first));
	}
	settings_clear(&settings);
	return status;
}
