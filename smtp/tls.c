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

/*
 * The groups that senders offered by default before X25519MLKEM768, whose share
 * of a key alone has 1,216 octets.
 */
#define SHORT_GROUPS "X25519:P-256:X448:P-521:P-384:ffdhe2048:ffdhe3072:" \
	"ffdhe4096:ffdhe6144:ffdhe8192"

/*
 * Where OpenSSL lacks that, an extension fills the ClientHello up as much: of
 * those that nobody knows and everybody has to ignore (RFC 8701).
 */
#define FILLING_TYPE	0x9a9a
#define FILLING_OCTETS	1300

/* What OpenSSL asks of keys, digests and versions at a security level. */
typedef int	security_check(const SSL *session, const SSL_CTX *context,
		    int operation, int bits, int id, void *other, void *extra);

struct tls_client {
	SSL_CTX		*context;	/* owned */
	key_set		 offers;	/* what OpenSSL knows of them */
	bool		 hybrid;	/* it knows X25519MLKEM768 */
	security_check	*strict;	/* static; OpenSSL's own */
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
	const char	*ciphers;	/* NULL: it exists only in TLS 1.3 */
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
	{ KEY_ML_DSA_44, "mldsa44", NULL },
	{ KEY_ML_DSA_65, "mldsa65", NULL },
	{ KEY_ML_DSA_87, "mldsa87", NULL },
};

#define OFFER_COUNT (sizeof(offers) / sizeof(offers[0]))

/* Old suites are fine, except those without a certificate. */
#define EXCLUDED "!aNULL:!eNULL:!PSK:!SRP:@SECLEVEL=0"

/*
 * Marks of a session, which it has to carry by itself. Its data of the
 * application is the place in MARKS that has their sum as its index.
 */
#define MARK_LONG	1u	/* its ClientHello is filled up */
#define MARK_ASKED	2u	/* for a certificate of the client */
static const char marks[MARK_LONG + MARK_ASKED + 1];

static unsigned int
marks_of(const SSL *session)
{
	const char *place = SSL_get_app_data(session);

	return place == NULL ? 0 : (unsigned int)(place - marks);
}

static void
set_mark(SSL *session, unsigned int mark)
{
	SSL_set_app_data(session, (char *)&marks[marks_of(session) | mark]);
}

/* There is none. */
static int
on_certificate_request(SSL *session, X509 **certificate, EVP_PKEY **key)
{
	(void)certificate;
	(void)key;
	set_mark(session, MARK_ASKED);
	return 0;
}

bool
tls_asks_for_certificate(const SSL *session)
{
	return (marks_of(session) & MARK_ASKED) != 0;
}

/*
 * What senders that authenticate ask for: OpenSSL's security level, and the
 * bits of security that this level means (SSL_CTX_set_security_level(3)).
 */
#define STRICT_LEVEL	1
#define STRICT_BITS	80
#define STRICT_EXCLUDED	":!LOW:!EXPORT"

/* At any level of its own OpenSSL refuses some small groups. */
static int
allow_all(const SSL *session, const SSL_CTX *context, int operation, int bits,
    int id, void *other, void *extra)
{
	(void)session;
	(void)context;
	(void)operation;
	(void)bits;
	(void)id;
	(void)other;
	(void)extra;
	return 1;
}

/* Adds the filling to what is marked as long. */
static int
fill(SSL *session, unsigned int type, unsigned int context,
    const unsigned char **octets, size_t *size, X509 *certificate,
    size_t at, int *alert, void *argument)
{
	static const unsigned char filling[FILLING_OCTETS];

	(void)type;
	(void)context;
	(void)certificate;
	(void)at;
	(void)alert;
	(void)argument;
	if ((marks_of(session) & MARK_LONG) == 0)
		return 0;
	*octets = filling;
	*size = sizeof(filling);
	return 1;
}

/* Whether OpenSSL has the group; if not, what takes its place is prepared. */
static bool
find_hybrid(SSL_CTX *context)
{
	SSL *session = SSL_new(context);
	bool found;

	if (session == NULL)
		abort();
	found = SSL_set1_groups_list(session, "X25519MLKEM768") == 1;
	SSL_free(session);
	ERR_clear_error();
	if (!found && SSL_CTX_add_custom_ext(context, FILLING_TYPE,
	    SSL_EXT_CLIENT_HELLO, fill, NULL, NULL, NULL, NULL) != 1)
		abort();
	return found;
}

