#include "tests/unit/support/match_cases.h"

#include <stdlib.h>

#include "checker/tlsa/tlsa.h"
#include "resolver/memory.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/fixture.h"

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

#define MX	"DNS:mx.example.org"
#define OTHER	"DNS:mail.example.net"

static const struct {
	enum who		 issuer;
	enum who		 key_of;
	struct certificates_wish wish;
} people[WHO_COUNT] = {
	[ROOT] = { NOBODY, NOBODY, { .cn = "Root", .ca = true } },
	[INTERMEDIATE] = { ROOT, NOBODY, { .cn = "Intermediate", .ca = true } },
	[OTHER_ROOT] = { NOBODY, NOBODY, { .cn = "Other Root", .ca = true } },
	[CROSS] = { OTHER_ROOT, INTERMEDIATE,
	    { .cn = "Intermediate", .ca = true } },
	[OLD_CROSS] = { OTHER_ROOT, INTERMEDIATE,
	    { .cn = "Intermediate", .ca = true, .from_day = -90,
	    .to_day = -2 } },
	[OLD_ROOT] = { NOBODY, NOBODY,
	    { .cn = "Old Root", .ca = true, .from_day = -90, .to_day = -1 } },
	[UNDER_OLD_ROOT] = { OLD_ROOT, NOBODY,
	    { .cn = "Under Old", .ca = true } },
	[OLD_INTERMEDIATE] = { ROOT, NOBODY,
	    { .cn = "Old Intermediate", .ca = true, .from_day = -90,
	    .to_day = -2 } },
	[FUTURE_ROOT] = { NOBODY, NOBODY,
	    { .cn = "Future Root", .ca = true, .from_day = 2, .to_day = 90 } },
	[NO_CA] = { ROOT, NOBODY, { .cn = "No Authority" } },
	[IMPOSTOR] = { ROOT, NOBODY, { .cn = "Intermediate", .ca = true } },
	[IMPOSTOR_WITHOUT_IDS] = { ROOT, NOBODY,
	    { .cn = "Intermediate", .ca = true, .without_key_ids = true } },
	[FORGED_INTERMEDIATE] = { ROOT, NOBODY,
	    { .cn = "Forged", .ca = true, .forged = true } },
	[FOR_CLIENTS] = { ROOT, NOBODY,
	    { .cn = "For Clients", .ca = true, .purpose = "clientAuth" } },

	[LEAF] = { INTERMEDIATE, NOBODY, { .cn = "leaf", .names = MX } },
	[LEAF_RSA] = { INTERMEDIATE, NOBODY,
	    { .names = MX, .key_type = KEY_RSA } },
	[LEAF_ED25519] = { INTERMEDIATE, NOBODY,
	    { .names = MX, .key_type = KEY_ED25519 } },
	[LEAF_WEAK] = { INTERMEDIATE, NOBODY, { .names = MX, .weak = true } },
	[LEAF_SHA1] = { INTERMEDIATE, NOBODY, { .names = MX, .sha1 = true } },
	[LEAF_WITHOUT_IDS] = { INTERMEDIATE, NOBODY,
	    { .names = MX, .without_key_ids = true } },
	[LEAF_OF_ROOT] = { ROOT, NOBODY, { .names = MX } },
	[LEAF_OLD] = { INTERMEDIATE, NOBODY,
	    { .names = MX, .from_day = -90, .to_day = -1 } },
	[LEAF_FUTURE] = { INTERMEDIATE, NOBODY,
	    { .names = MX, .from_day = 1, .to_day = 90 } },
	[LEAF_FORGED] = { INTERMEDIATE, NOBODY,
	    { .names = MX, .forged = true } },
	[LEAF_CLIENT] = { INTERMEDIATE, NOBODY,
	    { .names = MX, .purpose = "clientAuth" } },
	[LEAF_SERVER] = { INTERMEDIATE, NOBODY,
	    { .names = MX, .purpose = "serverAuth" } },
	[LEAF_OTHER] = { INTERMEDIATE, NOBODY,
	    { .cn = "other", .names = OTHER } },
	[LEAF_OLD_OTHER] = { INTERMEDIATE, NOBODY,
	    { .names = OTHER, .from_day = -90, .to_day = -1 } },
	[LEAF_DOMAIN] = { INTERMEDIATE, NOBODY,
	    { .names = OTHER ",DNS:example.org" } },
	[LEAF_WILD] = { INTERMEDIATE, NOBODY,
	    { .names = "DNS:*.example.org" } },
	[LEAF_WILD_PART] = { INTERMEDIATE, NOBODY,
	    { .names = "DNS:m*.example.org" } },
	[LEAF_WILD_SECOND] = { INTERMEDIATE, NOBODY,
	    { .names = "DNS:mx.*.org" } },
	[LEAF_WILD_BELOW] = { INTERMEDIATE, NOBODY,
	    { .names = "DNS:*.org,DNS:*.mx.example.org" } },
	[LEAF_CAPITALS] = { INTERMEDIATE, NOBODY,
	    { .names = "DNS:MX.Example.ORG" } },
	[LEAF_CN] = { INTERMEDIATE, NOBODY, { .cn = "mx.example.org" } },
	[LEAF_CN_AND_OTHER] = { INTERMEDIATE, NOBODY,
	    { .cn = "mx.example.org", .names = OTHER } },
	[LEAF_UNDER_OLD_ROOT] = { UNDER_OLD_ROOT, NOBODY, { .names = MX } },
	[LEAF_OF_OLD_INTERMEDIATE] = { OLD_INTERMEDIATE, NOBODY,
	    { .names = MX } },
	[LEAF_OLD_OF_OLD] = { OLD_INTERMEDIATE, NOBODY,
	    { .names = MX, .from_day = -90, .to_day = -1 } },
	[LEAF_OF_FUTURE_ROOT] = { FUTURE_ROOT, NOBODY, { .names = MX } },
	[LEAF_OF_NO_CA] = { NO_CA, NOBODY, { .names = MX } },
	[LEAF_OF_FORGED] = { FORGED_INTERMEDIATE, NOBODY, { .names = MX } },
	[LEAF_OF_FOR_CLIENTS] = { FOR_CLIENTS, NOBODY, { .names = MX } },
	[ALONE] = { NOBODY, NOBODY, { .cn = "alone", .names = MX } },
	[ALONE_CA] = { NOBODY, NOBODY,
	    { .cn = "alone", .names = MX, .ca = true } },
};

