/*
 * The hosts that share an RRset of TLSA records, since aliases lead there or it
 * is a wildcard's: what is published in it, or removed, is so for all of them.
 */
#ifndef CHECKER_JUDGE_SHARED_RRSET_H
#define CHECKER_JUDGE_SHARED_RRSET_H

#include "checker/evidence/evidence.h"

/*
 * The I-th host of the domain whose records are, or belong, where those of HOST
 * do, itself included. Borrowed; NULL past the last.
 */
const struct host_evidence *shared_rrset_host(const struct evidence *evidence,
	    const struct host_evidence *host, size_t i);

/*
 * Whether all that those hosts present was seen: each key type at each of their
 * addresses. So a record that matches none of it is in use nowhere there.
 */
bool	shared_rrset_is_seen(const struct evidence *evidence,
	    const struct host_evidence *host);

/*
 * Whether record I of the host is, by its data, of nothing that any of them
 * presents: only then is it fit to be removed.
 */
bool	shared_rrset_is_stale(const struct evidence *evidence,
	    const struct host_evidence *host, size_t i);

#endif
