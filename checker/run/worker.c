#include "checker/run/worker.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "checker/evidence/evidence.h"
#include "checker/evidence/recording.h"
#include "checker/gather/audit.h"
#include "checker/gather/self_test.h"
#include "checker/judge/compare.h"
#include "checker/judge/judge.h"
#include "checker/run/channel.h"
#include "checker/run/confine.h"
#include "checker/run/earlier.h"
#include "checker/run/engine.h"
#include "checker/run/judge_thread.h"
#include "checker/run/settings.h"
#include "checker/run/state.h"
#include "resolver/clock.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/trace.h"

/* Seconds between two signs of life. */
#define ALIVE_EVERY 0.5

/*
 * Octets of progress of one task: what is gathered is sent again and again, and
 * the parent takes so much only (POOL_RECEIVED_MAX).
 */
#define PROGRESS_MAX (2 * RECORDING_SIZE_MAX)

/*
 * Seconds for judging that a task has in any case: what took all of its time
 * to gather is judged, too.
 */
#define JUDGING_LEAST 0.5

/* What belongs to the next task, before it comes. */
struct prelude {
	uint8_t	*earlier;	/* owned */
	size_t	 earlier_size;
	char	*crash;		/* owned */
};

struct job {
	struct worker	*worker;	/* borrowed */
	struct job	*previous;	/* borrowed; begun before */
	struct job	*next;		/* borrowed; begun after */
	uint64_t	 number;	/* of the task */
	struct prelude	 prelude;
	bool		 has_facts;	/* they came with the task */
	double		 began_at;	/* see clock.h */
	struct audit	*audit;		/* owned; NULL: it is done */
	struct self_test *self_test;	/* owned; the same, --self-test */
	/* From here on what is judged belongs to the thread that does it. */
	struct evidence	*evidence;	/* owned; NULL: gathered by the audit */
	double		 judged_until;	/* see clock.h; 0: without end */
	char		*complaint;	/* owned; NULL: none */
};

struct worker {
	struct settings			 settings;	/* what they point to
							 * is borrowed */
	struct engine			 engine;
	struct trace			 trace;
	struct judge_thread		*judge_thread;	/* owned */
	struct channel			*channel;	/* owned; NULL: none */
	struct event			*alive;		/* owned */
	struct job			*oldest;	/* owned, a list */
	struct job			*newest;	/* borrowed, its end */
	struct prelude			 prelude;	/* of the next task */
	bool				 alone;
	bool				 ended;		/* the parent is gone */
	/* The facts that were sent last, where a worker is alone. */
	uint8_t				*sent;		/* owned */
	size_t				 sent_size;
	size_t				 progress;	/* octets of all that
							 * was sent */
};

static void
prelude_clear(struct prelude *prelude)
{
	free(prelude->earlier);
	free(prelude->crash);
	*prelude = (struct prelude){ NULL, 0, NULL };
}

static struct job *
job_new(struct worker *worker, uint64_t number)
{
	struct job *job = memory_new(1, sizeof(*job));

	job->worker = worker;
	job->number = number;
	job->began_at = clock_monotonic();
	job->prelude = worker->prelude;
	worker->prelude = (struct prelude){ NULL, 0, NULL };
	worker->sent_size = worker->progress = 0;
	job->previous = worker->newest;
	if (job->previous != NULL)
		job->previous->next = job;
	else
		worker->oldest = job;
	worker->newest = job;
	return job;
}

static void
job_free(struct job *job)
{
	struct worker *worker = job->worker;

	if (job->previous != NULL)
		job->previous->next = job->next;
	else
		worker->oldest = job->next;
	if (job->next != NULL)
		job->next->previous = job->previous;
	else
		worker->newest = job->previous;
	audit_cancel(job->audit);
	self_test_cancel(job->self_test);
	evidence_free(job->evidence);
	free(job->complaint);
	prelude_clear(&job->prelude);
	free(job);
}

static void
send_octets(const struct job *job, enum message_type type,
    const uint8_t *octets, size_t size)
{
	const struct message message = {
		.type = type,
		.task = job->number,
		.octets = octets,
		.size = size,
	};

	channel_send(job->worker->channel, &message);
}

static void
complain(const struct job *job, const char *why)
{
	channel_send_text(job->worker->channel, MESSAGE_COMPLAINT, job->number,
	    why);
}

