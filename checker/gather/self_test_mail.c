/*
 * What mail servers see of this machine: its addresses, their names, and its
 * name for EHLO; and whether they can be connected to.
 */
#include <stdlib.h>
#include <string.h>

#include "checker/gather/self_test_parts.h"
#include "resolver/memory.h"
#include "resolver/resolver.h"
#include "smtp/dial.h"
#include "smtp/session.h"

/* Mail servers that are looked up, and addresses that are connected to. */
#define HOSTS_MAX	4
#define CONTACTS_MAX	8

static errand_answered on_host_addresses;

/* The name under which the PTR record of an address is. Owned by the caller. */
static char *
reverse_name(const struct address *address)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *octets = address->octets;
	char text[64 + 1];
	size_t i;

	if (address->family == AF_INET)
		return memory_format("%u.%u.%u.%u.in-addr.arpa", octets[3],
		    octets[2], octets[1], octets[0]);
	for (i = 0; i < 16; i++) {
		text[4 * i] = digits[octets[15 - i] % 16];
		text[4 * i + 2] = digits[octets[15 - i] / 16];
		text[4 * i + 1] = text[4 * i + 3] = '.';
	}
	text[64] = '\0';
	return memory_format("%sip6.arpa", text);
}

static void
on_reverse(struct errand *errand, const struct answer *answer)
{
	size_t i;

	if (answer->count == 0 || answer->type != DNS_PTR)
		errand_see(errand, answer_is_broken(answer) ? SIGHT_FAILED :
		    SIGHT_ABSENT, answer->why);
	for (i = 0; i < answer->count; i++) {
		free(errand->sight.subject);
		errand->sight.subject = memory_string(answer->records[i].name);
		errand_see(errand, SIGHT_GOOD, NULL);
	}
}

/* Without a name, the address is what we say in EHLO: the first one found. */
static void
take_literal(struct self_test *test, const struct address *source)
{
	struct self_test_facts *facts = test->facts;

	if (test->context->options->helo != NULL || source->family == 0 ||
	    strcmp(facts->helo, SESSION_HELO_UNKNOWN) != 0)
		return;
	free(facts->helo);
	facts->helo = address_literal(source);
}

void
self_test_route(struct self_test *test, const struct address *address)
{
	const struct context *context = test->context;
	struct errand *errand = errand_new(test, address->family == AF_INET6 ?
	    SELF_TEST_IPV6 : SELF_TEST_IPV4, NULL);
	char *name;

	errand->sight.source = dialer_source(context->dialer, address);
	take_literal(test, &errand->sight.source);
	errand_see(errand, errand->sight.source.family != 0 ? SIGHT_GOOD :
	    SIGHT_NO_ROUTE, NULL);
	errand->sight.topic = SELF_TEST_REVERSE;
	if (errand->sight.source.family == 0) {
		errand_end(errand);
	} else if (!context->options->allow_reserved &&
	    address_special_purpose(&errand->sight.source) != NULL) {
		errand_see(errand, SIGHT_RESERVED,
		    address_special_purpose(&errand->sight.source));
		errand_end(errand);
	} else {
		name = reverse_name(&errand->sight.source);
		errand_ask(errand, name, DNS_PTR, on_reverse);
		free(name);
	}
}

/* The addresses that the name for EHLO resolves to. */
static void
on_name(struct errand *errand, const struct answer *answer)
{
	size_t i;

	if (answer->count == 0)
		errand_see(errand, answer_is_broken(answer) ? SIGHT_FAILED :
		    SIGHT_ABSENT, answer->why);
	for (i = 0; i < answer->count; i++) {
		if (address_from_octets(&errand->sight.server,
		    answer->records[i].data, answer->records[i].size, 0))
			errand_see(errand, SIGHT_GOOD, NULL);
	}
}

/* Whatever becomes of TLS: the port is open, and we are welcome, or not. */
static void
on_conversation(struct session_result *result, void *argument)
{
	struct errand *errand = argument;

	errand->session = NULL;
	if (result->outcome == OUTCOME_REFUSED)
		errand_see(errand, SIGHT_REFUSED, result->error);
	else if (result->outcome == OUTCOME_TIMEOUT &&
	    result->stage <= STAGE_GREETING)
		errand_see(errand, SIGHT_SILENT, result->error);
	else if (result->outcome == OUTCOME_CONNECT_FAILED ||
	    result->outcome == OUTCOME_PROTOCOL)
		errand_see(errand, SIGHT_FAILED, result->error);
	else
		errand_see(errand, SIGHT_GOOD, NULL);
	errand_end(errand);
}

