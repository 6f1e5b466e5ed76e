#include "checker/gather/zone_memo.h"

#include <search.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/clock.h"
#include "resolver/memory.h"

struct kept {
	char		*zone;		/* owned */
	enum dns_type	 type;
	double		 until;		/* see clock.h */
	struct answer	*answer;	/* owned */
};

struct zone_memo {
	void	*root;		/* owned; a tree of owned struct kept, as
				 * tsearch() makes it */
	size_t	 count;
};

struct zone_memo *
zone_memo_new(void)
{
	return memory_new(1, sizeof(struct zone_memo));
}

static int
compare(const void *a, const void *b)
{
	const struct kept *left = a, *right = b;

	return left->type != right->type ? (int)left->type -
	    (int)right->type : strcmp(left->zone, right->zone);
}

static void
kept_free(struct kept *kept)
{
	answer_free(kept->answer);
	free(kept->zone);
	free(kept);
}

static void
forget(struct zone_memo *memo, struct kept *kept)
{
	tdelete(kept, &memo->root, compare);
	kept_free(kept);
	memo->count--;
}

static void
forget_all(struct zone_memo *memo)
{
	while (memo->root != NULL)
		forget(memo, *(struct kept **)memo->root);
}

void
zone_memo_free(struct zone_memo *memo)
{
	if (memo == NULL)
		return;
	forget_all(memo);
	free(memo);
}

static struct kept *
find(const struct zone_memo *memo, const char *zone, enum dns_type type)
{
	/* It is only compared. */
	struct kept wanted = { (char *)(uintptr_t)zone, type, 0, NULL };
	void *found = tfind(&wanted, &memo->root, compare);

	return found != NULL ? *(struct kept **)found : NULL;
}

struct answer *
zone_memo_find(const struct zone_memo *memo, const char *zone,
    enum dns_type type)
{
	const struct kept *kept = memo != NULL ? find(memo, zone, type) :
	    NULL;

	return kept != NULL && kept->until > clock_monotonic() ?
	    answer_copy(kept->answer) : NULL;
}

void
zone_memo_keep(struct zone_memo *memo, const struct answer *answer)
{
	struct kept *kept;

	if (memo == NULL || !answer_is_secure(answer))
		return;
	kept = find(memo, answer->owner, answer->type);
	if (kept != NULL && kept->until > clock_monotonic())
		return;
	if (kept != NULL)
		forget(memo, kept);
	else if (memo->count == ZONE_MEMO_KEPT)
		forget_all(memo);
	kept = memory_new(1, sizeof(*kept));
	kept->zone = memory_string(answer->owner);
	kept->type = answer->type;
	kept->until = clock_monotonic() + (answer->ttl < ZONE_MEMO_FRESH ?
	    answer->ttl : ZONE_MEMO_FRESH);
	kept->answer = answer_copy(answer);
	if (tsearch(kept, &memo->root, compare) == NULL)
		abort();
	memo->count++;
}
