/*
 * The chains of trust in the JSON report.
 */
#include "checker/evidence/zone_facts.h"
#include "checker/report/json_put.h"
#include "checker/report/report_json.h"
#include "resolver/dnskey.h"
#include "resolver/ds.h"
#include "resolver/text.h"

static void
put_ds(struct json_put *json, const struct answer *answer)
{
	struct dns_ds ds;
	size_t i;

	json_put_array(json, "ds");
	for (i = 0; answer != NULL && i < answer->count; i++) {
		if (!ds_read(&answer->records[i], &ds))
			continue;
		json_put_object(json, NULL);
		json_put_number(json, "key_tag", ds.key_tag);
		json_put_number(json, "algorithm", ds.algorithm);
		json_put_number(json, "digest_type", ds.digest_type);
		json_put_owned(json, "digest", text_hex(ds.digest, ds.size));
		json_put_object_end(json);
	}
	json_put_array_end(json);
}

static void
put_keys(struct json_put *json, const struct answer *answer)
{
	struct dns_key key;
	size_t i;

	json_put_array(json, "dnskeys");
	for (i = 0; answer != NULL && i < answer->count; i++) {
		if (!dnskey_read(&answer->records[i], &key))
			continue;
		json_put_object(json, NULL);
		json_put_number(json, "key_tag", key.key_tag);
		json_put_number(json, "algorithm", key.algorithm);
		json_put_number(json, "flags", key.flags);
		json_put_object_end(json);
	}
	json_put_array_end(json);
}

/* null: none was seen. */
static void
put_denial(struct json_put *json, const struct evidence *evidence,
    const struct zone_evidence *zone)
{
	struct zone_denial denial;

	if (!zone_facts_denial(evidence, zone, &denial)) {
		json_put_text(json, "denial", NULL);
		return;
	}
	json_put_object(json, "denial");
	json_put_text(json, "type", denial.by == ANSWER_DENIES_BY_NSEC3 ?
	    "nsec3" : "nsec");
	json_put_number(json, "iterations", denial.iterations);
	json_put_flag(json, "opt_out", denial.opt_out);
	json_put_object_end(json);
}

/* null: no signature is known that counts, or it is the root. */
static void
put_life(struct json_put *json, const struct evidence *evidence,
    const struct zone_evidence *zone)
{
	struct zone_life life;

	if (!zone_facts_life(zone, evidence_as_of(evidence), &life)) {
		json_put_text(json, "signed_from", NULL);
		json_put_text(json, "signed_until", NULL);
		json_put_text(json, "life_left_percent", NULL);
		return;
	}
	json_put_owned(json, "signed_from", text_time(life.from));
	json_put_owned(json, "signed_until", text_time(life.until));
	json_put_number(json, "life_left_percent", life.percent);
}

static void
put_zone(struct json_put *json, const struct evidence *evidence,
    const struct zone_evidence *zone)
{
	json_put_object(json, NULL);
	json_put_text(json, "name", zone->name);
	json_put_text(json, "parent", zone->parent);
	json_put_text(json, "dnssec", dnssec_status_name(zone->judged.dnssec));
	json_put_text(json, "why", zone->judged.why);
	put_ds(json, zone->ds);
	put_keys(json, zone->dnskey);
	put_denial(json, evidence, zone);
	put_life(json, evidence, zone);
	json_put_object_end(json);
}

void
report_json_zones(struct json_put *json, const struct evidence *evidence)
{
	size_t i;

	json_put_array(json, "zones");
	for (i = 0; i < evidence->zone_count; i++)
		put_zone(json, evidence, &evidence->zones[i]);
	json_put_array_end(json);
}