static void
on_connected(struct bufferevent *stream, enum dial_result dialled,
    const char *error, void *argument)
{
	static const enum self_test_kind kinds[] = {
		[DIAL_FAILED] = SIGHT_FAILED,
		[DIAL_TIMED_OUT] = SIGHT_SILENT,
		[DIAL_NO_ROUTE] = SIGHT_NO_ROUTE,
		[DIAL_CONNECTED] = SIGHT_GOOD,
	};
	struct errand *errand = argument;
	const struct context *context = errand->test->context;
	const struct session_options options = {
		.helo = context->options->helo,
		.offer.server_name = errand->sight.subject,
		.tls = context->tls,
		.subject = errand->trace,
		.trace = context->trace,
	};

	if (stream == NULL) {
		errand_see(errand, kinds[dialled], error);
		errand_end(errand);
		return;
	}
	errand->sight.source = dial_source(stream);
	errand->session = session_start(context->base, stream, &options,
	    on_conversation, errand);
}

static void
contact(struct self_test *test, const char *host,
    const struct address *address)
{
	const struct gather_options *options = test->context->options;
	const char *reserved = address_special_purpose(address);
	struct errand *errand;
	char *text;

	if (test->contacts == CONTACTS_MAX || (options->family != 0 &&
	    options->family != address->family))
		return;
	test->contacts++;
	errand = errand_new(test, SELF_TEST_PORT, memory_string(host));
	errand->sight.server = *address;
	if (reserved != NULL && !options->allow_reserved) {
		errand_see(errand, SIGHT_RESERVED, reserved);
		errand_end(errand);
		return;
	}
	text = address_text(address);
	errand->trace = memory_format("%s [%s]", host, text);
	free(text);
	errand->dial = dial_start(test->context->dialer, test->party, address,
	    on_connected, errand);
}

/* One of each family is enough of a host. */
static void
on_host_addresses(struct errand *errand, const struct answer *answer)
{
	const uint16_t port = errand->test->context->options->port;
	struct address address;

	if (answer_is_broken(answer))
		errand_see(errand, SIGHT_FAILED, answer->why);
	else if (answer->count > 0 && address_from_octets(&address,
	    answer->records[0].data, answer->records[0].size, port))
		contact(errand->test, errand->sight.subject, &address);
}

static void
look_up_host(struct self_test *test, const char *host)
{
	errand_ask(errand_new(test, SELF_TEST_PORT, memory_string(host)), host,
	    DNS_A, on_host_addresses);
	errand_ask(errand_new(test, SELF_TEST_PORT, memory_string(host)), host,
	    DNS_AAAA, on_host_addresses);
}

static void
on_mx(struct errand *errand, const struct answer *answer)
{
	const char *domain = errand->test->evidence->domain;
	size_t i;

	if (answer_is_broken(answer))
		errand_see(errand, SIGHT_FAILED, answer->why);
	else if (answer->count == 0)	/* RFC 5321 5.1 */
		look_up_host(errand->test, domain);
	for (i = 0; i < answer->count && i < HOSTS_MAX; i++) {
		if (strcmp(answer->records[i].name, ".") == 0)
			errand_see(errand, SIGHT_ABSENT, NULL);
		else
			look_up_host(errand->test, answer->records[i].name);
	}
}

void
self_test_mail(struct self_test *test)
{
	const char *domain = test->evidence->domain;
	const char *helo = test->context->options->helo;

	if (helo != NULL) {
		errand_ask(errand_new(test, SELF_TEST_NAME,
		    memory_string(helo)), helo, DNS_A, on_name);
		errand_ask(errand_new(test, SELF_TEST_NAME,
		    memory_string(helo)), helo, DNS_AAAA, on_name);
	}
	if (!test->facts->has_domain || test->evidence->dns_only)
		return;
	if (test->evidence->host_mode)
		look_up_host(test, domain);
	else
		errand_ask(errand_new(test, SELF_TEST_PORT,
		    memory_string(domain)), domain, DNS_MX, on_mx);
}
