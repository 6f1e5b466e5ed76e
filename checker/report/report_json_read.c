#include "checker/report/report_json_read.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "checker/evidence/evidence.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/text.h"

/* Limits beside those of the evidence: of both families, and of key types. */
#define ADDRESSES_MAX	(2 * ANSWER_RECORDS_MAX)
#define HANDSHAKES_MAX	16
/* Octets of a TLSA record's data: those of RDATA less its three numbers. */
#define DATA_MAX	(UINT16_MAX - TLSA_HEADER)

/*
 * Each function that reads returns false for what is wrong, with *WHY set, to
 * which its callers add where they are.
 */

/* --- what is wrong, and where */

static bool
wrong(char **why, const char *key, const char *what)
{
	*why = memory_format("%s: %s", key, what);
	return false;
}

/* OK as it is; if it is not, puts "WHERE." or "WHERE[INDEX]." before *WHY. */
static bool
inside(bool ok, const char *where, char **why)
{
	char *outer;

	if (ok)
		return true;
	outer = memory_format("%s.%s", where, *why);
	free(*why);
	*why = outer;
	return false;
}

static bool
inside_item(bool ok, const char *where, size_t index, char **why)
{
	char *outer;

	if (ok)
		return true;
	outer = memory_format("%s[%zu].%s", where, index, *why);
	free(*why);
	*why = outer;
	return false;
}

/* --- members of objects */

/* Borrowed; *VALUE NULL: it is missing or null. */
static bool
take_value(const json_t *object, const char *key, json_type type,
    const json_t **value, char **why)
{
	static const char *const others[] = {
		[JSON_OBJECT] = "not an object",
		[JSON_ARRAY] = "not an array",
		[JSON_STRING] = "not a string",
		[JSON_INTEGER] = "not a whole number",
	};

	*value = json_object_get(object, key);
	if (*value == NULL || json_is_null(*value)) {
		*value = NULL;
		return true;
	}
	return json_typeof(*value) == type || wrong(why, key, others[type]);
}

/* The same for one that must be there. */
static bool
need_value(const json_t *object, const char *key, json_type type,
    const json_t **value, char **why)
{
	if (!take_value(object, key, type, value, why))
		return false;
	return *value != NULL || wrong(why, key, "missing");
}

/* An array of at most MOST elements; *COUNT is 0 if it is missing. */
static bool
take_array(const json_t *object, const char *key, size_t most,
    const json_t **array, size_t *count, char **why)
{
	*count = 0;
	if (!take_value(object, key, JSON_ARRAY, array, why))
		return false;
	*count = json_array_size(*array);
	return *count <= most || wrong(why, key, "too many elements");
}

/* Element I of an array of objects. Borrowed. */
static bool
take_item(const json_t *array, const char *key, size_t i, const json_t **item,
    char **why)
{
	*item = json_array_get(array, i);
	if (json_is_object(*item))
		return true;
	*why = memory_format("%s[%zu]: not an object", key, i);
	return false;
}

static bool
take_flag(const json_t *object, const char *key, bool *flag, char **why)
{
	const json_t *value = json_object_get(object, key);

	*flag = json_is_true(value);
	return value == NULL || json_is_null(value) || json_is_boolean(value) ||
	    wrong(why, key, "neither true nor false");
}

/* From 0 to MOST; a missing one is 0. */
static bool
take_number(const json_t *object, const char *key, json_int_t most,
    unsigned int *number, char **why)
{
	const json_t *value;
	json_int_t integer;

	*number = 0;
	if (!take_value(object, key, JSON_INTEGER, &value, why))
		return false;
	integer = json_integer_value(value);
	if (integer < 0 || integer > most)
		return wrong(why, key, "out of range");
	*number = (unsigned int)integer;
	return true;
}

/*
 * Whether text_printable() would change nothing but backslashes, which are
 * those that it has put there before.
 */
static bool
is_printable(const char *text)
{
	size_t length;
	bool same;
	char *safe;

	if (strlen(text) > TEXT_LIMIT)
		return false;
	for (;;) {
		length = strcspn(text, "\\");
		safe = text_printable(text, length);
		same = strlen(safe) == length &&
		    memcmp(safe, text, length) == 0;
		free(safe);
		if (!same)
			return false;
		if (text[length] == '\0')
			return true;
		text += length + 1;
	}
}

