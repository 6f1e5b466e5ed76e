/*
 * An IP address and a port, as a plain value.
 */
#ifndef SMTP_ADDRESS_H
#define SMTP_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sockaddr_storage;

struct address {
	int		family;		/* AF_INET, AF_INET6 */
	uint8_t		octets[16];	/* the first 4 for AF_INET */
	uint16_t	port;
};

/* From the 4 octets of an A record or the 16 of an AAAA record. */
bool	 address_from_octets(struct address *address, const uint8_t *octets,
	    size_t size, uint16_t port);
/* From text: "192.0.2.1" or "2001:db8::1", with or without brackets. */
bool	 address_from_text(struct address *address, const char *text,
	    uint16_t port);
/* "192.0.2.1", "2001:db8::1": without the port. Owned by the caller. */
char	*address_text(const struct address *address);
/*
 * As a client without a name calls itself (RFC 5321 4.1.3): "[192.0.2.1]",
 * "[IPv6:2001:db8::1]". Owned by the caller.
 */
char	*address_literal(const struct address *address);
/* Of its octets: 4 or 16. */
size_t	 address_size(const struct address *address);
bool	 address_equal(const struct address *a, const struct address *b);
/* Fills in *SOCKET_ADDRESS. Returns its length. */
size_t	 address_to_socket(const struct address *address,
	    struct sockaddr_storage *socket_address);
/* The other way; false: it is of no IP socket, and *ADDRESS stays as it is. */
bool	 address_from_socket(struct address *address,
	    const struct sockaddr_storage *socket_address);
/*
 * Below 0, 0 or above: the order by family, IPv4 first, then by value, then by
 * port.
 */
int	 address_compare(const struct address *a, const struct address *b);
/*
 * Why the address cannot be a public mail server's (IANA special-purpose
 * registries, RFC 6890): "private use (RFC 1918)". Static; NULL: it can. An
 * IPv4 address embedded in an IPv6 address is checked as well.
 */
const char *address_special_purpose(const struct address *address);

#endif
