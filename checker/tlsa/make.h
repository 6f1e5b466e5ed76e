/*
 * TLSA records made of a certificate or a public key.
 */
#ifndef CHECKER_TLSA_MAKE_H
#define CHECKER_TLSA_MAKE_H

#include "checker/tlsa/tlsa.h"

struct certificate;

/*
 * The record of the given kind for a certificate; its data is owned by the
 * caller.
 */
void	 make_tlsa(struct tlsa *record, const struct certificate *certificate,
	    enum tlsa_usage usage, enum tlsa_selector selector,
	    enum tlsa_matching_type matching_type);

/*
 * The record with usage 3 and selector 1 of a public key (SubjectPublicKeyInfo
 * in DER), which may not have a certificate yet.
 */
void	 make_tlsa_of_key(struct tlsa *record, const uint8_t *spki, size_t size,
	    enum tlsa_matching_type matching_type);

/* What make_tlsa makes, in the words of tlsa_line. Owned by the caller. */
char	*make_line(const char *owner, const struct certificate *certificate,
	    enum tlsa_usage usage, enum tlsa_selector selector,
	    enum tlsa_matching_type matching_type);

#endif
