/*
 * The system's store of authorities, to put a name to a record: never to
 * complete a chain or to trust one.
 */
#ifndef CHECKER_TLSA_AUTHORITIES_H
#define CHECKER_TLSA_AUTHORITIES_H

struct authorities;
struct tlsa;

struct authorities *authorities_new(void);
void		    authorities_free(struct authorities *authorities);

/*
 * The name (owned by the caller) of the authority that the record is of, or
 * NULL. The store is read at the first call. ARGUMENT is the struct
 * authorities: this is the find of an authority_finder (diagnose.h).
 */
char		   *authorities_find(void *argument,
			const struct tlsa *record);

#endif
