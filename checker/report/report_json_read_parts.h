/*
 * The parts of report_json_read(): report_json_read.c has the domain, its MX
 * records and findings; report_json_read_host.c the hosts;
 * report_json_read_answer.c what both need for an answer of the DNS. Those that
 * read return false for what is wrong, as those of json_take.h do.
 */
#ifndef CHECKER_REPORT_REPORT_JSON_READ_PARTS_H
#define CHECKER_REPORT_REPORT_JSON_READ_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "checker/evidence/evidence.h"

struct json_t;

/* Adds the MX hosts of a report to EVIDENCE, which has none. */
bool		 report_json_read_hosts(const struct json_t *object,
		    struct evidence *evidence, char **why);

/* VERDICT_ABSENT: null, as of parts that take none. */
bool		 report_json_read_verdict(const struct json_t *object,
		    enum verdict *verdict, char **why);
/* *ASKED false: there is no status, since nothing was asked. */
bool		 report_json_read_status(const struct json_t *object,
		    enum dnssec_status *status, bool *asked, char **why);
/*
 * Adds the signers of an answer; ANSWER may be NULL: then they are read and
 * forgotten.
 */
bool		 report_json_read_signers(const struct json_t *object,
		    struct answer *answer, char **why);

/*
 * An answer without records, owned by the caller: unusable if STATUS is, or
 * usable whatever it is.
 */
struct answer	*report_json_answer(const char *owner, enum dns_type type,
		    enum dnssec_status status);
struct answer	*report_json_answer_usable(const char *owner,
		    enum dns_type type, enum dnssec_status status);
/* Adds a record; its data is copied. Borrowed until the next is added. */
struct answer_record *report_json_answer_add(struct answer *answer,
		    const void *data, size_t size);

#endif
