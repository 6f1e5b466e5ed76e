#include "checker/tlsa/tlsa.h"

#include <ctype.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/answer.h"
#include "resolver/memory.h"
#include "resolver/text.h"
#include "smtp/chain.h"

void
tlsa_copy(struct tlsa *copy, const struct tlsa *record)
{
	*copy = (struct tlsa){
		.usage = record->usage,
		.selector = record->selector,
		.matching_type = record->matching_type,
		.data = memory_copy(record->data, record->size),
		.size = record->size,
	};
}

void
tlsa_clear(struct tlsa *record)
{
	free(record->data);
	free(record->why);
	*record = (struct tlsa){ 0 };
}

uint8_t *
tlsa_rdata(const struct tlsa *record, size_t *size)
{
	uint8_t *data = memory_new(TLSA_HEADER + record->size, 1);

	data[0] = record->usage;
	data[1] = record->selector;
	data[2] = record->matching_type;
	if (record->size > 0)
		memcpy(data + TLSA_HEADER, record->data, record->size);
	*size = TLSA_HEADER + record->size;
	return data;
}

bool
tlsa_same_combination(const struct tlsa *a, const struct tlsa *b)
{
	return a->usage == b->usage && a->selector == b->selector &&
	    a->matching_type == b->matching_type;
}

int
tlsa_compare(const struct tlsa *a, const struct tlsa *b)
{
	size_t common = a->size < b->size ? a->size : b->size;
	int order;

	if (a->usage != b->usage)
		return a->usage < b->usage ? -1 : 1;
	if (a->selector != b->selector)
		return a->selector < b->selector ? -1 : 1;
	if (a->matching_type != b->matching_type)
		return a->matching_type < b->matching_type ? -1 : 1;
	order = common > 0 ? memcmp(a->data, b->data, common) : 0;
	return order != 0 ? order : (a->size > b->size) - (a->size < b->size);
}

bool
tlsa_equal(const struct tlsa *a, const struct tlsa *b)
{
	return tlsa_compare(a, b) == 0;
}

/* What becomes of the data of a record of matching type 0. */
enum decoded {
	DECODED_NOT,		/* it is not DER of that kind */
	DECODED_UNKNOWN,	/* it is, with a key that OpenSSL does not know:
				 * its DANE verification refuses the record */
	DECODED_WELL,
};

/* What there is to a key, NULL: there is none. */
static enum decoded
decode_key(const X509_PUBKEY *key)
{
	if (key == NULL)
		return DECODED_NOT;
	if (X509_PUBKEY_get0(key) != NULL)
		return DECODED_WELL;
	return key_is_known(key) ? DECODED_NOT : DECODED_UNKNOWN;
}

/* Whether DATA begins with a certificate in DER; *END is behind it. */
static enum decoded
decode_certificate(const uint8_t *data, size_t size, const uint8_t **end)
{
	X509 *certificate;
	enum decoded decoded;

	*end = data;
	certificate = d2i_X509(NULL, end, (long)size);
	decoded = decode_key(certificate == NULL ? NULL :
	    X509_get_X509_PUBKEY(certificate));
	X509_free(certificate);
	return decoded;
}

/* Likewise for a SubjectPublicKeyInfo. */
static enum decoded
decode_public_key(const uint8_t *data, size_t size, const uint8_t **end)
{
	X509_PUBKEY *key;
	enum decoded decoded;

	*end = data;
	key = d2i_X509_PUBKEY(NULL, end, (long)size);
	decoded = decode_key(key);
	X509_PUBKEY_free(key);
	return decoded;
}

/* Matching type 0: the data must be the thing itself, and nothing more. */
static char *
why_bad_full(const struct tlsa *record)
{
	const char *what = record->selector == TLSA_CERT ?
	    "certificate" : "public key";
	const uint8_t *end;
	enum decoded decoded;
	size_t behind;

	ERR_set_mark();
	decoded = record->selector == TLSA_CERT ?
	    decode_certificate(record->data, record->size, &end) :
	    decode_public_key(record->data, record->size, &end);
	ERR_pop_to_mark();
	if (decoded == DECODED_NOT)
		return memory_format("the data is not a %s in DER that can be "
		    "decoded", what);
	behind = (size_t)(record->data + record->size - end);
	if (behind > 0)
		return memory_format("the %s in the data is followed by %zu "
		    "octet%s", what, behind, behind == 1 ? "" : "s");
	/* Not that no other build may use it. */
	if (decoded == DECODED_UNKNOWN)
		return memory_format("the %s in the data is of an algorithm "
		    "that is not known to this build", what);
	return NULL;
}

