#include "checker/tlsa/advice.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"
#include "resolver/name.h"
#include "smtp/chain.h"

static struct advice *
add(struct advice_list *list, enum advice_kind kind)
{
	struct advice *advice;

	list->items = memory_grow(list->items, list->count, sizeof(*advice));
	advice = &list->items[list->count++];
	advice->kind = kind;
	return advice;
}

void
advice_add_text(struct advice_list *list, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add(list, ADVICE_TEXT)->text = memory_vformat(format, arguments);
	va_end(arguments);
}

static int
compare_texts(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

static int
compare_items(const struct advice *a, const struct advice *b)
{
	int order;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	order = compare_texts(a->text, b->text);
	if (order == 0)
		order = compare_texts(a->owner, b->owner);
	if (order == 0 && a->type != b->type)
		return a->type < b->type ? -1 : 1;
	if (order == 0)
		order = compare_texts(a->data, b->data);
	if (order == 0)
		order = tlsa_compare(&a->record, &b->record);
	return order;
}

static void
advice_clear(struct advice *advice)
{
	free(advice->text);
	free(advice->owner);
	free(advice->record.data);
	free(advice->data);
}

/* Drops the last item if it says what another one says already. */
static void
drop_repeated(struct advice_list *list)
{
	struct advice *last = &list->items[list->count - 1];
	size_t i;

	for (i = 0; i + 1 < list->count; i++) {
		if (compare_items(&list->items[i], last) != 0)
			continue;
		advice_clear(last);
		list->count--;
		return;
	}
}

static struct advice *
add_of_type(struct advice_list *list, enum advice_kind kind,
    const struct advice_rrset *rrset, enum dns_type type)
{
	struct advice *advice = add(list, kind);

	advice->type = type;
	advice->owner = memory_string(rrset->owner);
	advice->ttl = rrset->ttl;
	return advice;
}

static void
add_record(struct advice_list *list, enum advice_kind kind,
    const struct advice_rrset *rrset, const struct tlsa *record)
{
	struct advice *advice = add_of_type(list, kind, rrset, DNS_TLSA);

	tlsa_copy(&advice->record, record);
	drop_repeated(list);
}

static void
add_data(struct advice_list *list, enum advice_kind kind,
    const struct advice_rrset *rrset, enum dns_type type, const char *data)
{
	struct advice *advice = add_of_type(list, kind, rrset, type);

	assert(type != DNS_TLSA && rrset->owner != NULL);
	advice->data = memory_string(data);
	drop_repeated(list);
}

void
advice_add_publish(struct advice_list *list, const struct advice_rrset *rrset,
    const struct tlsa *record)
{
	add_record(list, ADVICE_PUBLISH, rrset, record);
}

void
advice_add_remove(struct advice_list *list, const struct advice_rrset *rrset,
    const struct tlsa *record)
{
	add_record(list, ADVICE_REMOVE, rrset, record);
}

void
advice_add_publish_data(struct advice_list *list,
    const struct advice_rrset *rrset, enum dns_type type, const char *data)
{
	add_data(list, ADVICE_PUBLISH, rrset, type, data);
}

void
advice_add_remove_data(struct advice_list *list,
    const struct advice_rrset *rrset, enum dns_type type, const char *data)
{
	add_data(list, ADVICE_REMOVE, rrset, type, data);
}

/* Octets of a character string (RFC 1035 3.3). */
#define STRING_MAX 255

char *
advice_quote(const void *bytes, size_t size)
{
	const uint8_t *octets = bytes;
	char *text = NULL;
	size_t i, length;
	FILE *memory = open_memstream(&text, &length);

	if (memory == NULL)
		abort();
	fputc('"', memory);
	for (i = 0; i < size; i++) {
		if (i > 0 && i % STRING_MAX == 0)
			fputs("\" \"", memory);
		if (octets[i] == '"' || octets[i] == '\\')
			fprintf(memory, "\\%c", octets[i]);
		/* As text.h has it of '#'. */
		else if (octets[i] < ' ' || octets[i] > '~' ||
		    octets[i] == '#')
			fprintf(memory, "\\%03u", octets[i]);
		else
			fputc(octets[i], memory);
	}
	fputc('"', memory);
	if (fclose(memory) == EOF)
		abort();
	return text;
}

void
advice_list_append(struct advice_list *list, struct advice_list *more)
{
	size_t i;

	for (i = 0; i < more->count; i++) {
		list->items = memory_grow(list->items, list->count,
		    sizeof(*list->items));
		list->items[list->count++] = more->items[i];
	}
	free(more->items);
	*more = (struct advice_list){ NULL, 0 };
}

void
advice_list_insert(struct advice_list *list, size_t at,
    struct advice_list *more)
{
	struct advice_list rest = { NULL, 0 };
	size_t i;

	for (i = at; i < list->count; i++) {
		rest.items = memory_grow(rest.items, rest.count,
		    sizeof(*rest.items));
		rest.items[rest.count++] = list->items[i];
	}
	list->count = at;
	advice_list_append(list, more);
	advice_list_append(list, &rest);
}

void
advice_list_clear(struct advice_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		advice_clear(&list->items[i]);
	free(list->items);
	*list = (struct advice_list){ NULL, 0 };
}

size_t
advice_list_octets(const struct advice_list *list)
{
	const struct advice *advice;
	size_t i, octets = 0;

	for (i = 0; i < list->count; i++) {
		advice = &list->items[i];
		octets += advice->text != NULL ? strlen(advice->text) : 0;
		octets += advice->owner != NULL ? strlen(advice->owner) : 0;
		octets += advice->data != NULL ? strlen(advice->data) : 0;
		octets += 2 * advice->record.size;	/* in hexadecimal */
	}
	return octets;
}

int
advice_list_compare(const struct advice_list *a, const struct advice_list *b)
{
	size_t i;
	int order;

	for (i = 0; i < a->count && i < b->count; i++) {
		order = compare_items(&a->items[i], &b->items[i]);
		if (order != 0)
			return order;
	}
	return (a->count > b->count) - (a->count < b->count);
}

size_t
advice_list_count(const struct advice_list *list, enum advice_kind kind)
{
	size_t i, n = 0;

	for (i = 0; i < list->count; i++)
		n += list->items[i].kind == kind;
	return n;
}

const char *
advice_verb(const struct advice *advice)
{
	static const char *const verbs[] = {
		[ADVICE_TEXT] = "",
		[ADVICE_PUBLISH] = "publish",
		[ADVICE_REMOVE] = "remove",
	};

	return verbs[advice->kind];
}

char *
advice_data(const struct advice *advice, bool whole)
{
	if (advice->type == DNS_TLSA)
		return tlsa_text(&advice->record, whole);
	return memory_string(advice->data);
}

char *
advice_owner(const struct advice *advice)
{
	char *name, *owner;

	if (advice->owner == NULL)
		return NULL;
	name = name_in_zone(advice->owner);
	owner = memory_format("%s.", name);
	free(name);
	return owner;
}

char *
advice_text(const struct advice *advice)
{
	char *owner, *data, *text;

	if (advice->kind == ADVICE_TEXT)
		return memory_string(advice->text);
	owner = advice_owner(advice);
	data = advice_data(advice, true);
	text = owner == NULL ?
	    memory_format("%s  %s", advice_verb(advice), data) :
	    memory_format("%s  %s IN %s %s", advice_verb(advice), owner,
	    dns_type_name(advice->type), data);
	free(owner);
	free(data);
	return text;
}

char *
advice_list_text(const struct advice_list *list)
{
	char **lines, *text;
	size_t i;

	if (list->count == 0)
		return NULL;
	lines = memory_new(list->count, sizeof(*lines));
	for (i = 0; i < list->count; i++)
		lines[i] = advice_text(&list->items[i]);
	text = memory_join_all(lines, list->count, "\n");
	for (i = 0; i < list->count; i++)
		free(lines[i]);
	free(lines);
	return text;
}

enum tlsa_usage
advice_usage(size_t depth)
{
	return depth == 0 ? TLSA_DANE_EE : TLSA_DANE_TA;
}

/* Makes a record and matches it alone. Both are owned by the caller. */
static struct match_result *
try(const struct match_input *input, const struct tlsa *kind, size_t depth,
    struct tlsa_set *alone)
{
	struct match_input trial = *input;
	struct chain chain = *input->chain;	/* borrowed certificates */
	struct tlsa record;

	*alone = (struct tlsa_set){ NULL, 0 };
	tlsa_of_certificate(&record, &input->chain->certificates[depth],
	    kind->usage, kind->selector, kind->matching_type);
	tlsa_set_add(alone, &record);
	free(record.data);
	trial.records = alone;
	/*
	 * The own certificate stands for itself: the others need not be
	 * decoded.
	 */
	if (depth == 0)
		chain.count = 1;
	trial.chain = &chain;
	return match_chain(&trial);
}

static struct tlsa
kind_of(size_t depth, enum tlsa_selector selector,
    enum tlsa_matching_type matching_type)
{
	return (struct tlsa){
		.usage = (uint8_t)advice_usage(depth),
		.selector = (uint8_t)selector,
		.matching_type = (uint8_t)matching_type,
	};
}

bool
advice_try(const struct match_input *input, size_t depth,
    enum tlsa_selector selector, enum tlsa_matching_type matching_type,
    struct tlsa *record)
{
	const struct tlsa kind = kind_of(depth, selector, matching_type);
	struct tlsa_set alone;
	struct match_result *result = try(input, &kind, depth, &alone);
	const bool matches = result->would_match;

	if (matches) {
		*record = alone.records[0];
		alone.records[0].data = NULL;
		record->why = NULL;
	}
	match_free(result, alone.count);
	tlsa_set_clear(&alone);
	return matches;
}

char *
advice_why_not(const struct match_input *input, size_t depth,
    enum tlsa_selector selector, enum tlsa_matching_type matching_type)
{
	const struct tlsa kind = kind_of(depth, selector, matching_type);
	struct tlsa_set alone;
	struct match_result *result = try(input, &kind, depth, &alone);
	char *why = memory_string(result->why);

	match_free(result, alone.count);
	tlsa_set_clear(&alone);
	return why;
}

enum tlsa_matching_type
advice_type(const struct match_input *input, size_t depth,
    enum tlsa_selector selector, enum tlsa_matching_type matching_type)
{
	const struct tlsa_set *set = input->records;
	const struct tlsa *record;
	size_t i;

	for (i = 0; matching_type == TLSA_SHA2_256 && i < set->count; i++) {
		record = &set->records[i];
		if (record->usable && record->usage == advice_usage(depth) &&
		    record->selector == selector &&
		    record->matching_type == TLSA_SHA2_512)
			matching_type = TLSA_SHA2_512;
	}
	return matching_type;
}

static bool
is_published(const struct tlsa_set *set, const struct tlsa *record)
{
	size_t i;

	for (i = 0; i < set->count; i++) {
		if (tlsa_equal(&set->records[i], record))
			return true;
	}
	return false;
}

bool
advice_add_tried(struct advice_list *list, const struct advice_rrset *rrset,
    const struct match_input *input, size_t depth, const struct tlsa *kind)
{
	struct tlsa record;

	if (!advice_try(input, depth, (enum tlsa_selector)kind->selector,
	    (enum tlsa_matching_type)kind->matching_type, &record))
		return false;
	if (!is_published(input->records, &record))
		advice_add_publish(list, rrset, &record);
	free(record.data);
	return true;
}

bool
advice_add_own_key(struct advice_list *list, const struct advice_rrset *rrset,
    const struct match_input *input)
{
	const struct tlsa kind = kind_of(0, TLSA_SPKI,
	    advice_type(input, 0, TLSA_SPKI, TLSA_SHA2_256));

	return advice_add_tried(list, rrset, input, 0, &kind);
}
