/*
 * The order of findings, and which of them are reported together, decided on
 * values alone. A hostile domain can have tens of thousands of findings, so all
 * of it is O(n log n).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checker/evidence/finding.h"
#include "resolver/memory.h"

/* A finding and its sort keys. */
struct ranked {
	struct finding	*finding;	/* borrowed */
	size_t		 index;		/* as added */
	size_t		 host_rank;	/* index of the first at its host */
	size_t		 place_rank;	/* index of the first at its place */
};

static int
compare_numbers(size_t a, size_t b)
{
	return (a > b) - (a < b);
}

/* NULL comes first. */
static int
compare_names(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return (a != NULL) - (b != NULL);
	return a == b ? 0 : strcmp(a, b);
}

static int
compare_addresses(const struct address *a, const struct address *b)
{
	int order = memcmp(a->octets, b->octets, sizeof(a->octets));

	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return order != 0 ? order : (a->port > b->port) - (a->port < b->port);
}

/* Regardless of transport. */
static int
compare_servers(const struct finding_server *a, const struct finding_server *b)
{
	int order = compare_names(a->name, b->name);

	return order != 0 ? order : compare_addresses(&a->address, &b->address);
}

/* By address and key type, of one host. */
static int
compare_spots(const struct finding_place *a, const struct finding_place *b)
{
	int order = compare_addresses(&a->address, &b->address);

	return order != 0 ? order :
	    (a->key_type > b->key_type) - (a->key_type < b->key_type);
}

/* By what they say, not by where. 0: the same. */
static int
compare_contents(const struct finding *a, const struct finding *b)
{
	int order;

	if (a->code != b->code)
		return a->code < b->code ? -1 : 1;
	if (a->severity != b->severity)
		return a->severity < b->severity ? -1 : 1;
	if (a->place.key_type != b->place.key_type)
		return a->place.key_type < b->place.key_type ? -1 : 1;
	/* Findings about the domain and at a host never mix. */
	if ((a->place.host == NULL) != (b->place.host == NULL))
		return a->place.host == NULL ? -1 : 1;
	order = compare_names(a->place.zone, b->place.zone);
	if (order == 0)
		order = strcmp(a->text, b->text);
	return order != 0 ? order :
	    advice_list_compare(&a->advice, &b->advice);
}

/* Brings together what is about one host, in the order of addition. */
static int
by_host(const void *left, const void *right)
{
	const struct ranked *a = left, *b = right;
	int order;

	if (a->finding->severity != b->finding->severity)
		return a->finding->severity < b->finding->severity ? -1 : 1;
	order = compare_names(a->finding->place.host, b->finding->place.host);
	return order != 0 ? order : compare_numbers(a->index, b->index);
}

/* Likewise, what is about one place at a host. */
static int
by_spot(const void *left, const void *right)
{
	const struct ranked *a = left, *b = right;
	int order;

	if (a->finding->severity != b->finding->severity)
		return a->finding->severity < b->finding->severity ? -1 : 1;
	order = compare_names(a->finding->place.host, b->finding->place.host);
	if (order == 0)
		order = compare_spots(&a->finding->place, &b->finding->place);
	return order != 0 ? order : compare_numbers(a->index, b->index);
}

static int
by_rank(const void *left, const void *right)
{
	const struct ranked *a = left, *b = right;
	int order;

	if (a->finding->severity != b->finding->severity)
		return a->finding->severity < b->finding->severity ? -1 : 1;
	order = compare_numbers(a->host_rank, b->host_rank);
	if (order == 0)
		order = compare_numbers(a->place_rank, b->place_rank);
	return order != 0 ? order : compare_numbers(a->index, b->index);
}

/* Each finding without a host is a place by itself. */
static bool
same_host(const struct finding *a, const struct finding *b)
{
	return a->severity == b->severity && a->place.host != NULL &&
	    compare_names(a->place.host, b->place.host) == 0;
}

static void
rank(struct ranked *ranked, size_t count)
{
	size_t i;

	qsort(ranked, count, sizeof(*ranked), by_host);
	for (i = 0; i < count; i++)
		ranked[i].host_rank = i > 0 && same_host(
		    ranked[i - 1].finding, ranked[i].finding) ?
		    ranked[i - 1].host_rank : ranked[i].index;
	qsort(ranked, count, sizeof(*ranked), by_spot);
	for (i = 0; i < count; i++)
		ranked[i].place_rank = i > 0 && same_host(
		    ranked[i - 1].finding, ranked[i].finding) &&
		    compare_spots(&ranked[i - 1].finding->place,
		    &ranked[i].finding->place) == 0 ?
		    ranked[i - 1].place_rank : ranked[i].index;
}

/* Brings together what is about one name server, UDP before TCP. */
static int
by_server(const void *left, const void *right)
{
	const struct ranked *a = left, *b = right;
	int order = compare_contents(a->finding, b->finding);

	if (order == 0)
		order = compare_names(a->finding->place.host,
		    b->finding->place.host);
	if (order == 0)
		order = compare_servers(&a->finding->place.server,
		    &b->finding->place.server);
	if (order == 0)
		order = a->finding->place.server.tcp -
		    b->finding->place.server.tcp;
	return order != 0 ? order : compare_numbers(a->index, b->index);
}

