#include "tests/unit/support/trust_tree.h"

#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"
#include "tests/unit/support/fixture.h"

#define SHA256_SIZE	32

void
trust_tree_put(struct answer **slot, struct answer *answer)
{
	answer_free(*slot);
	*slot = answer;
}

/* A zone with these keys, and the DS record of the first. */
static void
set_keys(struct zone_evidence *zone, const struct signing_key *key)
{
	struct answer_record ds;

	trust_tree_put(&zone->dnskey, trust_tree_keys(zone->name, key, key,
	    SIGNING_GOOD));
	zone->dnskey->dnssec = DNSSEC_SECURE;
	trust_tree_put(&zone->ds, fixture_answer(zone->name, DNS_DS,
	    ANSWER_RECORDS, DNSSEC_SECURE));
	if (!ds_make(&ds, zone->name, &zone->dnskey->records[0], DS_SHA256))
		abort();
	fixture_add(zone->ds, ds.data, ds.size);
	free(ds.data);
}

void
trust_tree_init(struct trust_tree *tree)
{
	tree->evidence = fixture_domain(TRUST_TREE_ZONE);
	tree->evidence->checked_at = (time_t)PACKET_NOW;
	tree->evidence->thorough = true;
	tree->parent = signing_key_new(TRUST_TREE_PARENT,
	    TRUST_TREE_ALGORITHM, SIGNING_KSK);
	tree->key = signing_key_new(TRUST_TREE_ZONE, TRUST_TREE_ALGORITHM,
	    SIGNING_KSK);
	tree->stranger = signing_key_new(TRUST_TREE_ZONE,
	    TRUST_TREE_ALGORITHM, SIGNING_KSK);
	fixture_zone(tree->evidence, ".", NULL, DNSSEC_SECURE);
	fixture_zone(tree->evidence, TRUST_TREE_PARENT, ".", DNSSEC_SECURE);
	fixture_zone(tree->evidence, TRUST_TREE_ZONE, TRUST_TREE_PARENT,
	    DNSSEC_SECURE);
	set_keys(trust_tree_parent(tree), tree->parent);
	set_keys(trust_tree_zone(tree), tree->key);
}

void
trust_tree_clear(struct trust_tree *tree)
{
	evidence_free(tree->evidence);
	signing_key_free(tree->parent);
	signing_key_free(tree->key);
	signing_key_free(tree->stranger);
}

struct zone_evidence *
trust_tree_zone(const struct trust_tree *tree)
{
	return evidence_zone(tree->evidence, TRUST_TREE_ZONE);
}

struct zone_evidence *
trust_tree_parent(const struct trust_tree *tree)
{
	return evidence_zone(tree->evidence, TRUST_TREE_PARENT);
}

/* --- DS records and keys --- */

void
trust_tree_remove_ds(struct trust_tree *tree)
{
	struct zone_evidence *zone = trust_tree_zone(tree);

	trust_tree_put(&zone->ds, fixture_answer(zone->name, DNS_DS,
	    ANSWER_NO_DATA, DNSSEC_SECURE));
	trust_tree_put(&zone->dnskey, NULL);
}

struct answer *
trust_tree_new_ds(enum dns_type type)
{
	return fixture_answer(TRUST_TREE_ZONE, type, ANSWER_RECORDS,
	    DNSSEC_SECURE);
}

void
trust_tree_add_ds(struct answer *ds, const struct trust_tree *tree,
    enum ds_digest digest_type)
{
	const struct signing_key *const keys[] = { tree->key, NULL };
	struct answer *dnskey = signing_keys(TRUST_TREE_ZONE, keys);
	struct answer_record made;

	if (!ds_make(&made, TRUST_TREE_ZONE, &dnskey->records[0],
	    digest_type))
		abort();
	fixture_add(ds, made.data, made.size);
	free(made.data);
	answer_free(dnskey);
}

void
trust_tree_add_other_ds(struct answer *ds, uint16_t key_tag, uint8_t algorithm,
    uint8_t digest_type)
{
	uint8_t data[4 + SHA256_SIZE] = { (uint8_t)(key_tag >> 8),
		(uint8_t)key_tag, algorithm, digest_type };

	memset(data + 4, 0x5a, sizeof(data) - 4);
	fixture_add(ds, data, sizeof(data));
}

/* --- Answers --- */

/* Reads a packet as one that nobody has validated. */
static struct answer *
read_unvalidated(struct ldns_struct_pkt *made, const struct packet *packet)
{
	struct answer_source source = packet_source(packet);

	source.secure = false;
	source.keep = true;
	return packet_read(made, source);
}

struct answer *
trust_tree_keys(const char *zone, const struct signing_key *key,
    const struct signing_key *signer, struct signing_time time)
{
	const struct packet packet = { zone, DNS_DNSKEY, 0, { NULL },
		{ NULL } };
	struct ldns_struct_pkt *made = packet_new(&packet);

	signing_push_key(made, key);
	if (signer != NULL)
		signing_sign(made, packet.owner, DNS_DNSKEY, signer, time,
		    NULL);
	return read_unvalidated(made, &packet);
}

struct answer *
trust_tree_answer(const struct packet *packet,
    const struct trust_tree_signature *signature)
{
	struct ldns_struct_pkt *made = packet_new(packet);

	if (signature->owner != NULL)
		signing_sign(made, signature->owner, signature->type,
		    signature->key, signature->time, signature->wildcard);
	return read_unvalidated(made, packet);
}

/* --- What servers say --- */

void
trust_tree_hear(struct zone_evidence *zone, struct answer *answer)
{
	struct server_evidence *server;

	zone->servers = memory_grow(zone->servers, zone->server_count,
	    sizeof(*server));
	server = &zone->servers[zone->server_count++];
	server->zone = memory_string(zone->name);
	server->name = memory_format("ns%zu.%s", zone->server_count,
	    zone->name);
	address_from_text(&server->address, "192.0.2.53", 53);
	evidence_server_answer(server, answer);
}

void
trust_tree_hear_fault(struct zone_evidence *zone, const char *owner,
    enum dns_type type, enum answer_fault fault, uint16_t rcode)
{
	struct answer *answer = answer_failed(owner, type, "no use");

	answer->fault = fault;
	answer->rcode = rcode;
	trust_tree_hear(zone, answer);
}

void
trust_tree_hear_referral(struct zone_evidence *zone, const char *owner,
    enum dns_type type)
{
	const struct packet packet = { owner, type, 0, { NULL },
		{ TRUST_TREE_ZONE ". 300 IN NS ns1.example.net." } };
	const struct trust_tree_signature none = { 0 };

	trust_tree_hear(zone, trust_tree_answer(&packet, &none));
}
