/*
 * What is said of a resolver that the user named, by what it says itself and
 * what comes by way of the root; and that no domain is charged with it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/evidence/evidence.h"
#include "resolver/memory.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/table.h"

#define HOST	"mx.example.org"
#define TLSA	"_25._tcp." HOST
#define SERVFAIL 2
#define REFUSED	5

/* How an answer says what it says. */
enum manner {
	PLAIN,		/* neither signed nor proved */
	SIGNED,
	PROVED,		/* denied, with NSEC3 */
	UNSIGNED_PROOF,	/* the same, but not signed */
};

struct said {
	enum answer_kind	kind;
	enum manner		manner;
	enum answer_fault	fault;
	uint16_t		rcode;
};

#define RECORDS		{ ANSWER_RECORDS, PLAIN, 0, 0 }
#define SIGNED_RECORDS	{ ANSWER_RECORDS, SIGNED, 0, 0 }
#define ABSENT		{ ANSWER_NO_DATA, PLAIN, 0, 0 }
#define PROVED_ABSENT	{ ANSWER_NO_DATA, PROVED, 0, 0 }
#define FAULT(kind)	{ ANSWER_UNUSABLE, PLAIN, ANSWER_FAULT_ ## kind, 0 }
#define RCODE(code)	{ ANSWER_UNUSABLE, PLAIN, ANSWER_FAULT_RCODE, code }

/* A question: what the resolver says, with CD and without; what the root. */
struct deed_row {
	const char		*name;
	enum dns_type		 type;
	struct said		 unchecked, checked;
	enum answer_kind	 root;
	const char		*text;
};

static const struct deed_row deed_rows[] = {
	{ "no signatures", DNS_TLSA, RECORDS, RECORDS, ANSWER_RECORDS,
	    "leaves out the signatures (RRSIG) of TLSA " TLSA ";" },
	{ "no proof", DNS_TLSA, ABSENT, ABSENT, ANSWER_NO_DATA,
	    "leaves out the proof (NSEC or NSEC3 in the authority section) "
	    "that there is no TLSA " TLSA ";" },
	{ "no signature of the proof", DNS_TLSA,
	    { ANSWER_NO_DATA, UNSIGNED_PROOF, 0, 0 }, PROVED_ABSENT,
	    ANSWER_NO_DATA,
	    "leaves out the signatures (RRSIG) of TLSA " TLSA ";" },
	{ "refused", DNS_TLSA, RCODE(REFUSED), RCODE(REFUSED), ANSWER_RECORDS,
	    "answers REFUSED to TLSA " TLSA ";" },
	{ "SERVFAIL to a denial", DNS_TLSA, RCODE(SERVFAIL), RCODE(SERVFAIL),
	    ANSWER_NO_NAME,
	    "answers SERVFAIL to TLSA " TLSA ", of which there is none;" },
	{ "SERVFAIL by its own checks", DNS_TLSA, SIGNED_RECORDS,
	    RCODE(SERVFAIL), ANSWER_RECORDS,
	    "does not validate TLSA " TLSA ", but passes it on when told not "
	    "to check it (CD);" },
	{ "records that are there are denied", DNS_TLSA, PROVED_ABSENT,
	    PROVED_ABSENT, ANSWER_RECORDS, "denies TLSA " TLSA ", which is" },
	{ "records are made up", DNS_TLSA, RECORDS, RECORDS, ANSWER_NO_DATA,
	    "makes up TLSA " TLSA ", which is not there;" },
	{ "addresses are made up", DNS_AAAA, RECORDS, RECORDS, ANSWER_NO_DATA,
	    "makes up AAAA records (DNS64), though there are none: AAAA "
	    TLSA ";" },
	{ "silent", DNS_TLSA, FAULT(SILENT), FAULT(SILENT), ANSWER_RECORDS,
	    "does not answer TLSA " TLSA ";" },
	{ "silent about its own checks", DNS_TLSA, SIGNED_RECORDS,
	    FAULT(SILENT), ANSWER_RECORDS, "does not answer TLSA " TLSA ";" },
	{ "not there", DNS_TLSA, FAULT(UNREACHABLE), FAULT(UNREACHABLE),
	    ANSWER_RECORDS, "cannot be reached for TLSA " TLSA ";" },
	{ "UDP alone", DNS_TLSA, FAULT(NO_TCP), FAULT(NO_TCP), ANSWER_RECORDS,
	    "cuts off its answer for TLSA " TLSA ", and gives none over TCP" },
	{ "malformed", DNS_TLSA, FAULT(MALFORMED), FAULT(MALFORMED),
	    ANSWER_RECORDS, "gives a malformed answer for TLSA " TLSA ";" },
	{ "no signatures with its own checks", DNS_TLSA, SIGNED_RECORDS,
	    RECORDS, ANSWER_RECORDS,
	    "leaves out the signatures (RRSIG) of TLSA " TLSA ";" },
	{ "all is well", DNS_TLSA, SIGNED_RECORDS, SIGNED_RECORDS,
	    ANSWER_RECORDS, "gives no usable answer: bogus;" },
};

