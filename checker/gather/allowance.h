/*
 * The time that a domain has. What it spends waiting for nothing but our own
 * lines is not charged: for as long, but for no longer than it has time in the
 * first place, its deadline is put off.
 *
 * Whether it waits so is looked at ALLOWANCE_LOOKS times, or each second; what
 * lies between two looks that both find it waiting is not charged.
 */
#ifndef CHECKER_GATHER_ALLOWANCE_H
#define CHECKER_GATHER_ALLOWANCE_H

#include <stdbool.h>

struct allowance;
struct event_base;

#define ALLOWANCE_LOOKS	60

/* Whether it waits for nothing but our own lines. */
typedef bool	allowance_waits(const void *argument);
/* Called once from the loop, where the allowance may be freed. */
typedef void	allowance_over(void *argument);

/* SECONDS (0 or more) from now on. Owned by the caller. */
struct allowance *allowance_start(struct event_base *base, double seconds,
		    allowance_waits *waits, allowance_over *over,
		    void *argument);
/* Ends it without a callback. */
void		  allowance_cancel(struct allowance *allowance);

/* The longest that one of SECONDS can take. */
double		  allowance_longest(double seconds);

#endif
