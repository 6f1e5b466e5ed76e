/* Sessions with servers that speak TLS: what they show is taken down. */
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
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/conversation.h"
#include "tests/unit/support/timeless.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The certificates; an issuer comes before what it issues. */
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

/* What a server sends; NOBODY ends it. */
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
};

struct world {
	struct issued	*issued[WHO_COUNT];	/* owned; no NOBODY */
	SSL_CTX		*servers[SERVER_COUNT];	/* owned */
};

/* Looks up what is sent, up to NOBODY. Returns how many there are. */
static size_t
find_sent(const struct world *world, const enum who *sent,
    const struct issued *found[SENT_MAX])
{
	size_t count;

	for (count = 0; count < SENT_MAX && sent[count] != NOBODY; count++)
		found[count] = world->issued[sent[count]];
	return count;
}

static SSL_CTX *
build_server(const struct world *world, enum server server)
{
	SSL_CTX *context = peer_context_new(servers[server].version);
	const struct issued *sent[SENT_MAX];
	size_t i, count;

	for (i = 0; i < 2; i++) {
		count = find_sent(world, servers[server].sent[i], sent);
		if (count > 0)
			peer_context_add(context, sent, count);
	}
	/* They want to see a certificate of the client's, who has none. */
	if (server == DEMANDING || server == DEMANDING_1_2)
		SSL_CTX_set_verify(context,
		    SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	return context;
}

static int
set_up(void **state)
{
	struct world *world = memory_new(1, sizeof(*world));
	struct certificates_wish wish;
	size_t i;

	for (i = NOBODY + 1; i < WHO_COUNT; i++) {
		wish = plans[i].wish;
		wish.issuer = world->issued[plans[i].issuer];
		world->issued[i] = certificates_issue(&wish);
	}
	for (i = 0; i < SERVER_COUNT; i++)
		world->servers[i] = build_server(world, (enum server)i);
	*state = world;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *world = *state;
	size_t i;

	for (i = 0; i < WHO_COUNT; i++)
		certificates_free(world->issued[i]);
	for (i = 0; i < SERVER_COUNT; i++)
		SSL_CTX_free(world->servers[i]);
	free(world);
	return 0;
}

static const char *const goes_well[] = { TO_TLS, "TLS", BYE, NULL };
static const char *const fails[] = { TO_TLS, "no TLS", NULL };

static const struct conversation_end done = { STAGE_DONE, OUTCOME_DONE, NULL };
static const struct conversation_end refused = { STAGE_HANDSHAKE,
	OUTCOME_HANDSHAKE_FAILED,
	"TLS: the server sent the alert \"handshake failure\"" };

/* A conversation with the server, up to where the script leaves it. */
static struct conversation *
talk(const struct world *world, enum server server, const char *const *script)
{
	const struct conversation_wish wish = {
		.context = world->servers[server],
	};
	struct conversation *one = conversation_new(&wish);

	conversation_play(one, script);
	return one;
}

/* The chain is the one that was sent, in the same order. */
static void
check_chain(const char *what, const struct world *world,
    const struct chain *chain, const enum who *expected)
{
	const struct issued *sent[SENT_MAX];
	size_t i, count = find_sent(world, expected, sent);
	struct chain *other = certificates_chain(sent, count);

	if (chain->count != count || chain->truncated)
		fail_msg("%s: %zu certificates", what, chain->count);
	for (i = 0; i < count; i++) {
		if (memcmp(chain->certificates[i].cert_sha256,
			other->certificates[i].cert_sha256, CHAIN_DIGEST) != 0)
			fail_msg("%s: another certificate at %zu", what, i);
	}
	chain_free(other);
}

static const struct handshake_row {
	const char	*what;
	enum server	 server;
	key_set		 except;
	const char	*protocol;
	const char	*cipher;	/* the beginning of its name */
	enum key_type	 key_type;
	enum who	 sent[SENT_MAX];
} handshake_rows[] = {
	{ "the best", ECDSA, 0, "TLSv1.3", "TLS_", KEY_ECDSA, { OF_ECDSA } },
	{ "TLS 1.2", ECDSA_1_2, 0, "TLSv1.2", "ECDHE-ECDSA-", KEY_ECDSA,
	    { OF_ECDSA } },
	{ "TLS 1.0", ECDSA_1_0, 0, "TLSv1", "ECDHE-ECDSA-", KEY_ECDSA,
	    { OF_ECDSA } },
	{ "RSA", RSA_1_3, 0, "TLSv1.3", "TLS_", KEY_RSA, { OF_RSA } },
	{ "no issuer", ALONE, 0, "TLSv1.3", "TLS_", KEY_ECDSA, { LEAF } },
	{ "a weak key", WEAK_RSA, 0, "TLSv1.3", "TLS_", KEY_RSA, { WEAK } },
	{ "wrong order", DISORDERED, 0, "TLSv1.3", "TLS_", KEY_ECDSA,
	    { LEAF, ROOT, INTERMEDIATE } },

	{ "both, without ECDSA", BOTH, KEY_SET(KEY_ECDSA), "TLSv1.3", "TLS_",
	    KEY_RSA, { OF_RSA } },
	{ "both, without RSA", BOTH, KEY_SET(KEY_RSA), "TLSv1.3", "TLS_",
	    KEY_ECDSA, { OF_ECDSA } },
	{ "both, 1.2, without ECDSA", BOTH_1_2, KEY_SET(KEY_ECDSA), "TLSv1.2",
	    "ECDHE-RSA-", KEY_RSA, { OF_RSA } },
	{ "both, 1.2, without RSA", BOTH_1_2, KEY_SET(KEY_RSA), "TLSv1.2",
	    "ECDHE-ECDSA-", KEY_ECDSA, { OF_ECDSA } },
	{ "1.0, without RSA", ECDSA_1_0, KEY_SET(KEY_RSA), "TLSv1",
	    "ECDHE-ECDSA-", KEY_ECDSA, { OF_ECDSA } },
};

static void
check_handshake(const struct handshake_row *row, const struct world *world,
    const struct handshake *handshake)
{
	if (strcmp(handshake->protocol, row->protocol) != 0 ||
	    strncmp(handshake->cipher, row->cipher, strlen(row->cipher)) != 0)
		fail_msg("%s: %s, %s", row->what, handshake->protocol,
		    handshake->cipher);
	if (handshake->outdated != (strcmp(row->protocol, "TLSv1") == 0))
		fail_msg("%s: outdated %d", row->what, handshake->outdated);
	if (handshake->key_type != row->key_type)
		fail_msg("%s: %s", row->what,
		    key_type_name(handshake->key_type));
	check_chain(row->what, world, handshake->chain, row->sent);
}

static void
test_handshakes(void **state)
{
	const struct world *world = *state;
	struct conversation_wish wish = { .except = 0 };
	const struct handshake_row *row;
	struct conversation *one;
	size_t i;

	for (i = 0; i < COUNT(handshake_rows); i++) {
		row = &handshake_rows[i];
		wish.context = world->servers[row->server];
		wish.except = row->except;
		one = conversation_new(&wish);
		conversation_play(one, goes_well);
		conversation_check_end(row->what, one, &done);
		check_handshake(row, world, one->result.handshake);
		assert_false(one->result.plaintext_injected);
		conversation_free(one);
	}
}

/* A server that has no key of a type that is still offered. */
static void
test_refusals(void **state)
{
	static const struct {
		const char	*what;
		enum server	 server;
		key_set		 except;
	} rows[] = {
		{ "ECDSA", ECDSA, KEY_SET(KEY_ECDSA) },
		{ "ECDSA, 1.2", ECDSA_1_2, KEY_SET(KEY_ECDSA) },
		{ "ECDSA, 1.0", ECDSA_1_0, KEY_SET(KEY_ECDSA) },
		{ "RSA", RSA_1_3, KEY_SET(KEY_RSA) },
		{ "both", BOTH, KEY_SET(KEY_ECDSA) | KEY_SET(KEY_RSA) },
		{ "both, 1.2", BOTH_1_2,
		    KEY_SET(KEY_ECDSA) | KEY_SET(KEY_RSA) },
	};
	const struct world *world = *state;
	struct conversation_wish wish = { .except = 0 };
	struct conversation *one;
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		wish.context = world->servers[rows[i].server];
		wish.except = rows[i].except;
		one = conversation_new(&wish);
		conversation_play(one, fails);
		conversation_check_end(rows[i].what, one, &refused);
		conversation_free(one);
	}
}

