#include "checker/gather/answer_memo.h"

#include <search.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"

/*
 * Questions that are remembered to have been asked; more take the places of
 * others.
 */
#define ASKED	8192

struct kept {
	char		*owner;		/* owned */
	enum dns_type	 type;
	double		 since, until;	/* see clock.h */
	struct answer	*answer;	/* owned */
};

struct answer_memo {
	void	*root;		/* owned; a tree of owned struct kept, as
				 * tsearch() makes it */
	size_t	 count;
	uint64_t asked[ASKED];	/* hashes of questions, each in its place */
};

struct answer_memo *
answer_memo_new(void)
{
	return memory_new(1, sizeof(struct answer_memo));
}

static int
compare(const void *a, const void *b)
{
	const struct kept *left = a, *right = b;

	return left->type != right->type ? (int)left->type -
	    (int)right->type : strcmp(left->owner, right->owner);
}

static void
kept_free(struct kept *kept)
{
	answer_free(kept->answer);
	free(kept->owner);
	free(kept);
}

static void
forget(struct answer_memo *memo, struct kept *kept)
{
	tdelete(kept, &memo->root, compare);
	kept_free(kept);
	memo->count--;
}

static void
forget_all(struct answer_memo *memo)
{
	while (memo->root != NULL)
		forget(memo, *(struct kept **)memo->root);
}

void
answer_memo_free(struct answer_memo *memo)
{
	if (memo == NULL)
		return;
	forget_all(memo);
	free(memo);
}

static struct kept *
find(const struct answer_memo *memo, const char *owner, enum dns_type type)
{
	/* It is only compared. */
	struct kept wanted = { .owner = (char *)(uintptr_t)owner,
	    .type = type };
	void *found = tfind(&wanted, &memo->root, compare);

	return found != NULL ? *(struct kept **)found : NULL;
}

struct answer *
answer_memo_find(const struct answer_memo *memo, const char *owner,
    enum dns_type type, double now)
{
	const struct kept *kept = memo != NULL ? find(memo, owner, type) :
	    NULL;
	struct answer *copy;

	if (kept == NULL || kept->until <= now)
		return NULL;
	copy = answer_copy(kept->answer);
	copy->ttl -= (uint32_t)(now - kept->since);
	return copy;
}

/* FNV-1a. Who makes two questions alike in it gains nothing by that. */
static uint64_t
hash(const char *owner, enum dns_type type)
{
	uint64_t value = UINT64_C(0xcbf29ce484222325) ^ (uint64_t)type;

	for (; *owner != '\0'; owner++)
		value = (value ^ (uint8_t)*owner) * UINT64_C(0x100000001b3);
	return value;
}

bool
answer_memo_is_asked_again(struct answer_memo *memo, const char *owner,
    enum dns_type type)
{
	const uint64_t question = hash(owner, type);
	uint64_t *place;
	bool again;

	if (memo == NULL)
		return false;
	place = &memo->asked[question % ASKED];
	again = *place == question;
	*place = question;
	return again;
}

/* Octets that it takes, about: what a name server can make long. */
static size_t
size_of(const struct answer *answer)
{
	size_t i, size = answer->count * sizeof(*answer->records) +
	    answer->period_count * sizeof(*answer->periods) +
	    answer->signer_count * sizeof(*answer->signers);

	for (i = 0; i < answer->count; i++)
		size += answer->records[i].size +
		    (answer->records[i].name != NULL ?
			strlen(answer->records[i].name) : 0);
	for (i = 0; i < answer->period_count; i++)
		size += strlen(answer->periods[i].owner) +
		    strlen(answer->periods[i].zone);
	for (i = 0; i < answer->signer_count; i++)
		size += strlen(answer->signers[i].zone);
	return size + (answer->origin != NULL ? answer->origin->size : 0);
}

static bool
is_worth_keeping(const struct answer *answer)
{
	return !answer_is_broken(answer) && answer->ttl > 0 &&
	    size_of(answer) <= ANSWER_MEMO_OCTETS;
}

static struct kept *
kept_new(const struct answer *answer, double now)
{
	struct kept *kept = memory_new(1, sizeof(*kept));

	kept->owner = memory_string(answer->owner);
	kept->type = answer->type;
	kept->since = now;
	kept->until = now + (answer->ttl < ANSWER_MEMO_FRESH ?
	    answer->ttl : ANSWER_MEMO_FRESH);
	kept->answer = answer_copy(answer);
	return kept;
}

void
answer_memo_keep(struct answer_memo *memo, const struct answer *answer,
    double now)
{
	struct kept *kept;

	if (memo == NULL || !is_worth_keeping(answer))
		return;
	kept = find(memo, answer->owner, answer->type);
	if (kept != NULL && kept->until > now)
		return;
	if (kept != NULL)
		forget(memo, kept);
	else if (memo->count == ANSWER_MEMO_KEPT)
		forget_all(memo);
	if (tsearch(kept_new(answer, now), &memo->root, compare) == NULL)
		abort();
	memo->count++;
}
