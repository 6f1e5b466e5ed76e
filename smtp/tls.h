/*
 * TLS as an observer: whatever the server presents is taken down, nothing is
 * verified here, old protocols and weak keys included (verdicts are not made in
 * this folder).
 */
#ifndef SMTP_TLS_H
#define SMTP_TLS_H

#include <stdbool.h>

#include "smtp/chain.h"

struct ssl_st;
struct tls_client;

/* A set of key types: bits KEY_SET(KEY_RSA) | ... */
typedef unsigned int key_set;
#define KEY_SET(type)	(1u << (type))

/*
 * Those that have no cipher suites of their own below TLS 1.3, but those of
 * ECDSA or RSA: a server that goes by suites alone takes such an offer for one
 * of these.
 */
#define TLS_SHARING_SUITES (KEY_SET(KEY_ED25519) | KEY_SET(KEY_ED448) | \
	KEY_SET(KEY_RSA_PSS))

struct handshake {
	enum key_type	 key_type;	/* of the server's certificate */
	char		*protocol;	/* owned; "TLSv1.3" */
	char		*cipher;	/* owned; "TLS_AES_256_GCM_SHA384" */
	bool		 outdated;	/* TLS below 1.2 */
	struct chain	*chain;		/* owned */
};

struct tls_client *tls_client_new(void);
void		   tls_client_free(struct tls_client *client);

/*
 * A client session that names SERVER_NAME (SNI; NULL or no host name: none) and
 * offers all key types but those in EXCEPT. NULL when nothing is left to offer.
 * Owned by the caller.
 */
struct ssl_st	*tls_client_session(struct tls_client *client,
		    const char *server_name, key_set except);

/* Whether anything is left to offer when the key types in EXCEPT are not. */
bool		 tls_can_offer(key_set except);

/*
 * What a finished handshake showed; owned by the caller. NULL: no certificate.
 */
struct handshake *handshake_from_session(struct ssl_st *session);
struct handshake *handshake_copy(const struct handshake *handshake);
void		 handshake_free(struct handshake *handshake);

/*
 * OpenSSL's error code in words, or a default. Printable, owned by the caller.
 */
char		*tls_error_text(unsigned long code);

#endif
