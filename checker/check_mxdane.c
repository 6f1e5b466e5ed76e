/*
 * check_mxdane: the audit as a monitoring plugin. All of its output, complaints
 * about wrong usage included, goes to standard output, which is what monitoring
 * systems read, and none to standard error. It is written when all else is
 * done, so that there is one answer, whatever happens: if the process cannot go
 * on before that, there is a line to say so.
 */
#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "checker/report/plugin.h"
#include "checker/run/confine.h"
#include "checker/run/descriptors.h"
#include "checker/run/engine.h"
#include "checker/run/input_domain.h"
#include "checker/run/plugin_settings.h"
#include "checker/run/pool.h"
#include "checker/run/process.h"
#include "checker/run/signals.h"
#include "checker/run/user_files.h"
#include "checker/run/worker.h"
#include "resolver/clock.h"
#include "resolver/memory.h"
#include "resolver/shortage.h"

/*
 * Seconds beyond the deadline, without a word of the worker: it hangs. Together
 * they are less than monitoring systems wait.
 */
#define GRACE 5

/* Signals that end a process for a fault or for want of processor time. */
static const int faults[] = {
	SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGXCPU,
};

#define FAULTS (sizeof(faults) / sizeof(faults[0]))

/* Signals by which a monitoring system ends a check, mostly at its time-out. */
static const struct end_row {
	int		 number;
	const char	*name;
	const char	*early;		/* before there was anything to tell */
} ends[SIGNALS_COUNT] = {
	{ SIGTERM, "SIGTERM", "ended by SIGTERM" },
	{ SIGINT, "SIGINT", "ended by SIGINT" },
	{ SIGHUP, "SIGHUP", "ended by SIGHUP" },
};

/* One check. */
struct check {
	FILE				*out;		/* borrowed */
	const struct plugin_settings	*settings;	/* borrowed */
	struct event_base		*base;		/* owned */
	struct user_files		 files;
	struct signals			 signals;
	double				 began_at;	/* see clock.h */
	char				*name;		/* owned; the domain */
	char				*domain;	/* owned; NULL: begun */
	enum plugin_state		 state;
};

/* The process cannot go on, before it has answered. */
static void
on_end(int number)
{
	const char *shortage = process_shortage(errno);
	const char *why = "internal error";

	if (number == SIGXCPU)
		why = "out of processor time";
	else if (number == SIGABRT && shortage != NULL)
		why = shortage;
	process_end(STDOUT_FILENO, "MXDANE UNKNOWN: ", why, PLUGIN_UNKNOWN);
}

static const struct end_row *
find_end(int number)
{
	size_t i = 0;

	while (i + 1 < SIGNALS_COUNT && ends[i].number != number)
		i++;
	return &ends[i];
}

/* Such a signal, while there is no loop to take it. */
static void
on_early_end(int number)
{
	process_end(STDOUT_FILENO, "MXDANE UNKNOWN: ", find_end(number)->early,
	    PLUGIN_UNKNOWN);
}

/* A worker's fault is for the parent to tell. */
static void
work(int fd, void *argument)
{
	size_t i;

	for (i = 0; i < FAULTS; i++) {
		if (faults[i] != SIGABRT)
			signal(faults[i], SIG_DFL);
	}
	worker_run(fd, argument);
}

static enum plugin_state
complain(FILE *out, char *why)
{
	plugin_complain(out, why);
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
	const struct settings *common = &check->settings->common;
	struct plugin_options options = check->settings->plugin;

	options.verbosity = common->report.verbosity;
	options.signature_warning = common->judge.signature_warning;
	options.signature_critical = common->judge.signature_critical;
	check->state = plugin_report(check->out, result->evidence, &options);
}

static void
on_refused(char *why, bool internal, void *argument)
{
	struct check *check = argument;

	(void)internal;
	complain(check->out, why);
	/* Not loopbreak: the loop may not have begun yet. */
	event_base_loopexit(check->base, NULL);
}

static void
on_finished(void *argument)
{
	struct check *check = argument;

	event_base_loopexit(check->base, NULL);
}

