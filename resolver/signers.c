#include "resolver/signers.h"

#include <stdbool.h>
#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/answer.h"
#include "resolver/memory.h"
#include "resolver/validity.h"

void
signers_add_one(struct answer *answer, const struct answer_period *signature)
{
	struct answer_signer *signer;

	answer->signers = memory_grow(answer->signers, answer->signer_count,
	    sizeof(*signer));
	signer = &answer->signers[answer->signer_count++];
	signer->zone = memory_string(signature->zone);
	signer->algorithm = signature->algorithm;
	signer->key_tag = signature->key_tag;
}

void
signers_add(struct answer *answer, const ldns_rr_list *list, time_t now)
{
	struct answer_period period;
	const ldns_rr *record;
	size_t i;

	for (i = 0; i < ldns_rr_list_rr_count(list); i++) {
		record = ldns_rr_list_rr(list, i);
		if (ldns_rr_get_type(record) != LDNS_RR_TYPE_RRSIG ||
		    !validity_read(&period, record, now))
			continue;
		if (validity_is_in_time(&period, now))
			signers_add_one(answer, &period);
		validity_clear(&period);
	}
}

/* By zone, algorithm and key tag, for qsort. */
static int
compare_signers(const void *a, const void *b)
{
	const struct answer_signer *left = a, *right = b;
	int order = strcmp(left->zone, right->zone);

	if (order == 0)
		order = left->algorithm - right->algorithm;
	if (order == 0)
		order = left->key_tag - right->key_tag;
	return order;
}

void
signers_settle(struct answer *answer)
{
	struct answer_signer *signers = answer->signers;
	size_t i, kept = 0;

	if (answer->signer_count > 1)
		qsort(signers, answer->signer_count, sizeof(*signers),
		    compare_signers);
	for (i = 0; i < answer->signer_count; i++) {
		if (kept == ANSWER_SIGNERS_MAX || (kept > 0 &&
		    compare_signers(&signers[kept - 1], &signers[i]) == 0))
			free(signers[i].zone);
		else
			signers[kept++] = signers[i];
	}
	answer->signer_count = kept;
}

void
signers_clear(struct answer *answer)
{
	size_t i;

	for (i = 0; i < answer->signer_count; i++)
		free(answer->signers[i].zone);
	free(answer->signers);
	answer->signers = NULL;
	answer->signer_count = 0;
}
