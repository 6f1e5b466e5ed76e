#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "checker/run/engine.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "checker/gather/probe_cache.h"
#include "checker/gather/answer_memo.h"
#include "checker/run/state.h"
#include "checker/run/user_files.h"
#include "checker/tlsa/ca_store.h"
#include "checker/tlsa/keyfile.h"
#include "checker/tlsa/verifier.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/query.h"
#include "resolver/resolver.h"
#include "resolver/source.h"
#include "smtp/dial.h"
#include "smtp/tls.h"

/*
 * A chain of lookups (MX, addresses, TLSA) and the conversations after them
 * share the deadline: a lookup that hangs must leave time for the rest.
 */
#define QUESTIONS_IN_A_DEADLINE 4

/* In fewer seconds a slow name server is not told from a dead one. */
#define QUESTION_LEAST 1.0

#define DNS_PORT 53

static double
question_limit(double timeout)
{
	const double limit = timeout / QUESTIONS_IN_A_DEADLINE;

	return limit > QUESTION_LEAST ? limit : QUESTION_LEAST;
}

/*
 * This machine's name for EHLO (RFC 5321 4.1.4). Owned by the caller; NULL: it
 * has none that means anything to others.
 */
static char *
machine_name(void)
{
	char name[NAME_WIRE_MAX + 1] = "";

	if (gethostname(name, sizeof(name) - 1) == -1 ||
	    !name_is_qualified(name))
		return NULL;
	return memory_string(name);
}

/* A server presents one chain for each key type. */
static bool
check_key_types(const struct engine *engine, const struct file *file,
    char **why)
{
	const size_t count = engine->context.chain_count;
	const enum key_type last =
	    engine->chains[count - 1]->certificates[0].key_type;
	size_t i;

	for (i = 0; i + 1 < count; i++) {
		if (engine->chains[i]->certificates[0].key_type != last)
			continue;
		*why = memory_format("%s: a second chain of a key of type %s; "
		    "give one for each type", file->name, key_type_name(last));
		return false;
	}
	return true;
}

/* Adds the chain of KEYFILE, which gives it up. */
static bool
add_chain(struct engine *engine, struct keyfile *keyfile,
    const struct file *file, char **why)
{
	struct context *context = &engine->context;

	if (!keyfile_check_order(keyfile, why))
		return false;
	engine->chains = memory_grow(engine->chains, context->chain_count,
	    sizeof(*engine->chains));
	context->chains = (const struct chain *const *)engine->chains;
	engine->chains[context->chain_count++] = keyfile->chain;
	keyfile->chain = NULL;
	return check_key_types(engine, file, why);
}

/* --chain: the chains of one file; keys without one are not presented. */
static bool
take_chain_file(struct engine *engine, const struct file *file, char **why)
{
	struct keyfiles found;
	bool good;
	size_t i;

	if (!keyfiles_init(&found, file, why))
		return false;
	good = found.items[0].chain != NULL;
	if (!good)
		*why = memory_format("%s: no certificate in it", file->name);
	/* Chains come first. */
	for (i = 0; i < found.count && found.items[i].chain != NULL && good;
	    i++)
		good = add_chain(engine, &found.items[i], file, why);
	keyfiles_clear(&found);
	return good;
}

/* --chain: one chain for each key type. */
static bool
take_chains(struct engine *engine, const struct user_files *files, char **why)
{
	size_t i;

	for (i = 0; i < files->chain_count; i++) {
		if (!take_chain_file(engine, &files->chains[i], why))
			return false;
	}
	return true;
}

/* --next: certificates, requests or keys to come. */
static bool
take_next(struct engine *engine, const struct user_files *files, char **why)
{
	struct judge_options *judge = &engine->judge;
	struct keyfiles found;
	size_t i;

	engine->gather.next = files->next_count > 0;
	for (i = 0; i < files->next_count; i++) {
		if (!keyfiles_init(&found, &files->next[i], why))
			return false;
		engine->next = keyfiles_move(&found, engine->next,
		    &judge->next_count);
		judge->next = engine->next;
	}
	for (i = 0; i < judge->next_count; i++) {
		if (!keyfile_check_order(&engine->next[i], why))
			return false;
	}
	return true;
}

/* --state. What is seen in a run counts only if every name server has it. */
static bool
take_state(struct engine *engine, const struct user_files *files, char **why)
{
	if (files->state == NULL)
		return true;
	engine->gather.next = true;
	engine->state = state_parse(files->state, why);
	return engine->state != NULL;
}

