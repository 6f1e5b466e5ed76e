/*
 * check_mxdane: the audit as a monitoring plugin. All of its output, complaints
 * about wrong usage included, goes to standard output, which is what monitoring
 * systems read.
 */
#include <event2/event.h>
#include <stdlib.h>
#include <time.h>

#include "checker/gather/audit.h"
#include "checker/report/plugin.h"
#include "checker/run/engine.h"
#include "checker/run/input.h"
#include "checker/run/plugin_settings.h"
#include "checker/run/process.h"
#include "checker/run/user_files.h"
#include "resolver/memory.h"

/* One check. */
struct check {
	struct engine			 engine;
	const struct plugin_settings	*settings;	/* borrowed */
	enum plugin_state		 state;
};

static enum plugin_state
complain(char *why)
{
	plugin_complain(stdout, why);
	free(why);
	return PLUGIN_UNKNOWN;
}

static void
on_audit(struct evidence *evidence, void *argument)
{
	struct check *check = argument;
	struct plugin_options options = check->settings->plugin;

	options.verbosity = check->settings->common.report.verbosity;
	engine_judge(&check->engine, evidence);
	check->state = plugin_report(stdout, evidence, &options);
	evidence_free(evidence);
	event_base_loopbreak(check->engine.context.base);
}

/* Checks DOMAIN. */
static enum plugin_state
audit(const struct plugin_settings *settings, const struct user_files *files,
    const char *domain)
{
	struct check check = {
		.settings = settings,
		.state = PLUGIN_UNKNOWN,
	};
	char *why;

	if (!engine_open(&check.engine, &settings->common, files, NULL, &why))
		return complain(why);
	audit_start(&check.engine.context, domain, time(NULL), on_audit,
	    &check);
	event_base_dispatch(check.engine.context.base);
	engine_close(&check.engine);
	return check.state;
}

static enum plugin_state
run(const struct plugin_settings *settings)
{
	struct user_files files;
	enum plugin_state state;
	char *domain, *why;

	domain = input_domain(settings->domain, &why);
	if (domain == NULL)
		return complain(why);
	if (user_files_read(&files, &settings->common, &why)) {
		state = audit(settings, &files, domain);
		user_files_clear(&files);
	} else {
		state = complain(why);
	}
	free(domain);
	return state;
}

int
main(int argc, char **argv)
{
	struct plugin_settings settings;
	enum plugin_state state = PLUGIN_UNKNOWN;
	char *why;
	int first;

	process_init();
	plugin_settings_init(&settings);
	first = options_parse(&plugin_settings_table, argc, argv, &settings,
	    &why);
	if (first == 0)
		complain(why);
	else if (settings.common.help)
		options_print_help(&plugin_settings_table, stdout);
	else if (settings.common.version)
		options_print_version(&plugin_settings_table, stdout);
	else if (first < argc)
		complain(memory_format("unexpected argument '%s' (try "
		    "'check_mxdane --help')", argv[first]));
	else if (settings.domain == NULL)
		complain(memory_string("missing option -H DOMAIN (try "
		    "'check_mxdane --help')"));
	else
		state = run(&settings);
	settings_clear(&settings.common);
	return (int)state;
}
