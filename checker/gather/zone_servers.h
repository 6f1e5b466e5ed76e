/*
 * The name servers of a zone, whether it validates or not: those that the zone
 * names itself, or else those that its parent's servers name.
 */
#ifndef CHECKER_GATHER_ZONE_SERVERS_H
#define CHECKER_GATHER_ZONE_SERVERS_H

#include "checker/evidence/evidence.h"
#include "checker/gather/context.h"

/* Name servers of a zone that are looked up, and addresses of all of them. */
#define ZONE_SERVERS_NAMES_MAX	8
#define ZONE_SERVERS_MAX	16

struct zone_servers_search;

struct zone_server {
	char		*name;		/* owned */
	struct address	 address;
};

struct zone_servers {
	char				*zone;		/* owned */
	struct zone_server		*items;		/* owned */
	size_t				 count;
	bool				 recursive;	/* they are the user's
							 * resolvers, which ask
							 * for us */
	struct zone_servers_search	*search;	/* owned, NULL: over */
};

/* Called once from the loop, never from inside zone_servers_find. */
typedef void	zone_servers_found(void *argument);

/*
 * Looks for them, and fills in what it returns, which the caller owns.
 * Addresses at which nobody is asked (resolver_why_unasked) are left out.
 * EVIDENCE (borrowed) has the zones above. The user's resolvers take the place
 * of all of them, unless they are to be asked DIRECTly.
 */
struct zone_servers *zone_servers_find(const struct context *context,
		    const struct evidence *evidence, const char *zone,
		    bool direct, zone_servers_found *found, void *argument);
/* Ends the search, if it is not over. NULL is fine. */
void		 zone_servers_free(struct zone_servers *servers);

#endif
