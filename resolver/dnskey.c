#include "resolver/dnskey.h"

#include <stdbool.h>
#include <ldns/ldns.h>

#include "resolver/answer.h"

/* Octets; RFC 3110 2 allows for no larger modulus. */
#define EXPONENT_USUAL	4
#define MODULUS_USUAL	512

#define DNSKEY_HEADER	4	/* octets before the key (RFC 4034 2.1) */

bool
dnskey_read(const struct answer_record *record, struct dns_key *key)
{
	if (record->size < DNSKEY_HEADER)
		return false;
	key->flags = ldns_read_uint16(record->data);
	key->protocol = record->data[2];
	key->algorithm = record->data[3];
	key->key_tag = ldns_calc_keytag_raw(record->data, record->size);
	return true;
}

static bool
is_rsa(uint8_t algorithm)
{
	return algorithm == LDNS_RSASHA1 || algorithm == LDNS_RSASHA1_NSEC3 ||
	    algorithm == LDNS_RSASHA256 || algorithm == LDNS_RSASHA512;
}

bool
dnskey_is_slow(const struct answer_record *record)
{
	const uint8_t *key = record->data + DNSKEY_HEADER;
	size_t size, exponent, length;

	if (record->size <= DNSKEY_HEADER || !is_rsa(record->data[3]))
		return false;
	/* RFC 3110 2: one octet says how many the exponent has, or three. */
	size = record->size - DNSKEY_HEADER;
	length = key[0] != 0 ? 1 : 3;
	if (size < length)
		return false;
	exponent = length == 1 ? key[0] : ldns_read_uint16(key + 1);
	return exponent > EXPONENT_USUAL ||
	    size - length > exponent + MODULUS_USUAL;
}
