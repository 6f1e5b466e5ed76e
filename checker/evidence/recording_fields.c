/*
 * The tables: what of the evidence travels where, under which names. The order
 * of the rows is that of the keys; what a row refers to comes before it. A name
 * in FACTS is for ever: files hold it.
 */
#include <assert.h>
#include <string.h>

#include "checker/evidence/evidence.h"
#include "checker/evidence/history.h"
#include "checker/evidence/recording_parts.h"
#include "checker/evidence/self_test_facts.h"
#include "checker/evidence/sightings.h"
#include "resolver/name.h"
#include "resolver/text.h"
#include "smtp/tls_alert.h"

/* Limits on what has none in the tree. */
#define NAME_TEXT_MAX	(4 * NAME_WIRE_MAX)
#define TEXT_MAX	65535	/* of several texts that were joined */
#define LINE_TEXT_MAX	(1 << 20) /* of what was made of such */
#define OCTETS_MAX	65535	/* of an answer, a reply, RDATA */
#define DER_MAX		(1 << 20)
#define REPLIES_MAX	64
#define SERVERS_MAX	1024
#define QUESTIONS_MAX	1024	/* to a server */
#define STEPS_MAX	4096	/* of advice */
#define CHANGES_MAX	(1 << 16)
#define SOURCES_MAX	4096
#define COUNT_MAX	UINT32_MAX
/* The year 10680: what is counted from it does not overflow. */
#define TIME_MAX	(INT64_C(1) << 38)
#define REAL_MAX	(1 << 30)
#define RCODE_MAX	4095
#define REPLY_CODE_MAX	999
#define FAULTS_MAX	(2 * MATCH_FAULT_DEEP - 1)

/* A row's views. */
#define FACTS		RECORDING_IN_FACTS
#define REPORTED	RECORDING_IN_REPORTED
#define BOTH		(FACTS | REPORTED)
#define ORIGIN		RECORDING_IN_ORIGIN

/* Rows: the struct, its member, where it travels, ... */
#define ROW(type, member, in, what) \
	.key = #member, .key_size = sizeof(#member) - 1, \
	.kind = (what), .views = (in), \
	.at = offsetof(type, member), .size = sizeof(((type *)NULL)->member)
#define DERIVED(type, member) \
	{ ROW(type, member, 0, RECORDING_DERIVED) }
#define FLAG(type, member, in) \
	{ ROW(type, member, in, RECORDING_FLAG) }
#define UNSIGNED(type, member, in, most) \
	{ ROW(type, member, in, RECORDING_UNSIGNED), .limit = (most) }
#define SIGNED(type, member, in, most) \
	{ ROW(type, member, in, RECORDING_SIGNED), .limit = (most) }
#define TIME(type, member, in) \
	SIGNED(type, member, in, TIME_MAX)
#define REAL(type, member, in) \
	{ ROW(type, member, in, RECORDING_REAL), .limit = REAL_MAX }
#define ENUM(type, member, in, names) \
	{ ROW(type, member, in, RECORDING_ENUM), .values = (names) }
#define ADDRESS(type, member, in) \
	{ ROW(type, member, in, RECORDING_ADDRESS) }
#define TEXT(type, member, in) \
	{ ROW(type, member, in, RECORDING_TEXT), .limit = TEXT_MAX }
#define NEEDED_TEXT(type, member, in) \
	{ ROW(type, member, in, RECORDING_TEXT), .limit = TEXT_MAX, \
	    .required = true }
#define LINE(type, member, in) \
	{ ROW(type, member, in, RECORDING_TEXT), .limit = LINE_TEXT_MAX }
#define NEEDED_LINE(type, member, in) \
	{ ROW(type, member, in, RECORDING_TEXT), .limit = LINE_TEXT_MAX, \
	    .required = true }
#define NAME(type, member, in) \
	{ ROW(type, member, in, RECORDING_NAME), .limit = NAME_TEXT_MAX }
#define NEEDED_NAME(type, member, in) \
	{ ROW(type, member, in, RECORDING_NAME), .limit = NAME_TEXT_MAX, \
	    .required = true }
#define RAW(type, member, in) \
	{ ROW(type, member, in, RECORDING_RAW), .limit = OCTETS_MAX }
#define COUNTED(type, member, counter, in, what, most) \
	ROW(type, member, in, what), .count_at = offsetof(type, counter), \
	.limit = (most)
#define OCTETS(type, member, counter, in, most) \
	{ COUNTED(type, member, counter, in, RECORDING_OCTETS, most) }
#define NEEDED_OCTETS(type, member, counter, in, most) \
	{ COUNTED(type, member, counter, in, RECORDING_OCTETS, most), \
	    .required = true }
#define FIXED(type, member, in) \
	{ ROW(type, member, in, RECORDING_FIXED) }
#define STRUCT(type, member, in, of) \
	{ ROW(type, member, in, RECORDING_STRUCT), .shape = (of) }
#define POINTER(type, member, in, of) \
	{ ROW(type, member, in, RECORDING_POINTER), .shape = (of) }
#define NEEDED_POINTER(type, member, in, of) \
	{ ROW(type, member, in, RECORDING_POINTER), .shape = (of), \
	    .required = true }
#define ARRAY(type, member, counter, in, of, most) \
	{ COUNTED(type, member, counter, in, RECORDING_ARRAY, most), \
	    .shape = (of) }
#define POINTERS(type, member, counter, in, of, most) \
	{ COUNTED(type, member, counter, in, RECORDING_POINTERS, most), \
	    .shape = (of) }
#define TEXTS(type, member, counter, in, most) \
	{ COUNTED(type, member, counter, in, RECORDING_TEXTS, most) }
#define SLOTS(type, member, counter, in, most) \
	{ COUNTED(type, member, counter, in, RECORDING_SLOTS, most) }
#define FLAGS(type, member, counter, in, most) \
	{ COUNTED(type, member, counter, in, RECORDING_FLAGS, most) }
#define REFERENCE(type, member, in, how) \
	{ ROW(type, member, in, RECORDING_REFERENCE), .limit = COUNT_MAX, \
	    .reference = (how) }

#define SHAPE(type, rows, finisher) \
	{ #type, sizeof(type), rows, sizeof(rows) / sizeof((rows)[0]), \
	    finisher }

