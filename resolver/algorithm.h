/*
 * The algorithms that zones are signed with (RFC 8624, RFC 9905, RFC 9906), by
 * their numbers.
 */
#ifndef RESOLVER_ALGORITHM_H
#define RESOLVER_ALGORITHM_H

#include <stdbool.h>
#include <stdint.h>

/* Whether today's validators know it. */
bool		 algorithm_is_known(uint8_t algorithm);

/* Algorithms that sign with SHA-1: of those that are known, 5 and 7. */
bool		 algorithm_is_sha1(uint8_t algorithm);

/* "ECDSAP256SHA256". Static; NULL: it has no name here. */
const char	*algorithm_name(uint8_t algorithm);

#endif