#define LEADS_NOWHERE "but the server's certificate does not lead up to it"
#define HIDDEN ": CN=Intermediate (number 2 of those that are sent) is taken " \
	"in place of CN=Intermediate (number 3 of those that are sent), " \
	"which has the same name and leads up to there"
#define OTHER_NAME "matches CN=Intermediate, but the certificate has none of " \
	"the names mx.example.org, example.org"

const struct match_case match_cases[] = {
	/* usage 3: RFC 7672 3.1.1 */
	{ "3 0 0", { LEAF, INTERMEDIATE }, "3 0 0", LEAF, 0, 0, NULL },
	{ "3 0 1", { LEAF, INTERMEDIATE }, "3 0 1", LEAF, 0, 0, NULL },
	{ "3 0 2", { LEAF, INTERMEDIATE }, "3 0 2", LEAF, 0, 0, NULL },
	{ "3 1 0", { LEAF, INTERMEDIATE }, "3 1 0", LEAF, 0, 0, NULL },
	{ "3 1 1", { LEAF, INTERMEDIATE }, "3 1 1", LEAF, 0, 0, NULL },
	{ "3 1 2", { LEAF, INTERMEDIATE }, "3 1 2", LEAF, 0, 0, NULL },
	{ "an RSA key", { LEAF_RSA }, "3 1 1", LEAF_RSA, 0, 0, NULL },
	{ "an Ed25519 key", { LEAF_ED25519 }, "3 1 1", LEAF_ED25519, 0, 0,
	    NULL },
	{ "a weak key", { LEAF_WEAK }, "3 1 1", LEAF_WEAK, 0, 0, NULL },
	{ "usage 3, self-signed", { ALONE }, "3 1 1", ALONE, 0, 0, NULL },
	{ "usage 3, expired", { LEAF_OLD }, "3 1 1", LEAF_OLD, 0, 0, NULL },
	{ "usage 3, not yet valid", { LEAF_FUTURE }, "3 0 1", LEAF_FUTURE, 0,
	    0, NULL },
	{ "usage 3, another name", { LEAF_OTHER }, "3 1 1", LEAF_OTHER, 0, 0,
	    NULL },
	{ "usage 3, for clients", { LEAF_CLIENT }, "3 1 1", LEAF_CLIENT, 0, 0,
	    NULL },
	{ "usage 3, forged", { LEAF_FORGED }, "3 1 1", LEAF_FORGED, 0, 0,
	    NULL },
	{ "usage 3, a CA's", { ALONE_CA }, "3 1 1", ALONE_CA, 0, 0, NULL },
	{ "a stale 3 0 0", { LEAF }, "3 0 0", LEAF_OLD, MATCH_NO_DEPTH,
	    MATCH_FAULT_DATA, "not the server's certificate" },
	{ "a stale 3 0 1", { LEAF }, "3 0 1", LEAF_OLD, MATCH_NO_DEPTH,
	    MATCH_FAULT_DATA, "not the SHA2-256 of the server's certificate" },
	{ "a stale 3 1 0", { LEAF }, "3 1 0", LEAF_OLD, MATCH_NO_DEPTH,
	    MATCH_FAULT_DATA, "not the server's public key" },
	{ "a stale 3 1 1", { LEAF }, "3 1 1", LEAF_OLD, MATCH_NO_DEPTH,
	    MATCH_FAULT_DATA, "not the SHA2-256 of the server's public key" },
	{ "a stale 3 1 2", { LEAF }, "3 1 2", LEAF_OLD, MATCH_NO_DEPTH,
	    MATCH_FAULT_DATA, "not the SHA2-512 of the server's public key" },
	{ "usage 3 of the issuer", { LEAF, INTERMEDIATE }, "3 1 1",
	    INTERMEDIATE, MATCH_NO_DEPTH, MATCH_FAULT_DATA,
	    "not the SHA2-256 of the server's public key" },

	/* usage 2: the CA's certificate is sent */
	{ "2 0 0", { LEAF, INTERMEDIATE }, "2 0 0", INTERMEDIATE, 1, 0, NULL },
	{ "2 0 1", { LEAF, INTERMEDIATE }, "2 0 1", INTERMEDIATE, 1, 0, NULL },
	{ "2 0 2", { LEAF, INTERMEDIATE }, "2 0 2", INTERMEDIATE, 1, 0, NULL },
	{ "2 1 0", { LEAF, INTERMEDIATE }, "2 1 0", INTERMEDIATE, 1, 0, NULL },
	{ "2 1 1", { LEAF, INTERMEDIATE }, "2 1 1", INTERMEDIATE, 1, 0, NULL },
	{ "2 1 2", { LEAF, INTERMEDIATE }, "2 1 2", INTERMEDIATE, 1, 0, NULL },
	{ "2 1 1 of the root", { LEAF, INTERMEDIATE, ROOT }, "2 1 1", ROOT, 2,
	    0, NULL },
	{ "a weak key, usage 2", { LEAF_WEAK, INTERMEDIATE }, "2 1 1",
	    INTERMEDIATE, 1, 0, NULL },
	{ "SHA-1, usage 3", { LEAF_SHA1, INTERMEDIATE }, "3 1 1", LEAF_SHA1, 0,
	    0, NULL },
	{ "SHA-1, usage 2", { LEAF_SHA1, INTERMEDIATE }, "2 1 1", INTERMEDIATE,
	    1, MATCH_FAULT_CHAIN, "matches CN=Intermediate, but the server's "
	    "certificate is signed with SHA1, which is too weak for senders" },
	{ "an RSA key, usage 2", { LEAF_RSA, INTERMEDIATE }, "2 1 1",
	    INTERMEDIATE, 1, 0, NULL },
	{ "for servers", { LEAF_SERVER, INTERMEDIATE }, "2 1 1", INTERMEDIATE,
	    1, 0, NULL },
	{ "an issuer that is no longer in use", { LEAF, INTERMEDIATE },
	    "2 1 1", OTHER_ROOT, MATCH_NO_DEPTH, MATCH_FAULT_DATA,
	    "none of the certificates that the server sent above its own has "
	    "this public key" },
	{ "another certificate of the issuer", { LEAF, INTERMEDIATE }, "2 0 1",
	    CROSS, MATCH_NO_DEPTH, MATCH_FAULT_DATA,
	    "none of the certificates that the server sent above its own is "
	    "this one" },
	{ "the leaf's own key", { LEAF, INTERMEDIATE }, "2 1 1", LEAF,
	    MATCH_NO_DEPTH, MATCH_FAULT_DATA,
	    "the SHA2-256 of the server's own public key, but usage 2 is for a "
	    "CA above it" },
	{ "the leaf itself", { LEAF, INTERMEDIATE }, "2 0 0", LEAF,
	    MATCH_NO_DEPTH, MATCH_FAULT_DATA,
	    "the server's own certificate, but usage 2 is for a CA above it" },

	/* usage 2: it is not sent, but may be in DNS (RFC 7671 5.2) */
	{ "a root that is not sent", { LEAF, INTERMEDIATE }, "2 1 1", ROOT,
	    MATCH_NO_DEPTH, MATCH_FAULT_DATA,
	    "none of the certificates that the server sent above its own has "
	    "this public key" },
	{ "nothing above is sent", { LEAF }, "2 1 1", INTERMEDIATE,
	    MATCH_NO_DEPTH, MATCH_FAULT_DATA,
	    "the server sent only its own certificate" },
	{ "a root in DNS", { LEAF, INTERMEDIATE }, "2 0 0", ROOT, 2, 0, NULL },
	{ "a root's key in DNS", { LEAF, INTERMEDIATE }, "2 1 0", ROOT, 2, 0,
	    NULL },
	{ "an issuer in DNS", { LEAF }, "2 0 0", INTERMEDIATE, 1, 0, NULL },
	{ "an issuer's key in DNS", { LEAF }, "2 1 0", INTERMEDIATE, 1, 0,
	    NULL },
	{ "a cross-signed issuer in DNS", { LEAF }, "2 0 0", CROSS, 1, 0,
	    NULL },
	{ "in DNS, with a gap", { LEAF }, "2 0 0", ROOT, MATCH_NO_DEPTH,
	    MATCH_FAULT_DATA,
	    "the server's certificate does not lead up to this certificate: "
	    "the server's certificate was issued by CN=Intermediate, whose "
	    "certificate is not sent" },
	{ "a key in DNS, with a gap", { LEAF }, "2 1 0", ROOT, MATCH_NO_DEPTH,
	    MATCH_FAULT_DATA,
	    "the server's certificate does not lead up to this public key: "
	    "the server's certificate was issued by CN=Intermediate, whose "
	    "certificate is not sent" },
	{ "in DNS, another name", { LEAF_OTHER }, "2 0 0", INTERMEDIATE, 1,
	    MATCH_FAULT_NAME,
	    "chains up to the certificate in the record, but the certificate "
	    "has none of the names mx.example.org, example.org" },
	{ "a key in DNS, expired", { LEAF_OLD }, "2 1 0", INTERMEDIATE, 1,
	    MATCH_FAULT_EXPIRED,
	    "chains up to the public key in the record, but the server's "
	    "certificate expired on 2025-12-31" },
	{ "an expired root in DNS", { LEAF_UNDER_OLD_ROOT, UNDER_OLD_ROOT },
	    "2 0 0", OLD_ROOT, 2, MATCH_FAULT_EXPIRED,
	    "chains up to the certificate in the record, but the certificate "
	    "in the record expired on 2025-12-31" },
	{ "the key of an expired root in DNS",
	    { LEAF_UNDER_OLD_ROOT, UNDER_OLD_ROOT }, "2 1 0", OLD_ROOT, 2, 0,
	    NULL },

	/* a self-signed leaf is no anchor but as a key in DNS */
	{ "self-signed 2 0 0", { ALONE }, "2 0 0", ALONE, MATCH_NO_DEPTH,
	    MATCH_FAULT_DATA, "the server's own certificate, but usage 2 is "
	    "for a CA above it" },
	{ "self-signed 2 0 1", { ALONE }, "2 0 1", ALONE, MATCH_NO_DEPTH,
	    MATCH_FAULT_DATA, "the SHA2-256 of the server's own certificate, "
	    "but usage 2 is for a CA above it" },
	{ "self-signed 2 1 1", { ALONE }, "2 1 1", ALONE, MATCH_NO_DEPTH,
	    MATCH_FAULT_DATA, "the SHA2-256 of the server's own public key, "
	    "but usage 2 is for a CA above it" },
	{ "self-signed 2 1 0", { ALONE }, "2 1 0", ALONE, 1, 0, NULL },
	{ "self-signed CA 2 0 0", { ALONE_CA }, "2 0 0", ALONE_CA,
	    MATCH_NO_DEPTH, MATCH_FAULT_DATA, "the server's own certificate, "
	    "but usage 2 is for a CA above it" },
	{ "self-signed CA 2 1 1", { ALONE_CA }, "2 1 1", ALONE_CA,
	    MATCH_NO_DEPTH, MATCH_FAULT_DATA, "the SHA2-256 of the server's "
	    "own public key, but usage 2 is for a CA above it" },
	{ "self-signed CA, sent twice", { ALONE_CA, ALONE_CA }, "2 1 1",
	    ALONE_CA, MATCH_NO_DEPTH, MATCH_FAULT_DATA, "the SHA2-256 of the "
	    "server's own public key, but usage 2 is for a CA above it" },

	/* names: RFC 7672 3.2.2 and 3.2.3 */
	{ "the next-hop name", { LEAF_DOMAIN, INTERMEDIATE }, "2 1 1",
	    INTERMEDIATE, 1, 0, NULL },
	{ "another name", { LEAF_OTHER, INTERMEDIATE }, "2 1 1", INTERMEDIATE,
	    1, MATCH_FAULT_NAME, OTHER_NAME },
	{ "a wildcard", { LEAF_WILD, INTERMEDIATE }, "2 1 1", INTERMEDIATE, 1,
	    0, NULL },
	{ "a part of a label", { LEAF_WILD_PART, INTERMEDIATE }, "2 1 1",
	    INTERMEDIATE, 1, MATCH_FAULT_NAME, OTHER_NAME },
	{ "not the first label", { LEAF_WILD_SECOND, INTERMEDIATE }, "2 1 1",
	    INTERMEDIATE, 1, MATCH_FAULT_NAME, OTHER_NAME },
	{ "not for two labels, nor for none",
	    { LEAF_WILD_BELOW, INTERMEDIATE }, "2 1 1",
	    INTERMEDIATE, 1, MATCH_FAULT_NAME, OTHER_NAME },
	{ "capitals", { LEAF_CAPITALS, INTERMEDIATE }, "2 1 1", INTERMEDIATE,
	    1, 0, NULL },
	{ "the CN alone", { LEAF_CN, INTERMEDIATE }, "2 1 1", INTERMEDIATE, 1,
	    0, NULL },
	{ "the CN beside another name", { LEAF_CN_AND_OTHER, INTERMEDIATE },
	    "2 1 1", INTERMEDIATE, 1, MATCH_FAULT_NAME, OTHER_NAME },

	/* dates */
	{ "expired", { LEAF_OLD, INTERMEDIATE }, "2 1 1", INTERMEDIATE, 1,
	    MATCH_FAULT_EXPIRED, "matches CN=Intermediate, but the server's "
	    "certificate expired on 2025-12-31" },
	{ "not yet valid", { LEAF_FUTURE, INTERMEDIATE }, "2 1 1",
	    INTERMEDIATE, 1, MATCH_FAULT_NOT_YET, "matches CN=Intermediate, "
	    "but the server's certificate is not valid before 2026-01-02" },
	{ "expired, and another name", { LEAF_OLD_OTHER, INTERMEDIATE },
	    "2 1 1", INTERMEDIATE, 1, MATCH_FAULT_EXPIRED | MATCH_FAULT_NAME,
	    OTHER_NAME "; the server's certificate expired on 2025-12-31" },
	{ "an expired CA below the anchor",
	    { LEAF_OF_OLD_INTERMEDIATE, OLD_INTERMEDIATE, ROOT }, "2 1 1",
	    ROOT, 2, MATCH_FAULT_EXPIRED, "matches CN=Root, but CN=Old "
	    "Intermediate expired on 2025-12-30" },
	{ "two that are expired",
	    { LEAF_OLD_OF_OLD, OLD_INTERMEDIATE, ROOT }, "2 1 1", ROOT, 2,
	    MATCH_FAULT_EXPIRED, "matches CN=Root, but CN=Old Intermediate "
	    "expired on 2025-12-30" },
	{ "an expired anchor that is not self-signed",
	    { LEAF_OF_OLD_INTERMEDIATE, OLD_INTERMEDIATE }, "2 1 1",
	    OLD_INTERMEDIATE, 1, 0, NULL },
	{ "an expired root above the anchor",
	    { LEAF_UNDER_OLD_ROOT, UNDER_OLD_ROOT, OLD_ROOT }, "2 1 1",
	    UNDER_OLD_ROOT, 1, 0, NULL },
	{ "an expired root as the anchor",
	    { LEAF_UNDER_OLD_ROOT, UNDER_OLD_ROOT, OLD_ROOT }, "2 1 1",
	    OLD_ROOT, 2, MATCH_FAULT_EXPIRED,
	    "matches CN=Old Root, but CN=Old Root expired on 2025-12-31" },
	{ "a root that is not valid yet",
	    { LEAF_OF_FUTURE_ROOT, FUTURE_ROOT }, "2 1 1", FUTURE_ROOT, 1,
	    MATCH_FAULT_NOT_YET,
	    "matches CN=Future Root, but CN=Future Root is not valid before "
	    "2026-01-03" },

	/* the path */
	{ "in the wrong order", { LEAF, ROOT, INTERMEDIATE }, "2 1 1", ROOT,
	    1, 0, NULL },
	{ "with a stranger", { LEAF, OTHER_ROOT, INTERMEDIATE }, "2 1 1",
	    INTERMEDIATE, 2, 0, NULL },
	{ "the stranger", { LEAF, INTERMEDIATE, OTHER_ROOT }, "2 1 1",
	    OTHER_ROOT, 2, MATCH_FAULT_CHAIN, "matches CN=Other Root, "
	    LEADS_NOWHERE ": CN=Intermediate was issued by CN=Root, whose "
	    "certificate is not sent" },
	{ "another leaf as the anchor", { LEAF, INTERMEDIATE, LEAF_OTHER },
	    "2 1 1", LEAF_OTHER, 2, MATCH_FAULT_CHAIN,
	    "matches CN=other, " LEADS_NOWHERE ": CN=Intermediate was issued "
	    "by CN=Root, whose certificate is not sent" },
	{ "a gap", { LEAF, ROOT }, "2 1 1", ROOT, 1, MATCH_FAULT_CHAIN,
	    "matches CN=Root, " LEADS_NOWHERE ": the server's certificate was "
	    "issued by CN=Intermediate, whose certificate is not sent" },
	{ "cross-signed, the first path",
	    { LEAF, INTERMEDIATE, CROSS, OTHER_ROOT }, "2 0 1", INTERMEDIATE,
	    1, 0, NULL },
	{ "cross-signed, the other path first",
	    { LEAF, CROSS, INTERMEDIATE, ROOT }, "2 1 1", ROOT, 3,
	    MATCH_FAULT_ORDER, "matches CN=Root, " LEADS_NOWHERE HIDDEN },
	{ "cross-signed, the other path is expired",
	    { LEAF, OLD_CROSS, INTERMEDIATE, ROOT }, "2 1 1", ROOT, 3, 0,
	    NULL },
	{ "cross-signed, to a root in DNS",
	    { LEAF, CROSS, INTERMEDIATE }, "2 0 0", ROOT, 3,
	    MATCH_FAULT_ORDER, "has a certificate that the server's "
	    "certificate does not lead up to" HIDDEN },
	{ "an expired anchor behind a valid one",
	    { LEAF, INTERMEDIATE, OLD_CROSS }, "2 0 1", OLD_CROSS, 2,
	    MATCH_FAULT_HIDDEN, "matches CN=Intermediate, " LEADS_NOWHERE
	    HIDDEN },
	{ "cross-signed, one key", { LEAF, CROSS, INTERMEDIATE }, "2 1 1",
	    INTERMEDIATE, 1, 0, NULL },
	{ "cross-signed, by one root", { LEAF, CROSS, OTHER_ROOT }, "2 1 1",
	    OTHER_ROOT, 2, 0, NULL },
	{ "cross-signed, by the other", { LEAF, CROSS, OTHER_ROOT }, "2 1 1",
	    ROOT, MATCH_NO_DEPTH, MATCH_FAULT_DATA, "none of the certificates "
	    "that the server sent above its own has this public key" },
	{ "no CA", { LEAF_OF_NO_CA, NO_CA }, "2 1 1", NO_CA, 1,
	    MATCH_FAULT_CHAIN, "matches CN=No Authority, but CN=No Authority "
	    "may not sign certificates (CA bit)" },
	{ "no CA below the anchor", { LEAF_OF_NO_CA, NO_CA, ROOT }, "2 1 1",
	    ROOT, 2, MATCH_FAULT_CHAIN, "matches CN=Root, but CN=No Authority "
	    "may not sign certificates (CA bit)" },
	{ "a forged leaf", { LEAF_FORGED, INTERMEDIATE }, "2 1 1",
	    INTERMEDIATE, 1, MATCH_FAULT_CHAIN, "matches CN=Intermediate, but "
	    "the signature of the server's certificate is invalid" },
	{ "a forged CA below the anchor",
	    { LEAF_OF_FORGED, FORGED_INTERMEDIATE, ROOT }, "2 1 1", ROOT, 2,
	    MATCH_FAULT_CHAIN,
	    "matches CN=Root, but the signature of CN=Forged is invalid" },
	{ "a forged CA as the anchor",
	    { LEAF_OF_FORGED, FORGED_INTERMEDIATE }, "2 1 1",
	    FORGED_INTERMEDIATE, 1, 0, NULL },
	{ "an impostor", { LEAF, IMPOSTOR }, "2 1 1", IMPOSTOR, 1,
	    MATCH_FAULT_CHAIN, "matches CN=Intermediate, " LEADS_NOWHERE ": "
	    "the server's certificate names another key of its issuer "
	    "CN=Intermediate than the one that is sent has (authority key "
	    "identifier)" },
	{ "an impostor without key identifiers",
	    { LEAF_WITHOUT_IDS, IMPOSTOR_WITHOUT_IDS }, "2 1 1",
	    IMPOSTOR_WITHOUT_IDS, 1, MATCH_FAULT_CHAIN, "matches "
	    "CN=Intermediate, but the signature of the server's certificate is "
	    "invalid" },
	{ "an impostor's key in DNS", { LEAF }, "2 1 0", IMPOSTOR,
	    MATCH_NO_DEPTH, MATCH_FAULT_DATA, "the server's certificate does "
	    "not lead up to this public key: the server's certificate was "
	    "issued by CN=Intermediate, whose certificate is not sent" },
	{ "an impostor in DNS", { LEAF }, "2 0 0", IMPOSTOR, MATCH_NO_DEPTH,
	    MATCH_FAULT_DATA, "the server's certificate does not lead up to "
	    "this certificate: the server's certificate names another key of "
	    "its issuer CN=Intermediate than the certificate in the record has "
	    "(authority key identifier)" },
	{ "for clients", { LEAF_CLIENT, INTERMEDIATE }, "2 1 1", INTERMEDIATE,
	    1, MATCH_FAULT_CHAIN, "matches CN=Intermediate, but the server's "
	    "certificate is not for TLS servers" },
	{ "a CA for clients", { LEAF_OF_FOR_CLIENTS, FOR_CLIENTS },
	    "2 1 1", FOR_CLIENTS, 1, MATCH_FAULT_CHAIN,
	    "matches CN=For Clients, but CN=For Clients is not for TLS "
	    "servers" },
	{ "one level", { LEAF_OF_ROOT, ROOT }, "2 1 1", ROOT, 1, 0, NULL },
};

