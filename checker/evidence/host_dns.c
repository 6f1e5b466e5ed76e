#include "checker/evidence/host_dns.h"

#include <stdlib.h>
#include <string.h>

#include "resolver/name.h"

bool
host_dns_can_ask(const char *name, bool named)
{
	return strcmp(name, ".") != 0 && !name_is_address(name) &&
	    !(named && name_is_localhost(name));
}

/* Without secure addresses, a secure alias may be left (RFC 7672 2.2.2). */
static enum host_dns
insecure_addresses_state(const struct host_evidence *host)
{
	const struct answer *a = host->a, *aaaa = host->aaaa;

	if (!answer_has_records(a) && !answer_has_records(aaaa)) {
		if (!answer_is_absent(a) || !answer_is_absent(aaaa))
			return HOST_DNS_ADDRESS_FAILED;
		return a->dnssec == DNSSEC_SECURE &&
		    aaaa->dnssec == DNSSEC_SECURE ?
		    HOST_DNS_MISSING : HOST_DNS_MISSING_INSECURE;
	}
	if (!a->aliased && !aaaa->aliased)
		return HOST_DNS_ADDRESS_INSECURE;
	if (host->cname == NULL)
		return HOST_DNS_ALIAS_UNKNOWN;
	if (host->cname->dnssec == DNSSEC_BOGUS)
		return HOST_DNS_ADDRESS_BOGUS;
	if (host->cname->kind == ANSWER_UNUSABLE)
		return HOST_DNS_ADDRESS_FAILED;
	if (!answer_is_secure(host->cname))
		return HOST_DNS_ADDRESS_INSECURE;
	return HOST_DNS_TLSA_UNKNOWN;
}

/* The state by the TLSA answers, in the order asked. */
static enum host_dns
tlsa_state(const struct host_evidence *host, size_t *deciding)
{
	enum host_dns state = HOST_DNS_TLSA_NONE;
	const struct answer *tlsa;
	size_t i;

	*deciding = 0;
	for (i = 0; host_dns_base_domain(host, i) != NULL; i++) {
		tlsa = host->tlsa[i];
		if (tlsa == NULL)
			return HOST_DNS_TLSA_UNKNOWN;
		if (tlsa->dnssec == DNSSEC_BOGUS ||
		    tlsa->kind == ANSWER_UNUSABLE) {
			*deciding = i;
			return tlsa->dnssec == DNSSEC_BOGUS ?
			    HOST_DNS_TLSA_BOGUS : HOST_DNS_TLSA_FAILED;
		}
		if (answer_is_secure(tlsa)) {
			*deciding = i;
			return HOST_DNS_DANE;
		}
		if (answer_has_records(tlsa) && state == HOST_DNS_TLSA_NONE) {
			*deciding = i;
			state = HOST_DNS_TLSA_INSECURE;
		}
	}
	return state;
}

enum host_dns
host_dns_state(const struct host_evidence *host, size_t *deciding)
{
	enum host_dns state;
	size_t unused;

	if (deciding == NULL)
		deciding = &unused;
	*deciding = 0;
	if (!host->asked)
		return HOST_DNS_NOT_ASKED;
	if (host->a == NULL || host->aaaa == NULL)
		return HOST_DNS_PENDING;
	if (host->a->dnssec == DNSSEC_BOGUS ||
	    host->aaaa->dnssec == DNSSEC_BOGUS)
		return HOST_DNS_ADDRESS_BOGUS;
	/* One secure family is enough. */
	if (!answer_is_secure(host->a) && !answer_is_secure(host->aaaa)) {
		state = insecure_addresses_state(host);
		if (state != HOST_DNS_TLSA_UNKNOWN)
			return state;
	}
	return tlsa_state(host, deciding);
}

/* The name at the end of the alias chain; NULL without a secure chain. */
static const char *
secure_expansion(const struct host_evidence *host)
{
	const struct answer *answer = answer_is_secure(host->a) ?
	    host->a : host->aaaa;

	return answer_is_secure(answer) && answer->aliased ?
	    answer->expanded : NULL;
}

const char *
host_dns_base_domain(const struct host_evidence *host, size_t i)
{
	const char *names[EVIDENCE_BASES] = { secure_expansion(host),
		host->name };
	char *owner;
	size_t n;

	for (n = 0; n < EVIDENCE_BASES; n++) {
		if (names[n] == NULL)
			continue;
		/* A name without room for "_25._tcp." has no TLSA records. */
		owner = name_tlsa_owner(host->port, names[n]);
		if (owner == NULL)
			continue;
		free(owner);
		if (i-- == 0)
			return names[n];
	}
	return NULL;
}

const char *
host_dns_alias(const struct host_evidence *host, enum dns_type *type)
{
	const struct answer *answer = host->a != NULL && host->a->aliased ?
	    host->a : host->aaaa;

	*type = DNS_CNAME;
	if (answer == NULL || answer->dname == NULL)
		return host->name;
	*type = DNS_DNAME;
	return answer->dname;
}

const char *
host_dns_server_name(const struct host_evidence *host)
{
	const char *base;
	size_t deciding;

	switch (host_dns_state(host, &deciding)) {
	case HOST_DNS_DANE:
	case HOST_DNS_TLSA_NONE:
	case HOST_DNS_TLSA_INSECURE:
		base = host_dns_base_domain(host, deciding);
		return base != NULL ? base : host->name;
	default:
		return host->name;
	}
}

enum verdict
host_dns_verdict(enum host_dns state)
{
	switch (state) {
	case HOST_DNS_NOT_ASKED:
	case HOST_DNS_MISSING:
		return VERDICT_ABSENT;
	case HOST_DNS_ADDRESS_BOGUS:
	case HOST_DNS_TLSA_BOGUS:
	case HOST_DNS_TLSA_FAILED:
		return VERDICT_FAIL;
	case HOST_DNS_MISSING_INSECURE:
	case HOST_DNS_ADDRESS_INSECURE:
	case HOST_DNS_TLSA_INSECURE:
	case HOST_DNS_TLSA_NONE:
		return VERDICT_NONE;
	case HOST_DNS_DANE:
		return VERDICT_PASS;
	case HOST_DNS_PENDING:
	case HOST_DNS_ADDRESS_FAILED:
	case HOST_DNS_ALIAS_UNKNOWN:
	case HOST_DNS_TLSA_UNKNOWN:
	case HOST_DNS_DISPUTED:
		break;
	}
	return VERDICT_UNKNOWN;
}

bool
host_dns_is_known(enum host_dns state)
{
	const enum verdict verdict = host_dns_verdict(state);

	return verdict == VERDICT_PASS || verdict == VERDICT_NONE;
}

enum dnssec_status
host_dns_address_status(const struct host_evidence *host)
{
	switch (host_dns_state(host, NULL)) {
	case HOST_DNS_PENDING:
	case HOST_DNS_NOT_ASKED:
	case HOST_DNS_ADDRESS_FAILED:
		return DNSSEC_FAILED;
	case HOST_DNS_ADDRESS_BOGUS:
		return DNSSEC_BOGUS;
	case HOST_DNS_MISSING_INSECURE:
	case HOST_DNS_ALIAS_UNKNOWN:
	case HOST_DNS_ADDRESS_INSECURE:
		return DNSSEC_INSECURE;
	case HOST_DNS_MISSING:
		return DNSSEC_SECURE;
	default:
		/* TLSA was asked: by a secure address, or by a secure alias. */
		return answer_is_secure(host->a) ||
		    answer_is_secure(host->aaaa) ?
		    DNSSEC_SECURE : DNSSEC_INSECURE;
	}
}
