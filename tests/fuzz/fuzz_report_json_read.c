/*
 * report_json_read with any octets, as they may be in a file that is named as
 * the report of an earlier run; and what it reads, compared with itself.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "checker/judge/compare.h"
#include "checker/report/report_json_read.h"
#include "checker/evidence/evidence.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Fit for a terminal: one line without control characters. */
static void
check_text(const char *text)
{
	for (; text != NULL && *text != '\0'; text++)
		assert((unsigned char)*text >= ' ' && *text != 0x7f);
}

/* What whoever reads the tree relies on. */
static void
check_host(const struct host_evidence *host)
{
	const struct handshake_evidence *handshake;
	struct handshake_walk walk = { 0 };

	assert(host->name != NULL);
	check_text(host->name);
	assert(host->judged.tlsa == NULL ||
	    host->judged.tlsa == host->tlsa[0]);
	assert(host->judged.records.count <= ANSWER_RECORDS_MAX);
	while ((handshake = handshake_next(host, &walk)) != NULL) {
		assert(handshake->seen->chain->count == 1);
		check_text(handshake->seen->protocol);
		check_text(handshake->seen->chain->certificates[0].issuer);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct evidence *before, *after;
	char *why;
	size_t i;

	before = report_json_read((const char *)data, size, &why);
	if (before == NULL) {
		assert(why != NULL);
		check_text(why);
		free(why);
		return 0;
	}
	assert(why == NULL);
	check_text(before->domain);
	assert(before->host_count <= EVIDENCE_HOSTS_MAX);
	for (i = 0; i < before->host_count; i++)
		check_host(&before->hosts[i]);
	after = report_json_read((const char *)data, size, &why);
	compare(after, before);
	assert(after->judged.comparison.count == 0);
	evidence_free(after);
	evidence_free(before);
	return 0;
}
