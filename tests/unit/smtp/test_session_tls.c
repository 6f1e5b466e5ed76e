/* Sessions with servers that speak TLS: what they present is recorded. */
#include <openssl/ssl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "resolver/memory.h"
#include "smtp/session.h"
#include "smtp/tls_alert.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/conversation.h"
#include "tests/unit/support/table.h"
#include "tests/unit/support/timeless.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The certificates; an issuer comes before those that it issues. */
enum who { NOBODY, ROOT, INTERMEDIATE, LEAF, LEAF_RSA, WEAK, WHO_COUNT };

static const struct {
	struct certificates_wish wish;
	enum who		 issuer;
} plans[WHO_COUNT] = {
	[ROOT] = { { .cn = "Root", .ca = true }, NOBODY },
	[INTERMEDIATE] = { { .cn = "Intermediate", .ca = true }, ROOT },
	[LEAF] = { { .cn = "mx.example.org" }, INTERMEDIATE },
	[LEAF_RSA] = { { .cn = "mx.example.org", .key_type = KEY_RSA }, ROOT },
	[WEAK] = { { .cn = "mx.example.org", .weak = true }, NOBODY },
};

/* The certificates that a server sends; NOBODY ends the list. */
#define SENT_MAX 4
#define OF_ECDSA LEAF, INTERMEDIATE
#define OF_RSA	 LEAF_RSA, ROOT

enum server {
	ECDSA,
	ECDSA_1_0,
	ECDSA_1_2,
	RSA_1_3,
	BOTH,
	BOTH_1_2,
	ALONE,
	WEAK_RSA,
	DISORDERED,
	DEMANDING,
	DEMANDING_1_2,
	ASKING,
	ASKING_1_2,
	FAILING,
	SERVER_COUNT
};

static const struct {
	int		version;	/* 0: all */
	enum who	sent[2][SENT_MAX];	/* one for each key type */
} servers[SERVER_COUNT] = {
	[ECDSA] = { 0, { { OF_ECDSA } } },
	[ECDSA_1_0] = { TLS1_VERSION, { { OF_ECDSA } } },
	[ECDSA_1_2] = { TLS1_2_VERSION, { { OF_ECDSA } } },
	[RSA_1_3] = { TLS1_3_VERSION, { { OF_RSA } } },
	[BOTH] = { 0, { { OF_ECDSA }, { OF_RSA } } },
	[BOTH_1_2] = { TLS1_2_VERSION, { { OF_ECDSA }, { OF_RSA } } },
	[ALONE] = { 0, { { LEAF } } },
	[WEAK_RSA] = { 0, { { WEAK } } },
	[DISORDERED] = { 0, { { LEAF, ROOT, INTERMEDIATE } } },
	[DEMANDING] = { TLS1_3_VERSION, { { OF_ECDSA } } },
	[DEMANDING_1_2] = { TLS1_2_VERSION, { { OF_ECDSA } } },
	[ASKING] = { TLS1_3_VERSION, { { OF_ECDSA } } },
	[ASKING_1_2] = { TLS1_2_VERSION, { { OF_ECDSA } } },
	[FAILING] = { TLS1_3_VERSION, { { OF_ECDSA } } },
};

/* Made once, for all tests. */
static struct {
	struct issued	*issued[WHO_COUNT];	/* owned; no NOBODY */
	SSL_CTX		*servers[SERVER_COUNT];	/* owned */
} world;

/* Looks up the certificates of a list. Returns how many there are. */
static size_t
find_sent(const enum who *sent, const struct issued *found[SENT_MAX])
{
	size_t count;

	for (count = 0; count < SENT_MAX && sent[count] != NOBODY; count++)
		found[count] = world.issued[sent[count]];
	return count;
}

/* No session ticket can be made: an internal error, once the client is done. */
static int
fail_to_make_ticket(SSL *session, unsigned char *name, unsigned char *iv,
    EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int encrypt)
{
	(void)session;
	(void)name;
	(void)iv;
	(void)cipher;
	(void)mac;
	(void)encrypt;
	return -1;
}

