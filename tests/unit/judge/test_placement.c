/*
 * Where records can be published, and what must be done before.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/judge/placement.h"
#include "checker/judge/shared_rrset.h"
#include "resolver/memory.h"
#include "smtp/chain.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/follow.h"
#include "tests/unit/support/table.h"

#define HOST	"mx.example.org"
#define OWNER	"_25._tcp." HOST
#define END	"dane.example.net"

/* A signed RRset that an answer depends on. */
struct rrset {
	const char	*owner;		/* NULL: there is none */
	enum dns_type	 type;
	uint8_t		 labels;
	const char	*zone;
};

static void
add_rrset(struct answer *answer, const struct rrset *rrset)
{
	struct answer_period *period;

	if (rrset->owner == NULL)
		return;
	fixture_period(answer, rrset->zone, (uint16_t)rrset->type);
	period = &answer->periods[answer->period_count - 1];
	free(period->owner);
	period->owner = memory_string(rrset->owner);
	period->labels = rrset->labels;
}

static void
lead_to(struct answer *answer, const char *end)
{
	free(answer->expanded);
	answer->expanded = memory_string(end);
	answer->target = memory_string(end);
	answer->aliased = true;
}

/* The answer to the question for the TLSA records, and where they belong. */
struct place_row {
	const char		*name;
	enum answer_kind	 kind;
	enum dnssec_status	 status;
	const char		*alias;		/* its end; NULL: none */
	const char		*dname;		/* NULL: none */
	bool			 opt_out;
	struct rrset		 rrsets[2];
	enum placement_kind	 place;
	const char		*owner;
};

#define LINK	{ OWNER, DNS_CNAME, 5, "example.org" }

static const struct place_row place_rows[] = {
	{ "records", ANSWER_RECORDS, DNSSEC_SECURE, NULL, NULL, false,
	    { { OWNER, DNS_TLSA, 5, "example.org" } }, PLACEMENT_OWNER, OWNER },
	{ "none", ANSWER_NO_NAME, DNSSEC_SECURE, NULL, NULL, false,
	    { { 0 } }, PLACEMENT_OWNER, OWNER },
	{ "records of a wildcard", ANSWER_RECORDS, DNSSEC_SECURE, NULL, NULL,
	    false, { { OWNER, DNS_TLSA, 4, "example.org" } },
	    PLACEMENT_WILDCARD, "\\042._tcp." HOST },
	{ "the wildcard itself is asked for", ANSWER_RECORDS, DNSSEC_SECURE,
	    "\\042.example.net", NULL, false,
	    { { "\\042.example.net", DNS_TLSA, 2, "example.net" } },
	    PLACEMENT_ALIAS_END, "\\042.example.net" },
	{ "records at the end of an alias", ANSWER_RECORDS, DNSSEC_SECURE, END,
	    NULL, false, { LINK, { END, DNS_TLSA, 3, "example.net" } },
	    PLACEMENT_ALIAS_END, END },
	{ "and from a wildcard there", ANSWER_RECORDS, DNSSEC_SECURE, END,
	    NULL, false, { LINK, { END, DNS_TLSA, 2, "example.net" } },
	    PLACEMENT_ALIAS_END, "\\042.example.net" },
	{ "none at the end of an alias", ANSWER_NO_DATA, DNSSEC_SECURE, END,
	    NULL, false, { LINK }, PLACEMENT_ALIAS_END, END },
	{ "an alias into an unsigned zone", ANSWER_NO_DATA, DNSSEC_INSECURE,
	    END, NULL, false, { LINK }, PLACEMENT_NOT_ALIAS, OWNER },
	{ "an alias that is not signed itself", ANSWER_NO_DATA,
	    DNSSEC_INSECURE, END, NULL, false, { { 0 } }, PLACEMENT_NOWHERE,
	    NULL },
	{ "a DNAME record into an unsigned zone", ANSWER_NO_DATA,
	    DNSSEC_INSECURE, END, HOST, false,
	    { { HOST, DNS_DNAME, 3, "example.org" } }, PLACEMENT_NOWHERE,
	    NULL },
	{ "an unsigned zone", ANSWER_NO_DATA, DNSSEC_INSECURE, NULL, NULL,
	    false, { { 0 } }, PLACEMENT_NOWHERE, NULL },
	{ "no name, under opt-out", ANSWER_NO_NAME, DNSSEC_INSECURE, NULL,
	    NULL, true, { { 0 } }, PLACEMENT_OWNER, OWNER },
	{ "no usable answer", ANSWER_UNUSABLE, DNSSEC_BOGUS, NULL, NULL, false,
	    { { 0 } }, PLACEMENT_NOWHERE, NULL },
};

