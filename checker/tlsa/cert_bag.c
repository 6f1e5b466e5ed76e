#include "checker/tlsa/cert_bag.h"

#include <openssl/asn1.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdlib.h>

/*
 * How often an empty password may be hashed for all of a file, a fraction of a
 * second: the file says how often, and it costs the same where the password is
 * not empty. OpenSSL, Windows and Java have 2,000 to 10,000.
 */
#define ITERATIONS_MAX 300000

enum cert_bag
cert_bag_pkcs7(const void *der, size_t size, STACK_OF(X509) **certificates)
{
	const unsigned char *start = der, *end = start;
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &end, (long)size);
	enum cert_bag bag = CERT_BAG_OTHER;

	*certificates = NULL;
	if (cms != NULL && end == start + size &&
	    OBJ_obj2nid(CMS_get0_type(cms)) == NID_pkcs7_signed) {
		bag = CERT_BAG_READ;
		*certificates = CMS_get1_certs(cms);
		if (*certificates == NULL)
			*certificates = sk_X509_new_null();
		if (*certificates == NULL)
			abort();
	}
	CMS_ContentInfo_free(cms);
	ERR_clear_error();
	return bag;
}

/* The iterations of PBKDF2 in PBES2 (RFC 8018 A.2, A.4); -1: something else. */
static long
iterations_of_pbes2(const ASN1_TYPE *parameter)
{
	PBE2PARAM *pbes2 = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM),
	    parameter);
	const ASN1_OBJECT *function = NULL;
	const void *value = NULL;
	PBKDF2PARAM *pbkdf2 = NULL;
	long iterations = -1;
	int type = V_ASN1_UNDEF;

	if (pbes2 != NULL)
		X509_ALGOR_get0(&function, &type, &value, pbes2->keyfunc);
	if (type == V_ASN1_SEQUENCE && OBJ_obj2nid(function) == NID_id_pbkdf2)
		pbkdf2 = ASN1_item_unpack(value, ASN1_ITEM_rptr(PBKDF2PARAM));
	if (pbkdf2 != NULL)
		iterations = ASN1_INTEGER_get(pbkdf2->iter);
	PBKDF2PARAM_free(pbkdf2);
	PBE2PARAM_free(pbes2);
	return iterations;
}

/* Those of the older schemes (RFC 7292 appendix C); -1: something else. */
static long
iterations_of_pbe(const ASN1_TYPE *parameter)
{
	PBEPARAM *pbe = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBEPARAM),
	    parameter);
	long iterations = pbe != NULL ? ASN1_INTEGER_get(pbe->iter) : -1;

	PBEPARAM_free(pbe);
	return iterations;
}

static bool
is_pbes2(const PKCS7 *encrypted)
{
	const X509_ALGOR *algorithm =
	    encrypted->d.encrypted->enc_data->algorithm;

	return OBJ_obj2nid(algorithm->algorithm) == NID_pbes2;
}

/* Takes from LEFT what it costs to try an empty password. False: too much. */
static bool
charge(const PKCS7 *encrypted, long *left)
{
	const X509_ALGOR *algorithm =
	    encrypted->d.encrypted->enc_data->algorithm;
	long iterations = is_pbes2(encrypted) ?
	    iterations_of_pbes2(algorithm->parameter) :
	    iterations_of_pbe(algorithm->parameter);

	if (iterations < 0 || iterations > *left)
		return false;
	*left -= iterations;
	return true;
}

/*
 * In the older schemes some write an empty password as no octets, others as two
 * that are zero.
 */
static STACK_OF(PKCS12_SAFEBAG) *
decrypt(PKCS7 *encrypted, long *left)
{
	STACK_OF(PKCS12_SAFEBAG) *bags;

	if (!charge(encrypted, left))
		return NULL;
	bags = PKCS12_unpack_p7encdata(encrypted, "", 0);
	return bags != NULL || is_pbes2(encrypted) ? bags :
	    PKCS12_unpack_p7encdata(encrypted, NULL, 0);
}

static void
add_certificates(STACK_OF(X509) *certificates,
    const STACK_OF(PKCS12_SAFEBAG) *bags)
{
	const PKCS12_SAFEBAG *bag;
	X509 *x509;
	int i;

	for (i = 0; i < sk_PKCS12_SAFEBAG_num(bags); i++) {
		bag = sk_PKCS12_SAFEBAG_value(bags, i);
		if (PKCS12_SAFEBAG_get_nid(bag) != NID_certBag)
			continue;
		x509 = PKCS12_SAFEBAG_get1_cert(bag);
		if (x509 != NULL && sk_X509_push(certificates, x509) == 0)
			abort();
	}
}

/* Adds the certificates of one part. False: it is encrypted. */
static bool
take_part(STACK_OF(X509) *certificates, PKCS7 *part, long *left)
{
	STACK_OF(PKCS12_SAFEBAG) *bags = NULL;

	if (PKCS7_type_is_encrypted(part)) {
		bags = decrypt(part, left);
		if (bags == NULL)
			return false;
	} else if (PKCS7_type_is_data(part)) {
		bags = PKCS12_unpack_p7data(part);
	}
	add_certificates(certificates, bags);
	sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
	return true;
}

enum cert_bag
cert_bag_pkcs12(const void *der, size_t size, STACK_OF(X509) **certificates)
{
	const unsigned char *start = der, *end = start;
	PKCS12 *pkcs12 = d2i_PKCS12(NULL, &end, (long)size);
	STACK_OF(PKCS7) *parts = NULL;
	long left = ITERATIONS_MAX;
	bool locked = false;
	int i;

	*certificates = NULL;
	if (pkcs12 != NULL && end == start + size)
		parts = PKCS12_unpack_authsafes(pkcs12);
	PKCS12_free(pkcs12);
	if (parts == NULL) {
		ERR_clear_error();
		return CERT_BAG_OTHER;
	}
	*certificates = sk_X509_new_null();
	if (*certificates == NULL)
		abort();
	for (i = 0; i < sk_PKCS7_num(parts); i++)
		locked |= !take_part(*certificates, sk_PKCS7_value(parts, i),
		    &left);
	sk_PKCS7_pop_free(parts, PKCS7_free);
	ERR_clear_error();
	if (!locked)
		return CERT_BAG_READ;
	/* Half of them would mislead. */
	sk_X509_pop_free(*certificates, X509_free);
	*certificates = NULL;
	return CERT_BAG_LOCKED;
}
