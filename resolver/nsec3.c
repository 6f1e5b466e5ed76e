#include "resolver/nsec3.h"

#include <stdbool.h>
#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/name.h"

#define HASH_ALGORITHM_SHA1	1
#define FLAG_OPT_OUT		0x01	/* RFC 5155 3.1.2.1, the only one */
#define SALT_SIZE_MAX		255
#define LABEL_SIZE		32	/* of a hash as base32 */

/* The name nearest above one, that exists. */
struct encloser {
	const struct nsec3	*record;	/* borrowed; matches it. NULL:
						 * there is none */
	size_t			 labels;
	const struct nsec3	*next_closer;	/* borrowed; covers the name
						 * below it. NULL: none does */
};

/* The octets of the salt, which have their number before them. */
static size_t
salt_size(const ldns_rdf *salt)
{
	return ldns_rdf_size(salt) > 0 ? ldns_rdf_size(salt) - 1 : 0;
}

/* RFC 5155 5, of the name without its first SKIPPED labels. */
static bool
hash_name(const struct nsec3_set *set, const ldns_rdf *name, size_t skipped,
    bool wildcard, uint8_t hash[NSEC3_HASH_SIZE])
{
	uint8_t octets[NAME_WIRE_MAX + SALT_SIZE_MAX + 2];
	const size_t salt = salt_size(set->salt);
	ldns_rdf *top = ldns_dname_clone_from(name, (uint16_t)skipped);
	size_t size = 0;
	unsigned int i;

	if (top == NULL)
		top = ldns_dname_new_frm_str(".");
	if (wildcard) {
		octets[size++] = 1;
		octets[size++] = '*';
	}
	ldns_dname2canonical(top);
	memcpy(octets + size, ldns_rdf_data(top), ldns_rdf_size(top));
	size += ldns_rdf_size(top);
	ldns_rdf_deep_free(top);
	if (size > NAME_WIRE_MAX)
		return false;
	memcpy(octets + size, ldns_rdf_data(set->salt) + 1, salt);
	ldns_sha1(octets, (unsigned int)(size + salt), hash);
	for (i = 0; i < set->iterations; i++) {
		memcpy(octets, hash, NSEC3_HASH_SIZE);
		memcpy(octets + NSEC3_HASH_SIZE,
		    ldns_rdf_data(set->salt) + 1, salt);
		ldns_sha1(octets, (unsigned int)(NSEC3_HASH_SIZE + salt),
		    hash);
	}
	return true;
}

/* --- Records --- */

/* The hash that is the first label of the owner. */
static bool
read_owner(struct nsec3 *nsec3, const ldns_rdf *owner)
{
	const uint8_t *wire = ldns_rdf_data(owner);

	return ldns_rdf_size(owner) > LABEL_SIZE && wire[0] == LABEL_SIZE &&
	    ldns_b32_pton_extended_hex((const char *)wire + 1, LABEL_SIZE,
	    nsec3->hash, sizeof(nsec3->hash)) == NSEC3_HASH_SIZE;
}

/* The fields that are hashed with, as the set has them or is to have them. */
static bool
read_parameters(struct nsec3_set *set, const ldns_rr *record)
{
	const ldns_rdf *salt = ldns_rr_rdf(record, 3);

	if (ldns_rr_get_type(record) != LDNS_RR_TYPE_NSEC3 ||
	    ldns_rr_get_class(record) != LDNS_RR_CLASS_IN ||
	    ldns_rr_rd_count(record) < 5 ||
	    ldns_nsec3_algorithm(record) != HASH_ALGORITHM_SHA1 ||
	    (ldns_nsec3_flags(record) & ~FLAG_OPT_OUT) != 0 ||
	    salt_size(salt) > SALT_SIZE_MAX)
		return false;
	set->salt = salt;
	set->iterations = ldns_nsec3_iterations(record);
	set->zone = ldns_dname_left_chop(ldns_rr_owner(record));
	return set->zone != NULL;
}

static bool
goes_with(const struct nsec3_set *set, const struct nsec3_set *other)
{
	return set->iterations == other->iterations &&
	    ldns_rdf_compare(set->salt, other->salt) == 0 &&
	    ldns_dname_compare(set->zone, other->zone) == 0;
}

static void
add_record(struct nsec3_set *set, const ldns_rr *record)
{
	struct nsec3 *added = &set->records[set->count];
	const ldns_rdf *next = ldns_rr_rdf(record, 4);

	/* The hash has its size before it. */
	if (set->count == NSEC3_RECORDS_MAX ||
	    ldns_rdf_size(next) != NSEC3_HASH_SIZE + 1 ||
	    !read_owner(added, ldns_rr_owner(record)))
		return;
	memcpy(added->next, ldns_rdf_data(next) + 1, NSEC3_HASH_SIZE);
	added->opt_out = ldns_nsec3_optout(record);
	added->types = ldns_rr_rdf(record, 5);
	set->count++;
}

bool
nsec3_set_init(struct nsec3_set *set, const ldns_rr_list *list)
{
	struct nsec3_set parameters;
	const ldns_rr *record;
	size_t i;

	memset(set, 0, sizeof(*set));
	for (i = 0; i < ldns_rr_list_rr_count(list); i++) {
		record = ldns_rr_list_rr(list, i);
		if (!read_parameters(&parameters, record))
			continue;
		if (set->zone == NULL) {
			set->zone = ldns_rdf_clone(parameters.zone);
			set->salt = parameters.salt;
			set->iterations = parameters.iterations;
		}
		if (goes_with(set, &parameters))
			add_record(set, record);
		ldns_rdf_deep_free(parameters.zone);
	}
	return set->count > 0 && set->iterations <= NSEC3_ITERATIONS_MAX;
}

