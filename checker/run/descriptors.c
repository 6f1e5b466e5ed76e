#include "checker/run/descriptors.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "checker/gather/audit.h"
#include "resolver/memory.h"
#include "smtp/dial.h"

/* What an event loop of libevent has open: epoll, and a pipe for signals. */
#define LOOP		3

/*
 * A parent's: the loop, the list or the records, the earlier run, the report,
 * the summary, and the new record. While it makes a child it has the child's
 * ends, too.
 */
#define PARENT		(LOOP + 5)
#define PARENT_CHILD	2		/* the socket and the pipe of each */
#define PARENT_FORK	2

/* A worker's: the standard files, sockets (child.h, judge_thread.h), a loop. */
#define WORKER		(3 + 1 + 2 + LOOP)

/*
 * A context of libunbound: its loop and its two pairs of sockets. What it has
 * besides is settings of it.
 */
#define CONTEXT		(LOOP + 4)

/*
 * For what is open for a moment (the system's certificates, the look for a
 * route), and for versions of the libraries that open more than those measured.
 */
#define SPARE		4

/*
 * Enough and least of each; what is least is slow, but gets there. A question
 * of libunbound waits for a port, but not for a connection: it breaks off
 * another one, and both may end as SERVFAIL.
 */
#define UDP_PORTS	256
#define UDP_PORTS_LEAST	4
#define TCP		64
#define TCP_LEAST	4
#define DIAL_LEAST	2
/* Questions of our own to name servers. */
#define QUERIES		128
#define QUERIES_LEAST	2

/* From the root, beside the user's resolvers: what these get wrong. */
#define SECOND_UDP	16
#define SECOND_TCP	8
#define SECOND_UDP_LEAST 4
#define SECOND_TCP_LEAST 4

static size_t
clamp(size_t value, size_t least, size_t most)
{
	return value < least ? least : value > most ? most : value;
}

size_t
descriptors_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1 ||
	    limit.rlim_cur > DESCRIPTORS_MAX)
		return DESCRIPTORS_MAX;
	return (size_t)limit.rlim_cur;
}

/* One call says of all numbers whether they are open: there may be no /proc. */
size_t
descriptors_open(void)
{
	const size_t limit = descriptors_limit();
	struct pollfd *watches = memory_new(limit, sizeof(*watches));
	size_t i, open = 0;

	for (i = 0; i < limit; i++)
		watches[i].fd = (int)i;
	poll(watches, (nfds_t)limit, 0);
	for (i = 0; i < limit; i++)
		open += (watches[i].revents & POLLNVAL) == 0;
	free(watches);
	return open;
}

static size_t
worker_least(enum descriptors_work work)
{
	size_t least = WORKER + SPARE;

	if (work != DESCRIPTORS_JUDGE)
		least += CONTEXT + UDP_PORTS_LEAST + TCP_LEAST + DIAL_LEAST +
		    QUERIES_LEAST;
	if (work == DESCRIPTORS_SECOND_WAY)
		least += CONTEXT + SECOND_UDP_LEAST + SECOND_TCP_LEAST;
	return least;
}

size_t
descriptors_least(enum descriptors_work work, size_t open)
{
	/* A worker, and one that tries again. */
	const size_t parent = open + PARENT + 2 * PARENT_CHILD + PARENT_FORK;
	const size_t worker = worker_least(work);

	return parent > worker ? parent : worker;
}

bool
descriptors_suffice(enum descriptors_work work, char **why)
{
	const size_t limit = descriptors_limit();
	const size_t least = descriptors_least(work, descriptors_open());

	if (limit >= least)
		return true;
	*why = memory_format("needs at least %zu descriptors, has %zu (see "
	    "\"ulimit -n\")", least, limit);
	return false;
}

/* Has the resolver from the root take its part of REST. Returns the rest. */
static size_t
share_second_way(struct descriptors_worker *share, size_t rest)
{
	const size_t spare = rest / 8;

	share->second_udp_ports = clamp(spare, SECOND_UDP_LEAST, SECOND_UDP);
	share->second_tcp_connections = clamp(spare, SECOND_TCP_LEAST,
	    SECOND_TCP);
	return rest - CONTEXT - share->second_udp_ports -
	    share->second_tcp_connections;
}

struct descriptors_worker
descriptors_share_worker(enum descriptors_work work, size_t limit)
{
	struct descriptors_worker share = { AUDIT_FLIGHT, 1, 1, 1, 1, 1, 1 };
	size_t rest, pairs;

	if (work == DESCRIPTORS_JUDGE)
		return share;
	rest = clamp(limit, worker_least(work), DESCRIPTORS_MAX) - WORKER -
	    SPARE - CONTEXT;
	if (work == DESCRIPTORS_SECOND_WAY)
		rest = share_second_way(&share, rest);
	share.queries = clamp(rest / 16, QUERIES_LEAST, QUERIES);
	rest -= share.queries;
	share.tcp_connections = clamp(rest / 4, TCP_LEAST, TCP);
	rest -= share.tcp_connections;
	share.udp_ports = clamp(rest / 2, UDP_PORTS_LEAST, UDP_PORTS);
	rest -= share.udp_ports;
	share.connections = clamp(rest, DIAL_LEAST, DIAL_MAX);
	/* An audit asks several questions at a time, and dials in pairs. */
	pairs = (share.udp_ports < share.connections ? share.udp_ports :
	    share.connections) / 2;
	if (pairs > share.tcp_connections)
		pairs = share.tcp_connections;
	share.audits = clamp(pairs, 1, share.audits);
	return share;
}

struct descriptors_parent
descriptors_share_parent(size_t limit, size_t open, size_t workers,
    size_t alone)
{
	const size_t least = open + PARENT + PARENT_FORK + 2 * PARENT_CHILD;
	struct descriptors_parent share = { 1, 1 };
	size_t more = limit > least ? (limit - least) / PARENT_CHILD : 0;

	share.alone += clamp(more / 4, 0, alone - 1);
	share.workers += clamp(more - (share.alone - 1), 0, workers - 1);
	return share;
}
