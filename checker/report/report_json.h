/*
 * The JSON of parts of a report, for whoever writes JSON: shapes and keys as in
 * mxdane(1). Every value is new and the caller's.
 */
#ifndef CHECKER_REPORT_REPORT_JSON_H
#define CHECKER_REPORT_REPORT_JSON_H

#include <stddef.h>
#include <stdio.h>

struct finding_list;
struct json_t;
struct match_result;
struct tlsa_set;

/* Arrays of records, of matches (COUNT of them), and of findings. */
struct json_t	*report_json_records(const struct tlsa_set *set);
struct json_t	*report_json_matches(const struct match_result *matches,
		    size_t count);
struct json_t	*report_json_findings(const struct finding_list *findings);
/* A string; TEXT NULL is null. */
struct json_t	*report_json_text(const char *text);
/* Writes VALUE, which is consumed, in one line. */
void		 report_json_print(FILE *out, struct json_t *value);

#endif
