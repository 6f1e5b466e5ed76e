/*
 * What name servers say themselves (--authoritative), with real signatures:
 * whose answers validate, and with whose keys (RFC 8901).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "resolver/memory.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/table.h"
#include "tests/unit/support/trust_tree.h"

#define ZONE	TRUST_TREE_ZONE
#define MX	"mx." ZONE

static const struct packet address = { MX, DNS_A, 0,
	{ MX ". 300 IN A 192.0.2.1" }, { NULL } };

/* Who signs. */
enum signer {
	NOBODY,
	OWN,			/* the key that the DS record fits */
	SECOND,			/* another one, which is in some DNSKEY sets */
	STRANGER,		/* one that is in none */
};

/* Which keys a server gives out. */
enum set {
	NO_SET,			/* it does not say */
	ONE,			/* its own */
	BOTH,			/* its own, and the second */
	FOREIGN,		/* of which no DS record fits any */
};

struct server {
	enum set		 set;
	enum signer		 signer;	/* of its answer */
	struct signing_time	 time;
};

/* Authoritative, as name servers answer. */
static struct answer *
authoritative(struct answer *answer)
{
	answer->origin->packet[2] |= 0x04;
	answer->origin->secure = false;
	answer->dnssec = DNSSEC_INSECURE;
	return answer;
}

static struct answer *
dnskey_answer(const struct trust_tree *tree, const struct signing_key *second,
    enum set set)
{
	static const struct packet packet = { ZONE, DNS_DNSKEY, 0, { NULL },
		{ NULL } };
	struct ldns_struct_pkt *made = packet_new(&packet);
	const struct signing_key *signer = set == FOREIGN ? tree->stranger :
	    tree->key;

	signing_push_key(made, signer);
	if (set == BOTH)
		signing_push_key(made, second);
	signing_sign(made, ZONE, DNS_DNSKEY, signer, SIGNING_GOOD, NULL);
	return authoritative(signing_answer(made, &packet));
}

static struct answer *
address_answer(const struct trust_tree *tree,
    const struct signing_key *second, const struct server *server)
{
	const struct signing_key *const keys[] = {
		[NOBODY] = NULL,
		[OWN] = tree->key,
		[SECOND] = second,
		[STRANGER] = tree->stranger,
	};
	const struct trust_tree_signature signature = {
		server->signer != NOBODY ? MX : NULL, DNS_A,
		keys[server->signer], server->time, NULL };

	return authoritative(trust_tree_answer(&address, &signature));
}

static void
add_server(struct evidence *evidence, const char *name, struct answer *dnskey,
    struct answer *answer)
{
	struct server_evidence *server;

	evidence->servers = memory_grow(evidence->servers,
	    evidence->server_count, sizeof(*server));
	server = &evidence->servers[evidence->server_count++];
	server->zone = memory_string(ZONE);
	server->name = memory_string(name);
	assert_true(address_from_text(&server->address, "192.0.2.53", 53));
	if (dnskey != NULL)
		evidence_server_answer(server, dnskey);
	evidence_server_answer(server, answer);
}

/* "ns-lame ns1: TEXT", a line each. Owned by the caller. */
static char *
findings_text(const struct evidence *evidence)
{
	const struct finding *finding;
	char *text = memory_string(""), *line;
	size_t i;

	for (i = 0; i < evidence->judged.findings.count; i++) {
		finding = &evidence->judged.findings.items[i];
		if (finding->code != FINDING_NS_LAME &&
		    finding->code != FINDING_NS_INCONSISTENT)
			continue;
		line = memory_format("%s%s %s: %s\n", text,
		    finding_code_name(finding->code),
		    finding->place.server.name, finding->text);
		free(text);
		text = line;
	}
	return text;
}

#define GOOD		OWN, { -1, 1 }
#define ENDED		OWN, { -2, -1 }
#define NOT_BEGUN	OWN, { 7200, 9000 }
#define UNSIGNED	NOBODY, { 0, 0 }
#define BY_SECOND	SECOND, { -1, 1 }
#define BY_STRANGER	STRANGER, { -1, 1 }

