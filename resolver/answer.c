#include "resolver/answer.h"

#include <stdbool.h>
#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/nsec.h"
#include "resolver/signers.h"
#include "resolver/text.h"
#include "resolver/validity.h"
#include "resolver/why_bogus.h"
#include "resolver/wire.h"

#define NO_NAME_IN_RDATA (-1)

/* The types that are queried, and what is known of their RDATA. */
static const struct type {
	enum dns_type	 type;
	const char	*name;
	size_t		 size;		/* octets of RDATA, 0: any number */
	int		 name_at;	/* the field that is a name */
} types[] = {
	{ DNS_A, "A", 4, NO_NAME_IN_RDATA },
	{ DNS_NS, "NS", 0, 0 },
	{ DNS_CNAME, "CNAME", 0, 0 },
	{ DNS_SOA, "SOA", 0, NO_NAME_IN_RDATA },
	{ DNS_PTR, "PTR", 0, 0 },
	{ DNS_MX, "MX", 0, 1 },
	{ DNS_TXT, "TXT", 0, NO_NAME_IN_RDATA },
	{ DNS_AAAA, "AAAA", 16, NO_NAME_IN_RDATA },
	{ DNS_DNAME, "DNAME", 0, 0 },
	{ DNS_DS, "DS", 0, NO_NAME_IN_RDATA },
	{ DNS_NSEC, "NSEC", 0, NO_NAME_IN_RDATA },
	{ DNS_NSEC3, "NSEC3", 0, NO_NAME_IN_RDATA },
	{ DNS_CDS, "CDS", 0, NO_NAME_IN_RDATA },
	{ DNS_DNSKEY, "DNSKEY", 0, NO_NAME_IN_RDATA },
	{ DNS_TLSA, "TLSA", 0, NO_NAME_IN_RDATA },
};

static const struct type *
find_type(enum dns_type type)
{
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i].type == type)
			return &types[i];
	return NULL;
}

const char *
dns_type_name(enum dns_type type)
{
	const struct type *known = find_type(type);

	return known != NULL ? known->name : "unknown type";
}

const char *
dnssec_status_name(enum dnssec_status status)
{
	static const char *const names[] = {
		[DNSSEC_FAILED] = "failed",
		[DNSSEC_BOGUS] = "bogus",
		[DNSSEC_INSECURE] = "insecure",
		[DNSSEC_SECURE] = "secure",
	};

	return names[status];
}

/* RFC 1035 4.1.1, RFC 2136 2.2, RFC 6895 2.3. */
const char *
dns_rcode_name(unsigned int rcode)
{
	static const char *const names[] = { "NOERROR", "FORMERR", "SERVFAIL",
		"NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET",
		"NXRRSET", "NOTAUTH", "NOTZONE" };

	return rcode < sizeof(names) / sizeof(names[0]) ? names[rcode] : NULL;
}

static char *
rcode_text(int rcode)
{
	const char *name = dns_rcode_name((unsigned int)rcode);

	return name != NULL ? memory_string(name) :
	    memory_format("RCODE %d", rcode);
}

static struct answer *
answer_new(const char *owner, enum dns_type type)
{
	struct answer *answer = memory_new(1, sizeof(*answer));

	answer->owner = memory_string(owner);
	answer->type = type;
	answer->expanded = memory_string(owner);
	return answer;
}

struct answer *
answer_unusable(const char *owner, enum dns_type type, const char *why)
{
	struct answer *answer = answer_new(owner, type);

	answer->kind = ANSWER_UNUSABLE;
	answer->dnssec = DNSSEC_FAILED;
	answer->why = memory_string(why);
	return answer;
}

struct answer *
answer_failed(const char *owner, enum dns_type type, const char *fault)
{
	struct answer *answer;
	char *why;

	why = memory_format("%s %s: %s", dns_type_name(type), owner, fault);
	answer = answer_unusable(owner, type, why);
	free(why);
	return answer;
}

static void
record_clear(struct answer_record *record)
{
	free(record->data);
	free(record->name);
}

static void
origin_free(struct answer_origin *origin)
{
	if (origin == NULL)
		return;
	free(origin->packet);
	free(origin->why_bogus);
	free(origin);
}

