/*
 * Authorities in a file: a line for each key, with its fields between tabs
 *
 * digest of the key, name, kind, state, last day, digests of certificates
 *
 * of which the kind ("root", "intermediate") and the last day are for people.
 * The state is "active", "backup", "retired" or "root". Digests are SHA2-256 in
 * small hexadecimal letters; those of certificates have commas between them and
 * may be missing. '#' begins a comment.
 */
#include "checker/tlsa/issuers.h"

#include <stdlib.h>
#include <string.h>

#include "checker/tlsa/material.h"
#include "resolver/memory.h"
#include "resolver/text.h"

#define DIGEST_DIGITS	64

enum { FIELD_KEY, FIELD_NAME, FIELD_KIND, FIELD_STATE, FIELD_DAY,
	FIELD_CERTIFICATES, FIELDS };

static bool
is_digest(const char *text)
{
	return strlen(text) == DIGEST_DIGITS &&
	    strspn(text, "0123456789abcdef") == DIGEST_DIGITS;
}

static bool
take_state(struct issuer *issuer, const char *text)
{
	static const char *const states[] = {
		[ISSUER_RETIRED] = "retired",
		[ISSUER_BACKUP] = "backup",
		[ISSUER_ACTIVE] = "active",
		[ISSUER_ROOT] = "root",
	};
	size_t i;

	for (i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		if (strcmp(text, states[i]) == 0) {
			issuer->state = (enum issuer_state)i;
			return true;
		}
	}
	return false;
}

static bool
take_certificates(struct issuer *issuer, char *text)
{
	char *digest, *rest = text;
	size_t count = 0;

	while ((digest = strtok_r(rest, ",", &rest)) != NULL) {
		if (!is_digest(digest) || count == ISSUER_CERTIFICATES_MAX)
			return false;
		issuer->cert_sha256[count++] = digest;
	}
	return true;
}

/* Returns what is wrong with the line (static), or NULL. */
static const char *
take_line(struct issuer *issuer, char *line)
{
	char *fields[FIELDS] = { NULL }, *rest = line;
	size_t i;

	for (i = 0; i < FIELDS && rest != NULL; i++)
		fields[i] = strsep(&rest, "\t");
	if (fields[FIELD_STATE] == NULL || rest != NULL)
		return "is not key, name, kind, state, day and certificates "
		    "with tabs between them";
	if (!is_digest(fields[FIELD_KEY]))
		return "does not begin with the SHA2-256 of a key";
	if (*fields[FIELD_NAME] == '\0')
		return "has no name";
	if (!take_state(issuer, fields[FIELD_STATE]))
		return "has a state that is none of active, backup, retired, "
		    "root";
	if (fields[FIELD_CERTIFICATES] != NULL &&
	    !take_certificates(issuer, fields[FIELD_CERTIFICATES]))
		return "has certificates that are not up to "
		    TEXT_NUMBER(ISSUER_CERTIFICATES_MAX) " SHA2-256 with "
		    "commas between them";
	issuer->spki_sha256 = fields[FIELD_KEY];
	issuer->name = fields[FIELD_NAME];
	return NULL;
}

/* What others send is shown as it is; names from a user's file are so, too. */
static bool
is_printable(const char *line)
{
	char *printable = text_printable(line, strlen(line));
	bool same = strcmp(printable, line) == 0;

	free(printable);
	return same;
}

/* Returns what is wrong with the line (static), or NULL. */
static const char *
add_line(struct issuers *issuers, char *line)
{
	struct issuer issuer = { 0 };
	const char *wrong;

	line[strcspn(line, "\r#")] = '\0';
	if (*line == '\0')
		return NULL;
	wrong = take_line(&issuer, line);
	if (wrong != NULL)
		return wrong;
	if (!is_printable(issuer.name))
		return "has a name that cannot be shown";
	issuers->items = memory_grow(issuers->items, issuers->count,
	    sizeof(*issuers->items));
	issuers->items[issuers->count++] = issuer;
	return NULL;
}

bool
issuers_read(struct issuers *issuers, const char *file, char **why)
{
	const char *wrong = NULL;
	char *rest, *line, *name;
	size_t size, number = 0;

	*issuers = (struct issuers){ NULL, 0, NULL };
	issuers->text = rest = material_read(file, &size, why);
	if (issuers->text == NULL)
		return false;
	while (wrong == NULL && (line = strsep(&rest, "\n")) != NULL) {
		number++;
		wrong = add_line(issuers, line);
	}
	if (wrong == NULL)
		return true;
	issuers_clear(issuers);
	name = text_printable(file, strlen(file));
	*why = memory_format("%s, line %zu: it %s", name, number, wrong);
	free(name);
	return false;
}

void
issuers_clear(struct issuers *issuers)
{
	free(issuers->items);
	free(issuers->text);
	*issuers = (struct issuers){ NULL, 0, NULL };
}
