#include "checker/run/resume.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checker/evidence/evidence.h"
#include "checker/report/report_json_read.h"
#include "checker/run/report_line.h"
#include "resolver/memory.h"
#include "resolver/text.h"

/*
 * A million domains are remembered by what nobody can make alike on purpose,
 * which takes a third of their names' room.
 */
#define DIGEST	16	/* octets of SHA-256 */

struct digest {
	uint8_t	octets[DIGEST];
};

struct resume {
	char		*file;		/* owned, printable */
	FILE		*stream;	/* owned; its lock is the file's */
	struct digest	*domains;	/* owned; sorted */
	size_t		 count;
	int		 status;
};

static struct digest
digest(const char *domain)
{
	uint8_t whole[SHA256_DIGEST_LENGTH];
	struct digest short_one;

	SHA256((const uint8_t *)domain, strlen(domain), whole);
	memcpy(short_one.octets, whole, DIGEST);
	return short_one;
}

static int
compare(const void *a, const void *b)
{
	return memcmp(a, b, DIGEST);
}

static char *
fault(const struct resume *resume, const char *what)
{
	return memory_format("%s: %s", resume->file, what);
}

/* Takes what a line says. False: *WHAT (owned) is wrong with it. */
static bool
take_line(struct resume *resume, const struct report_line *line, char **what)
{
	struct evidence *report = report_json_read(line->octets, line->size,
	    what);

	if (report == NULL)
		return false;
	resume->domains = memory_grow(resume->domains, resume->count,
	    sizeof(*resume->domains));
	resume->domains[resume->count++] = digest(report->domain);
	resume->status = verdict_worse_status(resume->status,
	    evidence_exit_status(report));
	evidence_free(report);
	return true;
}

/* Takes all whole lines; *WHOLE: octets of them. False: *WHY (owned). */
static bool
take_lines(struct resume *resume, off_t *whole, char **why)
{
	struct report_line line = { NULL, 0, 0 };
	size_t number = 0;
	bool good = true;
	char *what;

	*whole = 0;
	while (good && report_line_read(resume->stream, '\n', &line)) {
		number++;
		if (line.octets[line.size - 1] != '\n' &&
		    line.size <= REPORT_JSON_READ_MAX)
			break;
		*whole += (off_t)line.size;
		good = report_line_is_blank(&line) ||
		    take_line(resume, &line, &what);
	}
	if (!good) {
		*why = memory_format("%s, line %zu: it is no report in JSON, "
		    "and nothing is added to it: %s", resume->file, number,
		    what);
		free(what);
	} else if (ferror(resume->stream)) {
		*why = fault(resume, strerror(errno));
		good = false;
	}
	free(line.octets);
	return good;
}

/* Opens the file, for this run alone. False: *WHY (owned). */
static bool
open_file(struct resume *resume, const char *file, char **why)
{
	struct stat status;
	int fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0666);

	if (fd == -1) {
		*why = fault(resume, strerror(errno));
		return false;
	}
	resume->stream = fdopen(fd, "r+");
	if (resume->stream == NULL)
		abort();
	if (fstat(fd, &status) == -1 || !S_ISREG(status.st_mode))
		*why = fault(resume, "it is not a file that can be added to");
	else if (flock(fd, LOCK_EX | LOCK_NB) == -1)
		*why = fault(resume, errno == EWOULDBLOCK ?
		    "another process is adding to it" : strerror(errno));
	else
		return true;
	return false;
}

static bool
read_file(struct resume *resume, const char *file, char **why)
{
	off_t whole;

	if (!open_file(resume, file, why) ||
	    !take_lines(resume, &whole, why))
		return false;
	if (ftruncate(fileno(resume->stream), whole) == -1) {
		*why = fault(resume, strerror(errno));
		return false;
	}
	if (resume->count > 0)
		qsort(resume->domains, resume->count,
		    sizeof(*resume->domains), compare);
	return true;
}

struct resume *
resume_open(const char *file, char **why)
{
	struct resume *resume = memory_new(1, sizeof(*resume));

	resume->file = text_printable(file, strlen(file));
	if (read_file(resume, file, why))
		return resume;
	resume_close(resume);
	return NULL;
}

void
resume_close(struct resume *resume)
{
	if (resume == NULL)
		return;
	if (resume->stream != NULL)
		fclose(resume->stream);
	free(resume->domains);
	free(resume->file);
	free(resume);
}

bool
resume_has(const struct resume *resume, const char *domain)
{
	const struct digest wanted = digest(domain);

	return resume->count > 0 && bsearch(&wanted, resume->domains,
	    resume->count, sizeof(wanted), compare) != NULL;
}

size_t
resume_count(const struct resume *resume)
{
	return resume->count;
}

int
resume_status(const struct resume *resume)
{
	return resume->status;
}
