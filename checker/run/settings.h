/*
 * What the user has asked for: the values behind the options of mxdane, and the
 * table that fills them in.
 */
#ifndef CHECKER_RUN_SETTINGS_H
#define CHECKER_RUN_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "checker/gather/context.h"
#include "checker/report/report.h"
#include "checker/run/options.h"

struct expectation;

#define SETTINGS_TIMEOUT	60	/* seconds */
#define SETTINGS_PORT		25

enum colour_when {
	COLOUR_NEVER,
	COLOUR_AUTO,
	COLOUR_ALWAYS,
};

struct settings {
	struct context_options		 audit;
	const char			**resolvers;	/* owned, of borrowed */
	size_t				 resolver_count;
	const char			*anchor_file;	/* borrowed, as below */
	const char			*root_hints;
	const char			*issuers;	/* --issuers */
	const char			**chains;	/* owned, of borrowed */
	size_t				 chain_count;
	const char			**next;		/* owned, of borrowed */
	size_t				 next_count;
	const char			*input;		/* --file */
	const char			*output;	/* --output */
	const struct report_format	*format;
	enum colour_when		 colour;
	double				 warning_days;	/* 0: none */
	double				 critical_days;
	double				 ahead_days;	/* judge as of then */
	struct expectation		*expectations;	/* owned */
	size_t				 expectation_count;
	double				 wait;		/* seconds; 0: once */
	int				 verbosity;	/* -1 (-q), 0, 1, 2 */
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
