#include "resolver/ds.h"

#include <stdbool.h>
#include <ldns/ldns.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/algorithm.h"
#include "resolver/answer.h"
#include "resolver/dnskey.h"
#include "resolver/memory.h"
#include "resolver/text.h"

#define DS_HEADER	4	/* octets before the digest (RFC 4034 5.1) */

static const EVP_MD *
digest_of(uint8_t type)
{
	switch (type) {
	case DS_SHA1:
		return EVP_sha1();
	case DS_SHA256:
		return EVP_sha256();
	case DS_SHA384:
		return EVP_sha384();
	default:
		return NULL;
	}
}

bool
ds_digest_is_known(uint8_t digest_type)
{
	return digest_of(digest_type) != NULL;
}

bool
ds_read(const struct answer_record *record, struct dns_ds *ds)
{
	if (record->size < DS_HEADER)
		return false;
	ds->key_tag = ldns_read_uint16(record->data);
	ds->algorithm = record->data[2];
	ds->digest_type = record->data[3];
	ds->digest = record->data + DS_HEADER;
	ds->size = record->size - DS_HEADER;
	return true;
}

/* Of the owner's name and the RDATA (RFC 4034 5.1.4). 0: there is none. */
static size_t
digest_key(const char *zone, const struct answer_record *key, uint8_t type,
    uint8_t digest[EVP_MAX_MD_SIZE])
{
	const EVP_MD *algorithm = digest_of(type);
	ldns_rdf *name = ldns_dname_new_frm_str(zone);
	EVP_MD_CTX *context;
	unsigned int size = 0;

	if (algorithm == NULL || name == NULL) {
		ldns_rdf_deep_free(name);
		return 0;
	}
	ldns_dname2canonical(name);
	context = EVP_MD_CTX_new();
	if (context == NULL)
		abort();
	/* A policy may refuse SHA-1. */
	if (EVP_DigestInit_ex(context, algorithm, NULL) != 1 ||
	    EVP_DigestUpdate(context, ldns_rdf_data(name),
	    ldns_rdf_size(name)) != 1 ||
	    EVP_DigestUpdate(context, key->data, key->size) != 1 ||
	    EVP_DigestFinal_ex(context, digest, &size) != 1)
		size = 0;
	EVP_MD_CTX_free(context);
	ldns_rdf_deep_free(name);
	return size;
}

bool
ds_fits_key(const struct answer_record *ds, const char *zone,
    const struct answer_record *key)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	struct dns_ds said;
	struct dns_key is;
	size_t size;

	if (!ds_read(ds, &said) || !dnskey_read(key, &is) ||
	    said.algorithm != is.algorithm || said.key_tag != is.key_tag ||
	    (is.flags & DNSKEY_ZONE) == 0)
		return false;
	size = digest_key(zone, key, said.digest_type, digest);
	return size > 0 && size == said.size &&
	    memcmp(digest, said.digest, size) == 0;
}

/* RFC 4509 3: SHA-1 does not count beside a digest that is stronger. */
static bool
has_better_than_sha1(const struct answer *answer)
{
	struct dns_ds ds;
	size_t i;

	for (i = 0; i < answer->count; i++) {
		if (ds_read(&answer->records[i], &ds) &&
		    ds.digest_type != DS_SHA1 &&
		    ds_digest_is_known(ds.digest_type) &&
		    algorithm_is_known(ds.algorithm))
			return true;
	}
	return false;
}

bool
ds_any_fits_key(const struct answer *answer, const char *zone,
    const struct answer_record *key)
{
	const bool better = has_better_than_sha1(answer);
	struct dns_ds ds;
	size_t i;

	for (i = 0; i < answer->count; i++) {
		if (ds_read(&answer->records[i], &ds) &&
		    !(better && ds.digest_type == DS_SHA1) &&
		    ds_fits_key(&answer->records[i], zone, key))
			return true;
	}
	return false;
}

bool
ds_make(struct answer_record *ds, const char *zone,
    const struct answer_record *key, enum ds_digest type)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	struct dns_key is;
	size_t size;

	if (!dnskey_read(key, &is))
		return false;
	size = digest_key(zone, key, (uint8_t)type, digest);
	if (size == 0)
		return false;
	*ds = (struct answer_record){ 0 };
	ds->size = DS_HEADER + size;
	ds->data = memory_new(ds->size, 1);
	ldns_write_uint16(ds->data, is.key_tag);
	ds->data[2] = is.algorithm;
	ds->data[3] = (uint8_t)type;
	memcpy(ds->data + DS_HEADER, digest, size);
	return true;
}

char *
ds_text(const struct answer_record *record)
{
	struct dns_ds ds;
	char *hex, *text;

	if (!ds_read(record, &ds))
		return NULL;
	hex = text_hex(ds.digest, ds.size);
	text = memory_format("%u %u %u %s", ds.key_tag, ds.algorithm,
	    ds.digest_type, hex);
	free(hex);
	return text;
}
