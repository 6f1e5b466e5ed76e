#include <jansson.h>
#include <stdlib.h>

#include "checker/report/json_take.h"
#include "checker/report/report_json_read_parts.h"
#include "resolver/memory.h"

/* --- verdicts and DNSSEC status */

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

static const struct json_words verdict_words = {
	verdict_word, VERDICT_ABSENT,
};
static const struct json_words status_words = {
	status_word, DNSSEC_SECURE + 1,
};

bool
report_json_read_verdict(const json_t *object, enum verdict *verdict,
    char **why)
{
	unsigned int index;

	if (!json_take_word(object, "verdict", &verdict_words, &index, why))
		return false;
	*verdict = (enum verdict)index;
	return true;
}

bool
report_json_read_status(const json_t *object, enum dnssec_status *status,
    bool *asked, char **why)
{
	unsigned int index;

	if (!json_take_word(object, "dnssec", &status_words, &index, why))
		return false;
	*asked = index < status_words.count;
	*status = *asked ? (enum dnssec_status)index : DNSSEC_FAILED;
	return true;
}

/* --- answers */

struct answer *
report_json_answer_usable(const char *owner, enum dns_type type,
    enum dnssec_status status)
{
	struct answer *answer = memory_new(1, sizeof(*answer));

	answer->owner = memory_string(owner);
	answer->expanded = memory_string(owner);
	answer->type = type;
	answer->kind = ANSWER_NO_DATA;
	answer->dnssec = status;
	return answer;
}

struct answer *
report_json_answer(const char *owner, enum dns_type type,
    enum dnssec_status status)
{
	struct answer *answer;

	if (status != DNSSEC_FAILED && status != DNSSEC_BOGUS)
		return report_json_answer_usable(owner, type, status);
	answer = answer_failed(owner, type, "as reported earlier");
	answer->dnssec = status;
	return answer;
}

struct answer_record *
report_json_answer_add(struct answer *answer, const void *data, size_t size)
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

	if (!json_take_present(item, "zone", why) ||
	    !json_take_text(item, "zone", &signer->zone, why) ||
	    !json_take_number(item, "algorithm", UINT8_MAX, &algorithm, why) ||
	    !json_take_number(item, "key_tag", UINT16_MAX, &key_tag, why))
		return false;
	signer->algorithm = (uint8_t)algorithm;
	signer->key_tag = (uint16_t)key_tag;
	return true;
}

bool
report_json_read_signers(const json_t *object, struct answer *answer,
    char **why)
{
	struct answer_signer signer;
	const json_t *array, *item;
	size_t i, count;
	bool ok;

	if (!json_take_array(object, "signed_by", ANSWER_SIGNERS_MAX, &array,
	    &count, why))
		return false;
	for (i = 0; i < count; i++) {
		signer.zone = NULL;
		if (!json_take_item(array, "signed_by", i, &item, why))
			return false;
		ok = json_take_inside_item(read_signer(item, &signer, why),
		    "signed_by", i, why);
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
