/*
 * Records to publish: what is advised has been tried, so that whoever follows the
 * advice is not told to come again.
 */
#ifndef CHECKER_ADVICE_H
#define CHECKER_ADVICE_H

#include "checker/match.h"
#include "checker/tlsa.h"

/*
 * The record of the certificate at DEPTH (usage 3 of the server's own, usage 2 of
 * those above it) as tlsa_line has it, for OWNER (may be NULL); owned by the caller.
 * NULL: by itself it would not authenticate INPUT's chain.
 */
char	*advice_line(const struct match_input *input, const char *owner,
	    size_t depth, enum tlsa_selector selector,
	    enum tlsa_matching_type matching_type);

/*
 * The same beside INPUT's records: where a stronger digest is published for usage
 * and selector, a weaker one would not count (RFC 7671 9), so it is of that.
 */
char	*advice_line_beside(const struct match_input *input, const char *owner,
	    size_t depth, enum tlsa_selector selector,
	    enum tlsa_matching_type matching_type);

/* That of the server's own key, which matches whatever else is wrong. */
char	*advice_own_key(const struct match_input *input, const char *owner);

#endif
