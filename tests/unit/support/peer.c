#include "tests/unit/support/peer.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"
#include "resolver/text.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/timeless.h"

/* The first octet of a TLS record that carries a handshake (RFC 8446 5.1). */
#define TLS_HANDSHAKE 0x16

struct peer {
	struct event_base	*base;		/* borrowed */
	struct bufferevent	*stream;	/* owned, in clear text */
	struct bufferevent	*tls_stream;	/* owned, NULL: no TLS yet */
	SSL			*tls;		/* owned, NULL likewise */
	SSL_CTX			*context;	/* borrowed, may be NULL */
	short			 tls_events;	/* what came of the handshake */
	bool			 leaves;	/* as soon as it is done */
	char			*server_name;	/* owned, NULL: none */
	bool			 drips;
	const char		*turn;		/* borrowed, for the fault */
	char			*fault;		/* owned, NULL: none yet */
};

/* A test that cannot build its server has nothing to say. */
static void
must(bool done)
{
	if (!done)
		abort();
}

static struct bufferevent *
current_stream(const struct peer *peer)
{
	return peer->tls_stream != NULL ? peer->tls_stream : peer->stream;
}

static struct evbuffer *
words_heard(const struct peer *peer)
{
	return bufferevent_get_input(current_stream(peer));
}

/* The client did not follow the script but did WHAT: the first fault stands. */
static void
blame(struct peer *peer, const char *what)
{
	if (peer->fault == NULL)
		peer->fault = memory_format("at '%s' %s", peer->turn, what);
}

/* What was heard and not asked for. Owned by the caller, NULL: nothing. */
static char *
surplus(const struct peer *peer)
{
	struct evbuffer *heard = words_heard(peer);
	size_t size = evbuffer_get_length(heard);
	char *shown, *text;

	if (size == 0)
		return NULL;
	shown = text_printable(evbuffer_pullup(heard, -1), size);
	text = memory_format("the client said '%s' unasked", shown);
	free(shown);
	return text;
}

/* The client has had the time to speak by now, and must not have. */
static void
check_silence(struct peer *peer)
{
	char *words;

	timeless_run(peer->base);
	words = surplus(peer);
	if (words != NULL)
		blame(peer, words);
	free(words);
}

static void
add_octets(struct evbuffer *words, const char *text)
{
	const char *nul;

	while ((nul = strstr(text, "\\0")) != NULL) {
		evbuffer_add(words, text, (size_t)(nul - text));
		evbuffer_add(words, "", 1);
		text = nul + strlen("\\0");
	}
	evbuffer_add(words, text, strlen(text));
}

/* Frees WORDS. */
static void
say_words(struct peer *peer, struct evbuffer *words)
{
	struct evbuffer *output = bufferevent_get_output(current_stream(peer));

	check_silence(peer);
	while (peer->drips && evbuffer_get_length(words) > 0) {
		evbuffer_remove_buffer(words, output, 1);
		timeless_run(peer->base);
	}
	evbuffer_add_buffer(output, words);
	evbuffer_free(words);
}

static void
say(struct peer *peer, const char *octets)
{
	struct evbuffer *words = evbuffer_new();

	add_octets(words, octets);
	say_words(peer, words);
}

static void
say_line(struct peer *peer, const char *line)
{
	struct evbuffer *words = evbuffer_new();

	add_octets(words, line);
	evbuffer_add(words, "\r\n", 2);
	say_words(peer, words);
}

static void
say_often(struct peer *peer, const char *times_and_octets)
{
	struct evbuffer *words = evbuffer_new();
	char *octets;
	unsigned long times = strtoul(times_and_octets, &octets, 10);

	must(times > 0 && *octets == ' ');
	while (times-- > 0)
		add_octets(words, octets + 1);
	say_words(peer, words);
}

static void
hear_line(struct peer *peer, const char *line)
{
	char *heard, *what;

	timeless_run(peer->base);
	heard = evbuffer_readln(words_heard(peer), NULL,
	    EVBUFFER_EOL_CRLF_STRICT);
	if (heard == NULL) {
		blame(peer, "the client said no line");
	} else if (strcmp(heard, line) != 0) {
		what = memory_format("the client said '%s'", heard);
		blame(peer, what);
		free(what);
	}
	free(heard);
}

static void
hear_hello(struct peer *peer, const char *nothing)
{
	struct evbuffer *heard = words_heard(peer);
	const unsigned char *first;

	(void)nothing;
	timeless_run(peer->base);
	first = evbuffer_pullup(heard, 1);
	if (first == NULL || *first != TLS_HANDSHAKE)
		blame(peer, "the client did not begin TLS");
	else
		evbuffer_drain(heard, evbuffer_get_length(heard));
}

static void
end_stream(struct peer *peer, const char *nothing)
{
	(void)nothing;
	bufferevent_flush(peer->stream, EV_WRITE, BEV_FINISHED);
}

static void
on_tls_event(struct bufferevent *stream, short what, void *argument)
{
	struct peer *peer = argument;

	(void)stream;
	peer->tls_events |= what;
	if (peer->leaves && (what & BEV_EVENT_CONNECTED))
		end_stream(peer, NULL);
}

