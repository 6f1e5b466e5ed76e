#include "resolver/rrsig.h"

#include <stdbool.h>
#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/algorithm.h"
#include "resolver/dnskey.h"
#include "resolver/ds.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/signers.h"
#include "resolver/validity.h"
#include "resolver/wire.h"

/* An RRset of a packet, with its signatures. */
struct rrset {
	ldns_rr_list	*records;	/* owned, its records borrowed */
	ldns_rr_list	*signatures;	/* owned, likewise */
};

/* What came of one signature. */
struct outcome {
	const ldns_rr		*signature;	/* borrowed */
	struct answer_period	 period;	/* owned names */
	enum rrsig_fault	 fault;
};

/* What is checked with what. */
struct checking {
	const struct rrsig_keys	*keys;		/* borrowed */
	size_t			 key_count;
	time_t			 now;
	size_t			 left;		/* that may be spent */
	struct outcome		 outcomes[RRSIG_SIGNATURES_MAX];
	size_t			 count;		/* of outcomes, nearest to good
						 * first */
	bool			 unfinished;	/* some were not checked */
};

/* --- An RRset --- */

static bool
has_record(const ldns_rr_list *list, const ldns_rr *record)
{
	const size_t count = ldns_rr_list_rr_count(list);

	/* In canonical order, equal ones are neighbours. */
	return count > 0 &&
	    ldns_rr_compare(ldns_rr_list_rr(list, count - 1), record) == 0;
}

/* Each record once (RFC 4034 6.3). */
static void
drop_duplicates(struct rrset *rrset)
{
	ldns_rr_list *unique = ldns_rr_list_new();
	ldns_rr *record;
	size_t i;

	ldns_rr_list_sort(rrset->records);
	for (i = 0; i < ldns_rr_list_rr_count(rrset->records); i++) {
		record = ldns_rr_list_rr(rrset->records, i);
		if (!has_record(unique, record))
			ldns_rr_list_push_rr(unique, record);
	}
	ldns_rr_list_free(rrset->records);
	rrset->records = unique;
}

static void
add_section(struct rrset *rrset, const ldns_rr_list *section,
    const ldns_rdf *owner, ldns_rr_type type)
{
	const ldns_rdf *covered;
	ldns_rr *record;
	size_t i;

	for (i = 0; i < ldns_rr_list_rr_count(section); i++) {
		record = ldns_rr_list_rr(section, i);
		if (ldns_rr_get_class(record) != LDNS_RR_CLASS_IN ||
		    ldns_dname_compare(ldns_rr_owner(record), owner) != 0)
			continue;
		if (ldns_rr_get_type(record) == type)
			ldns_rr_list_push_rr(rrset->records, record);
		covered = ldns_rr_get_type(record) == LDNS_RR_TYPE_RRSIG ?
		    ldns_rr_rrsig_typecovered(record) : NULL;
		if (covered != NULL && ldns_rdf2rr_type(covered) == type)
			ldns_rr_list_push_rr(rrset->signatures, record);
	}
}

static void
rrset_init(struct rrset *rrset, const struct wire_sections *sections,
    const char *owner, uint16_t type)
{
	ldns_rdf *name = ldns_dname_new_frm_str(owner);

	rrset->records = ldns_rr_list_new();
	rrset->signatures = ldns_rr_list_new();
	if (name == NULL)
		return;
	add_section(rrset, sections->answer, name, (ldns_rr_type)type);
	add_section(rrset, sections->authority, name, (ldns_rr_type)type);
	drop_duplicates(rrset);
	ldns_rdf_deep_free(name);
}

static void
rrset_clear(struct rrset *rrset)
{
	ldns_rr_list_free(rrset->records);
	ldns_rr_list_free(rrset->signatures);
}

/* --- One signature --- */