void
answer_free(struct answer *answer)
{
	size_t i;

	if (answer == NULL)
		return;
	for (i = 0; i < answer->count; i++)
		record_clear(&answer->records[i]);
	free(answer->records);
	signers_clear(answer);
	for (i = 0; i < answer->period_count; i++)
		validity_clear(&answer->periods[i]);
	free(answer->periods);
	origin_free(answer->origin);
	free(answer->owner);
	free(answer->expanded);
	free(answer->target);
	free(answer->dname);
	free(answer->why);
	free(answer);
}

static struct answer_origin *
origin_copy(const struct answer_origin *origin)
{
	struct answer_origin *copy;

	if (origin == NULL)
		return NULL;
	copy = memory_copy(origin, sizeof(*origin));
	if (origin->packet != NULL)
		copy->packet = memory_copy(origin->packet, origin->size);
	copy->why_bogus = memory_string(origin->why_bogus);
	return copy;
}

static void
copy_records(struct answer *copy, const struct answer *answer)
{
	struct answer_record *record;
	size_t i;

	copy->records = memory_new(answer->count, sizeof(*copy->records));
	for (i = 0; i < answer->count; i++) {
		record = &copy->records[i];
		*record = answer->records[i];
		record->data = memory_copy(answer->records[i].data,
		    record->size);
		record->name = memory_string(answer->records[i].name);
	}
}

static void
copy_signatures(struct answer *copy, const struct answer *answer)
{
	size_t i;

	copy->periods = memory_new(answer->period_count,
	    sizeof(*copy->periods));
	for (i = 0; i < answer->period_count; i++) {
		copy->periods[i] = answer->periods[i];
		copy->periods[i].owner =
		    memory_string(answer->periods[i].owner);
		copy->periods[i].zone = memory_string(answer->periods[i].zone);
	}
	copy->signers = memory_new(answer->signer_count,
	    sizeof(*copy->signers));
	for (i = 0; i < answer->signer_count; i++) {
		copy->signers[i] = answer->signers[i];
		copy->signers[i].zone = memory_string(answer->signers[i].zone);
	}
}

struct answer *
answer_copy(const struct answer *answer)
{
	struct answer *copy;

	if (answer == NULL)
		return NULL;
	copy = memory_copy(answer, sizeof(*answer));
	copy->owner = memory_string(answer->owner);
	copy->expanded = memory_string(answer->expanded);
	copy->target = memory_string(answer->target);
	copy->dname = memory_string(answer->dname);
	copy->why = memory_string(answer->why);
	copy->origin = origin_copy(answer->origin);
	copy_records(copy, answer);
	copy_signatures(copy, answer);
	return copy;
}

bool
answer_has_records(const struct answer *answer)
{
	return answer != NULL && answer->kind == ANSWER_RECORDS &&
	    answer->count > 0;
}

bool
answer_is_broken(const struct answer *answer)
{
	return answer != NULL && answer->dnssec <= DNSSEC_BOGUS;
}

bool
answer_is_secure(const struct answer *answer)
{
	return answer_has_records(answer) && answer->dnssec == DNSSEC_SECURE;
}

uint32_t
answer_source_ttl(const struct answer *answer)
{
	return answer->ttl > answer->signed_ttl ? answer->ttl :
	    answer->signed_ttl;
}

const struct answer_period *
answer_period_of(const struct answer *answer, const char *owner,
    enum dns_type type)
{
	size_t i;

	for (i = 0; answer != NULL && i < answer->period_count; i++) {
		if (answer->periods[i].type == type &&
		    name_equal(answer->periods[i].owner, owner))
			return &answer->periods[i];
	}
	return NULL;
}

char *
answer_wildcard(const struct answer_period *rrset)
{
	const char *encloser = rrset->owner;
	size_t labels = name_label_count(rrset->owner);

	if (rrset->labels == 0 || rrset->labels >= labels)
		return NULL;
	for (; labels > rrset->labels; labels--)
		encloser = name_parent(encloser);
	return name_wildcard(encloser);
}

bool
answer_is_absent(const struct answer *answer)
{
	return answer != NULL &&
	    (answer->kind == ANSWER_NO_DATA || answer->kind == ANSWER_NO_NAME);
}

static bool
is_record(const ldns_rr *record, const ldns_rdf *owner, ldns_rr_type type)
{
	return ldns_rr_get_type(record) == type &&
	    ldns_rr_get_class(record) == LDNS_RR_CLASS_IN &&
	    ldns_dname_compare(ldns_rr_owner(record), owner) == 0;
}