static char *
why_bad_data(const struct tlsa *record)
{
	static const struct {
		const char	*name;
		size_t		 size;
	} digests[] = {
		[TLSA_SHA2_256] = { "SHA2-256", SHA256_DIGEST_LENGTH },
		[TLSA_SHA2_512] = { "SHA2-512", SHA512_DIGEST_LENGTH },
	};

	/* A validly signed record like this has crashed a well-known MTA. */
	if (record->size == 0)
		return memory_string("it has no data");
	if (record->matching_type == TLSA_FULL)
		return why_bad_full(record);
	if (record->size == digests[record->matching_type].size)
		return NULL;
	return memory_format("the data has %zu octet%s, but a %s has %zu",
	    record->size, record->size == 1 ? "" : "s",
	    digests[record->matching_type].name,
	    digests[record->matching_type].size);
}

/* Why an SMTP sender cannot use the record (owned); NULL: it can. */
static char *
why_unusable(const struct tlsa *record)
{
	if (record->usage == TLSA_PKIX_TA || record->usage == TLSA_PKIX_EE)
		return memory_format("usage %d (%s) is not for SMTP (RFC 7672 "
		    "3.1.3)", record->usage,
		    record->usage == TLSA_PKIX_TA ? "PKIX-TA" : "PKIX-EE");
	if (record->usage > TLSA_DANE_EE)
		return memory_format("usage %d is unknown", record->usage);
	if (record->selector > TLSA_SPKI)
		return memory_format("selector %d is unknown",
		    record->selector);
	if (record->matching_type > TLSA_SHA2_512)
		return memory_format("matching type %d is unknown",
		    record->matching_type);
	return why_bad_data(record);
}

void
tlsa_set_add(struct tlsa_set *set, const struct tlsa *fields)
{
	struct tlsa *record;

	set->records = memory_grow(set->records, set->count, sizeof(*record));
	record = &set->records[set->count];
	tlsa_copy(record, fields);
	record->why = why_unusable(record);
	record->usable = record->why == NULL;
	record->duplicate_of = set->count++;
}

static void
add_from_answer(struct tlsa_set *set, const struct answer_record *source)
{
	struct tlsa fields = { 0 };

	if (source->size >= TLSA_HEADER) {
		fields.usage = source->data[0];
		fields.selector = source->data[1];
		fields.matching_type = source->data[2];
		fields.data = source->data + TLSA_HEADER;
		fields.size = source->size - TLSA_HEADER;
	}
	tlsa_set_add(set, &fields);
	if (source->size < TLSA_HEADER) {
		free(set->records[set->count - 1].why);
		set->records[set->count - 1].why = memory_format("its RDATA "
		    "has %zu octet%s, too few for the three fields (RFC 6698 "
		    "2.1)", source->size, text_plural(source->size));
	}
}

/* For qsort, of pointers to records of a set: equal ones by their place. */
static int
compare_with_place(const void *a, const void *b)
{
	const struct tlsa *left = *(const struct tlsa *const *)a;
	const struct tlsa *right = *(const struct tlsa *const *)b;
	int order = tlsa_compare(left, right);

	return order != 0 ? order : (left > right) - (left < right);
}

static void
find_duplicates(struct tlsa_set *set)
{
	struct tlsa **sorted = memory_new(set->count, sizeof(*sorted));
	size_t i;

	for (i = 0; i < set->count; i++)
		sorted[i] = &set->records[i];
	qsort(sorted, set->count, sizeof(*sorted), compare_with_place);
	for (i = 0; i < set->count; i++)
		sorted[i]->duplicate_of =
		    i > 0 && tlsa_equal(sorted[i], sorted[i - 1]) ?
		    sorted[i - 1]->duplicate_of :
		    (size_t)(sorted[i] - set->records);
	free(sorted);
}

/*
 * RFC 7671 9: of one usage and selector, only the strongest digest published
 * counts; full data always does.
 */
static void
find_ignored(struct tlsa_set *set)
{
	/* Usable records have no greater usage and selector. */
	uint8_t strongest[TLSA_DANE_EE + 1][TLSA_SPKI + 1] = { { 0 } }, *type;
	struct tlsa *record;
	size_t i;

	for (i = 0; i < set->count; i++) {
		record = &set->records[i];
		if (!record->usable)
			continue;
		type = &strongest[record->usage][record->selector];
		if (*type < record->matching_type)
			*type = record->matching_type;
	}
	for (i = 0; i < set->count; i++) {
		record = &set->records[i];
		record->ignored = record->usable &&
		    record->matching_type != TLSA_FULL &&
		    record->matching_type <
		    strongest[record->usage][record->selector];
	}
}

void
tlsa_set_settle(struct tlsa_set *set)
{
	find_duplicates(set);
	find_ignored(set);
}

/*
 * For qsort, of records from an answer. Those whose RDATA is too short have no
 * fields to tell them apart, but different reasons.
 */
static int
compare_with_reason(const void *a, const void *b)
{
	const struct tlsa *left = a, *right = b;
	int order = tlsa_compare(left, right);

	if (order != 0 || left->why == NULL || right->why == NULL)
		return order;
	return strcmp(left->why, right->why);
}

