#include "tests/unit/support/signing.h"

#include <stdbool.h>
#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"

struct signing_key {
	char		*zone;		/* owned */
	ldns_key	*key;		/* owned */
	uint8_t		 algorithm;
	uint16_t	 flags;
};

static uint16_t
key_size(uint8_t algorithm)
{
	switch (algorithm) {
	case LDNS_ECDSAP256SHA256:
	case LDNS_ED25519:
		return 256;
	case LDNS_ECDSAP384SHA384:
		return 384;
	case LDNS_ED448:
		return 456;
	default:
		return 1024;
	}
}

struct signing_key *
signing_key_new(const char *zone, uint8_t algorithm, uint16_t flags)
{
	ldns_key *made = ldns_key_new_frm_algorithm(
	    (ldns_signing_algorithm)algorithm, key_size(algorithm));
	struct signing_key *key;
	ldns_rr *record;

	if (made == NULL)
		return NULL;
	key = memory_new(1, sizeof(*key));
	key->zone = memory_string(zone);
	key->key = made;
	key->algorithm = algorithm;
	key->flags = flags;
	ldns_key_set_pubkey_owner(made, ldns_dname_new_frm_str(zone));
	ldns_key_set_flags(made, flags);
	ldns_key_set_origttl(made, 300);
	record = ldns_key2rr(made);
	ldns_key_set_keytag(made, ldns_calc_keytag(record));
	ldns_rr_free(record);
	return key;
}

struct signing_key *
signing_key_twin(const struct signing_key *key)
{
	struct signing_key *twin = signing_key_new(key->zone, key->algorithm,
	    key->flags);

	while (signing_key_tag(twin) != signing_key_tag(key)) {
		signing_key_free(twin);
		twin = signing_key_new(key->zone, key->algorithm, key->flags);
	}
	return twin;
}

void
signing_key_free(struct signing_key *key)
{
	if (key == NULL)
		return;
	ldns_key_deep_free(key->key);
	free(key->zone);
	free(key);
}

uint16_t
signing_key_tag(const struct signing_key *key)
{
	return ldns_key_keytag(key->key);
}

void
signing_push_key(ldns_pkt *packet, const struct signing_key *key)
{
	ldns_rr *record = ldns_key2rr(key->key);

	ldns_rr_set_ttl(record, 300);
	if (!ldns_pkt_push_rr(packet, LDNS_SECTION_ANSWER, record))
		abort();
}

void
signing_push_ds(ldns_pkt *packet, const struct signing_key *key,
    int digest_type)
{
	ldns_rr *record = ldns_key2rr(key->key);
	ldns_rr *ds = ldns_key_rr2ds(record, (ldns_hash)digest_type);

	if (ds == NULL || !ldns_pkt_push_rr(packet, LDNS_SECTION_ANSWER, ds))
		abort();
	ldns_rr_free(record);
}

/* Copies of the records, owned; the name that is signed is theirs. */
static ldns_rr_list *
records_to_sign(ldns_pkt *packet, ldns_pkt_section section,
    const char *owner, enum dns_type type, const char *wildcard)
{
	ldns_rdf *name = ldns_dname_new_frm_str(owner);
	ldns_rr_list *records = ldns_pkt_rr_list_by_name_and_type(packet, name,
	    (ldns_rr_type)type, section);
	ldns_rr *record;
	size_t i;

	ldns_rdf_deep_free(name);
	for (i = 0; wildcard != NULL && records != NULL &&
	    i < ldns_rr_list_rr_count(records); i++) {
		record = ldns_rr_list_rr(records, i);
		ldns_rdf_deep_free(ldns_rr_owner(record));
		ldns_rr_set_owner(record, ldns_dname_new_frm_str(wildcard));
	}
	return records;
}

void
signing_sign(ldns_pkt *packet, const char *owner, enum dns_type type,
    const struct signing_key *key, struct signing_time time,
    const char *wildcard)
{
	ldns_pkt_section section = LDNS_SECTION_ANSWER;
	ldns_rr_list *records, *signatures;
	ldns_key_list *keys = ldns_key_list_new();
	ldns_rr *signature;

	records = records_to_sign(packet, section, owner, type, wildcard);
	if (records == NULL) {
		section = LDNS_SECTION_AUTHORITY;
		records = records_to_sign(packet, section, owner, type,
		    wildcard);
	}
	ldns_key_set_inception(key->key, (uint32_t)(PACKET_NOW + time.from));
	ldns_key_set_expiration(key->key, (uint32_t)(PACKET_NOW + time.until));
	ldns_key_list_push_key(keys, key->key);
	/* ldns signs by no other, but the flags of a key are in its tag. */
	ldns_key_set_flags(key->key, SIGNING_ZSK);
	signatures = ldns_sign_public(records, keys);
	ldns_key_set_flags(key->key, key->flags);
	signature = ldns_rr_list_pop_rr(signatures);
	if (signature == NULL)
		abort();
	ldns_rdf_deep_free(ldns_rr_owner(signature));
	ldns_rr_set_owner(signature, ldns_dname_new_frm_str(owner));
	ldns_pkt_push_rr(packet, section, signature);
	ldns_rr_list_deep_free(records);
	ldns_rr_list_deep_free(signatures);
	/* It is not the list's. */
	ldns_key_list_set_key_count(keys, 0);
	ldns_key_list_free(keys);
}

struct answer *
signing_answer(ldns_pkt *packet, const struct packet *packet_of)
{
	struct answer_source source = packet_source(packet_of);

	source.keep = true;
	return packet_read(packet, source);
}

struct answer *
signing_keys(const char *zone, const struct signing_key *const *keys)
{
	const struct packet wanted = { zone, DNS_DNSKEY, 0, { NULL },
		{ NULL } };
	ldns_pkt *packet = packet_new(&wanted);

	for (; *keys != NULL; keys++)
		signing_push_key(packet, *keys);
	return signing_answer(packet, &wanted);
}
