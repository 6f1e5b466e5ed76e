/*
 * The certificates that a server presented, in the order in which it sent them,
 * as plain values.
 */
#ifndef SMTP_CHAIN_H
#define SMTP_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/*
 * Certificates of a chain that are kept: as many as OpenSSL goes up by default.
 */
#define CHAIN_MAX	100
/* DNS names of a certificate that are kept. */
#define CHAIN_NAMES_MAX	256

#define CHAIN_DIGEST		32	/* octets of SHA2-256 */
#define CHAIN_LONG_DIGEST	64	/* octets of SHA2-512 */

struct evp_pkey_st;
struct stack_st_X509;
struct X509_name_st;
struct X509_pubkey_st;
struct x509_st;

enum key_type {
	KEY_ALL = -1,	/* of a place: none in particular, all that there are */
	KEY_UNKNOWN,	/* to this program, or to the OpenSSL that it uses */
	KEY_RSA,
	KEY_RSA_PSS,
	KEY_ECDSA,
	KEY_ED25519,
	KEY_ED448,
	KEY_DSA,
	KEY_ML_DSA_44,	/* FIPS 204; as of OpenSSL 3.5 */
	KEY_ML_DSA_65,
	KEY_ML_DSA_87,
	KEY_TYPES,	/* how many there are */
};

/* A distinguished name (RFC 5280 4.1.2.4) as the certificate encodes it. */
struct distinguished_name {
	uint8_t	*der;			/* owned */
	size_t	 size;
};

/* The attributes of a name that can be asked for. */
enum chain_attribute {
	CHAIN_COMMON_NAME,
	CHAIN_ORGANIZATION,
};

struct certificate {
	uint8_t	 *der;			/* owned */
	size_t	  size;
	uint8_t	 *spki;			/* owned; SubjectPublicKeyInfo in DER */
	size_t	  spki_size;
	/*
	 * The same, decoded: copies share it, since decoding it is most of what
	 * a certificate costs. Owned (a reference to it); NULL: only text and
	 * digests are known.
	 */
	struct x509_st *x509;
	enum key_type key_type;
	/* "CN=mx.example.org"; if it is empty, "DNS:mx.example.org". */
	char	 *subject;		/* owned, printable */
	char	 *issuer;		/* owned, printable */
	struct distinguished_name subject_name;
	struct distinguished_name issuer_name;
	char	**dns_names;		/* owned, printable; dNSName */
	size_t	  dns_name_count;
	time_t	  not_before;		/* 0: it is no date */
	time_t	  not_after;		/* likewise */
	/*
	 * It names itself, and its own key, as its issuer. Whether that key
	 * made the signature is not checked: whoever sends it chooses how long
	 * that takes (see verifier.h).
	 */
	bool	  self_signed;
	uint8_t	  cert_sha256[CHAIN_DIGEST];
	uint8_t	  spki_sha256[CHAIN_DIGEST];
	uint8_t	  cert_sha512[CHAIN_LONG_DIGEST];
	uint8_t	  spki_sha512[CHAIN_LONG_DIGEST];
};

struct chain {
	struct certificate *certificates; /* owned; [0] is the server's own */
	size_t		    count;
	bool		    truncated;	  /* more than CHAIN_MAX were sent */
};

/* A chain of the certificates in STACK, owned by the caller. */
struct chain	*chain_from_stack(const struct stack_st_X509 *stack);
/*
 * Takes ownership of the SIZE octets of DER, an X.509 certificate, and fills in
 * *CERTIFICATE (zeroed) with all that is known of it. False: they are not one,
 * or not as it would be encoded; only the octets are filled in then.
 */
bool		 chain_certificate_from_der(struct certificate *certificate,
		    uint8_t *der, size_t size);
/* Fills in the digests of a certificate that has its octets and its key's. */
void		 chain_certificate_digest(struct certificate *certificate);
struct chain	*chain_copy(const struct chain *chain);
/* Whether both have the same certificates, in the same order. */
bool		 chain_equal(const struct chain *a, const struct chain *b);
/* Whether certificate I, above 0, is the leaf again: some send it twice. */
bool		 chain_repeats_own(const struct chain *chain, size_t i);
void		 chain_free(struct chain *chain);

/*
 * "CN=mx.example.org,O=Example", the most telling part first, printable. Owned
 * by the caller.
 */
char		*chain_name_text(const struct X509_name_st *name);
/*
 * Whether two names are the same as path validation compares them (RFC 5280
 * 7.1): case, white space and the string types of their attributes do not
 * matter, order does. Two empty names are the same.
 */
bool		 chain_name_equal(const struct distinguished_name *a,
		    const struct distinguished_name *b);
/*
 * Whether an attribute of the name, or one of several of its kind, is TEXT
 * (UTF-8), octet by octet, whatever string type the certificate uses.
 */
bool		 chain_name_has(const struct distinguished_name *name,
		    enum chain_attribute attribute, const char *text);

/*
 * The chain for OpenSSL, of certificates that are decoded; freed by the caller,
 * with its elements.
 */
struct stack_st_X509 *chain_to_stack(const struct chain *chain);

/* The type of OpenSSL's EVP_PKEY (borrowed; NULL: KEY_UNKNOWN). */
enum key_type	 key_type_of(const struct evp_pkey_st *key);
/*
 * Whether OpenSSL knows the algorithm of a public key, though it may not be
 * able to decode the key.
 */
bool		 key_is_known(const struct X509_pubkey_st *key);
/* "ECDSA"; NULL for KEY_ALL. */
const char	*key_type_name(enum key_type type);

#endif
