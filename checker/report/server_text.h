/*
 * Name servers that were asked themselves (--authoritative), a line each, for
 * the text report.
 */
#ifndef CHECKER_REPORT_SERVER_TEXT_H
#define CHECKER_REPORT_SERVER_TEXT_H

#include <stddef.h>

struct evidence;

/*
 * "ns1.example.org [192.0.2.53] of example.org: 9 of 9 answers over UDP, 9 of 9
 * over TCP, serial 5". Owned by the caller, printable; NULL: the entry with
 * this index is told of with an earlier one, at the same address.
 */
char	*server_text(const struct evidence *evidence, size_t index);

#endif
