/*
 * Addresses that no public server has: the IANA IPv4 and IPv6 Special-Purpose
 * Address Registries (RFC 6890), with multicast and what else is reserved.
 */
#ifndef RESOLVER_SPECIAL_PURPOSE_H
#define RESOLVER_SPECIAL_PURPOSE_H

#include <stddef.h>
#include <stdint.h>

#include "resolver/prefix.h"

/*
 * Why an address of SIZE octets is none of a public server: "private use (RFC
 * 1918)". Static; NULL: it can be one. An IPv4 address embedded in an IPv6
 * address is looked at as well.
 */
const char	*special_purpose(const uint8_t *octets, size_t size);

/*
 * Finds prefixes, some of them within others, that hold the addresses of which
 * special_purpose() is not NULL, and no other.
 */
void		 special_purpose_blocks(prefix_found *found, void *argument);

#endif
