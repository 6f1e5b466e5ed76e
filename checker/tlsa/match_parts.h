/*
 * Matching seen from inside: match.c goes through the records, trial.c
 * has OpenSSL verify a chain with one of them, match_explain.c finds out why it
 * does not, match_end.c until when it does. matcher.c has what they share.
 */
#ifndef CHECKER_TLSA_MATCH_PARTS_H
#define CHECKER_TLSA_MATCH_PARTS_H

#include <stdbool.h>
#include <time.h>

#include "checker/tlsa/match.h"

struct stack_st_X509;
struct x509_st;

/*
 * How far an anchor may be above the server's certificate: Postfix refuses more
 * at its defaults (smtp_tls_scert_verifydepth = 9, to which it adds one, and
 * OpenSSL another for the anchor).
 */
#define MATCH_HEIGHT_MAX 11

/* Milliseconds to build a path, for each certificate of the chain. */
#define MATCH_PATH_COST 0.01

/* The state that all records of one chain share. */
struct matcher {
	const struct match_input *input;	/* borrowed */
	struct verifier		 *verifier;	/* borrowed */
	struct verifier		 *own;		/* owned; NULL: it is the
						 * audit's */
	/* The chain as sent. Owned; NULL until OpenSSL is asked. */
	struct stack_st_X509	 *stack;
	struct alike		 *alike;	/* owned, a list (match.c) */
};

/* The faults of a chain, collected by a verification that goes on. */
struct fault_list {
	unsigned int	 bits;		/* enum match_fault */
	bool		 leads_elsewhere;	/* not to the record's */
	char		*text;		/* owned; NULL: no fault has one */
};

/* One verification: what is tried, and what comes of it. */
struct trial {
	const struct tlsa	*record;	/* borrowed */
	time_t			 when;
	/* In place of the chain as sent; borrowed; NULL: that. */
	struct stack_st_X509	*sent;
	/*
	 * Borrowed. With it OpenSSL goes on after each fault, as high as it
	 * can, and of the status only UNTRIED means something. NULL: it stops
	 * at the first, and goes as high as senders do.
	 */
	struct fault_list	*faults;

	enum match_status	 status;	/* MATCH, MISMATCH, UNTRIED */
	int			 depth;		/* as in match_result */
	/* Of the anchor above the leaf, in the path; or MATCH_NO_DEPTH. */
	int			 height;
	struct stack_st_X509	*path;		/* owned; as OpenSSL built it,
						 * the leaf first */
};

/* OpenSSL's queue of errors is as before when it ends. */
void	 matcher_begin(struct matcher *matcher,
	    const struct match_input *input);
void	 matcher_end(struct matcher *matcher);

/* Fills in the second half of TRIAL, which trial_clear frees. */
void	 trial_run(struct matcher *matcher, struct trial *trial);
void	 trial_clear(struct trial *trial);

/* The certificate's index in the chain as sent, or the chain's count. */
int	 matcher_index(const struct matcher *matcher,
	    const struct x509_st *x509);
/*
 * What people know it as: "the server's certificate", its subject, "the
 * certificate in the record". Borrowed.
 */
const char *matcher_subject(const struct matcher *matcher, int depth);

/* Adds a fault, the first of each kind with TEXT (takes ownership). */
void	 trial_add_fault(struct fault_list *faults, enum match_fault fault,
	    char *text);

/* Finds out why a record does not match, if the budget allows. */
void	 match_explain(struct matcher *matcher, const struct tlsa *record,
	    struct match_result *result);

#endif
