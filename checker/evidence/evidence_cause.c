/*
 * Which finding says why a verdict is what it is: its code can make it so, and
 * where it is about a host, that host has the verdict. What is only odd, or
 * explains another finding, is no cause, wherever it stands.
 */
#include <string.h>

#include "checker/evidence/evidence.h"

/* Whether it is one of COUNT codes. */
static bool
is_among(enum finding_code code, const enum finding_code *codes, size_t count)
{
	size_t i = 0;

	while (i < count && codes[i] != code)
		i++;
	return i < count;
}

#define IS_AMONG(code, codes) \
	is_among(code, codes, sizeof(codes) / sizeof(codes[0]))

/* Whether DANE does not apply for it. */
static bool
can_cause_none(enum finding_code code)
{
	static const enum finding_code codes[] = { FINDING_MX_INSECURE,
		FINDING_MX_NULL, FINDING_ADDRESS_INSECURE, FINDING_TLSA_NONE,
		FINDING_TLSA_INSECURE, FINDING_TLSA_ALL_UNUSABLE };

	return IS_AMONG(code, codes);
}

/* Whether it is an error that only leaves the verdict open. */
static bool
leaves_open(enum finding_code code)
{
	static const enum finding_code codes[] = {
		FINDING_RESOLVER_UNREACHABLE, FINDING_TRUST_ANCHOR_MISMATCH,
		FINDING_RESOLVER_FAULTY, FINDING_MX_LOOKUP_FAILED,
		FINDING_ADDRESS_LOOKUP_FAILED, FINDING_ADDRESS_RESERVED,
		FINDING_CONNECT_FAILED, FINDING_SMTP_REFUSED,
		FINDING_SMTP_PROTOCOL, FINDING_TIMEOUT, FINDING_LIMIT_REACHED,
		FINDING_INTERNAL_CRASH };

	return IS_AMONG(code, codes);
}

/* Whether by our own clock it may be no fault. */
static bool
is_dated(enum finding_code code)
{
	static const enum finding_code codes[] = { FINDING_MX_BOGUS,
		FINDING_ADDRESS_BOGUS, FINDING_TLSA_BOGUS };

	return IS_AMONG(code, codes);
}

/* Whether it is an error for another one: why a record does not match. */
static bool
explains_mismatch(enum finding_code code)
{
	return code >= FINDING_USAGE_2_NAMES_LEAF &&
	    code <= FINDING_MATCHES_ELSEWHERE;
}

static bool
can_cause(const struct finding *finding, enum verdict verdict)
{
	const enum finding_code code = finding->code;

	if (verdict == VERDICT_NONE)
		return can_cause_none(code);
	if (finding->severity != SEVERITY_ERROR)
		return false;
	if (verdict == VERDICT_UNKNOWN)
		return leaves_open(code) || is_dated(code);
	return verdict == VERDICT_FAIL && !leaves_open(code) &&
	    !explains_mismatch(code);
}

/* Whether it is about the host. */
static bool
is_at(const struct finding *finding, const struct host_evidence *host)
{
	return finding->place.host != NULL &&
	    strcmp(finding->place.host, host->name) == 0;
}

/*
 * Whether the verdict comes from where the finding is. A host that takes no
 * part is the domain's fault where it makes an error.
 */
static bool
is_where(const struct evidence *evidence, const struct finding *finding,
    enum verdict verdict)
{
	const struct host_evidence *host;
	size_t i;

	if (finding->place.host == NULL)
		return true;
	for (i = 0; i < evidence->host_count; i++) {
		host = &evidence->hosts[i];
		if (is_at(finding, host))
			return host->judged.verdict == verdict ||
			    (host->judged.verdict == VERDICT_ABSENT &&
			    finding->severity == SEVERITY_ERROR);
	}
	return false;
}

const struct finding *
evidence_main_finding(const struct evidence *evidence)
{
	const struct finding_list *findings = &evidence->judged.findings;
	const enum verdict verdict = evidence->judged.verdict ==
	    VERDICT_PARTIAL ? VERDICT_NONE : evidence->judged.verdict;
	const struct finding *finding, *first = NULL;
	size_t i;

	for (i = 0; i < findings->count; i++) {
		finding = &findings->items[i];
		if (!is_where(evidence, finding, verdict))
			continue;
		if (can_cause(finding, verdict))
			return finding;
		if (first == NULL)
			first = finding;
	}
	return first != NULL || findings->count == 0 ? first :
	    findings->items;
}

const struct finding *
evidence_host_finding(const struct evidence *evidence,
    const struct host_evidence *host)
{
	const struct finding_list *findings = &evidence->judged.findings;
	size_t i;

	for (i = 0; i < findings->count; i++) {
		if (is_at(&findings->items[i], host) &&
		    can_cause(&findings->items[i], host->judged.verdict))
			return &findings->items[i];
	}
	return NULL;
}

/* Whether it says that an answer is not secure, or not to be had. */
static bool
is_about_answer(enum finding_code code)
{
	static const enum finding_code codes[] = { FINDING_MX_INSECURE,
		FINDING_MX_BOGUS, FINDING_MX_LOOKUP_FAILED,
		FINDING_ADDRESS_INSECURE, FINDING_ADDRESS_BOGUS,
		FINDING_ADDRESS_LOOKUP_FAILED, FINDING_TLSA_INSECURE,
		FINDING_TLSA_BOGUS, FINDING_TLSA_LOOKUP_FAILED };
	size_t i;

	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (codes[i] == code)
			return true;
	}
	return false;
}

/*
 * Whether it is about a break. At a host it is; about the domain as a whole
 * there are findings about zones that are secure, but weak.
 */
static bool
is_break(const struct evidence *evidence, const struct finding *finding)
{
	const struct zone_evidence *zone;

	if (!finding_code_is_trust(finding->code) ||
	    finding->place.zone == NULL || finding->place.server.name != NULL)
		return false;
	if (finding->place.host != NULL || finding->code == FINDING_OPT_OUT)
		return true;
	zone = evidence_zone(evidence, finding->place.zone);
	return (zone != NULL && zone->judged.dnssec != DNSSEC_SECURE) ||
	    (finding->code == FINDING_NSEC3_ITERATIONS &&
	    evidence->mx != NULL && evidence->mx->iterations > 0);
}

const struct finding *
evidence_break_finding(const struct evidence *evidence,
    const struct finding *finding)
{
	const struct finding_list *findings = &evidence->judged.findings;
	const char *host = finding->place.host, *other;
	size_t i;

	for (i = 0; is_about_answer(finding->code) && i < findings->count;
	    i++) {
		other = findings->items[i].place.host;
		if ((host == NULL) == (other == NULL) &&
		    (host == NULL || strcmp(host, other) == 0) &&
		    is_break(evidence, &findings->items[i]))
			return &findings->items[i];
	}
	return NULL;
}
