#include "checker/run/settings.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "checker/evidence/evidence.h"
#include "checker/gather/budget.h"
#include "checker/run/instant.h"
#include "checker/run/pool.h"
#include "checker/tlsa/expectation.h"
#include "resolver/memory.h"
#include "resolver/text.h"

/* -q, then as many -v as say more. */
#define VERBOSITY_QUIET	(-1)
#define VERBOSITY_MAX	2

void
settings_init(struct settings *settings)
{
	*settings = (struct settings){
		.gather = {
			.port = OPTIONS_PORT,
			.timeout = SETTINGS_TIMEOUT,
			.max_endpoints = BUDGET_ADDRESSES,
			.repeat = 1,
		},
		.judge = {
			.warning_days = SETTINGS_NOT_GIVEN,
			.critical_days = SETTINGS_NOT_GIVEN,
		},
		.format = report_format_at(0),
		.jobs = 1,
		.colour = TERMINAL_COLOUR_AUTO,
	};
}

/*
 * A list in the options of a room, which reads it as const. The settings own it
 * and may change it.
 */
static void *
own_list(const void *list)
{
	return (void *)(uintptr_t)list;
}

void
settings_clear(struct settings *settings)
{
	struct expectation *expectations =
	    own_list(settings->judge.expectations);
	size_t i;

	for (i = 0; i < settings->judge.expectation_count; i++)
		expectation_clear(&expectations[i]);
	free(expectations);
	free(own_list(settings->resolver.forwarders));
	free(settings->sources.items);
	free(settings->chains.items);
	free(settings->next.items);
	settings_init(settings);
}

void
settings_count_domains(struct settings *settings, size_t count)
{
	if (count == 1 && settings->input == NULL)
		settings->gather.thorough = true;
}

void
settings_set_limits(struct settings *settings)
{
	struct judge_options *judge = &settings->judge;

	if (judge->signature_warning.unit == EXPIRY_NOT_GIVEN &&
	    judge->warning_days < 0 && judge->critical_days < 0)
		judge->signature_warning = (struct expiry_limit){
			EXPIRY_PERCENT, SETTINGS_SIGNATURE_WARNING };
}

bool
settings_ask_servers(const struct settings *settings)
{
	return settings->chains.count == 0 && !settings->gather.connect;
}

static bool
take_ipv4(void *member, const char *value, const char **why)
{
	int *family = member;

	(void)value;
	(void)why;
	*family = AF_INET;
	return true;
}

static bool
take_ipv6(void *member, const char *value, const char **why)
{
	int *family = member;

	(void)value;
	(void)why;
	*family = AF_INET6;
	return true;
}

/* resolver_open checks the value. */
static bool
take_forwarder(void *member, const char *value, const char **why)
{
	struct resolver_options *options = member;
	struct words words = { own_list(options->forwarders),
		options->forwarder_count };

	take_word(&words, value, why);
	options->forwarders = words.items;
	options->forwarder_count = words.count;
	return true;
}

static bool
add_expectation(struct judge_options *options, const char *value, bool absent,
    const char **why)
{
	*why = NULL;
	options->expectations = expectation_add_lines(
	    own_list(options->expectations), &options->expectation_count,
	    value, absent, why);
	return *why == NULL;
}

static bool
take_expect(void *member, const char *value, const char **why)
{
	return add_expectation(member, value, false, why);
}

static bool
take_expect_no(void *member, const char *value, const char **why)
{
	return add_expectation(member, value, true, why);
}

static bool
take_published(void *member, const char *value, const char **why)
{
	return instant_parse(value, INSTANT_LOCAL, member, why);
}

/* It is read, and replaced. */
static bool
take_state(void *member, const char *value, const char **why)
{
	if (strcmp(value, "-") != 0)
		return take_text(member, value, why);
	*why = "is standard input: name a file that can be kept";
	return false;
}

static bool
take_connect(void *member, const char *value, const char **why)
{
	struct gather_options *options = member;

	options->connect = true;
	if (address_from_text(&options->connect_to, value, 0))
		return true;
	*why = "is not an IP address";
	return false;
}

/* Whether it is this machine's is for the engine to find out. */
static bool
take_source(void *member, const char *value, const char **why)
{
	struct address address;

	if (address_from_text(&address, value, 0))
		return take_word(member, value, why);
	*why = "is not an IP address";
	return false;
}

static bool
take_format(void *member, const char *value, const char **why)
{
	const struct report_format **format = member;

	*format = report_format_find(value);
	if (*format != NULL)
		return true;
	*why = "is not a format; see --help";
	return false;
}

static bool
take_endpoints(void *member, const char *value, const char **why)
{
	unsigned int *endpoints = member;
	uint32_t number;

	if (!text_parse_number(value, GATHER_ENDPOINTS_MAX, &number)) {
		*why = "is not a number of addresses, 1 to "
		    TEXT_NUMBER(GATHER_ENDPOINTS_MAX);
		return false;
	}
	*endpoints = number;
	return true;
}

