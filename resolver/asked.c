#include "resolver/asked.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"
#include "resolver/special_purpose.h"
#include "resolver/text.h"

bool
asked_add(struct asked *asked, const char *server)
{
	const size_t length = strcspn(server, "@");
	char text[INET6_ADDRSTRLEN];
	struct prefix address;
	uint32_t port;

	if (server[length] == '@' &&
	    !text_parse_number(server + length + 1, UINT16_MAX, &port))
		return false;
	if (length >= sizeof(text))
		return false;
	memcpy(text, server, length);
	text[length] = '\0';
	if (!prefix_from_text(&address, text))
		return false;
	asked->named = memory_grow(asked->named, asked->count,
	    sizeof(*asked->named));
	asked->named[asked->count++] = address;
	return true;
}

void
asked_clear(struct asked *asked)
{
	free(asked->named);
	memset(asked, 0, sizeof(*asked));
}

const char *
asked_why_not(const struct asked *asked, const uint8_t *octets, size_t size)
{
	size_t i;

	if (asked->everybody)
		return NULL;
	for (i = 0; i < asked->count; i++)
		if (prefix_holds(&asked->named[i], octets, size))
			return NULL;
	return special_purpose(octets, size);
}

/* What asked_not() hands on. */
struct rest {
	const struct asked	*asked;		/* borrowed */
	prefix_found		*found;
	void			*argument;	/* borrowed */
};

static void
on_block(const struct prefix *block, void *argument)
{
	const struct rest *rest = argument;

	prefix_without(block, rest->asked->named, rest->asked->count,
	    rest->found, rest->argument);
}

void
asked_not(const struct asked *asked, prefix_found *found, void *argument)
{
	struct rest rest = { asked, found, argument };

	if (!asked->everybody)
		special_purpose_blocks(on_block, &rest);
}
