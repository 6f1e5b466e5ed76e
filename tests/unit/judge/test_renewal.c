/*
 * What addresses presented in earlier runs (--state), and what is made of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/evidence/history.h"
#include "checker/judge/judge.h"
#include "resolver/memory.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/follow.h"
#include "tests/unit/support/table.h"

#define HOST	"mx.example.org"
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum who {
	NOBODY,
	ROOT,
	OTHER,			/* another CA */
	OLDEST,
	OLD,
	NEW,
	KEPT,			/* NEW, with the key of OLD */
	MOVED,			/* by the other CA */
	WHO_COUNT
};

static struct issued	*issued[WHO_COUNT];
static struct chain	*chains[WHO_COUNT];	/* with the issuer */

static void
set_up(void)
{
	static const struct {
		const char	*cn;
		enum who	 issuer;
		int		 from_day;
	} people[WHO_COUNT] = {
		[ROOT] = { "Root", ROOT, -1000 },
		[OTHER] = { "Other Root", OTHER, -1000 },
		[OLDEST] = { HOST, ROOT, -70 },
		[OLD] = { HOST, ROOT, -40 },
		[NEW] = { HOST, ROOT, -10 },
		[KEPT] = { HOST, ROOT, -10 },
		[MOVED] = { HOST, OTHER, -10 },
	};
	const struct issued *sent[2];
	struct certificates_wish wish;
	size_t i;

	for (i = ROOT; i < WHO_COUNT; i++) {
		wish = (struct certificates_wish){
			.cn = people[i].cn,
			.names = i < OLDEST ? NULL : "DNS:" HOST,
			.ca = i < OLDEST,
			.issuer = i < OLDEST ? NULL :
			    issued[people[i].issuer],
			.key_of = i == KEPT ? issued[OLD] : NULL,
			.from_day = people[i].from_day,
			.to_day = people[i].from_day + 2000,
		};
		if (i >= OLDEST)
			wish.to_day = people[i].from_day + 90;
		issued[i] = certificates_issue(&wish);
		sent[0] = issued[i];
		sent[1] = issued[people[i].issuer];
		chains[i] = certificates_chain(sent, i < OLDEST ? 1 : 2);
	}
}

static void
tear_down(void)
{
	size_t i;

	for (i = ROOT; i < WHO_COUNT; i++)
		chain_free(chains[i]);
	for (i = ROOT; i < WHO_COUNT; i++)
		certificates_free(issued[i]);
}

/* Adds "3 1 1 OF", say. */
static void
publish(struct host_evidence *host, const char *kind, enum who of)
{
	struct tlsa record;

	tlsa_of_certificate(&record, chains[of]->certificates,
	    (enum tlsa_usage)(kind[0] - '0'),
	    (enum tlsa_selector)(kind[2] - '0'),
	    (enum tlsa_matching_type)(kind[4] - '0'));
	fixture_tlsa(host, &record);
	free(record.data);
}

static struct evidence *
domain(enum who presents)
{
	struct evidence *evidence = fixture_domain("example.org");

	fixture_endpoint(fixture_host(evidence, HOST), "192.0.2.1",
	    OUTCOME_DONE, chains[presents]);
	return evidence;
}

/*
 * What is known after a run in which WHO was presented, with these records, so
 * many days ago.
 */
static void
remember(struct history *known, enum who who, const char *kind, enum who of,
    int days)
{
	const struct judge_options options = { .next_count = 0 };
	struct evidence *evidence = domain(who);
	struct history seen;

	publish(&evidence->hosts[0], kind, of);
	judge(evidence, &options);
	assert_true(history_see(&seen, &evidence->hosts[0],
	    &evidence->hosts[0].endpoints[0], KEY_ECDSA,
	    CERTIFICATES_NOW - days * CERTIFICATES_DAY));
	if (known->host == NULL)
		history_copy(known, &seen);
	else
		history_merge(known, &seen);
	history_clear(&seen);
	evidence_free(evidence);
}

static const struct finding *
find(const struct evidence *evidence, enum finding_code code)
{
	const struct finding_list *findings = &evidence->judged.findings;
	size_t i;

	for (i = 0; i < findings->count; i++) {
		if (findings->items[i].code == code)
			return &findings->items[i];
	}
	return NULL;
}

struct record {
	const char	*kind;		/* NULL: none */
	enum who	 of;
};

/* Judges what WHO presents, with these records, after what is known. */
static struct evidence *
judge_after(struct history *known, enum who who, const struct record *records,
    size_t count)
{
	const struct judge_options options = { .next_count = 0 };
	struct evidence *evidence = domain(who);
	struct host_evidence *host = &evidence->hosts[0];
	size_t i;

	host->histories = memory_new(1, sizeof(*host->histories));
	host->histories[0] = *known;
	host->history_count = 1;
	*known = (struct history){ 0 };
	for (i = 0; i < count && records[i].kind != NULL; i++)
		publish(host, records[i].kind, records[i].of);
	judge(evidence, &options);
	return evidence;
}

