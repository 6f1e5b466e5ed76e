/*
 * The two halves of the diagnosis: diagnose_data.c finds out what the data of a
 * record is in fact, diagnose.c who else presents or issued it.
 */
#ifndef CHECKER_JUDGE_DIAGNOSE_PARTS_H
#define CHECKER_JUDGE_DIAGNOSE_PARTS_H

#include "checker/judge/diagnose.h"

/* By the record's data and the chain alone; else as diagnose. */
bool	diagnose_data(struct diagnosis *diagnosis,
	    const struct diagnose_input *input);

#endif
