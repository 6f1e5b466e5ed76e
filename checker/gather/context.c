#include "checker/gather/context.h"

#include "resolver/answer.h"
#include "resolver/trace.h"

void
context_trace_answer(const struct context *context,
    const struct answer *answer)
{
	trace_say(context->trace, TRACE_STEPS, answer->owner,
	    "%s: %s, %zu record%s%s%s", dns_type_name(answer->type),
	    dnssec_status_name(answer->dnssec), answer->count,
	    answer->count == 1 ? "" : "s", answer->why != NULL ? ": " : "",
	    answer->why != NULL ? answer->why : "");
}
