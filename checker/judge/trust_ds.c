#include "checker/judge/trust_ds.h"

#include <stdlib.h>

#include "checker/judge/trust_heard.h"
#include "resolver/algorithm.h"
#include "resolver/dnskey.h"
#include "resolver/ds.h"
#include "resolver/rrsig.h"

/* Would the zone's keys be secure if DS were its DS record? */
static bool
would_validate(const struct zone_evidence *zone, const struct answer *dnskey,
    struct answer_record *ds)
{
	const struct answer only = {
		.owner = zone->name,
		.type = DNS_DS,
		.kind = ANSWER_RECORDS,
		.records = ds,
		.count = 1,
	};
	const struct rrsig_keys keys = { dnskey, &only };
	struct rrsig_result result;
	struct dns_ds read;
	bool good;

	if (dnskey->origin == NULL || !ds_read(ds, &read) ||
	    !algorithm_is_known(read.algorithm) ||
	    !ds_digest_is_known(read.digest_type))
		return false;
	result = rrsig_check(dnskey, zone->name, DNS_DNSKEY, &keys,
	    dnskey->origin->now);
	good = result.fault == RRSIG_GOOD;
	rrsig_result_clear(&result);
	return good;
}

/* True: it would, and is advised. */
static bool
advise_tried(struct advice_list *list, const struct zone_evidence *zone,
    const struct answer *dnskey, struct answer_record *ds)
{
	const struct advice_rrset rrset = { zone->name, ADVICE_TTL };
	char *data;

	if (!would_validate(zone, dnskey, ds))
		return false;
	data = ds_text(ds);
	advice_add_publish_data(list, &rrset, DNS_DS, data);
	free(data);
	return true;
}

/* What the zone itself asks its parent to publish (RFC 7344). */
static bool
advise_cds(struct advice_list *list, const struct zone_evidence *zone,
    const struct answer *dnskey)
{
	bool any = false;
	size_t i;

	for (i = 0; zone->cds != NULL && i < zone->cds->count; i++)
		any |= advise_tried(list, zone, dnskey,
		    &zone->cds->records[i]);
	return any;
}

/* Of its keys, those with the SEP flag (RFC 4034 2.1.1), or else of any. */
static bool
advise_keys(struct advice_list *list, const struct zone_evidence *zone,
    const struct answer *dnskey, bool sep)
{
	struct answer_record ds;
	struct dns_key key;
	bool any = false;
	size_t i;

	for (i = 0; i < dnskey->count; i++) {
		if (!dnskey_read(&dnskey->records[i], &key) ||
		    ((key.flags & DNSKEY_SEP) != 0) != sep ||
		    (key.flags & DNSKEY_REVOKED) != 0 ||
		    !ds_make(&ds, zone->name, &dnskey->records[i], DS_SHA256))
			continue;
		any |= advise_tried(list, zone, dnskey, &ds);
		free(ds.data);
	}
	return any;
}

/* Those that fit no key. */
static void
advise_removal(struct advice_list *list, const struct zone_evidence *zone,
    const struct answer *dnskey)
{
	const struct advice_rrset rrset = { zone->name,
		answer_source_ttl(zone->ds) };
	bool fits;
	char *data;
	size_t i, j;

	for (i = 0; i < zone->ds->count; i++) {
		fits = false;
		for (j = 0; j < dnskey->count; j++)
			fits |= ds_fits_key(&zone->ds->records[i], zone->name,
			    &dnskey->records[j]);
		data = fits ? NULL : ds_text(&zone->ds->records[i]);
		if (data != NULL)
			advice_add_remove_data(list, &rrset, DNS_DS, data);
		free(data);
	}
}

void
trust_ds_advise(struct advice_list *list, const struct zone_evidence *zone,
    enum zone_break at)
{
	const struct answer *dnskey = answer_has_records(zone->dnskey) ?
	    zone->dnskey : trust_heard_records(zone, zone->name, DNS_DNSKEY);
	bool any;

	if (dnskey == NULL || (at != ZONE_DS_MISSING &&
	    at != ZONE_DS_MISMATCH && at != ZONE_DS_UNSUPPORTED))
		return;
	any = advise_cds(list, zone, dnskey) ||
	    advise_keys(list, zone, dnskey, true) ||
	    advise_keys(list, zone, dnskey, false);
	if (any && dnskey->dnssec != DNSSEC_SECURE)
		advice_add_text(list, "compare it with what your signer "
		    "shows: the keys came over DNS that is not validated");
	if (any && at == ZONE_DS_MISMATCH)
		advise_removal(list, zone, dnskey);
}
