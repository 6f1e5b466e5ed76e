/*
 * The command line of each program: the first octet says which, the others are
 * its words, each up to a NUL or a newline. Nothing is opened.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "checker/run/input_domain.h"
#include "checker/run/mxtlsa_settings.h"
#include "checker/run/plugin_settings.h"
#include "checker/run/settings.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/text.h"

/* Words of a command line. */
#define WORDS_MAX 64

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One line, as it is written to standard error. Consumed. */
static void
check_complaint(char *why)
{
	assert(why != NULL);
	assert(text_is_printable(why, strlen(why)));
	free(why);
}

/* The words after the options, COUNT of them, as domains. */
static void
check_words(char *const *words, int count)
{
	char *domain, *why;

	for (; count > 0; words++, count--) {
		domain = input_domain(*words, &why);
		if (domain == NULL)
			check_complaint(why);
		else
			assert(name_is_host(domain));
		free(domain);
	}
}

/* What comes of the options; FIRST is 0 with a complaint, else an index. */
static void
check_result(int first, int count, char *const *words, char *why)
{
	assert(first >= 0 && first <= count);
	assert((first == 0) == (why != NULL));
	if (first == 0)
		check_complaint(why);
	else
		check_words(words + first, count - first);
}

/* What the rooms rely on. */
static void
check_settings(const struct settings *settings)
{
	const char *conflict = settings_conflict(settings);

	assert(conflict == NULL || conflict[0] != '\0');
	assert(settings->gather.port > 0);
	assert(settings->gather.timeout > 0 &&
	    settings->gather.timeout <= 86400);
	assert(settings->judge.ahead_days >= 0 &&
	    settings->judge.ahead_days <= 36500);
	assert(settings->wait >= 0 && settings->wait <= 86400);
	assert(settings->format != NULL);
	assert(settings->report.verbosity >= -1 &&
	    settings->report.verbosity <= 2);
	assert(settings->gather.helo == NULL ||
	    name_is_host(settings->gather.helo));
}

static void
run_mxdane(int count, char **words)
{
	struct settings settings;
	char *why;
	int first;

	settings_init(&settings);
	first = options_parse(&settings_table, count, words, &settings, &why);
	if (first > 0)
		check_settings(&settings);
	check_result(first, count, words, why);
	settings_clear(&settings);
}

static void
run_plugin(int count, char **words)
{
	struct plugin_settings settings;
	char *why;
	int first;

	plugin_settings_init(&settings);
	first = options_parse(&plugin_settings_table, count, words, &settings,
	    &why);
	if (first > 0) {
		check_settings(&settings.common);
		assert(settings.plugin.missing <= PLUGIN_CRITICAL);
		assert(settings.plugin.unreachable <= PLUGIN_UNKNOWN);
	}
	check_result(first, count, words, why);
	settings_clear(&settings.common);
}

static void
run_mxtlsa(int count, char **words)
{
	struct mxtlsa_settings settings;
	const char *conflict;
	char *why;
	int first;

	mxtlsa_settings_init(&settings);
	first = options_parse(&mxtlsa_settings_table, count, words, &settings,
	    &why);
	if (first > 0) {
		conflict = mxtlsa_settings_conflict(&settings);
		assert(conflict == NULL || conflict[0] != '\0');
		assert(settings.port > 0);
	}
	check_result(first, count, words, why);
	mxtlsa_settings_clear(&settings);
}

/* Splits TEXT, which ends in a NUL at END, into WORDS. Returns how many. */
static int
split(char *text, const char *end, char **words)
{
	int count = 0;

	words[count++] = (char *)(uintptr_t)"program";
	while (text < end && count < WORDS_MAX) {
		words[count++] = text;
		text += strcspn(text, "\n");
		*text++ = '\0';
	}
	words[count] = NULL;
	return count;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void	(*const programs[])(int count, char **words) = {
		run_mxdane, run_plugin, run_mxtlsa };
	char *words[WORDS_MAX + 1], *text;

	if (size == 0)
		return 0;
	text = memory_copy(data + 1, size - 1);
	programs[data[0] % 3](split(text, text + size - 1, words), words);
	free(text);
	return 0;
}
