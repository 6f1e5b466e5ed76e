/*
 * TXT records of any octets: what is read of them can be shown anywhere, and as
 * the data of a record they come back from a zone file.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "checker/evidence/tlsrpt.h"
#include "checker/tlsa/advice.h"
#include "resolver/text.h"
#include "tests/unit/support/fixture.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const struct tlsrpt *tlsrpt, size_t size)
{
	size_t i, octets = 0;

	assert(tlsrpt->state != TLSRPT_UNKNOWN);
	assert((tlsrpt->rua_count > 0) == (tlsrpt->state == TLSRPT_PRESENT));
	assert((tlsrpt->records > 1) == (tlsrpt->state == TLSRPT_SEVERAL));
	for (i = 0; i < tlsrpt->rua_count; i++) {
		assert(text_is_printable(tlsrpt->rua[i],
		    strlen(tlsrpt->rua[i])));
		octets += strlen(tlsrpt->rua[i]);
	}
	/* "\x23" and "\\" at worst. */
	assert(octets <= 4 * size);
}

static void
check_quoted(const uint8_t *data, size_t size)
{
	char *text = advice_quote(data, size);
	size_t i, length = strlen(text);

	assert(length >= 2 && text[0] == '"' && text[length - 1] == '"');
	assert(text_is_printable(text, length));
	for (i = 0; i < length; i++)
		assert(text[i] >= ' ' && text[i] <= '~');
	free(text);
}

/* The first octet says how long the first of two records is. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct answer *answer;
	struct tlsrpt tlsrpt;
	size_t first;

	if (size == 0 || size > UINT16_MAX)
		return 0;
	answer = fixture_answer("_smtp._tls.example.org", DNS_TXT,
	    ANSWER_RECORDS, DNSSEC_SECURE);
	first = data[0] < size - 1 ? data[0] : size - 1;
	fixture_add(answer, data + 1, first);
	fixture_add(answer, data + 1 + first, size - 1 - first);
	tlsrpt_init(&tlsrpt, answer);
	check(&tlsrpt, size);
	tlsrpt_clear(&tlsrpt);
	answer_free(answer);
	check_quoted(data, size);
	return 0;
}
