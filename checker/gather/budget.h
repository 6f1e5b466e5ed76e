/*
 * What gathering may spend on one domain. Its owner chooses how many servers,
 * addresses and keys there are, and these multiply.
 */
#ifndef CHECKER_GATHER_BUDGET_H
#define CHECKER_GATHER_BUDGET_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Conversations, milliseconds of work with the servers' keys (key_cost.h) and
 * octets of evidence, for as many addresses as BUDGET_ADDRESSES, the default of
 * --max-endpoints, or fewer. Where more are allowed, more by as much: servers
 * with two key types and ordinary keys and chains stay well within.
 */
#define BUDGET_ADDRESSES	256
#define BUDGET_CONVERSATIONS	1024
#define BUDGET_KEY_COST		4096
#define BUDGET_OCTETS		((size_t)12 * 1024 * 1024)

struct budget {
	/* What there is. */
	size_t	conversations_max;
	double	key_cost_max;
	size_t	octets_max;
	/* What was spent. */
	size_t	conversations;
	double	key_cost;
	double	dearest;	/* conversation's key cost */
	size_t	octets;
	bool	octets_met;	/* more would have been too much */
};

/* For at most ADDRESSES. */
void		 budget_init(struct budget *budget, size_t addresses);

/* Spends a conversation, whose keys cost so much. */
void		 budget_spend(struct budget *budget, double key_cost);
/* Spends octets, if there are so many left. */
bool		 budget_spend_octets(struct budget *budget, size_t octets);

/*
 * Whether another address may be tried while RUNNING are: in advance, each is
 * taken to cost what the dearest conversation did.
 */
bool		 budget_allows(const struct budget *budget, size_t running);
/*
 * What has been spent to the end, for the report: nothing more may be begun, or
 * go on. Owned by the caller; NULL: there is some left of everything.
 */
char		*budget_met(const struct budget *budget);

#endif
