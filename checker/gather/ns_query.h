/*
 * What the parts of --authoritative hand on: the questions for the servers of
 * each zone, and the names of these servers.
 */
#ifndef CHECKER_GATHER_NS_QUERY_H
#define CHECKER_GATHER_NS_QUERY_H

#include <stdbool.h>
#include <stddef.h>

#include "checker/evidence/evidence.h"
#include "resolver/answer.h"

/* Name servers of all zones; more are counted only. */
#define NS_NAMES_MAX	128

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

/*
 * Once for each owner and type, copied. The second adds those about the zone
 * itself, and finds it for all that are in it by NAME.
 */
void	ns_queries_add(struct ns_queries *queries, const char *owner,
	    enum dns_type type);
void	ns_queries_add_zone(struct ns_queries *queries, const char *name,
	    const char *zone);
/* Frees the queries; there are none then. */
void	ns_queries_clear(struct ns_queries *queries);

/* A name server of a zone, and where its parent says that it is. */
struct ns_name {
	char			*zone;		/* owned */
	char			*name;		/* owned */
	enum server_mention	 delegated;
	struct answer_record	*glue;		/* owned; A and AAAA */
	size_t			 glue_count;
};

struct ns_names {
	struct ns_name	*items;		/* owned */
	size_t		 count;
	size_t		 total;		/* before the limit */
};

/*
 * The name server of the zone, which is added if need be. Borrowed until the
 * next one is; NULL: it is one too many.
 */
struct ns_name	*ns_names_add(struct ns_names *names, const char *zone,
		    const char *name);
/* Copies an address of it. */
void		 ns_name_add_glue(struct ns_name *name,
		    const struct answer_record *glue);
/* Frees the names; there are none then. */
void		 ns_names_clear(struct ns_names *names);

#endif
