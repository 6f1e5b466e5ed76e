/*
 * What the name servers said themselves about a zone that does not validate:
 * whether they gave nothing out, or what is wrong with what they gave.
 */
#ifndef CHECKER_JUDGE_TRUST_HEARD_H
#define CHECKER_JUDGE_TRUST_HEARD_H

#include "checker/judge/trust_fault.h"
#include "resolver/rrsig.h"

/*
 * Each sets where the chain breaks, and why. Where no server was asked about a
 * zone, the validator's own reason is used.
 */

/* Of the zone's DNSKEY RRset, whose DS records are secure. */
void	trust_heard_keys(const struct zone_evidence *zone,
	    struct trust_fault *fault);
/* Of the zone's DS records, for which the parent's servers were asked. */
void	trust_heard_ds(const struct evidence *evidence,
	    const struct zone_evidence *zone, struct trust_fault *fault);
/*
 * Of an answer, bogus or failed, out of a zone that validates. That servers
 * give no usable answer breaks no zone, and is told in the reason alone; where
 * none was asked nothing is set.
 */
void	trust_heard_answer(const struct zone_evidence *zone,
	    const struct answer *answer, struct trust_fault *fault);

/*
 * What is wrong with what one server said, a usable answer: its signatures, by
 * the KEYS of the zone, or its proof of an absence. Owned by the caller,
 * printable; NULL: nothing that is known.
 */
char	*trust_heard_flaw(const struct answer *answer,
	    const struct rrsig_keys *keys);

/*
 * The end of the alias at the answer's owner: as validated, or as a server has
 * said. Borrowed; the owner itself: there is none, or it is not known.
 */
const char *trust_heard_end(const struct evidence *evidence,
	    const struct answer *answer);

/* What the first server said that has such records. Borrowed; NULL: none. */
const struct answer *trust_heard_records(const struct zone_evidence *zone,
	    const char *owner, enum dns_type type);

#endif
