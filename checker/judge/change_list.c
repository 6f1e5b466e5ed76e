#include "checker/judge/change_list.h"

#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/text.h"

/*
 * Changes that are kept until they are in order: several answers can tell of
 * one signing key, and what is beyond the limit should be the last of them, not
 * whatever came last.
 */
#define KEPT_MAX (4 * EVIDENCE_CHANGES_MAX)

/* How a change is told: "verdict: pass -> fail", "new: TLSA record 3 1 1". */
static const struct {
	enum finding_code	 code;
	const char		*subject;	/* static */
	bool			 placed;	/* its value is its place */
} kinds[] = {
	[CHANGE_NEW] = { FINDING_CHANGED_NEW,
	    "the earlier run did not have the domain; its verdict is", false },
	[CHANGE_VERDICT] = { FINDING_CHANGED_VERDICT, "verdict", false },
	[CHANGE_MX] = { FINDING_CHANGED_MX, "MX host", true },
	[CHANGE_ADDRESS] = { FINDING_CHANGED_ADDRESS, "address", true },
	[CHANGE_TLSA] = { FINDING_CHANGED_TLSA, "TLSA record", false },
	[CHANGE_KEY] = { FINDING_CHANGED_KEY,
	    "the server's key (its SHA2-256)", false },
	[CHANGE_ISSUER] = { FINDING_CHANGED_ISSUER,
	    "issuer of the server's certificate", false },
	[CHANGE_KEY_TYPE] = { FINDING_CHANGED_KEY_TYPE,
	    "the server's key of type", false },
	[CHANGE_TLS] = { FINDING_CHANGED_TLS, "TLS version", false },
	[CHANGE_DNSSEC] = { FINDING_CHANGED_DNSSEC, "DNSSEC", false },
};

static void
change_clear(struct change *change)
{
	free(change->host);
	free(change->before);
	free(change->after);
}

void
change_list_add(struct change_list *list, enum change_kind what,
    const struct finding_place *place, char *before, char *after)
{
	struct listed_change *item;

	if (list->count == KEPT_MAX) {
		list->full = true;
		free(before);
		free(after);
		return;
	}
	if (list->count == list->room) {
		list->room = list->room > 0 ? 2 * list->room : 8;
		list->items = realloc(list->items,
		    list->room * sizeof(*list->items));
		if (list->items == NULL)
			abort();
	}
	item = &list->items[list->count++];
	item->key_type = place->key_type;
	item->change = (struct change){
		.what = what,
		.host = memory_string(place->host),
		.address = place->address,
		.before = before,
		.after = after,
	};
}

/* NULL comes first. */
static int
compare_texts(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

static int
compare_places(const struct change *a, const struct change *b)
{
	int order;

	if (a->host == NULL || b->host == NULL)
		order = (a->host != NULL) - (b->host != NULL);
	else
		order = name_compare_natural(a->host, b->host);
	if (order != 0)
		return order;
	if (a->address.family != b->address.family)
		return a->address.family < b->address.family ? -1 : 1;
	order = memcmp(a->address.octets, b->address.octets,
	    sizeof(a->address.octets));
	return order != 0 ? order : (a->address.port > b->address.port) -
	    (a->address.port < b->address.port);
}

/* Regardless of the key type. */
static int
compare_changes(const struct change *a, const struct change *b)
{
	int order = compare_places(a, b);

	if (order == 0)
		order = (a->what > b->what) - (a->what < b->what);
	if (order == 0)
		order = compare_texts(a->before, b->before);
	return order != 0 ? order : compare_texts(a->after, b->after);
}

static int
by_order(const void *left, const void *right)
{
	const struct listed_change *a = left, *b = right;
	int order = compare_changes(&a->change, &b->change);

	return order != 0 ? order : (a->key_type > b->key_type) -
	    (a->key_type < b->key_type);
}

/* Sorts them; what is there twice, or beyond the limit, is dropped. */
static void
settle(struct change_list *list)
{
	struct listed_change *items = list->items, *last = NULL;
	size_t i, count = 0;

	if (list->count > 0)
		qsort(items, list->count, sizeof(*items), by_order);
	for (i = 0; i < list->count; i++) {
		if (last != NULL && compare_changes(&last->change,
		    &items[i].change) == 0) {
			if (last->key_type != items[i].key_type)
				last->key_type = FINDING_ALL_KEY_TYPES;
			change_clear(&items[i].change);
		} else if (count == EVIDENCE_CHANGES_MAX) {
			list->full = true;
			change_clear(&items[i].change);
		} else {
			items[count] = items[i];
			last = &items[count++];
		}
	}
	list->count = count;
}

/* "verdict: pass -> fail", without the place. Owned by the caller. */
static char *
change_text(const struct change *change)
{
	const char *subject = kinds[change->what].subject;
	const char *value = change->before != NULL ? change->before :
	    change->after;

	if (change->what == CHANGE_NEW)
		return memory_format("%s %s", subject, value);
	if (change->before != NULL && change->after != NULL)
		return memory_format("%s: %s -> %s", subject, change->before,
		    change->after);
	/* A whole certificate in a record is for programs: JSON has it. */
	return memory_format("%s: %s%s%.*s%s",
	    change->before != NULL ? "gone" : "new", subject,
	    kinds[change->what].placed ? "" : " ",
	    kinds[change->what].placed ? 0 : TEXT_LIMIT, value,
	    !kinds[change->what].placed && strlen(value) > TEXT_LIMIT ?
	    "..." : "");
}

static void
add_finding(struct finding_list *findings, const struct change *change,
    int key_type)
{
	char *text = change_text(change);
	struct finding *finding = finding_add(findings,
	    kinds[change->what].code, "%s", text);

	/* It lives as long as the findings do, even if the host is gone. */
	finding->place.host = change->host;
	finding->place.address = change->address;
	finding->place.key_type = key_type;
	free(text);
}

void
change_list_tell(struct change_list *list, struct evidence *evidence)
{
	struct comparison *comparison = &evidence->judged.comparison;
	struct finding_list *findings = &evidence->judged.findings;
	size_t i;

	settle(list);
	comparison->changes = memory_new(list->count,
	    sizeof(*comparison->changes));
	comparison->count = list->count;
	for (i = 0; i < list->count; i++) {
		comparison->changes[i] = list->items[i].change;
		add_finding(findings, &comparison->changes[i],
		    list->items[i].key_type);
	}
	if (list->full)
		finding_add(findings, FINDING_LIMIT_REACHED,
		    "more than %d changes: only the first ones are told",
		    EVIDENCE_CHANGES_MAX);
	finding_list_settle(findings);
	free(list->items);
	*list = (struct change_list){ NULL, 0, 0, false };
}
