#include "checker/judge/judge_parts.h"

#include <stdlib.h>
#include <string.h>

#include "checker/evidence/tlsrpt.h"
#include "resolver/memory.h"
#include "resolver/name.h"

/* Words for what is there in place of a record that counts. */
static char *
fault_text(const struct tlsrpt *tlsrpt)
{
	switch (tlsrpt->state) {
	case TLSRPT_NONE:
		return memory_string("there is no TLSRPT record");
	case TLSRPT_SEVERAL:
		return memory_format("there are %zu TLSRPT records, which "
		    "count as none", tlsrpt->records);
	case TLSRPT_MALFORMED:
		return memory_string("the TLSRPT record is malformed");
	case TLSRPT_NOWHERE:
		return memory_string("the TLSRPT record has no \"rua\" with "
		    "a mailto: or https: address");
	case TLSRPT_UNKNOWN:
	case TLSRPT_PRESENT:
		break;
	}
	return NULL;
}

/* The record at the end of the alias, where there is one. */
static void
advise_record(const struct judge_state *state, struct finding *finding)
{
	const struct evidence *evidence = state->evidence;
	const struct advice_rrset rrset = { evidence->tlsrpt->expanded,
		ADVICE_TTL };
	char *text, *data;

	/* Other names need an address that is not made of them. */
	if (!name_is_host(evidence->domain)) {
		advice_add_text(&finding->advice, "publish a TXT record "
		    "\"v=TLSRPTv1; rua=mailto:ADDRESS\" at %s",
		    evidence->tlsrpt->expanded);
		return;
	}
	text = memory_format("v=TLSRPTv1; rua=mailto:tlsrpt@%s",
	    evidence->domain);
	data = advice_quote(text, strlen(text));
	advice_add_publish_data(&finding->advice, &rrset, DNS_TXT, data);
	advice_add_text(&finding->advice, "with an address of yours that "
	    "takes them");
	free(data);
	free(text);
}

void
judge_tlsrpt(struct judge_state *state)
{
	struct finding *finding;
	struct tlsrpt tlsrpt;
	char *fault;

	tlsrpt_init(&tlsrpt, state->evidence->tlsrpt);
	fault = fault_text(&tlsrpt);
	if (fault != NULL) {
		finding = judging_add(state, FINDING_TLSRPT_NONE,
		    "%s: no sender will report failures that it sees (RFC "
		    "8460 3)", fault);
		if (tlsrpt.state == TLSRPT_SEVERAL)
			advice_add_text(&finding->advice, "leave one of them");
		else if (tlsrpt.state != TLSRPT_NONE)
			advice_add_text(&finding->advice, "in its place");
		if (tlsrpt.state != TLSRPT_SEVERAL)
			advise_record(state, finding);
	}
	free(fault);
	tlsrpt_clear(&tlsrpt);
}