/* The key types whose signature algorithms OpenSSL knows. */
static key_set
find_offers(SSL_CTX *context)
{
	SSL *session = SSL_new(context);
	key_set found = 0;
	size_t i;

	if (session == NULL)
		abort();
	for (i = 0; i < OFFER_COUNT; i++) {
		if (SSL_set1_sigalgs_list(session, offers[i].algorithms) == 1)
			found |= KEY_SET(offers[i].type);
	}
	SSL_free(session);
	ERR_clear_error();
	return found;
}

struct tls_client *
tls_client_new(void)
{
	struct tls_client *client = memory_new(1, sizeof(*client));
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());

	if (context == NULL)
		abort();
	client->strict = SSL_CTX_get_security_callback(context);
	SSL_CTX_set_security_callback(context, allow_all);
	SSL_CTX_set_security_level(context, 0);
	SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
	SSL_CTX_set_cipher_list(context, EXCLUDED ":ALL");
	SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_client_cert_cb(context, on_certificate_request);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_options(context, SSL_OP_NO_TICKET |
	    SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_IGNORE_UNEXPECTED_EOF);
	client->context = context;
	client->hybrid = find_hybrid(context);
	client->offers = find_offers(context);
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
tls_client_is_hybrid(const struct tls_client *client)
{
	return client->hybrid;
}

key_set
tls_client_offers(const struct tls_client *client)
{
	return client->offers;
}

key_set
tls_client_lacks(const struct tls_client *client)
{
	key_set all = 0;
	size_t i;

	for (i = 0; i < OFFER_COUNT; i++)
		all |= KEY_SET(offers[i].type);
	return all & ~client->offers;
}

/* Offers the key types of WANTED alone, all of which OpenSSL knows. */
static void
limit_key_types(SSL *session, key_set wanted, bool strict)
{
	char *algorithms = NULL, *ciphers = memory_string(EXCLUDED);
	bool old = false;
	size_t i;

	if (strict)
		ciphers = memory_join(ciphers, "", STRICT_EXCLUDED);
	for (i = 0; i < OFFER_COUNT; i++) {
		if ((wanted & KEY_SET(offers[i].type)) == 0)
			continue;
		algorithms = memory_join(algorithms, ":",
		    offers[i].algorithms);
		if (offers[i].ciphers == NULL)
			continue;
		ciphers = memory_join(ciphers, ":", offers[i].ciphers);
		old = true;
	}
	if (SSL_set1_sigalgs_list(session, algorithms) != 1 ||
	    (old && SSL_set_cipher_list(session, ciphers) != 1) ||
	    (!old && SSL_set_min_proto_version(session, TLS1_3_VERSION) != 1))
		abort();
	free(algorithms);
	free(ciphers);
}

/* After all that sets cipher suites, which set the level along with them. */
static void
limit_to_strict(SSL *session, security_check *check)
{
	SSL_set_security_callback(session, check);
	SSL_set_security_level(session, STRICT_LEVEL);
	if (SSL_get_min_proto_version(session) < TLS1_2_VERSION)
		SSL_set_min_proto_version(session, TLS1_2_VERSION);
	SSL_clear_options(session, SSL_OP_LEGACY_SERVER_CONNECT);
}

/* Makes the ClientHello longer than a TCP segment, or not. */
static void
set_length(SSL *session, const struct tls_client *client, bool is_long)
{
	if (is_long && !client->hybrid)
		set_mark(session, MARK_LONG);
	/* Long is what OpenSSL does by default. */
	if (!is_long && client->hybrid &&
	    SSL_set1_groups_list(session, SHORT_GROUPS) != 1)
		abort();
}

SSL *
tls_client_session(struct tls_client *client, const struct tls_offer *offer)
{
	const char *name = offer->server_name;
	const key_set wanted = client->offers & ~offer->except;
	SSL *session;

	if (wanted == 0)
		return NULL;
	session = SSL_new(client->context);
	if (session == NULL)
		abort();
	if (name != NULL && name_is_host(name) && !name_is_address(name))
		SSL_set_tlsext_host_name(session, name);
	set_length(session, client, offer->long_hello);
	/* Else also what OpenSSL knows and this program does not. */
	if (offer->except != 0 || offer->strict)
		limit_key_types(session, wanted, offer->strict);
	if (offer->strict)
		limit_to_strict(session, client->strict);
	return session;
}