static struct answer *
make_answer(const char *owner, enum dns_type type, const struct said *said)
{
	struct answer *answer = fixture_answer(owner, type, said->kind,
	    said->kind == ANSWER_UNUSABLE ? DNSSEC_FAILED : DNSSEC_INSECURE);
	static const uint8_t data[35] = { 3, 1, 1 };

	answer->fault = said->fault;
	answer->rcode = said->rcode;
	if (said->kind == ANSWER_RECORDS)
		fixture_add(answer, data, type == DNS_AAAA ? 16 :
		    sizeof(data));
	if (said->manner == SIGNED || said->manner == PROVED)
		fixture_period(answer, "example.org", (uint16_t)type);
	if (said->manner == PROVED || said->manner == UNSIGNED_PROOF)
		answer->denial = ANSWER_DENIES_BY_NSEC3;
	return answer;
}

/* Adds a question that is disputed. ROOT is owned by the evidence. */
static struct dispute_evidence *
add_dispute(struct evidence *evidence, const char *owner, enum dns_type type,
    struct answer *root)
{
	struct dispute_evidence *dispute;

	evidence->disputes = memory_grow(evidence->disputes,
	    evidence->dispute_count, sizeof(*dispute));
	dispute = &evidence->disputes[evidence->dispute_count++];
	evidence->dispute_total++;
	dispute->heard = fixture_answer(owner, type, ANSWER_UNUSABLE,
	    DNSSEC_BOGUS);
	free(dispute->heard->why);
	dispute->heard->why = memory_string("bogus");
	dispute->root = root;
	return dispute;
}

static void
add_resolver(struct dispute_evidence *dispute, const char *name,
    const struct said *unchecked, const struct said *checked)
{
	struct server_evidence *server;

	dispute->resolvers = memory_grow(dispute->resolvers,
	    dispute->resolver_count, sizeof(*server));
	server = &dispute->resolvers[dispute->resolver_count++];
	server->zone = memory_string(".");
	server->name = memory_string(name);
	evidence_server_answer(server, make_answer(dispute->heard->owner,
	    dispute->heard->type, unchecked));
	evidence_server_answer(server, make_answer(dispute->heard->owner,
	    dispute->heard->type, checked));
}

static struct answer *
make_root(enum dns_type type, enum answer_kind kind)
{
	const struct said said = { kind, kind == ANSWER_RECORDS ? SIGNED :
	    PROVED, 0, 0 };
	struct answer *root = make_answer(TLSA, type, &said);

	root->dnssec = DNSSEC_SECURE;
	return root;
}

/* A domain that passes. */
static struct evidence *
make_domain(void)
{
	struct chain *chain = fixture_chain(HOST, KEY_ECDSA);
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, HOST);

	fixture_tlsa_of(host, chain);
	fixture_endpoint(host, "192.0.2.1", OUTCOME_DONE, chain);
	chain_free(chain);
	return evidence;
}

/* The findings with the code, and the last of them. */
static size_t
count(const struct evidence *evidence, enum finding_code code,
    const struct finding **last)
{
	const struct finding_list *list = &evidence->judged.findings;
	size_t i, found = 0;

	for (i = 0; i < list->count; i++) {
		if (list->items[i].code != code)
			continue;
		*last = &list->items[i];
		found++;
	}
	return found;
}

static void
test_deed(void **state)
{
	const struct deed_row *row = *state;
	struct evidence *evidence = make_domain();
	const struct finding *finding = NULL;

	add_resolver(add_dispute(evidence, TLSA, row->type,
	    make_root(row->type, row->root)), "192.0.2.53@5353",
	    &row->unchecked, &row->checked);
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, VERDICT_PASS);
	assert_int_equal(count(evidence, FINDING_RESOLVER_FAULTY, &finding),
	    1);
	assert_int_equal(finding->severity, SEVERITY_WARNING);
	assert_non_null(strstr(finding->text, "the resolver 192.0.2.53@5353 "));
	assert_non_null(strstr(finding->text, row->text));
	assert_non_null(strstr(finding->text, "by way of the root is judged"));
	assert_true(finding->advice.count > 0);
	evidence_free(evidence);
}

