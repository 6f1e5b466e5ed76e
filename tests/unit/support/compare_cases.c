#include "tests/unit/support/compare_cases.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"
#include "resolver/text.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/fixture.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- the chains */

static struct chain *
issue(const struct issued *issuer, enum key_type key_type,
    const struct issued *key_of, struct issued **made)
{
	const struct certificates_wish wish = {
		.cn = "mx.example.org",
		.issuer = issuer,
		.key_type = key_type,
		.key_of = key_of,
	};
	struct issued *issued = certificates_issue(&wish);
	struct chain *chain = certificates_chain(
	    (const struct issued *const *)&issued, 1);

	if (made != NULL)
		*made = issued;
	else
		certificates_free(issued);
	return chain;
}

void
compare_chains_init(struct compare_chains *chains)
{
	const struct certificates_wish one = { .cn = "One", .ca = true };
	const struct certificates_wish two = { .cn = "Two: ::error::",
		.ca = true };
	struct issued *issued[3];

	issued[0] = certificates_issue(&one);
	issued[1] = certificates_issue(&two);
	chains->first = issue(issued[0], KEY_ECDSA, NULL, &issued[2]);
	chains->renewed = issue(issued[0], KEY_ECDSA, issued[2], NULL);
	chains->reissued = issue(issued[1], KEY_ECDSA, issued[2], NULL);
	chains->rekeyed = issue(issued[0], KEY_ECDSA, NULL, NULL);
	chains->rsa = issue(issued[0], KEY_RSA, NULL, NULL);
	certificates_free(issued[0]);
	certificates_free(issued[1]);
	certificates_free(issued[2]);
}

void
compare_chains_clear(struct compare_chains *chains)
{
	chain_free(chains->first);
	chain_free(chains->renewed);
	chain_free(chains->reissued);
	chain_free(chains->rekeyed);
	chain_free(chains->rsa);
}

/* --- the domain */

static struct host_evidence *
add_host(struct evidence *evidence, const char *name, const char *address,
    const struct compare_chains *chains)
{
	struct host_evidence *host = fixture_host(evidence, name);
	struct address octets;

	address_from_text(&octets, address, 0);
	memcpy(host->a->records[0].data, octets.octets, 4);
	fixture_tlsa_of(host, chains->first);
	fixture_tlsa_of(host, chains->rekeyed);
	fixture_tlsa_of(host, chains->rsa);
	fixture_endpoint(host, address, OUTCOME_DONE, chains->first);
	return host;
}

/* An address of mx1 that is reached, too. */
static void
add_address(struct host_evidence *host, const char *text,
    const struct compare_chains *chains)
{
	struct address address;

	address_from_text(&address, text, 0);
	if (strchr(text, ':') == NULL) {
		fixture_add(host->a, address.octets, 4);
	} else {
		host->aaaa->kind = ANSWER_RECORDS;
		fixture_add(host->aaaa, address.octets, 16);
	}
	fixture_endpoint(host, text, OUTCOME_DONE, chains->first);
}

struct evidence *
compare_cases_make(const struct compare_chains *chains, compare_plant *plant)
{
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host;

	host = add_host(evidence, "mx1.example.org", "192.0.2.1", chains);
	add_address(host, "2001:db8::1", chains);
	add_host(evidence, "mx2.example.org", "192.0.2.2", chains);
	if (plant != NULL)
		plant(evidence, chains);
	fixture_judge(evidence);
	return evidence;
}

/* --- what it becomes */

static void
present(struct endpoint_evidence *endpoint, const struct chain *chain)
{
	struct handshake *seen = endpoint->handshakes[0].seen;

	chain_free(seen->chain);
	seen->chain = chain_copy(chain);
	seen->key_type = chain->certificates[0].key_type;
}

static void
present_everywhere(struct evidence *evidence, const struct chain *chain)
{
	size_t i, j;

	for (i = 0; i < evidence->host_count; i++) {
		for (j = 0; j < evidence->hosts[i].endpoint_count; j++)
			present(&evidence->hosts[i].endpoints[j], chain);
	}
}

