/*
 * Files for the tests of what reads files.
 */
#ifndef TESTS_UNIT_SUPPORT_SCRATCH_H
#define TESTS_UNIT_SUPPORT_SCRATCH_H

#include <stddef.h>

/*
 * A file of its own with these octets. Its path is owned by the caller, who
 * removes the file.
 */
char	*scratch_file(const void *octets, size_t size);

#endif