static SSL_CTX *
build_server(enum server server)
{
	SSL_CTX *context = peer_context_new(servers[server].version);
	const struct issued *sent[SENT_MAX];
	size_t i, count;

	for (i = 0; i < 2; i++) {
		count = find_sent(servers[server].sent[i], sent);
		if (count > 0)
			peer_context_add(context, sent, count);
	}
	/* These demand a certificate of the client, which has none. */
	if (server == DEMANDING || server == DEMANDING_1_2)
		SSL_CTX_set_verify(context,
		    SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	if (server == ASKING || server == ASKING_1_2)
		SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
	if (server == FAILING)
		SSL_CTX_set_tlsext_ticket_key_evp_cb(context,
		    fail_to_make_ticket);
	return context;
}

static void
make_world(void)
{
	struct certificates_wish wish;
	size_t i;

	for (i = NOBODY + 1; i < WHO_COUNT; i++) {
		wish = plans[i].wish;
		wish.issuer = world.issued[plans[i].issuer];
		world.issued[i] = certificates_issue(&wish);
	}
	for (i = 0; i < SERVER_COUNT; i++)
		world.servers[i] = build_server((enum server)i);
}

static void
clear_world(void)
{
	size_t i;

	for (i = 0; i < WHO_COUNT; i++)
		certificates_free(world.issued[i]);
	for (i = 0; i < SERVER_COUNT; i++)
		SSL_CTX_free(world.servers[i]);
}

static const char *const goes_well[] = { TO_TLS, "TLS", BYE, NULL };
static const char *const fails[] = { TO_TLS, "no TLS", NULL };

static const struct conversation_end done = { STAGE_DONE, OUTCOME_DONE, NULL,
	0 };
static const struct conversation_end refused = { STAGE_HANDSHAKE,
	OUTCOME_HANDSHAKE_FAILED,
	"TLS: the server sent the alert \"handshake_failure\"", 0 };

/* A conversation with the server, up to where the script leaves it. */
static struct conversation *
talk(enum server server, const char *const *script)
{
	const struct conversation_wish wish = {
		.context = world.servers[server],
	};
	struct conversation *one = conversation_new(&wish);

	conversation_play(one, script);
	return one;
}

/* Checks that the chain is the one that was sent, in the same order. */
static void
check_chain(const struct chain *chain, const enum who *expected)
{
	const struct issued *sent[SENT_MAX];
	size_t i, count = find_sent(expected, sent);
	struct chain *other = certificates_chain(sent, count);

	assert_int_equal(chain->count, count);
	assert_false(chain->truncated);
	for (i = 0; i < count; i++)
		assert_memory_equal(chain->certificates[i].cert_sha256,
		    other->certificates[i].cert_sha256, CHAIN_DIGEST);
	chain_free(other);
}

static const struct handshake_row {
	const char	*name;
	enum server	 server;
	key_set		 except;
	const char	*protocol;
	const char	*cipher;	/* the beginning of its name */
	enum key_type	 key_type;
	enum who	 sent[SENT_MAX];
} handshake_rows[] = {
	{ "ECDSA", ECDSA, 0, "TLSv1.3", "TLS_", KEY_ECDSA, { OF_ECDSA } },
	{ "TLS 1.2", ECDSA_1_2, 0, "TLSv1.2", "ECDHE-ECDSA-", KEY_ECDSA,
	    { OF_ECDSA } },
	{ "TLS 1.0", ECDSA_1_0, 0, "TLSv1", "ECDHE-ECDSA-", KEY_ECDSA,
	    { OF_ECDSA } },
	{ "RSA", RSA_1_3, 0, "TLSv1.3", "TLS_", KEY_RSA, { OF_RSA } },
	{ "leaf alone", ALONE, 0, "TLSv1.3", "TLS_", KEY_ECDSA, { LEAF } },
	{ "weak key", WEAK_RSA, 0, "TLSv1.3", "TLS_", KEY_RSA, { WEAK } },
	{ "chain out of order", DISORDERED, 0, "TLSv1.3", "TLS_", KEY_ECDSA,
	    { LEAF, ROOT, INTERMEDIATE } },

	{ "both, ECDSA not offered", BOTH, KEY_SET(KEY_ECDSA), "TLSv1.3",
	    "TLS_", KEY_RSA, { OF_RSA } },
	{ "both, RSA not offered", BOTH, KEY_SET(KEY_RSA), "TLSv1.3", "TLS_",
	    KEY_ECDSA, { OF_ECDSA } },
	{ "both, TLS 1.2, ECDSA not offered", BOTH_1_2, KEY_SET(KEY_ECDSA),
	    "TLSv1.2", "ECDHE-RSA-", KEY_RSA, { OF_RSA } },
	{ "both, TLS 1.2, RSA not offered", BOTH_1_2, KEY_SET(KEY_RSA),
	    "TLSv1.2", "ECDHE-ECDSA-", KEY_ECDSA, { OF_ECDSA } },
	{ "TLS 1.0, RSA not offered", ECDSA_1_0, KEY_SET(KEY_RSA), "TLSv1",
	    "ECDHE-ECDSA-", KEY_ECDSA, { OF_ECDSA } },
};

static void
check_handshake(const struct handshake_row *row,
    const struct handshake *handshake)
{
	assert_string_equal(handshake->protocol, row->protocol);
	if (strncmp(handshake->cipher, row->cipher, strlen(row->cipher)) != 0)
		fail_msg("cipher %s", handshake->cipher);
	assert_string_equal(handshake->group, "x25519");
	assert_int_equal(handshake->version < TLS_1_2,
	    strcmp(row->protocol, "TLSv1") == 0);
	assert_int_equal(handshake->key_type, row->key_type);
	check_chain(handshake->chain, row->sent);
}

static void
test_handshake(void **state)
{
	const struct handshake_row *row = *state;
	const struct conversation_wish wish = {
		.context = world.servers[row->server],
		.offer.except = row->except,
	};
	struct conversation *one = conversation_new(&wish);

	conversation_play(one, goes_well);
	conversation_check_end(row->name, one, &done);
	check_handshake(row, one->result.handshake);
	assert_false(one->result.plaintext_injected);
	conversation_free(one);
}

/* What of it senders that authenticate do not accept, and do not offer. */
static const struct weakness_row {
	const char	*name;
	enum server	 server;
	unsigned int	 weaknesses;
	const char	*error;		/* of a strict offer; NULL: it is met */
} weakness_rows[] = {
	{ "ECDSA", ECDSA, 0, NULL },
	{ "TLS 1.2", ECDSA_1_2, 0, NULL },
	{ "TLS 1.0", ECDSA_1_0, TLS_WEAK_VERSION | TLS_WEAK_SIGNATURE,
	    "TLS: the server sent the alert \"protocol_version\"" },
	{ "RSA of 1024 bits", WEAK_RSA, 0, NULL },
};

static void
test_weaknesses(void **state)
{
	const struct weakness_row *row = *state;
	const struct conversation_end error = { STAGE_HANDSHAKE,
		OUTCOME_HANDSHAKE_FAILED, row->error, 0 };
	struct conversation_wish wish = {
		.context = world.servers[row->server],
	};
	struct conversation *one = conversation_new(&wish);

	conversation_play(one, goes_well);
	conversation_check_end(row->name, one, &done);
	assert_int_equal(one->result.handshake->weaknesses, row->weaknesses);
	conversation_free(one);

	wish.offer.strict = true;
	one = conversation_new(&wish);
	conversation_play(one, row->error != NULL ? fails : goes_well);
	conversation_check_end(row->name, one, row->error != NULL ? &error :
	    &done);
	conversation_free(one);
}

/* A server that has no key of a type that is still offered. */
static const struct refusal_row {
	const char	*name;
	enum server	 server;
	key_set		 except;
} refusal_rows[] = {
	{ "ECDSA", ECDSA, KEY_SET(KEY_ECDSA) },
	{ "ECDSA, TLS 1.2", ECDSA_1_2, KEY_SET(KEY_ECDSA) },
	{ "ECDSA, TLS 1.0", ECDSA_1_0, KEY_SET(KEY_ECDSA) },
	{ "RSA", RSA_1_3, KEY_SET(KEY_RSA) },
	{ "both", BOTH, KEY_SET(KEY_ECDSA) | KEY_SET(KEY_RSA) },
	{ "both, TLS 1.2", BOTH_1_2, KEY_SET(KEY_ECDSA) | KEY_SET(KEY_RSA) },
};

static void
test_refusal(void **state)
{
	const struct refusal_row *row = *state;
	const struct conversation_wish wish = {
		.context = world.servers[row->server],
		.offer.except = row->except,
	};
	struct conversation *one = conversation_new(&wish);

	conversation_play(one, fails);
	conversation_check_end(row->name, one, &refused);
	assert_true(one->result.answered);
	conversation_free(one);
}

/* A ClientHello above one TCP segment, and one that nobody answers. */
static void
test_long_hello(void **state)
{
	static const char *const silent[] = { TO_HELLO, "late", NULL };
	static const struct conversation_end end = { STAGE_HANDSHAKE,
		OUTCOME_TIMEOUT, "no answer within 8 seconds (TLS handshake)",
		0 };
	struct conversation_wish wish = {
		.context = world.servers[ECDSA],
		.offer = { .except = KEY_SET(KEY_RSA), .long_hello = true },
		.handshake_limit = 8,
	};
	struct conversation *one = conversation_new(&wish);

	(void)state;
	conversation_play(one, goes_well);
	conversation_check_end("long", one, &done);
	assert_true(one->result.answered);
	conversation_free(one);

	one = conversation_new(&wish);
	conversation_play(one, silent);
	conversation_check_end("silent", one, &end);
	assert_false(one->result.answered);
	conversation_free(one);
}

/* No key type is left to offer, which is not the server's fault. */
static void
test_nothing_to_offer(void **state)
{
	static const char *const script[] = { TO_TLS, NULL };
	static const struct conversation_end end = { STAGE_HANDSHAKE,
		OUTCOME_UNTRIED, "no key type is left to offer", 0 };
	static const struct conversation_wish wish = { .offer.except = ~0u };
	struct conversation *one = conversation_new(&wish);

	(void)state;
	conversation_play(one, script);
	conversation_check_end("nothing", one, &end);
	conversation_free(one);
}

static const struct sni_row {
	const char	*name;
	const char	*server_name;
	const char	*sent;		/* "": none */
} sni_rows[] = {
	{ "host", "mx.example.org", "mx.example.org" },
	{ "A-label", "xn--bcher-kva.example", "xn--bcher-kva.example" },
	{ "none", NULL, "" },
	{ "IPv4 address", "192.0.2.1", "" },
	{ "IPv6 address", "2001:db8::1", "" },
	{ "not a name", "not a name", "" },
	{ "empty", "", "" },
};

static void
test_sni(void **state)
{
	const struct sni_row *row = *state;
	const struct conversation_wish wish = {
		.context = world.servers[ECDSA],
		.offer.server_name = row->server_name,
	};
	struct conversation *one = conversation_new(&wish);
	const char *sent;

	conversation_play(one, goes_well);
	conversation_check_end(row->name, one, &done);
	sent = peer_server_name(one->peer);
	assert_string_equal(sent != NULL ? sent : "", row->sent);
	conversation_free(one);
}

/* Nothing that the server does after the handshake matters. */
static const struct after_row {
	const char	*name;
	const char	*script[CONVERSATION_TURNS];
} after_rows[] = {
	{ "no answer to QUIT", { TO_TLS, "TLS", QUIT, "late" } },
	{ "closed", { TO_TLS, "TLS", QUIT, "close" } },
	{ "reset", { TO_TLS, "TLS", QUIT, "reset" } },
	{ "garbage", { TO_TLS, "TLS", QUIT, "S: what?" } },
	{ "flood", { TO_TLS, "TLS", QUIT, "S*3000 221-bye\r\n" } },
	{ "closed at once", { TO_TLS, "TLS close", QUIT } },
};

static void
test_after_handshake(void **state)
{
	const struct after_row *row = *state;
	struct conversation *one;
	size_t server;

	/* The versions of TLS differ in who has the last word. */
	for (server = ECDSA; server <= ECDSA_1_2; server++) {
		one = talk((enum server)server, row->script);
		conversation_check_end(row->name, one, &done);
		conversation_free(one);
	}
}

/*
 * In TLS 1.3 the handshake is done before the server can say that it wants to
 * see more of the client (RFC 8446 4.4.2.4). Before that version, it is not.
 * In either case what it says belongs to the handshake.
 */
static const struct demand_row {
	const char		*name;
	enum server		 server;
	struct conversation_end	 end;
	unsigned int		 alert;
	bool			 asks;
} demand_rows[] = {
	{ "a certificate, TLS 1.3", DEMANDING, { STAGE_HANDSHAKE,
	    OUTCOME_CLIENT_CERTIFICATE,
	    "TLS: the server sent the alert \"certificate_required\"", 0 },
	    ALERT_CERTIFICATE_REQUIRED, true },
	{ "a certificate, TLS 1.2", DEMANDING_1_2, { STAGE_HANDSHAKE,
	    OUTCOME_CLIENT_CERTIFICATE,
	    "TLS: the server sent the alert \"handshake_failure\"", 0 },
	    ALERT_HANDSHAKE_FAILURE, true },
	{ "nothing: it fails", FAILING, { STAGE_HANDSHAKE,
	    OUTCOME_HANDSHAKE_FAILED,
	    "TLS: the server sent the alert \"internal_error\"", 0 },
	    ALERT_INTERNAL_ERROR, false },
};

static void
test_demanding_servers(void **state)
{
	const struct demand_row *row = *state;
	struct conversation *one = talk(row->server, fails);

	conversation_check_end(row->name, one, &row->end);
	assert_int_equal(one->result.alert, row->alert);
	assert_int_equal(one->result.asks_certificate, row->asks);
	conversation_free(one);
}

/* A server that asks for a certificate, and what it may do without one. */
static const struct asking_row {
	const char		*name;
	const char		*script[CONVERSATION_TURNS];
	struct conversation_end	 end;
} asking_rows[] = {
	{ "welcome", { TO_TLS, "TLS", EHLO, "S: 250 mx", BYE },
	    { STAGE_DONE, OUTCOME_DONE, NULL, 0 } },
	{ "no answer", { TO_TLS, "TLS", EHLO, "late" },
	    { STAGE_DONE, OUTCOME_DONE, NULL, 0 } },
	{ "closed", { TO_TLS, "TLS", EHLO, "close" },
	    { STAGE_DONE, OUTCOME_DONE, NULL, 0 } },
	{ "closed at once", { TO_TLS, "TLS close", EHLO },
	    { STAGE_DONE, OUTCOME_DONE, NULL, 0 } },
	{ "reset", { TO_TLS, "TLS", EHLO, "reset" },
	    { STAGE_DONE, OUTCOME_DONE, NULL, 0 } },
	{ "garbage", { TO_TLS, "TLS", EHLO, "S: what?" },
	    { STAGE_DONE, OUTCOME_DONE, NULL, 0 } },
	{ "busy", { TO_TLS, "TLS", EHLO, "S: 421 4.7.0 too many", BYE },
	    { STAGE_DONE, OUTCOME_DONE, NULL, 0 } },
	{ "a certificate, it says", { TO_TLS, "TLS", EHLO,
	    "S: 421 4.7.1 No client certificate presented", BYE },
	    { STAGE_HANDSHAKE, OUTCOME_CLIENT_CERTIFICATE,
		"421 4.7.1 No client certificate presented", 421 } },
};

static void
test_asking_servers(void **state)
{
	const struct asking_row *row = *state;
	struct conversation *one;
	size_t server;

	for (server = ASKING; server <= ASKING_1_2; server++) {
		one = talk((enum server)server, row->script);
		conversation_check_end(row->name, one, &row->end);
		assert_true(one->result.asks_certificate);
		conversation_free(one);
	}
}

/* A handshake larger than the limit on clear text that waits to be read. */
static void
test_long_chain(void **state)
{
	const struct issued *sent[2 * CHAIN_MAX];
	SSL_CTX *context = peer_context_new(0);
	const struct conversation_wish wish = { .context = context };
	struct conversation *one;
	size_t i;

	(void)state;
	sent[0] = world.issued[LEAF];
	for (i = 1; i < COUNT(sent); i++)
		sent[i] = world.issued[INTERMEDIATE];
	peer_context_add(context, sent, COUNT(sent));
	one = conversation_new(&wish);
	conversation_play(one, goes_well);
	conversation_check_end("long", one, &done);
	assert_int_equal(one->result.handshake->chain->count, CHAIN_MAX);
	assert_true(one->result.handshake->chain->truncated);
	conversation_free(one);
	SSL_CTX_free(context);
}

/* Clear text behind the 220 changes nothing, but is reported. */
static void
test_injection(void **state)
{
	static const char *const script[] = { TO_STARTTLS,
		"S: 220 go\r\n250 injected", "TLS", BYE, NULL };
	struct conversation *one;

	(void)state;
	one = talk(ECDSA, script);
	conversation_check_end("injection", one, &done);
	assert_true(one->result.plaintext_injected);
	conversation_free(one);
}

/* The result while the session waits for the answer to QUIT. */
static void
test_so_far(void **state)
{
	static const char *const script[] = { TO_TLS, "TLS", QUIT, NULL };
	struct session_result first, second;
	struct conversation *one;

	(void)state;
	one = talk(ECDSA, script);
	assert_int_equal(session_stage(one->session), STAGE_DONE);
	session_so_far(one->session, "why not", &first);
	session_so_far(one->session, "why not", &second);
	session_cancel(one->session);
	one->session = NULL;
	timeless_run(one->base);
	assert_int_equal(one->ends, 0);
	assert_null(peer_fault(one->peer));
	conversation_free(one);

	conversation_check("first", &first, &done);
	session_result_clear(&first);
	conversation_check("second", &second, &done);
	check_handshake(&handshake_rows[0], second.handshake);
	session_result_clear(&second);
}

/* What the callback leaves in the result is freed, a handshake too. */
static void
test_leaving(void **state)
{
	static const char *const more[] = { "close", NULL };
	const struct conversation_wish wish = {
		.context = world.servers[ECDSA],
		.leaves = true,
	};
	struct conversation *one = conversation_new(&wish);

	(void)state;
	conversation_play(one, goes_well);
	assert_int_equal(one->ends, 1);
	assert_null(peer_fault(one->peer));
	conversation_play(one, more);
	assert_int_equal(one->ends, 1);
	conversation_free(one);
}

static void
test_trace(void **state)
{
	const struct conversation_wish wish = {
		.context = world.servers[ECDSA],
		.trace_level = TRACE_STEPS,
	};
	struct conversation *one = conversation_new(&wish);
	char *expected;

	(void)state;
	conversation_play(one, goes_well);
	conversation_check_end("trace", one, &done);
	expected = memory_format("1 connected -> greeting\n"
	    "1 greeting -> EHLO\n"
	    "1 EHLO -> STARTTLS\n"
	    "1 STARTTLS -> TLS handshake\n"
	    "1 TLS: TLSv1.3, %s, ECDSA\n"
	    "1 TLS handshake -> QUIT\n"
	    "1 QUIT -> end\n", one->result.handshake->cipher);
	assert_string_equal(one->heard, expected);
	free(expected);
	conversation_free(one);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_handshake, handshake_rows),
		TABLE(test_weaknesses, weakness_rows),
		TABLE(test_refusal, refusal_rows),
		TABLE_ALONE(test_long_hello),
		TABLE_ALONE(test_nothing_to_offer),
		TABLE(test_sni, sni_rows),
		TABLE(test_after_handshake, after_rows),
		TABLE(test_demanding_servers, demand_rows),
		TABLE(test_asking_servers, asking_rows),
		TABLE_ALONE(test_long_chain),
		TABLE_ALONE(test_injection),
		TABLE_ALONE(test_so_far),
		TABLE_ALONE(test_leaving),
		TABLE_ALONE(test_trace),
	};
	int failed;

	make_world();
	failed = table_run(tables, COUNT(tables));
	clear_world();
	return failed;
}
