#include "resolver/nsec.h"

#include <stdbool.h>
#include <ldns/ldns.h>
#include <stdlib.h>

/* Records of a section that are looked at: a proof has few. */
#define RECORDS_MAX	128

/* An NSEC record, taken apart. All borrowed. */
struct nsec {
	const ldns_rdf	*owner;
	const ldns_rdf	*next;
	const ldns_rdf	*types;		/* the bitmap */
};

static size_t
record_count(const ldns_rr_list *list)
{
	const size_t count = ldns_rr_list_rr_count(list);

	return count < RECORDS_MAX ? count : RECORDS_MAX;
}

/* The I-th record, if that is an NSEC record. */
static bool
read_nsec(struct nsec *nsec, const ldns_rr_list *list, size_t i)
{
	const ldns_rr *record = ldns_rr_list_rr(list, i);

	if (ldns_rr_get_type(record) != LDNS_RR_TYPE_NSEC ||
	    ldns_rr_get_class(record) != LDNS_RR_CLASS_IN)
		return false;
	nsec->owner = ldns_rr_owner(record);
	nsec->next = ldns_rr_rdf(record, 0);
	nsec->types = ldns_rr_rdf(record, 1);
	return nsec->next != NULL && nsec->types != NULL;
}

static bool
has_type(const struct nsec *nsec, ldns_rr_type type)
{
	return ldns_nsec_bitmap_covers_type(nsec->types, type);
}

static bool
is_delegation(const struct nsec *nsec)
{
	return has_type(nsec, LDNS_RR_TYPE_NS) &&
	    !has_type(nsec, LDNS_RR_TYPE_SOA);
}

static bool
is_same(const ldns_rdf *a, const ldns_rdf *b)
{
	return ldns_dname_compare(a, b) == 0;
}

static bool
is_below(const ldns_rdf *name, const ldns_rdf *top)
{
	return ldns_dname_is_subdomain(name, top);
}

/*
 * Whether NAME is between owner and next name. What is below a delegation, or a
 * DNAME, is not for the zone above to deny (RFC 6840 4.1).
 */
static bool
covers(const struct nsec *nsec, const ldns_rdf *name)
{
	if (is_below(name, nsec->owner) && (is_delegation(nsec) ||
	    has_type(nsec, LDNS_RR_TYPE_DNAME)))
		return false;
	if (ldns_dname_compare(nsec->owner, name) >= 0)
		return false;
	if (ldns_dname_compare(nsec->owner, nsec->next) < 0)
		return ldns_dname_compare(name, nsec->next) < 0;
	/* The last one: the next is the apex. */
	return is_below(name, nsec->next);
}

static bool
any_covers(const ldns_rr_list *list, const ldns_rdf *name)
{
	struct nsec nsec;
	size_t i;

	for (i = 0; i < record_count(list); i++) {
		if (read_nsec(&nsec, list, i) && covers(&nsec, name))
			return true;
	}
	return false;
}

/* How many labels at the end two names share. */
static size_t
shared_labels(const ldns_rdf *a, const ldns_rdf *b)
{
	const size_t of_a = ldns_dname_label_count(a);
	const size_t of_b = ldns_dname_label_count(b);
	ldns_rdf *left, *right;
	size_t shared = 0;
	bool same = true;

	while (same && shared < of_a && shared < of_b) {
		left = ldns_dname_label(a, (uint8_t)(of_a - shared - 1));
		right = ldns_dname_label(b, (uint8_t)(of_b - shared - 1));
		same = is_same(left, right);
		shared += same;
		ldns_rdf_deep_free(left);
		ldns_rdf_deep_free(right);
	}
	return shared;
}

/* The labels of the nearest name above NAME that exists, as NSEC shows. */
static size_t
encloser_labels(const struct nsec *nsec, const ldns_rdf *name)
{
	const size_t of_owner = shared_labels(nsec->owner, name);
	const size_t of_next = shared_labels(nsec->next, name);

	return of_owner > of_next ? of_owner : of_next;
}

