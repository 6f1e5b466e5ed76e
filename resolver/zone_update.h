/*
 * Commands for nsupdate(1) among the lines of a zone: what "update add" adds
 * are records, too.
 */
#ifndef RESOLVER_ZONE_UPDATE_H
#define RESOLVER_ZONE_UPDATE_H

#include <stddef.h>

/* What an entry does. */
enum zone_action {
	ZONE_RECORD,		/* nothing: it is a record, or is to be one */
	ZONE_COMMAND,		/* something of no account: "send" */
	ZONE_ADD,		/* it adds the record in its other words */
	ZONE_DELETE,		/* it deletes what its other words are of */
};

/*
 * What the COUNT words (at least one) of an entry that is no record by itself
 * do, and how many of them are the command: 0 with ZONE_RECORD.
 */
enum zone_action zone_update_action(char *const *words, size_t count,
	    size_t *command);

#endif
