#include "checker/run/plugin_settings.h"

#include <stddef.h>
#include <string.h>

void
plugin_settings_init(struct plugin_settings *settings)
{
	memset(settings, 0, sizeof(*settings));
	settings_init(&settings->common);
	settings->common.gather.timeout = PLUGIN_TIMEOUT;
	settings->common.gather.thorough = true;
	settings->common.gather.retry = PLUGIN_RETRY;
	settings->plugin.missing = PLUGIN_CRITICAL;
	settings->plugin.unreachable = PLUGIN_CRITICAL;
}

void
plugin_settings_set_limits(struct plugin_settings *settings)
{
	struct judge_options *judge = &settings->common.judge;

	if (settings->plugin.warning.set || settings->plugin.critical.set)
		return;
	if (judge->signature_warning.unit == EXPIRY_NOT_GIVEN)
		judge->signature_warning = (struct expiry_limit){
			EXPIRY_PERCENT, PLUGIN_SIGNATURE_WARNING };
	if (judge->signature_critical.unit == EXPIRY_NOT_GIVEN)
		judge->signature_critical = (struct expiry_limit){
			EXPIRY_PERCENT, PLUGIN_SIGNATURE_CRITICAL };
}

static bool
take_range(void *member, const char *value, const char **why)
{
	if (range_init(member, value))
		return true;
	*why = "is not a range of days such as 5: or @0:5";
	return false;
}

/* A state up to MOST. */
static bool
parse_state(enum plugin_state *state, const char *value,
    enum plugin_state most)
{
	static const char *const words[] = {
		[PLUGIN_OK] = "ok",
		[PLUGIN_WARNING] = "warning",
		[PLUGIN_CRITICAL] = "critical",
		[PLUGIN_UNKNOWN] = "unknown",
	};
	const size_t count = (size_t)most + 1;
	size_t i = take_index(value, words, count);

	if (i == count)
		return false;
	*state = (enum plugin_state)i;
	return true;
}

static bool
take_missing(void *member, const char *value, const char **why)
{
	if (parse_state(member, value, PLUGIN_CRITICAL))
		return true;
	*why = "is not ok, warning or critical";
	return false;
}

static bool
take_unreachable(void *member, const char *value, const char **why)
{
	if (parse_state(member, value, PLUGIN_UNKNOWN))
		return true;
	*why = "is not ok, warning, critical or unknown";
	return false;
}

#define AT(member) offsetof(struct plugin_settings, member)

static const struct option_row rows[] = {
	{ "hostname", 'H', "DOMAIN", take_text, AT(domain),
	    "the mail domain to check" },
	{ "mx-host", 0, NULL, take_flag, AT(common.gather.host_mode),
	    "-H names a mail server: no MX lookup" },
	{ "warning", 'w', "RANGE", take_range, AT(plugin.warning),
	    "WARNING for so many days left of signatures and certificates, "
	    "such as 5:" },
	{ "critical", 'c', "RANGE", take_range, AT(plugin.critical),
	    "CRITICAL for them" },
	{ "timeout", 't', "SECONDS", take_seconds, AT(common.gather.timeout),
	    "deadline (default 50)" },
	{ "missing", 0, "STATE", take_missing, AT(plugin.missing),
	    "state where DANE does not apply: ok, warning, critical "
	    "(default)" },
	{ "unreachable", 0, "STATE", take_unreachable, AT(plugin.unreachable),
	    "state where an address cannot be tried: ok, warning, critical "
	    "(default), unknown" },
	{ NULL, 0, NULL, NULL, 0, NULL },
};

const struct option_table plugin_settings_table = {
	.program = "check_mxdane",
	.synopsis = "check_mxdane -H DOMAIN [OPTION]...",
	.purpose = "Checks DANE for SMTP of a mail domain.",
	.rows = rows,
	.shared = settings_shared,
	.closing = "Exit status: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN. See "
	    "check_mxdane(8).",
};
