#include "checker/gather/budget.h"

#include "resolver/memory.h"

void
budget_init(struct budget *budget, size_t addresses)
{
	const size_t allowed = addresses > BUDGET_ADDRESSES ? addresses :
	    BUDGET_ADDRESSES;

	*budget = (struct budget){
		.conversations_max =
		    BUDGET_CONVERSATIONS / BUDGET_ADDRESSES * allowed,
		.key_cost_max =
		    (double)BUDGET_KEY_COST / BUDGET_ADDRESSES * allowed,
		.octets_max = BUDGET_OCTETS / BUDGET_ADDRESSES * allowed,
	};
}

void
budget_spend(struct budget *budget, double key_cost)
{
	budget->conversations++;
	budget->key_cost += key_cost;
	if (key_cost > budget->dearest)
		budget->dearest = key_cost;
}

bool
budget_spend_octets(struct budget *budget, size_t octets)
{
	if (octets > budget->octets_max - budget->octets) {
		budget->octets_met = true;
		return false;
	}
	budget->octets += octets;
	return true;
}

bool
budget_allows(const struct budget *budget, size_t running)
{
	return budget->conversations + running < budget->conversations_max &&
	    budget->key_cost + (double)running * budget->dearest <
	    budget->key_cost_max && !budget->octets_met;
}

char *
budget_met(const struct budget *budget)
{
	if (budget->octets_met)
		return memory_format("certificates and replies of this domain "
		    "would take more than %zu octets", budget->octets_max);
	if (budget->key_cost >= budget->key_cost_max)
		return memory_format("the keys of this domain's servers cost "
		    "more than %.1f seconds of processor time",
		    budget->key_cost_max / 1000);
	if (budget->conversations >= budget->conversations_max)
		return memory_format("there were %zu conversations with "
		    "servers of this domain", budget->conversations);
	return NULL;
}