static void
unreach(struct endpoint_evidence *endpoint)
{
	struct endpoint_evidence bare = { .address = endpoint->address };

	evidence_endpoint_clear(endpoint);
	*endpoint = bare;
	endpoint->stage = STAGE_CONNECT;
	endpoint->outcome = OUTCOME_CONNECT_FAILED;
	endpoint->error = memory_string("connection refused");
}

static void
drop_record(struct answer *answer)
{
	answer->count--;
	free(answer->records[answer->count].data);
	free(answer->records[answer->count].name);
	if (answer->count == 0)
		answer->kind = ANSWER_NO_DATA;
}

static void
drop_hosts(struct evidence *evidence, size_t left)
{
	struct evidence *dropped = evidence_new("dropped");

	dropped->host_count = evidence->host_count - left;
	dropped->hosts = memory_new(dropped->host_count,
	    sizeof(*dropped->hosts));
	memcpy(dropped->hosts, &evidence->hosts[left],
	    dropped->host_count * sizeof(*dropped->hosts));
	evidence_free(dropped);
	evidence->host_count = left;
	evidence->host_total = left;
}

static void
replace(struct answer **answer, enum answer_kind kind,
    enum dnssec_status status)
{
	struct answer *now = fixture_answer((*answer)->owner, (*answer)->type,
	    kind, status);

	answer_free(*answer);
	*answer = now;
}

static void
sign(struct answer *answer, const char *zone, uint8_t algorithm, uint16_t tag)
{
	struct answer_signer *signer;

	answer->signers = memory_grow(answer->signers, answer->signer_count,
	    sizeof(*signer));
	signer = &answer->signers[answer->signer_count++];
	signer->zone = memory_string(zone);
	signer->algorithm = algorithm;
	signer->key_tag = tag;
}

static void
sign_all(struct evidence *evidence, uint8_t algorithm, uint16_t tag)
{
	size_t i;

	sign(evidence->mx, "example.org", algorithm, tag);
	for (i = 0; i < evidence->host_count; i++) {
		sign(evidence->hosts[i].a, "example.org", algorithm, tag);
		sign(evidence->hosts[i].tlsa[0], "example.org", algorithm,
		    tag);
	}
}

/* What is no change. */

static void
age_answer(struct answer *answer)
{
	answer->ttl = 17;
	answer->signed_since += 3 * CERTIFICATES_DAY;
	answer->signed_until += 3 * CERTIFICATES_DAY;
	answer->signed_ttl = 7200;
}

static void
age(struct evidence *evidence, const struct compare_chains *chains)
{
	size_t i;

	(void)chains;
	evidence->checked_at += CERTIFICATES_DAY;
	evidence->elapsed_ms = 3;
	age_answer(evidence->mx);
	for (i = 0; i < evidence->host_count; i++) {
		age_answer(evidence->hosts[i].a);
		age_answer(evidence->hosts[i].tlsa[0]);
	}
}

static void
swap(void *a, void *b, size_t size)
{
	char *spare = memory_copy(a, size);

	memcpy(a, b, size);
	memcpy(b, spare, size);
	free(spare);
}

static void
reorder(struct evidence *evidence, const struct compare_chains *chains)
{
	struct host_evidence *hosts = evidence->hosts;
	struct answer *tlsa = hosts[0].tlsa[0];

	(void)chains;
	swap(&tlsa->records[0], &tlsa->records[2], sizeof(*tlsa->records));
	swap(&hosts[0].endpoints[0], &hosts[0].endpoints[1],
	    sizeof(*hosts->endpoints));
	hosts[0].preference = 30;
	swap(&hosts[0], &hosts[1], sizeof(*hosts));
}

static void
renew(struct evidence *evidence, const struct compare_chains *chains)
{
	present_everywhere(evidence, chains->renewed);
}

static void
duplicate_record(struct evidence *evidence, const struct compare_chains *chains)
{
	fixture_tlsa_of(&evidence->hosts[0], chains->rsa);
}

