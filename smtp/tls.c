#include "smtp/tls.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/text.h"
#include "smtp/key_cost.h"
#include "smtp/tls_alert.h"

struct tls_client {
	SSL_CTX	*context;	/* owned */
};

/*
 * How a key type is offered: by its signature algorithms (TLS 1.2 and later)
 * and by cipher suites (up to TLS 1.2). The newer types share the suites of the
 * older ones, but exist only since TLS 1.2 and only with a signature (RFC 8422
 * 5.1.1, RFC 8446 4.2.3): suites without one, or that servers before TLS 1.2
 * know, would bring the older type.
 */
static const struct key_offer {
	enum key_type	 type;
	const char	*algorithms;
	const char	*ciphers;
} offers[] = {
	{ KEY_ECDSA, "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ECDSA+SHA224:"
	    "ECDSA+SHA1", "aECDSA" },
	{ KEY_ED25519, "ed25519", "aECDSA+TLSv1.2" },
	{ KEY_ED448, "ed448", "aECDSA+TLSv1.2" },
	{ KEY_RSA, "rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:"
	    "rsa_pss_rsae_sha512:RSA+SHA256:RSA+SHA384:RSA+SHA512:RSA+SHA224:"
	    "RSA+SHA1", "aRSA" },
	{ KEY_RSA_PSS, "rsa_pss_pss_sha256:rsa_pss_pss_sha384:"
	    "rsa_pss_pss_sha512", "kECDHE+aRSA+TLSv1.2:kDHE+aRSA+TLSv1.2" },
	{ KEY_DSA, "DSA+SHA256:DSA+SHA384:DSA+SHA512:DSA+SHA224:DSA+SHA1",
	    "aDSS" },
};

#define OFFER_COUNT (sizeof(offers) / sizeof(offers[0]))

/* Old suites are fine, except those without a certificate. */
#define EXCLUDED "!aNULL:!eNULL:!PSK:!SRP:@SECLEVEL=0"

/*
 * The server asks for a certificate: there is none. That it was asked for is
 * noted at the session, whose data of the application this is.
 */
static int
on_certificate_request(SSL *session, X509 **certificate, EVP_PKEY **key)
{
	static const char asked[] = "asked for a certificate";

	(void)certificate;
	(void)key;
	SSL_set_app_data(session, (char *)asked);
	return 0;
}

bool
tls_asks_for_certificate(const SSL *session)
{
	return SSL_get_app_data(session) != NULL;
}

struct tls_client *
tls_client_new(void)
{
	struct tls_client *client = memory_new(1, sizeof(*client));
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());

	if (context == NULL)
		abort();
	SSL_CTX_set_security_level(context, 0);
	SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
	SSL_CTX_set_cipher_list(context, EXCLUDED ":ALL");
	SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_client_cert_cb(context, on_certificate_request);
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

/* Offers all key types but those in EXCEPT. False: OpenSSL supports none. */
static bool
limit_offer(SSL *session, key_set except)
{
	char *algorithms = NULL, *ciphers = memory_string(EXCLUDED);
	bool known;
	size_t i;

	for (i = 0; i < OFFER_COUNT; i++) {
		if (except & KEY_SET(offers[i].type))
			continue;
		/* OpenSSL rejects a list with an unsupported algorithm. */
		if (SSL_set1_sigalgs_list(session, offers[i].algorithms) != 1)
			continue;
		algorithms = memory_join(algorithms, ":",
		    offers[i].algorithms);
		ciphers = memory_join(ciphers, ":", offers[i].ciphers);
	}
	known = algorithms != NULL &&
	    SSL_set1_sigalgs_list(session, algorithms) == 1 &&
	    SSL_set_cipher_list(session, ciphers) == 1;
	ERR_clear_error();
	free(algorithms);
	free(ciphers);
	return known;
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
	if (except != 0 && !limit_offer(session, except)) {
		SSL_free(session);
		return NULL;
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
	handshake->version = (uint16_t)SSL_version(session);
	return handshake;
}

struct handshake *
handshake_copy(const struct handshake *handshake)
{
	struct handshake *copy = memory_new(1, sizeof(*copy));

	*copy = *handshake;
	copy->protocol = memory_string(handshake->protocol);
	copy->cipher = memory_string(handshake->cipher);
	copy->chain = chain_copy(handshake->chain);
	return copy;
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

double
tls_key_cost(SSL *session)
{
	STACK_OF(X509) *stack = SSL_get_peer_cert_chain(session);
	EVP_PKEY *exchanged = NULL;
	double cost = 0;
	int i;

	for (i = 0; i < sk_X509_num(stack) && i < CHAIN_MAX; i++)
		cost += key_cost(X509_get0_pubkey(sk_X509_value(stack, i)));
	if (SSL_get_peer_tmp_key(session, &exchanged) == 1)
		cost += key_cost(exchanged);
	EVP_PKEY_free(exchanged);
	ERR_clear_error();
	return cost;
}

const char *
tls_library_version(void)
{
	return OpenSSL_version(OPENSSL_VERSION);
}

void
tls_library_init(void)
{
	OPENSSL_init_ssl(OPENSSL_INIT_LOAD_CONFIG |
	    OPENSSL_INIT_LOAD_SSL_STRINGS | OPENSSL_INIT_LOAD_CRYPTO_STRINGS,
	    NULL);
}

char *
tls_error_text(unsigned long code)
{
	const unsigned int alert = tls_alert_of_error(code);
	const char *text = tls_alert_name(alert);

	if (text != NULL)
		return memory_format("the server sent the alert \"%s\"", text);
	if (alert != ALERT_NONE)
		return memory_format("the server sent the alert %u", alert);
	text = ERR_reason_error_string(code);
	if (text == NULL)
		return memory_string("unknown error");
	return text_printable(text, strlen(text));
}
