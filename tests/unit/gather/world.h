/*
 * A small DNS for the tests of what is gathered about chains of trust: what the
 * resolver says and what name servers say, in tables, and who was asked what.
 */
#ifndef TESTS_UNIT_GATHER_WORLD_H
#define TESTS_UNIT_GATHER_WORLD_H

#include <stddef.h>

#include "checker/evidence/evidence.h"
#include "checker/gather/context.h"

/*
 * What the resolver says. What is in no row is a secure "no such record". BY is
 * the zone that signs it, the alias's end (ALIASED), the name server of an NS
 * record, or the address of an A record. NULL: none of these.
 */
struct world_answer {
	const char		*name;
	enum dns_type		 type;
	enum answer_kind	 kind;
	enum dnssec_status	 dnssec;
	const char		*by;
	bool			 aliased;
};

/* DS and DNSKEY of a zone that is secure. */
#define WORLD_KEYS(zone) \
	{ zone, DNS_DNSKEY, ANSWER_RECORDS, DNSSEC_SECURE, zone, false }
#define WORLD_ZONE(zone, parent) \
	{ zone, DNS_DS, ANSWER_RECORDS, DNSSEC_SECURE, parent, false }, \
	WORLD_KEYS(zone)

/*
 * What each name server says; what is in no row is an insecure "no such
 * record". A referral is one NS record and its address record, in text.
 */
struct world_heard {
	const char		*name;
	enum dns_type		 type;
	const char		*alias;		/* where it leads, NULL: none */
	const char		*referral;	/* NULL: none */
	const char		*glue;		/* NULL: none */
};

struct world {
	const struct world_answer *answers;	/* borrowed */
	size_t			 answer_count;
	const struct world_heard *heard;	/* borrowed */
	size_t			 heard_count;
	size_t			 limit;		/* questions that are answered
						 * before all is silent */
	size_t			 asked;		/* questions in all */
	/*
	 * What was asked, in that order: "DS:org " of the resolver and
	 * "DS:org@192.0.2.1 " of a server, with "+" if RD and CD are set.
	 * Owned.
	 */
	char			*log;
	size_t			 ends;		/* calls of world_done */
	struct gather_options	 options;
	struct resolver_options	 resolver_options;
	struct context		 context;	/* owns what it works with */
	struct evidence		*evidence;	/* owned; see world_set_up */
};

/* For cmocka; *STATE is a world with a domain example.org without an answer. */
int	world_set_up(void **state);
int	world_tear_down(void **state);

/* Sets its tables. */
#define WORLD_SAYS(world, rows) \
	((world)->answers = (rows), \
	    (world)->answer_count = sizeof(rows) / sizeof((rows)[0]))
#define WORLD_HEARD(world, rows) \
	((world)->heard = (rows), \
	    (world)->heard_count = sizeof(rows) / sizeof((rows)[0]))

/* The MX answer that the domain has. */
void	world_mx(struct world *world, enum dnssec_status status);

/* A callback that counts; ARGUMENT is the world. */
void	world_done(void *argument);

/* What is open, of both kinds. */
size_t	world_open(const struct world *world);

#endif
