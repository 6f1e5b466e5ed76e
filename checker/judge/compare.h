/*
 * What differs between two runs over one domain (--since). Values are compared,
 * never sentences, and only where both runs looked: what one of them could not
 * reach is neither new nor gone. A pure function: no I/O, no clock.
 */
#ifndef CHECKER_JUDGE_COMPARE_H
#define CHECKER_JUDGE_COMPARE_H

struct evidence;

/*
 * Compares AFTER with BEFORE, an earlier run over the same domain (NULL: it did
 * not have the domain), both judged. Fills in AFTER's comparison, which was not
 * made before, and adds a finding for each change; its findings stay settled.
 * They borrow from the comparison where AFTER no longer has a host. Nothing of
 * BEFORE is borrowed.
 */
void	compare(struct evidence *after, const struct evidence *before);

#endif