/* False: it is too large, and is not sent; *SIZE is its size. */
static bool
send_tree(const struct job *job, enum message_type type,
    const struct evidence *evidence, enum recording_view view, size_t *size)
{
	uint8_t *octets = recording_encode(evidence, view, size);
	const bool fits = *size <= RECORDING_SIZE_MAX;

	if (fits)
		send_octets(job, type, octets, *size);
	free(octets);
	return fits;
}

static void
send_record(const struct job *job, const struct evidence *evidence)
{
	size_t size;
	char *why;

	if (send_tree(job, MESSAGE_FACTS, evidence, RECORDING_FACTS, &size))
		return;
	why = memory_format("its record would have %zu octets, and is not kept",
	    size);
	complain(job, why);
	free(why);
}

/* Of what is too large to be reported, that is reported. */
static void
send_result(const struct job *job, const struct evidence *evidence)
{
	struct evidence *brief;
	size_t size;

	if (send_tree(job, MESSAGE_RESULT, evidence, RECORDING_REPORTED,
	    &size))
		return;
	brief = evidence_new(evidence->domain);
	brief->checked_at = evidence->checked_at;
	brief->crash = memory_format("has %zu octets of evidence, more than "
	    "can be handed on", size);
	judge_nothing(brief);
	send_tree(job, MESSAGE_RESULT, brief, RECORDING_REPORTED, &size);
	evidence_free(brief);
}

/* What has been gathered so far, if it is more than what was sent. */
static void
send_progress(struct job *job, const struct evidence *evidence)
{
	struct worker *worker = job->worker;
	size_t size, reported;
	uint8_t *octets = recording_encode(evidence, RECORDING_FACTS, &size);

	if ((size == worker->sent_size && size > 0 &&
	    memcmp(octets, worker->sent, size) == 0) ||
	    size > RECORDING_SIZE_MAX || worker->progress > PROGRESS_MAX) {
		free(octets);
		return;
	}
	worker->progress += size;
	send_octets(job, MESSAGE_FACTS, octets, size);
	if (send_tree(job, MESSAGE_PARTIAL, evidence, RECORDING_REPORTED,
	    &reported))
		worker->progress += reported;
	channel_flush(worker->channel);
	free(worker->sent);
	worker->sent = octets;
	worker->sent_size = size;
}

/* A record is filed under one domain, and speaks of another. Owned. */
static char *
other_domain(const char *domain, const char *other)
{
	return memory_format("the record of '%s' is about '%s'", domain,
	    other);
}

static bool
is_late(void *argument)
{
	const struct job *job = argument;

	return job->judged_until != 0 &&
	    clock_monotonic() > job->judged_until;
}

/*
 * Compares with the earlier run, which is judged for that. What is wrong with
 * it is to be complained about, and nothing is compared.
 */
static void
compare_with_earlier(struct job *job)
{
	struct evidence *evidence = job->evidence;
	const struct prelude *prelude = &job->prelude;
	struct evidence *before;
	bool judged;

	if (prelude->earlier == NULL ||
	    !earlier_decode(prelude->earlier, prelude->earlier_size, &before,
	    &judged, &job->complaint))
		return;
	if (before != NULL && !name_equal(before->domain, evidence->domain)) {
		job->complaint = other_domain(evidence->domain,
		    before->domain);
		evidence_free(before);
		return;
	}
	if (before != NULL && !judged)
		engine_judge(&job->worker->engine, before, is_late, job);
	compare(evidence, before);
	evidence_free(before);
}

/* A recorded run is judged by the budget alone: the same each time. */
static double
end_of_judging(const struct job *job)
{
	const double least = clock_monotonic() + JUDGING_LEAST;
	const double deadline = job->began_at +
	    job->worker->settings.gather.timeout;

	if (job->has_facts)
		return 0;
	return deadline > least ? deadline : least;
}

/* Runs in the thread: nothing but the job is touched. */
static void
judge_job(void *argument)
{
	struct job *job = argument;
	struct engine *engine = &job->worker->engine;

	job->judged_until = end_of_judging(job);
	engine_judge(engine, job->evidence, is_late, job);
	compare_with_earlier(job);
	if (!job->has_facts)
		job->evidence->elapsed_ms = (unsigned int)(1000 *
		    (clock_monotonic() - job->began_at));
}

/* Sends all of what was judged. */
static void
on_judged(void *argument)
{
	struct job *job = argument;
	const struct worker *worker = job->worker;

	if (job->complaint != NULL)
		complain(job, job->complaint);
	if ((worker->alone || worker->settings.record != NULL) &&
	    !job->has_facts)
		send_record(job, job->evidence);
	if (worker->settings.format->brief &&
	    worker->settings.report.verbosity < 0)
		evidence_forget_zones(job->evidence);
	send_result(job, job->evidence);
	job_free(job);
}

