#include "checker/gather/retry.h"

#include <event2/event.h>
#include <stdlib.h>

#include "checker/evidence/endpoint_ends.h"
#include "checker/gather/look.h"
#include "resolver/memory.h"
#include "smtp/tls_alert.h"

void
retry_clear(struct retry *retry)
{
	if (retry->event != NULL)
		event_free(retry->event);
	free(retry->held.error);
	*retry = (struct retry){ 0 };
}

/*
 * Whether it may go otherwise a little later. What a server says of a lasting
 * kind (RFC 5321 4.2.1: 5xx), or by an alert, it will say again.
 */
static bool
is_passing(const struct session_result *result)
{
	const bool lasting = result->reply_code / 100 == 5;

	switch (result->outcome) {
	case OUTCOME_CONNECT_FAILED:
	case OUTCOME_TIMEOUT:
		return true;
	case OUTCOME_REFUSED:
	case OUTCOME_STARTTLS_REFUSED:
		return !lasting;
	case OUTCOME_HANDSHAKE_FAILED:
		return result->alert == ALERT_NONE &&
		    !result->asks_certificate;
	default:
		return false;
	}
}

bool
retry_wants(const struct retry *retry, const struct gather_options *options,
    const struct session_result *result)
{
	return retry->made < options->retry && is_passing(result);
}

static void
on_event(evutil_socket_t fd, short what, void *argument)
{
	struct retry *retry = argument;

	(void)fd;
	(void)what;
	retry->resting = false;
	retry->ready(retry->argument);
}

static double
pause_of(const struct gather_options *options)
{
	const double share = options->timeout / 2 / options->retry;

	return share < RETRY_PAUSE ? share : RETRY_PAUSE;
}

double
retry_begin(struct retry *retry, struct event_base *base,
    const struct gather_options *options, struct session_result *result,
    retry_ready *ready, void *argument)
{
	const double pause = pause_of(options);
	const struct timeval limit = {
		.tv_sec = (time_t)pause,
		.tv_usec = (suseconds_t)((pause - (double)(time_t)pause) *
		    1000000),
	};

	retry->held = look_end_of(result);
	result->error = NULL;
	retry->ready = ready;
	retry->argument = argument;
	retry->made++;
	retry->resting = true;
	if (retry->event == NULL)
		retry->event = event_new(base, -1, 0, on_event, retry);
	if (retry->event == NULL || event_add(retry->event, &limit) == -1)
		abort();
	return pause;
}

void
retry_settle(struct retry *retry, struct endpoint_evidence *evidence)
{
	if (!retry_holds(retry))
		return;
	endpoint_ends_add_retried(evidence, &retry->held);
	free(retry->held.error);
	retry->held = (struct endpoint_ending){ .connections = 0 };
}

bool
retry_holds(const struct retry *retry)
{
	return retry->held.connections > 0;
}

void
retry_result(const struct retry *retry, struct session_result *result)
{
	*result = (struct session_result){
		.stage = retry->held.stage,
		.outcome = retry->held.outcome,
		.error = memory_string(retry->held.error),
		.reply_code = retry->held.reply_code,
		.alert = retry->held.alert,
		.asks_certificate = retry->held.asks_certificate,
		.rewrite = retry->held.rewrite,
	};
}
