/*
 * What a packet has of DNSSEC (RFC 4034), validated or not: whether somebody on
 * the way takes it out, and when its signatures hold.
 */
#ifndef RESOLVER_QUERY_SIGNS_H
#define RESOLVER_QUERY_SIGNS_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct query_signs {
	size_t	 signatures;	/* in the answer section */
	size_t	 proofs;	/* NSEC or NSEC3 in the authority section */
	size_t	 proof_signatures;	/* there */
	/* Of the signature that began last, of both; 0: there is none. */
	time_t	 from;
	time_t	 until;
};

/* Reads them of a packet; times are those nearest to NOW (RFC 4034 3.1.5). */
struct query_signs query_signs_read(const uint8_t *packet, size_t size,
		    time_t now);

#endif