/* Nothing is left to offer, which is no fault of the server's. */
static void
test_nothing_to_offer(void **state)
{
	static const char *const script[] = { TO_TLS, NULL };
	static const struct conversation_end end = { STAGE_HANDSHAKE,
		OUTCOME_UNTRIED, "no key type is left to offer" };
	static const struct conversation_wish wish = { .except = ~0u };
	struct conversation *one = conversation_new(&wish);

	(void)state;
	conversation_play(one, script);
	conversation_check_end("nothing", one, &end);
	conversation_free(one);
}

static void
test_server_names(void **state)
{
	static const struct {
		const char	*name;
		const char	*asked;	/* "": for none */
	} rows[] = {
		{ "mx.example.org", "mx.example.org" },
		{ "xn--bcher-kva.example", "xn--bcher-kva.example" },
		{ NULL, "" },
		{ "192.0.2.1", "" },
		{ "2001:db8::1", "" },
		{ "not a name", "" },
		{ "", "" },
	};
	const struct world *world = *state;
	struct conversation_wish wish = {
		.context = world->servers[ECDSA],
	};
	struct conversation *one;
	const char *asked;
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		wish.server_name = rows[i].name;
		one = conversation_new(&wish);
		conversation_play(one, goes_well);
		conversation_check_end("a server's name", one, &done);
		asked = peer_server_name(one->peer);
		assert_string_equal(asked != NULL ? asked : "", rows[i].asked);
		conversation_free(one);
	}
}

