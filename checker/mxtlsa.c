/*
 * mxtlsa: makes TLSA records from a certificate chain, or checks a chain
 * against records; needs no network.
 */
#include "checker/run/mxtlsa_settings.h"

#include <stdlib.h>
#include <time.h>

#include "checker/run/confine.h"
#include "checker/run/output.h"
#include "checker/run/process.h"
#include "resolver/memory.h"

/* HAS_NAME: WHY begins with the program's name already. WHY is freed. */
static int
complain(char *why, bool has_name)
{
	fprintf(stderr, "%s%s\n", has_name ? "" : "mxtlsa: ", why);
	free(why);
	return OPTIONS_EXIT_USAGE;
}

/* Which arguments are missing, or NULL. Static. */
static const char *
find_missing(const struct mxtlsa_settings *settings, int count)
{
	if (settings->verify && count == 0)
		return "missing RECORDS and CHAIN arguments (try "
		    "'mxtlsa --help')";
	if (count < (settings->verify ? 2 : 1))
		return "missing CHAIN argument (try 'mxtlsa --help')";
	return NULL;
}

/* Reads the files, and does the rest without the right to read any more. */
static int
work_confined(const struct mxtlsa_settings *settings, char *const *words,
    size_t count, FILE *out, char **why)
{
	const struct confine_needs needs = { .outputs = { settings->output } };
	struct mxtlsa_input input;
	int status;

	if (!mxtlsa_input_read(&input, settings, words, count, why))
		return OPTIONS_EXIT_USAGE;
	free(confine(&needs));
	status = settings->verify ?
	    mxtlsa_verify(settings, &input, out, why) :
	    mxtlsa_make(settings, &input, out, why);
	mxtlsa_input_clear(&input);
	return status;
}

static int
work(const struct mxtlsa_settings *settings, char *const *words, size_t count)
{
	struct output output;
	char *why = NULL;
	int status;

	if (!output_open(&output, settings->output, true, &why))
		return complain(why, false);
	status = work_confined(settings, words, count, output.stream, &why);
	if (why != NULL) {
		output_discard(&output);
		return complain(why, false);
	}
	if (output_close(&output, &why))
		return status;
	complain(why, false);
	return OPTIONS_EXIT_SOFTWARE;
}

static void
on_end(int number)
{
	process_fail(number, "mxtlsa: ", OPTIONS_EXIT_SOFTWARE);
}

int
main(int argc, char **argv)
{
	struct mxtlsa_settings settings;
	char *why;
	int first, status;

	process_init(on_end);
	mxtlsa_settings_init(&settings);
	settings.when = time(NULL);
	first = options_parse(&mxtlsa_settings_table, argc, argv, &settings,
	    &why);
	if (first == 0) {
		status = complain(why, true);
	} else if (settings.help) {
		status = options_show(&mxtlsa_settings_table,
		    options_print_help);
	} else if (settings.version) {
		status = options_show(&mxtlsa_settings_table,
		    options_print_version);
	} else if (mxtlsa_settings_conflict(&settings) != NULL) {
		status = complain(memory_string(mxtlsa_settings_conflict(
		    &settings)), false);
	} else if (find_missing(&settings, argc - first) != NULL) {
		status = complain(memory_string(find_missing(&settings,
		    argc - first)), false);
	} else {
		status = work(&settings, argv + first, (size_t)(argc - first));
	}
	mxtlsa_settings_clear(&settings);
	return status;
}