_Static_assert(EVIDENCE_BASES == 2, "a row for each base domain");

/* The names of values. */

#define NAMED(names, value) \
	((size_t)(value) < sizeof(names) / sizeof((names)[0]) ? \
	    (names)[value] : NULL)

static const char *
type_name(int value)
{
	static const char *const names[DNS_CDS + 1] = {
		[DNS_A] = "A",
		[DNS_NS] = "NS",
		[DNS_CNAME] = "CNAME",
		[DNS_SOA] = "SOA",
		[DNS_PTR] = "PTR",
		[DNS_MX] = "MX",
		[DNS_TXT] = "TXT",
		[DNS_AAAA] = "AAAA",
		[DNS_DNAME] = "DNAME",
		[DNS_DS] = "DS",
		[DNS_DNSKEY] = "DNSKEY",
		[DNS_TLSA] = "TLSA",
		[DNS_CDS] = "CDS",
	};

	return NAMED(names, value);
}

static const char *
kind_name(int value)
{
	static const char *const names[] = {
		[ANSWER_UNUSABLE] = "unusable",
		[ANSWER_RECORDS] = "records",
		[ANSWER_NO_DATA] = "no-data",
		[ANSWER_NO_NAME] = "no-name",
	};

	return NAMED(names, value);
}

static const char *
denial_name(int value)
{
	static const char *const names[] = {
		[ANSWER_DENIES_NOTHING] = "none",
		[ANSWER_DENIES_BY_NSEC] = "nsec",
		[ANSWER_DENIES_BY_NSEC3] = "nsec3",
	};

	return NAMED(names, value);
}

static const char *
fault_name(int value)
{
	static const char *const names[] = {
		[ANSWER_FAULT_OTHER] = "other",
		[ANSWER_FAULT_SILENT] = "silent",
		[ANSWER_FAULT_UNREACHABLE] = "unreachable",
		[ANSWER_FAULT_RCODE] = "rcode",
		[ANSWER_FAULT_NO_TCP] = "no-tcp",
		[ANSWER_FAULT_MALFORMED] = "malformed",
	};

	return NAMED(names, value);
}

static const char *
status_name(int value)
{
	return dnssec_status_name((enum dnssec_status)value);
}

static const char *
key_name(int value)
{
	return key_type_name((enum key_type)value);
}

static const char *
stage_name(int value)
{
	return session_stage_name((enum session_stage)value);
}

static const char *
outcome_name(int value)
{
	static const char *const names[] = {
		[OUTCOME_UNTRIED] = "untried",
		[OUTCOME_ADDRESS_RESERVED] = "address-reserved",
		[OUTCOME_CONNECT_FAILED] = "connect-failed",
		[OUTCOME_NO_ROUTE] = "no-route",
		[OUTCOME_REFUSED] = "refused",
		[OUTCOME_PROTOCOL] = "protocol",
		[OUTCOME_TIMEOUT] = "timeout",
		[OUTCOME_STARTTLS_NOT_OFFERED] = "starttls-not-offered",
		[OUTCOME_STARTTLS_REFUSED] = "starttls-refused",
		[OUTCOME_HANDSHAKE_FAILED] = "handshake-failed",
		[OUTCOME_CLIENT_CERTIFICATE] = "client-certificate",
		[OUTCOME_DONE] = "done",
		[OUTCOME_LIMIT] = "limit",
	};

	return NAMED(names, value);
}

static const char *
rewrite_name(int value)
{
	static const char *const names[] = {
		[REWRITE_NONE] = "none",
		[REWRITE_COMMAND] = "command",
		[REWRITE_KEYWORD] = "keyword",
	};

	return NAMED(names, value);
}

static const char *
health_name(int value)
{
	static const char *const names[] = {
		[RESOLVER_UNTRIED] = "untried",
		[RESOLVER_NO_ANSWER] = "no-answer",
		[RESOLVER_BAD_ANCHOR] = "bad-anchor",
		[RESOLVER_HEALTHY] = "healthy",
	};

	return NAMED(names, value);
}

static const char *
mention_name(int value)
{
	return server_mention_name((enum server_mention)value);
}

static const struct recording_enum types = { type_name, DNS_CDS + 1 };
static const struct recording_enum topics = { NULL, SELF_TEST_TOPICS };
static const struct recording_enum sights = { NULL, SIGHT_GOOD + 1 };
static const struct recording_enum test_states = { NULL, SELF_TEST_OK + 1 };
static const struct recording_enum kinds = { kind_name, ANSWER_NO_NAME + 1 };
static const struct recording_enum denials = { denial_name,
	ANSWER_DENIES_BY_NSEC3 + 1 };
static const struct recording_enum faults = { fault_name,
	ANSWER_FAULT_MALFORMED + 1 };
static const struct recording_enum statuses = { status_name,
	DNSSEC_SECURE + 1 };
static const struct recording_enum key_types = { key_name, KEY_TYPES };
static const struct recording_enum stages = { stage_name, STAGE_DONE + 1 };
static const struct recording_enum outcomes = { outcome_name,
	OUTCOME_LIMIT + 1 };
static const struct recording_enum rewrites = { rewrite_name,
	REWRITE_KEYWORD + 1 };
static const struct recording_enum healths = { health_name,
	RESOLVER_HEALTHY + 1 };
static const struct recording_enum verdicts = { NULL, VERDICT_ABSENT + 1 };
static const struct recording_enum severities = { NULL, SEVERITY_INFO + 1 };
static const struct recording_enum codes = { NULL, FINDING_CODE_COUNT };
static const struct recording_enum states = { NULL, HOST_DNS_DANE + 1 };
static const struct recording_enum matches = { NULL, MATCH_UNTRIED + 1 };
static const struct recording_enum mentions = { mention_name,
	MENTION_YES + 1 };
static const struct recording_enum breaks = { NULL,
	ZONE_SIGNATURES_BROKEN + 1 };
static const struct recording_enum advices = { NULL, ADVICE_REMOVE + 1 };
static const struct recording_enum changes = { NULL, CHANGE_DNSSEC + 1 };

/* What is borrowed from the same tree. */

static const struct host_evidence *
host_of(const struct host_judgement *judged)
{
	return (const struct host_evidence *)((const char *)judged -
	    offsetof(struct host_evidence, judged));
}

