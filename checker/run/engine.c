#include "checker/run/engine.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "checker/gather/probe_cache.h"
#include "checker/tlsa/ca_store.h"
#include "checker/tlsa/candidate.h"
#include "checker/tlsa/keyfile.h"
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

/* Seconds below which nothing can be said of a name server that is silent. */
#define QUESTION_LEAST 1.0

static double
question_limit(double timeout)
{
	const double limit = timeout / QUESTIONS_IN_A_DEADLINE;

	return limit > QUESTION_LEAST ? limit : QUESTION_LEAST;
}

/* This machine's name as it may be said in EHLO (RFC 5321 4.1.4). Owned. */
static char *
machine_name(void)
{
	char name[NAME_WIRE_MAX + 1] = "";

	if (gethostname(name, sizeof(name) - 1) == -1 || !name_is_host(name))
		return memory_string("localhost");
	return memory_string(name);
}

/* Two chains of one key type: which is it that the server presents? */
static bool
check_twins(const struct engine *engine, const char *file, char **why)
{
	const struct chain *last =
	    engine->chains[engine->options.chain_count - 1];
	size_t i;

	for (i = 0; i + 1 < engine->options.chain_count; i++) {
		if (engine->chains[i]->certificates[0].key_type !=
		    last->certificates[0].key_type)
			continue;
		*why = memory_format("%s: a second chain of a key of type %s; "
		    "give one for each type", file,
		    key_type_name(last->certificates[0].key_type));
		return false;
	}
	return true;
}

/* --chain: one PEM chain for each key type. */
static bool
read_chains(struct engine *engine, const struct settings *settings,
    char **why)
{
	struct keyfile keyfile;
	size_t i;

	engine->chains = memory_new(settings->chain_count,
	    sizeof(*engine->chains));
	engine->options.chains = (const struct chain *const *)engine->chains;
	for (i = 0; i < settings->chain_count; i++) {
		if (!keyfile_init(&keyfile, settings->chains[i], why))
			return false;
		if (!keyfile_check_order(&keyfile, why)) {
			keyfile_clear(&keyfile);
			return false;
		}
		engine->chains[i] = keyfile.chain;
		keyfile.chain = NULL;
		if (engine->chains[i] == NULL)
			*why = memory_format("%s: no certificate in it",
			    keyfile.file);
		keyfile_clear(&keyfile);
		if (engine->chains[i] == NULL)
			return false;
		engine->options.chain_count++;
		if (!check_twins(engine, settings->chains[i], why))
			return false;
	}
	return true;
}

/* --next: certificates, requests or keys to come. */
static bool
read_next(struct engine *engine, const struct settings *settings, char **why)
{
	size_t i;

	engine->next = memory_new(settings->next_count,
	    sizeof(*engine->next));
	for (i = 0; i < settings->next_count; i++) {
		if (!keyfile_init(&engine->next[i], settings->next[i], why))
			return false;
		engine->next_count++;
		if (!keyfile_check_order(&engine->next[i], why))
			return false;
	}
	return true;
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
		.question_limit = question_limit(settings->audit.timeout),
		.now = time(NULL),
		.trace = trace,
	};
	struct context *context = &engine->context;

	memset(engine, 0, sizeof(*engine));
	engine->options = settings->audit;
	engine->resolver_options = resolver_options;
	context->resolver_options = &engine->resolver_options;
	engine->helo = settings->audit.helo != NULL ?
	    memory_string(settings->audit.helo) : machine_name();
	engine->options.helo = engine->helo;
	context->options = &engine->options;
	engine->ca_lookup.find = ca_store_find;
	engine->ca_lookup.argument = ca_store_new();
	if ((settings->issuers != NULL && !known_cas_read(&engine->known_cas,
	    settings->issuers, why)) || !read_chains(engine, settings, why) ||
	    !read_next(engine, settings, why)) {
		engine_close(engine);
		return false;
	}
	context->trace = trace;
	context->base = event_base_new();
	if (context->base == NULL)
		abort();
	context->dialer = dialer_new(context->base);
	context->tls = tls_client_new();
	context->probe_cache = probe_cache_new();
	context->resolver = resolver_open(context->base,
	    &engine->resolver_options, why);
	if (context->resolver != NULL)
		return true;
	engine_close(engine);
	return false;
}

/*
 * A connection with a callback to come is not closed before libevent has had
 * its turn, nor when the loop is gone: that one would stay open until the
 * process ends.
 */
static void
close_base(struct event_base *base)
{
	if (base == NULL)
		return;
	do
		event_base_loop(base, EVLOOP_NONBLOCK);
	while (event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE) > 0);
	event_base_free(base);
}

void
engine_close(struct engine *engine)
{
	size_t i;

	resolver_close(engine->context.resolver);
	probe_cache_free(engine->context.probe_cache);
	dialer_free(engine->context.dialer);
	tls_client_free(engine->context.tls);
	close_base(engine->context.base);
	for (i = 0; i < engine->options.chain_count; i++)
		chain_free(engine->chains[i]);
	free(engine->chains);
	ca_store_free(engine->ca_lookup.argument);
	known_cas_clear(&engine->known_cas);
	for (i = 0; i < engine->next_count; i++)
		keyfile_clear(&engine->next[i]);
	free(engine->next);
	free(engine->helo);
}
