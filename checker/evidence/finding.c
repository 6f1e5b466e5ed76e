#include "checker/evidence/finding.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"

struct code_row {
	const char	*name;		/* static */
	enum severity	 severity;
	const char	*tlsrpt;	/* static; RFC 8460 4.3, or NULL */
	const char	*meaning;	/* static */
};

/* RFC 8460 4.3 */
#define STARTTLS	"starttls-not-supported"
#define HOST_MISMATCH	"certificate-host-mismatch"
#define EXPIRED		"certificate-expired"
#define VALIDATION	"validation-failure"
#define TLSA_INVALID	"tlsa-invalid"
#define DNSSEC_INVALID	"dnssec-invalid"

#define ERROR	SEVERITY_ERROR
#define WARNING	SEVERITY_WARNING
#define INFO	SEVERITY_INFO

static const struct code_row codes[FINDING_CODE_COUNT] = {
	[FINDING_RESOLVER_UNREACHABLE] = { "resolver-unreachable", ERROR, NULL,
	    "this machine gets no answers from the DNS: fix that first" },
	[FINDING_TRUST_ANCHOR_MISMATCH] = { "trust-anchor-mismatch", ERROR,
	    NULL,
	    "the trust anchors here do not match the root's keys: update "
	    "them, or use a resolver that returns DNSSEC records" },
	[FINDING_RESOLVER_FAULTY] = { "resolver-faulty", WARNING, NULL,
	    "the resolver named with --resolver spoils answers, which is no "
	    "fault of the domain: fix it, or name another one or none" },
	[FINDING_RESOLVER_DIFFERS] = { "resolver-differs", INFO, NULL,
	    "the resolver named with --resolver knows names that the Internet "
	    "does not: name none to see what others see" },

	[FINDING_DOMAIN_MISSING] = { "domain-missing", ERROR, NULL,
	    "the domain does not exist: check the spelling" },
	[FINDING_MX_INSECURE] = { "mx-insecure", WARNING, NULL,
	    "the domain is not signed: sign it, and have its DS record "
	    "published in the parent zone" },
	[FINDING_MX_BOGUS] = { "mx-bogus", ERROR, DNSSEC_INVALID,
	    "DNSSEC of the domain is broken: fix the signatures or the DS "
	    "record; until then senders that validate delay the mail" },
	[FINDING_MX_LOOKUP_FAILED] = { "mx-lookup-failed", ERROR,
	    DNSSEC_INVALID,
	    "the domain's name servers gave no usable answer: query each of "
	    "them with --authoritative, or try again" },
	[FINDING_MX_NULL] = { "mx-null", INFO, NULL,
	    "the domain accepts no mail (null MX, RFC 7505)" },
	[FINDING_MX_TARGET_MISSING] = { "mx-target-missing", WARNING, NULL,
	    "the MX host has no address, or is each sender's own machine "
	    "(localhost): correct or remove the MX record" },
	[FINDING_MX_TARGET_IS_ADDRESS] = { "mx-target-is-address", WARNING,
	    NULL,
	    "an MX record must name a host, not an address (RFC 5321 5.1): "
	    "give the server a name, and have the MX record name that" },
	[FINDING_MX_TARGET_CNAME] = { "mx-target-cname", WARNING, NULL,
	    "an MX record must not name an alias (RFC 2181 10.3): have it "
	    "name the host itself" },
	[FINDING_MX_NULL_AMONG_OTHERS] = { "mx-null-among-others", ERROR,
	    NULL,
	    "a null MX must be the only MX record (RFC 7505 3): remove it, "
	    "or the others" },

	[FINDING_ADDRESS_INSECURE] = { "address-insecure", WARNING, NULL,
	    "the zone of the MX host is not signed: its operator must sign "
	    "it before DANE can work" },
	[FINDING_ADDRESS_BOGUS] = { "address-bogus", ERROR, DNSSEC_INVALID,
	    "DNSSEC of the MX host's zone is broken: fix the signatures or "
	    "the DS record" },
	[FINDING_ADDRESS_LOOKUP_FAILED] = { "address-lookup-failed", ERROR,
	    DNSSEC_INVALID,
	    "the name servers of the MX host gave no usable answer for its "
	    "addresses: query each of them with --authoritative, or try "
	    "again" },

	[FINDING_TLSA_NONE] = { "tlsa-none", WARNING, NULL,
	    "the MX host has no TLSA records: publish them" },
	[FINDING_TLSA_INSECURE] = { "tlsa-insecure", WARNING, NULL,
	    "TLSA records in an unsigned zone protect nobody: sign the zone" },
	[FINDING_TLSA_BOGUS] = { "tlsa-bogus", ERROR, DNSSEC_INVALID,
	    "DNSSEC of the TLSA records is broken: fix the signatures or "
	    "the DS record; until then senders delay the mail" },
	[FINDING_TLSA_LOOKUP_FAILED] = { "tlsa-lookup-failed", ERROR,
	    DNSSEC_INVALID,
	    "the name servers give no usable answer to TLSA queries, so "
	    "senders delay the mail: fix them, or the device in front of "
	    "them" },
	[FINDING_TLSA_RECORD_UNUSABLE] = { "tlsa-record-unusable", WARNING,
	    TLSA_INVALID,
	    "no sender can use this record: correct or remove it" },
	[FINDING_TLSA_ALL_UNUSABLE] = { "tlsa-all-unusable", WARNING,
	    TLSA_INVALID,
	    "no record is usable, so senders encrypt without authenticating "
	    "the server: publish a usable one" },
	[FINDING_TLSA_DUPLICATE] = { "tlsa-duplicate", INFO, NULL,
	    "the same record is published twice: remove one" },
	[FINDING_TLSA_MANY] = { "tlsa-many", WARNING, NULL,
	    "more records than a large sender is known to accept: keep 12 "
	    "or fewer" },
	[FINDING_TLSA_AT_MAIL_DOMAIN] = { "tlsa-at-mail-domain", WARNING, NULL,
	    "TLSA records belong below the name of the MX host, not below "
	    "the mail domain: move them" },

	[FINDING_DS_MISSING] = { "ds-missing", WARNING, NULL,
	    "the zone is signed, but its parent has no DS record for it: "
	    "have the one given published there, after comparing it with "
	    "what your signer shows" },
	[FINDING_DS_UNSUPPORTED] = { "ds-unsupported", WARNING, NULL,
	    "no DS record of the zone has an algorithm and a digest that "
	    "validators know: sign it with algorithm 13 or 8, and have DS "
	    "records with digest type 2 published" },
	[FINDING_DS_MISMATCH] = { "ds-mismatch", ERROR, NULL,
	    "no DS record that counts fits a key of the zone: have those of "
	    "the present keys published in the parent zone" },
	[FINDING_PARENT_UNSIGNED] = { "parent-unsigned", WARNING, NULL,
	    "the zone is signed, but the zone above it is not, so nothing "
	    "leads to its keys: have that one signed, or use a name in "
	    "another zone" },
	[FINDING_DNSKEY_UNAVAILABLE] = { "dnskey-unavailable", ERROR, NULL,
	    "name servers do not return the DNSKEY or DS records, without "
	    "which nothing can be validated: fix them, or the device in "
	    "front of them" },
	[FINDING_DENIAL_BROKEN] = { "denial-broken", ERROR, NULL,
	    "the proof that a name or type does not exist is missing or "
	    "wrong: have the zone signed anew, by a current version of the "
	    "name server" },
	[FINDING_NSEC3_ITERATIONS] = { "nsec3-iterations", WARNING, NULL,
	    "validators take NSEC3 with many iterations for unsigned: have "
	    "the zone signed with none (RFC 9276 3.1)" },
	[FINDING_OPT_OUT] = { "opt-out", WARNING, NULL,
	    "a wildcard, or a denial, is never authentic under NSEC3 "
	    "opt-out: have the zone signed without it" },
	[FINDING_ALGORITHM_DEPRECATED] = { "algorithm-deprecated", WARNING,
	    NULL,
	    "senders that follow RFC 9905 take SHA-1 for no protection: move "
	    "to algorithm 13 or 8, and to DS records with digest type 2" },

	[FINDING_NS_INCONSISTENT] = { "ns-inconsistent", ERROR, NULL,
	    "the name servers of a zone give different answers: make sure "
	    "that all of them have the same copy of the zone" },
	[FINDING_NS_LAME] = { "ns-lame", ERROR, NULL,
	    "a name server does not answer as it should: fix it, or remove "
	    "it from the zone's NS records" },
	[FINDING_NS_ALIAS] = { "ns-alias", WARNING, NULL,
	    "an NS record names an alias, which some resolvers do not follow "
	    "(RFC 2181 10.3): have it name the server itself" },
	[FINDING_NS_PARENT_DIFFERS] = { "ns-parent-differs", WARNING, NULL,
	    "the parent zone delegates to other name servers than the zone "
	    "names itself: have both name the same (RFC 1034 4.2.2)" },
	[FINDING_NS_ADDRESSES_DIFFER] = { "ns-addresses-differ", INFO, NULL,
	    "the name servers give different addresses: where that balances "
	    "load it is meant, and every address has to present what the "
	    "TLSA records say" },
	[FINDING_NS_SERIALS_DIFFER] = { "ns-serials-differ", INFO, NULL,
	    "the copies of the zone have different serial numbers and the "
	    "same content here: a transfer may be under way" },
	[FINDING_NS_NOT_ASKED] = { "ns-not-asked", INFO, NULL,
	    "a name server was not queried, for lack of a route (IPv6) or "
	    "for its special-purpose address: run mxdane elsewhere, or with "
	    "--allow-reserved" },

	[FINDING_NO_ROLLOVER_RECORD] = { "no-rollover-record", INFO, NULL,
	    "before the key changes, publish the new key's record beside "
	    "the present one and wait for two TTLs (RFC 7671 8)" },
	[FINDING_TLSA_TTL_LONG] = { "tlsa-ttl-long", WARNING, NULL,
	    "TLSA records that are cached for over a day make a mistake "
	    "last as long: publish them with a TTL of an hour" },
	[FINDING_ROTATION_UNCOVERED] = { "rotation-uncovered", WARNING, NULL,
	    "one of several CAs that take turns is pinned: publish records "
	    "of all of them, or usage 3" },
	[FINDING_ISSUER_CHANGED] = { "issuer-changed", INFO, NULL,
	    "another CA issued the certificate than when the server was last "
	    "audited (--state): records of the old one do not match any more" },
	[FINDING_KEY_ROTATES] = { "key-rotates", WARNING, NULL,
	    "each renewal makes a new key, and only the present one has a "
	    "record: have the client keep its key, or publish the next one's "
	    "record before each renewal" },
	[FINDING_NEXT_COVERED] = { "next-covered", INFO, NULL,
	    "the next certificate (--next) matches a published record: it "
	    "is safe to switch to it" },
	[FINDING_NEXT_TOO_EARLY] = { "next-too-early", WARNING, NULL,
	    "the next certificate's record (--next) may not be visible "
	    "everywhere yet: wait until the time given" },
	[FINDING_NEXT_UNCOVERED] = { "next-uncovered", ERROR, NULL,
	    "no published record matches the next certificate (--next): "
	    "publish the one given, two TTLs before the switch" },
	[FINDING_SIGNATURE_EXPIRING] = { "signature-expiring", WARNING, NULL,
	    "have the zone signed again: when its signatures expire, "
	    "senders that validate delay the mail" },
	[FINDING_CERTIFICATE_EXPIRING] = { "certificate-expiring", WARNING,
	    NULL,
	    "renew it: usage 2 requires valid dates, all the way up the "
	    "chain" },

	[FINDING_ADDRESS_RESERVED] = { "address-reserved", ERROR, NULL,
	    "no public server can have this address: correct it, or use "
	    "--allow-reserved where it is intended" },
	[FINDING_CONNECT_FAILED] = { "connect-failed", ERROR, NULL,
	    "the server could not be reached from here: check that it is "
	    "up, and that this machine may connect to the port" },
	[FINDING_SMTP_REFUSED] = { "smtp-refused", ERROR, NULL,
	    "the server refused this client: try from a machine that it "
	    "accepts mail from" },
	[FINDING_SMTP_PROTOCOL] = { "smtp-protocol", ERROR, NULL,
	    "not an SMTP server (RFC 5321): look at what listens on that "
	    "port" },
	[FINDING_TIMEOUT] = { "timeout", ERROR, NULL,
	    "a time limit passed: try again with a larger --timeout" },
	[FINDING_STARTTLS_NOT_OFFERED] = { "starttls-not-offered", ERROR,
	    STARTTLS,
	    "TLSA records promise STARTTLS: enable it, and look for a "
	    "device in front of the server that hides it" },
	[FINDING_STARTTLS_REFUSED] = { "starttls-refused", ERROR, STARTTLS,
	    "the server offers STARTTLS and then refuses it: look at its "
	    "TLS configuration and its log" },
	[FINDING_STARTTLS_PLAINTEXT_INJECTED] = { "starttls-plaintext-injected",
	    WARNING, NULL,
	    "the server continues in clear text after agreeing to TLS: "
	    "update it (CVE-2011-0411 and the like)" },
	[FINDING_TLS_HANDSHAKE_FAILED] = { "tls-handshake-failed", ERROR,
	    VALIDATION,
	    "the TLS handshake failed: look at the server's TLS "
	    "configuration and its log" },
	[FINDING_CLIENT_CERTIFICATE_REQUIRED] = {
	    "client-certificate-required", ERROR, VALIDATION,
	    "the server demands a certificate of its clients: mail servers "
	    "have none to show, so have it accept those without" },
	[FINDING_TLS_OUTDATED] = { "tls-outdated", ERROR, VALIDATION,
	    "senders that authenticate accept nothing that the server "
	    "negotiates (TLS 1.2, RFC 5746, signatures by SHA-256): update "
	    "it or its settings" },
	[FINDING_TLS_LONG_HELLO_FAILS] = { "tls-long-hello-fails", ERROR,
	    VALIDATION,
	    "a ClientHello above one TCP segment, as senders with OpenSSL 3.5 "
	    "or Go 1.24 send it, gets no answer: update what stands before "
	    "the server" },

	[FINDING_NO_RECORD_MATCHES] = { "no-record-matches", ERROR, VALIDATION,
	    "publish a record of what the server presents, or have it "
	    "present what is published" },
	[FINDING_COMBINATION_UNCOVERED] = { "combination-uncovered", WARNING,
	    NULL,
	    "each combination of usage, selector and matching type must "
	    "have a record that matches (RFC 7671 8): add one, or remove "
	    "those that are of nothing that is presented" },
	[FINDING_KEY_TYPE_UNCOVERED] = { "key-type-uncovered", ERROR,
	    VALIDATION,
	    "the server has certificates of several key types, and no "
	    "record matches this one: publish a record for it, too" },
	[FINDING_NAME_MISMATCH] = { "name-mismatch", ERROR, HOST_MISMATCH,
	    "usage 2 requires the host's name in the certificate: reissue "
	    "it with the name, or publish usage 3" },
	[FINDING_CERTIFICATE_EXPIRED] = { "certificate-expired", ERROR, EXPIRED,
	    "usage 2 requires valid dates: renew the certificate, or "
	    "publish usage 3" },
	[FINDING_CERTIFICATE_NOT_YET_VALID] = { "certificate-not-yet-valid",
	    ERROR, EXPIRED,
	    "usage 2 requires valid dates: wait, or fix the issuer's clock" },
	[FINDING_CHAIN_INVALID] = { "chain-invalid", ERROR, VALIDATION,
	    "the certificates do not lead up to the one in the record: "
	    "send the right chain, or publish usage 3" },
	[FINDING_CHAIN_DEEP] = { "chain-deep", ERROR, VALIDATION,
	    "the CA in the record is more than 11 certificates above the "
	    "server's, and Postfix, for one, goes no further: publish a record "
	    "of a nearer one, or usage 3" },
	[FINDING_ANCHOR_NOT_SENT] = { "anchor-not-sent", WARNING, NULL,
	    "a 2 1 0 record matches by its bare key, and the server does not "
	    "send the CA's certificate, as it must (RFC 7671 5.2.3): many "
	    "senders cannot do without; append it to the chain" },

	/* Errors where nothing else matches, else info. */
	[FINDING_USAGE_2_NAMES_LEAF] = { "usage-2-names-leaf", ERROR, NULL,
	    "usage 2 is for a CA, but the record is of the server's own "
	    "certificate or key: publish it with usage 3" },
	[FINDING_USAGE_3_NAMES_ISSUER] = { "usage-3-names-issuer", ERROR, NULL,
	    "usage 3 is for the server's own certificate, but the record is "
	    "of a CA: publish it with usage 2" },
	[FINDING_SELECTOR_SWAPPED] = { "selector-swapped", ERROR, NULL,
	    "the data is of the key where the selector says certificate, or "
	    "the other way round: correct the selector" },
	[FINDING_MATCHING_TYPE_SWAPPED] = { "matching-type-swapped", ERROR,
	    NULL,
	    "the data has another form than the matching type says, such as "
	    "another digest or the whole key: publish the record given" },
	[FINDING_DIGEST_OF_PEM] = { "digest-of-pem", ERROR, NULL,
	    "the digest is of the PEM text, but must be of the DER "
	    "encoding: publish the record given" },
	[FINDING_DIGEST_OF_NOTHING] = { "digest-of-nothing", ERROR, NULL,
	    "the digest is of empty input, since the command that made it "
	    "failed: publish the record given" },
	[FINDING_DATA_NOT_HEX_DECODED] = { "data-not-hex-decoded", ERROR, NULL,
	    "the data is the right octets in hexadecimal or base64, as "
	    "text: publish the octets themselves" },
	[FINDING_NEARLY_MATCHES] = { "nearly-matches", ERROR, NULL,
	    "a few digits differ from what would match, probably a typing "
	    "error: publish the record given" },
	[FINDING_ISSUER_NOT_SENT] = { "issuer-not-sent", ERROR, NULL,
	    "the record is of a CA whose certificate the server does not "
	    "send: append it to the chain, or publish another record" },
	[FINDING_ISSUER_RETIRED] = { "issuer-retired", ERROR, NULL,
	    "the record is of a CA that no longer issues certificates: "
	    "replace it" },
	[FINDING_MATCHES_ELSEWHERE] = { "matches-elsewhere", ERROR, NULL,
	    "the record matches what another address, host or key type of "
	    "the domain presents: update the one that was left behind" },

	[FINDING_TLSRPT_NONE] = { "tlsrpt-none", INFO, NULL,
	    "nobody is told of failures that senders see: publish a TLSRPT "
	    "record (RFC 8460 3) with an address for their reports" },

	[FINDING_EXPECTATION_FAILED] = { "expectation-failed", ERROR, NULL,
	    "the TLSA records are not (yet) as --expect and --expect-no "
	    "require: --wait gives the DNS time" },

	[FINDING_CHANGED_NEW] = { "changed-new", INFO, NULL,
	    "the earlier run (--since) did not include the domain: see its "
	    "full report" },
	[FINDING_CHANGED_VERDICT] = { "changed-verdict", INFO, NULL,
	    "the verdict has changed since the earlier run (--since): the "
	    "other changes and findings say why" },
	[FINDING_CHANGED_MX] = { "changed-mx", INFO, NULL,
	    "an MX host was added or removed: check that this was intended, "
	    "and that a new one has TLSA records" },
	[FINDING_CHANGED_ADDRESS] = { "changed-address", INFO, NULL,
	    "an address of a host was added or removed: check that this was "
	    "intended, and that a new server has the same keys as the others" },
	[FINDING_CHANGED_TLSA] = { "changed-tlsa", INFO, NULL,
	    "a TLSA record was added or removed: check that this was "
	    "intended, and that no server still uses a key whose record is "
	    "gone" },
	[FINDING_CHANGED_KEY] = { "changed-key", INFO, NULL,
	    "the server has a new key: check that a TLSA record of it is "
	    "published, and that it was you who changed it" },
	[FINDING_CHANGED_ISSUER] = { "changed-issuer", INFO, NULL,
	    "the server's certificate comes from another CA: check that this "
	    "was intended, and that no record of usage 2 depends on the old "
	    "one" },
	[FINDING_CHANGED_KEY_TYPE] = { "changed-key-type", INFO, NULL,
	    "the server presents certificates of other key types than "
	    "before: each type needs a TLSA record that matches" },
	[FINDING_CHANGED_TLS] = { "changed-tls", INFO, NULL,
	    "the server negotiates another TLS version: a lower one may be "
	    "due to a device in front of the server" },
	[FINDING_CHANGED_DNSSEC] = { "changed-dnssec", INFO, NULL,
	    "the DNSSEC status of an answer, or a key that signs it, has "
	    "changed: check that a key rollover was planned, and that the DS "
	    "record fits" },

	[FINDING_EGRESS_BLOCKED] = { "egress-blocked", WARNING, NULL,
	    "this machine is probably not allowed to connect to the port: "
	    "run mxdane elsewhere, or with --dns-only" },
	[FINDING_KEY_TYPES_UNTRIED] = { "key-types-untried", INFO, NULL,
	    "whether the server has a certificate of another key type could "
	    "not be determined: try again" },
	[FINDING_TRIED_AGAIN] = { "tried-again", INFO, NULL,
	    "an address could not be tried at first, and could a little later "
	    "(--retry): if that happens often, find out from its log why" },
	[FINDING_LIMIT_REACHED] = { "limit-reached", WARNING, NULL,
	    "there is more than mxdane looks at: what is beyond the limit "
	    "was not judged" },
	[FINDING_INTERNAL_CRASH] = { "internal-crash", ERROR, NULL,
	    "mxdane itself failed at this domain: report it, with the record "
	    "of such a run (--record)" },
};