/* Whether the key exchange was made with a key of too few bits. */
static bool
has_weak_exchange(SSL *session)
{
	EVP_PKEY *exchanged = NULL;
	bool weak = SSL_get_peer_tmp_key(session, &exchanged) == 1 &&
	    EVP_PKEY_get_security_bits(exchanged) < STRICT_BITS;

	EVP_PKEY_free(exchanged);
	ERR_clear_error();
	return weak;
}

/*
 * Whether the server signed the handshake with a digest that has collisions.
 * With a key exchange by RSA it signs nothing.
 */
static bool
has_weak_signature(SSL *session)
{
	int digest;

	return SSL_get_peer_signature_nid(session, &digest) == 1 &&
	    (digest == NID_md5 || digest == NID_sha1 ||
	    digest == NID_md5_sha1);
}

/*
 * Whether the server's own key has too few bits: what is verified at a security
 * level refuses it, whichever TLSA record matches it.
 */
static bool
has_weak_key(SSL *session)
{
	const X509 *own = SSL_get0_peer_certificate(session);
	EVP_PKEY *key = own != NULL ? X509_get0_pubkey(own) : NULL;

	return key != NULL && EVP_PKEY_get_security_bits(key) < STRICT_BITS;
}

/* What of a finished handshake the strict offer does not allow. */
static unsigned int
find_weaknesses(SSL *session)
{
	const SSL_CIPHER *cipher = SSL_get_current_cipher(session);
	unsigned int found = 0;

	if (SSL_version(session) < TLS1_2_VERSION)
		found |= TLS_WEAK_VERSION;
	/* TLS 1.3 knows no renegotiation, and OpenSSL says the same of it. */
	if (SSL_version(session) < TLS1_3_VERSION &&
	    !SSL_get_secure_renegotiation_support(session))
		found |= TLS_WEAK_RENEGOTIATION;
	if (has_weak_signature(session))
		found |= TLS_WEAK_SIGNATURE;
	if (has_weak_exchange(session))
		found |= TLS_WEAK_EXCHANGE;
	if (SSL_CIPHER_get_bits(cipher, NULL) < STRICT_BITS ||
	    SSL_CIPHER_get_digest_nid(cipher) == NID_md5)
		found |= TLS_WEAK_CIPHER;
	if (has_weak_key(session))
		found |= TLS_WEAK_KEY;
	return found;
}

/*
 * The group of the key exchange, by the name that OpenSSL has for it. Below TLS
 * 1.3 one for DHE may have none. Owned by the caller, NULL: there is none.
 */
static char *
find_group(SSL *session)
{
	const int id = (int)SSL_get_negotiated_group(session);
	const char *name = id != NID_undef ? SSL_group_to_name(session, id) :
	    NULL;
	EVP_PKEY *exchanged = NULL;
	char *group = NULL;

	if (name != NULL)
		return text_printable(name, strlen(name));
	if (SSL_get_peer_tmp_key(session, &exchanged) == 1)
		group = memory_format("%s, %d bits",
		    EVP_PKEY_is_a(exchanged, "DH") ? "DH" : "unknown",
		    EVP_PKEY_get_bits(exchanged));
	EVP_PKEY_free(exchanged);
	ERR_clear_error();
	return group;
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
	handshake->weaknesses = find_weaknesses(session);
	handshake->group = find_group(session);
	return handshake;
}

struct handshake *
handshake_copy(const struct handshake *handshake)
{
	struct handshake *copy = memory_new(1, sizeof(*copy));

	*copy = *handshake;
	copy->protocol = memory_string(handshake->protocol);
	copy->cipher = memory_string(handshake->cipher);
	copy->group = memory_string(handshake->group);
	copy->chain = chain_copy(handshake->chain);
	return copy;
}

unsigned int
handshake_weaknesses(const struct handshake *handshake)
{
	const bool old = handshake->version != 0 &&
	    handshake->version < TLS_1_2;

	return handshake->weaknesses | (old ? TLS_WEAK_VERSION : 0);
}

void
handshake_free(struct handshake *handshake)
{
	if (handshake == NULL)
		return;
	chain_free(handshake->chain);
	free(handshake->protocol);
	free(handshake->cipher);
	free(handshake->group);
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
