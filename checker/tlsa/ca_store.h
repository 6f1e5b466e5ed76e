/*
 * The system's store of authorities, to put a name to a record: never to
 * complete a chain or to trust one.
 */
#ifndef CHECKER_TLSA_CA_STORE_H
#define CHECKER_TLSA_CA_STORE_H

struct ca_store;
struct tlsa;

struct ca_store *ca_store_new(void);
void		    ca_store_free(struct ca_store *store);

/*
 * The name (owned by the caller) of the authority that the record is of, or
 * NULL. The store is read at the first call. ARGUMENT is the struct
 * authorities: this is the find of an authority_finder (diagnose.h).
 */
char		   *ca_store_find(void *argument,
			const struct tlsa *record);

#endif