/* A signal has ended the loop: says what there was to wait for. */
static void
tell_end(struct check *check, const struct pool *pool)
{
	const struct end_row *end = find_end(check->signals.caught);
	char *waits_for = pool_waits_for(pool);

	complain(check->out, memory_format("%s: ended by %s after %.1f "
	    "seconds%s%s", check->name, end->name,
	    clock_monotonic() - check->began_at, waits_for != NULL ?
	    ", still waiting for " : "", waits_for != NULL ? waits_for : ""));
	free(waits_for);
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
		.work = work,
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
	check->began_at = clock_monotonic();
	signals_watch(&check->signals, check->base);
	pool_wake(pool);
	event_base_dispatch(check->base);
	if (check->signals.caught != 0)
		tell_end(check, pool);
	signals_release(&check->signals);
	free(pool_free(pool));
	event_base_free(check->base);
}

static enum plugin_state
run(const struct plugin_settings *settings, FILE *out)
{
	struct check check = {
		.out = out,
		.settings = settings,
		.state = PLUGIN_UNKNOWN,
	};
	static const struct confine_needs needs = {
		.children = true,
		.network = true,
	};
	char *why;

	check.domain = input_domain_argument(settings->domain, &why);
	if (check.domain == NULL)
		return complain(out, why);
	check.name = memory_string(check.domain);
	if (descriptors_suffice(engine_work(&settings->common), &why) &&
	    user_files_read(&check.files, &settings->common, &why)) {
		free(confine(&needs));
		audit(&check);
	} else {
		complain(out, why);
	}
	user_files_clear(&check.files);
	free(check.domain);
	free(check.name);
	return check.state;
}

/* What the command line asks for. */
static enum plugin_state
answer(int argc, char **argv, FILE *out)
{
	const struct option_table *table = &plugin_settings_table;
	struct plugin_settings settings;
	enum plugin_state state = PLUGIN_UNKNOWN;
	char *why;
	int first;

	plugin_settings_init(&settings);
	first = options_parse(table, argc, argv, &settings, &why);
	plugin_settings_set_limits(&settings);
	if (first == 0)
		complain(out, why);
	else if (settings.common.help)
		options_print_help(table, out);
	else if (settings.common.version)
		options_print_version(table, out);
	else if (first < argc)
		complain(out, memory_format("unexpected argument '%s' (try "
		    "'check_mxdane --help')", argv[first]));
	else if (settings.domain == NULL)
		complain(out, memory_string("missing option -H DOMAIN (try "
		    "'check_mxdane --help')"));
	else if (settings_count_conflict(&settings.common, 1) != NULL)
		complain(out, memory_string(settings_count_conflict(
		    &settings.common, 1)));
	else
		state = run(&settings, out);
	settings_clear(&settings.common);
	return state;
}

/* False: it cannot all be written. */
static bool
write_text(const char *text, size_t size)
{
	ssize_t written;

	while (size > 0) {
		written = write(STDOUT_FILENO, text, size);
		if (written == -1 && errno == EINTR)
			continue;
		if (written <= 0)
			return false;
		text += written;
		size -= (size_t)written;
	}
	return true;
}

static void
watch_faults(void)
{
	size_t i;

	for (i = 0; i < FAULTS; i++)
		signal(faults[i], on_end);
}

/* What is ignored stays so (nohup). */
static void
watch_ends(void)
{
	size_t i;

	for (i = 0; i < SIGNALS_COUNT; i++) {
		if (signal(ends[i].number, on_early_end) == SIG_IGN)
			signal(ends[i].number, SIG_IGN);
	}
}

int
main(int argc, char **argv)
{
	enum plugin_state state;
	size_t size;
	char *text;
	FILE *out;

	process_init(on_end);
	process_silence();
	watch_faults();
	watch_ends();
	out = open_memstream(&text, &size);
	if (out == NULL)
		shortage_end(ENOMEM);
	state = answer(argc, argv, out);
	if (ferror(out) || fclose(out) != 0)
		shortage_end(ENOMEM);
	/* The answer is there, and is the only one. */
	signals_ignore();
	if (!write_text(text, size))
		state = PLUGIN_UNKNOWN;
	free(text);
	return (int)state;
}
