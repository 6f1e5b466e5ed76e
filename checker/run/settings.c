#include "checker/run/settings.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "checker/tlsa/expectation.h"
#include "resolver/memory.h"
#include "resolver/name.h"

/* A day: nobody waits longer for one domain. */
#define TIMEOUT_MAX	86400.0
/* A hundred years. */
#define DAYS_MAX	36500.0

void
settings_init(struct settings *settings)
{
	*settings = (struct settings){
		.gather = {
			.port = SETTINGS_PORT,
			.timeout = SETTINGS_TIMEOUT,
		},
		.format = report_format_at(0),
		.colour = COLOUR_AUTO,
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

	free(own_list(settings->resolver.forwarders));
	free(settings->chains);
	free(settings->next);
	for (i = 0; i < settings->judge.expectation_count; i++)
		expectation_clear(&expectations[i]);
	free(expectations);
	settings_init(settings);
}

const char *
settings_conflict(const struct settings *settings)
{
	const bool connect = settings->gather.connect;
	const bool dns_only = settings->gather.dns_only;

	if (settings->chain_count > 0 && connect)
		return "--connect does not go with --chain, "
		    "which connects to nobody";
	if (settings->chain_count > 0 && dns_only)
		return "--dns-only does not go with --chain, "
		    "which connects to nobody by itself";
	if (dns_only && connect)
		return "--connect does not go with --dns-only";
	return NULL;
}

/* Digits, and perhaps a point and digits: no sign, no exponent, no "inf". */
static bool
parse_decimal(const char *value, double most, double *number)
{
	char *end;

	if (strspn(value, "0123456789.") != strlen(value))
		return false;
	*number = strtod(value, &end);
	return end != value && *end == '\0' && *number <= most;
}

static bool
take_port(void *settings, const char *value, const char **why)
{
	unsigned long port;

	if (!options_number(value, 1, UINT16_MAX, &port)) {
		*why = "is no port number from 1 to 65535";
		return false;
	}
	((struct settings *)settings)->gather.port = (uint16_t)port;
	return true;
}

static bool
take_ipv4(void *settings, const char *value, const char **why)
{
	(void)value;
	(void)why;
	((struct settings *)settings)->gather.family = AF_INET;
	return true;
}

static bool
take_ipv6(void *settings, const char *value, const char **why)
{
	(void)value;
	(void)why;
	((struct settings *)settings)->gather.family = AF_INET6;
	return true;
}

/* Options that may be repeated; what the values mean is found out later. */
static bool
add_word(const char ***words, size_t *count, const char *value)
{
	*words = memory_grow(*words, *count, sizeof(**words));
	(*words)[(*count)++] = value;
	return true;
}

static bool
take_resolver(void *argument, const char *value, const char **why)
{
	struct resolver_options *options =
	    &((struct settings *)argument)->resolver;
	const char **forwarders = own_list(options->forwarders);

	(void)why;
	add_word(&forwarders, &options->forwarder_count, value);
	options->forwarders = forwarders;
	return true;
}

static bool
take_chain(void *argument, const char *value, const char **why)
{
	struct settings *settings = argument;

	(void)why;
	return add_word(&settings->chains, &settings->chain_count, value);
}

static bool
take_next(void *argument, const char *value, const char **why)
{
	struct settings *settings = argument;

	(void)why;
	return add_word(&settings->next, &settings->next_count, value);
}

static bool
take_helo(void *settings, const char *value, const char **why)
{
	if (!name_is_host(value)) {
		*why = "is no host name (letters, digits, '-' and '.')";
		return false;
	}
	((struct settings *)settings)->gather.helo = value;
	return true;
}

bool
settings_take_timeout(void *settings, const char *value, const char **why)
{
	double seconds;

	if (!parse_decimal(value, TIMEOUT_MAX, &seconds) || seconds == 0) {
		*why = "is no number of seconds above 0, up to 86400";
		return false;
	}
	((struct settings *)settings)->gather.timeout = seconds;
	return true;
}

static bool
parse_days(const char *value, double *days, const char **why)
{
	if (parse_decimal(value, DAYS_MAX, days))
		return true;
	*why = "is no number of days from 0 to 36500";
	return false;
}

static bool
take_warning(void *settings, const char *value, const char **why)
{
	return parse_days(value,
	    &((struct settings *)settings)->judge.warning_days, why);
}

static bool
take_critical(void *settings, const char *value, const char **why)
{
	return parse_days(value,
	    &((struct settings *)settings)->judge.critical_days, why);
}

static bool
take_ahead(void *settings, const char *value, const char **why)
{
	return parse_days(value,
	    &((struct settings *)settings)->judge.ahead_days, why);
}

/* "90", "90s", "10m", "2h". */
static bool
take_wait(void *settings, const char *value, const char **why)
{
	static const struct {
		char	unit;
		double	seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 60 * 60 } };
	size_t i, length = strlen(value);
	double factor = 1, number;
	char digits[16];

	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (length > 1 && value[length - 1] == units[i].unit) {
			factor = units[i].seconds;
			length--;
			break;
		}
	}
	if (length < sizeof(digits)) {
		memcpy(digits, value, length);
		digits[length] = '\0';
		if (parse_decimal(digits, TIMEOUT_MAX / factor, &number) &&
		    number > 0) {
			((struct settings *)settings)->wait = number * factor;
			return true;
		}
	}
	*why = "is no duration such as 90s, 10m or 2h, up to a day";
	return false;
}