/* Has what was gathered, which the job takes ownership of, judged. */
static void
finish(struct job *job, struct evidence *evidence)
{
	const struct worker *worker = job->worker;
	const struct judge_work work = {
		.work = judge_job,
		.done = on_judged,
		.argument = job,
	};

	if (job->prelude.crash != NULL) {
		free(evidence->crash);
		evidence->crash = memory_string(job->prelude.crash);
	}
	if (worker->engine.state != NULL && !job->has_facts)
		state_recall(worker->engine.state, evidence,
		    settings_ask_servers(&worker->settings));
	/* Judging may be what it dies of. */
	if (worker->alone)
		send_progress(job, evidence);
	job->evidence = evidence;
	judge_thread_give(worker->judge_thread, &work);
}

static void
on_audit(struct evidence *evidence, void *argument)
{
	struct job *job = argument;

	job->audit = NULL;
	job->self_test = NULL;
	finish(job, evidence);
}

static void
begin_audit(struct worker *worker, const struct message *message)
{
	struct job *job = job_new(worker, message->task);
	char *domain = memory_copy(message->octets, message->size);

	if (worker->settings.self_test)
		job->self_test = self_test_start(&worker->engine.context,
		    domain, time(NULL), on_audit, job);
	else
		job->audit = audit_start(&worker->engine.context, domain,
		    time(NULL), on_audit, job);
	free(domain);
}

/* Whoever judges answers for the report, whatever version gathered for it. */
static void
take_over(const struct worker *worker, struct evidence *evidence)
{
	free(evidence->tool.version);
	evidence->tool.version = memory_string(worker->engine.tool.version);
}

/*
 * The facts of a message, owned by the caller. NULL: they are no good, or about
 * another domain than the message says; it has been complained about.
 */
static struct evidence *
read_facts(const struct job *job, const struct message *message)
{
	const char *domain = (const char *)message->octets;
	const size_t length = strnlen(domain, message->size);
	struct evidence *evidence;
	char *why;

	if (length == message->size)
		abort();
	evidence = recording_decode(message->octets + length + 1,
	    message->size - length - 1, RECORDING_FACTS, &why);
	if (evidence == NULL) {
		complain(job, why);
		free(why);
		return NULL;
	}
	if (name_equal(evidence->domain, domain))
		return evidence;
	why = other_domain(domain, evidence->domain);
	complain(job, why);
	free(why);
	evidence_free(evidence);
	return NULL;
}

static void
judge_facts(struct worker *worker, const struct message *message)
{
	struct job *job = job_new(worker, message->task);
	struct evidence *evidence = read_facts(job, message);

	job->has_facts = true;
	if (evidence != NULL) {
		take_over(worker, evidence);
		finish(job, evidence);
		return;
	}
	send_octets(job, MESSAGE_RESULT, NULL, 0);
	job_free(job);
}

static void
on_message(const struct message *message, void *argument)
{
	struct worker *worker = argument;
	struct prelude *prelude = &worker->prelude;

	switch (message->type) {
	case MESSAGE_EARLIER:
		prelude->earlier = memory_copy(message->octets, message->size);
		prelude->earlier_size = message->size;
		break;
	case MESSAGE_CRASH:
		prelude->crash = channel_text(message);
		break;
	case MESSAGE_AUDIT:
		begin_audit(worker, message);
		break;
	case MESSAGE_JUDGE:
		judge_facts(worker, message);
		break;
	default:
		abort();
	}
}

static void
on_closed(bool nonsense, void *argument)
{
	struct worker *worker = argument;

	(void)nonsense;
	worker->ended = true;
	event_base_loopbreak(worker->engine.context.base);
}

static void
on_alive(evutil_socket_t fd, short what, void *argument)
{
	struct worker *worker = argument;
	char *text = NULL;

	(void)fd;
	(void)what;
	if (worker->oldest != NULL && worker->oldest->audit != NULL)
		text = audit_waits_for(worker->oldest->audit);
	channel_send_text(worker->channel, MESSAGE_ALIVE, 0, text);
	free(text);
}