static void
look_at_dns_only(struct evidence *evidence, const struct compare_chains *chains)
{
	size_t i, j;

	(void)chains;
	evidence->dns_only = true;
	for (i = 0; i < evidence->host_count; i++) {
		for (j = 0; j < evidence->hosts[i].endpoint_count; j++)
			evidence_endpoint_clear(
			    &evidence->hosts[i].endpoints[j]);
		evidence->hosts[i].endpoint_count = 0;
		evidence->hosts[i].address_total = 0;
	}
}

static void
assume_chain(struct evidence *evidence, const struct compare_chains *chains)
{
	struct handshake *seen;
	size_t i, j;

	(void)chains;
	for (i = 0; i < evidence->host_count; i++) {
		for (j = 0; j < evidence->hosts[i].endpoint_count; j++) {
			present(&evidence->hosts[i].endpoints[j], chains->rsa);
			seen = evidence->hosts[i].endpoints[j].handshakes->seen;
			free(seen->protocol);
			free(seen->cipher);
			free(seen->group);
			seen->protocol = seen->cipher = seen->group = NULL;
		}
	}
}

/* --- the domain */

static void
fail_mx(struct evidence *evidence, const struct compare_chains *chains)
{
	(void)chains;
	replace(&evidence->mx, ANSWER_UNUSABLE, DNSSEC_FAILED);
	drop_hosts(evidence, 0);
}

static void
break_mx(struct evidence *evidence, const struct compare_chains *chains)
{
	(void)chains;
	replace(&evidence->mx, ANSWER_UNUSABLE, DNSSEC_BOGUS);
	drop_hosts(evidence, 0);
}

static void
lose_domain(struct evidence *evidence, const struct compare_chains *chains)
{
	(void)chains;
	replace(&evidence->mx, ANSWER_NO_NAME, DNSSEC_SECURE);
	drop_hosts(evidence, 0);
}

static void
lose_signatures(struct evidence *evidence, const struct compare_chains *chains)
{
	(void)chains;
	evidence->mx->dnssec = DNSSEC_INSECURE;
}

static void
lose_dns(struct evidence *evidence, const struct compare_chains *chains)
{
	(void)chains;
	evidence->health = RESOLVER_NO_ANSWER;
	drop_record(evidence->hosts[0].a);
}

static void
add_third_host(struct evidence *evidence, const struct compare_chains *chains)
{
	add_host(evidence, "mx10.example.org", "192.0.2.3", chains);
}

static void
replace_host(struct evidence *evidence, const struct compare_chains *chains)
{
	drop_record(evidence->mx);
	drop_hosts(evidence, 1);
	add_host(evidence, "mx10.example.org", "192.0.2.2", chains);
}

/* One host is all that was looked at. */
static void
look_at_one_host(struct evidence *evidence, const struct compare_chains *chains)
{
	(void)chains;
	drop_hosts(evidence, 1);
	evidence->host_total = 2;
}

static void
accept_no_mail(struct evidence *evidence, const struct compare_chains *chains)
{
	(void)chains;
	drop_hosts(evidence, 0);
	replace(&evidence->mx, ANSWER_RECORDS, DNSSEC_SECURE);
	fixture_add(evidence->mx, "", 0);
	evidence->mx->records[0].name = memory_string(".");
}

/* --- a host */

static void
add_two_addresses(struct evidence *evidence,
    const struct compare_chains *chains)
{
	add_address(&evidence->hosts[0], "192.0.2.9", chains);
	present(&evidence->hosts[0].endpoints[2], chains->rsa);
	add_address(&evidence->hosts[1], "2001:db8::2", chains);
}

static void
fail_aaaa(struct evidence *evidence, const struct compare_chains *chains)
{
	(void)chains;
	replace(&evidence->hosts[0].aaaa, ANSWER_UNUSABLE, DNSSEC_FAILED);
}

static void
break_aaaa(struct evidence *evidence, const struct compare_chains *chains)
{
	(void)chains;
	replace(&evidence->hosts[0].aaaa, ANSWER_UNUSABLE, DNSSEC_BOGUS);
}

