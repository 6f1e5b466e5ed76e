/*
 * The CA certificates that the system trusts, to name the CA that a record is
 * of: never to complete a chain or to trust one.
 */
#ifndef CHECKER_TLSA_CA_STORE_H
#define CHECKER_TLSA_CA_STORE_H

#include <stdbool.h>

struct ca_store;
struct chain;
struct file;
struct tlsa;

/*
 * Reads the system's CA bundle into FILE. False: there is none, and FILE is
 * empty.
 */
bool		 ca_store_read(struct file *file);

/*
 * A store that will have the certificates of BUNDLE (in PEM; borrowed), but is
 * empty yet. Owned by the caller.
 */
struct ca_store	*ca_store_new(const struct file *bundle);
void		 ca_store_free(struct ca_store *store);

/*
 * Takes the certificates of the bundle; does nothing when called again. Of a
 * bundle that is empty or damaged the store has what could be read.
 */
void		 ca_store_load(struct ca_store *store);

/*
 * Returns the CA certificate that RECORD is of, or whose key it is of (a chain
 * of one, owned by the caller), or NULL. Finds only what was loaded, and opens
 * no file. ARGUMENT is the struct ca_store: this is the find of a struct
 * ca_lookup (diagnose.h).
 */
struct chain	*ca_store_find(void *argument, const struct tlsa *record);

#endif
