/*
 * What the user has asked mxtlsa for, and the two things that it does.
 */
#ifndef CHECKER_MXTLSA_H
#define CHECKER_MXTLSA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "checker/options.h"
#include "checker/tlsa.h"

struct mxtlsa_settings {
	uint16_t		 port;
	uint32_t		 ttl;		/* seconds; 0: none in zone lines */
	bool			 tell;		/* comments */
	bool			 all;
	bool			 full;
	bool			 generic;
	bool			 nsupdate;
	bool			 json;
	struct tlsa		*kinds;		/* owned; -r */
	size_t			 kind_count;
	const char		*records;	/* borrowed; --verify */
	const char		*output;	/* borrowed */
	time_t			 when;		/* --at, or now */
	bool			 help;
	bool			 version;
};

extern const struct option_table mxtlsa_options;

void	mxtlsa_settings_init(struct mxtlsa_settings *settings);
void	mxtlsa_settings_clear(struct mxtlsa_settings *settings);

/*
 * Both write to OUT and return the exit status, or 64 with *WHY (owned by the
 * caller, printable). WORDS (COUNT, borrowed) begin with the file of the chain.
 */
int	mxtlsa_make(const struct mxtlsa_settings *settings,
	    char *const *words, size_t count, FILE *out, char **why);
int	mxtlsa_verify(const struct mxtlsa_settings *settings,
	    char *const *words, size_t count, FILE *out, char **why);

#endif
