/*
 * Blocks of IP addresses that begin with the same bits (RFC 4632 3.1, RFC 4291
 * 2.3), as plain values. A single address is one of 32 or 128 bits.
 */
#ifndef RESOLVER_PREFIX_H
#define RESOLVER_PREFIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PREFIX_IPV4_OCTETS	4
#define PREFIX_IPV6_OCTETS	16

struct prefix {
	uint8_t		octets[PREFIX_IPV6_OCTETS];	/* beyond the bits: 0 */
	size_t		size;		/* octets of an address: 4 or 16 */
	unsigned int	bits;
};

/* Gets a prefix of several, borrowed for the time of the call. */
typedef void	prefix_found(const struct prefix *prefix, void *argument);

/* The single address of TEXT, "192.0.2.1" or "2001:db8::1". False: none. */
bool	 prefix_from_text(struct prefix *prefix, const char *text);
/* "192.0.2.0/24". Owned by the caller. */
char	*prefix_text(const struct prefix *prefix);
/* Whether an address of SIZE octets is in it. */
bool	 prefix_holds(const struct prefix *prefix, const uint8_t *octets,
	    size_t size);
/*
 * Finds the largest prefixes that make up PREFIX but for the COUNT single
 * addresses of HOLES (some of which may be elsewhere), in their order.
 */
void	 prefix_without(const struct prefix *prefix,
	    const struct prefix *holes, size_t count, prefix_found *found,
	    void *argument);

#endif
