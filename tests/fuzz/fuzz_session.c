/*
 * A whole conversation over a bufferevent_pair with a server that says
 * anything. The first octet chooses how, the others are what is said: pieces of
 * a length octet and as many octets. In clear text all the way, or (FUZZ_TLS)
 * with real TLS once STARTTLS is agreed to, so that what comes after the
 * handshake is reached.
 */
#include <assert.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/trace.h"
#include "smtp/session.h"

/* Bits of the first octet. */
#define FUZZ_TLS	0x01	/* real TLS after STARTTLS */
#define FUZZ_GREETED	0x02	/* up to STARTTLS all is well */
#define FUZZ_END	0x04	/* the server closes at the end */
#define FUZZ_OLD	0x08	/* TLS 1.2 */
#define FUZZ_CANCEL	0x10	/* cancelled when half is said */

/* Turns of the loop that a piece is given to have its effect. */
#define TURNS		12
/* A handshake in memory takes fewer. */
#define TLS_TURNS	40

struct server {
	struct bufferevent	*stream;	/* owned, in clear text */
	struct bufferevent	*tls_stream;	/* owned, NULL: none */
	const uint8_t		*data;		/* borrowed */
	size_t			 size;
	uint8_t			 how;
};

struct client {
	struct session		*session;	/* owned, NULL: ended */
	int			 ended;		/* callbacks */
	size_t			 heard;		/* lines of the trace */
};

int	LLVMFuzzerInitialize(int *argc, char ***argv);
int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static SSL_CTX *server_context;
static struct tls_client *tls;

/* The server's certificate, a new one for each run of the program. */
int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	X509 *certificate = X509_new();

	(void)argc;
	(void)argv;
	signal(SIGPIPE, SIG_IGN);
	X509_set_version(certificate, X509_VERSION_3);
	X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
	X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
	X509_set_pubkey(certificate, key);
	if (X509_sign(certificate, key, EVP_sha256()) == 0)
		abort();
	server_context = SSL_CTX_new(TLS_server_method());
	if (SSL_CTX_use_certificate(server_context, certificate) != 1 ||
	    SSL_CTX_use_PrivateKey(server_context, key) != 1)
		abort();
	X509_free(certificate);
	EVP_PKEY_free(key);
	tls = tls_client_new();
	return 0;
}

static void
hear(void *listener, enum trace_level level, const char *subject,
    const char *line)
{
	struct client *client = listener;

	(void)level;
	(void)subject;
	for (; *line != '\0'; line++)
		assert((unsigned char)*line >= ' ' && *line != '\x7f');
	client->heard++;
}

/* What whoever reads a result relies on. */
static void
check(const struct session_result *result)
{
	assert((result->outcome == OUTCOME_DONE) ==
	    (result->handshake != NULL));
	assert((result->stage == STAGE_DONE) ==
	    (result->outcome == OUTCOME_DONE));
	assert((result->error == NULL) == (result->outcome == OUTCOME_DONE));
	assert(result->reply_code == 0 ||
	    (result->reply_code >= 200 && result->reply_code < 600));
	assert(result->outcome != OUTCOME_STARTTLS_NOT_OFFERED ||
	    result->reply_code != 0);
	assert((result->outcome != OUTCOME_HANDSHAKE_FAILED &&
	    result->outcome != OUTCOME_CLIENT_CERTIFICATE) ||
	    result->stage == STAGE_HANDSHAKE);
	assert(result->alert == 0 || result->stage == STAGE_HANDSHAKE);
	assert(result->rewrite == REWRITE_NONE ||
	    result->stage < STAGE_STARTTLS);
	assert(result->handshake == NULL ||
	    result->handshake->chain->count > 0);
}

static void
on_done(struct session_result *result, void *argument)
{
	struct client *client = argument;

	assert(client->session != NULL);
	client->session = NULL;
	client->ended++;
	check(result);
}

