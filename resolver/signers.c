#include "resolver/signers.h"

#include <stdbool.h>
#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/answer.h"
#include "resolver/memory.h"
#include "resolver/wire.h"

static void
add_signer(struct answer *answer, const ldns_rr *signature)
{
	const ldns_rdf *zone = ldns_rr_rrsig_signame(signature);
	const ldns_rdf *algorithm = ldns_rr_rrsig_algorithm(signature);
	const ldns_rdf *key_tag = ldns_rr_rrsig_keytag(signature);
	struct answer_signer *signer;

	if (zone == NULL || algorithm == NULL || key_tag == NULL)
		return;
	answer->signers = memory_grow(answer->signers, answer->signer_count,
	    sizeof(*signer));
	signer = &answer->signers[answer->signer_count++];
	signer->zone = wire_name(zone);
	signer->algorithm = ldns_rdf2native_int8(algorithm);
	signer->key_tag = ldns_rdf2native_int16(key_tag);
}

void
signers_add(struct answer *answer, const ldns_rr_list *list)
{
	const ldns_rr *record;
	size_t i;

	for (i = 0; i < ldns_rr_list_rr_count(list); i++) {
		record = ldns_rr_list_rr(list, i);
		if (ldns_rr_get_type(record) == LDNS_RR_TYPE_RRSIG)
			add_signer(answer, record);
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
