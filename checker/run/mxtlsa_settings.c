#include "checker/run/mxtlsa_settings.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "checker/run/input_domain.h"
#include "checker/run/take.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/text.h"

void
mxtlsa_settings_init(struct mxtlsa_settings *settings)
{
	*settings = (struct mxtlsa_settings){
		.port = OPTIONS_PORT,
		.colour = TERMINAL_COLOUR_AUTO,
	};
}

void
mxtlsa_settings_clear(struct mxtlsa_settings *settings)
{
	free(settings->kinds.items);
	settings->kinds = (struct mxtlsa_kinds){ NULL, 0 };
	free(settings->origin);
	settings->origin = NULL;
}

const char *
mxtlsa_settings_conflict(const struct mxtlsa_settings *settings)
{
	if (settings->verify && (settings->tell || settings->all ||
	    settings->full || settings->kinds.count > 0 ||
	    settings->ttl != 0 || settings->generic || settings->nsupdate ||
	    settings->was != NULL || settings->data))
		return "--verify makes no records: it goes with --at, "
		    "--color, --json, --origin, --output and --port only";
	if (settings->origin != NULL && !settings->verify)
		return "--origin goes with --verify only";
	if ((settings->all || settings->full) && settings->kinds.count > 0)
		return "--record does not go with --all and --full";
	if (settings->json && (settings->generic || settings->nsupdate))
		return "--json does not go with --generic and --nsupdate";
	if (settings->data && (settings->json || settings->nsupdate ||
	    settings->ttl != 0))
		return "--data does not go with --json, --nsupdate and --ttl";
	if (settings->was != NULL && !settings->nsupdate)
		return "--was goes with --nsupdate only";
	return NULL;
}

/*
 * Why a valid NAME cannot be a host's. "mxtlsa cert.pem chain.pem": the second
 * word would be one. Static; NULL: it may be.
 */
static const char *
find_mistake(const char *word, const char *name)
{
	if (name[0] == '_' && strstr(name, "._tcp.") != NULL)
		return "is the owner of TLSA records: give the host's name";
	switch (input_word(word)) {
	case INPUT_WORD_NAME:
		break;
	case INPUT_WORD_FILE:
		return "is a file: put the whole chain into one, the server's "
		    "certificate first";
	case INPUT_WORD_NO_FILE:
		return "is named like a file, and there is no such file (of a "
		    "host, write a dot at the end)";
	}
	return NULL;
}

char *
mxtlsa_name(const char *word, char **why)
{
	const char *wrong = NULL;
	char *name = name_from_user(word, &wrong), *safe;

	if (name != NULL)
		wrong = find_mistake(word, name);
	if (wrong == NULL)
		return name;
	free(name);
	safe = text_printable(word, strlen(word));
	*why = memory_format("'%s' %s", safe, wrong);
	free(safe);
	return NULL;
}

static bool
take_kind(void *member, const char *value, const char **why)
{
	struct mxtlsa_kinds *kinds = member;
	struct tlsa kind;

	if (!tlsa_from_text(&kind, value, why))
		return false;
	free(kind.data);
	if (kind.size > 0) {
		*why = "has data, which mxtlsa is to make";
		return false;
	}
	kind.data = NULL;
	kinds->items = memory_grow(kinds->items, kinds->count,
	    sizeof(*kinds->items));
	kinds->items[kinds->count++] = kind;
	return true;
}

static bool
take_origin(void *member, const char *value, const char **why)
{
	char **origin = member, *name;

	name = strcmp(value, ".") == 0 ? memory_string(value) :
	    name_from_user(value, why);
	if (name == NULL)
		return false;
	free(*origin);
	*origin = name;
	return true;
}

#define AT(member) offsetof(struct mxtlsa_settings, member)

static const struct option_row rows[] = {
	{ "port", 'p', "N", take_port, AT(port),
	    "port of the server (default 25)" },
	{ "tell", 't', NULL, take_flag, AT(tell),
	    "say which certificate each record is of" },
	{ "all", 0, NULL, take_flag, AT(all),
	    "all records that the chain allows, each with a comment" },
	{ "full", 0, NULL, take_flag, AT(full),
	    "the same with matching type 0 as well" },
	{ "record", 'r', "KIND", take_kind, AT(kinds),
	    "exactly this kind, such as \"3 1 1\" (repeatable)" },
	{ "ttl", 0, "TIME", take_ttl, AT(ttl),
	    "time to live of the records, such as 3600 or 1h" },
	{ "generic", 0, NULL, take_flag, AT(generic), "as TYPE52 (RFC 3597)" },
	{ "nsupdate", 0, NULL, take_flag, AT(nsupdate),
	    "as commands for nsupdate" },
	{ "was", 0, "FILE", take_text, AT(was),
	    "with --nsupdate: delete the other records that FILE has" },
	{ "data", 0, NULL, take_flag, AT(data),
	    "the data alone, without names" },
	{ "json", 0, NULL, take_flag, AT(json), "as JSON" },
	{ "verify", 0, NULL, take_flag, AT(verify),
	    "check the chain against the records in the file RECORDS" },
	{ "origin", 0, "NAME", take_origin, AT(origin),
	    "with --verify: what RECORDS is the zone of, if it has no "
	    "$ORIGIN" },
	{ "at", 0, "TIME", take_time, AT(when),
	    "judge as of TIME (RFC 3339, a date, or @seconds since 1970)" },
	{ "output", 'o', "FILE", take_output, AT(output), "write to FILE" },
	{ "color", 0, "WHEN", take_colour, AT(colour),
	    "auto (default), always, never" },
	{ "help", 'h', NULL, take_flag, AT(help), "print this and exit" },
	{ "version", 'V', NULL, take_flag, AT(version),
	    "print the version and exit" },
	{ NULL, 0, NULL, NULL, 0, NULL },
};

const struct option_table mxtlsa_settings_table = {
	.program = "mxtlsa",
	.synopsis = "mxtlsa [OPTION]... CHAIN [HOST]...\n"
	    "       mxtlsa --verify [OPTION]... RECORDS CHAIN [NAME]...",
	.purpose = "Makes TLSA records from a certificate chain, or checks a "
	    "chain against records.",
	.rows = rows,
	.closing = "CHAIN has certificates (PEM, DER, PKCS#7, PKCS#12), a "
	    "public key or a certificate\nrequest, or several of each; '-' is "
	    "standard input. Exit status: 0; with --verify\n0 pass, 1 fail, 2 "
	    "no usable record; 64 wrong usage or input, 70 internal "
	    "fault.\nSee mxtlsa(1).",
};