static void
finding_clear(struct finding *finding)
{
	free(finding->text);
	advice_list_clear(&finding->advice);
	*finding = (struct finding){ 0 };
}

static size_t
octets_of(const struct finding *finding)
{
	return strlen(finding->text) + advice_list_octets(&finding->advice);
}

/* Whether another one with the code fits, once the last one is complete. */
static bool
has_room(struct finding_list *list, enum finding_code code)
{
	const size_t parts = codes[code].severity == SEVERITY_ERROR ? 3 : 2;

	for (; list->weighed < list->count; list->weighed++)
		list->octets += octets_of(&list->items[list->weighed]);
	return list->count < parts * FINDINGS_MAX &&
	    list->octets < parts * FINDINGS_OCTETS_MAX;
}

/* Where the next finding goes: into the list, or in nobody's way. */
static struct finding *
find_place(struct finding_list *list, enum finding_code code)
{
	if (!has_room(list, code)) {
		finding_clear(&list->spare);
		list->left_out++;
		return &list->spare;
	}
	list->items = memory_grow(list->items, list->count,
	    sizeof(*list->items));
	return &list->items[list->count++];
}

struct finding *
finding_vadd(struct finding_list *list, enum finding_code code,
    const char *format, va_list arguments)
{
	struct finding *finding = find_place(list, code);

	finding->code = code;
	finding->severity = codes[code].severity;
	finding->place.key_type = FINDING_ALL_KEY_TYPES;
	finding->place.record = FINDING_NO_RECORD;
	finding->text = memory_vformat(format, arguments);
	return finding;
}

