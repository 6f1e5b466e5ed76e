/*
 * What the user has asked for: the values behind the options of mxdane, and the
 * table that fills them in.
 */
#ifndef CHECKER_RUN_SETTINGS_H
#define CHECKER_RUN_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "checker/gather/context.h"
#include "checker/judge/judge.h"
#include "checker/report/report.h"
#include "checker/run/options.h"
#include "resolver/resolver.h"

#define SETTINGS_TIMEOUT	60	/* seconds */
#define SETTINGS_PORT		25

enum colour_when {
	COLOUR_NEVER,
	COLOUR_AUTO,
	COLOUR_ALWAYS,
};

/*
 * The options of the rooms, each as its room declares it, and those of the run
 * itself. Pointers are borrowed from the command line unless they say owned.
 *
 * Members of the rooms' structs that are no options stay zero here and are
 * filled in where they are found out: resolver.question_limit, .now and
 * gather.helo's default by the engine, resolver.stub_zone, .stub_server and
 * .tcp_only by gather/nameservers, judge.next, .ca_lookup and .known_cas by the
 * engine, report.colour by the run.
 */
struct settings {
	struct gather_options		 gather;
	struct resolver_options		 resolver;	/* owns .forwarders */
	struct judge_options		 judge;		/* owns .expectations */
	struct report_options		 report;
	const char			**chains;	/* owned; --chain */
	size_t				 chain_count;
	const char			**next;		/* owned; --next */
	size_t				 next_count;
	const char			*issuers;	/* --issuers */
	const char			*input;		/* --file */
	const char			*output;	/* --output */
	const struct report_format	*format;	/* static */
	enum colour_when		 colour;
	double				 wait;		/* seconds; 0: once */
	bool				 help;
	bool				 version;
};

void	settings_init(struct settings *settings);
void	settings_clear(struct settings *settings);

/* What does not go together, in words; NULL: it all does. Static. */
const char *settings_conflict(const struct settings *settings);

/*
 * --color, for every program. False: *WHY (static) says what VALUE should be.
 */
bool	settings_colour(const char *value, enum colour_when *when,
	    const char **why);

extern const struct option_table settings_mxdane;

/*
 * What mxdane and check_mxdane have in common. The settings that these rows
 * fill in are a struct settings, or begin with one.
 */
extern const struct option_row settings_shared[];
bool	settings_take_timeout(void *settings, const char *value,
	    const char **why);

#endif