const size_t match_case_count = COUNT(match_cases);

const char *const match_names[] = { "mx.example.org", "example.org" };

int
match_world_set_up(void **state)
{
	struct issued **world = memory_new(WHO_COUNT, sizeof(*world));
	struct certificates_wish wish;
	size_t i;

	for (i = NOBODY + 1; i < WHO_COUNT; i++) {
		wish = people[i].wish;
		wish.issuer = world[people[i].issuer];
		wish.key_of = world[people[i].key_of];
		world[i] = certificates_issue(&wish);
	}
	*state = world;
	return 0;
}

int
match_world_tear_down(void **state)
{
	certificates_free_all(*state, WHO_COUNT);
	return 0;
}

struct chain *
match_world_chain(struct issued **world, const enum who *sent, size_t limit)
{
	const struct issued *issued[MATCH_SENT_MAX];
	size_t count;

	for (count = 0; count < limit && sent[count] != NOBODY; count++)
		issued[count] = world[sent[count]];
	return certificates_chain(issued, count);
}

struct match_input
match_world_input(const struct tlsa_set *set, const struct chain *chain)
{
	return (struct match_input){
		.records = set,
		.chain = chain,
		.reference_names = match_names,
		.reference_name_count = MATCH_NAME_COUNT,
		.when = CERTIFICATES_NOW,
	};
}

void
match_world_record(struct tlsa_set *set, struct issued **world,
    const char *kind, enum who of)
{
	struct chain *chain = match_world_chain(world, &of, 1);
	struct tlsa record;

	tlsa_of_certificate(&record, chain->certificates, kind[0] - '0',
	    kind[2] - '0', kind[4] - '0');
	tlsa_set_add(set, &record);
	tlsa_set_settle(set);
	free(record.data);
	chain_free(chain);
}

void
match_world_publish(struct host_evidence *host, struct issued **world,
    const char *kind, enum who of)
{
	struct tlsa_set set = { NULL, 0 };

	match_world_record(&set, world, kind, of);
	fixture_tlsa(host, set.records);
	tlsa_set_clear(&set);
}

void
match_world_present(struct host_evidence *host, struct issued **world,
    const char *address, const enum who *sent)
{
	struct chain *chain = match_world_chain(world, sent, MATCH_SENT_MAX);

	fixture_endpoint(host, address, OUTCOME_DONE, chain);
	chain_free(chain);
}
