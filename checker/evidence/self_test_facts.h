/*
 * What --self-test saw of this machine and its network, and what that means:
 * whether this is a place to test mail domains from at all.
 */
#ifndef CHECKER_EVIDENCE_SELF_TEST_FACTS_H
#define CHECKER_EVIDENCE_SELF_TEST_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "smtp/address.h"

/* Limits on what is seen, and on the lines that say so. */
#define SELF_TEST_SIGHTS_MAX	512
#define SELF_TEST_ITEMS_MAX	64

/* What is tested, in the order of the report. */
enum self_test_topic {
	SELF_TEST_ROOT,		/* which trust anchor fits its keys */
	SELF_TEST_CLOCK,	/* against the signatures of zones */
	SELF_TEST_RESOLVER,	/* what --resolver hands through */
	SELF_TEST_UDP,		/* an answer that is large */
	SELF_TEST_TCP,
	SELF_TEST_IPV4,		/* a route, and answers over it */
	SELF_TEST_IPV6,
	SELF_TEST_PORT,		/* to mail servers */
	SELF_TEST_NAME,		/* for EHLO: what it resolves to */
	SELF_TEST_REVERSE,	/* the names of our addresses */

	SELF_TEST_TOPICS
};

enum self_test_kind {
	SIGHT_SILENT,		/* nothing came in time */
	SIGHT_FAILED,		/* `why` */
	SIGHT_NO_ROUTE,		/* nothing was sent */
	SIGHT_RESERVED,		/* a special-purpose address: nothing sent */
	SIGHT_REFUSED,		/* a mail server refuses this client */
	SIGHT_ERROR,		/* a name server answers with one: `why` */
	SIGHT_CUT,		/* an answer is cut off (TC) */
	SIGHT_PLAIN,		/* without EDNS (RFC 6891) */
	SIGHT_STRIPPED,		/* records without their signatures */
	SIGHT_UNPROVED,		/* a denial without its proof */
	SIGHT_ABSENT,		/* it is said that there is no such thing */
	SIGHT_GOOD,
};

/* What one try showed. What does not apply is zero or NULL. */
struct self_test_sight {
	enum self_test_topic	 topic;
	enum self_test_kind	 kind;
	char			*subject;	/* owned, printable: a zone, a
						 * mail server; a PTR name */
	struct address		 server;	/* asked, or connected to; for
						 * a name, its address */
	struct address		 source;	/* ours */
	char			*why;		/* owned, printable */
	unsigned int		 number;	/* octets of an answer; the tag
						 * of a key that is trusted */
	time_t			 from;		/* of a zone's newest */
	time_t			 until;		/* signature */
};

enum self_test_state {
	SELF_TEST_UNTRIED,
	SELF_TEST_FAIL,		/* something cannot be tested here */
	SELF_TEST_WARN,		/* something may be odd */
	SELF_TEST_OK,
};

/* A line of the report. */
struct self_test_item {
	enum self_test_topic	 topic;
	enum self_test_state	 state;
	char			*text;		/* owned, printable */
	char			*advice;	/* owned, printable; NULL: none
						 * is needed */
};

struct self_test_facts {
	bool			 has_domain;	/* the evidence's is the user's,
						 * whose servers are tried */
	bool			 no_ipv4;	/* -6 */
	bool			 no_ipv6;	/* -4 */
	bool			 root;		/* root servers were asked, no
						 * --resolver */
	char			*helo;		/* owned; the name for EHLO */
	struct self_test_sight	*sights;	/* owned */
	size_t			 sight_count;
	struct self_test_item	*items;		/* owned; judged */
	size_t			 item_count;
};

/* HELO is copied. Owned by the caller. */
struct self_test_facts *self_test_facts_new(const char *helo);
/* NULL is fine. */
void	 self_test_facts_free(struct self_test_facts *facts);
/* Drops the items. NULL is fine. */
void	 self_test_facts_unjudge(struct self_test_facts *facts);

/*
 * Adds a sight, and takes ownership of what SIGHT owns; beyond the limit it is
 * freed.
 */
void	 self_test_facts_add(struct self_test_facts *facts,
	    const struct self_test_sight *sight);

/* Puts the sights into an order that does not depend on who was first. */
void	 self_test_facts_sort(struct self_test_facts *facts);

/* "port 25", and "FAIL". Static. */
const char *self_test_facts_topic(enum self_test_topic topic);
const char *self_test_facts_state(enum self_test_state state);
/* A topic as programs have it: "port". Static. */
const char *self_test_facts_key(enum self_test_topic topic);

#endif
