#include <openssl/crypto.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>

#include "checker/tlsa/cert_bag.h"
#include "checker/tlsa/chain_split.h"
#include "checker/tlsa/keyfile.h"
#include "checker/tlsa/pem.h"
#include "resolver/file.h"
#include "resolver/memory.h"

/* The certificates as PEM, in place of what the file had. */
static void
replace(struct file *file, const STACK_OF(X509) *certificates)
{
	BIO *text = BIO_new(BIO_s_mem());
	char *octets;
	long size;
	int i;

	if (text == NULL)
		abort();
	for (i = 0; i < sk_X509_num(certificates); i++)
		PEM_write_bio_X509(text, sk_X509_value(certificates, i));
	size = BIO_get_mem_data(text, &octets);
	OPENSSL_cleanse(file->octets, file->size);
	free(file->octets);
	file->octets = memory_copy(octets, (size_t)size);
	file->size = (size_t)size;
	BIO_free(text);
}

void
keyfile_forget_keys(struct file *file)
{
	STACK_OF(X509) *bag, *ordered;

	pem_blank_private_keys(file->octets, file->size);
	if (cert_bag_pkcs12(file->octets, file->size, &bag) == CERT_BAG_READ &&
	    sk_X509_num(bag) > 0 && sk_X509_num(bag) <= CHAIN_SPLIT_MAX) {
		ordered = chain_split_order(bag);
		replace(file, ordered);
		sk_X509_pop_free(ordered, X509_free);
	}
	sk_X509_pop_free(bag, X509_free);
}
