/*
 * Certificates in what Windows, Java and CAs write: PKCS#7 and PKCS#12, both in
 * DER or BER. No key in them is looked at.
 */
#ifndef CHECKER_TLSA_CERT_BAG_H
#define CHECKER_TLSA_CERT_BAG_H

#include <stddef.h>

struct stack_st_X509;

enum cert_bag {
	CERT_BAG_OTHER,		/* it is something else */
	CERT_BAG_LOCKED,	/* certificates are encrypted with a password */
	CERT_BAG_READ,
};

/*
 * Reads all certificates of SIZE octets at DER, in the order in which they are,
 * which means nothing (PKCS#7 has a set). *CERTIFICATES is owned by the caller,
 * with its elements, where they were read, and may be empty; else it is NULL.
 */
enum cert_bag	cert_bag_pkcs7(const void *der, size_t size,
		    struct stack_st_X509 **certificates);
/* The same. A password that is empty is none. The MAC is not looked at. */
enum cert_bag	cert_bag_pkcs12(const void *der, size_t size,
		    struct stack_st_X509 **certificates);

#endif
