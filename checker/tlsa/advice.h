/*
 * Records to publish: what is advised has been tried, so that whoever follows
 * the advice is not told to come again.
 */
#ifndef CHECKER_TLSA_ADVICE_H
#define CHECKER_TLSA_ADVICE_H

#include "checker/tlsa/match.h"
#include "checker/tlsa/tlsa.h"

/*
 * The usage that fits a certificate at DEPTH: 3 for the server's own, else 2.
 */
enum tlsa_usage	 advice_usage(size_t depth);

/*
 * The record of the certificate at DEPTH as tlsa_line has it, for OWNER (may be
 * NULL); owned by the caller. NULL: by itself it would not authenticate INPUT's
 * chain, and advice_why_not says why (owned by the caller; NULL: it would).
 */
char	*advice_line(const struct match_input *input, const char *owner,
	    size_t depth, enum tlsa_selector selector,
	    enum tlsa_matching_type matching_type);

char	*advice_why_not(const struct match_input *input, size_t depth,
	    enum tlsa_selector selector,
	    enum tlsa_matching_type matching_type);

/*
 * MATCHING_TYPE, or the stronger digest that is published for usage and
 * selector, beside which a weaker one would not count (RFC 7671 9).
 */
enum tlsa_matching_type
	 advice_type(const struct match_input *input, size_t depth,
	    enum tlsa_selector selector,
	    enum tlsa_matching_type matching_type);

/* Of the server's own key, which matches whatever else is wrong. */
char	*advice_own_key(const struct match_input *input, const char *owner);

#endif
