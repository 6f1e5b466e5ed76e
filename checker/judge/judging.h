/*
 * What the files of the judge share among themselves: judge.c has the domain,
 * judge_host.c a host, judge_endpoint.c an address and its handshakes,
 * judge_authority.c the name servers. The others have a rule each.
 */
#ifndef CHECKER_JUDGE_JUDGING_H
#define CHECKER_JUDGE_JUDGING_H

#include "checker/evidence/host_dns.h"
#include "checker/judge/judge.h"

/* Where the judge stands in the tree. All borrowed. */
struct judge_state {
	struct evidence			*evidence;
	const struct judge_options	*options;
	struct host_evidence		*host;
	time_t				 when;		/* judged as of then */
	bool				 dane_applies;	/* DANE to the domain */
	/*
	 * No finding is graver than this: what is wrong where DANE does not
	 * apply is told, but no verdict suffers from it.
	 */
	enum severity			 max_severity;
	bool				 expectation_failed;	/* expectation failed */
	size_t				 hosts_checked;	/* hosts looked at */
	size_t				 diagnosis_count;	/* explanations */
};

/* The judge before it has seen anything. */
struct judge_state judge_begin(struct evidence *evidence,
		    const struct judge_options *options);

/* Adds the place to a finding, and caps its severity. Returns it. */
struct finding	*judging_place(const struct judge_state *judging,
		    struct finding *finding,
		    const struct endpoint_evidence *endpoint,
		    enum key_type key_type);

void		 judge_host(struct judge_state *judging);

/* An address of a host whose DNS has the given state. */
void		 judge_endpoint(const struct judge_state *judging,
		    struct endpoint_evidence *endpoint, enum host_dns state);

/* RFC 7671 8, over all of the host's handshakes that passed. */
void		 judge_coverage(const struct judge_state *judging);

/*
 * Ageing: the signatures of ANSWERS (members may be NULL), and the
 * certificates that the host's authentication hangs on. True: the verdict is
 * fail.
 */
bool		 judge_signatures(const struct judge_state *judging,
		    const struct answer *const *answers, size_t count);
bool		 judge_certificates(const struct judge_state *judging);

/* Why records do not match, and what an authority's rotation will do. */
void		 judge_diagnoses(struct judge_state *judging);
void		 judge_rotation(const struct judge_state *judging);

/*
 * What keeps it working: the next change of keys, and how long caches remember.
 * judge_next is --next, of one host; true: the verdict is fail.
 */
void		 judge_rollover(const struct judge_state *judging);
bool		 judge_next(const struct judge_state *judging);

/* "ns1.example.org [192.0.2.53] over TCP". Owned by the caller. */
char		*judging_server_text(const struct server_evidence *server);
/*
 * Whether TEXT, of a server over TCP, has been said of it without that already.
 */
bool		 judging_is_said(const struct judge_state *judging,
		    enum finding_code code, const char *text);

/*
 * --expect and --expect-no: what the user asks for decides the verdict, whether
 * DANE applies or not. Of one host; and of the domain, when all hosts have been
 * judged (true: the verdict is fail).
 */
void		 judge_expectations(struct judge_state *judging);
bool		 judge_expected(const struct judge_state *judging);

/*
 * What each name server said (--authoritative): the verdict is no better than
 * that which is returned.
 */
enum verdict	 judge_nameservers(const struct judge_state *judging);

/* What CHAIN is held against: the host's records and names. All borrowed. */
struct match_input judging_match_input(const struct judge_state *judging,
		    const struct chain *chain);

/* The owner of the host's TLSA records, as published or to be. Borrowed. */
const char	*judging_tlsa_owner(const struct judge_state *judging);

/*
 * How long after a record was published some cache may lack it, in seconds: two
 * TTLs of the host's TLSA records (RFC 7671 8.1), of which there is an answer.
 */
unsigned long	 judging_wait(const struct judge_state *judging);

#endif
