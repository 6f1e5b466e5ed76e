#include "checker/judge/placement.h"

#include <stdlib.h>
#include <string.h>

#include "checker/judge/trust_fault.h"
#include "resolver/memory.h"
#include "resolver/name.h"

/* RRsets that one advice says to publish first. */
#define HIDDEN_MAX	16

/*
 * Whether a record that is added at the end of the answer would count: that of
 * which DANE makes use would be secure (RFC 7672 2.2).
 */
static bool
would_count(const struct evidence *evidence, const struct answer *answer)
{
	struct trust_fault fault;
	bool secure;

	if (answer->dnssec != DNSSEC_INSECURE || answer->type != DNS_TLSA)
		return true;
	fault = trust_fault_find(evidence, answer);
	/* An absence under opt-out is not secure; what is there would be. */
	secure = fault.at == ZONE_OPT_OUT ||
	    (fault.zone == NULL && answer->opt_out);
	trust_fault_clear(&fault);
	return secure;
}

/* Whether the first alias is a record of its own, in a signed zone. */
static bool
can_be_replaced(const struct answer *answer)
{
	return answer->aliased && answer->dname == NULL &&
	    answer_period_of(answer, answer->owner, DNS_CNAME) != NULL;
}

/* Where the records of the answer are. */
static struct placement
place_of_records(const struct answer *answer)
{
	const struct answer_period *rrset = answer_period_of(answer,
	    answer->expanded, answer->type);
	struct placement placement = { PLACEMENT_OWNER, NULL };

	if (rrset != NULL)
		placement.owner = answer_wildcard(rrset);
	if (answer->aliased)
		placement.kind = PLACEMENT_ALIAS_END;
	else if (placement.owner != NULL)
		placement.kind = PLACEMENT_WILDCARD;
	if (placement.owner == NULL)
		placement.owner = memory_string(answer->expanded);
	return placement;
}

struct placement
placement_find(const struct evidence *evidence, const struct answer *answer)
{
	struct placement placement = { PLACEMENT_NOWHERE, NULL };

	if (answer_has_records(answer))
		return place_of_records(answer);
	if (!answer_is_absent(answer))
		return placement;
	if (would_count(evidence, answer)) {
		placement.kind = answer->aliased ? PLACEMENT_ALIAS_END :
		    PLACEMENT_OWNER;
		placement.owner = memory_string(answer->expanded);
	} else if (can_be_replaced(answer)) {
		placement.kind = PLACEMENT_NOT_ALIAS;
		placement.owner = memory_string(answer->owner);
	}
	return placement;
}

void
placement_clear(struct placement *placement)
{
	free(placement->owner);
	*placement = (struct placement){ PLACEMENT_NOWHERE, NULL };
}

/* How many labels at their ends two names share. */
static size_t
shared_labels(const char *a, const char *b)
{
	const char *above = b;
	size_t labels = name_label_count(b);

	for (; labels > 0 && !name_is_at_or_below(a, above); labels--)
		above = name_parent(above);
	return labels;
}

/* Whether it comes from a wildcard that it would not if OWNER was there. */
static bool
is_hidden(const struct answer_period *rrset, const char *owner)
{
	return rrset->labels > 0 &&
	    rrset->labels < name_label_count(rrset->owner) &&
	    !name_equal(rrset->owner, owner) &&
	    shared_labels(rrset->owner, owner) > rrset->labels;
}

/* The data of an address or MX record. Owned; NULL: of another type. */
static char *
data_text(enum dns_type type, const struct answer_record *record)
{
	struct address address;

	if (type == DNS_MX && record->name != NULL)
		return memory_format("%u %s%s", record->preference,
		    record->name, strcmp(record->name, ".") == 0 ? "" : ".");
	if ((type == DNS_A || type == DNS_AAAA) && address_from_octets(
	    &address, record->data, record->size, 0))
		return address_text(&address);
	return NULL;
}

static void
add_record(struct advice_list *advice, const struct advice_rrset *rrset,
    enum dns_type type, char *data)
{
	if (data != NULL)
		advice_add_publish_data(advice, rrset, type, data);
	free(data);
}

/* Advises to publish at its name what the answer has of the RRset. */
static void
add_rrset(struct advice_list *advice, const struct answer *answer,
    const struct answer_period *hidden)
{
	const struct advice_rrset rrset = { hidden->owner,
		answer_source_ttl(answer) };
	struct tlsa_set tlsa = { NULL, 0 };
	size_t i;

	if (hidden->type == DNS_CNAME) {
		if (answer->target != NULL &&
		    name_equal(hidden->owner, answer->owner))
			add_record(advice, &rrset, DNS_CNAME,
			    memory_format("%s.", answer->target));
		return;
	}
	if (hidden->type != answer->type ||
	    !name_equal(hidden->owner, answer->expanded))
		return;
	for (i = 0; i < answer->count && answer->type != DNS_TLSA; i++)
		add_record(advice, &rrset, answer->type,
		    data_text(answer->type, &answer->records[i]));
	if (answer->type == DNS_TLSA)
		tlsa_set_init(&tlsa, answer);
	for (i = 0; i < tlsa.count; i++)
		advice_add_publish(advice, &rrset, &tlsa.records[i]);
	tlsa_set_clear(&tlsa);
}

