/*
 * The rules, one file for each subject. Those that return a verdict say how far
 * they lower that of the host or domain (verdict_cap); VERDICT_PASS: not at
 * all. A rule that takes a state adds its findings there.
 */
#ifndef CHECKER_JUDGE_JUDGE_PARTS_H
#define CHECKER_JUDGE_JUDGE_PARTS_H

#include "checker/judge/judging.h"
#include "checker/judge/trust_fault.h"

/*
 * What was left out for want of budget or time. The first when everything has
 * been matched, and sets the budget for what follows; the second when the
 * findings are settled, and settles them again.
 */
void		 judge_budget_match(struct judge_state *state);
void		 judge_budget_report(struct judge_state *state);

/*
 * What the resolver that the user named gets wrong, which is no fault of the
 * domain. The first, of facts: what DNS answers of a host that nobody is to be
 * blamed for decide. The second adds the findings, and returns whether they
 * say why nothing can be validated, where that is so; the verdict is for the
 * rules that meet such an answer.
 */
void		 judge_disputed_host(const struct evidence *evidence,
		    struct host_evidence *host);
bool		 judge_resolver(struct judge_state *state);

/* What a process that died leaves. */
enum verdict	 judge_crash(struct judge_state *state);

/*
 * Facts. The first fills in what the DNS alone says of a host; the second, when
 * the DNS can be trusted, its records, names, matches, and the verdicts of its
 * handshakes and addresses.
 */
/* A tree of --self-test: its items, and the verdict. */
void		 judge_self_test(struct evidence *evidence);
void		 judge_host_dns(const struct evidence *evidence,
		    struct host_evidence *host);
void		 judge_host_facts(struct judge_state *state,
		    struct host_evidence *host);
/* The same for an address of HOST, whose records are known. */
void		 judge_endpoint_facts(struct judge_state *state,
		    struct endpoint_evidence *endpoint,
		    const struct host_evidence *host);
/* What counts of an address's handshakes, once they are matched. */
void		 judge_outdated_facts(struct endpoint_evidence *endpoint);
/* Which records match any handshake, once the addresses are judged. */
void		 judge_host_matches(struct host_evidence *host);
/*
 * Milliseconds that it takes, about, to hold a record against a chain, be there
 * no signature to check: an owner has many of both, and advice holds each
 * against each.
 */
#define JUDGE_TRY_COST 0.05
/*
 * Whether records would make an address no worse: it must talk TLS with all who
 * then insist on that, unless records that nobody can use demand it already
 * (RFC 7672 2.2).
 */
bool		 judge_host_is_ready(const struct host_evidence *host,
		    const struct endpoint_evidence *endpoint);

/*
 * What must be done before the records that findings advise can be published,
 * in front of them. When all findings have been added.
 */
void		 judge_placement(struct judge_state *state);

/* Findings of the host at hand. Returns its verdict. */
enum verdict	 judge_host(struct judge_state *state);
/* Of its TLSA records by themselves. */
void		 judge_host_records(struct judge_state *state);
/* Of its addresses. Returns what they make of the host. */
enum verdict	 judge_host_endpoints(struct judge_state *state);
void		 judge_endpoint(struct judge_state *state,
		    const struct endpoint_evidence *endpoint);
/* Of what senders that authenticate do not accept there. */
void		 judge_outdated(struct judge_state *state,
		    const struct endpoint_evidence *endpoint);

/* RFC 7671 8, over all of the host's handshakes that passed. */
void		 judge_coverage(struct judge_state *state);

/*
 * Expiry: of the signatures of ANSWERS (members may be NULL); of those of the
 * zones on the chains of trust, once the hosts are judged; and of the
 * certificates that the host's authentication depends on.
 */
enum verdict	 judge_signatures(struct judge_state *state,
		    const struct answer *const *answers, size_t count);
enum verdict	 judge_zone_signatures(struct judge_state *state);
enum verdict	 judge_certificates(struct judge_state *state);

/* What senders may mind about the paths of the host's usage 2 matches. */
void		 judge_paths(struct judge_state *state);

/* Why records do not match; and what the rotation of a CA will break. */
void		 judge_diagnosis(struct judge_state *state);
void		 judge_rotation(struct judge_state *state);
/*
 * Advises the records that CHAIN, and what will be issued in its place, would
 * match by their issuer: of its CA, and of those with which that takes turns.
 * False: none would.
 */
bool		 judge_rotation_advise(struct judge_state *state,
		    struct advice_list *advice, const struct chain *chain);
/*
 * --state: what has changed since earlier runs in what the host presents.
 * Returns whether it is known that the next renewal will break it.
 */
bool		 judge_renewals(struct judge_state *state);

/* The next change of keys of a host with VERDICT; how long caches remember. */
void		 judge_rollover(struct judge_state *state,
		    enum verdict verdict, bool rotates);
/* --next. */
enum verdict	 judge_next(struct judge_state *state);

/*
 * --state: what this run saw of a host's TLSA records, a fact. And what is
 * known of those of a base domain of the host at hand, this run included; owned
 * by the caller, NULL: nothing.
 */
void		 judge_sightings(const struct evidence *evidence,
		    struct host_evidence *host);
struct sightings *judge_known_sightings(const struct judge_state *state,
		    size_t base);

/*
 * --expect and --expect-no: what the user asks for decides the verdict, whether
 * DANE applies or not. Of the host at hand; and of the domain, when all hosts
 * have been judged.
 */
enum verdict	 judge_expectations(struct judge_state *state);
enum verdict	 judge_expected(struct judge_state *state);

/*
 * Limits: the verdicts that are left when what was not looked at is taken into
 * account. Of a handshake whose records alone make VERDICT; a fault that is
 * that a host lacks some TLSA record; of the host at hand, and of the domain,
 * whose rules make VERDICT, with what they have to say about it.
 */
enum verdict	 judge_limited_handshake(const struct host_evidence *host,
		    const struct handshake *seen, enum verdict verdict);
enum verdict	 judge_limited_records(const struct host_evidence *host);
enum verdict	 judge_host_limits(struct judge_state *state,
		    enum verdict verdict);
enum verdict	 judge_domain_limits(struct judge_state *state,
		    enum verdict verdict);

/* Why answers are not secure, and what weakens those that are. */
void		 judge_trust(struct judge_state *state);
/* The fault that decides about the host at hand. Cleared by the caller. */
struct trust_fault judge_trust_of_host(const struct judge_state *state);
/*
 * VERDICT_FAIL for what is bogus; VERDICT_UNKNOWN where signatures have not
 * begun only because our own clock is behind.
 */
enum verdict	 judge_trust_verdict(const struct judge_state *state,
		    const struct trust_fault *fault);
/*
 * Adds what would cure a fault, or OTHERWISE if it is not known; then END.
 * Where no other finding has it, the zone is the place.
 */
void		 judge_trust_advise(struct finding *finding,
		    const struct trust_fault *fault, const char *otherwise,
		    const char *end);
/* Such an end. */
#define JUDGE_UNTIL_THEN "; until then senders that validate delay the mail"

/* Whom senders tell of failures, where it was asked. */
void		 judge_tlsrpt(struct judge_state *state);

/* What each name server said itself (--authoritative). */
enum verdict	 judge_nameservers(struct judge_state *state);
/* Of it: what is wrong by itself, or does not validate; and what differs. */
void		 judge_server_answers(struct judge_state *state);
void		 judge_server_differences(struct judge_state *state);

#endif
