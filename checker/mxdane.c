/*
 * mxdane: audits of mail domains on the command line. run/settings.c has the
 * options; run/survey.c has each domain gathered, judged and reported.
 */
#include <stdio.h>
#include <stdlib.h>

#include "checker/gather/self_test.h"
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

/*
 * What is wrong with the options together, and COUNT arguments; NULL: nothing.
 * Static.
 */
static const char *
fault_of(const struct settings *settings, size_t count)
{
	const char *why;

	if (count == 0 && settings->input == NULL &&
	    settings->replay == NULL && !settings->self_test)
		return "missing DOMAIN argument (try 'mxdane --help')";
	why = settings_conflict(settings);
	return why != NULL ? why : settings_count_conflict(settings, count);
}

/* Audits the domains; or tests this place, with a domain or without. */
static int
work(struct settings *settings, char *const *words, size_t count)
{
	static char no_domain[] = SELF_TEST_NO_DOMAIN;
	static char *const no_domains[] = { no_domain };

	settings_count_domains(settings, count);
	settings_set_limits(settings);
	return settings->self_test && count == 0 ?
	    survey(settings, no_domains, 1) : survey(settings, words, count);
}

int
main(int argc, char **argv)
{
	struct settings settings;
	const char *fault;
	size_t count;
	char *why;
	int first, status;

	process_init(on_end);
	settings_init(&settings);
	first = options_parse(&settings_table, argc, argv, &settings, &why);
	count = (size_t)(argc - first);
	settings.command = argv;
	settings.command_count = (size_t)argc;
	if (first == 0)
		status = wrong_usage(why);
	else if (settings.help)
		status = options_show(&settings_table, options_print_help);
	else if (settings.version)
		status = options_show(&settings_table, options_print_version);
	else if ((fault = fault_of(&settings, count)) != NULL)
		status = wrong_usage(memory_format("mxdane: %s", fault));
	else
		status = work(&settings, argv + first, count);
	settings_clear(&settings);
	return status;
}
