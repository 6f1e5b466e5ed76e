/*
 * How far the DNS says that DANE applies to a host (RFC 7672 2.2):
 * pure, of the answers so far. The gathering asks it what to do next and the
 * judge what it means, so that what is looked up and what is judged are one
 * rule.
 */
#ifndef CHECKER_EVIDENCE_HOST_DNS_H
#define CHECKER_EVIDENCE_HOST_DNS_H

#include "checker/evidence/evidence.h"

enum host_dns {
	HOST_DNS_PENDING,		/* an answer is still to come */
	HOST_DNS_NOT_ASKED,		/* an address in letters, or "." */
	HOST_DNS_ADDRESS_BOGUS,
	HOST_DNS_ADDRESS_FAILED,	/* no family has an answer */
	HOST_DNS_MISSING,		/* proved to have no address */
	HOST_DNS_MISSING_INSECURE,	/* said to have none, unsigned */
	HOST_DNS_ALIAS_UNKNOWN,		/* CNAME must be asked for */
	HOST_DNS_ADDRESS_INSECURE,
	HOST_DNS_TLSA_UNKNOWN,		/* TLSA must be asked for */
	HOST_DNS_TLSA_BOGUS,
	HOST_DNS_TLSA_FAILED,
	HOST_DNS_TLSA_INSECURE,
	HOST_DNS_TLSA_NONE,
	HOST_DNS_DANE,			/* secure TLSA records: DANE applies */
};

enum host_dns	 host_dns_state(const struct host_evidence *host);
/* The same, with the index of the TLSA answer that decides in *USED. */
enum host_dns	 host_dns_find(const struct host_evidence *host, size_t *used);

/* What that alone decides. VERDICT_PASS: nothing yet, the endpoints do. */
enum verdict	 host_dns_verdict(enum host_dns state);

/* Whether the DNS has said what TLSA records count, or that none do. */
bool		 host_dns_is_known(const struct host_evidence *host);

/*
 * The I-th base domain of a host whose addresses allow TLSA to be asked for
 * (RFC 7672 2.2.2): the expanded name when the alias chain is secure, then the
 * name itself; never one in between. Borrowed; NULL past the last.
 */
const char	*host_dns_base_domain(const struct host_evidence *host,
		    size_t i);

/*
 * The name for SNI (RFC 7672 8.1): the base domain whose TLSA records count,
 * the host's own where none do. Borrowed.
 */
const char	*host_dns_server_name(const struct host_evidence *host);

/*
 * The DNSSEC status of the host's addresses: that of the best family, or of
 * what keeps TLSA from being asked for.
 */
enum dnssec_status host_dns_address_status(const struct host_evidence *host);

#endif
