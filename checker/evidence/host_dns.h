/*
 * How far the DNS says that DANE applies to a host (RFC 7672 2.2), a pure
 * function of the answers so far. gather/ asks it what to look up next and
 * judge/ what that means, so that both follow one rule.
 */
#ifndef CHECKER_EVIDENCE_HOST_DNS_H
#define CHECKER_EVIDENCE_HOST_DNS_H

#include "checker/evidence/evidence.h"

/*
 * The state by the answers so far. DECIDING (may be NULL) is set to the index
 * of the TLSA answer that decides, 0 where none does.
 */
enum host_dns	 host_dns_state(const struct host_evidence *host,
		    size_t *deciding);

/*
 * Whether a mail server that NAME stands for can be asked for: not ".", nor an
 * address in letters; nor, where an MX record is what NAMED it, the name that
 * is each sender's own machine.
 */
bool		 host_dns_can_ask(const char *name, bool named);

/* The verdict that STATE decides. VERDICT_PASS: the endpoints decide. */
enum verdict	 host_dns_verdict(enum host_dns state);

/* Whether it is known which TLSA records count, or that none do. */
bool		 host_dns_is_known(enum host_dns state);

/*
 * The I-th base domain of a host whose addresses allow TLSA to be asked for
 * (RFC 7672 2.2.2): the expanded name when the alias chain is secure, then the
 * name itself; never one in between. Borrowed; NULL past the last.
 */
const char	*host_dns_base_domain(const struct host_evidence *host,
		    size_t i);

/*
 * The record that makes the host's name an alias, by itself: the name
 * (borrowed) and type to ask for. A secure DNAME record proves the CNAME record
 * that is made of it (RFC 6672 5.3.1), for which there is no signature of its
 * own.
 */
const char	*host_dns_alias(const struct host_evidence *host,
		    enum dns_type *type);

/*
 * The name for SNI (RFC 7672 8.1): the base domain whose TLSA records count, or
 * would if they were there, or secure; the host's own where there cannot be
 * such. Borrowed.
 */
const char	*host_dns_server_name(const struct host_evidence *host);

/*
 * The DNSSEC status of the host's addresses: that of the best family, or of
 * what keeps TLSA from being asked for.
 */
enum dnssec_status host_dns_address_status(const struct host_evidence *host);

#endif
