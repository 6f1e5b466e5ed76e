#include "tests/unit/support/scratch.h"

#include <stdlib.h>
#include <unistd.h>

#include "resolver/memory.h"

char *
scratch_file(const void *octets, size_t size)
{
	const char *folder = getenv("TMPDIR");
	char *path = memory_format("%s/mxdane-test-XXXXXX",
	    folder != NULL ? folder : "/tmp");
	int fd = mkstemp(path);

	if (fd == -1 || write(fd, octets, size) != (ssize_t)size)
		abort();
	close(fd);
	return path;
}