static void
lose_host_signatures(struct evidence *evidence,
    const struct compare_chains *chains)
{
	struct host_evidence *host = &evidence->hosts[1];

	(void)chains;
	host->a->dnssec = host->aaaa->dnssec = DNSSEC_INSECURE;
	answer_free(host->tlsa[0]);
	host->tlsa[0] = NULL;
	evidence_endpoint_clear(&host->endpoints[0]);
	host->endpoint_count = 0;
}

static void
hang(struct evidence *evidence, const struct compare_chains *chains)
{
	struct host_evidence *host = &evidence->hosts[1];

	lose_host_signatures(evidence, chains);
	answer_free(host->aaaa);
	host->aaaa = NULL;
}

static void
lose_addresses(struct evidence *evidence, const struct compare_chains *chains)
{
	struct host_evidence *host = &evidence->hosts[1];

	(void)chains;
	replace(&host->a, ANSWER_NO_DATA, DNSSEC_SECURE);
	answer_free(host->tlsa[0]);
	host->tlsa[0] = NULL;
	evidence_endpoint_clear(&host->endpoints[0]);
	host->endpoint_count = 0;
}

static void
change_records(struct evidence *evidence, const struct compare_chains *chains)
{
	const struct tlsa record = { .usage = 2, .selector = 0,
		.matching_type = 1, .size = CHAIN_DIGEST,
		.data = chains->first->certificates[0].cert_sha256 };

	drop_record(evidence->hosts[0].tlsa[0]);
	fixture_tlsa(&evidence->hosts[0], &record);
}

static void
remove_records(struct evidence *evidence, const struct compare_chains *chains)
{
	(void)chains;
	replace(&evidence->hosts[1].tlsa[0], ANSWER_NO_DATA, DNSSEC_SECURE);
	evidence_endpoint_clear(&evidence->hosts[1].endpoints[0]);
	evidence->hosts[1].endpoint_count = 0;
}

static void
break_tlsa(struct evidence *evidence, const struct compare_chains *chains)
{
	(void)chains;
	replace(&evidence->hosts[1].tlsa[0], ANSWER_UNUSABLE, DNSSEC_BOGUS);
	evidence_endpoint_clear(&evidence->hosts[1].endpoints[0]);
	evidence->hosts[1].endpoint_count = 0;
}

/* Among more records than are looked at, which ones are seen is chance. */
static void
truncate_records(struct evidence *evidence, const struct compare_chains *chains)
{
	(void)chains;
	evidence->hosts[0].tlsa[0]->truncated = true;
	drop_record(evidence->hosts[0].tlsa[0]);
}

/* --- a server */

static void
change_key(struct evidence *evidence, const struct compare_chains *chains)
{
	present(&evidence->hosts[0].endpoints[0], chains->rekeyed);
}

static void
change_all_keys(struct evidence *evidence, const struct compare_chains *chains)
{
	present_everywhere(evidence, chains->rekeyed);
}

static void
change_issuer(struct evidence *evidence, const struct compare_chains *chains)
{
	present(&evidence->hosts[0].endpoints[1], chains->reissued);
}

static void
add_key_type(struct evidence *evidence, const struct compare_chains *chains)
{
	fixture_handshake(&evidence->hosts[1].endpoints[0], chains->rsa);
}

static void
change_key_type(struct evidence *evidence, const struct compare_chains *chains)
{
	present(&evidence->hosts[1].endpoints[0], chains->rsa);
}

static void
try_one_key_type(struct evidence *evidence, const struct compare_chains *chains)
{
	(void)chains;
	evidence->hosts[1].endpoints[0].incomplete =
	    memory_string("ehlo: 421 enough");
}

static void
lower_tls(struct evidence *evidence, const struct compare_chains *chains)
{
	struct endpoint_evidence *endpoint = &evidence->hosts[0].endpoints[0];
	size_t i;

	/* Of both key types: that is one change. */
	fixture_handshake(endpoint, chains->rsa);
	for (i = 0; i < 2; i++) {
		free(endpoint->handshakes[i].seen->protocol);
		endpoint->handshakes[i].seen->protocol =
		    memory_string("TLSv1.2");
		endpoint->handshakes[i].seen->version = TLS_1_2;
	}
}