static bool
add_expectation(struct judge_options *options, const char *value, bool absent,
    const char **why)
{
	struct expectation *expectations = memory_grow(
	    own_list(options->expectations), options->expectation_count,
	    sizeof(*expectations));

	options->expectations = expectations;
	if (!expectation_init(&expectations[options->expectation_count], value,
	    absent, why))
		return false;
	options->expectation_count++;
	return true;
}

static bool
take_expect(void *settings, const char *value, const char **why)
{
	return add_expectation(&((struct settings *)settings)->judge, value,
	    false, why);
}

static bool
take_expect_no(void *settings, const char *value, const char **why)
{
	return add_expectation(&((struct settings *)settings)->judge, value,
	    true, why);
}

static bool
take_connect(void *argument, const char *value, const char **why)
{
	struct settings *settings = argument;

	settings->gather.connect = true;
	if (address_from_text(&settings->gather.connect_to, value, 0))
		return true;
	*why = "is no IP address";
	return false;
}

static bool
take_format(void *settings, const char *value, const char **why)
{
	const struct report_format *format = report_format_find(value);

	if (format == NULL) {
		*why = "is no format; see --help";
		return false;
	}
	((struct settings *)settings)->format = format;
	return true;
}

static bool
take_quiet(void *settings, const char *value, const char **why)
{
	(void)value;
	(void)why;
	((struct settings *)settings)->report.verbosity = -1;
	return true;
}

static bool
take_verbose(void *argument, const char *value, const char **why)
{
	struct settings *settings = argument;

	(void)value;
	(void)why;
	if (settings->report.verbosity < 0)
		settings->report.verbosity = 0;
	if (settings->report.verbosity < 2)
		settings->report.verbosity++;
	return true;
}

bool
settings_colour(const char *value, enum colour_when *when, const char **why)
{
	static const char *const words[] = {
		[COLOUR_NEVER] = "never",
		[COLOUR_AUTO] = "auto",
		[COLOUR_ALWAYS] = "always",
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(value, words[i]) == 0) {
			*when = (enum colour_when)i;
			return true;
		}
	}
	*why = "is none of auto, always, never";
	return false;
}

static bool
take_colour(void *settings, const char *value, const char **why)
{
	return settings_colour(value, &((struct settings *)settings)->colour,
	    why);
}

#define MEMBER(member) NULL, offsetof(struct settings, member)

