#include "checker/judge/compare.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "checker/evidence/evidence.h"
#include "checker/evidence/host_dns.h"
#include "checker/judge/change_list.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/text.h"

/* How a run came to what servers present. */
enum way {
	WAY_SERVERS,		/* by asking them */
	WAY_DNS_ONLY,		/* it did not */
	WAY_CHAIN,		/* it took them to present a file */
};

/* Where the comparison is. All pointers are borrowed. */
struct comparing {
	const struct evidence	*before;
	const struct evidence	*after;
	bool			 same_way;	/* verdicts can be compared */
	bool			 servers;	/* handshakes can */
	struct change_list	 changes;
	struct finding_place	 place;		/* at hand */
};

/* Values of one run as text: a set, once it is settled. */
struct values {
	char	**items;	/* owned, as are its elements */
	size_t	 count;
	bool	 whole;		/* there are no more that were not seen */
};

/* --- sets of values */

/* Takes ownership of TEXT. */
static void
values_add(struct values *values, char *text)
{
	values->items = memory_grow(values->items, values->count,
	    sizeof(*values->items));
	values->items[values->count++] = text;
}

static void
values_clear(struct values *values)
{
	size_t i;

	for (i = 0; i < values->count; i++)
		free(values->items[i]);
	free(values->items);
}

static int
by_text(const void *left, const void *right)
{
	const char *const *a = left, *const *b = right;

	return strcmp(*a, *b);
}

/* Sorts them, each once. */
static void
values_settle(struct values *values)
{
	size_t i, count = 0;

	if (values->count == 0)
		return;
	qsort(values->items, values->count, sizeof(*values->items), by_text);
	for (i = 0; i < values->count; i++) {
		if (count > 0 && strcmp(values->items[count - 1],
		    values->items[i]) == 0)
			free(values->items[i]);
		else
			values->items[count++] = values->items[i];
	}
	values->count = count;
}

/* Those of SET, which is settled, that are not in OTHER. Of borrowed. */
static struct values
values_beyond(const struct values *set, const struct values *other)
{
	struct values beyond = { NULL, 0, true };
	size_t i, j = 0;
	int order;

	for (i = 0; i < set->count; i++) {
		order = 1;
		while (j < other->count && (order = strcmp(other->items[j],
		    set->items[i])) < 0)
			j++;
		if (j == other->count || order != 0)
			values_add(&beyond, set->items[i]);
	}
	return beyond;
}

/* --- changes at the place at hand */

static void
add(struct comparing *state, enum change_kind what, const char *before,
    const char *after)
{
	change_list_add(&state->changes, what, &state->place,
	    memory_string(before), memory_string(after));
}

static void
add_if_other(struct comparing *state, enum change_kind what,
    const char *before, const char *after)
{
	if (strcmp(before, after) != 0)
		add(state, what, before, after);
}

/* A value that is new (or else gone); an address is its own place. */
static void
add_value(struct comparing *state, enum change_kind what, const char *value,
    bool is_new)
{
	if (what == CHANGE_ADDRESS)
		(void)address_from_text(&state->place.address, value,
		    state->place.address.port);
	add(state, what, is_new ? NULL : value, is_new ? value : NULL);
}

/*
 * Settles and clears both sets, and adds what is gone or new between them; one
 * that takes the place of one other is a change of both, if they are PAIRED.
 */
static void
compare_values(struct comparing *state, enum change_kind what,
    struct values *before, struct values *after, bool paired)
{
	struct values gone, fresh;
	size_t i;

	values_settle(before);
	values_settle(after);
	gone = values_beyond(before, after);
	fresh = values_beyond(after, before);
	if (paired && before->whole && after->whole && gone.count == 1 &&
	    fresh.count == 1) {
		add(state, what, gone.items[0], fresh.items[0]);
	} else {
		for (i = 0; after->whole && i < gone.count; i++)
			add_value(state, what, gone.items[i], false);
		for (i = 0; before->whole && i < fresh.count; i++)
			add_value(state, what, fresh.items[i], true);
	}
	free(gone.items);
	free(fresh.items);
	values_clear(before);
	values_clear(after);
}

