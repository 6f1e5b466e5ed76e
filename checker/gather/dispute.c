#include "checker/gather/dispute.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/query.h"

/*
 * Seconds for each question, and the part of the audit's time that it may take:
 * the resolver has been asked before, and had longer than that.
 */
#define PATIENCE      2.0
#define PATIENCE_PART	8

#define SERVFAIL	2	/* RFC 1035 4.1.1 */

/* One question to one resolver. */
struct dispute_query {
	struct dispute	*dispute;	/* borrowed */
	struct query	*query;		/* owned, NULL: none */
	struct answer	*answer;	/* owned, NULL: not yet */
};

struct dispute {
	const struct context	*context;	/* borrowed */
	const char		*domain;	/* borrowed */
	struct dispute_evidence	 found;		/* owned */
	size_t			 count;		/* of resolvers asked */
	struct dispute_query	 queries[DISPUTE_RESOLVERS_MAX]
				    [DISPUTE_ANSWERS];
	size_t			 running;	/* of these */
	dispute_done		*done;
	void			*argument;	/* borrowed */
};

/* Everything but what was found. */
static void
dispute_free(struct dispute *dispute)
{
	size_t i, j;

	for (i = 0; i < dispute->count; i++) {
		for (j = 0; j < DISPUTE_ANSWERS; j++) {
			query_cancel(dispute->queries[i][j].query);
			answer_free(dispute->queries[i][j].answer);
		}
	}
	free(dispute);
}

/* The answers of all resolvers, each in its place. */
static void
collect(struct dispute *dispute)
{
	struct dispute_evidence *found = &dispute->found;
	struct server_evidence *server;
	size_t i, j;

	found->resolvers = memory_new(dispute->count,
	    sizeof(*found->resolvers));
	found->resolver_count = dispute->count;
	for (i = 0; i < dispute->count; i++) {
		server = &found->resolvers[i];
		server->zone = memory_string(".");
		server->name = memory_string(
		    dispute->context->forwarder_names[i]);
		server->address = dispute->context->forwarders[i];
		for (j = 0; j < DISPUTE_ANSWERS; j++) {
			evidence_server_answer(server,
			    dispute->queries[i][j].answer);
			dispute->queries[i][j].answer = NULL;
		}
	}
}

/* Whether one of the resolvers says so, whatever it is asked like. */
static bool
says(const struct dispute_evidence *found, enum answer_kind kind,
    uint16_t rcode)
{
	const struct answer *answer;
	size_t i, j;

	for (i = 0; i < found->resolver_count; i++) {
		for (j = 0; j < found->resolvers[i].answer_count; j++) {
			answer = found->resolvers[i].answers[j];
			if (answer->kind == kind && (rcode == 0 ||
			    answer->rcode == rcode))
				return true;
		}
	}
	return false;
}

/*
 * Whether the name is there for the resolver alone. One that agrees that there
 * is none only fails to prove it; one that says SERVFAIL may do so to all
 * denials, but of the domain itself it is believed to know more.
 */
static bool
views_differ(const struct dispute *dispute)
{
	const struct dispute_evidence *found = &dispute->found;

	if (found->root == NULL || found->root->kind != ANSWER_NO_NAME ||
	    says(found, ANSWER_NO_NAME, 0))
		return false;
	switch (found->heard->type) {
	case DNS_MX:
	case DNS_A:
	case DNS_AAAA:
		break;
	default:
		return false;
	}
	return says(found, ANSWER_RECORDS, 0) ||
	    says(found, ANSWER_NO_DATA, 0) ||
	    (says(found, ANSWER_UNUSABLE, SERVFAIL) &&
	    name_equal(found->heard->owner, dispute->domain));
}

static void
finish(struct dispute *dispute)
{
	struct dispute_evidence found;
	dispute_done *done = dispute->done;
	void *argument = dispute->argument;

	collect(dispute);
	dispute->found.differs = views_differ(dispute);
	found = dispute->found;
	dispute_free(dispute);
	done(&found, argument);
}

static void
on_answer(struct answer *answer, void *argument)
{
	struct dispute_query *query = argument;
	struct dispute *dispute = query->dispute;

	query->query = NULL;
	query->answer = answer;
	if (--dispute->running == 0)
		finish(dispute);
}

static double
patience(const struct context *context)
{
	const double part = context->options->timeout / PATIENCE_PART;

	return part < PATIENCE ? part : PATIENCE;
}

static void
ask(struct dispute *dispute, size_t i, enum dispute_answer how)
{
	const struct context *context = dispute->context;
	struct dispute_query *query = &dispute->queries[i][how];
	struct sockaddr_storage server;
	const struct query_question question = {
		.server = (struct sockaddr *)&server,
		.server_size = (socklen_t)
		    address_to_socket(&context->forwarders[i], &server),
		.name = dispute->found.heard->owner,
		.type = dispute->found.heard->type,
		.recursive = true,
		.unchecked = how == DISPUTE_UNCHECKED,
		.limit = patience(context),
	};

	query->dispute = dispute;
	query->query = query_start(context->query_client, &question, on_answer,
	    query);
	dispute->running++;
}

struct dispute *
dispute_start(const struct context *context, const char *domain,
    struct answer *heard, struct answer *root, dispute_done *done,
    void *argument)
{
	struct dispute *dispute = memory_new(1, sizeof(*dispute));
	size_t i;

	dispute->context = context;
	dispute->domain = domain;
	dispute->found.heard = heard;
	dispute->found.root = root;
	dispute->done = done;
	dispute->argument = argument;
	dispute->count = context->forwarder_count < DISPUTE_RESOLVERS_MAX ?
	    context->forwarder_count :
	    DISPUTE_RESOLVERS_MAX;
	for (i = 0; i < dispute->count; i++) {
		ask(dispute, i, DISPUTE_UNCHECKED);
		ask(dispute, i, DISPUTE_CHECKED);
	}
	return dispute;
}

void
dispute_cancel(struct dispute *dispute)
{
	if (dispute == NULL)
		return;
	evidence_dispute_clear(&dispute->found);
	dispute_free(dispute);
}
