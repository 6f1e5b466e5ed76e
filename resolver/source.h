/*
 * Where this machine's own packets come from, where the user chose (--source):
 * addresses of either family, those of one in turn. A family without any is
 * left to the system.
 */
#ifndef RESOLVER_SOURCE_H
#define RESOLVER_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

struct sources;

/* None. Owned by the caller. */
struct sources	*sources_new(void);
/* NULL is fine. */
void		 sources_free(struct sources *sources);

/*
 * Adds the address that TEXT is ("192.0.2.1", "2001:db8::1"). False: it is
 * none, or none of this machine; *WHY (owned by the caller, printable) names
 * it.
 */
bool		 sources_add(struct sources *sources, const char *text,
		    char **why);
/* How many there are of a family. NULL has none. */
size_t		 sources_count(const struct sources *sources, int family);
/*
 * Address I of all, in the order in which they came, in *ADDRESS. Returns its
 * size; 0: there is none.
 */
socklen_t	 sources_at(const struct sources *sources, size_t i,
		    struct sockaddr_storage *address);

/*
 * A socket of FAMILY and TYPE (SOCK_DGRAM, SOCK_STREAM) that does not block and
 * is closed on exec, bound to the next address of the family, if there is one.
 * Owned by the caller; -1: errno says why not. SOURCES may be NULL.
 */
int		 sources_socket(struct sources *sources, int family, int type);

#endif