static const char *
verdict_text(enum verdict verdict)
{
	const char *name = verdict_name(verdict);

	return name != NULL ? name : "not counted";
}

/* --- answers */

static bool
is_usable(const struct answer *answer)
{
	return answer != NULL && answer->kind != ANSWER_UNUSABLE;
}

/* "MX secure" and "MX bogus". Without an answer the verdict tells that. */
static void
compare_statuses(struct comparing *state, const char *subject,
    enum dnssec_status before, enum dnssec_status after)
{
	if (before == DNSSEC_FAILED || after == DNSSEC_FAILED ||
	    before == after)
		return;
	change_list_add(&state->changes, CHANGE_DNSSEC, &state->place,
	    memory_format("%s %s", subject, dnssec_status_name(before)),
	    memory_format("%s %s", subject, dnssec_status_name(after)));
}

static void
compare_answer_statuses(struct comparing *state, const char *subject,
    const struct answer *before, const struct answer *after)
{
	if (before != NULL && after != NULL)
		compare_statuses(state, subject, before->dnssec,
		    after->dnssec);
}

static void
add_signers(struct values *values, const struct answer *answer)
{
	const struct answer_signer *signer;
	size_t i;

	if (!is_usable(answer))
		return;
	for (i = 0; i < answer->signer_count; i++) {
		signer = &answer->signers[i];
		values_add(values, memory_format("%s algorithm %u key %u",
		    signer->zone, (unsigned int)signer->algorithm,
		    (unsigned int)signer->key_tag));
	}
	if (answer->signer_count >= ANSWER_SIGNERS_MAX)
		values->whole = false;
}

/*
 * Keys that sign the COUNT answers of an RRset, or of two: all usable in both
 * runs or in none. A zone's key signs many answers but changes once, so this is
 * a change of the domain, wherever it shows.
 */
static void
compare_signers(struct comparing *state, const struct answer *const *before,
    const struct answer *const *after, size_t count)
{
	const struct finding_place place = state->place;
	struct values old = { NULL, 0, true }, new = { NULL, 0, true };
	bool comparable = true;
	size_t i;

	for (i = 0; i < count; i++) {
		comparable &= is_usable(before[i]) == is_usable(after[i]);
		add_signers(&old, before[i]);
		add_signers(&new, after[i]);
	}
	state->place = (struct finding_place){
		.key_type = FINDING_ALL_KEY_TYPES,
	};
	/* A run that did not record them, or did not see any. */
	if (comparable && old.count > 0 && new.count > 0) {
		compare_values(state, CHANGE_DNSSEC, &old, &new, true);
	} else {
		values_clear(&old);
		values_clear(&new);
	}
	state->place = place;
}

/* --- what a server presents */

/* The first handshake of a key type; NULL: there is none. */
static const struct handshake *
find_handshake(const struct endpoint_evidence *endpoint, enum key_type type)
{
	size_t i;

	for (i = 0; i < endpoint->handshake_count; i++) {
		if (endpoint->handshakes[i].seen->key_type == type)
			return endpoint->handshakes[i].seen;
	}
	return NULL;
}

static bool
has_same_key(const struct handshake *a, const struct handshake *b)
{
	return a->chain->count > 0 && b->chain->count > 0 &&
	    memcmp(a->chain->certificates->spki_sha256,
	    b->chain->certificates->spki_sha256, CHAIN_DIGEST) == 0;
}

/*
 * What to compare a handshake with, of those of its key type (--repeat): one
 * with its key and TLS version, or else with its key, or else the first. NULL:
 * there is none.
 */
static const struct handshake *
find_counterpart(const struct endpoint_evidence *endpoint,
    const struct handshake *handshake)
{
	const struct handshake *other, *same_key = NULL;
	size_t i;

	for (i = 0; i < endpoint->handshake_count; i++) {
		other = endpoint->handshakes[i].seen;
		if (other->key_type != handshake->key_type ||
		    !has_same_key(other, handshake))
			continue;
		if (other->version == handshake->version)
			return other;
		if (same_key == NULL)
			same_key = other;
	}
	return same_key != NULL ? same_key :
	    find_handshake(endpoint, handshake->key_type);
}