/* What is in the files that options name, and in the system's. */
static bool
take_files(struct engine *engine, const struct user_files *files, char **why)
{
	engine->ca_lookup.find = ca_store_find;
	engine->ca_lookup.argument = ca_store_new(&files->ca_bundle);
	engine->resolver.anchors = (struct anchor_files){
		.user = files->trust_anchor,
		.system = files->anchors,
		.system_count = files->anchor_count,
	};
	engine->resolver.root_hints = files->root_hints;
	if (files->issuers != NULL &&
	    !known_cas_init(&engine->known_cas, files->issuers, why))
		return false;
	return take_chains(engine, files, why) &&
	    take_next(engine, files, why) && take_state(engine, files, why);
}

/* "root", or "forwarder 192.0.2.53, 192.0.2.54@5353". Owned by the caller. */
static char *
dnssec_mode(const struct resolver_options *options)
{
	char *mode = memory_string("forwarder ");
	size_t i;

	for (i = 0; i < options->forwarder_count; i++)
		mode = memory_join(mode, i == 0 ? "" : ", ",
		    options->forwarders[i]);
	if (i == 0) {
		free(mode);
		mode = memory_string(TOOL_DNSSEC_ROOT);
	}
	return mode;
}

/* What the evidence says that it was gathered with. */
static void
name_tool(struct engine *engine, const struct settings *settings)
{
	engine->tool.version = memory_string(PACKAGE_VERSION);
	engine->tool.openssl = memory_string(tls_library_version());
	engine->tool.unbound = memory_string(resolver_library_version());
	engine->tool.dnssec = dnssec_mode(&settings->resolver);
	engine->context.tool = &engine->tool;
}

/*
 * Whether what does not validate by way of the user's resolvers is asked from
 * the root, too. Trust anchors of the user's, without root servers to go with
 * them, are those of a root that the resolvers alone lead to.
 */
static bool
has_second_way(const struct settings *settings)
{
	return settings->resolver.forwarder_count > 0 &&
	    settings->gather.thorough &&
	    (settings->trust_anchor == NULL || settings->root_hints != NULL);
}

enum descriptors_work
engine_work(const struct settings *settings)
{
	/* A record is judged again without asking anybody anything. */
	if (settings->replay != NULL)
		return DESCRIPTORS_JUDGE;
	return has_second_way(settings) ? DESCRIPTORS_SECOND_WAY :
	    DESCRIPTORS_AUDIT;
}

/* --source. What is not this machine's is found out here, and refused. */
static bool
take_sources(struct engine *engine, const struct settings *settings,
    char **why)
{
	struct tool_evidence *tool = &engine->tool;
	struct source_evidence *source;
	size_t i;
	char *text;
	bool good = true;

	engine->sources = sources_new();
	for (i = 0; i < settings->sources.count && good; i++) {
		tool->sources = memory_grow(tool->sources, tool->source_count,
		    sizeof(*tool->sources));
		source = &tool->sources[tool->source_count++];
		if (!address_from_text(&source->address,
		    settings->sources.items[i], 0))
			abort();
		text = address_text(&source->address);
		good = sources_add(engine->sources, text, why);
		free(text);
	}
	return good;
}

/* The addresses of --resolver; the resolver has checked that they are such. */
static void
take_forwarders(struct engine *engine)
{
	const struct resolver_options *options = &engine->resolver;
	struct context *context = &engine->context;
	const char *word;
	char *text;
	size_t i;

	engine->forwarders = memory_new(options->forwarder_count,
	    sizeof(*engine->forwarders));
	for (i = 0; i < options->forwarder_count; i++) {
		word = options->forwarders[i];
		text = memory_format("%.*s", (int)strcspn(word, "@"), word);
		word = strchr(word, '@');
		address_from_text(&engine->forwarders[i], text,
		    word != NULL ? (uint16_t)strtoul(word + 1, NULL, 10) :
				   DNS_PORT);
		free(text);
	}
	context->forwarders = engine->forwarders;
	context->forwarder_names = options->forwarders;
	context->forwarder_count = options->forwarder_count;
}

/* The resolver that begins at the root, beside the user's. */
static bool
open_second_way(struct engine *engine, const struct descriptors_worker *share,
    char **why)
{
	struct resolver_options *options = &engine->root_resolver;

	take_forwarders(engine);
	*options = engine->resolver;
	options->forwarders = NULL;
	options->forwarder_count = 0;
	options->udp_ports = share->second_udp_ports;
	options->tcp_connections = share->second_tcp_connections;
	engine->context.root_options = options;
	engine->context.root_resolver = resolver_open(engine->context.base,
	    options, why);
	return engine->context.root_resolver != NULL;
}

