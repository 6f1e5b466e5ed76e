/*
 * Where a report comes from: when, by what, how and from which addresses the
 * evidence was gathered.
 */
#ifndef CHECKER_REPORT_PROVENANCE_H
#define CHECKER_REPORT_PROVENANCE_H

#include <stddef.h>

struct address;
struct evidence;

/*
 * Fills in *SOURCES (owned by the caller) with the addresses of our own that
 * servers were connected to from, and those that the user chose for that and
 * for questions (--source), each once, sorted. Returns how many.
 */
size_t	 provenance_sources(const struct evidence *evidence,
	    struct address **sources);

/*
 * "checked 2026-01-31T12:00:05Z by mxdane 0.1.0 (DNSSEC from the root,
 * libunbound 1.17.1, OpenSSL 3.0.17 1 Jul 2025) with --dns-only, from
 * 192.0.2.7": as far as it is known. Owned by the caller.
 */
char	*provenance_text(const struct evidence *evidence);

#endif
