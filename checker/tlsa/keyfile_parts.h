/*
 * Keys without a certificate, for the files keyfile*.c alone.
 */
#ifndef CHECKER_TLSA_KEYFILE_PARTS_H
#define CHECKER_TLSA_KEYFILE_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "checker/tlsa/keyfile.h"

struct X509_pubkey_st;

/* Records the key as it is encoded. False: it cannot be decoded. */
bool	keyfile_take_key(struct keyfile *keyfile,
	    const struct X509_pubkey_st *key);
/*
 * Take a public key, or a request with its names, of SIZE octets of DER with
 * nothing behind it. False: it is none, or of an unknown algorithm.
 */
bool	keyfile_take_public_key(struct keyfile *keyfile,
	    const unsigned char *der, size_t size);
bool	keyfile_take_request(struct keyfile *keyfile,
	    const unsigned char *der, size_t size);

/*
 * Whether it is a request or a public key that was not taken since OpenSSL does
 * not know its algorithm.
 */
bool	keyfile_is_of_unknown_key(const unsigned char *der, size_t size);
bool	keyfile_is_private_key(const unsigned char *der, size_t size);

#endif
