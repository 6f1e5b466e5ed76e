#include "resolver/zone_update.h"

#include <strings.h>

static const struct {
	const char		*first;		/* static */
	const char		*second;	/* static; NULL: none */
	enum zone_action	 action;
} commands[] = {
	{ "update", "add", ZONE_ADD },
	{ "update", "delete", ZONE_DELETE },
	{ "update", "del", ZONE_DELETE },
	{ "add", NULL, ZONE_ADD },
	{ "delete", NULL, ZONE_DELETE },
	{ "del", NULL, ZONE_DELETE },
	{ "prereq", NULL, ZONE_COMMAND },
	{ "server", NULL, ZONE_COMMAND },
	{ "local", NULL, ZONE_COMMAND },
	{ "zone", NULL, ZONE_COMMAND },
	{ "class", NULL, ZONE_COMMAND },
	{ "ttl", NULL, ZONE_COMMAND },
	{ "key", NULL, ZONE_COMMAND },
	{ "gsstsig", NULL, ZONE_COMMAND },
	{ "oldgsstsig", NULL, ZONE_COMMAND },
	{ "realm", NULL, ZONE_COMMAND },
	{ "check-names", NULL, ZONE_COMMAND },
	{ "show", NULL, ZONE_COMMAND },
	{ "send", NULL, ZONE_COMMAND },
	{ "answer", NULL, ZONE_COMMAND },
	{ "debug", NULL, ZONE_COMMAND },
	{ "quit", NULL, ZONE_COMMAND },
};

enum zone_action
zone_update_action(char *const *words, size_t count, size_t *command)
{
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcasecmp(words[0], commands[i].first) != 0)
			continue;
		*command = commands[i].second == NULL ? 1 : 2;
		if (count > *command - 1 && (commands[i].second == NULL ||
		    strcasecmp(words[1], commands[i].second) == 0))
			return commands[i].action;
	}
	*command = 0;
	return ZONE_RECORD;
}
