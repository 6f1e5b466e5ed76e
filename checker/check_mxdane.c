/*
 * check_mxdane: the audit as a monitoring plugin. All of its output, complaints
 * about wrong usage included, goes to standard output, which is what monitoring
 * systems read.
 */
#include <event2/event.h>
#include <stdlib.h>

#include "checker/report/plugin.h"
#include "checker/run/confine.h"
#include "checker/run/input.h"
#include "checker/run/plugin_settings.h"
#include "checker/run/pool.h"
#include "checker/run/process.h"
#include "checker/run/user_files.h"
#include "checker/run/worker.h"
#include "resolver/memory.h"

/*
 * Seconds beyond the deadline, without a word of the worker: it hangs. Together
 * they are less than monitoring systems wait.
 */
#define GRACE 5

/* One check. */
struct check {
	const struct plugin_settings	*settings;	/* borrowed */
	struct event_base		*base;		/* owned */
	struct user_files		 files;
	char				*domain;	/* owned; NULL: begun */
	enum plugin_state		 state;
};

static enum plugin_state
complain(char *why)
{
	plugin_complain(stdout, why);
	free(why);
	return PLUGIN_UNKNOWN;
}

static bool
on_next(void *argument, struct pool_task *task, bool *end)
{
	struct check *check = argument;

	*end = check->domain == NULL;
	task->domain = check->domain;
	check->domain = NULL;
	return task->domain != NULL;
}

static void
on_report(struct pool_result *result, void *argument)
{
	struct check *check = argument;
	struct plugin_options options = check->settings->plugin;

	options.verbosity = check->settings->common.report.verbosity;
	check->state = plugin_report(stdout, result->evidence, &options);
}

static void
on_refused(char *why, bool internal, void *argument)
{
	struct check *check = argument;

	(void)internal;
	complain(why);
	/* Not loopbreak: the loop may not have begun yet. */
	event_base_loopexit(check->base, NULL);
}

static void
on_finished(void *argument)
{
	struct check *check = argument;

	event_base_loopexit(check->base, NULL);
}

/* The domain is tried once: a crash is UNKNOWN, and the next check a retry. */
static void
audit(struct check *check)
{
	struct worker_options worker = {
		.settings = &check->settings->common,
		.files = &check->files,
	};
	const struct pool_options options = {
		.workers = 1,
		.flight = 1,
		.deadline = check->settings->common.gather.timeout,
		.grace = GRACE,
		.work = worker_run,
		.work_argument = &worker,
	};
	const struct pool_callbacks callbacks = {
		.next = on_next,
		.report = on_report,
		.finished = on_finished,
		.refused = on_refused,
		.argument = check,
	};
	struct pool *pool;

	check->base = event_base_new();
	if (check->base == NULL)
		abort();
	pool = pool_new(check->base, &options, &callbacks);
	pool_wake(pool);
	event_base_dispatch(check->base);
	free(pool_free(pool));
	event_base_free(check->base);
}

static enum plugin_state
run(const struct plugin_settings *settings)
{
	struct check check = {
		.settings = settings,
		.state = PLUGIN_UNKNOWN,
	};
	static const struct confine_needs needs = {
		.children = true,
		.network = true,
	};
	char *why;

	check.domain = input_domain(settings->domain, &why);
	if (check.domain == NULL)
		return complain(why);
	if (user_files_read(&check.files, &settings->common, &why)) {
		free(confine(&needs));
		audit(&check);
	} else {
		complain(why);
	}
	user_files_clear(&check.files);
	free(check.domain);
	return check.state;
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
