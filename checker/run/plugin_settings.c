#include "checker/run/plugin_settings.h"

#include <stddef.h>
#include <string.h>

void
plugin_settings_init(struct plugin_settings *settings)
{
	memset(settings, 0, sizeof(*settings));
	settings_init(&settings->common);
	settings->common.gather.timeout = PLUGIN_TIMEOUT;
	settings->plugin.missing = PLUGIN_CRITICAL;
	settings->plugin.unreachable = PLUGIN_CRITICAL;
}

static bool
parse_range(struct range *range, const char *value, const char **why)
{
	if (range_init(range, value))
		return true;
	*why = "is no range of days such as 5: or @0:5";
	return false;
}

static bool
take_warning(void *settings, const char *value, const char **why)
{
	return parse_range(&((struct plugin_settings *)settings)->plugin.warning,
	    value, why);
}

static bool
take_critical(void *settings, const char *value, const char **why)
{
	return parse_range(&((struct plugin_settings *)settings)->plugin.critical,
	    value, why);
}

static bool
parse_state(enum plugin_state *state, const char *value)
{
	static const char *const words[] = {
		[PLUGIN_OK] = "ok",
		[PLUGIN_WARNING] = "warning",
		[PLUGIN_CRITICAL] = "critical",
		[PLUGIN_UNKNOWN] = "unknown",
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(value, words[i]) == 0) {
			*state = (enum plugin_state)i;
			return true;
		}
	}
	return false;
}

static bool
take_missing(void *argument, const char *value, const char **why)
{
	struct plugin_settings *settings = argument;

	if (parse_state(&settings->plugin.missing, value) &&
	    settings->plugin.missing != PLUGIN_UNKNOWN)
		return true;
	*why = "is none of ok, warning, critical";
	return false;
}

static bool
take_unreachable(void *argument, const char *value, const char **why)
{
	struct plugin_settings *settings = argument;

	if (parse_state(&settings->plugin.unreachable, value))
		return true;
	*why = "is none of ok, warning, critical, unknown";
	return false;
}

#define MEMBER(member) NULL, offsetof(struct plugin_settings, member)

static const struct option_row rows[] = {
	{ "hostname", 'H', "DOMAIN", "the mail domain to check",
	    MEMBER(domain) },
	{ "mx-host", 0, NULL, "-H names a mail server: no MX lookup",
	    MEMBER(common.gather.host_mode) },
	{ "warning", 'w', "RANGE", "days left of signatures and certificates, "
	    "such as 5:", take_warning, 0 },
	{ "critical", 'c', "RANGE", "likewise", take_critical, 0 },
	{ "timeout", 't', "SECONDS", "deadline (default 50)",
	    settings_take_timeout, 0 },
	{ "missing", 0, "STATE", "where DANE does not apply: ok, warning, "
	    "critical (default)", take_missing, 0 },
	{ "unreachable", 0, "STATE", "where an address cannot be tried: ok, "
	    "warning, critical (default), unknown", take_unreachable, 0 },
	{ NULL, 0, NULL, NULL, NULL, 0 },
};

const struct option_table plugin_options_table = {
	.program = "check_mxdane",
	.synopsis = "check_mxdane -H DOMAIN [OPTION]...",
	.purpose = "Checks DANE for SMTP of a mail domain.",
	.rows = rows,
	.shared = settings_shared,
	.closing = "Exit status: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN. "
	    "check_mxdane(8) has it all.",
};
