/*
 * What the user has asked mxtlsa for, and the two things that it does.
 */
#ifndef CHECKER_RUN_MXTLSA_SETTINGS_H
#define CHECKER_RUN_MXTLSA_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "checker/run/options.h"
#include "checker/run/settings.h"
#include "checker/tlsa/tlsa.h"

struct mxtlsa_settings {
	uint16_t		 port;
	uint32_t		 ttl;		/* seconds; 0: not given */
	bool			 tell;		/* comments */
	bool			 all;
	bool			 full;
	bool			 generic;
	bool			 nsupdate;
	bool			 json;
	struct tlsa		*kinds;		/* owned; -r */
	size_t			 kind_count;
	bool			 verify;
	const char		*output;	/* borrowed */
	enum colour_when	 colour;
	time_t			 when;		/* --at, or now */
	bool			 help;
	bool			 version;
};

extern const struct option_table mxtlsa_options;

void	mxtlsa_settings_init(struct mxtlsa_settings *settings);
void	mxtlsa_settings_clear(struct mxtlsa_settings *settings);

/* What options do not go together, or NULL. Static. */
const char *mxtlsa_settings_conflict(const struct mxtlsa_settings *settings);

/*
 * A name of the command line, normalised; owned by the caller. NULL: *WHY
 * (owned by the caller, printable).
 */
char	*mxtlsa_name(const char *word, char **why);

/*
 * Both write to OUT and return the exit status, or 64 with *WHY (owned by the
 * caller, printable). WORDS (borrowed) are the COUNT that are no options, of
 * which the first is there (for mxtlsa_verify, the first two).
 */
int	mxtlsa_make(const struct mxtlsa_settings *settings,
	    char *const *words, size_t count, FILE *out, char **why);
int	mxtlsa_verify(const struct mxtlsa_settings *settings,
	    char *const *words, size_t count, FILE *out, char **why);

#endif
