#include "checker/report/server_text.h"

#include <stdlib.h>
#include <string.h>

#include "checker/evidence/evidence.h"
#include "resolver/memory.h"
#include "resolver/name.h"

static bool
is_same_server(const struct server_evidence *a,
    const struct server_evidence *b)
{
	return strcmp(a->name, b->name) == 0 &&
	    name_equal(a->zone, b->zone) &&
	    address_equal(&a->address, &b->address);
}

/* "9 of 9 answers over UDP". Owned by the caller. */
static char *
answers_text(const struct server_evidence *server)
{
	size_t i, usable = 0;

	if (server->no_route || server->reserved)
		return memory_string(server->no_route ?
		    "not asked: no route to it" :
		    "not asked: a special-purpose address");
	for (i = 0; i < server->answer_count; i++)
		usable += server->answers[i]->kind != ANSWER_UNUSABLE;
	return memory_format("%zu of %zu answers over %s", usable,
	    server->answer_count, server->tcp ? "TCP" : "UDP");
}

/* "serial 5". Owned by the caller; NULL: it is not known. */
static char *
serial_text(const struct server_evidence *server)
{
	uint32_t serial;
	size_t i;

	for (i = 0; i < server->answer_count; i++) {
		if (evidence_soa_serial(server->answers[i], &serial))
			return memory_format("serial %lu",
			    (unsigned long)serial);
	}
	return NULL;
}

/* TEXT and MORE, which are owned, as one list. MORE may be NULL. */
static char *
listed(char *text, char *more)
{
	if (more != NULL)
		text = memory_join(text, ", ", more);
	free(more);
	return text;
}

char *
server_text(const struct evidence *evidence, size_t index)
{
	const struct server_evidence *server = &evidence->servers[index];
	struct finding_server place = evidence_server_place(server);
	char *text = NULL, *serial = NULL, *whom, *line;
	size_t i;

	for (i = 0; i < index; i++) {
		if (is_same_server(&evidence->servers[i], server))
			return NULL;
	}
	for (i = index; i < evidence->server_count; i++) {
		if (!is_same_server(&evidence->servers[i], server))
			continue;
		text = listed(text, answers_text(&evidence->servers[i]));
		if (serial == NULL)
			serial = serial_text(&evidence->servers[i]);
		if (server->no_route || server->reserved)
			break;
	}
	text = listed(text, serial);
	place.tcp = false;
	whom = finding_server_text(&place);
	line = memory_format("%s of %s: %s", whom, server->zone, text);
	free(whom);
	free(text);
	return line;
}