static const struct key_row {
	const char	*name;
	enum who	 before[3];	/* in this order */
	enum who	 now;
	struct record	 records[2];
	bool		 rotates;
} key_rows[] = {
	{ "a new key each time", { OLDEST, OLD }, NEW,
	    { { "3 1 1", NEW } }, true },
	{ "its certificate alone", { OLDEST, OLD }, NEW,
	    { { "3 0 1", NEW } }, true },
	{ "seen by the last run, too", { OLDEST, OLD, NEW }, NEW,
	    { { "3 1 1", NEW } }, true },
	{ "the key was kept once", { OLDEST, OLD }, KEPT,
	    { { "3 1 1", KEPT } }, false },
	{ "one renewal alone", { OLD }, NEW, { { "3 1 1", NEW } }, false },
	{ "none", { NEW }, NEW, { { "3 1 1", NEW } }, false },
	{ "the old one is back", { OLDEST, OLD }, OLDEST,
	    { { "3 1 1", OLDEST } }, false },
	{ "two machines", { OLD, NEW, OLD }, NEW,
	    { { "3 1 1", NEW } }, false },
	{ "a record for the next key", { OLDEST, OLD }, NEW,
	    { { "3 1 1", NEW }, { "3 1 1", MOVED } }, false },
	{ "a record of the CA", { OLDEST, OLD }, NEW,
	    { { "3 1 1", NEW }, { "2 1 1", ROOT } }, false },
	{ "of the CA alone", { OLDEST, OLD }, NEW,
	    { { "2 1 1", ROOT } }, false },
	{ "no match", { OLDEST, OLD }, NEW, { { "3 1 1", OLD } }, false },
};

static void
test_keys(void **state)
{
	const struct key_row *row = *state;
	const struct finding *finding;
	struct history known = { 0 };
	struct evidence *evidence;
	int i;

	for (i = 0; i < 3 && row->before[i] != NOBODY; i++)
		remember(&known, row->before[i], "3 1 1", row->before[i],
		    30 * (3 - i));
	evidence = judge_after(&known, row->now, row->records,
	    COUNT(row->records));
	finding = find(evidence, FINDING_KEY_ROTATES);
	assert_int_equal(finding != NULL, row->rotates);
	if (row->rotates) {
		assert_int_equal(finding->severity, SEVERITY_WARNING);
		assert_non_null(strstr(finding->text, "about 2026-01-21"));
		assert_true(advice_has(&finding->advice, "--reuse-key"));
		assert_true(advice_has(&finding->advice, "TLSA 2 1 1"));
		assert_null(find(evidence, FINDING_NO_ROLLOVER_RECORD));
	}
	evidence_free(evidence);
}

static const struct issuer_row {
	const char	*name;
	struct record	 before;	/* when OLD was presented */
	enum who	 now;
	struct record	 records[2];
	bool		 changed;
	enum severity	 severity;
	const char	*says;
} issuer_rows[] = {
	{ "2 1 1 of the old one", { "2 1 1", ROOT }, MOVED,
	    { { "2 1 1", ROOT } }, true, SEVERITY_WARNING,
	    "record [1] depended on the old one, and matches no more" },
	{ "of both", { "2 1 1", ROOT }, MOVED,
	    { { "2 1 1", ROOT }, { "2 1 1", OTHER } }, true, SEVERITY_WARNING,
	    "depended on the old one, and matches no more" },
	{ "of the new one by now", { "2 1 1", ROOT }, MOVED,
	    { { "2 1 1", OTHER } }, true, SEVERITY_INFO,
	    "no record depended on the old one" },
	{ "of the key", { "3 1 1", OLD }, MOVED, { { "3 1 1", MOVED } }, true,
	    SEVERITY_INFO, "no record depended on the old one" },
	{ "the same CA", { "2 1 1", ROOT }, NEW, { { "2 1 1", ROOT } }, false,
	    SEVERITY_INFO, NULL },
	{ "the same certificate", { "2 1 1", ROOT }, OLD,
	    { { "2 1 1", ROOT } }, false, SEVERITY_INFO, NULL },
};

static void
test_issuer(void **state)
{
	const struct issuer_row *row = *state;
	const struct finding *finding;
	struct history known = { 0 };
	struct evidence *evidence;

	remember(&known, OLD, row->before.kind, row->before.of, 30);
	evidence = judge_after(&known, row->now, row->records,
	    COUNT(row->records));
	finding = find(evidence, FINDING_ISSUER_CHANGED);
	assert_int_equal(finding != NULL, row->changed);
	if (row->changed) {
		assert_int_equal(finding->severity, row->severity);
		assert_non_null(strstr(finding->text, row->says));
		assert_non_null(strstr(finding->text, "Other Root"));
	}
	evidence_free(evidence);
}

/* Machines that share an address present what they like. */
static void
test_several(void **state)
{
	struct evidence *evidence = domain(OLD);
	struct history seen;

	(void)state;
	fixture_handshake(&evidence->hosts[0].endpoints[0], chains[NEW]);
	assert_false(history_see(&seen, &evidence->hosts[0],
	    &evidence->hosts[0].endpoints[0], KEY_ECDSA, CERTIFICATES_NOW));
	assert_false(history_see(&seen, &evidence->hosts[0],
	    &evidence->hosts[0].endpoints[0], KEY_RSA, CERTIFICATES_NOW));
	evidence_free(evidence);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_keys, key_rows),
		TABLE(test_issuer, issuer_rows),
		TABLE_ALONE(test_several),
	};
	int failed;

	set_up();
	failed = table_run(tables, COUNT(tables));
	tear_down();
	return failed;
}
