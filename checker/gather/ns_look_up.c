#include "checker/gather/ns_look_up.h"

#include <event2/event.h>
#include <stdlib.h>

#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/resolver.h"

/* Name servers live there. */
#define PORT 53

/* The addresses of a name server of one family. */
struct lookup {
	struct ns_look_up	 *look_up;	/* borrowed */
	struct resolver_question *question;	/* owned, NULL: none */
	struct answer		 *answer;	/* owned, NULL: none yet */
};

struct ns_look_up {
	const struct context	*context;	/* borrowed */
	struct evidence		*evidence;	/* borrowed */
	struct ns_names		 names;
	struct lookup		*lookups;	/* owned; A and AAAA of each */
	size_t			 running;	/* of these */
	struct event		*due;		/* owned; the end */
	ns_look_up_done		*done;
	void			*argument;	/* borrowed */
};

void
ns_look_up_cancel(struct ns_look_up *look_up)
{
	size_t i;

	if (look_up == NULL)
		return;
	for (i = 0; i < 2 * look_up->names.count; i++) {
		resolver_cancel(look_up->lookups[i].question);
		answer_free(look_up->lookups[i].answer);
	}
	free(look_up->lookups);
	ns_names_clear(&look_up->names);
	event_free(look_up->due);
	free(look_up);
}

/* NULL: the server is counted, but is one too many to be asked. */
static struct server_evidence *
new_server(struct evidence *evidence, const struct ns_name *name)
{
	struct server_evidence *server;

	evidence->server_total++;
	if (evidence->server_count == NS_SERVERS_MAX)
		return NULL;
	evidence->servers = memory_grow(evidence->servers,
	    evidence->server_count, sizeof(*server));
	server = &evidence->servers[evidence->server_count++];
	server->zone = memory_string(name->zone);
	server->name = memory_string(name->name);
	server->delegated = name->delegated;
	return server;
}

/* Over both transports, unless it is there already. */
static void
add_address(struct evidence *evidence, const struct ns_name *name, bool alias,
    const struct answer_record *record)
{
	struct server_evidence *server;
	struct address address;
	size_t i;
	int tcp;

	if (!address_from_octets(&address, record->data, record->size, PORT))
		return;
	for (i = 0; i < evidence->server_count; i++) {
		server = &evidence->servers[i];
		if (name_equal(server->zone, name->zone) &&
		    name_equal(server->name, name->name) &&
		    address_equal(&server->address, &address))
			return;
	}
	for (tcp = 0; tcp < 2; tcp++) {
		server = new_server(evidence, name);
		if (server == NULL)
			continue;
		server->alias = alias;
		server->address = address;
		server->tcp = tcp == 1;
	}
}

static void
add_lost(struct evidence *evidence, const struct ns_name *name,
    const struct answer *a)
{
	struct server_evidence *server = new_server(evidence, name);

	if (server == NULL)
		return;
	server->alias = a->aliased;
	evidence_server_answer(server, answer_unusable(name->name, DNS_A,
	    a->kind == ANSWER_UNUSABLE ? a->why : "it has no address"));
}

static void
list_server(struct ns_look_up *look_up, size_t i)
{
	struct evidence *evidence = look_up->evidence;
	const struct ns_name *name = &look_up->names.items[i];
	const struct answer *const answers[] = {
		look_up->lookups[2 * i].answer,
		look_up->lookups[2 * i + 1].answer,
	};
	const bool alias = answers[0]->aliased || answers[1]->aliased;
	size_t j, k, found = 0;

	for (j = 0; j < 2; j++) {
		for (k = 0; k < answers[j]->count; k++, found++)
			add_address(evidence, name, alias,
			    &answers[j]->records[k]);
	}
	for (j = 0; found == 0 && j < name->glue_count; j++)
		add_address(evidence, name, alias, &name->glue[j]);
	if (found == 0 && name->glue_count == 0)
		add_lost(evidence, name, answers[0]);
}

static void
on_due(evutil_socket_t fd, short what, void *argument)
{
	struct ns_look_up *look_up = argument;
	ns_look_up_done *done = look_up->done;
	void *arg = look_up->argument;
	size_t i;

	(void)fd;
	(void)what;
	for (i = 0; i < look_up->names.count; i++)
		list_server(look_up, i);
	/* What is beyond the limits is counted. */
	look_up->evidence->server_total += look_up->names.total -
	    look_up->names.count;
	ns_look_up_cancel(look_up);
	done(arg);
}

static void
on_answer(struct answer *answer, void *argument)
{
	struct lookup *lookup = argument;
	struct ns_look_up *look_up = lookup->look_up;

	lookup->question = NULL;
	lookup->answer = answer;
	context_trace_answer(look_up->context, answer);
	if (--look_up->running == 0)
		event_active(look_up->due, EV_TIMEOUT, 0);
}

struct ns_look_up *
ns_look_up_start(const struct context *context, struct evidence *evidence,
    struct ns_names *names, ns_look_up_done *done, void *argument)
{
	static const enum dns_type types[] = { DNS_A, DNS_AAAA };
	struct ns_look_up *look_up = memory_new(1, sizeof(*look_up));
	struct lookup *lookup;
	size_t i;

	look_up->context = context;
	look_up->evidence = evidence;
	look_up->names = *names;
	look_up->done = done;
	look_up->argument = argument;
	look_up->due = evtimer_new(context->base, on_due, look_up);
	if (look_up->due == NULL)
		abort();
	look_up->lookups = memory_new(2 * names->count, sizeof(*lookup));
	look_up->running = 2 * names->count;
	for (i = 0; i < look_up->running; i++) {
		lookup = &look_up->lookups[i];
		lookup->look_up = look_up;
		lookup->question = resolver_ask(context->resolver,
		    names->items[i / 2].name, types[i % 2], on_answer, lookup);
	}
	if (look_up->running == 0)
		event_active(look_up->due, EV_TIMEOUT, 0);
	return look_up;
}
