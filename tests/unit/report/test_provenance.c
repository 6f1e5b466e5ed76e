#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "checker/report/provenance.h"
#include "resolver/memory.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/table.h"

#define CHECKED "checked 2026-01-31T12:00:05Z by mxdane"
#define WHEN 1769860805

#define SOURCES_MAX 5

static const struct row {
	const char	*name;
	const char	*version, *openssl, *unbound, *dnssec;
	bool		 host_mode, dns_only, chain_given;
	double		 ahead_days;
	const char	*sources[SOURCES_MAX];	/* NULL: not connected */
	const char	*chosen;	/* --source; NULL: none */
	const char	*text;
} rows[] = {
	{ .name = "nothing is known", .text = CHECKED },
	{ .name = "from the root", .version = "0.1.0",
	    .openssl = "OpenSSL 3.0.17 1 Jul 2025", .unbound = "1.17.1",
	    .dnssec = TOOL_DNSSEC_ROOT, .sources = { "192.0.2.7" },
	    .text = CHECKED " 0.1.0 (DNSSEC from the root, libunbound 1.17.1, "
		"OpenSSL 3.0.17 1 Jul 2025), from 192.0.2.7" },
	{ .name = "through forwarders", .version = "0.1.0",
	    .dnssec = "forwarder 192.0.2.53, 192.0.2.54@5353",
	    .text = CHECKED " 0.1.0 (DNSSEC through forwarder 192.0.2.53, "
		"192.0.2.54@5353)" },
	{ .name = "libunbound alone", .unbound = "1.17.1",
	    .text = CHECKED " (libunbound 1.17.1)" },
	{ .name = "DNS only", .dns_only = true,
	    .text = CHECKED " with --dns-only" },
	{ .name = "every mode", .host_mode = true, .dns_only = true,
	    .chain_given = true, .ahead_days = 14.5,
	    .text = CHECKED " with --host --dns-only --chain --days 14.5" },
	{ .name = "sources, each once and sorted",
	    .sources = { "2001:db8::7", "192.0.2.10", NULL, "192.0.2.9",
		"192.0.2.10" },
	    .text = CHECKED ", from 192.0.2.9, 192.0.2.10, 2001:db8::7" },
	{ .name = "a source that was chosen", .chosen = "192.0.2.9",
	    .text = CHECKED ", from 192.0.2.9" },
	{ .name = "one of each family", .chosen = "2001:db8::9",
	    .sources = { "192.0.2.7", "2001:db8::9" },
	    .text = CHECKED ", from 192.0.2.7, 2001:db8::9" },
};

/* The addresses are those of several hosts. */
static struct evidence *
make_evidence(const struct row *row)
{
	struct evidence *evidence = fixture_domain("example.org");
	struct endpoint_evidence *endpoint;
	struct host_evidence *host;
	size_t i;

	for (i = 0; i < SOURCES_MAX; i++) {
		host = fixture_host(evidence, "mx.example.org");
		endpoint = fixture_endpoint(host, "192.0.2.1",
		    OUTCOME_CONNECT_FAILED, NULL);
		if (row->sources[i] != NULL)
			assert_true(address_from_text(&endpoint->source,
			    row->sources[i], 0));
	}
	evidence->checked_at = WHEN;
	evidence->tool = (struct tool_evidence){
		.version = memory_string(row->version),
		.openssl = memory_string(row->openssl),
		.unbound = memory_string(row->unbound),
		.dnssec = memory_string(row->dnssec),
	};
	if (row->chosen != NULL) {
		evidence->tool.sources = memory_new(1,
		    sizeof(*evidence->tool.sources));
		evidence->tool.source_count = 1;
		assert_true(address_from_text(
		    &evidence->tool.sources[0].address, row->chosen, 0));
	}
	evidence->host_mode = row->host_mode;
	evidence->dns_only = row->dns_only;
	evidence->chain_given = row->chain_given;
	evidence->judged.ahead_days = row->ahead_days;
	return evidence;
}

static void
test_text(void **state)
{
	const struct row *row = *state;
	struct evidence *evidence = make_evidence(row);
	char *text = provenance_text(evidence);

	assert_string_equal(text, row->text);
	free(text);
	evidence_free(evidence);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_text, rows),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
