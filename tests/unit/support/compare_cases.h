/*
 * Two runs over one domain, and what changed between them.
 */
#ifndef TESTS_UNIT_SUPPORT_COMPARE_CASES_H
#define TESTS_UNIT_SUPPORT_COMPARE_CASES_H

#include <stdbool.h>
#include <stddef.h>

#include "checker/evidence/evidence.h"

/* What the domain's servers can present. All owned. */
struct compare_chains {
	struct chain	*first;
	struct chain	*renewed;	/* the same key and issuer */
	struct chain	*reissued;	/* the same key, another issuer */
	struct chain	*rekeyed;	/* the same issuer, another key */
	struct chain	*rsa;
};

/* Makes of the domain what it was, or has become. NULL: as it is. */
typedef void	compare_plant(struct evidence *evidence,
		    const struct compare_chains *chains);

struct compare_case {
	const char	*name;
	compare_plant	*before;
	compare_plant	*after;
	const char	*changes;	/* a line each, as by
					 * compare_cases_text */
	bool		 unreported;	/* the JSON report does not have it */
};

extern const struct compare_case compare_cases[];
extern const size_t compare_case_count;

void		 compare_chains_init(struct compare_chains *chains);
void		 compare_chains_clear(struct compare_chains *chains);

/*
 * example.org as planted, judged: two hosts with two addresses and with one,
 * where all servers present the first chain, and all keys have records. Owned
 * by the caller.
 */
struct evidence	*compare_cases_make(const struct compare_chains *chains,
		    compare_plant *plant);
/*
 * The changes of a comparison, in order: "tlsa mx1.example.org new 3 1 1 KEY";
 * with words in place of the digests of the chains. Owned by the caller.
 */
char		*compare_cases_text(const struct evidence *evidence,
		    const struct compare_chains *chains);

#endif