/* An earlier report has names as text only, which may differ all the same. */
static bool
have_same_issuer(const struct certificate *old, const struct certificate *new)
{
	return old->issuer_name.der != NULL && new->issuer_name.der != NULL &&
	    chain_name_equal(&old->issuer_name, &new->issuer_name);
}

static void
compare_handshakes(struct comparing *state, const struct handshake *before,
    const struct handshake *after)
{
	const struct certificate *old, *new;

	if (before->protocol != NULL && after->protocol != NULL)
		add_if_other(state, CHANGE_TLS, before->protocol,
		    after->protocol);
	if (before->chain->count == 0 || after->chain->count == 0)
		return;
	old = before->chain->certificates;
	new = after->chain->certificates;
	if (memcmp(old->spki_sha256, new->spki_sha256, CHAIN_DIGEST) != 0)
		change_list_add(&state->changes, CHANGE_KEY, &state->place,
		    text_hex(old->spki_sha256, CHAIN_DIGEST),
		    text_hex(new->spki_sha256, CHAIN_DIGEST));
	if (old->issuer != NULL && new->issuer != NULL &&
	    !have_same_issuer(old, new))
		add_if_other(state, CHANGE_ISSUER, old->issuer, new->issuer);
}

/* Key types of ENDPOINT that OTHER, seen wholly, did not have. */
static void
add_key_types(struct comparing *state,
    const struct endpoint_evidence *endpoint,
    const struct endpoint_evidence *other, bool are_new)
{
	enum key_type type;
	size_t i;

	for (i = 0; other->incomplete == NULL &&
	    i < endpoint->handshake_count; i++) {
		type = endpoint->handshakes[i].seen->key_type;
		/* Each is told once. */
		if (find_handshake(endpoint, type) ==
		    endpoint->handshakes[i].seen &&
		    find_handshake(other, type) == NULL)
			add_value(state, CHANGE_KEY_TYPE, key_type_name(type),
			    are_new);
	}
}

static void
compare_endpoint(struct comparing *state,
    const struct endpoint_evidence *before,
    const struct endpoint_evidence *after)
{
	const struct handshake *old, *new;
	size_t i;

	/* Not reached, or no TLS: the verdict tells that. */
	if (before->handshake_count == 0 || after->handshake_count == 0)
		return;
	state->place.address = after->address;
	for (i = 0; i < after->handshake_count; i++) {
		new = after->handshakes[i].seen;
		old = find_counterpart(before, new);
		if (old == NULL)
			continue;
		state->place.key_type = (int)new->key_type;
		compare_handshakes(state, old, new);
	}
	state->place.key_type = FINDING_ALL_KEY_TYPES;
	add_key_types(state, before, after, false);
	add_key_types(state, after, before, true);
}

static int
by_address(const void *left, const void *right)
{
	const struct endpoint_evidence *const *a = left, *const *b = right;
	const struct address *x = &(*a)->address, *y = &(*b)->address;

	if (x->family != y->family)
		return x->family < y->family ? -1 : 1;
	if (x->port != y->port)
		return x->port < y->port ? -1 : 1;
	return memcmp(x->octets, y->octets, sizeof(x->octets));
}

/* Owned by the caller; of borrowed. */
static const struct endpoint_evidence **
sorted_endpoints(const struct host_evidence *host)
{
	const struct endpoint_evidence **sorted = memory_new(
	    host->endpoint_count, sizeof(*sorted));
	size_t i;

	for (i = 0; i < host->endpoint_count; i++)
		sorted[i] = &host->endpoints[i];
	qsort(sorted, host->endpoint_count, sizeof(*sorted), by_address);
	return sorted;
}

