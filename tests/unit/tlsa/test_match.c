#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "checker/tlsa/match_parts.h"
#include "checker/tlsa/tlsa.h"
#include "smtp/chain.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/match_cases.h"
#include "tests/unit/support/table.h"

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

static struct issued **world;

static void
check_result(const struct match_case *row, const struct match_result *result)
{
	bool matches = row->faults == 0;

	if (result->would_match != matches || result->depth != row->depth ||
	    result->faults != row->faults)
		fail_msg("match %d, depth %d, faults %#x, why %s",
		    result->would_match, result->depth, result->faults,
		    result->why);
	assert_int_equal(result->record, 0);
	assert_int_equal(result->status, matches ? MATCH_MATCH :
	    MATCH_MISMATCH);
	if (matches)
		assert_null(result->why);
	else
		assert_string_equal(result->why, row->why);
}

static void
test_chain(void **state)
{
	const struct match_case *row = *state;
	struct tlsa_set set = { NULL, 0 };
	struct chain *chain = match_world_chain(world, row->sent,
	    MATCH_SENT_MAX);
	struct match_input input = match_world_input(&set, chain);
	struct match_result *results;

	match_world_record(&set, world, row->record, row->of);
	assert_true(set.records[0].usable);
	results = match_chain(&input);
	check_result(row, results);
	assert_int_equal(match_any(results, 1, MATCH_MATCH), row->faults == 0);
	match_free(results, set.count);
	chain_free(chain);
	tlsa_set_clear(&set);
}

/* A server that holds the certificates, its own first. */
static SSL *
live_server(SSL_CTX *context, const enum who *sent)
{
	struct issued *own = world[sent[0]];
	SSL *ssl;
	size_t i;

	SSL_CTX_set_security_level(context, 0);
	assert_int_equal(SSL_CTX_use_certificate(context, own->x509), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(context, own->key), 1);
	for (i = 1; i < MATCH_SENT_MAX && sent[i] != NOBODY; i++)
		assert_int_equal(SSL_CTX_add1_chain_cert(context,
		    world[sent[i]]->x509), 1);
	SSL_CTX_set_mode(context, SSL_MODE_NO_AUTO_CHAIN);
	ssl = SSL_new(context);
	assert_non_null(ssl);
	SSL_set_accept_state(ssl);
	return ssl;
}

/* A client that authenticates the server by the record (RFC 7672). */
static SSL *
live_client(SSL_CTX *context, const struct tlsa *record)
{
	X509_VERIFY_PARAM *rules;
	SSL *ssl;

	assert_int_equal(SSL_CTX_dane_enable(context), 1);
	SSL_CTX_set_security_level(context, record->usage == TLSA_DANE_TA ? 1 :
	    0);
	ssl = SSL_new(context);
	assert_non_null(ssl);
	assert_int_equal(SSL_dane_enable(ssl, match_names[0]), 1);
	rules = SSL_get0_param(ssl);
	assert_int_equal(X509_VERIFY_PARAM_add1_host(rules, match_names[1], 0),
	    1);
	SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	SSL_dane_set_flags(ssl, DANE_FLAG_NO_DANE_EE_NAMECHECKS);
	assert_int_equal(SSL_dane_tlsa_add(ssl, record->usage,
	    record->selector, record->matching_type, record->data,
	    record->size), 1);
	X509_VERIFY_PARAM_set_time(rules, CERTIFICATES_NOW);
	SSL_set_verify(ssl, SSL_VERIFY_PEER, NULL);
	SSL_set_connect_state(ssl);
	return ssl;
}

/* Whether a handshake, in memory, succeeds and the record matched. */
static bool
shake_hands(SSL *client, SSL *server)
{
	BIO *near, *far;
	int turn, done = 0;

	assert_int_equal(BIO_new_bio_pair(&near, 0, &far, 0), 1);
	SSL_set_bio(client, near, near);
	SSL_set_bio(server, far, far);
	for (turn = 0; turn < 20 && done != 1; turn++) {
		done = SSL_do_handshake(client);
		if (done != 1 && SSL_get_error(client, done) !=
		    SSL_ERROR_WANT_READ)
			break;
		SSL_do_handshake(server);
	}
	assert_true(turn < 20);
	return done == 1 && SSL_get_verify_result(client) == X509_V_OK &&
	    SSL_get0_dane_authority(client, NULL, NULL) >= 0;
}

/* The result on a stored chain is that of a live handshake. */
static void
test_live(void **state)
{
	const struct match_case *row = *state;
	SSL_CTX *server_context = SSL_CTX_new(TLS_server_method());
	SSL_CTX *client_context = SSL_CTX_new(TLS_client_method());
	struct tlsa_set set = { NULL, 0 };
	SSL *client, *server;

	match_world_record(&set, world, row->record, row->of);
	server = live_server(server_context, row->sent);
	client = live_client(client_context, set.records);
	assert_int_equal(shake_hands(client, server), row->faults == 0);
	SSL_free(client);
	SSL_free(server);
	SSL_CTX_free(client_context);
	SSL_CTX_free(server_context);
	tlsa_set_clear(&set);
}

