/*
 * What the rules of the judge share. Judging is three passes down the tree:
 * facts (what DANE makes of each host, address and handshake), findings (the
 * rules, a file for each subject), verdicts.
 */
#ifndef CHECKER_JUDGE_JUDGING_H
#define CHECKER_JUDGE_JUDGING_H

#include "checker/judge/judge.h"

/* Where the judge is in the tree. All pointers are borrowed. */
struct judge_state {
	const struct evidence		*evidence;	/* with its facts */
	const struct judge_options	*options;
	struct finding_list		*findings;	/* added to */
	struct verifier			*verifier;	/* of the audit */
	bool				 own_verifier;	/* it is freed */
	size_t				 results;	/* of matching */
	time_t				 when;		/* judged as of then */
	const struct host_evidence	*host;		/* NULL: the domain */
	bool				 dane_applies;	/* to the domain */
	/*
	 * No finding is more severe than this: what is wrong where DANE does
	 * not apply is reported, but no verdict suffers from it.
	 */
	enum severity			 max_severity;
	bool				 expectation_failed;	/* at a host */
	size_t				 hosts_checked;	/* against them */
	size_t				 diagnosis_count;
	uint32_t			 given_ttl;	/* seconds; of records
							 * that are given; 0:
							 * not known */
};

/* The state before any rule; FINDINGS is added to. Ended by judging_end. */
struct judge_state judging_begin(const struct evidence *evidence,
		    const struct judge_options *options,
		    struct finding_list *findings);
void		 judging_end(struct judge_state *state);

/*
 * Adds a finding about the host at hand, with the code's severity but none
 * above max_severity. Borrowed until the next one is added.
 */
struct finding	*judging_add(struct judge_state *state,
		    enum finding_code code, const char *format, ...)
		    __attribute__((format(printf, 3, 4)));
/* The same about one of its addresses and a key type. ENDPOINT may be NULL. */
struct finding	*judging_add_at(struct judge_state *state,
		    const struct endpoint_evidence *endpoint,
		    enum key_type key_type, enum finding_code code,
		    const char *format, ...)
		    __attribute__((format(printf, 5, 6)));
/* Gives it another severity than its code's, within the same limit. */
void		 judging_set_severity(const struct judge_state *state,
		    struct finding *finding, enum severity severity);
/* Moves it from the host to a name server. */
void		 judging_set_server(struct finding *finding,
		    const struct server_evidence *server);
/* Of a lookup that failed: where name servers may be that were not asked. */
void		 judging_advise_reserved(const struct judge_state *state,
		    struct finding *finding);

/* What CHAIN is matched against: the host's records and names. Borrowed. */
struct match_input judging_match_input(const struct judge_state *state,
		    const struct host_evidence *host,
		    const struct chain *chain);

/*
 * Whether the budget did not allow to match all of the host's records with what
 * was presented.
 */
bool		 judging_is_untried(const struct host_evidence *host,
		    const struct handshake_evidence *handshake);

/*
 * Whether a handshake fails for its records: none of them matches it. Something
 * else may be wrong with one that they do match.
 */
bool		 judging_is_unmatched(
		    const struct handshake_evidence *handshake);

/*
 * Whether two handshakes with an address have the same chain and verdict: what
 * there is to say of the one holds of the other.
 */
bool		 judging_is_alike(const struct handshake_evidence *a,
		    const struct handshake_evidence *b);
/*
 * Whether one before HANDSHAKE, which is one of the address, is like that, in
 * another version of TLS (--repeat): all has been said.
 */
bool		 judging_is_repeated(const struct endpoint_evidence *endpoint,
		    const struct handshake_evidence *handshake);

/*
 * How long after a record was published some cache may lack it, in seconds: two
 * TTLs of the host's TLSA records (RFC 7671 8.1). 0: no cache keeps them, or
 * their TTL is not known.
 */
unsigned long	 judging_wait(const struct judge_state *state);

#endif
