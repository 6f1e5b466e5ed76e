#include "resolver/zone_generate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"

/* Digits that "${offset,width,base}" may ask for. */
#define WIDTH_MAX 255

/* RANGE, name, type and data, behind the directive. */
#define WORDS_MIN 5

/* "${offset,width,base}"; "$" alone is {0, 0, 'd'}. */
struct form {
	int64_t		offset;
	unsigned int	width;
	char		base;		/* one of "doxXnN" */
};

static const char bad_form[] = "has a '${' that is not as in "
    "\"${offset,width,base}\", with a base of d, o, x, X, n or N";

/* Parses digits; false: there are none, or the number is above UINT32_MAX. */
static bool
take_number(const char **text, uint32_t *number)
{
	uint64_t value = 0;
	const char *at = *text;

	for (; *at >= '0' && *at <= '9' && value <= UINT32_MAX; at++)
		value = value * 10 + (uint64_t)(*at - '0');
	if (at == *text || value > UINT32_MAX)
		return false;
	*number = (uint32_t)value;
	*text = at;
	return true;
}

/* "1-4", "1-7/2". */
static bool
take_range(struct zone_generate *generate, const char *text, const char **why)
{
	uint32_t stop, step = 1;
	uint64_t count;

	if (!take_number(&text, &generate->next) || *text++ != '-' ||
	    !take_number(&text, &stop) || (*text == '/' &&
	    (text++, !take_number(&text, &step))) || *text != '\0' ||
	    step == 0 || stop < generate->next) {
		*why = "needs a range such as 1-4 or 1-7/2";
		return false;
	}
	count = ((uint64_t)stop - generate->next) / step + 1;
	if (count > ZONE_GENERATE_MAX) {
		*why = "makes too many records";
		return false;
	}
	generate->step = step;
	generate->left = (size_t)count;
	return true;
}

/* Adds the words of a text to the record's: "3 1 1 ab". */
static void
add_words(struct zone_generate *generate, const char *text, size_t size)
{
	const char *end = text + size;
	size_t length;

	while (text < end) {
		for (length = 0; text + length < end &&
		    strchr(" \t", text[length]) == NULL; length++)
			continue;
		if (length > 0) {
			generate->words = memory_grow(generate->words,
			    generate->count, sizeof(*generate->words));
			generate->words[generate->count++] =
			    memory_copy(text, length);
		}
		text += length < (size_t)(end - text) ? length + 1 : length;
	}
}

bool
zone_generate_init(struct zone_generate *generate, char *const *words,
    size_t count, const char **why)
{
	size_t i, size;

	*generate = (struct zone_generate){ 0 };
	if (count < WORDS_MIN) {
		*why = "needs a range, a name, a type and data";
		return false;
	}
	if (!take_range(generate, words[1], why))
		return false;
	for (i = 2; i < count; i++) {
		size = strlen(words[i]);
		/* BIND takes one word of data, and so people quote it. */
		if (i == count - 1 && size >= 2 && words[i][0] == '"')
			add_words(generate, words[i] + 1, size - 2);
		else
			add_words(generate, words[i], size);
	}
	return true;
}

void
zone_generate_clear(struct zone_generate *generate)
{
	size_t i;

	for (i = 0; i < generate->count; i++)
		free(generate->words[i]);
	free(generate->words);
	*generate = (struct zone_generate){ 0 };
}

/* Parses "{offset,width,base}", if there is one. False: it is wrong. */
static bool
take_form(const char **text, struct form *form)
{
	const char *at = *text;
	uint32_t number;
	bool negative;

	*form = (struct form){ 0, 0, 'd' };
	if (*at != '{')
		return true;
	at++;
	negative = *at == '-';
	at += negative;
	if (!take_number(&at, &number))
		return false;
	form->offset = negative ? -(int64_t)number : (int64_t)number;
	if (*at == ',') {
		at++;
		if (!take_number(&at, &form->width) || form->width > WIDTH_MAX)
			return false;
	}
	if (*at == ',') {
		at++;
		form->base = *at;
		if (*at == '\0' || strchr("doxXnN", *at++) == NULL)
			return false;
	}
	if (*at != '}')
		return false;
	*text = at + 1;
	return true;
}

/* Nibbles from the least on, with dots: of a name below ip6.arpa. */
static void
put_nibbles(FILE *out, const struct form *form, uint64_t value)
{
	const char *digits = form->base == 'n' ? "0123456789abcdef" :
	    "0123456789ABCDEF";
	unsigned int width = form->width;

	do {
		fputc(digits[value & 0xf], out);
		value >>= 4;
		width -= width > 0;
		if (width > 0 || value > 0) {
			fputc('.', out);
			width -= width > 0;
		}
	} while (width > 0 || value > 0);
}

static void
put_number(FILE *out, const struct form *form, uint32_t number)
{
	const int64_t value = (int64_t)number + form->offset;
	const int width = (int)form->width;

	switch (form->base) {
	case 'd':
		fprintf(out, "%0*lld", width, (long long)value);
		break;
	case 'o':
		fprintf(out, "%0*llo", width, (unsigned long long)value);
		break;
	case 'x':
		fprintf(out, "%0*llx", width, (unsigned long long)value);
		break;
	case 'X':
		fprintf(out, "%0*llX", width, (unsigned long long)value);
		break;
	default:
		put_nibbles(out, form, (uint64_t)value);
		break;
	}
}

/* The word with NUMBER for each "$". Owned by the caller; NULL: it is wrong. */
static char *
expand(const char *word, uint32_t number)
{
	struct form form;
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	bool good = true;

	if (out == NULL)
		abort();
	while (good && *word != '\0') {
		if (*word == '\\' && word[1] != '\0') {
			fputc(*word++, out);
			fputc(*word++, out);
		} else if (*word != '$') {
			fputc(*word++, out);
		} else if (word[1] == '$') {
			fputc('$', out);
			word += 2;
		} else {
			word++;
			good = take_form(&word, &form);
			if (good)
				put_number(out, &form, number);
		}
	}
	if (fclose(out) == EOF)
		abort();
	if (good)
		return text;
	free(text);
	return NULL;
}

char **
zone_generate_next(struct zone_generate *generate, const char **why)
{
	char **words;
	size_t i;

	*why = NULL;
	if (generate->left == 0)
		return NULL;
	words = memory_new(generate->count, sizeof(*words));
	for (i = 0; i < generate->count; i++) {
		words[i] = expand(generate->words[i], generate->next);
		if (words[i] == NULL)
			break;
	}
	if (i < generate->count) {
		*why = bad_form;
		while (i > 0)
			free(words[--i]);
		free(words);
		return NULL;
	}
	generate->left--;
	generate->next += generate->step;
	return words;
}