/* Once the handshake is done, the server may do what it likes. */
static void
test_after_handshake(void **state)
{
	static const struct {
		const char	*what;
		const char	*script[CONVERSATION_TURNS];
	} rows[] = {
		{ "silence", { TO_TLS, "TLS", QUIT, "late" } },
		{ "the end", { TO_TLS, "TLS", QUIT, "close" } },
		{ "a reset", { TO_TLS, "TLS", QUIT, "reset" } },
		{ "nonsense", { TO_TLS, "TLS", QUIT, "S: what?" } },
		{ "a flood", { TO_TLS, "TLS", QUIT, "S*3000 221-bye\r\n" } },
		{ "the end at once", { TO_TLS, "TLS close", QUIT } },
	};
	const struct world *world = *state;
	struct conversation *one;
	size_t i, server;

	/* The versions of TLS differ in who has the last word. */
	for (i = 0; i < COUNT(rows); i++) {
		for (server = ECDSA; server <= ECDSA_1_2; server++) {
			one = talk(world, (enum server)server, rows[i].script);
			conversation_check_end(rows[i].what, one, &done);
			conversation_free(one);
		}
	}
}

/*
 * In TLS 1.3 the handshake is done before the server can say that it wants to
 * see more of the client (RFC 8446 4.4.2.4). Before that version, it is not.
 */
static void
test_demanding_servers(void **state)
{
	const struct world *world = *state;
	struct conversation *one;

	one = talk(world, DEMANDING, fails);
	conversation_check_end("TLS 1.3", one, &done);
	conversation_free(one);

	one = talk(world, DEMANDING_1_2, fails);
	conversation_check_end("TLS 1.2", one, &refused);
	conversation_free(one);
}

/* A handshake longer than what is read ahead of clear text. */
static void
test_long_chain(void **state)
{
	const struct world *world = *state;
	const struct issued *sent[2 * CHAIN_MAX];
	SSL_CTX *context = peer_context_new(0);
	const struct conversation_wish wish = { .context = context };
	struct conversation *one;
	size_t i;

	sent[0] = world->issued[LEAF];
	for (i = 1; i < COUNT(sent); i++)
		sent[i] = world->issued[INTERMEDIATE];
	peer_context_add(context, sent, COUNT(sent));
	one = conversation_new(&wish);
	conversation_play(one, goes_well);
	conversation_check_end("long", one, &done);
	assert_int_equal(one->result.handshake->chain->count, CHAIN_MAX);
	assert_true(one->result.handshake->chain->truncated);
	conversation_free(one);
	SSL_CTX_free(context);
}

/* Clear text behind the 220 changes nothing, but is told. */
static void
test_injection(void **state)
{
	static const char *const script[] = { TO_STARTTLS,
		"S: 220 go\r\n250 injected", "TLS", BYE, NULL };
	const struct world *world = *state;
	struct conversation *one;

	one = talk(world, ECDSA, script);
	conversation_check_end("injection", one, &done);
	assert_true(one->result.plaintext_injected);
	conversation_free(one);
}

/* What is known while the goodbye is waited for, and its copies. */
static void
test_so_far(void **state)
{
	static const char *const script[] = { TO_TLS, "TLS", QUIT, NULL };
	const struct world *world = *state;
	struct session_result first, second;
	struct conversation *one;

	one = talk(world, ECDSA, script);
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
	check_handshake(&handshake_rows[0], world, second.handshake);
	session_result_clear(&second);
}

/* What the callee leaves of the result is cleared, after a handshake too. */
static void
test_leaving(void **state)
{
	static const char *const more[] = { "close", NULL };
	const struct world *world = *state;
	const struct conversation_wish wish = {
		.context = world->servers[ECDSA],
		.leaves = true,
	};
	struct conversation *one = conversation_new(&wish);

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
	const struct world *world = *state;
	const struct conversation_wish wish = {
		.context = world->servers[ECDSA],
		.trace_level = TRACE_STEPS,
	};
	struct conversation *one = conversation_new(&wish);
	char *expected;

	conversation_play(one, goes_well);
	conversation_check_end("trace", one, &done);
	expected = memory_format("1 TLS: TLSv1.3, %s, ECDSA\n",
	    one->result.handshake->cipher);
	assert_string_equal(one->heard, expected);
	free(expected);
	conversation_free(one);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_handshakes),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_nothing_to_offer),
		cmocka_unit_test(test_server_names),
		cmocka_unit_test(test_after_handshake),
		cmocka_unit_test(test_demanding_servers),
		cmocka_unit_test(test_long_chain),
		cmocka_unit_test(test_injection),
		cmocka_unit_test(test_so_far),
		cmocka_unit_test(test_leaving),
		cmocka_unit_test(test_trace),
	};

	return cmocka_run_group_tests_name("session TLS", tests, set_up,
	    tear_down);
}
