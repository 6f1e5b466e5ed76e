/*
 * mxtlsa: TLSA records from a chain of certificates, and a chain against
 * records, without a network.
 */
#include "checker/run/mxtlsa_settings.h"

#include <stdlib.h>
#include <time.h>

#include "checker/run/output.h"
#include "checker/run/process.h"
#include "resolver/memory.h"

/* A wrong word has a message of its own; everything else gets one in front. */
static int
complain(char *why, bool has_name)
{
	fprintf(stderr, "%s%s\n", has_name ? "" : "mxtlsa: ", why);
	free(why);
	return OPTIONS_EXIT_USAGE;
}

static int
work(const struct mxtlsa_settings *settings, char *const *words, size_t count)
{
	struct output output;
	char *why = NULL;
	int status;

	if (!output_open(&output, settings->output, true, &why))
		return complain(why, false);
	status = settings->verify ?
	    mxtlsa_verify(settings, words, count, output.stream, &why) :
	    mxtlsa_make(settings, words, count, output.stream, &why);
	if (why != NULL) {
		output_discard(&output);
		return complain(why, false);
	}
	if (output_close(&output, &why))
		return status;
	complain(why, false);
	return OPTIONS_EXIT_SOFTWARE;
}

int
main(int argc, char **argv)
{
	struct mxtlsa_settings settings;
	char *why;
	int first, status;

	process_init();
	mxtlsa_settings_init(&settings);
	settings.when = time(NULL);
	first = options_parse(&mxtlsa_options, argc, argv, &settings, &why);
	if (first == 0) {
		status = complain(why, true);
	} else if (settings.help) {
		options_print_help(&mxtlsa_options, stdout);
		status = 0;
	} else if (settings.version) {
		options_print_version(&mxtlsa_options, stdout);
		status = 0;
	} else if (mxtlsa_settings_conflict(&settings) != NULL) {
		status = complain(memory_string(mxtlsa_settings_conflict(
		    &settings)), false);
	} else if (argc - first < (settings.verify ? 2 : 1)) {
		status = complain(memory_string(settings.verify ?
		    "which records and which chain? (try 'mxtlsa --help')" :
		    "which chain? (try 'mxtlsa --help')"), false);
	} else {
		status = work(&settings, argv + first, (size_t)(argc - first));
	}
	mxtlsa_settings_clear(&settings);
	return status;
}
