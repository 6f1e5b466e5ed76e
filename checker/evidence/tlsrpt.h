/*
 * The record by which a domain asks senders for reports on failures (RFC 8460
 * 3), read from the TXT answer for _smtp._tls.DOMAIN.
 */
#ifndef CHECKER_EVIDENCE_TLSRPT_H
#define CHECKER_EVIDENCE_TLSRPT_H

#include <stddef.h>

struct answer;

enum tlsrpt_state {
	TLSRPT_UNKNOWN,		/* not asked, or no usable answer */
	TLSRPT_NONE,		/* no record begins with the version */
	TLSRPT_SEVERAL,		/* more than one does, so none counts */
	TLSRPT_MALFORMED,	/* what follows the version is no field */
	TLSRPT_NOWHERE,		/* no address of mailto: or https: */
	TLSRPT_PRESENT,
};

struct tlsrpt {
	enum tlsrpt_state	 state;
	size_t			 records;	/* with the version */
	size_t			 first;		/* of them: its index in the
						 * answer */
	/*
	 * Where reports go, mailto: and https: alone, in the record's order.
	 * Owned, printable; only where it is PRESENT.
	 */
	char			**rua;
	size_t			 rua_count;
};

/* Reads ANSWER (may be NULL). Cleared by the caller. */
void	tlsrpt_init(struct tlsrpt *tlsrpt, const struct answer *answer);
void	tlsrpt_clear(struct tlsrpt *tlsrpt);

#endif