/* Of two resolvers the one that spoils the answers is named, and no other. */
static void
test_two_resolvers(void **state)
{
	static const struct said good = SIGNED_RECORDS, bad = RECORDS;
	struct evidence *evidence = make_domain();
	const struct finding *finding = NULL;
	struct dispute_evidence *dispute;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		dispute = add_dispute(evidence, TLSA, DNS_TLSA,
		    make_root(DNS_TLSA, ANSWER_RECORDS));
		add_resolver(dispute, "192.0.2.1", &good, &good);
		add_resolver(dispute, "192.0.2.2", &bad, &bad);
	}
	fixture_judge(evidence);
	assert_int_equal(count(evidence, FINDING_RESOLVER_FAULTY, &finding),
	    1);
	assert_non_null(strstr(finding->text, "the resolver 192.0.2.2 "));
	assert_non_null(strstr(finding->text, TLSA " and 1 more;"));
	evidence_free(evidence);
}

/* What was not to be asked from the root, and what is left of the host. */
struct lost_row {
	const char		*name;
	enum dns_type		 type;		/* A, AAAA, TLSA or MX */
	enum dnssec_status	 status;
	enum finding_code	 without;	/* what is not said of the
						 * domain */
};

static const struct lost_row lost_rows[] = {
	{ "A, bogus", DNS_A, DNSSEC_BOGUS, FINDING_ADDRESS_BOGUS },
	{ "A, failed", DNS_A, DNSSEC_FAILED, FINDING_ADDRESS_LOOKUP_FAILED },
	{ "AAAA, bogus", DNS_AAAA, DNSSEC_BOGUS, FINDING_ADDRESS_BOGUS },
	{ "AAAA, failed", DNS_AAAA, DNSSEC_FAILED,
	    FINDING_ADDRESS_LOOKUP_FAILED },
	{ "TLSA, bogus", DNS_TLSA, DNSSEC_BOGUS, FINDING_TLSA_BOGUS },
	{ "TLSA, failed", DNS_TLSA, DNSSEC_FAILED,
	    FINDING_TLSA_LOOKUP_FAILED },
	{ "MX, bogus", DNS_MX, DNSSEC_BOGUS, FINDING_MX_BOGUS },
	{ "MX, failed", DNS_MX, DNSSEC_FAILED, FINDING_MX_LOOKUP_FAILED },
};

static struct answer **
slot_of(struct evidence *evidence, enum dns_type type)
{
	struct host_evidence *host = &evidence->hosts[0];

	return type == DNS_A ? &host->a : type == DNS_AAAA ? &host->aaaa :
	    type == DNS_TLSA ? &host->tlsa[0] : &evidence->mx;
}

/* Puts the broken answer in its place. Returns its owner, borrowed. */
static const char *
spoil(struct evidence *evidence, const struct lost_row *row)
{
	struct answer **slot = slot_of(evidence, row->type);
	char *owner = memory_string((*slot)->owner);

	answer_free(*slot);
	*slot = fixture_answer(owner, row->type, ANSWER_UNUSABLE, row->status);
	free(owner);
	return (*slot)->owner;
}

static void
test_lost(void **state)
{
	static const struct said plain = RECORDS;
	const struct lost_row *row = *state;
	struct evidence *evidence = make_domain();
	const struct finding *finding = NULL;
	const char *owner = spoil(evidence, row);

	add_resolver(add_dispute(evidence, owner, row->type, NULL),
	    "192.0.2.53", &plain, &plain);
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, VERDICT_UNKNOWN);
	assert_int_equal(count(evidence, row->without, &finding), 0);
	assert_int_equal(count(evidence, FINDING_RESOLVER_FAULTY, &finding),
	    1);
	assert_int_equal(finding->severity, SEVERITY_ERROR);
	assert_non_null(strstr(finding->text, "nor can the root's name "));
	if (row->type != DNS_MX)
		assert_string_equal(finding->place.host, HOST);
	evidence_free(evidence);
}

/* The same answers are the domain's fault if nothing is said against them. */
static void
test_undisputed(void **state)
{
	const struct lost_row *row = *state;
	struct evidence *evidence = make_domain();
	const struct finding *finding = NULL;

	spoil(evidence, row);
	fixture_judge(evidence);
	assert_int_equal(count(evidence, row->without, &finding), 1);
	assert_int_equal(count(evidence, FINDING_RESOLVER_FAULTY, &finding),
	    0);
	evidence_free(evidence);
}

