/*
 * Certificates for the tests, made in memory: CAs, servers, and their faults.
 */
#ifndef TESTS_UNIT_SUPPORT_CERTIFICATES_H
#define TESTS_UNIT_SUPPORT_CERTIFICATES_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "smtp/chain.h"

struct evp_pkey_st;
struct x509_st;

/* 2026-01-01T00:00:00Z: the day on which the tests take place. */
#define CERTIFICATES_NOW	((time_t)1767225600)
#define CERTIFICATES_DAY	((time_t)86400)

/* A certificate and its key. */
struct issued {
	struct evp_pkey_st	*key;	/* owned */
	struct x509_st		*x509;	/* owned */
};

/* What is not set is ordinary: an ECDSA key, valid a month before and after. */
struct certificates_wish {
	const char		*cn;	/* NULL: an empty subject */
	const char		*organization;	/* NULL: not in the subject */
	const char		*names;	/* "DNS:mx.example.org,DNS:..." */
	const char		*purpose;	/* "clientAuth" */
	enum key_type		 key_type;	/* any but DSA */
	const struct issued	*key_of;	/* has this one's key */
	const struct issued	*issuer;	/* NULL: self-signed */
	bool			 ca;
	bool			 weak;		/* RSA of 1024 bits */
	bool			 sha1;		/* signed with it */
	bool			 without_key_ids;
	bool			 forged;	/* its signature is wrong */
	int			 from_day;	/* from CERTIFICATES_NOW on; */
	int			 to_day;	/* both 0: -30 and 30 */
};

struct issued	*certificates_issue(const struct certificates_wish *wish);
void		 certificates_free(struct issued *issued);
/* COUNT of them, any of which may be NULL, and the array. */
void		 certificates_free_all(struct issued **issued, size_t count);

/* "CN=YE1,O=Let's Encrypt,C=US" encoded; its octets are the caller's. */
struct distinguished_name certificates_name(const char *text);

/* What a server sends that has these, in this order. Owned by the caller. */
struct chain	*certificates_chain(const struct issued *const *issued,
		    size_t count);

/* The certificates in a PEM text, owned by the caller. */
struct chain	*certificates_parse(const char *pem);

/* A CA and a server's certificate under it: the state of a group of tests. */
struct certificates_pair {
	struct issued	*root;
	struct issued	*leaf;
};

int		 certificates_pair_set_up(void **state);
int		 certificates_pair_tear_down(void **state);

#endif
