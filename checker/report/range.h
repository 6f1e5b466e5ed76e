/*
 * Threshold ranges of the Monitoring Plugins Development Guidelines, for days
 * left: "5:", "@0:5", "~:10".
 */
#ifndef CHECKER_REPORT_RANGE_H
#define CHECKER_REPORT_RANGE_H

#include <stdbool.h>

struct range {
	bool	set;		/* false: nothing alerts */
	bool	inside;		/* '@': alert inside, ends included */
	double	start;		/* -HUGE_VAL for '~' */
	double	end;		/* HUGE_VAL when left out */
};

/*
 * Parses "[@][START:][END]". A bare NUMBER means "NUMBER:" here: as "0:NUMBER"
 * it would alert while all is well ("@NUMBER" is "@0:NUMBER"). False: TEXT is
 * not a range.
 */
bool	 range_init(struct range *range, const char *text);

/* Whether VALUE alerts. */
bool	 range_alerts(const struct range *range, double value);

/* In the notation of the guidelines; "" when not set. Owned by the caller. */
char	*range_text(const struct range *range);

#endif