/* What has been found to be hidden. */
struct hidden {
	struct advice_list	*advice;	/* borrowed */
	const char		*owner;		/* borrowed; that hides it */
	const char		*name;		/* borrowed; the last that was
						 * written about */
	size_t			 count;
};

static void
add_reason(struct advice_list *advice, const struct answer_period *rrset)
{
	char *wildcard = answer_wildcard(rrset);
	char *text = name_in_zone(wildcard);

	advice_add_text(advice, "first publish at %s itself what it has from "
	    "%s, which a new name there or below it hides (RFC 4592 2.2.1):",
	    rrset->owner, text);
	free(text);
	free(wildcard);
}

static void
add_hidden(struct hidden *hidden, const struct answer *answer)
{
	const struct answer_period *rrset;
	size_t i;

	for (i = 0; answer != NULL && i < answer->period_count; i++) {
		rrset = &answer->periods[i];
		if (hidden->count == HIDDEN_MAX ||
		    rrset->type == DNS_NSEC || rrset->type == DNS_NSEC3 ||
		    !is_hidden(rrset, hidden->owner))
			continue;
		hidden->count++;
		if (hidden->name == NULL ||
		    !name_equal(hidden->name, rrset->owner))
			add_reason(hidden->advice, rrset);
		hidden->name = rrset->owner;
		add_rrset(hidden->advice, answer, rrset);
	}
}

void
placement_add_hidden(struct advice_list *advice,
    const struct evidence *evidence, const char *owner)
{
	struct hidden hidden = { advice, owner, NULL, 0 };
	const struct host_evidence *host;
	size_t i, base;

	add_hidden(&hidden, evidence->mx);
	for (i = 0; i < evidence->host_count; i++) {
		host = &evidence->hosts[i];
		add_hidden(&hidden, host->a);
		add_hidden(&hidden, host->aaaa);
		add_hidden(&hidden, host->cname);
		for (base = 0; base < EVIDENCE_BASES; base++)
			add_hidden(&hidden, host->tlsa[base]);
	}
	add_hidden(&hidden, evidence->tlsrpt);
}

/* The zone that the answer about the end of the alias comes from, or NULL. */
static const char *
zone_of_end(const struct answer *answer)
{
	const struct answer_period *rrset = answer_period_of(answer,
	    answer->expanded, answer->type);
	size_t i;

	if (rrset != NULL)
		return rrset->zone;
	for (i = 0; i < answer->period_count; i++) {
		rrset = &answer->periods[i];
		if (rrset->type == DNS_SOA &&
		    name_is_at_or_below(answer->expanded, rrset->owner))
			return rrset->zone;
	}
	return NULL;
}

/* That in which the alias is. */
static const char *
zone_of_alias(const struct answer *answer)
{
	const struct answer_period *rrset = answer->dname != NULL ?
	    answer_period_of(answer, answer->dname, DNS_DNAME) :
	    answer_period_of(answer, answer->owner, DNS_CNAME);

	return rrset != NULL ? rrset->zone : NULL;
}

static void
add_end(struct advice_list *advice, const struct answer *answer)
{
	const char *alias = zone_of_alias(answer);
	const char *end = zone_of_end(answer);

	if (end != NULL && (alias == NULL || !name_equal(alias, end)))
		advice_add_text(advice, "%s is an alias, and its end in "
		    "another zone, that of %s: if it is not yours, have those "
		    "who run it publish there, or give up the alias",
		    answer->owner, end);
	else
		advice_add_text(advice, "%s is an alias: what is published "
		    "for it belongs at its end", answer->owner);
}

/* The alias, as a record of its own that can be removed. */
static void
add_removal(struct advice_list *advice, const struct answer *answer)
{
	const struct answer_period *rrset = answer_period_of(answer,
	    answer->owner, DNS_CNAME);
	const struct advice_rrset alias = { answer->owner,
		answer_source_ttl(answer) };
	char *wildcard = answer_wildcard(rrset), *data;

	advice_add_text(advice, "%s is an alias that ends in no signed zone: "
	    "publish in its place", answer->owner);
	if (wildcard == NULL && answer->target != NULL) {
		data = memory_format("%s.", answer->target);
		advice_add_remove_data(advice, &alias, DNS_CNAME, data);
		free(data);
	}
	free(wildcard);
}

void
placement_add_alias(struct advice_list *advice,
    const struct evidence *evidence, const struct answer *answer)
{
	struct placement placement = placement_find(evidence, answer);

	if (placement.kind == PLACEMENT_ALIAS_END)
		add_end(advice, answer);
	else if (placement.kind == PLACEMENT_NOT_ALIAS)
		add_removal(advice, answer);
	placement_clear(&placement);
}