/* Level, subject, NUL, line. */
static void
send_trace(void *listener, enum trace_level level, const char *subject,
    const char *line)
{
	struct worker *worker = listener;
	const size_t subject_size = strlen(subject) + 1, size = strlen(line);
	uint8_t *octets;

	if (worker->channel == NULL)
		return;
	octets = memory_new(1 + subject_size + size, 1);
	octets[0] = (uint8_t)level;
	memcpy(octets + 1, subject, subject_size);
	memcpy(octets + 1 + subject_size, line, size);
	channel_send(worker->channel, &(struct message){
		.type = MESSAGE_TRACE,
		.octets = octets,
		.size = 1 + subject_size + size,
	});
	free(octets);
}

static void
ignore_message(const struct message *message, void *argument)
{
	(void)message;
	(void)argument;
}

/* Says that the settings are wrong; the parent then has no use for us. */
static void
refuse(int fd, const char *why)
{
	struct event_base *base = event_base_new();
	struct worker worker = { .engine = { .context = { .base = base } } };
	const struct channel_callbacks callbacks = {
		.received = ignore_message,
		.closed = on_closed,
		.argument = &worker,
	};

	if (base == NULL)
		abort();
	worker.channel = channel_new(base, fd, &callbacks);
	channel_send_text(worker.channel, MESSAGE_REFUSED, 0, why);
	event_base_dispatch(base);
	channel_free(worker.channel);
	event_base_free(base);
}

/* Until the parent is gone. */
static void
work(struct worker *worker)
{
	struct event_base *base = worker->engine.context.base;
	struct job *job;

	while (!worker->ended) {
		event_base_loop(base, worker->alone ? EVLOOP_ONCE : 0);
		job = worker->oldest;
		if (worker->alone && job != NULL && job->audit != NULL)
			send_progress(job, audit_evidence(job->audit));
	}
}

static void
open_channel(struct worker *worker, int fd)
{
	const struct channel_callbacks callbacks = {
		.received = on_message,
		.closed = on_closed,
		.argument = worker,
	};
	const struct timeval interval = clock_timeval(ALIVE_EVERY);
	struct event_base *base = worker->engine.context.base;

	worker->channel = channel_new(base, fd, &callbacks);
	channel_send_text(worker->channel, MESSAGE_READY, 0, NULL);
	/* The first task may be what it dies of. */
	channel_flush(worker->channel);
	worker->alive = event_new(base, -1, EV_PERSIST, on_alive, worker);
	if (worker->alive == NULL || event_add(worker->alive, &interval) == -1)
		abort();
}

static void
close_worker(struct worker *worker)
{
	judge_thread_free(worker->judge_thread);
	while (worker->oldest != NULL)
		job_free(worker->oldest);
	prelude_clear(&worker->prelude);
	event_free(worker->alive);
	channel_free(worker->channel);
	free(worker->sent);
	engine_close(&worker->engine);
}

/*
 * Between the opening of the engine, which prepares the libraries, and its
 * start, which begins to listen to strangers, the worker gives up its rights.
 * Returns by what it is confined (owned by the caller); NULL: *WHY.
 */
static char *
start_confined(struct engine *engine, char **why)
{
	static const struct confine_needs needs = { .network = true };
	char *confined = confine(&needs);

	if (engine_start(engine, why))
		return confined;
	free(confined);
	return NULL;
}

static void
run(int fd, const struct worker_options *options, bool alone)
{
	struct worker worker = {
		.settings = *options->settings,
		.alone = alone,
	};
	const bool keep = alone || worker.settings.record != NULL;
	char *why, *confined;

	worker.settings.gather.keep_octets = keep;
	/* A self-test looks at what is in packets itself. */
	worker.settings.resolver.keep_origins = keep ||
	    worker.settings.self_test;
	worker.trace.hear = send_trace;
	worker.trace.listener = &worker;
	worker.trace.level = options->trace_level;
	if (!engine_open(&worker.engine, &worker.settings, options->files,
	    &worker.trace, &why)) {
		refuse(fd, why);
		free(why);
		return;
	}
	confined = start_confined(&worker.engine, &why);
	if (confined == NULL) {
		refuse(fd, why);
		free(why);
		engine_close(&worker.engine);
		return;
	}
	worker.judge_thread = judge_thread_new(worker.engine.context.base);
	open_channel(&worker, fd);
	trace_say(&worker.trace, TRACE_STEPS, "worker", "%s", confined);
	free(confined);
	work(&worker);
	close_worker(&worker);
}

void
worker_run(int fd, void *argument)
{
	run(fd, argument, false);
}

void
worker_run_alone(int fd, void *argument)
{
	run(fd, argument, true);
}
