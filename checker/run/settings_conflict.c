/*
 * Options that do not go together, or not with so many domains.
 */
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "checker/run/settings.h"
#include "smtp/address.h"

/* What would be wrong, if it is so. */
struct conflict {
	bool		 is_so;
	const char	*why;		/* static */
};

/* Why the first one is wrong that is so. */
static const char *
first_of(const struct conflict *conflicts, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (conflicts[i].is_so)
			return conflicts[i].why;
	}
	return NULL;
}

#define FIRST_OF(conflicts) \
	first_of(conflicts, sizeof(conflicts) / sizeof((conflicts)[0]))

/* Addresses of a family among those of --source. */
static size_t
count_sources(const struct settings *settings, int family)
{
	struct address address;
	size_t i, count = 0;

	for (i = 0; i < settings->sources.count; i++)
		count += address_from_text(&address,
		    settings->sources.items[i], 0) && address.family == family;
	return count;
}

const char *
settings_count_conflict(const struct settings *settings, size_t count)
{
	const struct conflict conflicts[] = {
		{ settings->self_test && count > 1,
		    "--self-test takes one domain, or none" },
		{ count <= 1 && settings->input == NULL &&
		    (count_sources(settings, AF_INET) > 1 ||
			count_sources(settings, AF_INET6) > 1),
		    "--source: one address of each family is enough for one "
		    "domain" },
	};

	return FIRST_OF(conflicts);
}

/* What says how to audit, or how many, is not for a test of this place. */
static const char *
self_test_conflict(const struct settings *settings)
{
	const struct gather_options *gather = &settings->gather;
	const struct judge_options *judge = &settings->judge;
#define OTHER(given, name) \
	{ given, "--self-test does not go with --" name }
	const struct conflict conflicts[] = {
		OTHER(settings->input != NULL, "file"),
		OTHER(settings->replay != NULL, "replay"),
		OTHER(settings->record != NULL, "record"),
		OTHER(settings->since != NULL, "since"),
		OTHER(settings->state != NULL, "state"),
		OTHER(settings->wait > 0, "wait"),
		OTHER(settings->shard.count > 0, "shard"),
		OTHER(settings->summary != NULL, "summary"),
		OTHER(settings->chains.count > 0, "chain"),
		OTHER(settings->next.count > 0, "next"),
		OTHER(gather->connect, "connect"),
		OTHER(gather->repeat > 1, "repeat"),
		OTHER(gather->retry > 0, "retry"),
		OTHER(gather->all, "all"),
		OTHER(gather->authoritative, "authoritative"),
		OTHER(gather->thorough, "thorough"),
		OTHER(judge->expectation_count > 0, "expect and --expect-no"),
		OTHER(judge->ahead_days > 0, "days"),
		OTHER(settings->format->self_test == NULL,
		    "format but for text and json"),
	};
#undef OTHER

	return FIRST_OF(conflicts);
}

/* What says how to gather is not for what was gathered before. */
static const char *
replay_conflict(const struct settings *settings)
{
	const struct gather_options *gather = &settings->gather;
	const struct conflict conflicts[] = {
		{ settings->chains.count > 0 || gather->connect,
		    "--replay does not go with --chain and --connect, which "
		    "say how to gather" },
		{ settings->sources.count > 0,
		    "--replay does not go with --source, which says how to "
		    "gather" },
		{ gather->repeat > 1,
		    "--replay does not go with --repeat, which says how to "
		    "gather" },
		{ gather->retry > 0,
		    "--replay does not go with --retry, which says how to "
		    "gather" },
		{ settings->input != NULL,
		    "--replay does not go with --file: name the domains as "
		    "arguments" },
		{ settings->wait > 0, "--replay does not go with --wait" },
	};

	return FIRST_OF(conflicts);
}

/* What says how to connect is not for what does not. */
static const char *
connection_conflict(const struct settings *settings)
{
	const struct gather_options *gather = &settings->gather;
	const bool chain = settings->chains.count > 0;
	const struct conflict conflicts[] = {
		{ chain && gather->connect,
		    "--connect does not go with --chain, which does not "
		    "connect" },
		{ chain && gather->dns_only,
		    "--dns-only does not go with --chain, which does not "
		    "connect anyway" },
		{ chain && gather->repeat > 1,
		    "--repeat does not go with --chain, which does not "
		    "connect" },
		{ chain && gather->retry > 0,
		    "--retry does not go with --chain, which does not "
		    "connect" },
		{ gather->dns_only && gather->connect,
		    "--connect does not go with --dns-only" },
		{ gather->dns_only && gather->repeat > 1,
		    "--repeat does not go with --dns-only, which does not "
		    "connect" },
		{ gather->dns_only && gather->retry > 0,
		    "--retry does not go with --dns-only, which does not "
		    "connect" },
	};

	return FIRST_OF(conflicts);
}

static bool
is_standard_output(const char *file)
{
	return file != NULL && strcmp(file, "-") == 0;
}

/* What is written, and added to. */
static const char *
output_conflict(const struct settings *settings)
{
	const bool to_output = settings->output == NULL;
	const struct conflict conflicts[] = {
		{ to_output && is_standard_output(settings->record),
		    "--record - wants --output FILE: standard output has the "
		    "report" },
		{ to_output && is_standard_output(settings->summary),
		    "--summary - wants --output FILE: standard output has the "
		    "report" },
		{ settings->resume && (to_output || settings->input == NULL ||
		    settings->format != report_format_find("json")),
		    "--resume wants --file, --output FILE and --format json" },
		{ settings->resume && (settings->wait > 0 ||
		    settings->since != NULL || settings->record != NULL),
		    "--resume does not go with --wait, --since and --record" },
	};

	return FIRST_OF(conflicts);
}

/* What is compared with another time. */
static const char *
time_conflict(const struct settings *settings)
{
	const struct conflict conflicts[] = {
		{ settings->judge.published != 0 && settings->next.count == 0,
		    "--published wants --next: it says since when that has a "
		    "record" },
		{ settings->since != NULL && settings->wait > 0,
		    "--since does not go with --wait, which waits for a "
		    "verdict, not for a change" },
	};

	return FIRST_OF(conflicts);
}

const char *
settings_conflict(const struct settings *settings)
{
	static const char *(*const kinds[])(const struct settings *) = {
		connection_conflict,
		output_conflict,
		time_conflict,
	};
	const char *why = NULL;
	size_t i;

	if (settings->self_test)
		return self_test_conflict(settings);
	if (settings->replay != NULL)
		why = replay_conflict(settings);
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && why == NULL; i++)
		why = kinds[i](settings);
	return why;
}
