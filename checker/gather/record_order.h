/*
 * The order of the records of an answer. Name servers rotate them, so whatever
 * lists them, or looks at the first so many, sorts them before.
 */
#ifndef CHECKER_GATHER_RECORD_ORDER_H
#define CHECKER_GATHER_RECORD_ORDER_H

struct answer;

/*
 * Sorts the records: MX by preference and, of one preference, by name; NS by
 * name (name_compare_natural); A and AAAA by their octets. Records of other
 * types stay in the order of the answer.
 */
void	record_order_sort(struct answer *answer);

#endif
