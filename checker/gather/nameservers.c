#include "checker/gather/nameservers.h"

#include <stdlib.h>

#include "checker/gather/ns_ask.h"
#include "checker/gather/ns_find.h"
#include "resolver/memory.h"

struct nameservers {
	const struct context	*context;	/* borrowed */
	struct evidence		*evidence;	/* borrowed */
	struct ns_find		*find;		/* owned, NULL: over */
	struct ns_ask		*ask;		/* owned, NULL: not yet */
	struct ns_queries	 queries;
	nameservers_done	*done;
	void			*argument;	/* borrowed */
};

static void
nameservers_free(struct nameservers *nameservers)
{
	ns_find_cancel(nameservers->find);
	ns_ask_cancel(nameservers->ask);
	ns_queries_clear(&nameservers->queries);
	free(nameservers);
}

static void
on_asked(void *argument)
{
	struct nameservers *nameservers = argument, ended = *nameservers;

	nameservers->ask = NULL;
	nameservers_free(nameservers);
	ended.done(ended.argument);
}

static void
on_found(struct ns_queries *queries, void *argument)
{
	struct nameservers *nameservers = argument;

	nameservers->find = NULL;
	nameservers->queries = *queries;
	nameservers->ask = ns_ask_start(nameservers->context,
	    nameservers->evidence, &nameservers->queries, on_asked,
	    nameservers);
}

struct nameservers *
nameservers_start(const struct context *context, struct evidence *evidence,
    nameservers_done *done, void *argument)
{
	struct nameservers *nameservers = memory_new(1, sizeof(*nameservers));

	nameservers->context = context;
	nameservers->evidence = evidence;
	nameservers->done = done;
	nameservers->argument = argument;
	nameservers->find = ns_find_start(context, evidence, on_found,
	    nameservers);
	return nameservers;
}

void
nameservers_stop(struct nameservers *nameservers)
{
	if (nameservers == NULL)
		return;
	nameservers->evidence->servers_unasked = true;
	nameservers_free(nameservers);
}

char *
nameservers_waits_for(const struct nameservers *nameservers)
{
	char *server = nameservers->ask == NULL ? NULL :
	    ns_ask_waits_for(nameservers->ask);

	if (server != NULL)
		return server;
	return memory_format("the name servers of %s",
	    nameservers->evidence->domain);
}
