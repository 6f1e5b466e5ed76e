#include "checker/engine.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/resolver.h"
#include "smtp/dial.h"
#include "smtp/tls.h"

/*
 * A chain of lookups (MX, addresses, TLSA) and the conversations behind them
 * share the deadline; a lookup that hangs must leave time for the rest.
 */
#define QUESTIONS_IN_A_DEADLINE 4

/* This machine's name as it may be said in EHLO (RFC 5321 4.1.4). Owned. */
static char *
machine_name(void)
{
	char name[NAME_WIRE_MAX + 1] = "";

	if (gethostname(name, sizeof(name) - 1) == -1 || !name_is_host(name))
		return memory_string("localhost");
	return memory_string(name);
}

bool
engine_open(struct engine *engine, const struct settings *settings,
    const struct trace *trace, char **why)
{
	const struct resolver_options resolver_options = {
		.forwarders = settings->resolvers,
		.forwarder_count = settings->resolver_count,
		.anchor_file = settings->anchor_file,
		.root_hints = settings->root_hints,
		.question_limit =
		    settings->audit.timeout / QUESTIONS_IN_A_DEADLINE,
		.now = time(NULL),
	};
	struct audit_context *context = &engine->context;

	memset(engine, 0, sizeof(*engine));
	engine->options = settings->audit;
	engine->resolver_options = resolver_options;
	context->resolver_options = &engine->resolver_options;
	engine->helo = settings->audit.helo != NULL ?
	    memory_string(settings->audit.helo) : machine_name();
	engine->options.helo = engine->helo;
	context->options = &engine->options;
	context->trace = trace;
	context->base = event_base_new();
	if (context->base == NULL)
		abort();
	context->dialer = dialer_new(context->base);
	context->tls = tls_client_new();
	context->resolver = resolver_open(context->base,
	    &engine->resolver_options, why);
	if (context->resolver != NULL)
		return true;
	engine_close(engine);
	return false;
}

void
engine_close(struct engine *engine)
{
	resolver_close(engine->context.resolver);
	dialer_free(engine->context.dialer);
	tls_client_free(engine->context.tls);
	event_base_free(engine->context.base);
	free(engine->helo);
}
