/*
 * What the user asks mxdane for: the values of its options, and the table that
 * fills them in.
 */
#ifndef CHECKER_RUN_SETTINGS_H
#define CHECKER_RUN_SETTINGS_H

#include <stdbool.h>

#include "checker/gather/context.h"
#include "checker/judge/judge.h"
#include "checker/report/report.h"
#include "checker/run/options.h"
#include "checker/run/shard.h"
#include "checker/run/take.h"
#include "checker/run/terminal.h"
#include "resolver/resolver.h"

#define SETTINGS_TIMEOUT 60	/* seconds */
#define SETTINGS_SIGNATURE_WARNING 10	/* percent */

/* Of judge.warning_days and judge.critical_days: no option gave it. */
#define SETTINGS_NOT_GIVEN (-1)

/*
 * The options of the rooms, each as its room declares it, and those of the run
 * itself. Pointers are borrowed from the command line unless they say owned.
 *
 * Members of the rooms' structs that are not options are zero here, and set
 * where they become known: resolver.trust_anchor, .root_hints, .question_limit
 * and .now, judge.next, .ca_lookup and .known_cas, and the default of
 * gather.helo by the engine; report.colour and .summary by the reporter.
 */
struct settings {
	bool				 help;	/* first: see test_manual */
	bool				 version;
	bool				 self_test;	/* in place of audits */
	struct gather_options		 gather;
	struct resolver_options		 resolver;	/* owns .forwarders */
	struct judge_options		 judge;		/* owns .expectations */
	struct report_options		 report;
	struct words			 sources;	/* --source */
	struct words			 chains;	/* --chain: files */
	struct words			 next;		/* --next: files */
	const char			*issuers;	/* borrowed; --issuers:
							 * a file */
	const char			*trust_anchor;	/* borrowed; likewise */
	const char			*root_hints;	/* borrowed; likewise */
	const char			*input;		/* borrowed; --file */
	const char			*output;	/* borrowed; --output */
	const char			*record;	/* borrowed; --record */
	const char			*replay;	/* borrowed; --replay */
	const char			*since;		/* borrowed; --since */
	const char			*state;		/* borrowed; --state */
	struct shard			 shard;		/* --shard */
	bool				 unordered;	/* --unordered */
	bool				 resume;	/* --resume */
	const char			*summary;	/* borrowed: a file */
	char *const			*command;	/* borrowed; each word
							 * of it */
	size_t				 command_count;
	unsigned int			 jobs;		/* workers; 0: one for
							 * each processor */
	const struct report_format	*format;	/* static */
	enum terminal_colour		 colour;
	double				 wait;		/* seconds; 0: once */
};

/* Sets the defaults. */
void	settings_init(struct settings *settings);
void	settings_clear(struct settings *settings);

/*
 * COUNT domains are given as arguments. One alone, without a file of others, is
 * looked at thoroughly.
 */
void	settings_count_domains(struct settings *settings, size_t count);

/*
 * After the last option: the default of --signature-warning, which holds only
 * where no other option says what is early enough.
 */
void	settings_set_limits(struct settings *settings);

/*
 * Why the options do not go with so many domains as arguments, in words; NULL:
 * they do. Static.
 */
const char *settings_count_conflict(const struct settings *settings,
		    size_t count);

/* Which options do not go together, in words; NULL: all do. Static. */
const char *settings_conflict(const struct settings *settings);

/* Whether what servers present comes from them, at their own addresses. */
bool	settings_ask_servers(const struct settings *settings);

extern const struct option_table settings_table;

/*
 * The options that mxdane and check_mxdane have in common. The settings that
 * these rows fill in are a struct settings, or begin with one.
 */
extern const struct option_row settings_shared[];

#endif