static struct answer *
answer_of(const struct place_row *row)
{
	struct answer *answer = fixture_answer(OWNER, DNS_TLSA, row->kind,
	    row->status);
	size_t i;

	if (row->alias != NULL)
		lead_to(answer, row->alias);
	answer->dname = memory_string(row->dname);
	if (row->opt_out)
		fixture_deny(answer, "example.org", 0, true);
	for (i = 0; i < 2; i++)
		add_rrset(answer, &row->rrsets[i]);
	if (row->kind == ANSWER_RECORDS)
		fixture_add(answer, "\3\1\1", 3);
	return answer;
}

static void
test_place(void **state)
{
	const struct place_row *row = *state;
	struct evidence *evidence = fixture_domain("example.org");
	struct answer *answer = answer_of(row);
	struct placement placement = placement_find(evidence, answer);

	assert_int_equal(placement.kind, row->place);
	assert_int_equal(placement.owner == NULL, row->owner == NULL);
	if (row->owner != NULL)
		assert_string_equal(placement.owner, row->owner);
	placement_clear(&placement);
	answer_free(answer);
	evidence_free(evidence);
}

/* What aliases want said or done. */
struct alias_row {
	const char		*name;
	struct place_row	 answer;
	const char		*advice;	/* NULL: none */
};

static const struct alias_row alias_rows[] = {
	{ "none", { "", ANSWER_NO_DATA, DNSSEC_SECURE, NULL, NULL, false,
	    { { 0 } }, PLACEMENT_OWNER, OWNER }, NULL },
	{ "in the same zone", { "", ANSWER_RECORDS, DNSSEC_SECURE, END, NULL,
	    false, { LINK, { END, DNS_TLSA, 3, "example.org" } },
	    PLACEMENT_ALIAS_END, END },
	    OWNER " is an alias: what is published for it belongs at its "
	    "end" },
	{ "in another zone", { "", ANSWER_RECORDS, DNSSEC_SECURE, END, NULL,
	    false, { LINK, { END, DNS_TLSA, 3, "example.net" } },
	    PLACEMENT_ALIAS_END, END },
	    OWNER " is an alias, and its end in another zone, that of "
	    "example.net: if it is not yours, have those who run it publish "
	    "there, or give up the alias" },
	{ "in an unsigned zone", { "", ANSWER_NO_DATA, DNSSEC_INSECURE, END,
	    NULL, false, { LINK }, PLACEMENT_NOT_ALIAS, OWNER },
	    OWNER " is an alias that ends in no signed zone: publish in its "
	    "place\nremove  " OWNER ". IN CNAME " END "." },
	{ "by a wildcard, in an unsigned zone", { "", ANSWER_NO_DATA,
	    DNSSEC_INSECURE, END, NULL, false,
	    { { OWNER, DNS_CNAME, 2, "example.org" } }, PLACEMENT_NOT_ALIAS,
	    OWNER }, OWNER " is an alias that ends in no signed zone: publish "
	    "in its place" },
};

static void
test_alias(void **state)
{
	const struct alias_row *row = *state;
	struct evidence *evidence = fixture_domain("example.org");
	struct answer *answer = answer_of(&row->answer);
	struct advice_list advice = { NULL, 0 };

	placement_add_alias(&advice, evidence, answer);
	assert_advice(&advice, row->advice);
	advice_list_clear(&advice);
	answer_free(answer);
	evidence_free(evidence);
}

