/*
 * The table of findings: each code has all that a writer and the manual page
 * need, and a name of its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/evidence/finding.h"

/* What senders report (RFC 8460 4.3), but for the types of MTA-STS. */
static const char *const failure_types[] = {
	"starttls-not-supported",
	"certificate-host-mismatch",
	"certificate-expired",
	"certificate-not-trusted",
	"validation-failure",
	"tlsa-invalid",
	"dnssec-invalid",
	"dane-required",
};

/* "no-record-matches", in the letters of the manual page and of JSON. */
static void
test_names(void **state)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	enum finding_code code, other;
	const char *name;

	(void)state;
	for (code = 0; code < FINDING_CODE_COUNT; code++) {
		name = finding_code_name(code);
		if (name == NULL)
			fail_msg("code %d has no row in finding.c", (int)code);
		if (*name == '\0' || name[strspn(name, letters)] != '\0')
			fail_msg("\"%s\" is not a name", name);
		for (other = 0; other < code; other++) {
			if (strcmp(name, finding_code_name(other)) == 0)
				fail_msg("two codes are called %s", name);
		}
	}
}

static void
test_meanings(void **state)
{
	enum finding_code code;
	const char *meaning;

	(void)state;
	for (code = 0; code < FINDING_CODE_COUNT; code++) {
		meaning = finding_code_meaning(code);
		if (meaning == NULL || *meaning == '\0')
			fail_msg("%s: no meaning", finding_code_name(code));
	}
}

static void
test_failure_types(void **state)
{
	const size_t count = sizeof(failure_types) / sizeof(failure_types[0]);
	enum finding_code code;
	const char *type;
	size_t i;

	(void)state;
	for (code = 0; code < FINDING_CODE_COUNT; code++) {
		type = finding_code_tlsrpt(code);
		for (i = 0; type != NULL && i < count; i++) {
			if (strcmp(type, failure_types[i]) == 0)
				break;
		}
		if (type != NULL && i == count)
			fail_msg("%s: senders do not report \"%s\"",
			    finding_code_name(code), type);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_meanings),
		cmocka_unit_test(test_failure_types),
	};

	return cmocka_run_group_tests_name("codes", tests, NULL, NULL);
}