struct finding *
finding_add(struct finding_list *list, enum finding_code code,
    const char *format, ...)
{
	struct finding *finding;
	va_list arguments;

	va_start(arguments, format);
	finding = finding_vadd(list, code, format, arguments);
	va_end(arguments);
	return finding;
}

void
finding_list_clear(struct finding_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		finding_clear(&list->items[i]);
	finding_clear(&list->spare);
	free(list->items);
	*list = (struct finding_list){ NULL, 0, 0, 0, 0, { 0 } };
}

size_t
finding_list_limit(struct finding_list *list)
{
	size_t octets = 0, kept, i;

	for (kept = 0; kept < list->count && kept < FINDINGS_MAX; kept++) {
		octets += octets_of(&list->items[kept]);
		if (octets > FINDINGS_OCTETS_MAX)
			break;
	}
	for (i = kept; i < list->count; i++)
		finding_clear(&list->items[i]);
	list->left_out += list->count - kept;
	list->count = kept;
	list->weighed = list->octets = 0;
	return list->left_out;
}

bool
finding_list_has(const struct finding_list *list, enum finding_code code)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (list->items[i].code == code)
			return true;
	}
	return false;
}

const char *
finding_code_name(enum finding_code code)
{
	return codes[code].name;
}

enum severity
finding_code_severity(enum finding_code code)
{
	return codes[code].severity;
}

bool
finding_code_is_trust(enum finding_code code)
{
	return code >= FINDING_DS_MISSING &&
	    code <= FINDING_ALGORITHM_DEPRECATED;
}

const char *
finding_code_tlsrpt(enum finding_code code)
{
	return codes[code].tlsrpt;
}

const char *
finding_code_meaning(enum finding_code code)
{
	return codes[code].meaning;
}

const char *
severity_name(enum severity severity)
{
	static const char *const names[] = {
		[SEVERITY_ERROR] = "error",
		[SEVERITY_WARNING] = "warning",
		[SEVERITY_INFO] = "info",
	};

	return names[severity];
}