#define ONE_LAME	"ns-lame ns2: 1 of its answers does not validate: "

static const struct validity_row {
	const char	*name;
	struct server	 servers[2];
	const char	*expected;	/* the findings begin so; "": there
					 * are none */
	const char	*also;		/* a part of them */
} validity_rows[] = {
	{ "both good", { { ONE, GOOD }, { ONE, GOOD } }, "", "" },
	{ "no signature", { { ONE, GOOD }, { ONE, UNSIGNED } },
	    ONE_LAME "A " MX " has no signature", "" },
	{ "ended", { { ONE, GOOD }, { ONE, ENDED } },
	    ONE_LAME "the signature of A " MX, "ended at 2026-01-31" },
	{ "not begun", { { ONE, GOOD }, { ONE, NOT_BEGUN } },
	    ONE_LAME "the signature of A " MX, "begins only at 2026-01-31" },
	{ "another's key", { { ONE, GOOD }, { ONE, BY_STRANGER } },
	    ONE_LAME "no signature of A " MX " is by a key that counts", "" },
	{ "keys that no DS record fits", { { ONE, GOOD },
	    { FOREIGN, BY_STRANGER } }, "ns-lame ns2: 2 of its answers do not "
	    "validate: no DS record of " ZONE, "fits one of its keys" },
	{ "good, without keys of its own", { { ONE, GOOD }, { NO_SET, GOOD } },
	    "", "" },
	{ "ended, without keys of its own", { { ONE, GOOD },
	    { NO_SET, ENDED } }, ONE_LAME "the signature of A " MX, "" },
	{ "nobody has keys", { { NO_SET, GOOD }, { NO_SET, UNSIGNED } }, "",
	    "" },

	/* RFC 8901: several signers */
	{ "both know both keys", { { BOTH, GOOD }, { BOTH, BY_SECOND } }, "",
	    "" },
	{ "one does not know the other's", { { ONE, GOOD },
	    { BOTH, BY_SECOND } }, "ns-inconsistent ns2: its answer to A " MX
	    " does not validate with the keys that ns1 [192.0.2.53] gives out",
	    "no signature of A " MX },
	{ "one knows a key that is not in use", { { ONE, GOOD },
	    { BOTH, GOOD } }, "", "" },
};

static void
test_validity(void **state)
{
	const struct validity_row *row = *state;
	struct signing_key *second;
	struct trust_tree tree;
	char *text;
	size_t i;

	trust_tree_init(&tree);
	second = signing_key_new(ZONE, TRUST_TREE_ALGORITHM, SIGNING_KSK);
	for (i = 0; i < 2; i++)
		add_server(tree.evidence, i == 0 ? "ns1" : "ns2",
		    row->servers[i].set == NO_SET ? NULL :
		    dnskey_answer(&tree, second, row->servers[i].set),
		    address_answer(&tree, second, &row->servers[i]));
	fixture_judge(tree.evidence);
	text = findings_text(tree.evidence);
	if (*row->expected == '\0')
		assert_string_equal(text, "");
	else
		assert_memory_equal(text, row->expected,
		    strlen(row->expected));
	assert_non_null(strstr(text, row->also));
	free(text);
	signing_key_free(second);
	trust_tree_clear(&tree);
}

/* Where no DS record says that it is signed, nothing has to validate. */
static void
test_unsigned(void **state)
{
	static const struct server unsigned_server = { ONE, UNSIGNED };
	struct trust_tree tree;
	char *text;

	(void)state;
	trust_tree_init(&tree);
	add_server(tree.evidence, "ns1", dnskey_answer(&tree, NULL, ONE),
	    address_answer(&tree, NULL, &unsigned_server));
	trust_tree_remove_ds(&tree);
	fixture_judge(tree.evidence);
	text = findings_text(tree.evidence);
	assert_string_equal(text, "");
	free(text);
	trust_tree_clear(&tree);
}

/* --- Answers that are none --- */

