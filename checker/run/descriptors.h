/*
 * How much is done at a time with the descriptors that a process may have. All
 * limits of what opens some are made here from the one limit, so that nothing
 * that is begun finds none left.
 */
#ifndef CHECKER_RUN_DESCRIPTORS_H
#define CHECKER_RUN_DESCRIPTORS_H

#include <stdbool.h>
#include <stddef.h>

/* Enough for all that may be done at a time; what is beyond it is not used. */
#define DESCRIPTORS_MAX	2048

enum descriptors_work {
	DESCRIPTORS_JUDGE,		/* --replay: no network */
	DESCRIPTORS_AUDIT,
	/* The same, with a resolver from the root beside the user's. */
	DESCRIPTORS_SECOND_WAY,
};

/* What one worker may have at a time; each is at least 1. */
struct descriptors_worker {
	size_t	audits;
	size_t	connections;		/* to mail servers */
	size_t	udp_ports;		/* of the resolver */
	size_t	tcp_connections;
	size_t	queries;		/* of our own, to name servers */
	/* Of the resolver from the root, beside the user's. */
	size_t	second_udp_ports;
	size_t	second_tcp_connections;
};

/* The workers that the parent may have; each is at least 1. */
struct descriptors_parent {
	size_t	workers;
	size_t	alone;			/* that try a task again */
};

/* How many this process may have, up to DESCRIPTORS_MAX, and what it has. */
size_t	descriptors_limit(void);
size_t	descriptors_open(void);

/*
 * The least limit with which a parent that begins with OPEN descriptors, and
 * its worker, can do the WORK for one domain.
 */
size_t	descriptors_least(enum descriptors_work work, size_t open);
/*
 * Whether this process's limit is that much. False: *WHY (owned by the caller,
 * printable) says what is missing.
 */
bool	descriptors_suffice(enum descriptors_work work, char **why);

/* For a LIMIT of at least descriptors_least. */
struct descriptors_worker
	descriptors_share_worker(enum descriptors_work work, size_t limit);
/* The same, for a parent that began with OPEN and wants so many of each. */
struct descriptors_parent
	descriptors_share_parent(size_t limit, size_t open, size_t workers,
	    size_t alone);

#endif