/* Whether it is a zone's key, and one that counts. */
static bool
key_counts(const struct rrsig_keys *keys, const struct answer_record *record,
    const struct dns_key *key)
{
	/* RFC 4034 2.1.1, 2.1.2; RFC 5011 2.1. */
	return (key->flags & DNSKEY_ZONE) != 0 &&
	    (key->flags & DNSKEY_REVOKED) == 0 &&
	    key->protocol == DNSKEY_PROTOCOL && (keys->ds == NULL ||
	    ds_any_fits_key(keys->ds, keys->dnskey->owner, record));
}

static enum rrsig_fault
check_dates(const struct answer_period *period, time_t now)
{
	if (period->until < now)
		return RRSIG_ENDED;
	return period->from > now + VALIDITY_SKEW ? RRSIG_NOT_BEGUN :
	    RRSIG_GOOD;
}

static enum rrsig_fault
verify(const struct rrset *rrset, const struct outcome *outcome,
    const char *zone, const struct answer_record *record, time_t now)
{
	ldns_rr *key = wire_record(zone, DNS_DNSKEY, record);
	ldns_rr_list *keys, *good;
	ldns_status status;

	if (key == NULL)
		return RRSIG_UNSUPPORTED;
	keys = ldns_rr_list_new();
	good = ldns_rr_list_new();
	ldns_rr_list_push_rr(keys, key);
	status = ldns_verify_rrsig_keylist_notime(rrset->records,
	    outcome->signature, keys, good);
	ldns_rr_list_free(good);
	ldns_rr_list_deep_free(keys);
	if (status == LDNS_STATUS_OK)
		return check_dates(&outcome->period, now);
	return status == LDNS_STATUS_CRYPTO_UNKNOWN_ALGO ||
	    status == LDNS_STATUS_CRYPTO_ALGO_NOT_IMPL ? RRSIG_UNSUPPORTED :
	    RRSIG_WRONG;
}

/* RFC 4035 5.3.1, but for what is in the key. */
static bool
may_sign(const struct outcome *outcome, const ldns_rr *record)
{
	const struct answer_period *period = &outcome->period;
	const ldns_rdf *labels = ldns_rr_rrsig_labels(outcome->signature);
	const bool at_apex = name_equal(period->owner, period->zone);

	if (labels == NULL || ldns_rdf2native_int8(labels) >
	    ldns_dname_label_count(ldns_rr_owner(record)))
		return false;
	if (period->type == DNS_DNSKEY)
		return at_apex;
	return name_is_at_or_below(period->owner, period->zone) &&
	    !(period->type == DNS_DS && at_apex);
}

/* False: it is more than may be spent. */
static bool
spend(struct checking *checking, const struct answer_record *record)
{
	const size_t cost = dnskey_is_slow(record) ? RRSIG_SLOW_KEY : 1;

	if (checking->left < cost) {
		checking->unfinished = true;
		return false;
	}
	checking->left -= cost;
	return true;
}

/* With each key that has its tag and algorithm: an equal tag proves nothing. */
static enum rrsig_fault
check_with(struct checking *checking, const struct rrset *rrset,
    const struct outcome *outcome, const struct rrsig_keys *keys)
{
	enum rrsig_fault best = RRSIG_NO_KEY, fault;
	const struct answer_record *record;
	struct dns_key key;
	size_t i;

	for (i = 0; i < keys->dnskey->count && best != RRSIG_GOOD; i++) {
		record = &keys->dnskey->records[i];
		if (!dnskey_read(record, &key) ||
		    key.key_tag != outcome->period.key_tag ||
		    key.algorithm != outcome->period.algorithm ||
		    !key_counts(keys, record, &key))
			continue;
		if (!algorithm_is_known(key.algorithm))
			return RRSIG_UNSUPPORTED;
		if (!spend(checking, record))
			break;
		fault = verify(rrset, outcome, keys->dnskey->owner, record,
		    checking->now);
		if (fault > best)
			best = fault;
	}
	checking->unfinished |= best == RRSIG_NO_KEY &&
	    keys->dnskey->truncated;
	return best;
}

static void
check_one(struct checking *checking, const struct rrset *rrset,
    struct outcome *outcome)
{
	const struct rrsig_keys *keys;
	enum rrsig_fault fault;
	size_t i;

