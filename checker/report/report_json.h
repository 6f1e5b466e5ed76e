/*
 * Parts of the JSON report, for other JSON (mxtlsa): keys as in mxdane(1).
 */
#ifndef CHECKER_REPORT_REPORT_JSON_H
#define CHECKER_REPORT_REPORT_JSON_H

#include <stddef.h>

struct evidence;
struct finding_list;
struct json_put;
struct match_result;
struct tlsa_set;

/* Write arrays, with an object for each record, result or finding. */
void	report_json_records(struct json_put *json, const char *key,
	    const struct tlsa_set *set);
void	report_json_matches(struct json_put *json, const char *key,
	    const struct match_result *matches, size_t count);
void	report_json_findings(struct json_put *json, const char *key,
	    const struct finding_list *findings);

/* The member "tool". */
void	report_json_tool(struct json_put *json,
	    const struct evidence *evidence);

/* The members "zones" and "servers". */
void	report_json_zones(struct json_put *json,
	    const struct evidence *evidence);
void	report_json_servers(struct json_put *json,
	    const struct evidence *evidence);

#endif