static size_t
find_tlsa(const void *value, const struct evidence *evidence)
{
	const struct host_judgement *judged = value;
	size_t i;

	(void)evidence;
	for (i = 0; i < EVIDENCE_BASES && judged->tlsa != NULL; i++) {
		if (judged->tlsa == host_of(judged)->tlsa[i])
			return i + 1;
	}
	return 0;
}

/* The owner of its records is known by then (judge_host_dns). */
static bool
set_tlsa(void *value, size_t number, const struct evidence *evidence)
{
	struct host_judgement *judged = value;

	(void)evidence;
	if (number < 1 || number > EVIDENCE_BASES)
		return false;
	judged->tlsa = host_of(judged)->tlsa[number - 1];
	if (judged->tlsa == NULL)
		return false;
	judged->rrset.owner = judged->place;
	return true;
}

/* The names that a base domain can be: host_dns_base_domain(). */
static const char *
base_name(const struct host_evidence *host, size_t number)
{
	switch (number) {
	case 1:
		return host->name;
	case 2:
		return host->a != NULL ? host->a->expanded : NULL;
	case 3:
		return host->aaaa != NULL ? host->aaaa->expanded : NULL;
	default:
		return NULL;
	}
}

static size_t
find_base(const void *value, const struct evidence *evidence)
{
	const struct host_judgement *judged = value;
	size_t number;

	(void)evidence;
	for (number = 3; number > 0; number--) {
		if (judged->base_domain != NULL && judged->base_domain ==
		    base_name(host_of(judged), number))
			break;
	}
	return number;
}

static bool
set_base(void *value, size_t number, const struct evidence *evidence)
{
	struct host_judgement *judged = value;

	(void)evidence;
	judged->base_domain = base_name(host_of(judged), number);
	return judged->base_domain != NULL;
}

/*
 * The name of a host, or behind all hosts: of that of a change, which may be
 * gone.
 */
static const char *
place_name(const struct evidence *evidence, size_t number)
{
	const struct comparison *comparison = &evidence->judged.comparison;

	if (number < evidence->host_count)
		return evidence->hosts[number].name;
	number -= evidence->host_count;
	return number < comparison->count ? comparison->changes[number].host :
	    NULL;
}

static size_t
find_host(const void *value, const struct evidence *evidence)
{
	const struct finding_place *place = value;
	const size_t count = evidence->host_count +
	    evidence->judged.comparison.count;
	size_t i;

	for (i = 0; i < count && place->host != NULL; i++) {
		if (place->host == place_name(evidence, i))
			return i + 1;
	}
	return 0;
}

static bool
set_host(void *value, size_t number, const struct evidence *evidence)
{
	struct finding_place *place = value;

	place->host = number > 0 ? place_name(evidence, number - 1) : NULL;
	return place->host != NULL;
}

/* A name server, with which goes the zone; or behind all these, a zone. */
static size_t
find_server(const void *value, const struct evidence *evidence)
{
	const struct finding_place *place = value;
	size_t i;

	for (i = 0; i < evidence->server_count && place->zone != NULL; i++) {
		if (place->zone == evidence->servers[i].zone)
			return i + 1;
	}
	for (i = 0; i < evidence->zone_count && place->zone != NULL; i++) {
		if (place->zone == evidence->zones[i].name)
			return evidence->server_count + i + 1;
	}
	return 0;
}

static bool
set_server(void *value, size_t number, const struct evidence *evidence)
{
	struct finding_place *place = value;
	const struct server_evidence *server;

	if (number < 1 ||
	    number > evidence->server_count + evidence->zone_count)
		return false;
	if (number > evidence->server_count) {
		place->zone = evidence->zones[number -
		    evidence->server_count - 1].name;
		return true;
	}
	server = &evidence->servers[number - 1];
	place->zone = server->zone;
	place->server = evidence_server_place(server);
	return true;
}

static const struct recording_reference tlsa_reference = { find_tlsa,
	set_tlsa };
static const struct recording_reference base_reference = { find_base,
	set_base };
static const struct recording_reference host_reference = { find_host,
	set_host };
static const struct recording_reference server_reference = { find_server,
	set_server };

/* Answers. */

static const struct recording_field record_rows[] = {
	NEEDED_OCTETS(struct answer_record, data, size, BOTH, OCTETS_MAX),
	NAME(struct answer_record, name, BOTH),
	UNSIGNED(struct answer_record, preference, BOTH, UINT16_MAX),
};
static const struct recording_shape record_shape =
    SHAPE(struct answer_record, record_rows, NULL);

static const struct recording_field signer_rows[] = {
	NEEDED_NAME(struct answer_signer, zone, BOTH),
	UNSIGNED(struct answer_signer, algorithm, BOTH, UINT8_MAX),
	UNSIGNED(struct answer_signer, key_tag, BOTH, UINT16_MAX),
};
static const struct recording_shape signer_shape =
    SHAPE(struct answer_signer, signer_rows, NULL);

static const struct recording_field period_rows[] = {
	NEEDED_NAME(struct answer_period, owner, FACTS),
	NEEDED_NAME(struct answer_period, zone, BOTH),
	UNSIGNED(struct answer_period, type, BOTH, UINT16_MAX),
	UNSIGNED(struct answer_period, labels, FACTS, UINT8_MAX),
	UNSIGNED(struct answer_period, key_tag, FACTS, UINT16_MAX),
	UNSIGNED(struct answer_period, algorithm, FACTS, UINT8_MAX),
	TIME(struct answer_period, from, BOTH),
	TIME(struct answer_period, until, BOTH),
};
static const struct recording_shape period_shape =
    SHAPE(struct answer_period, period_rows, NULL);

static const struct recording_field origin_rows[] = {
	OCTETS(struct answer_origin, packet, size, FACTS, OCTETS_MAX),
	UNSIGNED(struct answer_origin, rcode, FACTS, RCODE_MAX),
	FLAG(struct answer_origin, secure, FACTS),
	FLAG(struct answer_origin, bogus, FACTS),
	RAW(struct answer_origin, why_bogus, FACTS),
	/* The times of signatures are up to 68 years from it. */
	SIGNED(struct answer_origin, now, FACTS, TIME_MAX / 2),
};
static const struct recording_shape origin_shape =
    SHAPE(struct answer_origin, origin_rows, NULL);