/* Whether B, over TCP, adds nothing to A. */
static bool
is_repeat(const struct finding *a, const struct finding *b)
{
	return b->place.server.name != NULL && b->place.server.tcp &&
	    compare_contents(a, b) == 0 &&
	    compare_names(a->place.host, b->place.host) == 0 &&
	    compare_servers(&a->place.server, &b->place.server) == 0;
}

static struct ranked *
ranked_new(const struct finding_list *list)
{
	struct ranked *ranked = memory_new(list->count, sizeof(*ranked));
	size_t i;

	for (i = 0; i < list->count; i++) {
		ranked[i].finding = &list->items[i];
		ranked[i].index = i;
	}
	return ranked;
}

/* Frees those that repeat another; their texts become NULL. */
static void
drop_repeats(struct finding_list *list)
{
	struct ranked *ranked = ranked_new(list);
	const struct finding *last = NULL;
	struct finding *finding;
	size_t i;

	qsort(ranked, list->count, sizeof(*ranked), by_server);
	for (i = 0; i < list->count; i++) {
		finding = ranked[i].finding;
		if (last == NULL || !is_repeat(last, finding)) {
			last = finding;
			continue;
		}
		free(finding->text);
		advice_list_clear(&finding->advice);
		finding->text = NULL;
	}
	free(ranked);
}

void
finding_list_settle(struct finding_list *list)
{
	struct finding *sorted;
	struct ranked *ranked;
	size_t i, count = 0;

	drop_repeats(list);
	for (i = 0; i < list->count; i++) {
		if (list->items[i].text != NULL)
			list->items[count++] = list->items[i];
	}
	list->count = count;
	ranked = ranked_new(list);
	rank(ranked, count);
	qsort(ranked, count, sizeof(*ranked), by_rank);
	sorted = memory_new(count, sizeof(*sorted));
	for (i = 0; i < count; i++)
		sorted[i] = *ranked[i].finding;
	free(ranked);
	free(list->items);
	list->items = sorted;
	list->weighed = list->octets = 0;
}

/* They are in one array: their addresses are in its order. */
static int
by_contents(const void *left, const void *right)
{
	const struct finding *const *a = left, *const *b = right;
	int order = compare_contents(*a, *b);

	return order != 0 ? order : (*a > *b) - (*a < *b);
}

static int
by_first_member(const void *left, const void *right)
{
	const struct finding_group *a = left, *b = right;

	return (*a->members > *b->members) - (*a->members < *b->members);
}

void
finding_groups_init(struct finding_groups *groups,
    const struct finding_list *list)
{
	const struct finding **members;
	struct finding_group *group = NULL;
	size_t i;

	groups->members = members = memory_new(list->count,
	    sizeof(*groups->members));
	groups->items = memory_new(list->count, sizeof(*groups->items));
	groups->count = 0;
	for (i = 0; i < list->count; i++)
		members[i] = &list->items[i];
	qsort(members, list->count, sizeof(*members), by_contents);
	for (i = 0; i < list->count; i++) {
		if (i == 0 || compare_contents(members[i - 1],
		    members[i]) != 0) {
			group = &groups->items[groups->count++];
			group->members = &members[i];
		}
		group->count++;
	}
	qsort(groups->items, groups->count, sizeof(*groups->items),
	    by_first_member);
}

void
finding_groups_clear(struct finding_groups *groups)
{
	free(groups->members);
	free(groups->items);
	*groups = (struct finding_groups){ NULL, NULL, 0 };
}

char *
finding_server_text(const struct finding_server *server)
{
	char *address, *text;

	if (server->address.family == 0)
		return memory_string(server->name);
	address = address_text(&server->address);
	text = memory_format("%s [%s]%s", server->name, address,
	    server->tcp ? " over TCP" : "");
	free(address);
	return text;
}

/* Writes a place; its host only if it is not that of the place before. */
static void
put_place(FILE *out, const struct finding_place *place,
    const struct finding_place *before)
{
	char *text;

	if (place->host != NULL && (before == NULL ||
	    compare_names(place->host, before->host) != 0))
		fprintf(out, " %s", place->host);
	if (place->address.family != 0) {
		text = address_text(&place->address);
		fprintf(out, " [%s]", text);
		free(text);
	}
	if (place->server.name != NULL) {
		text = finding_server_text(&place->server);
		fprintf(out, " %s", text);
		free(text);
	}
}

char *
finding_group_places(const struct finding_group *group)
{
	const struct finding_place *place = NULL, *before;
	char *text = NULL, *places;
	size_t i, size;
	FILE *memory = open_memstream(&text, &size);

	if (memory == NULL)
		abort();
	for (i = 0; i < group->count; i++) {
		before = place;
		place = &group->members[i]->place;
		put_place(memory, place, before);
	}
	if (place->key_type != FINDING_ALL_KEY_TYPES)
		fprintf(memory, " %s",
		    key_type_name(place->key_type));
	/* That of a name server goes without saying. */
	if (place->zone != NULL && place->server.name == NULL)
		fprintf(memory, "%s zone %s", place->host != NULL ? "," : "",
		    place->zone);
	if (fclose(memory) == EOF)
		abort();
	/* Each part begins with a space. */
	places = memory_string(size > 0 ? text + 1 : text);
	free(text);
	return places;
}