void
nsec3_set_clear(struct nsec3_set *set)
{
	ldns_rdf_deep_free(set->zone);
	set->zone = NULL;
}

/* --- Proofs --- */

static bool
has_type(const struct nsec3 *nsec3, ldns_rr_type type)
{
	return nsec3->types != NULL &&
	    ldns_nsec_bitmap_covers_type(nsec3->types, type);
}

static bool
is_delegation(const struct nsec3 *nsec3)
{
	return has_type(nsec3, LDNS_RR_TYPE_NS) &&
	    !has_type(nsec3, LDNS_RR_TYPE_SOA);
}

static const struct nsec3 *
find_match(const struct nsec3_set *set, const uint8_t *hash)
{
	size_t i;

	for (i = 0; i < set->count; i++) {
		if (memcmp(set->records[i].hash, hash, NSEC3_HASH_SIZE) == 0)
			return &set->records[i];
	}
	return NULL;
}

static const struct nsec3 *
find_cover(const struct nsec3_set *set, const uint8_t *hash)
{
	const struct nsec3 *record;
	bool behind, before;
	size_t i;

	for (i = 0; i < set->count; i++) {
		record = &set->records[i];
		behind = memcmp(record->hash, hash, NSEC3_HASH_SIZE) < 0;
		before = memcmp(hash, record->next, NSEC3_HASH_SIZE) < 0;
		/* The last one has the first behind it. */
		if (memcmp(record->hash, record->next, NSEC3_HASH_SIZE) < 0 ?
		    behind && before : behind || before)
			return record;
	}
	return NULL;
}

/*
 * The closest encloser (RFC 5155 8.3), perhaps the name itself. Of what is
 * below a delegation or a DNAME the zone above knows nothing.
 */
static struct encloser
find_encloser(const struct nsec3_set *set, const ldns_rdf *name)
{
	const size_t labels = ldns_dname_label_count(name);
	struct encloser found = { 0 };
	uint8_t hash[NSEC3_HASH_SIZE], below[NSEC3_HASH_SIZE];
	size_t skipped;

	if (ldns_dname_compare(name, set->zone) != 0 &&
	    !ldns_dname_is_subdomain(name, set->zone))
		return found;
	for (skipped = 0; skipped <= labels -
	    ldns_dname_label_count(set->zone); skipped++) {
		if (!hash_name(set, name, skipped, false, hash))
			break;
		found.record = find_match(set, hash);
		if (found.record != NULL)
			break;
		memcpy(below, hash, sizeof(below));
	}
	if (found.record == NULL || skipped == 0)
		return found;
	found.labels = labels - skipped;
	found.next_closer = is_delegation(found.record) ||
	    has_type(found.record, LDNS_RR_TYPE_DNAME) ? NULL :
	    find_cover(set, below);
	return found;
}

/* As lacks_type() of nsec.c. */
static bool
lacks_type(const struct nsec3 *nsec3, bool at_root, ldns_rr_type type)
{
	if (type == LDNS_RR_TYPE_DS ? has_type(nsec3, LDNS_RR_TYPE_SOA) &&
	    !at_root : is_delegation(nsec3))
		return false;
	return !has_type(nsec3, type) && !has_type(nsec3, LDNS_RR_TYPE_CNAME);
}

static bool
hash_wildcard(const struct nsec3_set *set, const ldns_rdf *name, size_t labels,
    uint8_t hash[NSEC3_HASH_SIZE])
{
	return hash_name(set, name, ldns_dname_label_count(name) - labels,
	    true, hash);
}

bool
nsec3_proves_no_data(const struct nsec3_set *set, const ldns_rdf *name,
    uint16_t type)
{
	const struct encloser encloser = find_encloser(set, name);
	const bool at_root = ldns_dname_label_count(name) == 0;
	const struct nsec3 *wildcard;
	uint8_t hash[NSEC3_HASH_SIZE];

	if (encloser.record == NULL)
		return false;
	if (hash_name(set, name, 0, false, hash) &&
	    find_match(set, hash) != NULL)
		return lacks_type(encloser.record, at_root,
		    (ldns_rr_type)type);
	if (encloser.next_closer == NULL)
		return false;
	/* RFC 5155 8.6: under opt-out, there may be an unsigned delegation. */
	if (encloser.next_closer->opt_out)
		return true;
	wildcard = hash_wildcard(set, name, encloser.labels, hash) ?
	    find_match(set, hash) : NULL;
	return wildcard != NULL &&
	    lacks_type(wildcard, false, (ldns_rr_type)type);
}

bool
nsec3_proves_no_name(const struct nsec3_set *set, const ldns_rdf *name)
{
	const struct encloser encloser = find_encloser(set, name);
	uint8_t hash[NSEC3_HASH_SIZE];

	return encloser.next_closer != NULL &&
	    hash_wildcard(set, name, encloser.labels, hash) &&
	    find_cover(set, hash) != NULL;
}

bool
nsec3_proves_wildcard(const struct nsec3_set *set, const ldns_rdf *name,
    size_t labels)
{
	const size_t count = ldns_dname_label_count(name);
	uint8_t hash[NSEC3_HASH_SIZE];

	return labels < count &&
	    hash_name(set, name, count - labels - 1, false, hash) &&
	    find_cover(set, hash) != NULL;
}
