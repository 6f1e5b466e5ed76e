/*
 * The questions that --authoritative puts to the name servers of each zone.
 */
#ifndef CHECKER_GATHER_NS_QUERY_H
#define CHECKER_GATHER_NS_QUERY_H

#include <stdbool.h>
#include <stddef.h>

#include "resolver/answer.h"

/* A question for all servers of the zone that it has to be answered from. */
struct ns_query {
	char		*owner;		/* owned */
	enum dns_type	 type;
	char		*zone;		/* owned; a guess until zone_found */
	bool		 zone_found;
};

struct ns_queries {
	struct ns_query	*items;		/* owned */
	size_t		 count;
};

#endif
