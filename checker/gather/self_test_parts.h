/*
 * The parts of self_test.h: errands, each of which asks or connects once
 * (errand.c), those to name servers (self_test_dns.c) and those about
 * mail (self_test_mail.c).
 */
#ifndef CHECKER_GATHER_SELF_TEST_PARTS_H
#define CHECKER_GATHER_SELF_TEST_PARTS_H

#include <sys/socket.h>

#include "checker/evidence/evidence.h"
#include "checker/evidence/self_test_facts.h"
#include "checker/gather/context.h"
#include "resolver/query.h"

struct errand;
struct self_test;

/* ANSWER is borrowed; what it showed is to be added as a sight. */
typedef void	errand_answered(struct errand *errand,
		    const struct answer *answer);

/* Something under way. */
struct errand {
	struct self_test	*test;		/* borrowed */
	struct errand		*previous;	/* borrowed */
	struct errand		*next;		/* owned by the list */
	/* With its topic, subject, server and source, for when it ends. */
	struct self_test_sight	 sight;
	struct resolver_question *question;	/* owned; NULL: none */
	struct query		*query;		/* owned; NULL: none */
	struct query_manner	 manner;
	struct dial		*dial;		/* owned; NULL: none */
	struct session		*session;	/* owned; NULL: none */
	char			*trace;		/* owned; the subject of its
						 * conversation */
	errand_answered		*answered;
};

struct self_test {
	const struct context	*context;	/* borrowed */
	struct evidence		*evidence;	/* owned */
	struct self_test_facts	*facts;		/* borrowed, in that */
	struct errand		*first;		/* owned, a list */
	struct resolver_question *probe;	/* owned; NULL: none */
	struct event		*deadline;	/* owned */
	struct event		*end;		/* owned; see on_end */
	uint64_t		 party;		/* see dial.h */
	size_t			 contacts;	/* so far */
	void			(*done)(struct evidence *evidence,
				    void *argument);
	void			*argument;	/* borrowed */
};

/* --- errand.c */

/*
 * An errand that tells what it saw of TOPIC; SUBJECT (owned, printable) may be
 * NULL. It has no end before it is given one of the following.
 */
struct errand	*errand_new(struct self_test *test,
		    enum self_test_topic topic, char *subject);
/* Asks this program's resolver. */
void		 errand_ask(struct errand *errand, const char *name,
		    enum dns_type type, errand_answered *answered);
/* Asks the server of its sight; QUESTION needs no more than what to ask. */
void		 errand_query(struct errand *errand,
		    struct query_question *question,
		    errand_answered *answered);
/*
 * Adds its sight, once more of it is known; WHY (printable) is copied, or NULL.
 * It can be added several times.
 */
void		 errand_see(const struct errand *errand,
		    enum self_test_kind kind, const char *why);
/* It is over. The test ends with the last one. NULL is fine. */
void		 errand_end(struct errand *errand);
/* All are over, silently if they have not been seen. */
void		 errand_end_all(struct self_test *test, bool silent);

/* --- self_test_dns.c */

/* The root, the clock, and each server that questions go to. */
void		 self_test_dns(struct self_test *test);

/* --- self_test_mail.c */

/* The name for EHLO, our addresses, and the mail servers of the domain. */
void		 self_test_mail(struct self_test *test);
/*
 * A packet for ADDRESS would come from here: tells of the route, and asks for
 * the name of the source.
 */
void		 self_test_route(struct self_test *test,
		    const struct address *address);

#endif