static const struct recording_field answer_rows[] = {
	NEEDED_NAME(struct answer, owner, BOTH | ORIGIN),
	ENUM(struct answer, type, BOTH | ORIGIN, &types),
	POINTER(struct answer, origin, ORIGIN, &origin_shape),
	ENUM(struct answer, kind, BOTH, &kinds),
	ENUM(struct answer, dnssec, BOTH, &statuses),
	ARRAY(struct answer, records, count, BOTH, &record_shape,
	    ANSWER_RECORDS_MAX),
	NEEDED_NAME(struct answer, expanded, BOTH),
	FLAG(struct answer, aliased, BOTH),
	NAME(struct answer, target, BOTH),
	NAME(struct answer, dname, BOTH),
	FLAG(struct answer, truncated, BOTH),
	UNSIGNED(struct answer, ttl, BOTH, UINT32_MAX),
	TIME(struct answer, signed_since, FACTS),
	TIME(struct answer, signed_until, BOTH),
	ARRAY(struct answer, periods, period_count, BOTH, &period_shape,
	    ANSWER_PERIODS_MAX),
	FLAG(struct answer, ambiguous, FACTS),
	ENUM(struct answer, denial, BOTH, &denials),
	UNSIGNED(struct answer, iterations, BOTH, UINT16_MAX),
	FLAG(struct answer, opt_out, BOTH),
	ENUM(struct answer, fault, BOTH, &faults),
	UNSIGNED(struct answer, rcode, BOTH, RCODE_MAX),
	UNSIGNED(struct answer, signed_ttl, FACTS, UINT32_MAX),
	ARRAY(struct answer, signers, signer_count, BOTH, &signer_shape,
	    ANSWER_SIGNERS_MAX),
	TEXT(struct answer, why, BOTH),
};
static const struct recording_shape answer_shape =
    SHAPE(struct answer, answer_rows, recording_finish_answer);

/* TLSA records, and what became of them. */

static const struct recording_field tlsa_rows[] = {
	UNSIGNED(struct tlsa, usage, REPORTED, UINT8_MAX),
	UNSIGNED(struct tlsa, selector, REPORTED, UINT8_MAX),
	UNSIGNED(struct tlsa, matching_type, REPORTED, UINT8_MAX),
	NEEDED_OCTETS(struct tlsa, data, size, REPORTED, OCTETS_MAX),
	FLAG(struct tlsa, usable, REPORTED),
	LINE(struct tlsa, why, REPORTED),
	UNSIGNED(struct tlsa, duplicate_of, REPORTED, ANSWER_RECORDS_MAX),
	FLAG(struct tlsa, ignored, REPORTED),
};
static const struct recording_shape tlsa_shape =
    SHAPE(struct tlsa, tlsa_rows, NULL);

static const struct recording_field tlsa_set_rows[] = {
	ARRAY(struct tlsa_set, records, count, REPORTED, &tlsa_shape,
	    ANSWER_RECORDS_MAX),
};
static const struct recording_shape tlsa_set_shape =
    SHAPE(struct tlsa_set, tlsa_set_rows, recording_finish_tlsa_set);

static const struct recording_field match_rows[] = {
	UNSIGNED(struct match_result, record, REPORTED, ANSWER_RECORDS_MAX),
	ENUM(struct match_result, status, REPORTED, &matches),
	SIGNED(struct match_result, depth, REPORTED, CHAIN_MAX),
	FLAG(struct match_result, would_match, REPORTED),
	UNSIGNED(struct match_result, faults, REPORTED, FAULTS_MAX),
	LINE(struct match_result, why, REPORTED),
};
static const struct recording_shape match_shape =
    SHAPE(struct match_result, match_rows, recording_finish_match);

/* What is remembered of TLSA records. */

static const struct recording_field sighting_rows[] = {
	NEEDED_OCTETS(struct sighting, data, size, BOTH, SIGHTINGS_OCTETS_MAX),
	TIME(struct sighting, first_seen, BOTH),
	TIME(struct sighting, missing_at, BOTH),
	UNSIGNED(struct sighting, ttl, BOTH, UINT32_MAX),
	FLAG(struct sighting, first, BOTH),
};
static const struct recording_shape sighting_shape =
    SHAPE(struct sighting, sighting_rows, NULL);

static const struct recording_field sightings_rows[] = {
	NEEDED_NAME(struct sightings, owner, BOTH),
	TIME(struct sightings, checked_at, BOTH),
	UNSIGNED(struct sightings, ttl, BOTH, UINT32_MAX),
	TIME(struct sightings, ttl_seen, BOTH),
	UNSIGNED(struct sightings, denial_ttl, BOTH, UINT32_MAX),
	ARRAY(struct sightings, records, count, BOTH, &sighting_shape,
	    SIGHTINGS_RECORDS_MAX),
};
static const struct recording_shape sightings_shape =
    SHAPE(struct sightings, sightings_rows, NULL);

/* Conversations. */

static const struct recording_field certificate_rows[] = {
	NEEDED_OCTETS(struct certificate, der, size, FACTS, DER_MAX),
	DERIVED(struct certificate, spki),
	DERIVED(struct certificate, spki_size),
	DERIVED(struct certificate, x509),
	ENUM(struct certificate, key_type, REPORTED, &key_types),
	NEEDED_TEXT(struct certificate, subject, REPORTED),
	NEEDED_TEXT(struct certificate, issuer, REPORTED),
	DERIVED(struct certificate, subject_name),
	DERIVED(struct certificate, issuer_name),
	TEXTS(struct certificate, dns_names, dns_name_count, REPORTED,
	    CHAIN_NAMES_MAX),
	TIME(struct certificate, not_before, REPORTED),
	TIME(struct certificate, not_after, REPORTED),
	FLAG(struct certificate, self_signed, REPORTED),
	FIXED(struct certificate, cert_sha256, REPORTED),
	FIXED(struct certificate, spki_sha256, REPORTED),
	DERIVED(struct certificate, cert_sha512),
	DERIVED(struct certificate, spki_sha512),
};
static const struct recording_shape certificate_shape =
    SHAPE(struct certificate, certificate_rows, recording_finish_certificate);