/* Usage 2 cannot match without a reference name, usage 3 needs none. */
static void
test_without_names(void **state)
{
	static const enum who sent[] = { LEAF, INTERMEDIATE };
	struct tlsa_set set = { NULL, 0 };
	struct chain *chain = match_world_chain(world, sent, COUNT(sent));
	struct match_result *results;
	struct match_input input;

	(void)state;
	match_world_record(&set, world, "2 1 1", INTERMEDIATE);
	match_world_record(&set, world, "3 1 1", LEAF);
	input = match_world_input(&set, chain);
	input.reference_name_count = 0;
	results = match_chain(&input);
	assert_int_equal(results[0].status, MATCH_MISMATCH);
	assert_int_equal(results[0].faults, MATCH_FAULT_NAME);
	assert_int_equal(results[0].depth, 1);
	assert_string_equal(results[0].why, "matches CN=Intermediate, but "
	    "there is no reference name to check the certificate against");
	assert_int_equal(results[1].status, MATCH_MATCH);
	match_free(results, set.count);

	/* A single name is reported as one. */
	input.reference_names = (const char *const[]){ "mx.example.net" };
	input.reference_name_count = 1;
	results = match_chain(&input);
	assert_string_equal(results[0].why, "matches CN=Intermediate, but the "
	    "certificate does not have the name mx.example.net");
	assert_int_equal(results[1].status, MATCH_MATCH);
	match_free(results, set.count);
	chain_free(chain);
	tlsa_set_clear(&set);
}

static const struct day {
	const char	*name;
	int		 day;		/* from CERTIFICATES_NOW on */
	unsigned int	 faults;
} days[] = {
	{ "before the first day", -31, MATCH_FAULT_NOT_YET },
	{ "today", 0, 0 },
	{ "on the last day", 29, 0 },
	{ "after the last day", 31, MATCH_FAULT_EXPIRED },
};

/* The dates matter for usage 2 alone. */
static void
test_when(void **state)
{
	static const enum who sent[] = { LEAF, INTERMEDIATE };
	const struct day *row = *state;
	struct tlsa_set set = { NULL, 0 };
	struct chain *chain = match_world_chain(world, sent, COUNT(sent));
	struct match_result *results;
	struct match_input input;

	match_world_record(&set, world, "2 1 1", INTERMEDIATE);
	match_world_record(&set, world, "3 1 1", LEAF);
	input = match_world_input(&set, chain);
	input.when = CERTIFICATES_NOW + row->day * CERTIFICATES_DAY;
	results = match_chain(&input);
	assert_int_equal(results[0].faults, row->faults);
	assert_int_equal(results[0].would_match, row->faults == 0);
	assert_int_equal(results[1].status, MATCH_MATCH);
	match_free(results, set.count);
	chain_free(chain);
	tlsa_set_clear(&set);
}

/* RFC 7671 9: only the strongest digest counts, and full data. */
static void
test_agility(void **state)
{
	static const enum who sent[] = { LEAF, INTERMEDIATE };
	struct tlsa_set set = { NULL, 0 };
	struct chain *chain = match_world_chain(world, sent, COUNT(sent));
	struct match_result *results;
	struct match_input input;

	(void)state;
	match_world_record(&set, world, "3 1 1", LEAF);
	match_world_record(&set, world, "3 1 1", LEAF_OLD);
	match_world_record(&set, world, "3 1 2", LEAF_OLD);
	input = match_world_input(&set, chain);
	results = match_chain(&input);
	assert_int_equal(results[0].status, MATCH_IGNORED);
	assert_true(results[0].would_match);
	assert_int_equal(results[0].depth, 0);
	assert_int_equal(results[0].faults, 0);
	assert_string_equal(results[0].why, "a SHA2-512 record with the same "
	    "usage and selector takes precedence (RFC 7671 9)");
	assert_int_equal(results[1].status, MATCH_IGNORED);
	assert_false(results[1].would_match);
	assert_int_equal(results[1].faults, MATCH_FAULT_DATA);
	assert_int_equal(results[2].status, MATCH_MISMATCH);
	assert_false(match_any(results, set.count, MATCH_MATCH));
	match_free(results, set.count);

	match_world_record(&set, world, "2 1 1", INTERMEDIATE);
	results = match_chain(&input);
	assert_int_equal(results[3].status, MATCH_MATCH);
	assert_int_equal(results[3].record, 3);
	assert_true(match_any(results, set.count, MATCH_MATCH));
	match_free(results, set.count);
	chain_free(chain);
	tlsa_set_clear(&set);
}

