/*
 * The chains in one file: mail servers take a key, its certificate and what is
 * above it for one key type, and then the same for the next (Postfix,
 * smtpd_tls_chain_files).
 */
#ifndef CHECKER_TLSA_CHAIN_SPLIT_H
#define CHECKER_TLSA_CHAIN_SPLIT_H

#include <stdbool.h>
#include <stddef.h>

struct chain;
struct stack_st_X509;
struct x509_st;

/*
 * Certificates that are told apart; who issued whom is found out for each two
 * of them.
 */
#define CHAIN_SPLIT_MAX 128

struct chain_split {
	struct chain	**chains;	/* owned; any may be taken, and NULL */
	size_t		  count;
};

/*
 * Splits STACK (1 to CHAIN_SPLIT_MAX certificates, in the order of a file): a
 * chain begins at the first certificate and at each that is a server's, and so
 * has issued none of the others. Server's are those that are no CA's, unless
 * their only name cannot be a host's; those of a CA that name a host, as the
 * self-signed ones that "openssl req -x509" makes; and those right behind a
 * private key where the file has several (AFTER_KEY, a flag for each; NULL: it
 * has not). Where keys come first, the one behind a key is the server's even if
 * it issued another. Where the first of a chain has, the order is wrong, and
 * nothing is split any more.
 */
void	chain_split_init(struct chain_split *split,
	    const struct stack_st_X509 *stack, const bool *after_key);
void	chain_split_clear(struct chain_split *split);

/*
 * The certificates of BAG (at most CHAIN_SPLIT_MAX), which have no order, in
 * that of a server's file: behind each server's own those that issued it, and
 * those that issued them. What is above no server's own is left out, unless
 * there is none. Owned by the caller, with its elements.
 */
struct stack_st_X509 *chain_split_order(const struct stack_st_X509 *bag);

/*
 * Whether a server can have it as its own: not what one CA has from another,
 * unless it names a host.
 */
bool	chain_split_may_be_own(struct x509_st *x509);

#endif