static const struct recording_field chain_rows[] = {
	ARRAY(struct chain, certificates, count, BOTH, &certificate_shape,
	    CHAIN_MAX),
	FLAG(struct chain, truncated, BOTH),
};
static const struct recording_shape chain_shape =
    SHAPE(struct chain, chain_rows, recording_finish_chain);

static const struct recording_field handshake_rows[] = {
	ENUM(struct handshake, key_type, BOTH, &key_types),
	UNSIGNED(struct handshake, version, BOTH, UINT16_MAX),
	UNSIGNED(struct handshake, weaknesses, BOTH, TLS_WEAK_ALL),
	TEXT(struct handshake, protocol, BOTH),
	TEXT(struct handshake, cipher, BOTH),
	TEXT(struct handshake, group, BOTH),
	NEEDED_POINTER(struct handshake, chain, BOTH, &chain_shape),
};
static const struct recording_shape handshake_shape =
    SHAPE(struct handshake, handshake_rows, recording_finish_handshake);

static const struct recording_field match_end_rows[] = {
	TIME(struct match_end, when, REPORTED),
	SIGNED(struct match_end, depth, REPORTED, CHAIN_MAX),
};
static const struct recording_shape match_end_shape =
    SHAPE(struct match_end, match_end_rows, NULL);

static const struct recording_field handshake_judgement_rows[] = {
	ENUM(struct handshake_judgement, verdict, REPORTED, &verdicts),
	ARRAY(struct handshake_judgement, matches, match_count, REPORTED,
	    &match_shape, ANSWER_RECORDS_MAX),
	STRUCT(struct handshake_judgement, end, REPORTED, &match_end_shape),
};
static const struct recording_shape handshake_judgement_shape =
    SHAPE(struct handshake_judgement, handshake_judgement_rows, NULL);

static const struct recording_field handshake_evidence_rows[] = {
	NEEDED_POINTER(struct handshake_evidence, seen, BOTH,
	    &handshake_shape),
	UNSIGNED(struct handshake_evidence, asked, BOTH, EVIDENCE_REPEATS_MAX),
	UNSIGNED(struct handshake_evidence, shown, BOTH, EVIDENCE_REPEATS_MAX),
	ENUM(struct handshake_evidence, strict_outcome, BOTH, &outcomes),
	TEXT(struct handshake_evidence, strict_error, BOTH),
	STRUCT(struct handshake_evidence, judged, REPORTED,
	    &handshake_judgement_shape),
};
static const struct recording_shape handshake_evidence_shape =
    SHAPE(struct handshake_evidence, handshake_evidence_rows, NULL);

static const struct recording_field reply_rows[] = {
	ENUM(struct session_reply, stage, FACTS, &stages),
	NEEDED_OCTETS(struct session_reply, octets, size, FACTS, OCTETS_MAX),
};
static const struct recording_shape reply_shape =
    SHAPE(struct session_reply, reply_rows, NULL);

static const struct recording_field endpoint_judgement_rows[] = {
	ENUM(struct endpoint_judgement, verdict, REPORTED, &verdicts),
};
static const struct recording_shape endpoint_judgement_shape =
    SHAPE(struct endpoint_judgement, endpoint_judgement_rows, NULL);

static const struct recording_field ending_rows[] = {
	ENUM(struct endpoint_ending, stage, BOTH, &stages),
	ENUM(struct endpoint_ending, outcome, BOTH, &outcomes),
	TEXT(struct endpoint_ending, error, BOTH),
	UNSIGNED(struct endpoint_ending, reply_code, BOTH, REPLY_CODE_MAX),
	UNSIGNED(struct endpoint_ending, alert, BOTH, TLS_ALERT_MAX),
	FLAG(struct endpoint_ending, asks_certificate, BOTH),
	ENUM(struct endpoint_ending, rewrite, BOTH, &rewrites),
	UNSIGNED(struct endpoint_ending, connections, BOTH,
	    EVIDENCE_REPEATS_MAX),
};
static const struct recording_shape ending_shape =
    SHAPE(struct endpoint_ending, ending_rows, recording_finish_ending);

static const struct recording_field endpoint_rows[] = {
	ADDRESS(struct endpoint_evidence, address, BOTH),
	ADDRESS(struct endpoint_evidence, source, BOTH),
	ENUM(struct endpoint_evidence, stage, BOTH, &stages),
	ENUM(struct endpoint_evidence, outcome, BOTH, &outcomes),
	TEXT(struct endpoint_evidence, error, BOTH),
	UNSIGNED(struct endpoint_evidence, reply_code, BOTH, REPLY_CODE_MAX),
	UNSIGNED(struct endpoint_evidence, alert, BOTH, TLS_ALERT_MAX),
	FLAG(struct endpoint_evidence, asks_certificate, BOTH),
	ENUM(struct endpoint_evidence, rewrite, BOTH, &rewrites),
	UNSIGNED(struct endpoint_evidence, connections, BOTH,
	    EVIDENCE_REPEATS_MAX),
	ARRAY(struct endpoint_evidence, endings, ending_count, BOTH,
	    &ending_shape, EVIDENCE_REPEATS_MAX),
	ARRAY(struct endpoint_evidence, retried, retried_count, BOTH,
	    &ending_shape, EVIDENCE_RETRIES_MAX),
	FLAG(struct endpoint_evidence, plaintext_injected, BOTH),
	ARRAY(struct endpoint_evidence, replies, reply_count, FACTS,
	    &reply_shape, REPLIES_MAX),
	ARRAY(struct endpoint_evidence, handshakes, handshake_count, BOTH,
	    &handshake_evidence_shape, EVIDENCE_HANDSHAKES_MAX),
	TEXT(struct endpoint_evidence, long_hello_error, BOTH),
	UNSIGNED(struct endpoint_evidence, unoffered, BOTH,
	    KEY_SET(KEY_TYPES) - 1),
	TEXT(struct endpoint_evidence, incomplete, BOTH),
	STRUCT(struct endpoint_evidence, judged, REPORTED,
	    &endpoint_judgement_shape),
};
static const struct recording_shape endpoint_shape =
    SHAPE(struct endpoint_evidence, endpoint_rows, recording_finish_endpoint);

/* What is remembered of what addresses presented. */