/* A further machine behind the address (--repeat). */
static void
add_machine(struct evidence *evidence, const struct compare_chains *chains)
{
	fixture_handshake(&evidence->hosts[1].endpoints[0], chains->rekeyed);
}

/* The same, but it is the other one that came up first. */
static void
turn_machines(struct evidence *evidence, const struct compare_chains *chains)
{
	struct endpoint_evidence *endpoint = &evidence->hosts[1].endpoints[0];

	present(endpoint, chains->rekeyed);
	fixture_handshake(endpoint, chains->first);
}

static void
have_two_types(struct evidence *evidence, const struct compare_chains *chains)
{
	fixture_handshake(&evidence->hosts[0].endpoints[0], chains->rsa);
}

static void
refuse(struct evidence *evidence, const struct compare_chains *chains)
{
	(void)chains;
	unreach(&evidence->hosts[0].endpoints[1]);
}

/* --- keys that sign */

static void
sign_with_one(struct evidence *evidence, const struct compare_chains *chains)
{
	(void)chains;
	sign_all(evidence, 8, 1);
}

static void
sign_with_another(struct evidence *evidence,
    const struct compare_chains *chains)
{
	(void)chains;
	sign_all(evidence, 13, 2);
}

static void
sign_with_both(struct evidence *evidence, const struct compare_chains *chains)
{
	sign_with_one(evidence, chains);
	sign_with_another(evidence, chains);
}

