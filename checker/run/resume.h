/*
 * What an earlier run over the same list has written already (--resume): its
 * domains are passed over, and its file is added to.
 */
#ifndef CHECKER_RUN_RESUME_H
#define CHECKER_RUN_RESUME_H

#include <stdbool.h>
#include <stddef.h>

struct resume;

/*
 * Reads FILE, which has JSON reports, one a line; there need be none, nor the
 * file. A last line that is cut off, as by a crash, is removed from it. Until
 * resume_close no other process can resume the same file. NULL: *WHY (owned by
 * the caller, printable) names the file, which is as it was.
 */
struct resume	*resume_open(const char *file, char **why);
/* NULL is fine. */
void		 resume_close(struct resume *resume);

/* Whether the file has a report of DOMAIN (form of name.h). */
bool		 resume_has(const struct resume *resume, const char *domain);
/* Reports that it has. */
size_t		 resume_count(const struct resume *resume);
/* The worst exit status of these; 0 without any. */
int		 resume_status(const struct resume *resume);

#endif
