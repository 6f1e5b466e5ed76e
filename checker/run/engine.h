/*
 * The parts that every program works with, put together from its settings: one
 * event loop, one resolver, one line of connections, one memory of visits.
 */
#ifndef CHECKER_RUN_ENGINE_H
#define CHECKER_RUN_ENGINE_H

#include <stdbool.h>

#include "checker/gather/context.h"
#include "checker/judge/diagnose.h"
#include "checker/run/settings.h"
#include "checker/tlsa/known_cas.h"
#include "resolver/resolver.h"
#include "resolver/trace.h"

struct engine {
	struct context		  context;	/* its parts are owned here */
	struct context_options	  options;
	struct resolver_options	  resolver_options;
	char			 *helo;		/* owned */
	struct chain		**chains;	/* owned; --chain */
	struct ca_lookup	  ca_lookup;	/* its argument is owned */
	struct known_cas		  known_cas;	/* --issuers */
	struct keyfile		 *next;		/* owned; --next */
	size_t			  next_count;
};

/*
 * TRACE (borrowed) may be NULL. False: *WHY (owned by the caller, printable)
 * says which setting is wrong.
 */
bool	engine_open(struct engine *engine, const struct settings *settings,
	    const struct trace *trace, char **why);
void	engine_close(struct engine *engine);

#endif
