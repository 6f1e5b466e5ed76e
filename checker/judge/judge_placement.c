/*
 * What is to be done before records can be published where they belong, in
 * front of each advice to do so.
 */
#include "checker/judge/judge_parts.h"
#include "checker/judge/placement.h"
#include "resolver/name.h"

/*
 * The answer that says where the records belong that an advice is about.
 * Borrowed; NULL: they are at no alias.
 */
static const struct answer *
find_question(const struct evidence *evidence, const struct advice *item)
{
	const struct host_judgement *judged;
	size_t i;

	for (i = 0; i < evidence->host_count && item->type == DNS_TLSA; i++) {
		judged = &evidence->hosts[i].judged;
		if (judged->tlsa != NULL && judged->place != NULL &&
		    name_equal(judged->place, item->owner))
			return judged->tlsa;
	}
	return item->type == DNS_TXT ? evidence->tlsrpt : NULL;
}

/* All that comes first, at the alias and at other names. */
static struct advice_list
find_first_steps(const struct evidence *evidence, const struct advice *item)
{
	const struct answer *question = find_question(evidence, item);
	struct advice_list steps = { NULL, 0 };

	placement_add_hidden(&steps, evidence, item->owner);
	if (question != NULL && question->aliased)
		placement_add_alias(&steps, evidence, question);
	return steps;
}

/* Whether the advice before the item has publish a record at that name. */
static bool
is_continued(const struct advice_list *list, size_t item)
{
	size_t i;

	for (i = 0; i < item; i++) {
		if (list->items[i].kind == ADVICE_PUBLISH && name_equal(
		    list->items[i].owner, list->items[item].owner))
			return true;
	}
	return false;
}

/* Puts in front of each item what comes before it. */
static void
insert_first_steps(struct advice_list *list, const struct evidence *evidence)
{
	struct advice_list steps;
	size_t i, count;

	for (i = 0; i < list->count; i++) {
		if (list->items[i].kind != ADVICE_PUBLISH ||
		    list->items[i].owner == NULL || is_continued(list, i))
			continue;
		steps = find_first_steps(evidence, &list->items[i]);
		count = steps.count;
		advice_list_insert(list, i, &steps);
		i += count;
	}
}

void
judge_placement(struct judge_state *state)
{
	struct finding_list *findings = state->findings;
	struct advice_list *list;
	size_t i;

	for (i = 0; i < findings->count; i++) {
		list = &findings->items[i].advice;
		if (advice_list_count(list, ADVICE_PUBLISH) > 0)
			insert_first_steps(list, state->evidence);
	}
}