static const struct recording_field past_rows[] = {
	FIXED(struct past_certificate, cert_sha256, FACTS),
	FIXED(struct past_certificate, spki_sha256, FACTS),
	NEEDED_TEXT(struct past_certificate, issuer, FACTS),
	TIME(struct past_certificate, not_before, FACTS),
	TIME(struct past_certificate, not_after, FACTS),
	TIME(struct past_certificate, first_seen, FACTS),
	FIXED(struct past_certificate, anchors, FACTS),
	UNSIGNED(struct past_certificate, anchor_count, FACTS,
	    HISTORY_ANCHORS_MAX),
};
static const struct recording_shape past_shape =
    SHAPE(struct past_certificate, past_rows, NULL);

static const struct recording_field history_rows[] = {
	NEEDED_NAME(struct history, host, FACTS),
	ADDRESS(struct history, address, FACTS),
	ENUM(struct history, key_type, FACTS, &key_types),
	TIME(struct history, checked_at, FACTS),
	ARRAY(struct history, items, count, FACTS, &past_shape, HISTORY_MAX),
};
static const struct recording_shape history_shape =
    SHAPE(struct history, history_rows, NULL);

/* Hosts. */

static const struct recording_field rrset_rows[] = {
	DERIVED(struct advice_rrset, owner),
	UNSIGNED(struct advice_rrset, ttl, REPORTED, UINT32_MAX),
};
static const struct recording_shape rrset_shape =
    SHAPE(struct advice_rrset, rrset_rows, NULL);

static const struct recording_field host_judgement_rows[] = {
	ENUM(struct host_judgement, verdict, REPORTED, &verdicts),
	ENUM(struct host_judgement, dns, REPORTED, &states),
	NAME(struct host_judgement, place, REPORTED),
	REFERENCE(struct host_judgement, tlsa, REPORTED, &tlsa_reference),
	REFERENCE(struct host_judgement, base_domain, REPORTED,
	    &base_reference),
	STRUCT(struct host_judgement, rrset, REPORTED, &rrset_shape),
	STRUCT(struct host_judgement, records, REPORTED, &tlsa_set_shape),
	DERIVED(struct host_judgement, untried),
	FLAGS(struct host_judgement, record_matches, records.count, REPORTED,
	    ANSWER_RECORDS_MAX),
	SLOTS(struct host_judgement, reference_names, reference_name_count,
	    REPORTED, EVIDENCE_NAMES_MAX),
	POINTER(struct host_judgement, seen[0], REPORTED, &sightings_shape),
	POINTER(struct host_judgement, seen[1], REPORTED, &sightings_shape),
};
static const struct recording_shape host_judgement_shape =
    SHAPE(struct host_judgement, host_judgement_rows, NULL);

static const struct recording_field host_rows[] = {
	NEEDED_NAME(struct host_evidence, name, BOTH),
	UNSIGNED(struct host_evidence, preference, BOTH, UINT16_MAX),
	UNSIGNED(struct host_evidence, port, BOTH, UINT16_MAX),
	FLAG(struct host_evidence, asked, BOTH),
	POINTER(struct host_evidence, a, BOTH, &answer_shape),
	POINTER(struct host_evidence, aaaa, BOTH, &answer_shape),
	POINTER(struct host_evidence, cname, BOTH, &answer_shape),
	POINTER(struct host_evidence, tlsa[0], BOTH, &answer_shape),
	POINTER(struct host_evidence, tlsa[1], BOTH, &answer_shape),
	POINTER(struct host_evidence, above_tlsa, BOTH, &answer_shape),
	POINTER(struct host_evidence, replaced, FACTS, &answer_shape),
	POINTER(struct host_evidence, soa, FACTS, &answer_shape),
	ARRAY(struct host_evidence, endpoints, endpoint_count, BOTH,
	    &endpoint_shape, EVIDENCE_ADDRESSES_MAX),
	UNSIGNED(struct host_evidence, address_total, BOTH, COUNT_MAX),
	POINTER(struct host_evidence, known[0], FACTS, &sightings_shape),
	POINTER(struct host_evidence, known[1], FACTS, &sightings_shape),
	ARRAY(struct host_evidence, histories, history_count, FACTS,
	    &history_shape, EVIDENCE_ADDRESSES_MAX * KEY_TYPES),
	STRUCT(struct host_evidence, judged, REPORTED, &host_judgement_shape),
};
static const struct recording_shape host_shape =
    SHAPE(struct host_evidence, host_rows, recording_finish_host);

static const struct recording_field flaw_rows[] = {
	UNSIGNED(struct server_flaw, answer, REPORTED, QUESTIONS_MAX),
	NEEDED_LINE(struct server_flaw, why, REPORTED),
	FLAG(struct server_flaw, foreign, REPORTED),
	UNSIGNED(struct server_flaw, by, REPORTED, SERVERS_MAX),
};
static const struct recording_shape flaw_shape =
    SHAPE(struct server_flaw, flaw_rows, NULL);

static const struct recording_field server_judgement_rows[] = {
	FLAG(struct server_judgement, keyed, REPORTED),
	ARRAY(struct server_judgement, flaws, flaw_count, REPORTED,
	    &flaw_shape, QUESTIONS_MAX),
};
static const struct recording_shape server_judgement_shape =
    SHAPE(struct server_judgement, server_judgement_rows, NULL);

static const struct recording_field server_rows[] = {
	NEEDED_NAME(struct server_evidence, zone, BOTH),
	/* Where they could not be found: "the name servers of ...". */
	NEEDED_TEXT(struct server_evidence, name, BOTH),
	ENUM(struct server_evidence, delegated, BOTH, &mentions),
	FLAG(struct server_evidence, alias, BOTH),
	ADDRESS(struct server_evidence, address, BOTH),
	FLAG(struct server_evidence, tcp, BOTH),
	FLAG(struct server_evidence, no_route, BOTH),
	FLAG(struct server_evidence, reserved, BOTH),
	POINTERS(struct server_evidence, answers, answer_count, BOTH,
	    &answer_shape, QUESTIONS_MAX),
	STRUCT(struct server_evidence, judged, REPORTED,
	    &server_judgement_shape),
};
static const struct recording_shape server_shape =
    SHAPE(struct server_evidence, server_rows, NULL);