static const struct standing_row {
	const char	*name;
	const char	*owner;		/* of NS records; NULL: none */
	const char	*expected;
} standing_rows[] = {
	{ "not authoritative", NULL, "ns-lame ns1: no usable answer: A " MX
	    ": it is not authoritative for the zone\n" },
	{ "refers to itself", ZONE, "ns-lame ns1: no usable answer: A " MX
	    ": it refers to other servers, and does not have the zone\n" },
	{ "refers up", "org", "ns-lame ns1: no usable answer: A " MX ": it "
	    "refers to other servers, and does not have the zone\n" },
	{ "refers down", MX, "" },
};

static void
test_standing(void **state)
{
	static const struct trust_tree_signature none = { NULL, DNS_A, NULL,
		{ 0, 0 }, NULL };
	const struct standing_row *row = *state;
	char *ns = row->owner == NULL ? NULL :
	    memory_format("%s. 300 IN NS ns.example.net.", row->owner);
	const struct packet packet = { MX, DNS_A, 0, { NULL }, { ns } };
	struct trust_tree tree;
	char *text;

	trust_tree_init(&tree);
	add_server(tree.evidence, "ns1", NULL,
	    trust_tree_answer(&packet, &none));
	fixture_judge(tree.evidence);
	text = findings_text(tree.evidence);
	assert_string_equal(text, row->expected);
	free(text);
	free(ns);
	trust_tree_clear(&tree);
}

/* --- Names --- */

static const struct mention_row {
	const char		*name;
	enum server_mention	 delegated;
	bool			 alias;
	const char		*listed;	/* NULL: no NS records */
	const char		*expected;	/* the only finding; NULL */
} mention_rows[] = {
	{ "both", MENTION_YES, false, "ns1", NULL },
	{ "nothing is known", MENTION_UNKNOWN, false, NULL, NULL },
	{ "of the parent nothing is known", MENTION_UNKNOWN, false, "ns1",
	    NULL },
	{ "of the zone nothing is known", MENTION_YES, false, NULL, NULL },
	{ "the parent alone", MENTION_YES, false, "ns2",
	    "the parent zone delegates " ZONE " to ns1, which its own NS "
	    "records do not name" },
	{ "the zone alone", MENTION_NO, false, "ns1", "the NS records of "
	    ZONE " name ns1, to which its parent zone does not delegate" },
	{ "an alias", MENTION_YES, true, "ns1",
	    "is an alias (CNAME), and the NS records of " ZONE " name it" },
};

static void
test_mention(void **state)
{
	static const struct packet unsigned_packet = { MX, DNS_A, 0,
		{ MX ". 300 IN A 192.0.2.1" }, { NULL } };
	static const struct trust_tree_signature none = { NULL, DNS_A, NULL,
		{ 0, 0 }, NULL };
	const struct mention_row *row = *state;
	char *text = row->listed == NULL ? NULL :
	    memory_format(ZONE ". 300 IN NS %s.", row->listed);
	const struct packet ns = { ZONE, DNS_NS, 0, { text }, { NULL } };
	const struct finding *finding = NULL;
	struct trust_tree tree;
	size_t i;

	trust_tree_init(&tree);
	trust_tree_remove_ds(&tree);
	add_server(tree.evidence, "ns1", row->listed == NULL ? NULL :
	    authoritative(trust_tree_answer(&ns, &none)),
	    authoritative(trust_tree_answer(&unsigned_packet, &none)));
	tree.evidence->servers[0].delegated = row->delegated;
	tree.evidence->servers[0].alias = row->alias;
	fixture_judge(tree.evidence);
	for (i = 0; i < tree.evidence->judged.findings.count; i++) {
		finding = &tree.evidence->judged.findings.items[i];
		if (finding->code == FINDING_NS_ALIAS ||
		    finding->code == FINDING_NS_PARENT_DIFFERS)
			break;
		finding = NULL;
	}
	if (row->expected == NULL)
		assert_null(finding);
	else
		assert_string_equal(finding->text, row->expected);
	free(text);
	trust_tree_clear(&tree);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_validity, validity_rows),
		TABLE_ALONE(test_unsigned),
		TABLE(test_standing, standing_rows),
		TABLE(test_mention, mention_rows),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
