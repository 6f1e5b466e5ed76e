/*
 * Parts of the JSON report, for other JSON (mxtlsa): keys as in mxdane(1). Each
 * value that is returned is owned by the caller.
 */
#ifndef CHECKER_REPORT_REPORT_JSON_H
#define CHECKER_REPORT_REPORT_JSON_H

#include <stddef.h>
#include <stdio.h>

struct finding_list;
struct json_t;
struct match_result;
struct tlsa_set;

/* Arrays, with an object for each record, result or finding. */
struct json_t	*report_json_records(const struct tlsa_set *set);
struct json_t	*report_json_matches(const struct match_result *matches,
		    size_t count);
struct json_t	*report_json_findings(const struct finding_list *findings);
/* A string, made valid UTF-8; null for NULL. */
struct json_t	*report_json_text(const char *text);
/* Writes VALUE on one line, and releases it. */
void		 report_json_print(FILE *out, struct json_t *value);

#endif