/* Owned by the caller. */
static char *
printable(const char *text)
{
	return is_printable(text) ? memory_string(text) :
	    text_printable(text, strlen(text));
}

/* *TEXT (owned by the caller) is NULL if it is missing. */
static bool
take_text(const json_t *object, const char *key, char **text, char **why)
{
	const json_t *value;

	*text = NULL;
	if (!take_value(object, key, JSON_STRING, &value, why))
		return false;
	if (value != NULL)
		*text = printable(json_string_value(value));
	return true;
}

static bool
need_text(const json_t *object, const char *key, char **text, char **why)
{
	return take_text(object, key, text, why) &&
	    (*text != NULL || wrong(why, key, "missing"));
}

/* --- words of a list */

static const char *
verdict_word(unsigned int i)
{
	return verdict_name((enum verdict)i);
}

static const char *
status_word(unsigned int i)
{
	return dnssec_status_name((enum dnssec_status)i);
}

static const char *
stage_word(unsigned int i)
{
	return session_stage_name((enum session_stage)i);
}

static const char *
key_type_word(unsigned int i)
{
	return key_type_name((enum key_type)i);
}

/* The words that a key can have. */
struct word_list {
	const char	*(*word)(unsigned int i);
	unsigned int	 count;
};

static const struct word_list verdict_words = { verdict_word, VERDICT_ABSENT };
static const struct word_list status_words = { status_word, DNSSEC_SECURE + 1 };
static const struct word_list stage_words = { stage_word, STAGE_DONE + 1 };
static const struct word_list key_type_words = { key_type_word, KEY_DSA + 1 };

/* *INDEX is WORDS->count if it is missing. */
static bool
take_word(const json_t *object, const char *key, const struct word_list *words,
    unsigned int *index, char **why)
{
	const json_t *value;
	char *text;

	*index = words->count;
	if (!take_value(object, key, JSON_STRING, &value, why))
		return false;
	if (value == NULL)
		return true;
	for (*index = 0; *index < words->count; (*index)++) {
		if (strcmp(json_string_value(value),
		    words->word(*index)) == 0)
			return true;
	}
	text = printable(json_string_value(value));
	*why = memory_format("%s: \"%s\" is not known here", key, text);
	free(text);
	return false;
}

static bool
take_verdict(const json_t *object, enum verdict *verdict, char **why)
{
	unsigned int index;

	if (!take_word(object, "verdict", &verdict_words, &index, why))
		return false;
	/* Of parts that take none, it is null. */
	*verdict = (enum verdict)index;
	return true;
}

/* *ASKED false: there is no status, since nothing was asked. */
static bool
take_status(const json_t *object, enum dnssec_status *status, bool *asked,
    char **why)
{
	unsigned int index;

	if (!take_word(object, "dnssec", &status_words, &index, why))
		return false;
	*asked = index < status_words.count;
	*status = *asked ? (enum dnssec_status)index : DNSSEC_FAILED;
	return true;
}

/* --- octets and times */