static bool
take_repeat(void *member, const char *value, const char **why)
{
	unsigned int *repeat = member;
	uint32_t number;

	if (!text_parse_number(value, EVIDENCE_REPEATS_MAX, &number)) {
		*why = "is not a number of connections, 1 to "
		    TEXT_NUMBER(EVIDENCE_REPEATS_MAX);
		return false;
	}
	*repeat = number;
	return true;
}

static bool
take_retry(void *member, const char *value, const char **why)
{
	unsigned int *retry = member;
	uint32_t number = 0;

	*why = "is not a number of attempts, 0 to "
	    TEXT_NUMBER(EVIDENCE_RETRIES_MAX);
	if (strcmp(value, "0") != 0 &&
	    !text_parse_number(value, EVIDENCE_RETRIES_MAX, &number))
		return false;
	*retry = number;
	return true;
}

static bool
take_shard(void *member, const char *value, const char **why)
{
	if (shard_parse(value, member))
		return true;
	*why = "is not a shard, I/N with I from 1 to N, at most "
	    TEXT_NUMBER(SHARD_COUNT_MAX);
	return false;
}

static bool
take_jobs(void *member, const char *value, const char **why)
{
	unsigned int *jobs = member;
	uint32_t number = 0;

	*why = "is not a number of workers, 0 to "
	    TEXT_NUMBER(POOL_WORKERS_MAX);
	if (strcmp(value, "0") != 0 &&
	    !text_parse_number(value, POOL_WORKERS_MAX, &number))
		return false;
	*jobs = number;
	return true;
}

static bool
take_quiet(void *member, const char *value, const char **why)
{
	int *verbosity = member;

	(void)value;
	(void)why;
	*verbosity = VERBOSITY_QUIET;
	return true;
}

static bool
take_verbose(void *member, const char *value, const char **why)
{
	int *verbosity = member;

	(void)value;
	(void)why;
	if (*verbosity < 0)
		*verbosity = 0;
	if (*verbosity < VERBOSITY_MAX)
		(*verbosity)++;
	return true;
}

#define AT(member) offsetof(struct settings, member)

const struct option_row settings_shared[] = {
	{ "port", 'p', "N", take_port, AT(gather.port),
	    "port to connect to and to look up (default 25)" },
	{ "ipv4", '4', NULL, take_ipv4, AT(gather.family),
	    "connect to IPv4 addresses only" },
	{ "ipv6", '6', NULL, take_ipv6, AT(gather.family),
	    "connect to IPv6 addresses only" },
	{ "resolver", 0, "ADDR[@PORT]", take_forwarder, AT(resolver),
	    "query this resolver (repeatable); its answers are validated here "
	    "all the same" },
	{ "trust-anchor", 0, "FILE", take_text, AT(trust_anchor),
	    "DS or DNSKEY records to trust" },
	{ "root-hints", 0, "FILE", take_text, AT(root_hints),
	    "addresses of the root servers" },
	{ "allow-reserved", 0, NULL, take_flag, AT(gather.allow_reserved),
	    "connect to, and ask, special-purpose addresses, too (private, "
	    "loopback...)" },
	{ "helo", 0, "NAME", take_host_name, AT(gather.helo),
	    "name to send in EHLO (default: this machine's)" },
	{ "source", 0, "ADDR", take_source, AT(sources),
	    "ask and connect from this address of this machine (one of each "
	    "family; repeatable in lists)" },
	{ "signature-warning", 0, "T", take_limit, AT(judge.signature_warning),
	    "warn about signatures with less than this left: N% of their "
	    "life, Nd or Nh (default 10%)" },
	{ "signature-critical", 0, "T", take_limit,
	    AT(judge.signature_critical), "fail for those (default: none, "
	    "check_mxdane 5%)" },
	{ "max-endpoints", 0, "N", take_endpoints, AT(gather.max_endpoints),
	    "addresses of a domain to look at (default 256)" },
	{ "retry", 0, "N", take_retry, AT(gather.retry),
	    "try an address again, up to N times, that could not be tried "
	    "(default 0, check_mxdane 1)" },
	{ "authoritative", 0, NULL, take_flag, AT(gather.authoritative),
	    "query each name server of the zones, too" },
	{ "dns-only", 0, NULL, take_flag, AT(gather.dns_only),
	    "do not connect: judge the DNS alone" },
	{ "expect", 0, "RECORD", take_expect, AT(judge),
	    "every host must have this TLSA record: \"3 1 1 DATA\", DATA may "
	    "be left out" },
	{ "expect-no", 0, "RECORD", take_expect_no, AT(judge),
	    "no host may have this TLSA record" },
	{ "verbose", 'v', NULL, take_verbose, AT(report.verbosity),
	    "more detail; given twice: still more" },
	{ "help", 'h', NULL, take_flag, AT(help), "print this and exit" },
	{ "version", 'V', NULL, take_flag, AT(version),
	    "print the version and exit" },
	{ NULL, 0, NULL, NULL, 0, NULL },
};

