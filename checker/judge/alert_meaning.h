/*
 * What a TLS alert of a mail server means for mail, and what to do about it.
 */
#ifndef CHECKER_JUDGE_ALERT_MEANING_H
#define CHECKER_JUDGE_ALERT_MEANING_H

#include <stdbool.h>

struct alert_meaning {
	unsigned int	 alert;		/* smtp/tls_alert.h */
	const char	*meaning;	/* static; "it..." */
	const char	*advice;	/* static */
	bool		 names_server;	/* the name that was sent (SNI) belongs
					 * behind both */
};

/* Static; NULL: it means nothing in particular. */
const struct alert_meaning *alert_meaning_find(unsigned int alert);

#endif