/* The field as a name, or NULL when it is missing or something else. */
static const ldns_rdf *
name_field(const ldns_rr *record, int field)
{
	const ldns_rdf *name = ldns_rr_rdf(record, (size_t)field);

	if (name != NULL && ldns_rdf_get_type(name) == LDNS_RDF_TYPE_DNAME)
		return name;
	return NULL;
}

/* A TTL with the highest bit set counts as 0 (RFC 2181 8). */
static void
lower_ttl(struct answer *answer, uint32_t ttl)
{
	if (ttl > INT32_MAX)
		ttl = 0;
	if (ttl < answer->ttl)
		answer->ttl = ttl;
}

/*
 * Follows the aliases from *END, and leaves there the name at which they end
 * (borrowed). Returns NULL, or what is wrong with them.
 */
static const char *
follow_aliases(struct answer *answer, const ldns_rr_list *list,
    const ldns_rdf **end)
{
	size_t count = ldns_rr_list_rr_count(list), aliases = 0, i = 0;
	const ldns_rr *record;

	while (answer->type != DNS_CNAME && i < count) {
		record = ldns_rr_list_rr(list, i++);
		if (!is_record(record, *end, LDNS_RR_TYPE_CNAME))
			continue;
		if (aliases++ == ANSWER_ALIASES_MAX) {
			answer->truncated = true;
			return "too many aliases, or a loop of aliases";
		}
		*end = name_field(record, 0);
		if (*end == NULL)
			return "an alias is malformed";
		if (answer->target == NULL)
			answer->target = wire_name(*end);
		lower_ttl(answer, ldns_rr_ttl(record));
		i = 0;
	}
	answer->aliased = aliases > 0;
	return NULL;
}

/*
 * The owner of the DNAME record, above the name, from which its alias is made:
 * beside that record there is no other alias for it (RFC 6672 2.4). Owned by
 * the caller; NULL: there is none.
 */
static char *
find_dname(const ldns_rr_list *list, const ldns_rdf *name)
{
	const ldns_rr *record;
	size_t i;

	for (i = 0; i < ldns_rr_list_rr_count(list); i++) {
		record = ldns_rr_list_rr(list, i);
		if (ldns_rr_get_type(record) == LDNS_RR_TYPE_DNAME &&
		    ldns_rr_get_class(record) == LDNS_RR_CLASS_IN &&
		    ldns_dname_is_subdomain(name, ldns_rr_owner(record)))
			return wire_name(ldns_rr_owner(record));
	}
	return NULL;
}

/* False: the RDATA is malformed. */
static bool
add_record(struct answer *answer, const ldns_rr *record)
{
	const struct type *type = find_type(answer->type);
	const ldns_rdf *name = NULL;
	struct answer_record *added;
	ldns_buffer *rdata;
	size_t size;

	if (type != NULL && type->name_at != NO_NAME_IN_RDATA) {
		name = name_field(record, type->name_at);
		if (name == NULL)
			return false;
	}
	rdata = ldns_buffer_new(LDNS_MIN_BUFLEN);
	if (rdata == NULL ||
	    ldns_rr_rdata2buffer_wire(rdata, record) != LDNS_STATUS_OK)
		abort();
	size = ldns_buffer_position(rdata);
	if (type != NULL && type->size != 0 && type->size != size) {
		ldns_buffer_free(rdata);
		return false;
	}

	answer->records = memory_grow(answer->records, answer->count,
	    sizeof(*answer->records));
	added = &answer->records[answer->count++];
	added->data = memory_copy(ldns_buffer_begin(rdata), size);
	added->size = size;
	if (name != NULL)
		added->name = wire_name(name);
	if (answer->type == DNS_MX)
		added->preference = ldns_read_uint16(added->data);
	ldns_buffer_free(rdata);
	return true;
}

/* The canonical order of RDATA (RFC 4034 6.3), for qsort. */
static int
by_octets(const void *a, const void *b)
{
	const struct answer_record *left = a, *right = b;
	size_t shared = left->size < right->size ? left->size : right->size;
	int order = memcmp(left->data, right->data, shared);

	if (order != 0)
		return order;
	return (left->size > right->size) - (left->size < right->size);
}

/*
 * Sorts the records before any is left out: name servers rotate them, and of
 * the MX records the first to be tried must not be missing.
 */
