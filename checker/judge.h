/*
 * What the evidence means: the rules of RFC 7672 for a sender that enforces
 * DANE, as pure functions. No I/O, no clock, no globals; the same evidence gives
 * the same verdict, today or from a file.
 */
#ifndef CHECKER_JUDGE_H
#define CHECKER_JUDGE_H

#include <stdbool.h>
#include <time.h>

#include "checker/evidence.h"

struct authority_finder;
struct expectation;
struct material;

struct judge_options {
	time_t	when;		/* certificates and signatures are judged as of */
	double	warning_days;	/* what ends earlier is warned about; 0: nothing */
	double	critical_days;	/* what ends earlier fails; 0: nothing */
	const struct expectation *expectations;	/* borrowed; of TLSA records */
	size_t	expectation_count;
	const struct material	 *next;	/* borrowed; to be used after the present
					 * certificate */
	size_t	next_count;
	const struct authority_finder *authorities; /* borrowed; may be NULL */
};

/*
 * Judges the tree: fills in the members under "judged" of every level (what was
 * judged before is forgotten) and the findings, sorted.
 */
void	judge(struct evidence *evidence, const struct judge_options *options);

/*
 * The same for a single host whose records and reference names are known already,
 * without a DNS (mxtlsa --verify).
 */
void	judge_records(struct evidence *evidence,
	    const struct judge_options *options);

/*
 * How far the DNS says that DANE applies to a host. The gathering asks it what
 * to do next, so that what is looked up and what is judged are one rule.
 */
enum host_dns {
	HOST_DNS_PENDING,		/* an answer is still to come */
	HOST_DNS_NOT_ASKED,		/* an address in letters, or "." */
	HOST_DNS_ADDRESS_BOGUS,
	HOST_DNS_ADDRESS_FAILED,	/* neither family gave anything to go on with */
	HOST_DNS_MISSING,		/* proved to have no address */
	HOST_DNS_MISSING_INSECURE,	/* said to have none, unsigned */
	HOST_DNS_ALIAS_UNKNOWN,		/* the alias must be asked for (2.2.2) */
	HOST_DNS_ADDRESS_INSECURE,
	HOST_DNS_TLSA_UNKNOWN,		/* TLSA must be asked for at the next base domain */
	HOST_DNS_TLSA_BOGUS,
	HOST_DNS_TLSA_FAILED,
	HOST_DNS_TLSA_INSECURE,
	HOST_DNS_TLSA_NONE,
	HOST_DNS_DANE,			/* secure TLSA records: DANE applies */
};

enum host_dns judge_host_dns(const struct host_evidence *host);

/* What that alone decides. VERDICT_PASS: nothing yet, the endpoints do. */
enum verdict judge_state_verdict(enum host_dns state);

/*
 * The I-th base domain of a host whose addresses allow TLSA to be asked for
 * (RFC 7672 2.2.2): the expanded name when the alias chain is secure, then the
 * name itself; never one in between. Borrowed; NULL past the last.
 */
const char *judge_base_domain(const struct host_evidence *host, size_t i);

/*
 * The name for SNI (RFC 7672 8.1): the base domain whose TLSA records count,
 * the host's own where none do. Borrowed.
 */
const char *judge_server_name(const struct host_evidence *host);

#endif
