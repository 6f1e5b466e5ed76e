#include "resolver/setup.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unbound.h>

#include "resolver/anchor.h"
#include "resolver/asked.h"
#include "resolver/memory.h"
#include "resolver/nsec3.h"
#include "resolver/resolver.h"
#include "resolver/root_hints.h"
#include "resolver/rrsig.h"
#include "resolver/shortage.h"
#include "resolver/source.h"
#include "resolver/text.h"
#include "resolver/validity.h"

#define ITERATIONS	TEXT_NUMBER(NSEC3_ITERATIONS_MAX)

struct setting {
	const char	*option;	/* static */
	const char	*value;		/* borrowed */
};

/* The library's defaults suit a program that asks one question. */
static const struct setting settings[] = {
	{ "num-queries-per-thread:", "1024" },
	/* Enough for a survey of many domains, and no more. */
	{ "msg-cache-size:", "16m" },
	{ "rrset-cache-size:", "32m" },
	{ "key-cache-size:", "4m" },
	{ "neg-cache-size:", "1m" },
	{ "infra-cache-numhosts:", "10000" },
	/*
	 * Milliseconds. A server may answer one question quickly and the next
	 * one after a second; asked five times in that second, it would be
	 * given up.
	 */
	{ "infra-cache-min-rtt:", "400" },
	/*
	 * Fewer questions, and none for the empty non-terminal "_tcp" above a
	 * TLSA record: servers that wrongly deny it still have the record.
	 */
	{ "qname-minimisation:", "no" },
	/* --authoritative wants each server's own answer, not a conclusion. */
	{ "aggressive-nsec:", "no" },
	/* Whom it must not ask it is told by address. */
	{ "do-not-query-localhost:", "no" },
	/* The user's anchors are no business of the root's operators. */
	{ "trust-anchor-signaling:", "no" },
	/*
	 * Seconds. No more than clocks differ, in place of up to a day; that
	 * it must not have ended at all is for resolver/answer.c to say.
	 */
	{ "val-sig-skew-min:", TEXT_NUMBER(VALIDITY_SKEW) },
	{ "val-sig-skew-max:", TEXT_NUMBER(VALIDITY_SKEW) },
	/* RFC 9276 3.2. Pinned: no version may change a verdict. */
	{ "val-nsec3-keysize-iterations:", "1024 " ITERATIONS " 2048 "
	    ITERATIONS " 4096 " ITERATIONS },
	/* Nobody reads additional records, nor waits for their signatures. */
	{ "val-clean-additional:", "no" },
};

/*
 * Newer versions leave out records beyond so many, and then find the signature
 * of the others wrong, or have less to say. Older ones do not know the options,
 * and leave out nothing.
 */
static const struct setting newer[] = {
	{ "iter-scrub-ns:", "1000" },
	{ "iter-scrub-cname:", TEXT_NUMBER(ANSWER_ALIASES_MAX) },
	{ "iter-scrub-rrsig:", TEXT_NUMBER(RRSIG_SIGNATURES_MAX) },
};

/*
 * The library answers these by itself (RFC 6761 6.2, RFC 8375); but networks
 * and tests have signed zones there.
 */
static const char *const unlocal[] = { "test.", "home.arpa." };

/* Questions in flight to name servers at a time; further ones wait. */
#define UDP_PORTS	256
#define TCP_CONNECTIONS	32

static bool
apply(struct ub_ctx *context, const struct setting *setting, char **why)
{
	int error;

	error = ub_ctx_set_option(context, setting->option, setting->value);
	if (error == UB_NOERROR)
		return true;
	*why = memory_format("libunbound rejects \"%s %s\": %s",
	    setting->option, setting->value, ub_strerror(error));
	return false;
}

static bool
apply_number(struct ub_ctx *context, const char *option, size_t number,
    char **why)
{
	char *value = memory_format("%zu", number);
	const bool good = apply(context, &(struct setting){ option, value },
	    why);

	free(value);
	return good;
}

/* libunbound answers SERVFAIL when it has no descriptor for a socket. */
static bool
set_sockets(struct ub_ctx *context, const struct resolver_options *options,
    char **why)
{
	const size_t udp = options->udp_ports, tcp = options->tcp_connections;

	return apply_number(context, "outgoing-range:",
	    udp > 0 ? udp : UDP_PORTS, why) &&
	    apply_number(context, "outgoing-num-tcp:",
	    tcp > 0 ? tcp : TCP_CONNECTIONS, why);
}

static bool
set_interface(struct ub_ctx *context, const char *address, char **why)
{
	return apply(context, &(struct setting){ "outgoing-interface:",
	    address }, why);
}

/*
 * Where one address is given, libunbound asks from no other: the family without
 * any has all of its own.
 */
static bool
set_sources(struct ub_ctx *context, const struct sources *sources, char **why)
{
	const bool four = sources_count(sources, AF_INET) > 0;
	const bool six = sources_count(sources, AF_INET6) > 0;
	struct sockaddr_storage address;
	char text[INET6_ADDRSTRLEN];
	socklen_t size;
	size_t i;

	if (!four && !six)
		return true;
	for (i = 0; (size = sources_at(sources, i, &address)) > 0; i++) {
		if (getnameinfo((struct sockaddr *)&address, size, text,
		    sizeof(text), NULL, 0, NI_NUMERICHOST) != 0)
			abort();
		if (!set_interface(context, text, why))
			return false;
	}
	return (four || set_interface(context, "0.0.0.0", why)) &&
	    (six || set_interface(context, "::0", why));
}

