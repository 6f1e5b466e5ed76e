/*
 * When what DANE depends on expires: DNSSEC signatures, and the certificates
 * that a usage 2 match depends on. Facts of the tree for judge/ and report/.
 */
#ifndef CHECKER_EVIDENCE_EXPIRY_H
#define CHECKER_EVIDENCE_EXPIRY_H

#include "checker/evidence/evidence.h"

#define EXPIRY_DAY (24.0 * 60 * 60)	/* seconds */

/*
 * The secure one of COUNT answers (which may be NULL) whose signatures end
 * first. Borrowed; NULL: none is signed.
 */
const struct answer *expiry_first_to_end(
		    const struct answer *const *answers, size_t count);
/* When the first signature ends that DANE depends on; 0: there is none. */
time_t		 expiry_signatures_end(const struct evidence *evidence);
/*
 * When the first certificate ends that a handshake depends on, whose matches
 * are known, where only records with usage 2 match. 0: there is none. The judge
 * keeps it in the tree.
 */
time_t		 expiry_handshake_end(const struct host_evidence *host,
		    const struct handshake_evidence *handshake);
/* The same over the whole judged tree. */
time_t		 expiry_certificates_end(const struct evidence *evidence);

/*
 * The answers of a host that DANE depends on; returns how many (some are NULL).
 */
#define EXPIRY_ANSWERS 5
size_t		 expiry_answers(const struct host_evidence *host,
		    const struct answer *answers[EXPIRY_ANSWERS]);

#endif
