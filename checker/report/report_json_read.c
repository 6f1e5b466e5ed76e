#include "checker/report/report_json_read.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "checker/report/json_take.h"
#include "checker/report/report_json_read_parts.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/text.h"

/* --- MX records */

static void
add_mx_record(struct answer *mx, const char *name, uint16_t preference)
{
	struct answer_record *record = report_json_answer_add(mx, "", 0);

	record->name = memory_string(name);
	record->preference = preference;
}

/* The hosts are known by now. */
static void
take_mx_hosts(struct evidence *evidence, bool null_mx, bool implicit)
{
	struct answer *mx = evidence->mx;
	size_t i;

	if (mx->kind == ANSWER_UNUSABLE)
		return;
	if (null_mx)
		add_mx_record(mx, ".", 0);
	for (i = 0; !null_mx && !implicit && i < evidence->host_count; i++)
		add_mx_record(mx, evidence->hosts[i].name,
		    evidence->hosts[i].preference);
	if (mx->kind != ANSWER_RECORDS && !implicit)
		mx->kind = ANSWER_NO_NAME;
}

static bool
read_mx(const json_t *object, struct evidence *evidence, char **why)
{
	bool asked, null_mx, implicit;
	enum dnssec_status status;

	if (!report_json_read_status(object, &status, &asked, why) ||
	    !json_take_flag(object, "null_mx", &null_mx, why) ||
	    !json_take_flag(object, "implicit", &implicit, why))
		return false;
	if (asked) {
		evidence->mx = report_json_answer(evidence->domain, DNS_MX,
		    status);
		take_mx_hosts(evidence, null_mx, implicit);
	} else {
		evidence->host_mode = evidence->host_count > 0;
	}
	return report_json_read_signers(object, evidence->mx, why);
}

/* --- findings */

/* At the address of a finding, not all key types were tried. */
static void
mark_untried(struct evidence *evidence, const char *name,
    const struct address *address)
{
	struct endpoint_evidence *endpoint;
	struct host_evidence *host;
	size_t i, j;

	for (i = 0; i < evidence->host_count; i++) {
		host = &evidence->hosts[i];
		if (!name_equal(host->name, name))
			continue;
		for (j = 0; j < host->endpoint_count; j++) {
			endpoint = &host->endpoints[j];
			if (endpoint->incomplete == NULL &&
			    endpoint->address.family == address->family &&
			    memcmp(endpoint->address.octets, address->octets,
			    sizeof(address->octets)) == 0)
				endpoint->incomplete =
				    memory_string("as reported earlier");
		}
	}
}

static bool
has_code(const char *name, enum finding_code code)
{
	return strcmp(name, finding_code_name(code)) == 0;
}

/* What findings say that is nowhere else in a report. */
static bool
read_finding(const json_t *object, struct evidence *evidence, char **why)
{
	const char *code, *host, *place;
	struct address address;

	if (!json_take_present(object, "code", why) ||
	    !json_take_string(object, "code", &code, why) ||
	    !json_take_string(object, "host", &host, why) ||
	    !json_take_string(object, "address", &place, why))
		return false;
	if (has_code(code, FINDING_RESOLVER_UNREACHABLE))
		evidence->health = RESOLVER_NO_ANSWER;
	else if (has_code(code, FINDING_TRUST_ANCHOR_MISMATCH))
		evidence->health = RESOLVER_BAD_ANCHOR;
	else if (has_code(code, FINDING_KEY_TYPES_UNTRIED) && host != NULL &&
	    place != NULL && address_from_text(&address, place, 0))
		mark_untried(evidence, host, &address);
	return true;
}

static bool
read_findings(const json_t *object, struct evidence *evidence, char **why)
{
	const json_t *array, *item;
	size_t i, count;

	evidence->health = RESOLVER_HEALTHY;
	if (!json_take_array(object, "findings", REPORT_JSON_READ_MAX, &array,
	    &count, why))
		return false;
	for (i = 0; i < count; i++) {
		if (!json_take_item(array, "findings", i, &item, why) ||
		    !json_take_inside_item(read_finding(item, evidence, why),
		    "findings", i, why))
			return false;
	}
	return true;
}

/* --- the domain */

static bool
read_domain(const json_t *object, struct evidence *evidence, char **why)
{
	const json_t *mx;

	if (!json_take_present(object, "verdict", why) ||
	    !report_json_read_verdict(object, &evidence->judged.verdict, why) ||
	    !json_take_time(object, "checked_at", &evidence->checked_at, why) ||
	    !json_take_number(object, "elapsed_ms", UINT32_MAX,
	    &evidence->elapsed_ms, why) ||
	    !json_take_present(object, "hosts", why) ||
	    !report_json_read_hosts(object, evidence, why) ||
	    !json_take_present(object, "mx", why) ||
	    !json_take_object(object, "mx", &mx, why) ||
	    !json_take_inside(read_mx(mx, evidence, why), "mx", why))
		return false;
	return read_findings(object, evidence, why);
}

/* Owned by the caller; NULL: *WHY is set. */
static struct evidence *
read_report(const json_t *object, char **why)
{
	struct evidence *evidence;
	char *domain;

	if (!json_is_object(object)) {
		*why = memory_string("not an object");
		return NULL;
	}
	if (!json_take_present(object, "domain", why) ||
	    !json_take_text(object, "domain", &domain, why))
		return NULL;
	evidence = evidence_new(domain);
	free(domain);
	if (read_domain(object, evidence, why))
		return evidence;
	evidence_free(evidence);
	return NULL;
}

struct evidence *
report_json_read(const char *text, size_t size, char **why)
{
	struct evidence *evidence;
	json_error_t error;
	json_t *object;
	char *safe;

	*why = NULL;
	if (size > REPORT_JSON_READ_MAX) {
		*why = memory_format("longer than %u octets",
		    REPORT_JSON_READ_MAX);
		return NULL;
	}
	object = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
	if (object == NULL) {
		safe = text_printable(error.text, strlen(error.text));
		*why = memory_format("not JSON at octet %d: %s",
		    error.position, safe);
		free(safe);
		return NULL;
	}
	evidence = read_report(object, why);
	json_decref(object);
	return evidence;
}
