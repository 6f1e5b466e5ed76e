/*
 * The JSON report of an earlier run as evidence again, as far as it can be
 * compared with that of another run (--since).
 */
#ifndef CHECKER_REPORT_REPORT_JSON_READ_H
#define CHECKER_REPORT_REPORT_JSON_READ_H

#include <stddef.h>

struct evidence;

/* Octets of a report that is read. */
#define REPORT_JSON_READ_MAX	(32u << 20)

/*
 * Reads one object, SIZE octets, as --format json writes it; keys that are
 * missing are as null, so that reports of older versions can be read. It may be
 * a stranger's file: it is bounded as evidence is, and text that could not be
 * printed is made visible.
 *
 * The tree is partial: the domain, when it was checked, verdicts; MX hosts,
 * addresses and TLSA records with their DNSSEC status and the keys that signed
 * them; of handshakes the key type, the version and the leaf, without its DER;
 * no findings. What a report does not tell counts as not looked at. Owned by
 * the caller. NULL: *WHY (owned by the caller) names the key and what is wrong
 * with it, "hosts[0].tlsa.records: not an array", in printable text.
 */
struct evidence	*report_json_read(const char *text, size_t size, char **why);

#endif
