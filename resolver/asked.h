/*
 * Who may be asked: anybody on the Internet, and whom the user named. What a
 * zone's owner publishes as its name servers must not make this machine send
 * packets into its own network.
 */
#ifndef RESOLVER_ASKED_H
#define RESOLVER_ASKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "resolver/prefix.h"

struct asked {
	bool		 everybody;	/* special-purpose addresses, too */
	struct prefix	*named;		/* owned; single addresses, by the
					 * user */
	size_t		 count;
};

/*
 * Adds a server that the user named, "ADDR" or "ADDR@PORT", which may be asked
 * wherever it is. False: it is neither of the two.
 */
bool		 asked_add(struct asked *asked, const char *server);
void		 asked_clear(struct asked *asked);

/*
 * Why the server at an address of SIZE octets is not asked: "private use (RFC
 * 1918)". Static; NULL: it may be asked.
 */
const char	*asked_why_not(const struct asked *asked,
		    const uint8_t *octets, size_t size);

/*
 * Finds prefixes that hold all addresses at which nobody is asked, and no
 * other.
 */
void		 asked_not(const struct asked *asked, prefix_found *found,
		    void *argument);

#endif