/* A fault that was seen at another host stays one. */
static void
test_lost_beside_a_fault(void **state)
{
	static const struct lost_row row = { "", DNS_TLSA, DNSSEC_BOGUS, 0 };
	static const struct said plain = RECORDS;
	struct evidence *evidence = make_domain();
	struct host_evidence *other = fixture_host(evidence, "mx2.example.org");
	const char *owner = spoil(evidence, &row);

	(void)state;
	other->tlsa[0] = fixture_answer("_25._tcp.mx2.example.org", DNS_TLSA,
	    ANSWER_UNUSABLE, DNSSEC_BOGUS);
	add_resolver(add_dispute(evidence, owner, DNS_TLSA, NULL),
	    "192.0.2.53", &plain, &plain);
	fixture_judge(evidence);
	assert_int_equal(evidence->hosts[0].judged.verdict, VERDICT_UNKNOWN);
	assert_int_equal(evidence->hosts[1].judged.verdict, VERDICT_FAIL);
	assert_int_equal(evidence->judged.verdict, VERDICT_FAIL);
	evidence_free(evidence);
}

/* What does not decide anything is no error. */
static void
test_lost_aside(void **state)
{
	static const struct said plain = RECORDS;
	struct evidence *evidence = make_domain();
	const struct finding *finding = NULL;

	(void)state;
	evidence->hosts[0].above_tlsa = fixture_answer("_tcp." HOST, DNS_A,
	    ANSWER_UNUSABLE, DNSSEC_BOGUS);
	add_resolver(add_dispute(evidence, "_tcp." HOST, DNS_A, NULL),
	    "192.0.2.53", &plain, &plain);
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, VERDICT_PASS);
	assert_int_equal(count(evidence, FINDING_DENIAL_BROKEN, &finding), 0);
	assert_int_equal(count(evidence, FINDING_RESOLVER_FAULTY, &finding),
	    1);
	assert_int_equal(finding->severity, SEVERITY_WARNING);
	evidence_free(evidence);
}

/* The root's keys, and what is said of this machine. */
struct keys_row {
	const char		*name;
	enum resolver_health	 health;
	struct said		 said;
	size_t			 unreachable, mismatches;
};

static const struct keys_row keys_rows[] = {
	{ "the resolver leaves out signatures", RESOLVER_BAD_ANCHOR, RECORDS,
	    0, 0 },
	{ "they are signed, but not by the anchors", RESOLVER_BAD_ANCHOR,
	    SIGNED_RECORDS, 0, 1 },
	{ "SERVFAIL", RESOLVER_NO_ANSWER, RCODE(SERVFAIL), 0, 0 },
	{ "nobody answers", RESOLVER_NO_ANSWER, FAULT(SILENT), 1, 0 },
};

static void
test_keys(void **state)
{
	const struct keys_row *row = *state;
	struct evidence *evidence = make_domain();
	const struct finding *finding = NULL;

	evidence->health = row->health;
	evidence->health_why = memory_string("a reason");
	add_resolver(add_dispute(evidence, ".", DNS_DNSKEY, NULL),
	    "192.0.2.53", &row->said, &row->said);
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, VERDICT_UNKNOWN);
	assert_int_equal(count(evidence, FINDING_RESOLVER_FAULTY, &finding),
	    1);
	assert_int_equal(finding->severity, SEVERITY_ERROR);
	assert_int_equal(count(evidence, FINDING_RESOLVER_UNREACHABLE,
	    &finding), row->unreachable);
	assert_int_equal(count(evidence, FINDING_TRUST_ANCHOR_MISMATCH,
	    &finding), row->mismatches);
	evidence_free(evidence);
}

/* Split DNS: what the resolver says is judged, and no fault of its own. */
static void
test_differs(void **state)
{
	static const struct lost_row row = { "", DNS_MX, DNSSEC_BOGUS, 0 };
	static const struct said plain = RECORDS;
	struct evidence *evidence = make_domain();
	const struct finding *finding = NULL;
	const char *owner = spoil(evidence, &row);
	struct dispute_evidence *dispute = add_dispute(evidence, owner,
	    DNS_MX, make_root(DNS_MX, ANSWER_NO_NAME));

	(void)state;
	dispute->differs = true;
	add_resolver(dispute, "192.0.2.53", &plain, &plain);
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, VERDICT_FAIL);
	assert_int_equal(count(evidence, FINDING_MX_BOGUS, &finding), 1);
	assert_int_equal(count(evidence, FINDING_RESOLVER_FAULTY, &finding),
	    0);
	assert_int_equal(count(evidence, FINDING_RESOLVER_DIFFERS, &finding),
	    1);
	assert_int_equal(finding->severity, SEVERITY_INFO);
	evidence_free(evidence);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_deed, deed_rows),
		TABLE_ALONE(test_two_resolvers),
		TABLE(test_lost, lost_rows),
		TABLE(test_undisputed, lost_rows),
		TABLE_ALONE(test_lost_beside_a_fault),
		TABLE_ALONE(test_lost_aside),
		TABLE(test_keys, keys_rows),
		TABLE_ALONE(test_differs),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
