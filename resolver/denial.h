/*
 * Whether an answer proves what it denies, in packets that libunbound could not
 * validate.
 */
#ifndef RESOLVER_DENIAL_H
#define RESOLVER_DENIAL_H

struct answer;

/* Whether the records that deny something are there, and do. */
enum denial_fault {
	DENIAL_UNCHECKED,	/* there is no packet, or it denies nothing, or
				 * by hashes that are not computed */
	DENIAL_MISSING,		/* no NSEC or NSEC3 record */
	DENIAL_WRONG,		/* they do not prove it */
	DENIAL_GOOD,
};

/*
 * RFC 4035 5.4, RFC 5155 8: of an absence; and of records from a wildcard, that
 * no name is nearer. Whether the proof is signed is rrsig_check's to say.
 */
enum denial_fault denial_check(const struct answer *answer);

#endif
