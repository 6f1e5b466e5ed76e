/*
 * TLS as an observer: records whatever the server presents, old protocols and
 * weak keys included, and verifies nothing (verdicts are not made in smtp/).
 */
#ifndef SMTP_TLS_H
#define SMTP_TLS_H

#include <stdbool.h>
#include <stdint.h>

#include "smtp/chain.h"

struct ssl_st;
struct tls_client;

/* A set of key types: bits KEY_SET(KEY_RSA) | ... */
typedef unsigned int key_set;
#define KEY_SET(type)	(1u << (type))

/*
 * The key types that share their cipher suites with ECDSA or RSA below TLS 1.3:
 * a server that looks at suites alone takes an offer of them for one of those.
 */
#define TLS_SHARING_SUITES (KEY_SET(KEY_ED25519) | KEY_SET(KEY_ED448) | \
	KEY_SET(KEY_RSA_PSS))

/* Versions as they are negotiated (RFC 8446 4.2.1). */
#define TLS_1_2	0x0303
#define TLS_1_3	0x0304

/*
 * What senders that authenticate do not accept of a handshake: bits. They do
 * as Postfix does at its level "dane": TLS 1.2 or later (RFC 8996), OpenSSL's
 * security level 1, and secure renegotiation (RFC 5746).
 */
enum tls_weakness {
	TLS_WEAK_VERSION	= 1 << 0,
	TLS_WEAK_RENEGOTIATION	= 1 << 1,	/* RFC 5746 is not known */
	TLS_WEAK_SIGNATURE	= 1 << 2,	/* by MD5 or SHA-1 */
	TLS_WEAK_EXCHANGE	= 1 << 3,	/* a small group, for DH */
	TLS_WEAK_CIPHER		= 1 << 4,
	TLS_WEAK_KEY		= 1 << 5,	/* the certificate's; whatever
						 * the usage of a record */
	TLS_WEAK_ALL		= (1 << 6) - 1,
};

struct handshake {
	enum key_type	 key_type;	/* of the server's certificate */
	uint16_t	 version;	/* TLS_1_3; 0: not from a server */
	unsigned int	 weaknesses;	/* TLS_WEAK_VERSION | ... */
	char		*protocol;	/* owned; "TLSv1.3" */
	char		*cipher;	/* owned; "TLS_AES_256_GCM_SHA384" */
	/*
	 * Of the key exchange: "x25519", "DH, 2048 bits". Owned; NULL: it was
	 * by RSA, without one.
	 */
	char		*group;
	struct chain	*chain;		/* owned */
};

/* Owned by the caller; sessions must be freed before. NULL is fine. */
struct tls_client *tls_client_new(void);
void		   tls_client_free(struct tls_client *client);

/* What a client says that it would take. Zero: whatever there is, no SNI. */
struct tls_offer {
	const char	*server_name;	/* borrowed; SNI, unless it is NULL or
					 * not a host name */
	key_set		 except;	/* key types that are left out */
	bool		 strict;	/* nothing that is weak: see above */
	bool		 long_hello;	/* by a ClientHello above one TCP
					 * segment */
};

/*
 * A client session with this offer. NULL: no key type is left to offer. Owned
 * by the caller.
 */
struct ssl_st	*tls_client_session(struct tls_client *client,
		    const struct tls_offer *offer);

/*
 * Whether the server has asked for a certificate of the client's (RFC 8446
 * 4.3.2), which has none to show.
 */
bool		 tls_asks_for_certificate(const struct ssl_st *session);

/*
 * Whether what makes a ClientHello long is X25519MLKEM768, as senders have it,
 * which some servers may insist on; else it is filled up.
 */
bool		 tls_client_is_hybrid(const struct tls_client *client);

/*
 * The key types that can be offered, and those that this program knows and the
 * OpenSSL that it uses does not.
 */
key_set		 tls_client_offers(const struct tls_client *client);
key_set		 tls_client_lacks(const struct tls_client *client);

/*
 * What the server presented in a finished handshake, owned by the caller. NULL:
 * no certificate.
 */
struct handshake *handshake_from_session(struct ssl_st *session);
struct handshake *handshake_copy(const struct handshake *handshake);
/*
 * Its weaknesses, as far as they are known: of what an earlier version kept,
 * that is the TLS version alone.
 */
unsigned int	 handshake_weaknesses(const struct handshake *handshake);
void		 handshake_free(struct handshake *handshake);

/*
 * What the peer's choice of keys costs in a handshake, however it ended: those
 * of all certificates and of the key exchange, in milliseconds (key_cost.h).
 */
double		 tls_key_cost(struct ssl_st *session);

/* How OpenSSL names itself at run time: "OpenSSL 3.0.17 1 Jul 2025". Static. */
const char	*tls_library_version(void);
/*
 * Has OpenSSL read its configuration and load what that names, as it would when
 * it is first used: afterwards it opens no file.
 */
void		 tls_library_init(void);

/* The text of an OpenSSL error code. Printable, owned by the caller. */
char		*tls_error_text(unsigned long code);

#endif
