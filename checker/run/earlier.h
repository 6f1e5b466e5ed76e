/*
 * An earlier run to compare with (--since): a file of records, or of JSON
 * reports, one a line. The parent finds a domain in it by name and hands its
 * octets to a worker, which alone looks into them.
 */
#ifndef CHECKER_RUN_EARLIER_H
#define CHECKER_RUN_EARLIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct earlier;
struct evidence;

/*
 * Opens FILE, and finds out which domains are in it; of one that is there more
 * than once, the last counts. NULL: *WHY (owned by the caller, printable) names
 * the file.
 */
struct earlier	*earlier_open(const char *file, char **why);
/* NULL is fine. */
void		 earlier_close(struct earlier *earlier);

/*
 * What the file has of DOMAIN, for earlier_decode, owned by the caller. NULL:
 * it cannot be read any more, and *WHY as above.
 */
uint8_t		*earlier_find(const struct earlier *earlier,
		    const char *domain, size_t *size, char **why);

/*
 * Makes evidence of that: *EVIDENCE is owned by the caller, NULL: the earlier
 * run did not have the domain. *JUDGED: it has its verdicts, but no more of the
 * facts than a comparison needs. False: *WHY (owned, printable).
 */
bool		 earlier_decode(const uint8_t *octets, size_t size,
		    struct evidence **evidence, bool *judged, char **why);

#endif
