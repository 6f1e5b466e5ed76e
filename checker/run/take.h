/*
 * The kinds of values that options take, for the tables of all programs. Each
 * function has the type of option_row.take and says here what MEMBER points to.
 */
#ifndef CHECKER_RUN_TAKE_H
#define CHECKER_RUN_TAKE_H

#include <stddef.h>

#include "checker/run/options.h"

/* The values of an option that may be repeated. */
struct words {
	const char	**items;	/* owned; each borrowed */
	size_t		  count;
};

/* bool: set to true. */
option_take	take_flag;
/* const char *: the value as it is. */
option_take	take_text;
/* const char *: a file to write to; "-", which is standard output, is NULL. */
option_take	take_output;
/* struct words: the value is added. */
option_take	take_word;
/* const char *: a host name. */
option_take	take_host_name;
/* uint16_t: a port. */
option_take	take_port;
/* uint32_t: the TTL of a record, in seconds; given as 3600, 1h or 1h30m. */
option_take	take_ttl;
/*
 * time_t: an instant, as instant.h has it, a date being its beginning in UTC.
 */
option_take	take_time;
/* double: days from now, or days left. */
option_take	take_days;
/* double: seconds, more than 0. */
option_take	take_seconds;
/* double: seconds, more than 0, given in seconds, minutes or hours. */
option_take	take_duration;
/* struct expiry_limit: a share of life, days or hours. */
option_take	take_limit;
/* enum terminal_colour. */
option_take	take_colour;

/*
 * The index of VALUE among COUNT WORDS, none of which is NULL; COUNT when it is
 * not there.
 */
size_t		take_index(const char *value, const char *const *words,
		    size_t count);

#endif
