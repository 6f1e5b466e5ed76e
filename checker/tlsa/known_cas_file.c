/*
 * A file of CAs has a line for each key, with these fields, separated by tabs:
 *
 * digest of the key, name, kind, state, last day, digests of certificates
 *
 * The kind ("root", "intermediate") and the last day are for people. The state
 * is "active", "backup", "retired" or "root". Digests are SHA2-256 in lower
 * case; those of certificates are separated by commas and may be missing. '#'
 * begins a comment.
 */
#include "checker/tlsa/known_cas.h"

#include <stdlib.h>
#include <string.h>

#include "resolver/file.h"
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
parse_state(struct known_ca *ca, const char *text)
{
	static const char *const states[] = {
		[KNOWN_CA_RETIRED] = "retired",
		[KNOWN_CA_BACKUP] = "backup",
		[KNOWN_CA_ACTIVE] = "active",
		[KNOWN_CA_ROOT] = "root",
	};
	size_t i;

	for (i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		if (strcmp(text, states[i]) == 0) {
			ca->state = (enum known_ca_state)i;
			return true;
		}
	}
	return false;
}

static bool
parse_certificates(struct known_ca *ca, char *text)
{
	char *digest, *rest = text;
	size_t count = 0;

	while ((digest = strtok_r(rest, ",", &rest)) != NULL) {
		if (!is_digest(digest) || count == KNOWN_CA_CERTIFICATES_MAX)
			return false;
		ca->cert_sha256[count++] = digest;
	}
	return true;
}

/* Returns what is wrong with the line (static), or NULL. */
static const char *
parse_line(struct known_ca *ca, char *line)
{
	char *fields[FIELDS] = { NULL }, *rest = line;
	size_t i;

	for (i = 0; i < FIELDS && rest != NULL; i++)
		fields[i] = strsep(&rest, "\t");
	if (fields[FIELD_STATE] == NULL || rest != NULL)
		return "must have the fields key, name, kind, state, day and "
		    "certificates, separated by tabs";
	if (!is_digest(fields[FIELD_KEY]))
		return "does not begin with the SHA2-256 of a key";
	if (*fields[FIELD_NAME] == '\0')
		return "has no name";
	if (!parse_state(ca, fields[FIELD_STATE]))
		return "has a state other than active, backup, retired and "
		    "root";
	if (fields[FIELD_CERTIFICATES] != NULL &&
	    !parse_certificates(ca, fields[FIELD_CERTIFICATES]))
		return "must have at most "
		    TEXT_NUMBER(KNOWN_CA_CERTIFICATES_MAX) " certificates, "
		    "each a SHA2-256, separated by commas";
	ca->spki_sha256 = fields[FIELD_KEY];
	ca->name = fields[FIELD_NAME];
	return NULL;
}

/* Reports show names as they are. */
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
add_line(struct known_cas *known_cas, char *line)
{
	struct known_ca ca = { 0 };
	const char *wrong;

	line[strcspn(line, "\r#")] = '\0';
	if (*line == '\0')
		return NULL;
	wrong = parse_line(&ca, line);
	if (wrong != NULL)
		return wrong;
	if (!is_printable(ca.name))
		return "has a name with unprintable characters";
	known_cas->items = memory_grow(known_cas->items, known_cas->count,
	    sizeof(*known_cas->items));
	known_cas->items[known_cas->count++] = ca;
	return NULL;
}

bool
known_cas_init(struct known_cas *known_cas, const struct file *file,
    char **why)
{
	const char *wrong = NULL;
	char *rest, *line;
	size_t number = 0;

	*known_cas = (struct known_cas){ NULL, 0, NULL };
	known_cas->text = rest = memory_copy(file->octets, file->size);
	while (wrong == NULL && (line = strsep(&rest, "\n")) != NULL) {
		number++;
		wrong = add_line(known_cas, line);
	}
	if (wrong == NULL)
		return true;
	known_cas_clear(known_cas);
	*why = memory_format("%s, line %zu: it %s", file->name, number, wrong);
	return false;
}

void
known_cas_clear(struct known_cas *known_cas)
{
	free(known_cas->items);
	free(known_cas->text);
	*known_cas = (struct known_cas){ NULL, 0, NULL };
}
