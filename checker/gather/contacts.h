/*
 * The addresses of a domain's mail servers: which of them are connected to, in
 * which order, and within which budget.
 *
 * Of each host EVIDENCE_ADDRESSES_MAX are looked at, of the whole domain as
 * many as --max-endpoints says. They are given out in rounds: each host, in the
 * order of preference, gets one address a round, of IPv4 and IPv6 in turn, so
 * that every host is seen before any host is seen twice. Which ones these are
 * follows from the DNS alone, whenever its answers arrive: a host begins with
 * the share that is certain, and the rest is given out when all are known.
 *
 * CONTACTS_MAX are tried at a time; one that waits before it is tried again
 * (retry.h) leaves its place to others. When the budget is spent, the rest is
 * not tried, and what is under way is left: OUTCOME_LIMIT.
 */
#ifndef CHECKER_GATHER_CONTACTS_H
#define CHECKER_GATHER_CONTACTS_H

#include "checker/evidence/evidence.h"
#include "checker/gather/context.h"
#include "smtp/dial_queue.h"

struct contacts;

/* As many as one domain may have connections. */
#define CONTACTS_MAX DIAL_PARTY_MAX

/* Called from the loop: contacts_are_done may hold now. */
typedef void	contacts_changed(void *argument);

/*
 * For the hosts of EVIDENCE (borrowed; the array of them must not move any
 * more). Owned by the caller; CONTEXT must outlive it.
 */
struct contacts	*contacts_new(const struct context *context,
		    struct evidence *evidence, contacts_changed *changed,
		    void *argument);
/* Ends what is under way, without a callback. NULL is fine. */
void		 contacts_free(struct contacts *contacts);

/*
 * What the DNS says of HOST is complete. Every host that is asked for has to
 * come here once. CONNECT: its addresses are to be tried.
 */
void		 contacts_add(struct contacts *contacts,
		    struct host_evidence *host, bool connect);
/* Whether nothing is under way, or to come. */
bool		 contacts_are_done(const struct contacts *contacts);
/*
 * Whether there is a result of every address, though one or another is tried
 * again, which may better it.
 */
bool		 contacts_suffice(const struct contacts *contacts);
/* Sorts what was looked at, when they are done: IPv4 first, each by value. */
void		 contacts_sort(struct contacts *contacts);
/*
 * The time is over: what is outstanding is noted in the evidence with WHY
 * (printable), and what was not begun as untried.
 */
void		 contacts_stop(struct contacts *contacts, const char *why);

/*
 * Whether addresses are under way, and each of them waits for its turn to
 * connect (dial.h), or for that of another domain that asked for it before.
 */
bool		 contacts_are_in_line(const struct contacts *contacts);
/* As audit_waits_for; NULL: for none. */
char		*contacts_wait_for(const struct contacts *contacts);

#endif
