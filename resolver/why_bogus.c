#include "resolver/why_bogus.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/text.h"

/* Words of libunbound's validator (errinf_to_str_bogus and its callers). */
static const char failure[] = "validation failure <";
static const char bad_key[] = "key for validation ";
static const char previous[] = " because of a previous ";

/* A copy with each run of white space as one blank, and none at the ends. */
static char *
one_line(const char *text)
{
	char *line, *end;

	end = line = memory_new(strlen(text) + 1, 1);
	for (; *text != '\0'; text++) {
		if (strchr(" \t\r\n\v\f", *text) == NULL)
			*end++ = *text;
		else if (end > line && end[-1] != ' ')
			*end++ = ' ';
	}
	if (end > line && end[-1] == ' ')
		*--end = '\0';
	return line;
}

/*
 * What follows "validation failure <NAME TYPE CLASS>:", if TEXT begins so; else
 * NULL. There is no blank in a name, as it is written there.
 */
static const char *
skip_failure(const char *text)
{
	size_t size;
	int i;

	if (strncmp(text, failure, sizeof(failure) - 1) != 0)
		return NULL;
	text += sizeof(failure) - 1;
	for (i = 0; i < 2; i++) {
		text += strcspn(text, " ");
		if (*text++ == '\0')
			return NULL;
	}
	size = strcspn(text, " ");
	if (size < 2 || memcmp(text + size - 2, ">:", 2) != 0)
		return NULL;
	text += size;
	return *text == ' ' ? text + 1 : text;
}

/* Without all that leads to the last reason. Within TEXT. */
static const char *
last_reason(const char *text)
{
	const char *found, *reason = skip_failure(text);

	if (reason == NULL)
		reason = text;
	while ((found = strstr(reason, previous)) != NULL) {
		text = found + sizeof(previous) - 1;
		reason = skip_failure(text);
		if (reason == NULL)
			reason = text;
	}
	return reason;
}

/* Whether a name belongs to those that the question is about. */
static bool
is_related(const char *name, const char *const *names, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (name_is_at_or_below(names[i], name))
			return true;
	}
	return false;
}

/*
 * Whether a word is a name, as libunbound writes one ("example.org.", perhaps
 * with marks around it), and belongs elsewhere.
 */
static bool
is_foreign(const char *word, size_t size, const char *const *names,
    size_t count)
{
	char *copy, *name;
	bool foreign;

	while (size > 0 && strchr("<(\"'", word[0]) != NULL) {
		word++;
		size--;
	}
	while (size > 0 && strchr(">),:;\"'", word[size - 1]) != NULL)
		size--;
	if (size == 0 || word[size - 1] != '.')
		return false;
	copy = memory_copy(word, size);
	name = name_normalise(copy);
	foreign = !is_related(name, names, count);
	free(name);
	free(copy);
	return foreign;
}

static bool
has_foreign(const char *text, const char *const *names, size_t count)
{
	size_t size;

	while (*text != '\0') {
		size = strcspn(text, " ");
		if (is_foreign(text, size, names, count))
			return true;
		text += size;
		text += strspn(text, " ");
	}
	return false;
}

/*
 * The reason that is this question's own: of "...key for validation ZONE is
 * marked as invalid because of a previous ...", what is before that. Owned by
 * the caller.
 */
static char *
own_reason(const char *line)
{
	const char *reason = skip_failure(line), *end, *key;

	if (reason == NULL)
		reason = line;
	end = strstr(reason, previous);
	if (end == NULL)
		return memory_string(reason);
	key = strstr(reason, bad_key);
	return key != NULL && key < end ?
	    memory_copy(key, (size_t)(end - key)) :
	    memory_copy(reason, (size_t)(end - reason));
}

char *
why_bogus_text(const char *text, const char *const *names, size_t count)
{
	char *line = one_line(text != NULL ? text : ""), *shown = NULL, *own;
	const char *reason = last_reason(line);

	if (strstr(line, previous) != NULL && has_foreign(reason, names,
	    count)) {
		own = own_reason(line);
		if (!has_foreign(own, names, count))
			shown = text_printable(own, strlen(own));
		free(own);
	} else if (*reason != '\0') {
		shown = text_printable(reason, strlen(reason));
	}
	free(line);
	return shown;
}
