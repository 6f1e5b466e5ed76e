/*
 * What holds of every report, whatever it is about. All of it aborts where
 * something does not hold, as the fuzz targets want it.
 */
#ifndef TESTS_FUZZ_WRITTEN_H
#define TESTS_FUZZ_WRITTEN_H

#include <stddef.h>

struct evidence;

/*
 * Writes EVIDENCE in every format, with its summary, and as the plugin does, by
 * this verbosity; and checks that each is valid UTF-8 and of its format, and
 * that there is nothing in it which a terminal or the runner of a CI job obeys.
 * Returns all of it one after the other, owned by the caller: the same evidence
 * gives the same.
 */
char	*written_reports(const struct evidence *evidence, int verbosity);

/* The JSON report alone, unchecked. Owned by the caller. */
char	*written_json(const struct evidence *evidence);

/*
 * Checks that the verdict of judged evidence, the exit status, and what the
 * reports count agree.
 */
void	written_check_verdict(const struct evidence *evidence);

/* Checks that TEXT, of SIZE octets, is one well-formed XML document. */
void	written_check_xml(const char *text, size_t size);

#endif