static void
limit_records(struct answer *answer)
{
	if (answer->count > 1)
		qsort(answer->records, answer->count, sizeof(*answer->records),
		    by_octets);
	while (answer->count > ANSWER_RECORDS_MAX) {
		record_clear(&answer->records[--answer->count]);
		answer->truncated = true;
	}
}

/* As many as are in a packet: its 64 KiB are the limit. */
static void
add_records(struct answer *answer, struct wire_sections *sections,
    const ldns_rdf *owner)
{
	const ldns_rr *record;
	size_t i;

	for (i = 0; i < ldns_rr_list_rr_count(sections->answer); i++) {
		record = ldns_rr_list_rr(sections->answer, i);
		if (!is_record(record, owner, (ldns_rr_type)answer->type))
			continue;
		if (add_record(answer, record))
			lower_ttl(answer, ldns_rr_ttl(record));
		else
			sections->unreadable = true;
	}
}

/* How long a negative answer may be cached (RFC 2308 5). */
static void
lower_ttl_of_absence(struct answer *answer, const ldns_rr_list *authority)
{
	const ldns_rdf *minimum;
	const ldns_rr *record;
	size_t i;

	for (i = 0; i < ldns_rr_list_rr_count(authority); i++) {
		record = ldns_rr_list_rr(authority, i);
		minimum = ldns_rr_rdf(record, 6);
		if (ldns_rr_get_type(record) != LDNS_RR_TYPE_SOA ||
		    minimum == NULL)
			continue;
		lower_ttl(answer, ldns_rr_ttl(record));
		lower_ttl(answer, ldns_rdf2native_int32(minimum));
	}
}

/* Returns NULL, or why the answer is unusable. */
static const char *
read_answer(struct answer *answer, struct wire_sections *sections,
    const struct answer_source *source, const ldns_rdf *owner)
{
	const ldns_rdf *end = owner;
	const char *fault;

	if (source->packet == NULL)
		return "no answer";
	if (!wire_sections_init(sections, source->packet, source->size))
		return "the answer is malformed";
	answer->truncated = LDNS_TC_WIRE(source->packet) != 0;
	answer->ttl = UINT32_MAX;
	fault = follow_aliases(answer, sections->answer, &end);
	if (fault != NULL)
		return fault;
	if (answer->aliased) {
		free(answer->expanded);
		answer->expanded = wire_name(end);
		answer->dname = find_dname(sections->answer, owner);
	}
	add_records(answer, sections, end);
	limit_records(answer);
	validity_add_records(answer, sections->answer, source->now);
	signers_add(answer, sections->answer, source->now);
	if (validity_needs_proofs(sections->answer)) {
		validity_add_proofs(answer, sections->authority, source->now);
		validity_add_denial(answer, sections->authority);
	}

	if (answer->count > 0) {
		if (source->rcode == LDNS_RCODE_NXDOMAIN)
			return "the answer contradicts itself";
		answer->kind = ANSWER_RECORDS;
	} else {
		if (sections->unreadable)
			return "the records in the answer are malformed";
		answer->kind = ANSWER_NO_DATA;
		if (source->rcode == LDNS_RCODE_NXDOMAIN ||
		    nsec_says_no_name(sections->authority, end))
			answer->kind = ANSWER_NO_NAME;
		lower_ttl_of_absence(answer, sections->authority);
		validity_add_records(answer, sections->authority, source->now);
		validity_add_denial(answer, sections->authority);
		signers_add(answer, sections->authority, source->now);
	}
	signers_settle(answer);
	if (answer->ttl == UINT32_MAX)
		answer->ttl = 0;
	answer->rcode = (uint16_t)source->rcode;
	answer->dnssec = source->secure ? DNSSEC_SECURE : DNSSEC_INSECURE;
	return NULL;
}

/*
 * RFC 4035 5.3.1: a signature must not have ended, by any leeway. The validator
 * allows for clocks that differ, at either end alike.
 */
static struct answer *
answer_ended(const struct answer *read, const struct answer_period *ended)
{
	char *end = text_time(ended->until);
	char *type = ldns_rr_type2str((ldns_rr_type)ended->type);
	struct answer *answer;
	char *fault;

	fault = memory_format("the signature of %s %s by the key %u of %s "
	    "ended on %s", type != NULL ? type : "a record", ended->owner,
	    ended->key_tag, ended->zone, end);
	answer = answer_failed(read->owner, read->type, fault);
	answer->dnssec = DNSSEC_BOGUS;
	free(fault);
	free(type);
	free(end);
	return answer;
}

