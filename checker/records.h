/*
 * TLSA records from a file: a zone file, or lines "3 1 1 60785a34...".
 */
#ifndef CHECKER_RECORDS_H
#define CHECKER_RECORDS_H

#include <stdbool.h>

#include "checker/tlsa.h"

/*
 * Reads FILE ("-": standard input). Taken are TLSA records in master file form
 * (RFC 1035 5; owner, TTL and class may be left out, parentheses span lines), as
 * TYPE52 (RFC 3597), and bare fields; ';' and '#' begin comments; other records are
 * passed over. False: *WHY (owned by the caller, printable) names file and line.
 */
bool	records_init(struct tlsa_set *set, const char *file, char **why);

#endif
