/*
 * The status of each zone on the chains of trust, the root's first: secure, or
 * where and why the chain breaks.
 */
#ifndef CHECKER_JUDGE_ZONE_STATUS_H
#define CHECKER_JUDGE_ZONE_STATUS_H

#include "checker/evidence/evidence.h"

/* Fills in what is judged of the evidence's zones, which are in their order. */
void	zone_status_judge(struct evidence *evidence);

#endif
