/*
 * What the files of the judge share among themselves: judge.c has the domain,
 * judge_host.c a host, judge_endpoint.c an address and its handshakes,
 * judge_authority.c the name servers. The others have a rule each.
 */
#ifndef CHECKER_JUDGE_JUDGE_PARTS_H
#define CHECKER_JUDGE_JUDGE_PARTS_H

#include "checker/evidence/host_dns.h"
#include "checker/judge/judge.h"

/* Where the judge stands in the tree. All borrowed. */
struct judging {
	struct evidence			*evidence;
	const struct judge_options	*options;
	struct host_evidence		*host;
	bool				 applies;	/* DANE to the domain */
	/*
	 * No finding is graver than this: what is wrong where DANE does not
	 * apply is told, but no verdict suffers from it.
	 */
	enum severity			 gravest;
	bool				 disappointed;	/* expectation failed */
	size_t				 expecting;	/* hosts looked at */
	size_t				 diagnosed;	/* explanations */
};

/* Adds the place to a finding, and caps its severity. Returns it. */
struct finding	*judging_place(const struct judging *judging,
		    struct finding *finding,
		    const struct endpoint_evidence *endpoint,
		    enum key_type key_type);

void		 judge_host(struct judging *judging);

/* An address of a host whose DNS has the given state. */
void		 judge_endpoint(const struct judging *judging,
		    struct endpoint_evidence *endpoint, enum host_dns state);

/* RFC 7671 8, over all of the host's handshakes that passed. */
void		 judge_coverage(const struct judging *judging);

/*
 * Ageing: the signatures of ANSWERS (members may be NULL), and the
 * certificates that the host's authentication hangs on. True: the verdict is
 * fail.
 */
bool		 judge_signatures(const struct judging *judging,
		    const struct answer *const *answers, size_t count);
bool		 judge_certificates(const struct judging *judging);

/* Why records do not match, and what an authority's rotation will do. */
void		 judge_diagnoses(struct judging *judging);
void		 judge_rotation(const struct judging *judging);

/*
 * What keeps it working: the next change of keys, and how long caches remember.
 * judge_next is --next, of one host; true: the verdict is fail.
 */
void		 judge_keeping(const struct judging *judging);
bool		 judge_next(const struct judging *judging);

/* "ns1.example.org [192.0.2.53] over TCP". Owned by the caller. */
char		*judging_server_text(const struct server_evidence *server);
/*
 * Whether TEXT, of a server over TCP, has been said of it without that already.
 */
bool		 judging_is_said(const struct judging *judging,
		    enum finding_code code, const char *text);

/*
 * --expect and --expect-no: what the user asks for decides the verdict, whether
 * DANE applies or not. Of one host; and of the domain, when all hosts have been
 * judged (true: the verdict is fail).
 */
void		 judge_expectations(struct judging *judging);
bool		 judge_expected(const struct judging *judging);

/*
 * What each name server said (--authoritative): the verdict is no better than
 * that which is returned.
 */
enum verdict	 judge_authority(const struct judging *judging);

/* What CHAIN is held against: the host's records and names. All borrowed. */
struct match_input judging_match_input(const struct judging *judging,
		    const struct chain *chain);

/* The owner of the host's TLSA records, as published or to be. Borrowed. */
const char	*judging_tlsa_owner(const struct judging *judging);

/*
 * How long after a record was published some cache may lack it, in seconds: two
 * TTLs of the host's TLSA records (RFC 7671 8.1), of which there is an answer.
 */
unsigned long	 judging_wait(const struct judging *judging);

#endif