const struct compare_case compare_cases[] = {
	{ "nothing", NULL, NULL, "", false },
	{ "time, signatures and TTLs", NULL, age, "", false },
	{ "order and preference", NULL, reorder, "", false },
	{ "a certificate with the same key and issuer", NULL, renew, "",
	    false },
	{ "a record twice", NULL, duplicate_record, "", false },
	{ "without servers", NULL, look_at_dns_only, "", false },
	{ "without servers before", look_at_dns_only, change_key, "", false },
	{ "--chain", NULL, assume_chain, "", false },
	{ "--chain before", assume_chain, add_key_type, "", false },

	{ "MX lookup failed", NULL, fail_mx,
	    "verdict pass -> unknown\n", false },
	{ "MX lookup failed before", fail_mx, NULL,
	    "verdict unknown -> pass\n", false },
	{ "MX bogus", NULL, break_mx,
	    "verdict pass -> fail\ndnssec MX secure -> MX bogus\n", false },
	{ "domain gone", NULL, lose_domain,
	    "verdict pass -> fail\n"
	    "mx mx1.example.org gone mx1.example.org\n"
	    "mx mx2.example.org gone mx2.example.org\n", false },
	{ "domain no longer signed", NULL, lose_signatures,
	    "verdict pass -> none\ndnssec MX secure -> MX insecure\n", false },
	{ "no DNS here", NULL, lose_dns,
	    "verdict pass -> unknown\n", false },
	{ "host new", NULL, add_third_host,
	    "mx mx10.example.org new mx10.example.org\n", false },
	{ "host gone", add_third_host, NULL,
	    "mx mx10.example.org gone mx10.example.org\n", false },
	{ "host replaced", NULL, replace_host,
	    "mx mx2.example.org gone mx2.example.org\n"
	    "mx mx10.example.org new mx10.example.org\n", false },
	{ "not all hosts looked at", NULL, look_at_one_host,
	    "verdict pass -> unknown\n", true },
	{ "null MX", NULL, accept_no_mail,
	    "verdict pass -> none\n"
	    "mx mx1.example.org gone mx1.example.org\n"
	    "mx mx2.example.org gone mx2.example.org\n", false },

	{ "addresses new", NULL, add_two_addresses,
	    "address mx1.example.org [192.0.2.9] new 192.0.2.9\n"
	    "address mx2.example.org [2001:db8::2] new 2001:db8::2\n", false },
	{ "addresses gone", add_two_addresses, NULL,
	    "address mx1.example.org [192.0.2.9] gone 192.0.2.9\n"
	    "address mx2.example.org [2001:db8::2] gone 2001:db8::2\n", false },
	{ "AAAA lookup failed", NULL, fail_aaaa,
	    "verdict pass -> unknown\n"
	    "verdict mx1.example.org pass -> unknown\n", false },
	{ "AAAA lookup failed before", fail_aaaa, NULL,
	    "verdict unknown -> pass\n"
	    "verdict mx1.example.org unknown -> pass\n", false },
	{ "AAAA lookup failed before, and other records", fail_aaaa,
	    change_records,
	    "verdict unknown -> pass\n"
	    "verdict mx1.example.org unknown -> pass\n"
	    "tlsa mx1.example.org gone 3 1 1 RSA\n"
	    "tlsa mx1.example.org new 2 0 1 FIRST-CERTIFICATE\n", false },
	{ "AAAA bogus", NULL, break_aaaa,
	    "verdict pass -> fail\n"
	    "verdict mx1.example.org pass -> fail\n"
	    "dnssec mx1.example.org addresses secure -> addresses bogus\n",
	    false },
	{ "host no longer signed", NULL, lose_host_signatures,
	    "verdict pass -> partial\n"
	    "verdict mx2.example.org pass -> none\n"
	    "dnssec mx2.example.org addresses secure -> addresses insecure\n",
	    false },
	{ "addresses not in time", NULL, hang,
	    "verdict pass -> unknown\n"
	    "verdict mx2.example.org pass -> unknown\n", false },
	{ "no address any more", NULL, lose_addresses,
	    "verdict mx2.example.org pass -> not counted\n"
	    "address mx2.example.org [192.0.2.2] gone 192.0.2.2\n", false },
	{ "records new and gone", NULL, change_records,
	    "tlsa mx1.example.org gone 3 1 1 RSA\n"
	    "tlsa mx1.example.org new 2 0 1 FIRST-CERTIFICATE\n", false },
	{ "all records gone", NULL, remove_records,
	    "verdict pass -> partial\n"
	    "verdict mx2.example.org pass -> none\n"
	    "tlsa mx2.example.org gone 3 1 1 FIRST\n"
	    "tlsa mx2.example.org gone 3 1 1 REKEYED\n"
	    "tlsa mx2.example.org gone 3 1 1 RSA\n", false },
	{ "TLSA bogus", NULL, break_tlsa,
	    "verdict pass -> fail\n"
	    "verdict mx2.example.org pass -> fail\n"
	    "dnssec mx2.example.org TLSA secure -> TLSA bogus\n", false },
	{ "not all records looked at", NULL, truncate_records,
	    "verdict pass -> unknown\n"
	    "verdict mx1.example.org pass -> unknown\n", true },

	{ "key", NULL, change_key,
	    "key mx1.example.org [192.0.2.1] FIRST -> REKEYED\n", false },
	{ "key everywhere", NULL, change_all_keys,
	    "key mx1.example.org [192.0.2.1] FIRST -> REKEYED\n"
	    "key mx1.example.org [2001:db8::1] FIRST -> REKEYED\n"
	    "key mx2.example.org [192.0.2.2] FIRST -> REKEYED\n", false },
	{ "issuer", NULL, change_issuer,
	    "issuer mx1.example.org [2001:db8::1] "
	    "CN=One -> CN=Two: ::error::\n", false },
	{ "key type new", NULL, add_key_type,
	    "key-type mx2.example.org [192.0.2.2] new RSA\n", false },
	{ "key type gone", add_key_type, NULL,
	    "key-type mx2.example.org [192.0.2.2] gone RSA\n", false },
	{ "another key type", NULL, change_key_type,
	    "key-type mx2.example.org [192.0.2.2] new RSA\n"
	    "key-type mx2.example.org [192.0.2.2] gone ECDSA\n", false },
	{ "key type not tried", add_key_type, try_one_key_type, "", false },
	{ "key type not tried before", try_one_key_type, add_key_type, "",
	    false },
	{ "TLS version", have_two_types, lower_tls,
	    "tls mx1.example.org [192.0.2.1] TLSv1.3 -> TLSv1.2\n", false },
	{ "machines take turns", add_machine, turn_machines, "", false },
	{ "a machine less", add_machine, NULL, "", false },
	{ "a machine more", NULL, add_machine,
	    "key mx2.example.org [192.0.2.2] FIRST -> REKEYED\n", false },
	{ "server not reached", NULL, refuse,
	    "verdict pass -> unknown\n"
	    "verdict mx1.example.org pass -> unknown\n", false },
	{ "server not reached before", refuse, NULL,
	    "verdict unknown -> pass\n"
	    "verdict mx1.example.org unknown -> pass\n", false },

	{ "the same signing key", sign_with_one, sign_with_one, "", false },
	{ "signing keys not recorded before", NULL, sign_with_one, "", false },
	{ "another signing key", sign_with_one, sign_with_another,
	    "dnssec example.org algorithm 8 key 1 -> "
	    "example.org algorithm 13 key 2\n", false },
	{ "signing key new", sign_with_one, sign_with_both,
	    "dnssec new example.org algorithm 13 key 2\n", false },
	{ "signing key gone", sign_with_both, sign_with_another,
	    "dnssec gone example.org algorithm 8 key 1\n", false },
};

