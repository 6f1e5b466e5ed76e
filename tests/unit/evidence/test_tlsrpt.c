#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/evidence/tlsrpt.h"
#include "resolver/answer.h"
#include "resolver/memory.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/table.h"

#define OWNER		"_smtp._tls.example.org"
#define RECORDS_MAX	3
#define RUA_MAX		3

/* The TXT records, '|' between two strings of one, and what they say. */
struct row {
	const char		*name;
	const char		*records[RECORDS_MAX];
	enum tlsrpt_state	 state;
	const char		*rua[RUA_MAX];
};

static const struct row rows[] = {
	{ "nothing", { NULL }, TLSRPT_NONE, { NULL } },
	{ "one address", { "v=TLSRPTv1; rua=mailto:a@example.org" },
	    TLSRPT_PRESENT, { "mailto:a@example.org" } },
	{ "the least", { "v=TLSRPTv1;rua=mailto:a" }, TLSRPT_PRESENT,
	    { "mailto:a" } },
	{ "blanks everywhere", { "v=TLSRPTv1 ;\t rua=mailto:a , \t"
	    "https://b/ ; " }, TLSRPT_PRESENT, { "mailto:a", "https://b/" } },
	{ "schemes in capitals", { "v=TLSRPTv1; rua=MAILTO:a,HTTPS://b/" },
	    TLSRPT_PRESENT, { "MAILTO:a", "HTTPS://b/" } },
	{ "several strings", { "v=TLS|RPTv1; rua=mail||to:a@exa|mple.org" },
	    TLSRPT_PRESENT, { "mailto:a@example.org" } },
	{ "an extension", { "v=TLSRPTv1; x-1.y_z=w+/:; rua=mailto:a" },
	    TLSRPT_PRESENT, { "mailto:a" } },
	{ "two fields", { "v=TLSRPTv1; rua=mailto:a; rua=mailto:b" },
	    TLSRPT_PRESENT, { "mailto:a", "mailto:b" } },
	{ "another scheme, too", { "v=TLSRPTv1; rua=http://a/,mailto:b" },
	    TLSRPT_PRESENT, { "mailto:b" } },
	{ "a character in question", { "v=TLSRPTv1; rua=mailto:##[a]" },
	    TLSRPT_PRESENT, { "mailto:#\\x23[a]" } },
	{ "beside other records", { "v=spf1 -all",
	    "v=TLSRPTv1; rua=mailto:a", "v=TLSRPTv2; rua=mailto:b" },
	    TLSRPT_PRESENT, { "mailto:a" } },

	{ "another version", { "v=TLSRPTv10; rua=mailto:a" }, TLSRPT_NONE,
	    { NULL } },
	{ "the version in capitals", { "V=TLSRPTV1; rua=mailto:a" },
	    TLSRPT_NONE, { NULL } },
	{ "the version alone", { "v=TLSRPTv1" }, TLSRPT_NONE, { NULL } },
	{ "the version later", { "rua=mailto:a; v=TLSRPTv1;" }, TLSRPT_NONE,
	    { NULL } },
	{ "a blank before the version", { " v=TLSRPTv1; rua=mailto:a" },
	    TLSRPT_NONE, { NULL } },
	{ "an empty string", { "" }, TLSRPT_NONE, { NULL } },

	{ "two records", { "v=TLSRPTv1; rua=mailto:a",
	    "v=TLSRPTv1; rua=mailto:b" }, TLSRPT_SEVERAL, { NULL } },
	{ "two records, one malformed", { "v=TLSRPTv1; rua",
	    "v=TLSRPTv1; rua=mailto:b" }, TLSRPT_SEVERAL, { NULL } },

	{ "no address", { "v=TLSRPTv1;" }, TLSRPT_NOWHERE, { NULL } },
	{ "an extension alone", { "v=TLSRPTv1; x=y" }, TLSRPT_NOWHERE,
	    { NULL } },
	{ "other schemes alone", { "v=TLSRPTv1; rua=http://a/,ftp://b/" },
	    TLSRPT_NOWHERE, { NULL } },
	{ "a scheme alone", { "v=TLSRPTv1; rua=mailto:" }, TLSRPT_NOWHERE,
	    { NULL } },

	{ "no '='", { "v=TLSRPTv1; rua" }, TLSRPT_MALFORMED, { NULL } },
	{ "no name", { "v=TLSRPTv1; =mailto:a" }, TLSRPT_MALFORMED,
	    { NULL } },
	{ "no value", { "v=TLSRPTv1; rua=" }, TLSRPT_MALFORMED, { NULL } },
	{ "nothing between commas", { "v=TLSRPTv1; rua=mailto:a,,mailto:b" },
	    TLSRPT_MALFORMED, { NULL } },
	{ "nothing between fields", { "v=TLSRPTv1;; rua=mailto:a" },
	    TLSRPT_MALFORMED, { NULL } },
	{ "two ends", { "v=TLSRPTv1; rua=mailto:a;;" }, TLSRPT_MALFORMED,
	    { NULL } },
	{ "a blank in an address", { "v=TLSRPTv1; rua=mailto:a b" },
	    TLSRPT_MALFORMED, { NULL } },
	{ "a control character", { "v=TLSRPTv1; rua=mailto:a\033[m" },
	    TLSRPT_MALFORMED, { NULL } },
	{ "an octet above ASCII", { "v=TLSRPTv1; rua=mailto:\xff" },
	    TLSRPT_MALFORMED, { NULL } },
	{ "a name that is too long", { "v=TLSRPTv1; "
	    "abcdefghijklmnopqrstuvwxyz0123456=a; rua=mailto:a" },
	    TLSRPT_MALFORMED, { NULL } },
	{ "a name that begins with a hyphen", { "v=TLSRPTv1; -a=b" },
	    TLSRPT_MALFORMED, { NULL } },
};