/* Of addresses that both runs have. */
static void
compare_endpoints(struct comparing *state, const struct host_evidence *before,
    const struct host_evidence *after)
{
	const struct endpoint_evidence **old = sorted_endpoints(before);
	const struct endpoint_evidence **new = sorted_endpoints(after);
	size_t i = 0, j = 0;
	int order;

	while (i < before->endpoint_count && j < after->endpoint_count) {
		order = by_address(&old[i], &new[j]);
		if (order == 0)
			compare_endpoint(state, old[i], new[j]);
		i += order <= 0;
		j += order >= 0;
	}
	free(old);
	free(new);
}

/* --- hosts */

static struct values
address_values(const struct answer *answer)
{
	struct values values = { NULL, 0, !answer->truncated };
	struct address address;
	size_t i;

	for (i = 0; i < answer->count; i++) {
		if (address_from_octets(&address, answer->records[i].data,
		    answer->records[i].size, 0))
			values_add(&values, address_text(&address));
	}
	return values;
}

/* Of one family, if both runs have an answer. */
static void
compare_addresses(struct comparing *state, const struct answer *before,
    const struct answer *after, uint16_t port)
{
	const struct finding_place place = state->place;
	struct values old, new;

	if (!is_usable(before) || !is_usable(after))
		return;
	old = address_values(before);
	new = address_values(after);
	state->place.address.port = port;
	compare_values(state, CHANGE_ADDRESS, &old, &new, false);
	state->place = place;
}

static struct values
record_values(const struct host_evidence *host)
{
	const struct tlsa_set *set = &host->judged.records;
	struct values values = { NULL, 0, !host->judged.tlsa->truncated };
	size_t i;

	for (i = 0; i < set->count; i++)
		values_add(&values, tlsa_text(&set->records[i], true));
	return values;
}

/* Not where the addresses keep records from being used, or are not known. */
static bool
records_are_known(const struct host_evidence *host)
{
	const struct answer *tlsa = host->judged.tlsa;

	return is_usable(tlsa) &&
	    host_dns_address_status(host) >= DNSSEC_INSECURE &&
	    (host->judged.records.count > 0 || !answer_has_records(tlsa));
}

/* Whatever their owner: senders use the records that count. */
static void
compare_records(struct comparing *state, const struct host_evidence *before,
    const struct host_evidence *after)
{
	struct values old, new;

	if (!records_are_known(before) || !records_are_known(after))
		return;
	old = record_values(before);
	new = record_values(after);
	compare_values(state, CHANGE_TLSA, &old, &new, false);
}

static void
compare_host_dns(struct comparing *state, const struct host_evidence *before,
    const struct host_evidence *after)
{
	const struct answer *const old[2] = { before->a, before->aaaa };
	const struct answer *const new[2] = { after->a, after->aaaa };
	const struct answer *const old_tlsa = before->judged.tlsa;
	const struct answer *const new_tlsa = after->judged.tlsa;

	compare_addresses(state, before->a, after->a, after->port);
	compare_addresses(state, before->aaaa, after->aaaa, after->port);
	compare_records(state, before, after);
	compare_statuses(state, "addresses", host_dns_address_status(before),
	    host_dns_address_status(after));
	compare_answer_statuses(state, "TLSA", old_tlsa, new_tlsa);
	compare_signers(state, old, new, 2);
	compare_signers(state, &old_tlsa, &new_tlsa, 1);
}

static void
compare_host(struct comparing *state, const struct host_evidence *before,
    const struct host_evidence *after)
{
	if (state->same_way)
		add_if_other(state, CHANGE_VERDICT,
		    verdict_text(before->judged.verdict),
		    verdict_text(after->judged.verdict));
	compare_host_dns(state, before, after);
	if (state->servers)
		compare_endpoints(state, before, after);
}

static int
by_name(const void *left, const void *right)
{
	const struct host_evidence *const *a = left, *const *b = right;

	return name_compare_natural((*a)->name, (*b)->name);
}

/* Owned by the caller; of borrowed. */
static const struct host_evidence **
sorted_hosts(const struct evidence *evidence)
{
	const struct host_evidence **sorted = memory_new(evidence->host_count,
	    sizeof(*sorted));
	size_t i;

	for (i = 0; i < evidence->host_count; i++)
		sorted[i] = &evidence->hosts[i];
	qsort(sorted, evidence->host_count, sizeof(*sorted), by_name);
	return sorted;
}