const size_t compare_case_count = COUNT(compare_cases);

/* --- what is expected, as text */

/* Writes VALUE with the words of digests in their place. */
static void
put_value(FILE *out, const char *value, const struct compare_chains *chains)
{
	const struct {
		const uint8_t	*digest;	/* borrowed */
		const char	*word;		/* static */
	} words[] = {
		{ chains->first->certificates[0].spki_sha256, "FIRST" },
		{ chains->first->certificates[0].cert_sha256,
		    "FIRST-CERTIFICATE" },
		{ chains->rekeyed->certificates[0].spki_sha256, "REKEYED" },
		{ chains->rsa->certificates[0].spki_sha256, "RSA" },
	};
	const char *found;
	char *digits;
	size_t i;

	for (i = 0; i < COUNT(words); i++) {
		digits = text_hex(words[i].digest, CHAIN_DIGEST);
		found = strstr(value, digits);
		free(digits);
		if (found == NULL)
			continue;
		fprintf(out, "%.*s%s", (int)(found - value), value,
		    words[i].word);
		return;
	}
	fputs(value, out);
}

static void
put_change(FILE *out, const struct change *change,
    const struct compare_chains *chains)
{
	char *address;

	fputs(change_kind_name(change->what), out);
	if (change->host != NULL)
		fprintf(out, " %s", change->host);
	if (change->address.family != 0) {
		address = address_text(&change->address);
		fprintf(out, " [%s]", address);
		free(address);
	}
	fputs(change->before == NULL ? " new " : change->after == NULL ?
	    " gone " : " ", out);
	if (change->before != NULL)
		put_value(out, change->before, chains);
	if (change->before != NULL && change->after != NULL)
		fputs(" -> ", out);
	if (change->after != NULL)
		put_value(out, change->after, chains);
	fputc('\n', out);
}

/* Keys are other ones each time, and records are in the order of keys. */
static int
by_text(const void *left, const void *right)
{
	const char *const *a = left, *const *b = right;

	return strcmp(*a, *b);
}

static void
sort_records(char **lines, size_t count)
{
	size_t i, first = 0;

	for (i = 0; i <= count; i++) {
		if (i < count && strncmp(lines[i], "tlsa ", 5) == 0)
			continue;
		if (i > first)
			qsort(&lines[first], i - first, sizeof(*lines),
			    by_text);
		first = i + 1;
	}
}

char *
compare_cases_text(const struct evidence *evidence,
    const struct compare_chains *chains)
{
	const struct comparison *comparison = &evidence->judged.comparison;
	char **lines = memory_new(comparison->count, sizeof(*lines)), *text;
	size_t i, size;
	FILE *out;

	for (i = 0; i < comparison->count; i++) {
		out = open_memstream(&lines[i], &size);
		if (out == NULL)
			abort();
		put_change(out, &comparison->changes[i], chains);
		if (fclose(out) == EOF)
			abort();
	}
	sort_records(lines, comparison->count);
	text = memory_join_all(lines, comparison->count, "");
	for (i = 0; i < comparison->count; i++)
		free(lines[i]);
	free(lines);
	return text;
}