static void
turn(struct event_base *base, int times)
{
	while (times-- > 0)
		event_base_loop(base, EVLOOP_NONBLOCK);
}

static struct bufferevent *
voice(const struct server *server)
{
	return server->tls_stream != NULL ? server->tls_stream : server->stream;
}

static void
say(const struct server *server, const void *bytes, size_t size)
{
	bufferevent_write(voice(server), bytes, size);
}

/* Up to a real handshake. */
static void
begin_tls(struct server *server, struct event_base *base)
{
	struct evbuffer *input = bufferevent_get_input(server->stream);
	SSL *session = SSL_new(server_context);

	/* What the client has said so far is not TLS. */
	evbuffer_drain(input, evbuffer_get_length(input));
	if (server->how & FUZZ_OLD)
		SSL_set_max_proto_version(session, TLS1_2_VERSION);
	say(server, "220 ready\r\n", 11);
	server->tls_stream = bufferevent_openssl_filter_new(base,
	    server->stream, session, BUFFEREVENT_SSL_ACCEPTING,
	    BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
	bufferevent_enable(server->tls_stream, EV_READ | EV_WRITE);
	turn(base, TLS_TURNS);
}

static void
begin(struct server *server, struct event_base *base)
{
	if ((server->how & FUZZ_GREETED) == 0)
		return;
	say(server, "220 mx\r\n", 8);
	turn(base, TURNS);
	say(server, "250-mx\r\n250 STARTTLS\r\n", 22);
	turn(base, TURNS);
	if (server->how & FUZZ_TLS)
		begin_tls(server, base);
}

/* Says the next piece. False: there is no more. */
static bool
say_piece(struct server *server)
{
	size_t size;

	if (server->size == 0)
		return false;
	size = *server->data++;
	server->size--;
	if (size > server->size)
		size = server->size;
	say(server, server->data, size);
	server->data += size;
	server->size -= size;
	return true;
}

static void
converse(struct server *server, struct client *client,
    struct event_base *base)
{
	struct session_result result = { 0 };
	size_t half = server->size / 2;

	begin(server, base);
	while (client->session != NULL && say_piece(server)) {
		turn(base, TURNS);
		if ((server->how & FUZZ_CANCEL) && server->size <= half)
			break;
	}
	if (server->how & FUZZ_END)
		bufferevent_flush(server->stream, EV_WRITE, BEV_FINISHED);
	turn(base, TURNS);
	assert(client->ended == (client->session == NULL ? 1 : 0));
	if (client->session == NULL)
		return;
	session_so_far(client->session, "enough", &result);
	check(&result);
	session_result_clear(&result);
	session_cancel(client->session);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct client client = { 0 };
	struct server server = { 0 };
	const struct trace trace = { hear, &client, TRACE_CONVERSATION };
	struct session_options options = {
		.helo = "client.example",
		.keep_replies = true,
		.offer.server_name = "mx.example.org",
		.tls = tls,
		.subject = "mx",
		.trace = &trace,
	};
	struct bufferevent *pair[2];
	struct event_base *base;

	if (size < 1)
		return 0;
	base = event_base_new();
	if (base == NULL || bufferevent_pair_new(base, BEV_OPT_DEFER_CALLBACKS,
	    pair) == -1)
		abort();
	server.stream = pair[1];
	server.how = data[0];
	server.data = data + 1;
	server.size = size - 1;
	options.offer.except = data[0] >> 5 == 7 ? KEY_SET(KEY_ECDSA) : 0;
	bufferevent_enable(server.stream, EV_READ | EV_WRITE);
	client.session = session_start(base, pair[0], &options, on_done,
	    &client);
	turn(base, TURNS);
	converse(&server, &client, base);
	if (server.tls_stream != NULL)
		bufferevent_free(server.tls_stream);
	else
		bufferevent_free(pair[1]);
	bufferevent_free(pair[0]);
	turn(base, 1);
	event_base_free(base);
	return 0;
}