static void
test_unusable(void **state)
{
	static const enum who sent[] = { LEAF, INTERMEDIATE };
	struct tlsa_set set = { NULL, 0 };
	struct chain *chain = match_world_chain(world, sent, COUNT(sent));
	struct match_result *results;
	struct match_input input = match_world_input(&set, chain);

	(void)state;
	results = match_chain(&input);
	assert_false(match_any(results, set.count, MATCH_MATCH));
	match_free(results, set.count);

	match_world_record(&set, world, "1 1 1", LEAF);
	match_world_record(&set, world, "0 0 1", INTERMEDIATE);
	results = match_chain(&input);
	assert_int_equal(results[0].status, MATCH_UNUSABLE);
	assert_int_equal(results[0].depth, MATCH_NO_DEPTH);
	assert_false(results[0].would_match);
	assert_string_equal(results[0].why,
	    "usage 1 (PKIX-EE) is not for SMTP (RFC 7672 3.1.3)");
	assert_int_equal(results[1].status, MATCH_UNUSABLE);
	assert_false(match_any(results, set.count, MATCH_MATCH));
	match_free(results, set.count);
	chain_free(chain);
	tlsa_set_clear(&set);
}

static void
test_empty_chain(void **state)
{
	struct tlsa_set set = { NULL, 0 };
	struct chain *chain = match_world_chain(world, NULL, 0);
	struct match_input input = match_world_input(&set, chain);
	struct match_result *results;
	size_t i;

	(void)state;
	match_world_record(&set, world, "3 1 1", LEAF);
	match_world_record(&set, world, "2 1 1", INTERMEDIATE);
	match_world_record(&set, world, "2 0 0", INTERMEDIATE);
	results = match_chain(&input);
	for (i = 0; i < set.count; i++) {
		assert_int_equal(results[i].status, MATCH_MISMATCH);
		assert_int_equal(results[i].faults, MATCH_FAULT_DATA);
		assert_string_equal(results[i].why,
		    "the server presented no certificate");
	}
	match_free(results, set.count);
	chain_free(chain);
	tlsa_set_clear(&set);
}

/* A CA above each other one: as high as Postfix goes, and one more. */
static void
test_height(void **state)
{
	struct issued *issued[MATCH_HEIGHT_MAX + 2] = { NULL };
	const struct issued *sent[COUNT(issued)];
	struct certificates_wish wish = { .cn = "CA", .ca = true };
	struct tlsa_set set = { NULL, 0 };
	struct match_input input;
	struct match_result *results;
	struct chain *chain;
	struct tlsa record;
	size_t i;

	(void)state;
	for (i = COUNT(issued); i-- > 0; ) {
		if (i == 0)
			wish = (struct certificates_wish){
				.names = "DNS:mx.example.org" };
		wish.issuer = i + 1 < COUNT(issued) ? issued[i + 1] : NULL;
		sent[i] = issued[i] = certificates_issue(&wish);
	}
	chain = certificates_chain(sent, COUNT(sent));
	for (i = MATCH_HEIGHT_MAX; i < COUNT(sent); i++) {
		tlsa_of_certificate(&record, &chain->certificates[i],
		    TLSA_DANE_TA, TLSA_CERT, TLSA_SHA2_256);
		tlsa_set_add(&set, &record);
		free(record.data);
	}
	input = match_world_input(&set, chain);
	results = match_chain(&input);
	assert_int_equal(results[0].status, MATCH_MATCH);
	assert_int_equal(results[0].depth, MATCH_HEIGHT_MAX);
	assert_int_equal(results[1].status, MATCH_MISMATCH);
	assert_int_equal(results[1].faults, MATCH_FAULT_DEEP);
	assert_string_equal(results[1].why, "matches CN=CA, but it is 12 above "
	    "the server's certificate, and Postfix at its defaults goes up no "
	    "more than 11");
	match_free(results, set.count);
	chain_free(chain);
	tlsa_set_clear(&set);
	for (i = 0; i < COUNT(issued); i++)
		certificates_free(issued[i]);
}

static void
test_names(void **state)
{
	(void)state;
	assert_string_equal(match_status_name(MATCH_UNUSABLE), "unusable");
	assert_string_equal(match_status_name(MATCH_MISMATCH), "mismatch");
	assert_string_equal(match_status_name(MATCH_IGNORED), "ignored");
	assert_string_equal(match_status_name(MATCH_MATCH), "match");
	match_free(NULL, 0);
}

int
main(void)
{
	const struct table tables[] = {
		TABLE_PART(test_chain, match_cases, match_case_count),
		TABLE_PART(test_live, match_cases, match_case_count),
		TABLE_ALONE(test_without_names),
		TABLE(test_when, days),
		TABLE_ALONE(test_agility),
		TABLE_ALONE(test_unusable),
		TABLE_ALONE(test_empty_chain),
		TABLE_ALONE(test_height),
		TABLE_ALONE(test_names),
	};
	void *state;
	int failed;

	match_world_set_up(&state);
	world = state;
	failed = table_run(tables, COUNT(tables));
	match_world_tear_down(&state);
	return failed;
}