/* RDATA of a TXT record (RFC 1035 3.3.14). */
static void
add_text(struct answer *answer, const char *text)
{
	const size_t size = strlen(text);
	uint8_t *data = memory_new(size + 1, 1);
	size_t at = 0, length;

	for (;;) {
		length = strcspn(text, "|");
		data[at] = (uint8_t)length;
		memcpy(data + at + 1, text, length);
		at += length + 1;
		if (text[length] == '\0')
			break;
		text += length + 1;
	}
	fixture_add(answer, data, at);
	free(data);
}

static struct answer *
answer_new(enum dnssec_status status)
{
	return fixture_answer(OWNER, DNS_TXT, ANSWER_RECORDS, status);
}

static void
test_records(void **state)
{
	const struct row *row = *state;
	struct answer *answer = answer_new(DNSSEC_SECURE);
	struct tlsrpt tlsrpt;
	size_t i;

	for (i = 0; i < RECORDS_MAX && row->records[i] != NULL; i++)
		add_text(answer, row->records[i]);
	tlsrpt_init(&tlsrpt, answer);
	assert_int_equal(tlsrpt.state, row->state);
	for (i = 0; i < RUA_MAX && row->rua[i] != NULL; i++) {
		assert_true(i < tlsrpt.rua_count);
		assert_string_equal(tlsrpt.rua[i], row->rua[i]);
	}
	assert_int_equal(tlsrpt.rua_count, i);
	tlsrpt_clear(&tlsrpt);
	answer_free(answer);
}

static enum tlsrpt_state
state_of(const struct answer *answer)
{
	enum tlsrpt_state state;
	struct tlsrpt tlsrpt;

	tlsrpt_init(&tlsrpt, answer);
	state = tlsrpt.state;
	tlsrpt_clear(&tlsrpt);
	return state;
}

/* Whether it is signed does not matter; without an answer nothing is known. */
static void
test_answers(void **state)
{
	const enum dnssec_status failures[] = { DNSSEC_FAILED, DNSSEC_BOGUS };
	struct answer *answer = answer_new(DNSSEC_INSECURE);
	size_t i;

	(void)state;
	add_text(answer, "v=TLSRPTv1; rua=mailto:a");
	assert_int_equal(state_of(answer), TLSRPT_PRESENT);
	answer->truncated = true;
	assert_int_equal(state_of(answer), TLSRPT_UNKNOWN);
	answer_free(answer);
	answer = fixture_answer(OWNER, DNS_TXT, ANSWER_NO_NAME,
	    DNSSEC_INSECURE);
	assert_int_equal(state_of(answer), TLSRPT_NONE);
	answer_free(answer);
	for (i = 0; i < 2; i++) {
		answer = answer_new(failures[i]);
		assert_int_equal(state_of(answer), TLSRPT_UNKNOWN);
		answer_free(answer);
	}
	assert_int_equal(state_of(NULL), TLSRPT_UNKNOWN);
}

/* RDATA in which a string is longer than what is left, and any octets. */
static void
test_hostile(void **state)
{
	static const char text[] = "\xffv=TLSRPTv1; rua=mailto:a";
	struct answer *answer = answer_new(DNSSEC_SECURE);
	uint8_t octets[256];
	size_t i;

	(void)state;
	fixture_add(answer, text, sizeof(text) - 1);
	assert_int_equal(state_of(answer), TLSRPT_PRESENT);
	answer_free(answer);
	for (i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)(255 - i);
	for (i = 0; i < sizeof(octets); i++) {
		answer = answer_new(DNSSEC_SECURE);
		fixture_add(answer, octets + i, sizeof(octets) - i);
		assert_int_equal(state_of(answer), TLSRPT_NONE);
		answer_free(answer);
	}
	answer = answer_new(DNSSEC_SECURE);
	fixture_add(answer, "", 0);
	assert_int_equal(state_of(answer), TLSRPT_NONE);
	answer_free(answer);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_records, rows),
		TABLE_ALONE(test_answers),
		TABLE_ALONE(test_hostile),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
