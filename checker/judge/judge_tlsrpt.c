#include "checker/judge/judge_parts.h"

#include <stdlib.h>
#include <string.h>

#include "checker/evidence/tlsrpt.h"
#include "checker/judge/placement.h"
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

/* The data of a TXT record in presentation format. Owned by the caller. */
static char *
data_text(const struct answer_record *record)
{
	char *text = NULL, *string;
	size_t at, size;

	for (at = 0; at < record->size; at += 1 + size) {
		size = record->data[at];
		if (size > record->size - at - 1)
			size = record->size - at - 1;
		string = advice_quote(record->data + at + 1, size);
		text = memory_join(text, " ", string);
		free(string);
	}
	return text;
}

/* The record that is there and does not count, in favour of the new one. */
static void
advise_removal(const struct evidence *evidence, struct finding *finding,
    const struct advice_rrset *rrset, const struct tlsrpt *tlsrpt)
{
	char *data;

	if (tlsrpt->records == 0)
		return;
	data = data_text(&evidence->tlsrpt->records[tlsrpt->first]);
	if (data != NULL)
		advice_add_remove_data(&finding->advice, rrset, DNS_TXT, data);
	free(data);
}

/* A record that counts, in place of one that does not. */
static void
advise_record(const struct judge_state *state, struct finding *finding,
    const struct tlsrpt *tlsrpt)
{
	const struct evidence *evidence = state->evidence;
	struct placement place = placement_find(evidence, evidence->tlsrpt);
	const struct advice_rrset rrset = { place.owner, ADVICE_TTL };
	char *text, *data;

	/* Other names need an address that is not made of them. */
	if (!name_is_host(evidence->domain) || place.owner == NULL) {
		advice_add_text(&finding->advice, "publish a TXT record "
		    "\"v=TLSRPTv1; rua=mailto:ADDRESS\" at %s%s",
		    place.owner != NULL ? place.owner :
		    evidence->tlsrpt->owner,
		    tlsrpt->records > 0 ? " in its place" : "");
		placement_clear(&place);
		return;
	}
	text = memory_format("v=TLSRPTv1; rua=mailto:tlsrpt@%s",
	    evidence->domain);
	data = advice_quote(text, strlen(text));
	advice_add_publish_data(&finding->advice, &rrset, DNS_TXT, data);
	advice_add_text(&finding->advice, "with an address of yours that "
	    "takes them%s", tlsrpt->records > 0 ? ", in place of" : "");
	advise_removal(evidence, finding, &rrset, tlsrpt);
	placement_clear(&place);
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
		else
			advise_record(state, finding, &tlsrpt);
	}
	free(fault);
	tlsrpt_clear(&tlsrpt);
}