	outcome->fault = RRSIG_NO_KEY;
	for (i = 0; i < checking->key_count; i++) {
		keys = &checking->keys[i];
		if (keys->dnskey == NULL || !name_equal(keys->dnskey->owner,
		    outcome->period.zone))
			continue;
		fault = may_sign(outcome, ldns_rr_list_rr(rrset->records, 0)) ?
		    check_with(checking, rrset, outcome, keys) : RRSIG_WRONG;
		if (fault > outcome->fault)
			outcome->fault = fault;
	}
}

/* --- All signatures of an RRset --- */

/* Above 0: A is to be looked at before B, if there are too many. */
static int
compare_promise(const struct answer_period *a, const struct answer_period *b,
    time_t now)
{
	const int in_time = validity_is_in_time(a, now) -
	    validity_is_in_time(b, now);

	return in_time != 0 ? in_time : (a->until > b->until) -
	    (a->until < b->until);
}

/* In that order. PERIOD's names are taken, or freed. */
static void
add_outcome(struct checking *checking, const ldns_rr *signature,
    struct answer_period *period)
{
	struct outcome *outcomes = checking->outcomes;
	size_t at = checking->count;

	while (at > 0 && compare_promise(period, &outcomes[at - 1].period,
	    checking->now) > 0)
		at--;
	if (checking->count == RRSIG_SIGNATURES_MAX) {
		checking->unfinished = true;
		if (at == RRSIG_SIGNATURES_MAX) {
			validity_clear(period);
			return;
		}
		validity_clear(&outcomes[--checking->count].period);
	}
	memmove(&outcomes[at + 1], &outcomes[at],
	    (checking->count - at) * sizeof(*outcomes));
	outcomes[at] = (struct outcome){ .signature = signature,
		.period = *period };
	checking->count++;
}

/* The outcomes, to be cleared. */
static void
check_rrset(struct checking *checking, const struct rrset *rrset)
{
	const ldns_rr *signature;
	struct answer_period period;
	size_t i;

	checking->count = 0;
	checking->unfinished = false;
	for (i = 0; i < ldns_rr_list_rr_count(rrset->signatures); i++) {
		signature = ldns_rr_list_rr(rrset->signatures, i);
		if (validity_read(&period, signature, checking->now))
			add_outcome(checking, signature, &period);
	}
	for (i = 0; i < checking->count; i++)
		check_one(checking, rrset, &checking->outcomes[i]);
}

static void
clear_outcomes(struct checking *checking)
{
	while (checking->count > 0)
		validity_clear(&checking->outcomes[--checking->count].period);
}

/* The outcome nearest to good; of such, the one that ends last. Borrowed. */
static struct outcome *
best_outcome(struct checking *checking)
{
	struct outcome *best = NULL, *outcome;
	size_t i;

	for (i = 0; i < checking->count; i++) {
		outcome = &checking->outcomes[i];
		if (best == NULL || outcome->fault > best->fault ||
		    (outcome->fault == best->fault &&
		    outcome->period.until > best->period.until))
			best = outcome;
	}
	return best;
}

/* --- Questions --- */

void
rrsig_result_clear(struct rrsig_result *result)
{
	validity_clear(&result->period);
	result->fault = RRSIG_UNCHECKED;
}

/* The sections are cleared in any case. */
static bool
read_origin(struct wire_sections *sections, const struct answer *answer)
{
	static const struct wire_sections none;
	const struct answer_origin *origin = answer->origin;

	*sections = none;
	return origin != NULL && origin->packet != NULL &&
	    wire_sections_init(sections, origin->packet, origin->size);
}

static struct rrsig_result
check_all(struct checking *checking, const struct rrset *rrset)
{
	struct rrsig_result result = { 0 };
	struct outcome *best;

	check_rrset(checking, rrset);
	best = best_outcome(checking);
	result.fault = best != NULL ? best->fault : RRSIG_MISSING;
	if (checking->unfinished && result.fault != RRSIG_GOOD)
		result.fault = RRSIG_UNCHECKED;
	if (best != NULL) {
		result.period = best->period;
		best->period = (struct answer_period){ 0 };
	}
	clear_outcomes(checking);
	return result;
}