static bool
set_forwarder(struct ub_ctx *context, const char *word, struct asked *asked,
    char **why)
{
	char *shown;

	if (asked_add(asked, word) &&
	    ub_ctx_set_fwd(context, word) == UB_NOERROR)
		return true;
	shown = text_printable(word, strlen(word));
	*why = memory_format("'%s' is not a resolver's address: ADDR or "
	    "ADDR@PORT", shown);
	free(shown);
	return false;
}

static bool
set_anchors(struct ub_ctx *context, const struct anchors *anchors, char **why)
{
	size_t i;
	int error;

	for (i = 0; i < anchors->count; i++) {
		error = ub_ctx_add_ta(context, anchors->records[i]);
		if (error != UB_NOERROR) {
			*why = memory_format("libunbound rejects the trust "
			    "anchor \"%s\": %s", anchors->records[i],
			    ub_strerror(error));
			return false;
		}
	}
	return true;
}

/*
 * A root zone to be primed from these addresses (RFC 8109) is what libunbound
 * makes of "root-hints:", too; but that file it would open by itself, later.
 */
static bool
add_root_servers(struct ub_ctx *context, const struct root_hints *hints,
    struct asked *asked, char **why)
{
	size_t i;
	int error;

	for (i = 0; i < hints->count; i++) {
		asked_add(asked, hints->addresses[i]);
		error = ub_ctx_set_stub(context, ".", hints->addresses[i], 1);
		if (error != UB_NOERROR) {
			*why = memory_format("libunbound rejects the root "
			    "server %s: %s", hints->addresses[i],
			    ub_strerror(error));
			return false;
		}
	}
	return true;
}

static bool
set_root_hints(struct ub_ctx *context, const struct file *file,
    struct asked *asked, char **why)
{
	struct root_hints hints;
	bool good;

	if (!root_hints_init(&hints, file, why))
		return false;
	good = add_root_servers(context, &hints, asked, why);
	root_hints_clear(&hints);
	return good;
}

/* Whom to begin with, by name of the user or of the caller. */
static bool
set_servers(struct ub_ctx *context, const struct resolver_options *options,
    struct asked *asked, char **why)
{
	size_t i;

	for (i = 0; i < options->forwarder_count; i++)
		if (!set_forwarder(context, options->forwarders[i], asked,
		    why))
			return false;
	return options->root_hints == NULL ||
	    set_root_hints(context, options->root_hints, asked, why);
}

/* Where nobody is asked. */
struct ban {
	struct ub_ctx	*context;	/* borrowed */
	char		*why;		/* owned; NULL: no fault so far */
};

static void
on_banned(const struct prefix *prefix, void *argument)
{
	struct ban *ban = argument;
	char *text;

	if (ban->why != NULL)
		return;
	text = prefix_text(prefix);
	apply(ban->context, &(struct setting){ "do-not-query-address:", text },
	    &ban->why);
	free(text);
}

static bool
set_options(struct ub_ctx *context, const struct resolver_options *options,
    struct asked *asked, char **why)
{
	struct ban ban = { context, NULL };
	size_t i;

	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		if (!apply(context, &settings[i], why))
			return false;
	if (!set_sockets(context, options, why))
		return false;
	for (i = 0; i < sizeof(newer) / sizeof(newer[0]); i++)
		ub_ctx_set_option(context, newer[i].option, newer[i].value);
	if (!set_sources(context, options->sources, why))
		return false;
	if (!set_servers(context, options, asked, why))
		return false;
	asked_not(asked, on_banned, &ban);
	if (ban.why != NULL)
		*why = ban.why;
	return ban.why == NULL;
}

/*
 * Takes away local zones. That makes the library read what there is to read,
 * and check all settings, as the first question would; but starts no thread.
 */
static bool
finalise(struct ub_ctx *context, char **why)
{
	int error = UB_NOERROR;
	size_t i;

	for (i = 0; i < sizeof(unlocal) / sizeof(unlocal[0]) &&
	    error == UB_NOERROR; i++)
		error = ub_ctx_zone_remove(context, unlocal[i]);
	if (error == UB_NOERROR)
		return true;
	*why = memory_format("libunbound cannot start: %s",
	    ub_strerror(error));
	return false;
}

struct ub_ctx *
setup_context(const struct resolver_options *options,
    const struct anchors *anchors, struct asked *asked, char **why)
{
	struct ub_ctx *context;

	shortage_check_thread();
	memset(asked, 0, sizeof(*asked));
	asked->everybody = options->allow_reserved;
	context = ub_ctx_create();
	if (context == NULL) {
		if (shortage_status(errno) != 0)
			shortage_end(errno);
		*why = memory_format("libunbound cannot start: %s",
		    strerror(errno));
		return NULL;
	}
	if (ub_ctx_debugout(context, NULL) != UB_NOERROR ||
	    ub_ctx_debuglevel(context, 0) != UB_NOERROR ||
	    ub_ctx_async(context, 1) != UB_NOERROR)
		abort();
	if (set_options(context, options, asked, why) &&
	    set_anchors(context, anchors, why) && finalise(context, why))
		return context;
	ub_ctx_delete(context);
	return NULL;
}
