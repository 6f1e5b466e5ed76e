/*
 * Domain names as text: lower case, without the final dot (the root is "."),
 * octets outside letters, digits, '-' and '_' escaped as in master files
 * (RFC 1035 5.1). Every name in the program has this one form.
 */
#ifndef RESOLVER_NAME_H
#define RESOLVER_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Octets in a name's wire form (RFC 1035 2.3.4). */
#define NAME_WIRE_MAX 255

/*
 * Converts a name that a person typed: in any script (IDNA 2008, UTF-8) and
 * case, with or without the final dot. Returns the name, owned by the caller.
 * NULL: *WHY (static) says what is wrong, to follow the word in a message.
 */
char	*name_from_user(const char *text, const char **why);

/* Converts a name in presentation form (RFC 1035 5.1). Owned by the caller. */
char	*name_normalise(const char *text);

/*
 * The same of a name in wire form (RFC 1035 3.1) without compression, of at
 * most NAME_WIRE_MAX octets: what is beyond is not read. Owned by the caller.
 */
char	*name_from_wire(const uint8_t *octets, size_t size);

/* Whether SIZE octets are a name in this form that DNS messages can hold. */
bool	 name_is_normal(const char *text, size_t size);

/* Whether two names in this form are the same. */
bool	 name_equal(const char *a, const char *b);

/*
 * The order in which people count: numbers in names are compared as numbers,
 * "mx2" before "mx10". Returns less than, equal to or more than 0, as strcmp
 * does; 0 for equal names only, and "mx02" and "mx2" are not.
 */
int	 name_compare_natural(const char *a, const char *b);

/* Whether NAME is TOP or a name below it. Both in the form above. */
bool	 name_is_at_or_below(const char *name, const char *top);

/* The name without its first label; "." for one of one label. Within NAME. */
const char *name_parent(const char *name);

/* How many labels it has; the root has none. */
size_t	 name_label_count(const char *name);

/*
 * The wildcard below a name (RFC 4592 2.1.1), in the form above; and a name as
 * zone files have it, where a wildcard's first label is "*". Owned by the
 * caller.
 */
char	*name_wildcard(const char *encloser);
char	*name_in_zone(const char *name);

/* Whether it can be a host's: labels of letters, digits, '-' and '_'. */
bool	 name_is_host(const char *name);

/* Whether the name is the text of an IP address, or of an address literal. */
bool	 name_is_address(const char *name);

/* Whether it names the machine that asks, each its own (RFC 6761 6.3). */
bool	 name_is_localhost(const char *name);

/*
 * Whether it can be a machine's name in the public DNS, as EHLO wants it (RFC
 * 5321 2.3.5): a host name of several labels, and not what systems without a
 * name call themselves ("localhost.localdomain").
 */
bool	 name_is_qualified(const char *name);

/*
 * The owner of a server's TLSA records (RFC 6698 3): "_25._tcp.mx.example".
 * Owned by the caller; NULL: the name would be too long.
 */
char	*name_tlsa_owner(uint16_t port, const char *base_domain);

/* That of a domain's TLSRPT record (RFC 8460 3), likewise. */
char	*name_tlsrpt_owner(const char *domain);

#endif
