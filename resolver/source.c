#include "resolver/source.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "resolver/memory.h"
#include "resolver/shortage.h"
#include "resolver/text.h"

struct source {
	struct sockaddr_storage	 address;	/* without a port */
	socklen_t		 size;
};

struct sources {
	struct source	*items;		/* owned */
	size_t		 count;
	size_t		 used4, used6;	/* so often */
};

struct sources *
sources_new(void)
{
	return memory_new(1, sizeof(struct sources));
}

void
sources_free(struct sources *sources)
{
	if (sources == NULL)
		return;
	free(sources->items);
	free(sources);
}

/* False: it is no address that a host can have. */
static bool
read_source(struct source *source, const char *text)
{
	struct sockaddr_in *four = (struct sockaddr_in *)&source->address;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)&source->address;

	memset(source, 0, sizeof(*source));
	if (inet_pton(AF_INET, text, &four->sin_addr) == 1) {
		source->address.ss_family = AF_INET;
		source->size = sizeof(*four);
		return four->sin_addr.s_addr != INADDR_ANY &&
		    !IN_MULTICAST(ntohl(four->sin_addr.s_addr));
	}
	if (inet_pton(AF_INET6, text, &six->sin6_addr) != 1)
		return false;
	source->address.ss_family = AF_INET6;
	source->size = sizeof(*six);
	return !IN6_IS_ADDR_UNSPECIFIED(&six->sin6_addr) &&
	    !IN6_IS_ADDR_MULTICAST(&six->sin6_addr);
}

/*
 * A socket can be bound to an address of everybody, too, but then not be
 * connected to it. Nothing is sent. Returns 0 or errno.
 */
static int
try_source(const struct source *source)
{
	struct source there = *source;
	int fd = socket(source->address.ss_family,
	    SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int error = 0;

	if (fd == -1)
		return errno;
	if (source->address.ss_family == AF_INET)
		((struct sockaddr_in *)&there.address)->sin_port = htons(1);
	else
		((struct sockaddr_in6 *)&there.address)->sin6_port = htons(1);
	if (bind(fd, (const struct sockaddr *)&source->address,
	    source->size) == -1 ||
	    connect(fd, (struct sockaddr *)&there.address, there.size) == -1)
		error = errno;
	close(fd);
	return error;
}

bool
sources_add(struct sources *sources, const char *text, char **why)
{
	struct source source;
	int error = EADDRNOTAVAIL;
	char *shown;

	if (read_source(&source, text))
		error = try_source(&source);
	if (shortage_is(error))
		shortage_end(error);
	if (error != 0) {
		shown = text_printable(text, strlen(text));
		*why = memory_format("--source: '%s' is not an address of "
		    "this machine%s%s", shown, error != EADDRNOTAVAIL ?
		    ": " : "", error != EADDRNOTAVAIL ? strerror(error) : "");
		free(shown);
		return false;
	}
	sources->items = memory_grow(sources->items, sources->count,
	    sizeof(*sources->items));
	sources->items[sources->count++] = source;
	return true;
}

size_t
sources_count(const struct sources *sources, int family)
{
	size_t i, count = 0;

	for (i = 0; sources != NULL && i < sources->count; i++)
		count += sources->items[i].address.ss_family == family;
	return count;
}

socklen_t
sources_at(const struct sources *sources, size_t i,
    struct sockaddr_storage *address)
{
	if (sources == NULL || i >= sources->count)
		return 0;
	*address = sources->items[i].address;
	return sources->items[i].size;
}

/* The next one of the family; NULL: there is none. */
static const struct source *
take_turn(struct sources *sources, int family)
{
	size_t count = sources_count(sources, family), turn, i;

	if (count == 0)
		return NULL;
	turn = (family == AF_INET6 ? sources->used6++ : sources->used4++) %
	    count;
	for (i = 0; sources->items[i].address.ss_family != family ||
	    turn-- > 0; i++)
		continue;
	return &sources->items[i];
}

/*
 * The port is chosen when the socket is connected, among those that are free
 * towards that server: otherwise there would be one connection for each port of
 * this address.
 */
static void
put_off_port(int fd)
{
#ifdef IP_BIND_ADDRESS_NO_PORT
	const int on = 1;

	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
#else
	(void)fd;
#endif
}

int
sources_socket(struct sources *sources, int family, int type)
{
	const struct source *source = take_turn(sources, family);
	int fd = socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int error;

	if (fd == -1 || source == NULL)
		return fd;
	if (type == SOCK_STREAM)
		put_off_port(fd);
	if (bind(fd, (const struct sockaddr *)&source->address,
	    source->size) == 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}
