#include "resolver/denial.h"

#include <stdbool.h>
#include <ldns/ldns.h>

#include "resolver/answer.h"
#include "resolver/nsec.h"
#include "resolver/nsec3.h"
#include "resolver/wire.h"

/* Signatures from wildcards that are looked at: there may be some aliases. */
#define WILDCARDS_MAX	64

static bool
has_type(const ldns_rr_list *list, ldns_rr_type type)
{
	size_t i;

	for (i = 0; i < ldns_rr_list_rr_count(list); i++) {
		if (ldns_rr_get_type(ldns_rr_list_rr(list, i)) == type)
			return true;
	}
	return false;
}

/* What is to be proved. */
struct claim {
	const ldns_rr_list	*proofs;	/* borrowed */
	struct nsec3_set	 nsec3;
	bool			 hashed;	/* there are NSEC3 records that
						 * can be used */
};

static bool
proves_absence(const struct claim *claim, const struct answer *answer,
    const ldns_rdf *name)
{
	if (answer->kind == ANSWER_NO_NAME)
		return nsec_proves_no_name(claim->proofs, name) ||
		    (claim->hashed &&
		    nsec3_proves_no_name(&claim->nsec3, name));
	return nsec_proves_no_data(claim->proofs, name,
	    (uint16_t)answer->type) || (claim->hashed &&
	    nsec3_proves_no_data(&claim->nsec3, name, (uint16_t)answer->type));
}

/* The labels of the wildcard that RECORD, a signature, is of. */
static bool
is_of_wildcard(const ldns_rr *record, size_t *labels)
{
	const ldns_rdf *signed_labels =
	    ldns_rr_get_type(record) == LDNS_RR_TYPE_RRSIG ?
	    ldns_rr_rrsig_labels(record) : NULL;

	if (signed_labels == NULL)
		return false;
	*labels = ldns_rdf2native_int8(signed_labels);
	return *labels < ldns_dname_label_count(ldns_rr_owner(record));
}

/*
 * Of all wildcards that records in the answer come from. *ANY is set if there
 * are some.
 */
static bool
proves_wildcards(const struct claim *claim, const ldns_rr_list *records,
    bool *any)
{
	const ldns_rdf *name;
	size_t i, labels, looked_at = 0;

	for (i = 0; i < ldns_rr_list_rr_count(records); i++) {
		if (!is_of_wildcard(ldns_rr_list_rr(records, i), &labels) ||
		    looked_at++ >= WILDCARDS_MAX)
			continue;
		*any = true;
		name = ldns_rr_owner(ldns_rr_list_rr(records, i));
		if (!nsec_proves_wildcard(claim->proofs, name, labels) &&
		    !(claim->hashed &&
		    nsec3_proves_wildcard(&claim->nsec3, name, labels)))
			return false;
	}
	return true;
}

static enum denial_fault
check(const struct answer *answer, const struct wire_sections *sections,
    const ldns_rdf *name)
{
	struct claim claim = { .proofs = sections->authority };
	const bool nsec = has_type(claim.proofs, LDNS_RR_TYPE_NSEC);
	const bool nsec3 = has_type(claim.proofs, LDNS_RR_TYPE_NSEC3);
	bool any = answer_is_absent(answer), proved;
	enum denial_fault fault = DENIAL_GOOD;

	claim.hashed = nsec3_set_init(&claim.nsec3, claim.proofs);
	proved = !any || proves_absence(&claim, answer, name);
	proved = proves_wildcards(&claim, sections->answer, &any) && proved;
	nsec3_set_clear(&claim.nsec3);
	if (!any || (nsec3 && !claim.hashed))
		fault = DENIAL_UNCHECKED;
	else if (!nsec && !nsec3)
		fault = DENIAL_MISSING;
	else if (!proved)
		fault = DENIAL_WRONG;
	return fault;
}

enum denial_fault
denial_check(const struct answer *answer)
{
	const struct answer_origin *origin = answer->origin;
	enum denial_fault fault = DENIAL_UNCHECKED;
	struct wire_sections sections;
	ldns_rdf *name;

	if (origin == NULL || origin->packet == NULL)
		return DENIAL_UNCHECKED;
	name = ldns_dname_new_frm_str(answer->expanded);
	if (wire_sections_init(&sections, origin->packet, origin->size) &&
	    name != NULL)
		fault = check(answer, &sections, name);
	wire_sections_clear(&sections);
	ldns_rdf_deep_free(name);
	return fault;
}
