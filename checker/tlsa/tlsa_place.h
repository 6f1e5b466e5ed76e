/*
 * Which TLSA records of a file a mail server's name has, as senders would find
 * them if the file were published: at its own owner name, at the end of CNAME
 * and DNAME records, or at a wildcard (RFC 4592).
 */
#ifndef CHECKER_TLSA_TLSA_PLACE_H
#define CHECKER_TLSA_TLSA_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "checker/tlsa/tlsa.h"

struct tlsa_file;

/* How many aliases are followed from one name. */
#define TLSA_PLACE_ALIASES_MAX 16

/* All zeros is empty. */
struct tlsa_place {
	char		*host;		/* owned: the TLSA base domain (RFC
					 * 7672 2.2.2); NULL: not known */
	char		*owner;		/* owned: where the records are, or
					 * would be; NULL: not known */
	uint32_t	 ttl;		/* seconds; of the records; 0: not
					 * known */
	struct tlsa_set	 records;
};

/*
 * Whether no record has an owner, as in the data alone: they are records of one
 * server, whoever that is.
 */
bool	tlsa_place_is_bare(const struct tlsa_file *records);

/*
 * The records of the server NAME (form of name.h) at PORT. If none of the
 * file's records has an owner, they are NAME's. False: it has none; *WHY (owned
 * by the caller, printable) names the file and says so.
 */
bool	tlsa_place_find(struct tlsa_place *place,
	    const struct tlsa_file *records, uint16_t port, const char *name,
	    char **why);
/*
 * The same of the only server that has records at PORT. False also where there
 * are several.
 */
bool	tlsa_place_find_only(struct tlsa_place *place,
	    const struct tlsa_file *records, uint16_t port, char **why);
void	tlsa_place_clear(struct tlsa_place *place);

/*
 * The origin that the file does not name, by what it says and by the COUNT
 * NAMES of servers (borrowed), whose longest relative owner it completes. ""
 * where nothing in the file is relative; NULL where it cannot be told. Owned by
 * the caller.
 */
char	*tlsa_place_origin(const struct tlsa_file *records, char *const *names,
	    size_t count);

#endif
