/*
 * The order in which people expect names: mx2 before mx10. Without it records
 * stand in the order of resolver/answer.h.
 */
#ifndef CHECKER_EVIDENCE_RECORD_ORDER_H
#define CHECKER_EVIDENCE_RECORD_ORDER_H

struct answer;

/*
 * Sorts the records: MX by preference and, of one preference, by name; NS by
 * name (name_compare_natural). Records of other types stay as they are.
 */
void	record_order_sort(struct answer *answer);

#endif
