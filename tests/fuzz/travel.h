/*
 * Evidence on its way through a record, or from a worker.
 */
#ifndef TESTS_FUZZ_TRAVEL_H
#define TESTS_FUZZ_TRAVEL_H

#include "checker/evidence/recording.h"

struct evidence;
struct judge_options;

/*
 * Encodes and decodes; aborts if that fails, or if what was decoded would not
 * be encoded as it was. Owned by the caller.
 */
struct evidence	*travel(const struct evidence *evidence,
		    enum recording_view view);

/*
 * Checks of judged evidence that a writer makes the same of it when it comes
 * from a worker, and when it comes from a record and is judged again. WRITE's
 * result is owned by the caller.
 */
void	travel_check(const struct evidence *evidence,
	    const struct judge_options *options,
	    char *(*write)(const struct evidence *evidence));

#endif