/* "*" below the last LABELS labels of NAME. Owned; NULL: it is too long. */
static ldns_rdf *
wildcard_of(const ldns_rdf *name, size_t labels)
{
	ldns_rdf *top = ldns_dname_clone_from(name,
	    (uint16_t)(ldns_dname_label_count(name) - labels));
	ldns_rdf *wildcard = ldns_dname_new_frm_str("*");

	if (top == NULL)
		top = ldns_dname_new_frm_str(".");
	if (ldns_dname_cat(wildcard, top) != LDNS_STATUS_OK) {
		ldns_rdf_deep_free(wildcard);
		wildcard = NULL;
	}
	ldns_rdf_deep_free(top);
	return wildcard;
}

/*
 * Whether the record of a name that exists, NSEC's owner, says that it has no
 * TYPE. At a delegation the parent has DS, and the child all else (RFC 4035
 * 5.2, RFC 6840 4.4).
 */
static bool
lacks_type(const struct nsec *nsec, ldns_rr_type type)
{
	const bool at_root = ldns_dname_label_count(nsec->owner) == 0;

	if (type == LDNS_RR_TYPE_DS ? has_type(nsec, LDNS_RR_TYPE_SOA) &&
	    !at_root : is_delegation(nsec))
		return false;
	return !has_type(nsec, type) && !has_type(nsec, LDNS_RR_TYPE_CNAME);
}

/* Whether the wildcard for a name that NSEC covers exists, without TYPE. */
static bool
wildcard_lacks_type(const ldns_rr_list *list, const struct nsec *covering,
    const ldns_rdf *name, ldns_rr_type type)
{
	ldns_rdf *wildcard = wildcard_of(name,
	    encloser_labels(covering, name));
	bool lacks = false;
	struct nsec nsec;
	size_t i;

	for (i = 0; wildcard != NULL && i < record_count(list); i++) {
		if (read_nsec(&nsec, list, i) &&
		    is_same(nsec.owner, wildcard) && lacks_type(&nsec, type))
			lacks = true;
	}
	ldns_rdf_deep_free(wildcard);
	return lacks;
}

bool
nsec_proves_no_data(const ldns_rr_list *list, const ldns_rdf *name,
    uint16_t type)
{
	struct nsec nsec;
	size_t i;

	for (i = 0; i < record_count(list); i++) {
		if (!read_nsec(&nsec, list, i))
			continue;
		if (is_same(nsec.owner, name) &&
		    lacks_type(&nsec, (ldns_rr_type)type))
			return true;
		/* An empty non-terminal (RFC 4592 2.2.2), or a wildcard's. */
		if (covers(&nsec, name) && (is_below(nsec.next, name) ||
		    wildcard_lacks_type(list, &nsec, name,
		    (ldns_rr_type)type)))
			return true;
	}
	return false;
}

bool
nsec_says_no_name(const ldns_rr_list *list, const ldns_rdf *name)
{
	struct nsec nsec;
	size_t i;

	for (i = 0; i < record_count(list); i++) {
		if (read_nsec(&nsec, list, i) && is_same(nsec.owner, name) &&
		    has_type(&nsec, (ldns_rr_type)NSEC_TYPE_NXNAME))
			return true;
	}
	return false;
}

bool
nsec_proves_no_name(const ldns_rr_list *list, const ldns_rdf *name)
{
	ldns_rdf *wildcard;
	struct nsec nsec;
	bool proved = false;
	size_t i;

	for (i = 0; i < record_count(list) && !proved; i++) {
		if (!read_nsec(&nsec, list, i) || !covers(&nsec, name) ||
		    is_below(nsec.next, name))
			continue;
		wildcard = wildcard_of(name, encloser_labels(&nsec, name));
		proved = wildcard != NULL && any_covers(list, wildcard);
		ldns_rdf_deep_free(wildcard);
	}
	return proved || nsec_says_no_name(list, name);
}

bool
nsec_proves_wildcard(const ldns_rr_list *list, const ldns_rdf *name,
    size_t labels)
{
	struct nsec nsec;
	size_t i;

	for (i = 0; i < record_count(list); i++) {
		if (read_nsec(&nsec, list, i) && covers(&nsec, name) &&
		    !is_below(nsec.next, name) &&
		    encloser_labels(&nsec, name) == labels)
			return true;
	}
	return false;
}