const struct option_row settings_shared[] = {
	{ "port", 'p', "N", "port to connect to and to look up (default 25)",
	    take_port, 0 },
	{ "ipv4", '4', NULL, "connect to IPv4 addresses only", take_ipv4, 0 },
	{ "ipv6", '6', NULL, "connect to IPv6 addresses only", take_ipv6, 0 },
	{ "resolver", 0, "ADDR[@PORT]", "ask this resolver (repeatable); "
	    "validated here all the same", take_resolver, 0 },
	{ "trust-anchor", 0, "FILE", "DS or DNSKEY records to trust",
	    MEMBER(resolver.anchor_file) },
	{ "root-hints", 0, "FILE", "addresses of the root servers",
	    MEMBER(resolver.root_hints) },
	{ "allow-reserved", 0, NULL, "connect to special-purpose addresses, "
	    "too (private, loopback...)", MEMBER(gather.allow_reserved) },
	{ "helo", 0, "NAME", "the name for EHLO (default: this machine's)",
	    take_helo, 0 },
	{ "verbose", 'v', NULL, "tell more; twice: still more",
	    take_verbose, 0 },
	{ "help", 'h', NULL, "print this and exit", MEMBER(help) },
	{ "version", 'V', NULL, "print the version and exit", MEMBER(version) },
	{ NULL, 0, NULL, NULL, NULL, 0 },
};

static const struct option_row rows[] = {
	{ "host", 'H', NULL, "the arguments are mail servers: no MX lookup",
	    MEMBER(gather.host_mode) },
	{ "file", 'f', "FILE", "read domains from FILE, one a line ('-': "
	    "stdin)", MEMBER(input) },
	{ "all", 'a', NULL, "connect to MX hosts without TLSA records, too, "
	    "and print the records that fit", MEMBER(gather.all) },
	{ "chain", 0, "FILE", "judge as if every server presented this PEM "
	    "chain (one for each key type)", take_chain, 0 },
	{ "next", 0, "FILE", "is it safe to switch to this chain, certificate, "
	    "request or key?", take_next, 0 },
	{ "connect", 0, "ADDR", "connect to ADDR in place of the addresses in "
	    "DNS", take_connect, 0 },
	{ "issuers", 0, "FILE", "authorities to know beside those built in, or "
	    "better", MEMBER(issuers) },
	{ "days", 0, "N", "judge as of N days from now", take_ahead, 0 },
	{ "warning", 'w', "DAYS", "warn about signatures and certificates "
	    "that end within DAYS", take_warning, 0 },
	{ "critical", 'c', "DAYS", "fail for them", take_critical, 0 },
	{ "authoritative", 0, NULL, "put the questions to each name server of "
	    "the zones, too", MEMBER(gather.authoritative) },
	{ "dns-only", 0, NULL, "connect to nobody: judge the DNS alone",
	    MEMBER(gather.dns_only) },
	{ "expect", 0, "RECORD", "every host has this TLSA record: \"3 1 1 "
	    "DATA\", DATA may be left out", take_expect, 0 },
	{ "expect-no", 0, "RECORD", "no host has it", take_expect_no, 0 },
	{ "wait", 0, "DURATION", "try again until the verdict is pass, or the "
	    "time (90s, 10m, 2h) is up", take_wait, 0 },
	{ "timeout", 0, "SECONDS", "one deadline for a whole domain "
	    "(default 60)", settings_take_timeout, 0 },
	{ "format", 0, "F", "text (default), json, junit, tap, github, "
	    "prometheus", take_format, 0 },
	{ "output", 'o', "FILE", "write the report there", MEMBER(output) },
	{ "quiet", 'q', NULL, "one line a domain", take_quiet, 0 },
	{ "color", 0, "WHEN", "auto (default), always, never", take_colour, 0 },
	{ NULL, 0, NULL, NULL, NULL, 0 },
};

const struct option_table settings_mxdane = {
	.program = "mxdane",
	.synopsis = "mxdane [OPTION]... DOMAIN...\n"
	    "       mxdane [OPTION]... -f FILE",
	.purpose = "Tells whether DANE for SMTP works for mail domains, and if "
	    "not, why.",
	.rows = rows,
	.shared = settings_shared,
	.closing = "Exit status: 0 all pass, 1 some fail, 3 some unknown, 2 "
	    "some none or partial,\n64 wrong usage, 70 a fault of its own. "
	    "mxdane(1) has it all.",
};