/* A host whose address comes from a wildcard, or not; and a new name. */
struct hidden_row {
	const char	*name;
	uint8_t		 labels;	/* of the address's owner */
	const char	*owner;		/* that is new */
	bool		 hides;
};

static const struct hidden_row hidden_rows[] = {
	{ "no wildcard", 3, OWNER, false },
	{ "not known", 0, OWNER, false },
	{ "a name below", 2, OWNER, true },
	{ "a name above all that the wildcard is for", 1, OWNER, true },
	{ "a sibling", 2, "_25._tcp.mx2.example.org", false },
	{ "a sibling, below the same name that is not there", 1,
	    "_25._tcp.mx2.example.org", true },
	{ "elsewhere", 1, "_25._tcp.example.net", false },
	{ "the name itself", 2, HOST, false },
};

static void
test_hidden(void **state)
{
	const struct hidden_row *row = *state;
	const struct rrset address = { HOST, DNS_A, row->labels,
		"example.org" };
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, HOST);
	struct advice_list advice = { NULL, 0 };

	add_rrset(host->a, &address);
	placement_add_hidden(&advice, evidence, row->owner);
	assert_advice(&advice, !row->hides ? NULL : row->labels == 1 ?
	    "first publish at " HOST " itself what it has from *.org, which a "
	    "new name there or below it hides (RFC 4592 2.2.1):\n"
	    "publish  " HOST ". IN A 192.0.2.1" :
	    "first publish at " HOST " itself what it has from *.example.org, "
	    "which a new name there or below it hides (RFC 4592 2.2.1):\n"
	    "publish  " HOST ". IN A 192.0.2.1");
	advice_list_clear(&advice);
	evidence_free(evidence);
}

/* What the first of two hosts has, whose records one RRset is. */
struct stale_row {
	const char	*name;
	bool		 shared;
	bool		 second;	/* the record is of what the second has,
					 * not the first */
	bool		 unseen;	/* an address of the first is */
	bool		 stale, seen;
};

static const struct stale_row stale_rows[] = {
	{ "in use", true, false, false, false, true },
	{ "in use at the other host", true, true, false, false, true },
	{ "the other host has its own", false, true, false, true, true },
	{ "an address was not seen", false, false, true, true, false },
};

static void
test_stale(void **state)
{
	const struct stale_row *row = *state;
	struct chain *first = fixture_chain("mx1.example.org", KEY_ECDSA);
	struct chain *second = fixture_chain("mx2.example.org", KEY_RSA);
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host;
	size_t i;

	fixture_host(evidence, "mx1.example.org");
	fixture_host(evidence, "mx2.example.org");
	for (i = 0; i < 2; i++) {
		host = &evidence->hosts[i];
		fixture_tlsa_of(host, row->second ? second : first);
		fixture_endpoint(host, "192.0.2.1", row->unseen && i == 0 ?
		    OUTCOME_TIMEOUT : OUTCOME_DONE, row->unseen && i == 0 ?
		    NULL : i == 0 ? first : second);
		if (row->shared)
			lead_to(host->tlsa[0], END);
	}
	fixture_judge(evidence);
	host = &evidence->hosts[0];
	assert_int_equal(shared_rrset_is_stale(evidence, host, 0), row->stale);
	assert_int_equal(shared_rrset_is_seen(evidence, host), row->seen);
	assert_ptr_equal(shared_rrset_host(evidence, host, 0), host);
	assert_ptr_equal(shared_rrset_host(evidence, host, 1), row->shared ?
	    &evidence->hosts[1] : NULL);
	chain_free(first);
	chain_free(second);
	evidence_free(evidence);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_place, place_rows),
		TABLE(test_alias, alias_rows),
		TABLE(test_hidden, hidden_rows),
		TABLE(test_stale, stale_rows),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