void
tlsa_set_init(struct tlsa_set *set, const struct answer *answer)
{
	size_t i;

	set->records = NULL;
	set->count = 0;
	if (!answer_has_records(answer))
		return;
	for (i = 0; i < answer->count; i++)
		add_from_answer(set, &answer->records[i]);
	qsort(set->records, set->count, sizeof(*set->records),
	    compare_with_reason);
	tlsa_set_settle(set);
}

void
tlsa_set_clear(struct tlsa_set *set)
{
	size_t i;

	for (i = 0; i < set->count; i++)
		tlsa_clear(&set->records[i]);
	free(set->records);
	set->records = NULL;
	set->count = 0;
}

size_t
tlsa_set_usable(const struct tlsa_set *set)
{
	size_t i, n = 0;

	for (i = 0; i < set->count; i++)
		n += set->records[i].usable;
	return n;
}

/* Parses a number from 0 to 255 and the space behind it. */
static bool
take_field(const char **text, uint8_t *field)
{
	unsigned int value = 0;
	const char *next = *text;

	for (; isdigit((unsigned char)*next) && value <= UINT8_MAX; next++)
		value = value * 10 + (unsigned int)(*next - '0');
	if (next == *text || value > UINT8_MAX ||
	    (*next != ' ' && *next != '\0'))
		return false;
	*field = (uint8_t)value;
	*text = next + strspn(next, " ");
	return true;
}

/* Parses pairs of hexadecimal digits, with any spaces between the digits. */
static bool
take_data(const char *text, struct tlsa *record)
{
	int high = -1, digit;

	record->data = memory_new(strlen(text) / 2 + 1, 1);
	for (; *text != '\0'; text++) {
		if (*text == ' ')
			continue;
		digit = text_digit(*text);
		if (digit == -1)
			return false;
		if (high == -1) {
			high = digit;
			continue;
		}
		record->data[record->size++] = (uint8_t)(high << 4 | digit);
		high = -1;
	}
	return high == -1;
}

bool
tlsa_from_text(struct tlsa *fields, const char *text, const char **why)
{
	const char *next = text + strspn(text, " ");

	memset(fields, 0, sizeof(*fields));
	if (!take_field(&next, &fields->usage) ||
	    !take_field(&next, &fields->selector) ||
	    !take_field(&next, &fields->matching_type)) {
		*why = "does not begin with usage, selector and matching type, "
		    "such as \"3 1 1\"";
		return false;
	}
	if (take_data(next, fields))
		return true;
	tlsa_clear(fields);
	*why = "has data that is not hexadecimal digits in pairs";
	return false;
}

char *
tlsa_text(const struct tlsa *record, bool whole)
{
	char *data = whole ? text_hex(record->data, record->size) :
	    text_hex_short(record->data, record->size), *text;

	text = memory_format("%d %d %d%s%s", record->usage, record->selector,
	    record->matching_type, record->size > 0 ? " " : "", data);
	free(data);
	return text;
}

char *
tlsa_line(const char *owner, const struct tlsa *record)
{
	char *text = tlsa_text(record, true);
	char *line;

	if (owner == NULL)
		return text;
	line = memory_format("%s. IN TLSA %s", owner, text);
	free(text);
	return line;
}

/* Makes a record with KIND's fields of a certificate or a key in DER. */
static void
fill_in(struct tlsa *record, const struct tlsa *kind,
    const unsigned char *der, size_t size)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int digest_size = 0;

	*record = *kind;
	record->usable = true;
	if (kind->matching_type == TLSA_FULL) {
		record->data = memory_copy(der, size);
		record->size = size;
		return;
	}
	if (EVP_Digest(der, size, digest, &digest_size,
	    kind->matching_type == TLSA_SHA2_256 ? EVP_sha256() :
	    EVP_sha512(), NULL) != 1)
		abort();
	record->data = memory_copy(digest, digest_size);
	record->size = digest_size;
}

/*
 * Not with ldns_dane_cert2rdf: it leaks the key for selector 1 (ldns 1.8.3),
 * and this runs for each certificate of a survey.
 */
void
tlsa_of_certificate(struct tlsa *record,
    const struct certificate *certificate, enum tlsa_usage usage,
    enum tlsa_selector selector, enum tlsa_matching_type matching_type)
{
	const struct tlsa kind = {
		.usage = (uint8_t)usage,
		.selector = (uint8_t)selector,
		.matching_type = (uint8_t)matching_type,
	};

	if (selector == TLSA_CERT)
		fill_in(record, &kind, certificate->der, certificate->size);
	else
		fill_in(record, &kind, certificate->spki,
		    certificate->spki_size);
}

void
tlsa_of_key(struct tlsa *record, const uint8_t *spki, size_t size,
    enum tlsa_matching_type matching_type)
{
	const struct tlsa kind = {
		.usage = TLSA_DANE_EE,
		.selector = TLSA_SPKI,
		.matching_type = (uint8_t)matching_type,
	};

	fill_in(record, &kind, spki, size);
}