/* Whether it is known which hosts there are; ALL: to the last one. */
static bool
hosts_are_known(const struct evidence *evidence, bool all)
{
	if (all && evidence->host_total > evidence->host_count)
		return false;
	return evidence->host_mode || is_usable(evidence->mx);
}

/* A host that RUN has and OTHER has not. */
static void
add_host(struct comparing *state, const struct evidence *run,
    const struct evidence *other, bool is_new)
{
	/* A preference or order is no change: senders may use any of them. */
	if (run->host_mode == other->host_mode &&
	    hosts_are_known(run, false) && hosts_are_known(other, true))
		add_value(state, CHANGE_MX, state->place.host, is_new);
}

static void
compare_hosts(struct comparing *state)
{
	const struct evidence *before = state->before, *after = state->after;
	const struct host_evidence **old = sorted_hosts(before);
	const struct host_evidence **new = sorted_hosts(after);
	size_t i = 0, j = 0;
	int order;

	while (i < before->host_count || j < after->host_count) {
		order = i == before->host_count ? 1 :
		    j == after->host_count ? -1 : by_name(&old[i], &new[j]);
		state->place = (struct finding_place){
			.host = order < 0 ? old[i]->name : new[j]->name,
			.key_type = FINDING_ALL_KEY_TYPES,
		};
		if (order < 0)
			add_host(state, before, after, false);
		else if (order > 0)
			add_host(state, after, before, true);
		else
			compare_host(state, old[i], new[j]);
		i += order <= 0;
		j += order >= 0;
	}
	free(old);
	free(new);
}

/* --- the domain */

/* An earlier report does not say how it was made, but it shows. */
static enum way
way_of(const struct evidence *evidence)
{
	enum way way = evidence->dns_only ? WAY_DNS_ONLY : WAY_SERVERS;
	const struct handshake_evidence *handshake;
	const struct host_evidence *host;
	struct handshake_walk walk;
	size_t i;

	for (i = 0; i < evidence->host_count; i++) {
		host = &evidence->hosts[i];
		walk = (struct handshake_walk){ 0 };
		handshake = handshake_next(host, &walk);
		/* Only a chain from a file has no TLS version. */
		if (handshake != NULL && handshake->seen->protocol == NULL)
			return WAY_CHAIN;
		/* No server that is asked passes without a handshake. */
		if (handshake == NULL &&
		    host->judged.verdict == VERDICT_PASS)
			way = WAY_DNS_ONLY;
	}
	return way;
}

static void
compare_domains(struct comparing *state)
{
	const struct evidence *before = state->before, *after = state->after;
	const enum way old = way_of(before), new = way_of(after);

	state->same_way = old == new;
	state->servers = old == WAY_SERVERS && new == WAY_SERVERS;
	if (state->same_way)
		add_if_other(state, CHANGE_VERDICT,
		    verdict_text(before->judged.verdict),
		    verdict_text(after->judged.verdict));
	/* Without a working DNS of our own nothing was seen. */
	if (before->health != RESOLVER_HEALTHY ||
	    after->health != RESOLVER_HEALTHY)
		return;
	compare_answer_statuses(state, "MX", before->mx, after->mx);
	compare_signers(state, (const struct answer *const *)&before->mx,
	    (const struct answer *const *)&after->mx, 1);
	compare_hosts(state);
}

void
compare(struct evidence *after, const struct evidence *before)
{
	struct comparing state = {
		.before = before,
		.after = after,
		.place.key_type = FINDING_ALL_KEY_TYPES,
	};
	struct comparison *comparison = &after->judged.comparison;

	assert(!comparison->made);
	comparison->made = true;
	if (before != NULL) {
		comparison->since = before->checked_at;
		compare_domains(&state);
	} else {
		add(&state, CHANGE_NEW, NULL,
		    verdict_text(after->judged.verdict));
	}
	change_list_tell(&state.changes, after);
}
