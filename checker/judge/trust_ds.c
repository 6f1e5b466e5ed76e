#include "checker/judge/trust_ds.h"

#include <stdlib.h>
#include <string.h>

#include "checker/judge/trust_heard.h"
#include "resolver/algorithm.h"
#include "resolver/dnskey.h"
#include "resolver/ds.h"
#include "resolver/rrsig.h"

/* What DS records are tried with, and where they go. All borrowed. */
struct trial {
	struct advice_list		*list;
	const struct zone_evidence	*zone;
	const struct answer		*dnskey;
	bool				 without_sha1;	/* nor signatures */
};

/* SHA-1 is no digest for new DS records (RFC 8624 3.3). */
static bool
is_fit_to_publish(const struct trial *trial, const struct dns_ds *ds)
{
	return algorithm_is_known(ds->algorithm) &&
	    ds_digest_is_known(ds->digest_type) &&
	    ds->digest_type != DS_SHA1 &&
	    !(trial->without_sha1 && algorithm_is_sha1(ds->algorithm));
}

/* Would the zone's keys be secure if DS were its DS record? */
static bool
would_validate(const struct trial *trial, struct answer_record *ds)
{
	const struct answer *dnskey = trial->dnskey;
	const struct answer only = {
		.owner = trial->zone->name,
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
	    !is_fit_to_publish(trial, &read))
		return false;
	result = rrsig_check(dnskey, trial->zone->name, DNS_DNSKEY, &keys,
	    dnskey->origin->now);
	good = result.fault == RRSIG_GOOD;
	rrsig_result_clear(&result);
	return good;
}

/* A validator that does not know its algorithm gains nothing by it. */
static bool
is_published(const struct trial *trial, const struct answer_record *ds)
{
	const struct answer *published = trial->zone->ds;
	size_t i;

	for (i = 0; published != NULL && i < published->count; i++) {
		if (published->records[i].size == ds->size &&
		    memcmp(published->records[i].data, ds->data,
		    ds->size) == 0)
			return true;
	}
	return false;
}

/* True: it would, and is advised. */
static bool
advise_tried(const struct trial *trial, struct answer_record *ds)
{
	const struct advice_rrset rrset = { trial->zone->name, ADVICE_TTL };
	char *data;

	if (is_published(trial, ds) || !would_validate(trial, ds))
		return false;
	data = ds_text(ds);
	advice_add_publish_data(trial->list, &rrset, DNS_DS, data);
	free(data);
	return true;
}

/* What the zone itself asks its parent to publish (RFC 7344). */
static bool
advise_cds(const struct trial *trial)
{
	const struct answer *cds = trial->zone->cds;
	bool any = false;
	size_t i;

	for (i = 0; cds != NULL && i < cds->count; i++)
		any |= advise_tried(trial, &cds->records[i]);
	return any;
}

/* Of its keys, those with the SEP flag (RFC 4034 2.1.1), or else of any. */
static bool
advise_keys(const struct trial *trial, bool sep)
{
	const struct answer *dnskey = trial->dnskey;
	struct answer_record ds;
	struct dns_key key;
	bool any = false;
	size_t i;

	for (i = 0; i < dnskey->count; i++) {
		if (!dnskey_read(&dnskey->records[i], &key) ||
		    ((key.flags & DNSKEY_SEP) != 0) != sep ||
		    (key.flags & DNSKEY_REVOKED) != 0 ||
		    !ds_make(&ds, trial->zone->name, &dnskey->records[i],
		    DS_SHA256))
			continue;
		any |= advise_tried(trial, &ds);
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

/* Adds the records that would do. False: there are none. */
static bool
advise_any(const struct trial *trial)
{
	if (!advise_cds(trial) && !advise_keys(trial, true) &&
	    !advise_keys(trial, false))
		return false;
	if (trial->dnskey->dnssec != DNSSEC_SECURE)
		advice_add_text(trial->list, "compare it with what your signer "
		    "shows: the keys came over DNS that is not validated");
	return true;
}

/* The zone's keys, whether they validate or not. Borrowed; NULL: none. */
static const struct answer *
keys_of(const struct zone_evidence *zone)
{
	return answer_has_records(zone->dnskey) ? zone->dnskey :
	    trust_heard_records(zone, zone->name, DNS_DNSKEY);
}

void
trust_ds_advise(struct advice_list *list, const struct zone_evidence *zone,
    enum zone_break at)
{
	const struct trial trial = { list, zone, keys_of(zone), false };

	if (trial.dnskey == NULL || (at != ZONE_DS_MISSING &&
	    at != ZONE_DS_MISMATCH && at != ZONE_DS_UNSUPPORTED))
		return;
	if (advise_any(&trial) && at == ZONE_DS_MISMATCH)
		advise_removal(list, zone, trial.dnskey);
}

void
trust_ds_advise_without_sha1(struct advice_list *list,
    const struct zone_evidence *zone)
{
	const struct trial trial = { list, zone, keys_of(zone), true };

	if (trial.dnskey != NULL)
		advise_any(&trial);
}