static const struct recording_field dispute_rows[] = {
	NEEDED_POINTER(struct dispute_evidence, heard, BOTH, &answer_shape),
	POINTER(struct dispute_evidence, root, BOTH, &answer_shape),
	FLAG(struct dispute_evidence, differs, BOTH),
	ARRAY(struct dispute_evidence, resolvers, resolver_count, BOTH,
	    &server_shape, SERVERS_MAX),
};
static const struct recording_shape dispute_shape =
    SHAPE(struct dispute_evidence, dispute_rows, recording_finish_dispute);

static const struct recording_field zone_judgement_rows[] = {
	ENUM(struct zone_judgement, dnssec, REPORTED, &statuses),
	ENUM(struct zone_judgement, at, REPORTED, &breaks),
	TEXT(struct zone_judgement, why, REPORTED),
	TIME(struct zone_judgement, begins, REPORTED),
};
static const struct recording_shape zone_judgement_shape =
    SHAPE(struct zone_judgement, zone_judgement_rows, NULL);

static const struct recording_field zone_rows[] = {
	NEEDED_NAME(struct zone_evidence, name, BOTH),
	NAME(struct zone_evidence, parent, BOTH),
	POINTER(struct zone_evidence, ds, BOTH, &answer_shape),
	POINTER(struct zone_evidence, dnskey, BOTH, &answer_shape),
	POINTER(struct zone_evidence, cds, BOTH, &answer_shape),
	ARRAY(struct zone_evidence, servers, server_count, BOTH, &server_shape,
	    SERVERS_MAX),
	STRUCT(struct zone_evidence, judged, REPORTED, &zone_judgement_shape),
};
static const struct recording_shape zone_shape =
    SHAPE(struct zone_evidence, zone_rows, recording_finish_zone);

/* Findings and changes. */

/* Only what tlsa_copy copies. */
static const struct recording_field advised_rows[] = {
	UNSIGNED(struct tlsa, usage, REPORTED, UINT8_MAX),
	UNSIGNED(struct tlsa, selector, REPORTED, UINT8_MAX),
	UNSIGNED(struct tlsa, matching_type, REPORTED, UINT8_MAX),
	OCTETS(struct tlsa, data, size, REPORTED, OCTETS_MAX),
};
static const struct recording_shape advised_shape =
    SHAPE(struct tlsa, advised_rows, NULL);

static const struct recording_field advice_rows[] = {
	ENUM(struct advice, kind, REPORTED, &advices),
	LINE(struct advice, text, REPORTED),
	ENUM(struct advice, type, REPORTED, &types),
	NAME(struct advice, owner, REPORTED),
	UNSIGNED(struct advice, ttl, REPORTED, UINT32_MAX),
	STRUCT(struct advice, record, REPORTED, &advised_shape),
	LINE(struct advice, data, REPORTED),
};
static const struct recording_shape advice_shape =
    SHAPE(struct advice, advice_rows, recording_finish_advice);

static const struct recording_field advice_list_rows[] = {
	ARRAY(struct advice_list, items, count, REPORTED, &advice_shape,
	    STEPS_MAX),
};
static const struct recording_shape advice_list_shape =
    SHAPE(struct advice_list, advice_list_rows, NULL);

static const struct recording_field place_rows[] = {
	REFERENCE(struct finding_place, host, REPORTED, &host_reference),
	ADDRESS(struct finding_place, address, REPORTED),
	SIGNED(struct finding_place, key_type, REPORTED, KEY_TYPES - 1),
	SIGNED(struct finding_place, record, REPORTED, ANSWER_RECORDS_MAX),
	REFERENCE(struct finding_place, zone, REPORTED, &server_reference),
	DERIVED(struct finding_place, server),
};
static const struct recording_shape place_shape =
    SHAPE(struct finding_place, place_rows, recording_finish_place);

static const struct recording_field finding_rows[] = {
	ENUM(struct finding, code, REPORTED, &codes),
	ENUM(struct finding, severity, REPORTED, &severities),
	STRUCT(struct finding, place, REPORTED, &place_shape),
	NEEDED_LINE(struct finding, text, REPORTED),
	STRUCT(struct finding, advice, REPORTED, &advice_list_shape),
};
static const struct recording_shape finding_shape =
    SHAPE(struct finding, finding_rows, NULL);

static const struct recording_field finding_list_rows[] = {
	ARRAY(struct finding_list, items, count, REPORTED, &finding_shape,
	    2 * FINDINGS_MAX + EVIDENCE_CHANGES_MAX),
	DERIVED(struct finding_list, weighed),
	DERIVED(struct finding_list, octets),
	DERIVED(struct finding_list, left_out),
	DERIVED(struct finding_list, spare),
};
static const struct recording_shape finding_list_shape =
    SHAPE(struct finding_list, finding_list_rows, NULL);

static const struct recording_field change_rows[] = {
	ENUM(struct change, what, REPORTED, &changes),
	TEXT(struct change, host, REPORTED),
	ADDRESS(struct change, address, REPORTED),
	TEXT(struct change, before, REPORTED),
	TEXT(struct change, after, REPORTED),
};
static const struct recording_shape change_shape =
    SHAPE(struct change, change_rows, recording_finish_change);

static const struct recording_field comparison_rows[] = {
	FLAG(struct comparison, made, REPORTED),
	TIME(struct comparison, since, REPORTED),
	ARRAY(struct comparison, changes, count, REPORTED, &change_shape,
	    CHANGES_MAX),
};
static const struct recording_shape comparison_shape =
    SHAPE(struct comparison, comparison_rows, NULL);

/* The domain. */

static const struct recording_field source_rows[] = {
	ADDRESS(struct source_evidence, address, BOTH),
};
static const struct recording_shape source_shape =
    SHAPE(struct source_evidence, source_rows, NULL);

static const struct recording_field tool_rows[] = {
	TEXT(struct tool_evidence, version, BOTH),
	TEXT(struct tool_evidence, openssl, BOTH),
	TEXT(struct tool_evidence, unbound, BOTH),
	TEXT(struct tool_evidence, dnssec, BOTH),
	ARRAY(struct tool_evidence, sources, source_count, BOTH,
	    &source_shape, SOURCES_MAX),
};
static const struct recording_shape tool_shape =
    SHAPE(struct tool_evidence, tool_rows, NULL);

