/*
 * What the user asks mxtlsa for, the files for it, and the two things that it
 * does.
 */
#ifndef CHECKER_RUN_MXTLSA_SETTINGS_H
#define CHECKER_RUN_MXTLSA_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "checker/run/options.h"
#include "checker/run/terminal.h"
#include "checker/tlsa/tlsa.h"
#include "resolver/file.h"
#include "resolver/zone_files.h"

/* --record: records without their data. */
struct mxtlsa_kinds {
	struct tlsa	*items;		/* owned */
	size_t		 count;
};

struct mxtlsa_settings {
	bool			 help;		/* first: see test_manual */
	bool			 version;
	uint16_t		 port;
	uint32_t		 ttl;		/* seconds; 0: not given */
	bool			 tell;		/* comments */
	bool			 all;
	bool			 full;
	bool			 generic;
	bool			 nsupdate;
	const char		*was;		/* borrowed; NULL: not given */
	bool			 data;		/* the records' data alone */
	bool			 json;
	struct mxtlsa_kinds	 kinds;
	bool			 verify;
	char			*origin;	/* owned, in the form of name.h;
						 * NULL: not given */
	const char		*output;	/* borrowed */
	enum terminal_colour	 colour;
	time_t			 when;		/* --at, or now */
};

/* Sets the defaults, but for `when`. */
void	mxtlsa_settings_init(struct mxtlsa_settings *settings);
void	mxtlsa_settings_clear(struct mxtlsa_settings *settings);

/* Which options do not go together, in words; NULL: all do. Static. */
const char *mxtlsa_settings_conflict(const struct mxtlsa_settings *settings);

extern const struct option_table mxtlsa_settings_table;

/*
 * A host's name of the command line, normalised; owned by the caller. NULL:
 * *WHY (owned by the caller, printable).
 */
char	*mxtlsa_name(const char *word, char **why);

/* The arguments, with the files that are named in memory. */
struct mxtlsa_input {
	struct file	 chain;		/* certificates, a request or a key */
	struct zone_files records;	/* --verify */
	struct zone_files was;		/* --was */
	struct file	 ca_bundle;	/* --verify: the system's, see
					 * ca_store.h */
	char *const	*names;		/* borrowed */
	size_t		 name_count;
};

/*
 * Reads what WORDS name, the arguments after the options: COUNT of them, at
 * least one, with --verify at least two. What is in the files is for others to
 * judge. False: INPUT is empty, and *WHY (owned by the caller, printable).
 */
bool	mxtlsa_input_read(struct mxtlsa_input *input,
	    const struct mxtlsa_settings *settings, char *const *words,
	    size_t count, char **why);
void	mxtlsa_input_clear(struct mxtlsa_input *input);

/*
 * Both write to OUT and return the exit status, or 64 with *WHY (owned by the
 * caller, printable).
 */
int	mxtlsa_make(const struct mxtlsa_settings *settings,
	    const struct mxtlsa_input *input, FILE *out, char **why);
int	mxtlsa_verify(const struct mxtlsa_settings *settings,
	    const struct mxtlsa_input *input, FILE *out, char **why);

#endif