static const struct option_row rows[] = {
	{ "host", 'H', NULL, take_flag, AT(gather.host_mode),
	    "the arguments are mail servers: no MX lookup" },
	{ "file", 'f', "FILE", take_text, AT(input),
	    "read domains from FILE, one a line ('-': stdin)" },
	{ "all", 'a', NULL, take_flag, AT(gather.all),
	    "connect to MX hosts without TLSA records, too, and print records "
	    "that they could publish" },
	{ "chain", 0, "FILE", take_word, AT(chains),
	    "judge as if every server presented this PEM chain (one for each "
	    "key type)" },
	{ "next", 0, "FILE", take_word, AT(next),
	    "is it safe to switch to this chain, certificate, request or "
	    "key?" },
	{ "published", 0, "TIME", take_published, AT(judge.published),
	    "when the record of --next was published "
	    "(2026-01-31T12:00:00Z)" },
	{ "state", 0, "FILE", take_state, AT(state),
	    "remember in FILE when each TLSA record was seen first" },
	{ "connect", 0, "ADDR", take_connect, AT(gather),
	    "connect to ADDR instead of the addresses in DNS" },
	{ "repeat", 0, "N", take_repeat, AT(gather.repeat),
	    "connect N times, to see all machines that share an address" },
	{ "issuers", 0, "FILE", take_text, AT(issuers),
	    "CAs to know in addition to, or in place of, the built-in ones" },
	{ "days", 0, "N", take_days, AT(judge.ahead_days),
	    "judge as of N days from now" },
	{ "warning", 'w', "DAYS", take_days, AT(judge.warning_days),
	    "warn about signatures and certificates that expire within DAYS" },
	{ "critical", 'c', "DAYS", take_days, AT(judge.critical_days),
	    "fail for those that expire within DAYS" },
	{ "thorough", 0, NULL, take_flag, AT(gather.thorough),
	    "ask in lists, too, what only a single domain is asked for" },
	{ "self-test", 0, NULL, take_flag, AT(self_test),
	    "say whether this machine can test at all; with a DOMAIN, whether "
	    "its mail servers can be connected to" },
	{ "wait", 0, "DURATION", take_duration, AT(wait),
	    "try again until the verdict is pass, for at most DURATION (90s, "
	    "10m, 2h)" },
	{ "timeout", 0, "SECONDS", take_seconds, AT(gather.timeout),
	    "deadline for each domain (default 60)" },
	{ "format", 0, "F", take_format, AT(format),
	    "text (default), json, junit, tap, github, prometheus" },
	{ "output", 'o', "FILE", take_output, AT(output),
	    "write the report to FILE" },
	{ "record", 0, "FILE", take_text, AT(record),
	    "write what was seen to FILE, too" },
	{ "replay", 0, "FILE", take_text, AT(replay),
	    "judge again what --record wrote, offline" },
	{ "since", 0, "FILE", take_text, AT(since),
	    "report what has changed since FILE, an earlier record or JSON "
	    "report" },
	{ "shard", 0, "I/N", take_shard, AT(shard),
	    "of the domains, only those whose name hashes to I of N" },
	{ "unordered", 0, NULL, take_flag, AT(unordered),
	    "report domains as they are done, not in the order of the list" },
	{ "resume", 0, NULL, take_flag, AT(resume),
	    "add to the JSON reports of --output what they lack of --file" },
	{ "summary", 0, "FILE", take_text, AT(summary),
	    "write the counts of the run to FILE, too, as a JSON object" },
	{ "jobs", 0, "N", take_jobs, AT(jobs),
	    "worker processes for a list (default 1; 0: one a processor)" },
	{ "quiet", 'q', NULL, take_quiet, AT(report.verbosity),
	    "one line for each domain" },
	{ "color", 0, "WHEN", take_colour, AT(colour),
	    "auto (default), always, never" },
	{ NULL, 0, NULL, NULL, 0, NULL },
};

const struct option_table settings_table = {
	.program = "mxdane",
	.synopsis = "mxdane [OPTION]... DOMAIN...\n"
	    "       mxdane [OPTION]... -f FILE\n"
	    "       mxdane [OPTION]... --self-test [DOMAIN]",
	.purpose = "Checks whether DANE for SMTP works for mail domains, and "
	    "if not, says why.",
	.rows = rows,
	.shared = settings_shared,
	.closing = "Exit status: 0 all pass, 1 some fail, 3 some unknown, 2 "
	    "some none or partial,\n64 wrong usage, 70 internal fault. See "
	    "mxdane(1).",
};
