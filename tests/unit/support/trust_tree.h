/*
 * A domain, example.org, with its chain of trust: keys and signatures are real,
 * as of PACKET_NOW. All is secure at first; tests break it, and say what the
 * name servers said themselves.
 */
#ifndef TESTS_UNIT_SUPPORT_TRUST_TREE_H
#define TESTS_UNIT_SUPPORT_TRUST_TREE_H

#include "checker/evidence/evidence.h"
#include "resolver/ds.h"
#include "tests/unit/support/packet.h"
#include "tests/unit/support/signing.h"

#define TRUST_TREE_ZONE		"example.org"
#define TRUST_TREE_PARENT	"org"

/* Algorithm 13, in the keys made here. */
#define TRUST_TREE_ALGORITHM	13

struct trust_tree {
	struct evidence		*evidence;	/* owned; the zones are ".",
						 * "org", and "example.org" */
	struct signing_key	*parent;	/* owned; the only one of org */
	struct signing_key	*key;		/* owned; that of example.org */
	struct signing_key	*stranger;	/* owned; says that it is of
						 * example.org, and is in no
						 * DNSKEY RRset */
};

void	trust_tree_init(struct trust_tree *tree);
void	trust_tree_clear(struct trust_tree *tree);

/* Borrowed until a zone is added. */
struct zone_evidence *trust_tree_zone(const struct trust_tree *tree);
struct zone_evidence *trust_tree_parent(const struct trust_tree *tree);

/* Puts an answer, of which it takes ownership, in the place of another. */
void	trust_tree_put(struct answer **slot, struct answer *answer);

/* The parent has no DS record of the zone, which nobody asked for its keys. */
void	trust_tree_remove_ds(struct trust_tree *tree);
/* Adds a DS record: one that fits the key of example.org, or any. */
void	trust_tree_add_ds(struct answer *ds, const struct trust_tree *tree,
	    enum ds_digest digest_type);
void	trust_tree_add_other_ds(struct answer *ds, uint16_t key_tag,
	    uint8_t algorithm, uint8_t digest_type);

/* A CDS or DS answer with no records yet. Owned by the caller. */
struct answer	*trust_tree_new_ds(enum dns_type type);

/* ZONE's DNSKEY answer with KEY, signed by SIGNER (NULL: nobody). */
struct answer	*trust_tree_keys(const char *zone,
		    const struct signing_key *key,
		    const struct signing_key *signer, struct signing_time time);

/* How an answer is signed. */
struct trust_tree_signature {
	const char			*owner;		/* NULL: not at all */
	enum dns_type			 type;
	const struct signing_key	*key;
	struct signing_time		 time;
	const char			*wildcard;	/* NULL: none */
};
/* An answer that nobody has validated yet. */
struct answer	*trust_tree_answer(const struct packet *packet,
		    const struct trust_tree_signature *signature);

/* The zone's server was asked by ourselves, and said that. */
void	trust_tree_hear(struct zone_evidence *zone, struct answer *answer);
/* It gave no usable answer. */
void	trust_tree_hear_fault(struct zone_evidence *zone, const char *owner,
	    enum dns_type type, enum answer_fault fault, uint16_t rcode);
/* It referred the question to another server. */
void	trust_tree_hear_referral(struct zone_evidence *zone,
	    const char *owner, enum dns_type type);

#endif