/* Opens what asks and connects, within the limit of descriptors. */
static bool
open_network(struct engine *engine, const struct settings *settings,
    enum descriptors_work work, char **why)
{
	const struct descriptors_worker share = descriptors_share_worker(work,
	    descriptors_limit());
	struct context *context = &engine->context;

	if (!take_sources(engine, settings, why))
		return false;
	engine->resolver.sources = engine->sources;
	engine->resolver.udp_ports = share.udp_ports;
	engine->resolver.tcp_connections = share.tcp_connections;
	context->resolver_options = &engine->resolver;
	context->dialer = dialer_new(context->base);
	dialer_set_max(context->dialer, share.connections);
	dialer_set_sources(context->dialer, engine->sources);
	context->tls = tls_client_new();
	context->probe_cache = probe_cache_new();
	context->answer_memo = answer_memo_new();
	context->query_client = query_client_new(context->base,
	    engine->resolver.now, share.queries);
	query_client_set_sources(context->query_client, engine->sources);
	context->resolver = resolver_open(context->base, &engine->resolver,
	    why);
	return context->resolver != NULL &&
	    (work != DESCRIPTORS_SECOND_WAY ||
		open_second_way(engine, &share, why));
}

/* Takes the settings' options and adds what does not depend on files. */
static void
complete_options(struct engine *engine, const struct settings *settings,
    const struct trace *trace)
{
	engine->gather = settings->gather;
	if (engine->gather.helo == NULL)
		engine->gather.helo = engine->machine_name = machine_name();

	engine->resolver = settings->resolver;
	engine->resolver.question_limit =
	    question_limit(settings->gather.timeout);
	engine->resolver.allow_reserved = settings->gather.allow_reserved;
	engine->resolver.now = time(NULL);
	engine->resolver.trace = trace;

	engine->judge = settings->judge;
	engine->judge.ca_lookup = &engine->ca_lookup;
	engine->judge.known_cas = &engine->known_cas;
	engine->judge.verifier = verifier_new(NULL);
}

bool
engine_open(struct engine *engine, const struct settings *settings,
    const struct user_files *files, const struct trace *trace, char **why)
{
	const enum descriptors_work work = engine_work(settings);
	struct context *context = &engine->context;

	memset(engine, 0, sizeof(*engine));
	complete_options(engine, settings, trace);
	name_tool(engine, settings);
	if (!take_files(engine, files, why)) {
		engine_close(engine);
		return false;
	}
	context->options = &engine->gather;
	context->trace = trace;
	context->base = event_base_new();
	if (context->base == NULL)
		abort();
	if (work == DESCRIPTORS_JUDGE ||
	    open_network(engine, settings, work, why))
		return true;
	engine_close(engine);
	return false;
}

bool
engine_start(struct engine *engine, char **why)
{
	return engine->context.resolver == NULL ||
	    resolver_start(engine->context.resolver, why);
}

void
engine_judge(struct engine *engine, struct evidence *evidence,
    bool (*is_late)(void *clock), void *clock)
{
	struct judge_options options = engine->judge;

	options.is_late = is_late;
	options.clock = clock;
	/* It takes milliseconds, which most domains need not spend. */
	if (evidence_pins_ca(evidence))
		ca_store_load(engine->ca_lookup.argument);
	judge(evidence, &options);
}

/*
 * libevent closes a connection that has a callback pending only from its loop.
 * Without a last turn the connection would stay open until the process ends.
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

	query_client_free(engine->context.query_client);
	resolver_close(engine->context.root_resolver);
	resolver_close(engine->context.resolver);
	probe_cache_free(engine->context.probe_cache);
	answer_memo_free(engine->context.answer_memo);
	dialer_free(engine->context.dialer);
	tls_client_free(engine->context.tls);
	close_base(engine->context.base);
	for (i = 0; i < engine->context.chain_count; i++)
		chain_free(engine->chains[i]);
	free(engine->chains);
	free(engine->forwarders);
	ca_store_free(engine->ca_lookup.argument);
	known_cas_clear(&engine->known_cas);
	verifier_free(engine->judge.verifier);
	for (i = 0; i < engine->judge.next_count; i++)
		keyfile_clear(&engine->next[i]);
	free(engine->next);
	state_free(engine->state);
	evidence_tool_clear(&engine->tool);
	sources_free(engine->sources);
	free(engine->machine_name);
}
