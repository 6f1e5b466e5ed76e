/* Evidence that travels comes back as it was; nothing else is taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/evidence/recording.h"
#include "checker/report/report.h"
#include "resolver/memory.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/packet.h"
#include "tests/unit/support/table.h"
#include "tests/unit/support/trees.h"

#define RANDOM_TREES 200

static const enum recording_view views[] = { RECORDING_FACTS,
	RECORDING_REPORTED };

/* As the report has it. Owned by the caller. */
static char *
json(const struct evidence *evidence)
{
	const struct report_options options = { 0 };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	report_json.domain(out, &options, evidence, NULL);
	fclose(out);
	return text;
}

/* Travels in both views, and is the same afterwards. Takes ownership. */
static void
check_travel(struct evidence *evidence)
{
	struct evidence *decoded;
	char *text, *again;
	size_t i;

	for (i = 0; i < 2; i++) {
		decoded = trees_travel(evidence, views[i]);
		text = trees_difference(evidence, decoded, views[i]);
		if (text != NULL)
			fail_msg("%s differs", text);
		if (views[i] == RECORDING_FACTS)
			fixture_judge(decoded);
		text = json(evidence);
		again = json(decoded);
		assert_string_equal(text, again);
		free(text);
		free(again);
		evidence_free(decoded);
	}
	evidence_free(evidence);
}

/* A host with a handshake that matches, and one that does not. */
static struct evidence *
make_domain(void)
{
	struct chain *good = fixture_chain("mx.example.org", KEY_ECDSA);
	struct chain *bad = fixture_chain("other.example", KEY_RSA);
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, "mx.example.org");

	fixture_tlsa_of(host, good);
	fixture_endpoint(host, "192.0.2.1", OUTCOME_DONE, good);
	fixture_endpoint(host, "2001:db8::1", OUTCOME_DONE, bad);
	fixture_handshake(&host->endpoints[1], good);
	fixture_endpoint(host, "192.0.2.3", OUTCOME_REFUSED, NULL);
	chain_free(good);
	chain_free(bad);
	return evidence;
}

static void
test_domain(void **state)
{
	struct evidence *evidence = make_domain();

	(void)state;
	fixture_judge(evidence);
	check_travel(evidence);
}

/* Every member, by the tables; then with members left out. */
static void
test_every_member(void **state)
{
	struct chain *chain = fixture_chain("mx.example.org", KEY_ECDSA);
	struct evidence *evidence, *decoded;
	uint32_t seed;
	char *text;
	size_t i;

	(void)state;
	for (seed = 0; seed < RANDOM_TREES; seed++) {
		for (i = 0; i < 2; i++) {
			evidence = trees_random(chain, views[i], seed);
			decoded = trees_travel(evidence, views[i]);
			text = trees_difference(evidence, decoded, views[i]);
			if (text != NULL)
				fail_msg("%s differs (%u)", text, seed);
			evidence_free(decoded);
			evidence_free(evidence);
		}
	}
	chain_free(chain);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE_ALONE(test_domain),
		TABLE_ALONE(test_every_member),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
