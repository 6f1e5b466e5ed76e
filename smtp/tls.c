#include "smtp/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/text.h"

struct tls_client {
	SSL_CTX	*context;	/* owned */
};

/*
 * How a key type is left out: the signature algorithms that can use it (TLS 1.2
 * and later), and the cipher suites that need it (up to TLS 1.2, where "aECDSA"
 * has the Edwards curves too).
 */
static const struct offer {
	enum key_type	 type;
	const char	*algorithms;
} offers[] = {
	{ KEY_ECDSA, "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ECDSA+SHA224:"
	    "ECDSA+SHA1" },
	{ KEY_ED25519, "ed25519" },
	{ KEY_ED448, "ed448" },
	{ KEY_RSA_PSS, "rsa_pss_pss_sha256:rsa_pss_pss_sha384:"
	    "rsa_pss_pss_sha512" },
	{ KEY_RSA, "rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:"
	    "rsa_pss_rsae_sha512:RSA+SHA256:RSA+SHA384:RSA+SHA512:RSA+SHA224:"
	    "RSA+SHA1" },
	{ KEY_DSA, "DSA+SHA256:DSA+SHA384:DSA+SHA512:DSA+SHA224:DSA+SHA1" },
};

#define OFFER_COUNT (sizeof(offers) / sizeof(offers[0]))

/* Everything that names a server: weak keys and old ciphers included. */
#define CIPHERS "ALL:!aNULL:!eNULL:!PSK:!SRP:@SECLEVEL=0"

struct tls_client *
tls_client_new(void)
{
	struct tls_client *client = memory_new(1, sizeof(*client));
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());

	if (context == NULL)
		abort();
	SSL_CTX_set_security_level(context, 0);
	SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
	SSL_CTX_set_cipher_list(context, CIPHERS);
	SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_options(context, SSL_OP_NO_TICKET |
	    SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_IGNORE_UNEXPECTED_EOF);
	client->context = context;
	return client;
}

void
tls_client_free(struct tls_client *client)
{
	if (client == NULL)
		return;
	SSL_CTX_free(client->context);
	free(client);
}

bool
tls_can_offer(key_set except)
{
	size_t i;

	for (i = 0; i < OFFER_COUNT; i++) {
		if ((except & KEY_SET(offers[i].type)) == 0)
			return true;
	}
	return false;
}

static void
limit_algorithms(SSL *session, key_set except)
{
	char *list = memory_string(""), *longer;
	size_t i;

	for (i = 0; i < OFFER_COUNT; i++) {
		if (except & KEY_SET(offers[i].type))
			continue;
		longer = memory_format("%s%s%s", list,
		    *list != '\0' ? ":" : "", offers[i].algorithms);
		free(list);
		list = longer;
	}
	SSL_set1_sigalgs_list(session, list);
	free(list);
}

static void
limit_ciphers(SSL *session, key_set except)
{
	const key_set rsa = KEY_SET(KEY_RSA) | KEY_SET(KEY_RSA_PSS);
	const key_set curves = KEY_SET(KEY_ECDSA) | KEY_SET(KEY_ED25519) |
	    KEY_SET(KEY_ED448);
	char *list;

	/* A PSS key needs the suites that plain RSA keys use, too. */
	list = memory_format("%s%s%s%s", CIPHERS,
	    (except & rsa) == rsa ? ":!aRSA" : "",
	    (except & curves) == curves ? ":!aECDSA" : "",
	    except & KEY_SET(KEY_DSA) ? ":!aDSS" : "");
	SSL_set_cipher_list(session, list);
	free(list);
}

SSL *
tls_client_session(struct tls_client *client, const char *server_name,
    key_set except)
{
	SSL *session;

	if (!tls_can_offer(except))
		return NULL;
	session = SSL_new(client->context);
	if (session == NULL)
		abort();
	if (server_name != NULL && name_is_host(server_name) &&
	    !name_is_address(server_name))
		SSL_set_tlsext_host_name(session, server_name);
	if (except != 0) {
		limit_algorithms(session, except);
		limit_ciphers(session, except);
	}
	return session;
}

struct handshake *
handshake_from_session(SSL *session)
{
	STACK_OF(X509) *stack = SSL_get_peer_cert_chain(session);
	struct handshake *handshake;
	struct chain *chain;

	if (stack == NULL || sk_X509_num(stack) == 0)
		return NULL;
	chain = chain_from_stack(stack);
	handshake = memory_new(1, sizeof(*handshake));
	handshake->chain = chain;
	handshake->key_type = chain->certificates[0].key_type;
	handshake->protocol = memory_string(SSL_get_version(session));
	handshake->cipher = memory_string(SSL_get_cipher_name(session));
	handshake->outdated = SSL_version(session) < TLS1_2_VERSION;
	return handshake;
}

void
handshake_free(struct handshake *handshake)
{
	if (handshake == NULL)
		return;
	chain_free(handshake->chain);
	free(handshake->protocol);
	free(handshake->cipher);
	free(handshake);
}

char *
tls_error_text(unsigned long code)
{
	const char *reason = ERR_reason_error_string(code);

	if (reason == NULL)
		reason = "the connection ended";
	return text_printable(reason, strlen(reason));
}