/* As many octets as SIZE says, from hexadecimal digits. */
static bool
read_hex(const char *text, uint8_t *octets, size_t size)
{
	int high, low;
	size_t i;

	if (strlen(text) != 2 * size)
		return false;
	for (i = 0; i < size; i++) {
		high = text_digit(text[2 * i]);
		low = text_digit(text[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		octets[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

/* Zeroes if it is missing. */
static bool
take_digest(const json_t *object, const char *key,
    uint8_t digest[static CHAIN_DIGEST], char **why)
{
	const json_t *value;

	memset(digest, 0, CHAIN_DIGEST);
	if (!take_value(object, key, JSON_STRING, &value, why))
		return false;
	return value == NULL || read_hex(json_string_value(value), digest,
	    CHAIN_DIGEST) || wrong(why, key, "not the digits of a SHA2-256");
}

/* The number of COUNT decimal digits; -1: they are none. */
static int
read_digits(const char *digits, size_t count)
{
	int number = 0;

	for (; count > 0; count--, digits++) {
		if (*digits < '0' || *digits > '9')
			return -1;
		number = 10 * number + (*digits - '0');
	}
	return number;
}

/* "2026-01-31T12:00:00Z", as text_time() writes it. */
static bool
read_time(const char *text, time_t *when)
{
	struct tm tm = { 0 };
	char *again;
	bool same;

	if (strlen(text) != strlen("2026-01-31T12:00:00Z"))
		return false;
	tm.tm_year = read_digits(text, 4) - 1900;
	tm.tm_mon = read_digits(text + 5, 2) - 1;
	tm.tm_mday = read_digits(text + 8, 2);
	tm.tm_hour = read_digits(text + 11, 2);
	tm.tm_min = read_digits(text + 14, 2);
	tm.tm_sec = read_digits(text + 17, 2);
	*when = timegm(&tm);
	/* Whatever is no time, such as a 31st of June, comes out otherwise. */
	again = text_time(*when);
	same = strcmp(again, text) == 0;
	free(again);
	return same;
}

/* 0 if it is missing. */
static bool
take_time(const json_t *object, const char *key, time_t *when, char **why)
{
	const json_t *value;

	*when = 0;
	if (!take_value(object, key, JSON_STRING, &value, why))
		return false;
	return value == NULL || read_time(json_string_value(value), when) ||
	    wrong(why, key, "not a time as in 2026-01-31T12:00:00Z");
}

/* --- answers */

/* Usable with this status, and no records yet. Owned by the caller. */
static struct answer *
answer_with(const char *owner, enum dns_type type, enum dnssec_status status)
{
	struct answer *answer = memory_new(1, sizeof(*answer));

	answer->owner = memory_string(owner);
	answer->expanded = memory_string(owner);
	answer->type = type;
	answer->kind = ANSWER_NO_DATA;
	answer->dnssec = status;
	return answer;
}

/* The same, or one that is unusable if the status is. */
static struct answer *
answer_of(const char *owner, enum dns_type type, enum dnssec_status status)
{
	struct answer *answer;

	if (status != DNSSEC_FAILED && status != DNSSEC_BOGUS)
		return answer_with(owner, type, status);
	answer = answer_failed(owner, type, "as reported earlier");
	answer->dnssec = status;
	return answer;
}

/* Its data is copied. Borrowed until the next one is added. */
static struct answer_record *
add_record(struct answer *answer, const void *data, size_t size)
{
	struct answer_record *record;

	answer->records = memory_grow(answer->records, answer->count,
	    sizeof(*record));
	record = &answer->records[answer->count++];
	record->data = memory_copy(data, size);
	record->size = size;
	answer->kind = ANSWER_RECORDS;
	answer->truncated = answer->count >= ANSWER_RECORDS_MAX;
	return record;
}

static bool
read_signer(const json_t *item, struct answer_signer *signer, char **why)
{
	unsigned int algorithm, key_tag;

	if (!need_text(item, "zone", &signer->zone, why) ||
	    !take_number(item, "algorithm", UINT8_MAX, &algorithm, why) ||
	    !take_number(item, "key_tag", UINT16_MAX, &key_tag, why))
		return false;
	signer->algorithm = (uint8_t)algorithm;
	signer->key_tag = (uint16_t)key_tag;
	return true;
}

/* ANSWER may be NULL: then they are read and forgotten. */
static bool
read_signers(const json_t *object, struct answer *answer, char **why)
{
	struct answer_signer signer;
	const json_t *array, *item;
	size_t i, count;
	bool ok;

	if (!take_array(object, "signed_by", ANSWER_SIGNERS_MAX, &array,
	    &count, why))
		return false;
	for (i = 0; i < count; i++) {
		signer.zone = NULL;
		if (!take_item(array, "signed_by", i, &item, why))
			return false;
		ok = inside_item(read_signer(item, &signer, why), "signed_by",
		    i, why);
		if (!ok || answer == NULL) {
			free(signer.zone);
			if (!ok)
				return false;
			continue;
		}
		answer->signers = memory_grow(answer->signers,
		    answer->signer_count, sizeof(signer));
		answer->signers[answer->signer_count++] = signer;
	}
	return true;
}

/* --- the addresses of a host */

/* As they are listed, in one answer of each family. */
static bool
read_address_list(const json_t *object, struct answer *a, struct answer *aaaa,
    char **why)
{
	struct address address;
	const json_t *array;
	const char *text;
	size_t i, count;

	if (!take_array(object, "list", ADDRESSES_MAX, &array, &count, why))
		return false;
	for (i = 0; i < count; i++) {
		text = json_string_value(json_array_get(array, i));
		if (text == NULL || !address_from_text(&address, text, 0)) {
			*why = memory_format("list[%zu]: not an address", i);
			return false;
		}
		if (address.family == AF_INET)
			add_record(a, address.octets, 4);
		else
			add_record(aaaa, address.octets, 16);
	}
	return true;
}

/*
 * A family without addresses has no usable answer; if the status of both is
 * failed, the answer did not come in time.
 */
static void
lose_family(struct answer **answer, enum dnssec_status status)
{
	struct answer *lost = NULL;

	if ((*answer)->kind == ANSWER_RECORDS)
		return;
	if (status != DNSSEC_FAILED)
		lost = answer_of((*answer)->owner, (*answer)->type,
		    status == DNSSEC_BOGUS ? DNSSEC_BOGUS : DNSSEC_FAILED);
	answer_free(*answer);
	*answer = lost;
}

/*
 * Makes the answers of a host such that they have the status that was reported,
 * one for both families and for an alias. FAULTY: something was wrong with one
 * of them, but not which.
 */
static void
settle_families(struct host_evidence *host, enum dnssec_status status,
    bool faulty)
{
	const bool unusable = status == DNSSEC_FAILED ||
	    status == DNSSEC_BOGUS;

	if (!unusable && !faulty)
		return;
	if (host->a->kind == ANSWER_RECORDS &&
	    host->aaaa->kind == ANSWER_RECORDS) {
		/* Then it was the alias. */
		if (!unusable)
			return;
		host->a->dnssec = host->aaaa->dnssec = DNSSEC_INSECURE;
		host->a->aliased = true;
		host->cname = answer_of(host->name, DNS_CNAME, status);
		return;
	}
	lose_family(&host->a, status);
	lose_family(&host->aaaa, status);
}

static bool
read_addresses(const json_t *object, struct host_evidence *host, char **why)
{
	enum dnssec_status status;
	char *fault;
	bool asked;

	if (!take_status(object, &status, &asked, why) ||
	    !take_text(object, "why", &fault, why))
		return false;
	host->asked = asked;
	host->a = answer_with(host->name, DNS_A, status);
	host->aaaa = answer_with(host->name, DNS_AAAA, status);
	if (!read_address_list(object, host->a, host->aaaa, why) ||
	    !read_signers(object, host->a, why)) {
		free(fault);
		return false;
	}
	settle_families(host, asked ? status : DNSSEC_FAILED, fault != NULL);
	free(fault);
	return true;
}

/* --- its TLSA records */

static bool
take_data(const json_t *object, struct tlsa *record, char **why)
{
	const json_t *value;
	const char *text;

	if (!need_value(object, "data", JSON_STRING, &value, why))
		return false;
	text = json_string_value(value);
	record->size = strlen(text) / 2;
	if (record->size > DATA_MAX)
		return wrong(why, "data", "too long");
	record->data = memory_new(record->size + 1, 1);
	return read_hex(text, record->data, record->size) ||
	    wrong(why, "data", "not hexadecimal digits of octets");
}

static bool
read_record(const json_t *object, struct tlsa *record, char **why)
{
	unsigned int usage, selector, matching_type;

	if (!take_number(object, "usage", UINT8_MAX, &usage, why) ||
	    !take_number(object, "selector", UINT8_MAX, &selector, why) ||
	    !take_number(object, "matching_type", UINT8_MAX, &matching_type,
	    why) || !take_flag(object, "usable", &record->usable, why) ||
	    !take_text(object, "why", &record->why, why))
		return false;
	record->usage = (uint8_t)usage;
	record->selector = (uint8_t)selector;
	record->matching_type = (uint8_t)matching_type;
	return take_data(object, record, why);
}

/* Whether they can be used is taken from the report: nothing is decoded. */
static bool
read_records(const json_t *object, struct tlsa_set *set, char **why)
{
	const json_t *array, *item;
	struct tlsa *record;
	size_t i, count;

	if (!take_array(object, "records", ANSWER_RECORDS_MAX, &array, &count,
	    why))
		return false;
	for (i = 0; i < count; i++) {
		if (!take_item(array, "records", i, &item, why))
			return false;
		set->records = memory_grow(set->records, set->count,
		    sizeof(*record));
		record = &set->records[set->count++];
		record->duplicate_of = i;
		if (!inside_item(read_record(item, record, why), "records", i,
		    why))
			return false;
	}
	return true;
}

static bool
read_tlsa(const json_t *object, struct host_evidence *host, char **why)
{
	struct tlsa_set *records = &host->judged.records;
	enum dnssec_status status;
	struct answer *answer;
	char *owner;
	bool asked;

	if (!take_status(object, &status, &asked, why) ||
	    !take_text(object, "owner", &owner, why))
		return false;
	if (asked) {
		answer = answer_of(owner != NULL ? owner : host->name,
		    DNS_TLSA, status);
		host->tlsa[0] = answer;
		host->judged.tlsa = answer;
	}
	free(owner);
	if (!read_records(object, records, why) ||
	    !read_signers(object, host->tlsa[0], why))
		return false;
	if (records->count > 0 && asked &&
	    host->tlsa[0]->kind != ANSWER_UNUSABLE) {
		host->tlsa[0]->kind = ANSWER_RECORDS;
		host->tlsa[0]->truncated =
		    records->count == ANSWER_RECORDS_MAX;
	}
	return true;
}

/* --- what its servers presented */

static bool
read_certificate(const json_t *object, struct certificate *certificate,
    char **why)
{
	return take_text(object, "subject", &certificate->subject, why) &&
	    take_text(object, "issuer", &certificate->issuer, why) &&
	    take_time(object, "not_before", &certificate->not_before, why) &&
	    take_time(object, "not_after", &certificate->not_after, why) &&
	    take_digest(object, "cert_sha256", certificate->cert_sha256,
	    why) &&
	    take_digest(object, "spki_sha256", certificate->spki_sha256, why);
}

/* Of the certificates, only the server's own is compared. */
static bool
read_chain(const json_t *object, struct chain *chain, char **why)
{
	const json_t *array, *item;
	size_t count;

	if (!take_array(object, "chain", CHAIN_MAX, &array, &count, why))
		return false;
	if (count == 0)
		return wrong(why, "chain", "empty or missing");
	if (!take_item(array, "chain", 0, &item, why))
		return false;
	chain->certificates = memory_new(1, sizeof(*chain->certificates));
	chain->count = 1;
	return inside_item(read_certificate(item, chain->certificates, why),
	    "chain", 0, why);
}

/* 0: not known. */
static uint16_t
version_of(const char *protocol)
{
	static const struct {
		const char	*name;		/* static */
		uint16_t	 version;
	} versions[] = {
		{ "TLSv1", 0x0301 },
		{ "TLSv1.1", 0x0302 },
		{ "TLSv1.2", TLS_1_2 },
		{ "TLSv1.3", TLS_1_3 },
	};
	size_t i;

	for (i = 0; protocol != NULL &&
	    i < sizeof(versions) / sizeof(versions[0]); i++) {
		if (strcmp(versions[i].name, protocol) == 0)
			return versions[i].version;
	}
	return 0;
}

static bool
read_handshake(const json_t *object, struct handshake_evidence *handshake,
    char **why)
{
	struct handshake *seen = memory_new(1, sizeof(*seen));
	unsigned int key_type;

	handshake->seen = seen;
	seen->chain = memory_new(1, sizeof(*seen->chain));
	if (!take_word(object, "key_type", &key_type_words, &key_type, why) ||
	    !take_text(object, "protocol", &seen->protocol, why) ||
	    !take_text(object, "cipher", &seen->cipher, why) ||
	    !take_verdict(object, &handshake->judged.verdict, why) ||
	    !read_chain(object, seen->chain, why))
		return false;
	if (key_type == key_type_words.count)
		return wrong(why, "key_type", "missing");
	seen->key_type = (enum key_type)key_type;
	seen->chain->certificates[0].key_type = seen->key_type;
	seen->version = version_of(seen->protocol);
	return true;
}

static bool
read_handshakes(const json_t *object, struct endpoint_evidence *endpoint,
    char **why)
{
	const json_t *array, *item;
	size_t i, count;

	if (!take_array(object, "handshakes", HANDSHAKES_MAX, &array, &count,
	    why))
		return false;
	for (i = 0; i < count; i++) {
		if (!take_item(array, "handshakes", i, &item, why))
			return false;
		endpoint->handshakes = memory_grow(endpoint->handshakes,
		    endpoint->handshake_count, sizeof(*endpoint->handshakes));
		endpoint->handshake_count++;
		if (!inside_item(read_handshake(item, &endpoint->handshakes[i],
		    why), "handshakes", i, why))
			return false;
	}
	return true;
}

static bool
read_endpoint(const json_t *object, struct endpoint_evidence *endpoint,
    char **why)
{
	const json_t *address;
	unsigned int port, stage;

	if (!need_value(object, "address", JSON_STRING, &address, why) ||
	    !take_number(object, "port", UINT16_MAX, &port, why) ||
	    !take_verdict(object, &endpoint->judged.verdict, why) ||
	    !take_word(object, "stage", &stage_words, &stage, why) ||
	    !take_text(object, "error", &endpoint->error, why))
		return false;
	if (!address_from_text(&endpoint->address, json_string_value(address),
	    (uint16_t)port))
		return wrong(why, "address", "not an address");
	endpoint->stage = stage < stage_words.count ?
	    (enum session_stage)stage : STAGE_CONNECT;
	endpoint->outcome = endpoint->stage == STAGE_DONE ? OUTCOME_DONE :
	    OUTCOME_UNTRIED;
	return read_handshakes(object, endpoint, why);
}

static bool
read_endpoints(const json_t *object, struct host_evidence *host, char **why)
{
	const json_t *array, *item;
	size_t i, count;

	if (!take_array(object, "endpoints", ADDRESSES_MAX, &array, &count,
	    why))
		return false;
	host->endpoints = memory_new(count, sizeof(*host->endpoints));
	for (i = 0; i < count; i++) {
		if (!take_item(array, "endpoints", i, &item, why))
			return false;
		host->endpoint_count++;
		if (!inside_item(read_endpoint(item, &host->endpoints[i], why),
		    "endpoints", i, why))
			return false;
	}
	host->address_total = count;
	if (count > 0)
		host->port = host->endpoints[0].address.port;
	return true;
}

/* --- hosts */

/* An object in an object; an empty one if it is missing. */
static bool
take_object(const json_t *object, const char *key, const json_t *empty,
    const json_t **value, char **why)
{
	if (!take_value(object, key, JSON_OBJECT, value, why))
		return false;
	if (*value == NULL)
		*value = empty;
	return true;
}

static bool
read_host_parts(const json_t *object, struct host_evidence *host,
    const json_t *empty, char **why)
{
	const json_t *addresses, *tlsa;

	return take_object(object, "addresses", empty, &addresses, why) &&
	    inside(read_addresses(addresses, host, why), "addresses", why) &&
	    take_object(object, "tlsa", empty, &tlsa, why) &&
	    inside(read_tlsa(tlsa, host, why), "tlsa", why) &&
	    read_endpoints(object, host, why);
}

static bool
read_host(const json_t *object, struct host_evidence *host, char **why)
{
	unsigned int preference;
	json_t *empty;
	bool ok;

	if (!need_text(object, "name", &host->name, why) ||
	    !take_number(object, "preference", UINT16_MAX, &preference, why) ||
	    !take_verdict(object, &host->judged.verdict, why))
		return false;
	host->preference = (uint16_t)preference;
	host->port = 25;
	empty = json_object();
	if (empty == NULL)
		abort();
	ok = read_host_parts(object, host, empty, why);
	json_decref(empty);
	return ok;
}

/* There are no two of one name: each has its place in a comparison. */
static bool
is_repeated(const struct evidence *evidence, const struct host_evidence *host)
{
	const struct host_evidence *other;

	for (other = evidence->hosts; other < host; other++) {
		if (name_equal(other->name, host->name))
			return true;
	}
	return false;
}

static bool
read_hosts(const json_t *object, struct evidence *evidence, char **why)
{
	const json_t *array, *item;
	struct host_evidence *host;
	size_t i, count;
	bool ok;

	if (!take_array(object, "hosts", EVIDENCE_HOSTS_MAX, &array, &count,
	    why))
		return false;
	evidence->hosts = memory_new(count, sizeof(*evidence->hosts));
	for (i = 0; i < count; i++) {
		if (!take_item(array, "hosts", i, &item, why))
			return false;
		host = &evidence->hosts[i];
		evidence->host_count++;
		ok = read_host(item, host, why);
		if (ok && is_repeated(evidence, host))
			ok = wrong(why, "name", "of another host as well");
		if (!inside_item(ok, "hosts", i, why))
			return false;
	}
	/* As many as are looked at: there may have been more. */
	evidence->host_total = count + (count == EVIDENCE_HOSTS_MAX);
	return true;
}

/* --- the domain */

static void
add_mx_record(struct answer *mx, const char *name, uint16_t preference)
{
	struct answer_record *record = add_record(mx, "", 0);

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

	if (!take_status(object, &status, &asked, why) ||
	    !take_flag(object, "null_mx", &null_mx, why) ||
	    !take_flag(object, "implicit", &implicit, why))
		return false;
	if (asked) {
		evidence->mx = answer_of(evidence->domain, DNS_MX, status);
		take_mx_hosts(evidence, null_mx, implicit);
	} else {
		evidence->host_mode = evidence->host_count > 0;
	}
	return read_signers(object, evidence->mx, why);
}

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
	const json_t *code, *host, *place;
	struct address address;
	const char *name;

	if (!need_value(object, "code", JSON_STRING, &code, why) ||
	    !take_value(object, "host", JSON_STRING, &host, why) ||
	    !take_value(object, "address", JSON_STRING, &place, why))
		return false;
	name = json_string_value(code);
	if (has_code(name, FINDING_RESOLVER_UNREACHABLE))
		evidence->health = RESOLVER_NO_ANSWER;
	else if (has_code(name, FINDING_TRUST_ANCHOR_MISMATCH))
		evidence->health = RESOLVER_BAD_ANCHOR;
	else if (has_code(name, FINDING_KEY_TYPES_UNTRIED) && host != NULL &&
	    place != NULL && address_from_text(&address,
	    json_string_value(place), 0))
		mark_untried(evidence, json_string_value(host), &address);
	return true;
}

static bool
read_findings(const json_t *object, struct evidence *evidence, char **why)
{
	const json_t *array, *item;
	size_t i, count;

	evidence->health = RESOLVER_HEALTHY;
	if (!take_array(object, "findings", REPORT_JSON_READ_MAX, &array,
	    &count, why))
		return false;
	for (i = 0; i < count; i++) {
		if (!take_item(array, "findings", i, &item, why) ||
		    !inside_item(read_finding(item, evidence, why), "findings",
		    i, why))
			return false;
	}
	return true;
}

static bool
read_domain(const json_t *object, struct evidence *evidence, char **why)
{
	const json_t *value;

	if (!need_value(object, "verdict", JSON_STRING, &value, why) ||
	    !take_verdict(object, &evidence->judged.verdict, why) ||
	    !take_time(object, "checked_at", &evidence->checked_at, why) ||
	    !take_number(object, "elapsed_ms", UINT32_MAX,
	    &evidence->elapsed_ms, why) ||
	    !need_value(object, "hosts", JSON_ARRAY, &value, why) ||
	    !read_hosts(object, evidence, why) ||
	    !need_value(object, "mx", JSON_OBJECT, &value, why) ||
	    !inside(read_mx(value, evidence, why), "mx", why))
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
	if (!need_text(object, "domain", &domain, why))
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
