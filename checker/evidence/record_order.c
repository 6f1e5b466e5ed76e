#include "checker/evidence/record_order.h"

#include <stdlib.h>

#include "resolver/answer.h"
#include "resolver/name.h"

static int
by_name(const void *a, const void *b)
{
	const struct answer_record *left = a, *right = b;

	return name_compare_natural(left->name, right->name);
}

static int
by_preference(const void *a, const void *b)
{
	const struct answer_record *left = a, *right = b;

	if (left->preference != right->preference)
		return left->preference < right->preference ? -1 : 1;
	return by_name(a, b);
}

void
record_order_sort(struct answer *answer)
{
	int (*compare)(const void *, const void *);

	switch (answer->type) {
	case DNS_NS:
		compare = by_name;
		break;
	case DNS_MX:
		compare = by_preference;
		break;
	default:
		return;
	}
	if (answer->count > 1)
		qsort(answer->records, answer->count, sizeof(*answer->records),
		    compare);
}