static const struct recording_field domain_judgement_rows[] = {
	ENUM(struct domain_judgement, verdict, REPORTED, &verdicts),
	REAL(struct domain_judgement, ahead_days, REPORTED),
	/* Before the findings, whose places can be those of changes. */
	STRUCT(struct domain_judgement, comparison, REPORTED,
	    &comparison_shape),
	STRUCT(struct domain_judgement, findings, REPORTED,
	    &finding_list_shape),
};
static const struct recording_shape domain_judgement_shape =
    SHAPE(struct domain_judgement, domain_judgement_rows, NULL);

/* --self-test: it is judged where it was seen, and never recorded. */

static const struct recording_field sight_rows[] = {
	ENUM(struct self_test_sight, topic, REPORTED, &topics),
	ENUM(struct self_test_sight, kind, REPORTED, &sights),
	TEXT(struct self_test_sight, subject, REPORTED),
	ADDRESS(struct self_test_sight, server, REPORTED),
	ADDRESS(struct self_test_sight, source, REPORTED),
	TEXT(struct self_test_sight, why, REPORTED),
	UNSIGNED(struct self_test_sight, number, REPORTED, UINT32_MAX),
	TIME(struct self_test_sight, from, REPORTED),
	TIME(struct self_test_sight, until, REPORTED),
};
static const struct recording_shape sight_shape =
    SHAPE(struct self_test_sight, sight_rows, NULL);

static const struct recording_field item_rows[] = {
	ENUM(struct self_test_item, topic, REPORTED, &topics),
	ENUM(struct self_test_item, state, REPORTED, &test_states),
	NEEDED_LINE(struct self_test_item, text, REPORTED),
	LINE(struct self_test_item, advice, REPORTED),
};
static const struct recording_shape item_shape =
    SHAPE(struct self_test_item, item_rows, NULL);

static const struct recording_field self_test_rows[] = {
	FLAG(struct self_test_facts, has_domain, REPORTED),
	FLAG(struct self_test_facts, no_ipv4, REPORTED),
	FLAG(struct self_test_facts, no_ipv6, REPORTED),
	FLAG(struct self_test_facts, root, REPORTED),
	NEEDED_TEXT(struct self_test_facts, helo, REPORTED),
	ARRAY(struct self_test_facts, sights, sight_count, REPORTED,
	    &sight_shape, SELF_TEST_SIGHTS_MAX),
	ARRAY(struct self_test_facts, items, item_count, REPORTED,
	    &item_shape, SELF_TEST_ITEMS_MAX),
};
static const struct recording_shape self_test_shape =
    SHAPE(struct self_test_facts, self_test_rows, NULL);

static const struct recording_field evidence_rows[] = {
	NEEDED_NAME(struct evidence, domain, BOTH),
	STRUCT(struct evidence, tool, BOTH, &tool_shape),
	TIME(struct evidence, checked_at, BOTH),
	UNSIGNED(struct evidence, elapsed_ms, BOTH, UINT32_MAX),
	FLAG(struct evidence, host_mode, BOTH),
	FLAG(struct evidence, dns_only, BOTH),
	FLAG(struct evidence, remembers, FACTS),
	FLAG(struct evidence, chain_given, BOTH),
	ENUM(struct evidence, health, BOTH, &healths),
	TEXT(struct evidence, health_why, BOTH),
	FLAG(struct evidence, public_only, BOTH),
	REAL(struct evidence, deadline, BOTH),
	FLAG(struct evidence, out_of_time, BOTH),
	TEXT(struct evidence, outstanding, BOTH),
	FLAG(struct evidence, connected, BOTH),
	TEXT(struct evidence, crash, BOTH),
	POINTER(struct evidence, mx, BOTH, &answer_shape),
	POINTER(struct evidence, misplaced, BOTH, &answer_shape),
	FLAG(struct evidence, thorough, BOTH),
	POINTER(struct evidence, tlsrpt, BOTH, &answer_shape),
	ARRAY(struct evidence, hosts, host_count, BOTH, &host_shape,
	    EVIDENCE_HOSTS_MAX),
	UNSIGNED(struct evidence, host_total, BOTH, COUNT_MAX),
	ARRAY(struct evidence, zones, zone_count, BOTH, &zone_shape,
	    EVIDENCE_ZONES_MAX),
	UNSIGNED(struct evidence, zone_total, BOTH, COUNT_MAX),
	ARRAY(struct evidence, servers, server_count, BOTH, &server_shape,
	    SERVERS_MAX),
	FLAG(struct evidence, servers_next, BOTH),
	FLAG(struct evidence, servers_unasked, BOTH),
	UNSIGNED(struct evidence, server_total, BOTH, COUNT_MAX),
	POINTER(struct evidence, self_test, REPORTED, &self_test_shape),
	ARRAY(struct evidence, disputes, dispute_count, BOTH, &dispute_shape,
	    EVIDENCE_DISPUTES_MAX),
	UNSIGNED(struct evidence, dispute_total, BOTH, COUNT_MAX),
	FLAG(struct evidence, root_lost, BOTH),
	STRUCT(struct evidence, judged, REPORTED, &domain_judgement_shape),
};
static const struct recording_shape evidence_shape =
    SHAPE(struct evidence, evidence_rows, recording_finish_evidence);

const struct recording_shape *
recording_shape(void)
{
	return &evidence_shape;
}

unsigned int
recording_views(const struct recording_shape *shape, const void *value,
    enum recording_view view)
{
	const struct answer *answer = value;

	if (view == RECORDING_REPORTED)
		return REPORTED;
	return shape == &answer_shape && answer->origin != NULL ? ORIGIN :
	    FACTS | ORIGIN;
}

uint64_t
recording_unsigned(const void *member, size_t size)
{
	switch (size) {
	case 1:
		return *(const uint8_t *)member;
	case 2:
		return *(const uint16_t *)member;
	case 4:
		return *(const uint32_t *)member;
	default:
		assert(size == 8);
		return *(const uint64_t *)member;
	}
}

int64_t
recording_signed(const void *member, size_t size)
{
	if (size == 4)
		return *(const int32_t *)member;
	assert(size == 8);
	return *(const int64_t *)member;
}

size_t *
recording_count(const struct recording_field *field, const void *value)
{
	return (size_t *)((char *)value + field->count_at);
}
