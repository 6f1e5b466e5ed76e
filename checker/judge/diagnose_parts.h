/*
 * What the files of the diagnosis share among themselves: diagnose_data.c has
 * what the data of a record is in fact, diagnose.c who else presents or issued
 * it.
 */
#ifndef CHECKER_JUDGE_DIAGNOSE_PARTS_H
#define CHECKER_JUDGE_DIAGNOSE_PARTS_H

#include "checker/judge/diagnose.h"

/* By the record's data and the chain alone; else as diagnose. */
bool	diagnose_data(struct diagnosis *diagnosis,
	    const struct diagnose_input *input);

/* "publish  _25._tcp.mx.example.org. IN TLSA 3 1 1 ...". */
void	diagnose_advise_own_key(struct diagnosis *diagnosis,
	    const struct diagnose_input *input);

#endif