/*
 * Where aliases in the packet of a bogus answer lead, however forged. Owned by
 * the caller; NULL: nowhere.
 */
static char *
end_of_aliases(const struct answer_source *source)
{
	struct answer *read = answer_new(source->owner, source->type);
	ldns_rdf *owner = ldns_dname_new_frm_str(source->owner);
	struct wire_sections sections = { NULL, NULL, false };
	const ldns_rdf *end = owner;
	char *name = NULL;

	if (owner != NULL && source->packet != NULL && wire_sections_init(
	    &sections, source->packet, source->size) &&
	    follow_aliases(read, sections.answer, &end) == NULL)
		name = wire_name(end);
	wire_sections_clear(&sections);
	ldns_rdf_deep_free(owner);
	answer_free(read);
	return name;
}

static struct answer *
answer_bogus(const struct answer_source *source)
{
	char *end = end_of_aliases(source);
	const char *const names[] = { source->owner, end };
	char *why = why_bogus_text(source->why_bogus, names,
	    end != NULL ? 2 : 1);
	struct answer *answer = answer_failed(source->owner, source->type,
	    why != NULL ? why : "DNSSEC validation failed");

	answer->dnssec = DNSSEC_BOGUS;
	free(why);
	free(end);
	return answer;
}

/* As answer_from_packet, but for the origin. */
static struct answer *
answer_read(const struct answer_source *source)
{
	struct wire_sections sections = { NULL, NULL, false };
	struct answer *answer, *unusable = NULL;
	const struct answer_period *ended;
	const char *fault;
	ldns_rdf *owner;
	char *rcode;

	/* This first: a bogus answer may have any RCODE, and forged records. */
	if (source->bogus)
		return answer_bogus(source);
	if (source->rcode != LDNS_RCODE_NOERROR &&
	    source->rcode != LDNS_RCODE_NXDOMAIN) {
		rcode = rcode_text(source->rcode);
		answer = answer_failed(source->owner, source->type, rcode);
		answer->fault = ANSWER_FAULT_RCODE;
		answer->rcode = (uint16_t)(source->rcode > 0 ?
		    source->rcode : 0);
		free(rcode);
		return answer;
	}
	owner = ldns_dname_new_frm_str(source->owner);
	if (owner == NULL)
		return answer_failed(source->owner, source->type,
		    "the name is not valid");

	answer = answer_new(source->owner, source->type);
	fault = read_answer(answer, &sections, source, owner);
	ended = validity_settle(answer, source->now);
	if (fault != NULL) {
		unusable = answer_failed(source->owner, source->type, fault);
		unusable->truncated = answer->truncated;
		unusable->fault = ANSWER_FAULT_MALFORMED;
	} else if (source->secure && ended != NULL) {
		unusable = answer_ended(answer, ended);
	}
	if (unusable != NULL) {
		answer_free(answer);
		answer = unusable;
	}
	wire_sections_clear(&sections);
	ldns_rdf_deep_free(owner);
	return answer;
}

static struct answer_origin *
origin_new(const struct answer_source *source)
{
	struct answer_origin *origin = memory_new(1, sizeof(*origin));

	if (source->packet != NULL) {
		origin->packet = memory_copy(source->packet, source->size);
		origin->size = source->size;
	}
	origin->rcode = source->rcode;
	origin->secure = source->secure;
	origin->bogus = source->bogus;
	origin->why_bogus = memory_string(source->why_bogus);
	origin->now = source->now;
	return origin;
}

struct answer *
answer_from_packet(const struct answer_source *source)
{
	struct answer *answer = answer_read(source);

	if (source->keep || answer->ambiguous)
		answer->origin = origin_new(source);
	return answer;
}

struct answer *
answer_from_origin(const char *owner, enum dns_type type,
    struct answer_origin *origin)
{
	const struct answer_source source = {
		.owner = owner,
		.type = type,
		.packet = origin->packet,
		.size = origin->size,
		.rcode = origin->rcode,
		.secure = origin->secure,
		.bogus = origin->bogus,
		.why_bogus = origin->why_bogus,
		.now = origin->now,
	};
	struct answer *answer = answer_read(&source);

	answer->origin = origin;
	return answer;
}
