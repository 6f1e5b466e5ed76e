/*
 * What state.c knows, and state_read.c reads.
 */
#ifndef CHECKER_RUN_STATE_PARTS_H
#define CHECKER_RUN_STATE_PARTS_H

#include "checker/run/state.h"

/* Of the file, as this version writes and reads it. */
#define STATE_VERSION	1

struct state {
	struct sightings	**owners;	/* owned; sorted by owner */
	size_t			  owner_count;
	struct history		 *servers;	/* owned; sorted by host,
						 * address and key type */
	size_t			  server_count;
	size_t			  octets;	/* of all lines, about */
};

/*
 * When all has been read: sorts it. Returns the name of an owner, or of a host
 * with a server, that is there twice, borrowed; NULL: none is.
 */
const char	*state_settle(struct state *state);

#endif