static void
begin_tls(struct peer *peer)
{
	peer->tls = SSL_new(peer->context);
	must(peer->tls != NULL);
	peer->tls_stream = bufferevent_openssl_filter_new(peer->base,
	    peer->stream, peer->tls, BUFFEREVENT_SSL_ACCEPTING,
	    BEV_OPT_DEFER_CALLBACKS);
	must(peer->tls_stream != NULL);
	bufferevent_setcb(peer->tls_stream, NULL, NULL, on_tls_event, peer);
	bufferevent_enable(peer->tls_stream, EV_READ | EV_WRITE);
	/* The client may have begun already, of which nothing else tells. */
	bufferevent_trigger(peer->stream, EV_READ, 0);
	timeless_run(peer->base);
}

static void
shake_hands(struct peer *peer, const char *nothing)
{
	(void)nothing;
	begin_tls(peer);
	if ((peer->tls_events & BEV_EVENT_CONNECTED) == 0)
		blame(peer, "there was no handshake");
	peer->server_name = memory_string(
	    SSL_get_servername(peer->tls, TLSEXT_NAMETYPE_host_name));
}

static void
shake_hands_and_leave(struct peer *peer, const char *nothing)
{
	peer->leaves = true;
	shake_hands(peer, nothing);
}

static void
fail_to_shake_hands(struct peer *peer, const char *nothing)
{
	(void)nothing;
	begin_tls(peer);
	if ((peer->tls_events & BEV_EVENT_ERROR) == 0)
		blame(peer, "the handshake did not fail");
}

static void
reset(struct peer *peer, const char *nothing)
{
	struct bufferevent *client = bufferevent_pair_get_partner(peer->stream);

	(void)nothing;
	must(client != NULL);
	bufferevent_trigger_event(client, BEV_EVENT_READING | BEV_EVENT_ERROR,
	    0);
}

static void
be_late(struct peer *peer, const char *nothing)
{
	(void)nothing;
	timeless_run(peer->base);
	if (timeless_waits(peer->base))
		timeless_expire(peer->base);
	else
		blame(peer, "the client does not wait");
}

static const struct verb {
	const char	*word;
	void		(*act)(struct peer *peer, const char *text);
} verbs[] = {
	{ "S: ", say_line },
	{ "S= ", say },
	{ "S*", say_often },
	{ "C: ", hear_line },
	{ "hello", hear_hello },
	{ "TLS close", shake_hands_and_leave },
	{ "TLS", shake_hands },
	{ "no TLS", fail_to_shake_hands },
	{ "close", end_stream },
	{ "reset", reset },
	{ "late", be_late },
};

#define VERB_COUNT (sizeof(verbs) / sizeof(verbs[0]))

void
peer_play(struct peer *peer, const char *const *script)
{
	size_t i, size;

	for (; *script != NULL && peer->fault == NULL; script++) {
		peer->turn = *script;
		for (i = 0; i < VERB_COUNT; i++) {
			size = strlen(verbs[i].word);
			if (strncmp(*script, verbs[i].word, size) == 0)
				break;
		}
		must(i < VERB_COUNT);
		verbs[i].act(peer, *script + size);
	}
}

struct peer *
peer_new(struct event_base *base, SSL_CTX *context, bool drips,
    struct bufferevent **client_end)
{
	struct peer *peer = memory_new(1, sizeof(*peer));
	struct bufferevent *pair[2];

	must(bufferevent_pair_new(base, 0, pair) == 0);
	peer->base = base;
	peer->context = context;
	peer->drips = drips;
	peer->stream = pair[0];
	*client_end = pair[1];
	bufferevent_enable(peer->stream, EV_READ | EV_WRITE);
	return peer;
}

void
peer_free(struct peer *peer)
{
	if (peer == NULL)
		return;
	if (peer->tls_stream != NULL)
		bufferevent_free(peer->tls_stream);
	SSL_free(peer->tls);
	bufferevent_free(peer->stream);
	free(peer->server_name);
	free(peer->fault);
	free(peer);
}

char *
peer_fault(const struct peer *peer)
{
	if (peer->fault != NULL)
		return memory_string(peer->fault);
	return surplus(peer);
}

const char *
peer_server_name(const struct peer *peer)
{
	return peer->server_name;
}

SSL_CTX *
peer_context_new(int version)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());

	must(context != NULL);
	SSL_CTX_set_security_level(context, 0);
	/* A chain is sent as it was added: with gaps, and in any order. */
	SSL_CTX_set_mode(context, SSL_MODE_NO_AUTO_CHAIN);
	must(SSL_CTX_set_min_proto_version(context, version) == 1);
	must(SSL_CTX_set_max_proto_version(context, version) == 1);
	return context;
}

void
peer_context_add(SSL_CTX *context, const struct issued *const *issued,
    size_t count)
{
	size_t i;

	must(SSL_CTX_use_certificate(context, issued[0]->x509) == 1);
	must(SSL_CTX_use_PrivateKey(context, issued[0]->key) == 1);
	for (i = 1; i < count; i++)
		must(SSL_CTX_add1_chain_cert(context, issued[i]->x509) == 1);
}