struct rrsig_result
rrsig_check(const struct answer *answer, const char *owner, uint16_t type,
    const struct rrsig_keys *keys, time_t now)
{
	struct checking checking = {
		.keys = keys,
		.key_count = 1,
		.now = now,
		.left = RRSIG_CHECKS_MAX,
	};
	struct rrsig_result result = { 0 };
	struct wire_sections sections;
	struct rrset rrset;

	if (read_origin(&sections, answer) && keys->dnskey != NULL) {
		rrset_init(&rrset, &sections, owner, type);
		if (ldns_rr_list_rr_count(rrset.records) > 0)
			result = check_all(&checking, &rrset);
		rrset_clear(&rrset);
	}
	wire_sections_clear(&sections);
	return result;
}

/* --- Answers that are ambiguous --- */

/* RFC 4035 5.3.4: of records from a wildcard, the proof is no record. */
static bool
is_proof(const struct answer *answer, uint16_t type)
{
	return answer->kind == ANSWER_RECORDS &&
	    (type == DNS_NSEC || type == DNS_NSEC3);
}

/* The signers by which the RRset is signed, as far as is known. */
static void
add_signers(struct answer *answer, const struct checking *checking, bool good)
{
	const struct outcome *outcome;
	size_t i;

	for (i = 0; i < checking->count; i++) {
		outcome = &checking->outcomes[i];
		if (good ? outcome->fault == RRSIG_GOOD :
		    validity_is_in_time(&outcome->period, checking->now))
			signers_add_one(answer, &outcome->period);
	}
}

static void
settle_period(struct answer *answer, struct answer_period *period,
    const struct wire_sections *sections, struct checking *checking)
{
	struct outcome *best;
	struct rrset rrset;
	bool good;

	rrset_init(&rrset, sections, period->owner, period->type);
	if (ldns_rr_list_rr_count(rrset.records) > 0)
		check_rrset(checking, &rrset);
	best = best_outcome(checking);
	good = best != NULL && best->fault == RRSIG_GOOD;
	if (!is_proof(answer, period->type))
		add_signers(answer, checking, good);
	if (good) {
		validity_clear(period);
		*period = best->period;
		best->period = (struct answer_period){ 0 };
	}
	clear_outcomes(checking);
	rrset_clear(&rrset);
}

/* The sets of keys that are secure. Owned by the caller. */
static struct rrsig_keys *
secure_keys(const struct rrsig_keys *keys, size_t *count)
{
	struct rrsig_keys *secure = memory_new(*count, sizeof(*secure));
	size_t i, kept = 0;

	for (i = 0; i < *count; i++) {
		if (answer_is_secure(keys[i].dnskey))
			secure[kept++] = keys[i];
	}
	*count = kept;
	return secure;
}

void
rrsig_settle(struct answer *answer, const struct rrsig_keys *keys,
    size_t count, time_t now, size_t *checks)
{
	const size_t most = *checks < RRSIG_CHECKS_MAX ? *checks :
	    RRSIG_CHECKS_MAX;
	struct checking checking = { .now = now, .left = most };
	struct wire_sections sections;
	struct rrsig_keys *secure;
	size_t i;

	if (!answer->ambiguous || answer->dnssec != DNSSEC_SECURE || most == 0)
		return;
	secure = secure_keys(keys, &count);
	checking.keys = secure;
	checking.key_count = count;
	if (read_origin(&sections, answer)) {
		signers_clear(answer);
		for (i = 0; i < answer->period_count; i++)
			settle_period(answer, &answer->periods[i], &sections,
			    &checking);
		signers_settle(answer);
		validity_settle(answer, now);
		/* Once is enough: with these keys nothing else comes of it. */
		answer->ambiguous = false;
	}
	*checks -= most - checking.left;
	wire_sections_clear(&sections);
	free(secure);
}
