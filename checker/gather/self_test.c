#include "checker/gather/self_test.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "checker/gather/self_test_parts.h"
#include "resolver/clock.h"
#include "resolver/memory.h"
#include "resolver/resolver.h"
#include "smtp/dial.h"

static void
test_free(struct self_test *test)
{
	errand_end_all(test, false);
	resolver_cancel(test->probe);
	event_free(test->deadline);
	event_free(test->end);
	evidence_free(test->evidence);
	free(test);
}

/* From the loop, when nothing is under way any more. */
static void
on_end(evutil_socket_t fd, short what, void *argument)
{
	struct self_test *test = argument;
	struct evidence *evidence = test->evidence;
	self_test_done *done = test->done;
	void *const whose = test->argument;

	(void)fd;
	(void)what;
	if (test->first != NULL || test->probe != NULL)
		return;
	self_test_facts_sort(test->facts);
	test->evidence = NULL;
	test_free(test);
	done(evidence, whose);
}

static void
on_deadline(evutil_socket_t fd, short what, void *argument)
{
	struct self_test *test = argument;

	(void)fd;
	(void)what;
	errand_end_all(test, true);
	resolver_cancel(test->probe);
	test->probe = NULL;
	test->evidence->out_of_time = true;
	event_active(test->end, EV_TIMEOUT, 0);
}

static void
on_probed(enum resolver_health health, void *argument)
{
	struct self_test *test = argument;

	test->probe = NULL;
	test->evidence->health = health;
	test->evidence->health_why = memory_string(
	    resolver_health_why(test->context->resolver));
	if (test->first == NULL)
		event_active(test->end, EV_TIMEOUT, 0);
}

static void
describe(struct self_test *test, time_t now)
{
	const struct gather_options *options = test->context->options;
	struct evidence *evidence = test->evidence;
	struct self_test_facts *facts = self_test_facts_new(
	    options->helo != NULL ? options->helo : SESSION_HELO_UNKNOWN);

	evidence->self_test = test->facts = facts;
	evidence->checked_at = now;
	evidence->host_mode = options->host_mode;
	evidence->dns_only = options->dns_only;
	evidence->tool = evidence_tool_copy(test->context->tool);
	evidence->deadline = options->timeout;
	facts->has_domain = strcmp(evidence->domain, SELF_TEST_NO_DOMAIN) != 0;
	facts->no_ipv4 = options->family == AF_INET6;
	facts->no_ipv6 = options->family == AF_INET;
	facts->root = test->context->resolver_options->forwarder_count == 0;
}

struct self_test *
self_test_start(const struct context *context, const char *domain, time_t now,
    self_test_done *done, void *argument)
{
	const struct timeval limit = clock_timeval(context->options->timeout);
	struct self_test *test = memory_new(1, sizeof(*test));

	test->context = context;
	test->done = done;
	test->argument = argument;
	test->evidence = evidence_new(domain);
	test->party = dialer_add_party(context->dialer);
	test->deadline = evtimer_new(context->base, on_deadline, test);
	test->end = event_new(context->base, -1, 0, on_end, test);
	if (test->deadline == NULL || test->end == NULL ||
	    evtimer_add(test->deadline, &limit) == -1)
		abort();
	describe(test, now);
	test->probe = resolver_probe(context->resolver, on_probed, test);
	self_test_dns(test);
	self_test_mail(test);
	return test;
}

void
self_test_cancel(struct self_test *test)
{
	if (test != NULL)
		test_free(test);
}

const struct evidence *
self_test_evidence(const struct self_test *test)
{
	return test->evidence;
}
