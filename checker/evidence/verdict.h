/*
 * Verdicts, from the point of view of a sender that enforces RFC 7672, and how
 * the verdict of the whole follows from those of its parts.
 */
#ifndef CHECKER_EVIDENCE_VERDICT_H
#define CHECKER_EVIDENCE_VERDICT_H

#include <stddef.h>

enum verdict {
	VERDICT_UNKNOWN,	/* DANE may apply, but could not be tried */
	VERDICT_FAIL,		/* an established fault: mail is delayed */
	VERDICT_NONE,		/* DANE does not apply: established */
	VERDICT_PARTIAL,	/* some hosts pass, others are none */
	VERDICT_PASS,		/* authenticated everywhere it was tried */
	VERDICT_ABSENT,		/* not counted; null in JSON */
};

struct verdict_count {
	size_t	of[VERDICT_ABSENT + 1];
};

/*
 * The verdicts of the parts are counted, then summed up by the first rule that
 * fits: any fail -> fail; any unknown -> unknown; all pass -> pass; pass and
 * none -> partial; else none. Absent parts do not count; EMPTY where no
 * part does.
 */
void		 verdict_add(struct verdict_count *count,
		    enum verdict verdict);
enum verdict	 verdict_sum(const struct verdict_count *count,
		    enum verdict empty);

/* VERDICT lowered to CAP: fail, or unknown where VERDICT is not fail. */
enum verdict	 verdict_cap(enum verdict verdict, enum verdict cap);

/* "pass"; NULL for VERDICT_ABSENT. */
const char	*verdict_name(enum verdict verdict);

/* Exit status of mxdane: 0 pass, 1 fail, 2 none or partial, 3 unknown. */
int		 verdict_exit_status(enum verdict verdict);
/* An exit status in words: "pass", "none or partial". */
const char	*verdict_status_name(int status);
/* The worse of two exit statuses: 1, then 3, then 2, then 0. */
int		 verdict_worse_status(int a, int b);

#endif
