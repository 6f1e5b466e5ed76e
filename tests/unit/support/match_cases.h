/*
 * What the tests of checker/match.c hold against one another: a small world of
 * certificates, and chains with one record each.
 */
#ifndef TESTS_UNIT_SUPPORT_MATCH_CASES_H
#define TESTS_UNIT_SUPPORT_MATCH_CASES_H

#include <stddef.h>

#include "checker/tlsa/match.h"

struct host_evidence;
struct issued;

#define MATCH_SENT_MAX	5

/* The certificates of the cases; an issuer comes before what it issues. */
enum who {
	NOBODY,
	ROOT,
	INTERMEDIATE,
	OTHER_ROOT,
	CROSS,			/* INTERMEDIATE's name and key, other issuer */
	OLD_CROSS,		/* the same, expired */
	OLD_ROOT,
	UNDER_OLD_ROOT,
	OLD_INTERMEDIATE,
	FUTURE_ROOT,
	NO_CA,
	IMPOSTOR,		/* the intermediate's name, another key */
	IMPOSTOR_WITHOUT_IDS,
	FORGED_INTERMEDIATE,
	FOR_CLIENTS,
	LEAF,
	LEAF_RSA,
	LEAF_ED25519,
	LEAF_WEAK,
	LEAF_SHA1,
	LEAF_WITHOUT_IDS,
	LEAF_OF_ROOT,
	LEAF_OLD,
	LEAF_FUTURE,
	LEAF_FORGED,
	LEAF_CLIENT,
	LEAF_SERVER,
	LEAF_OTHER,
	LEAF_OLD_OTHER,
	LEAF_DOMAIN,
	LEAF_WILD,
	LEAF_WILD_PART,
	LEAF_WILD_SECOND,
	LEAF_WILD_BELOW,
	LEAF_CAPITALS,
	LEAF_CN,
	LEAF_CN_AND_OTHER,
	LEAF_UNDER_OLD_ROOT,
	LEAF_OF_OLD_INTERMEDIATE,
	LEAF_OLD_OF_OLD,
	LEAF_OF_FUTURE_ROOT,
	LEAF_OF_NO_CA,
	LEAF_OF_FORGED,
	LEAF_OF_FOR_CLIENTS,
	ALONE,
	ALONE_CA,
	WHO_COUNT
};

/* One record against one chain, on CERTIFICATES_NOW. */
struct match_case {
	const char	*what;
	enum who	 sent[MATCH_SENT_MAX];
	const char	*record;	/* "2 1 1", of: */
	enum who	 of;
	int		 depth;
	unsigned int	 faults;	/* 0: it matches */
	const char	*why;
};

extern const struct match_case match_cases[];
extern const size_t match_case_count;

/* The names that all cases are about. */
#define MATCH_NAME_COUNT 2
extern const char *const match_names[MATCH_NAME_COUNT];

/* One certificate for each of enum who: the state of a group of tests. */
int		  match_world_set_up(void **state);
int		  match_world_tear_down(void **state);

/* What is sent, up to NOBODY or LIMIT. Owned by the caller. */
struct chain	 *match_world_chain(struct issued **world,
		    const enum who *sent, size_t limit);

/* A chain held against records, as in all cases. Borrowed. */
struct match_input match_world_input(const struct tlsa_set *set,
		    const struct chain *chain);

/* Adds the record of the kind of "2 1 1" for a certificate. */
void		  match_world_record(struct tlsa_set *set,
		    struct issued **world, const char *kind, enum who of);

/* Gives the host such a record, or an address that shows what is sent. */
void		  match_world_publish(struct host_evidence *host,
		    struct issued **world, const char *kind, enum who of);
void		  match_world_present(struct host_evidence *host,
		    struct issued **world, const char *address,
		    const enum who *sent);

#endif
