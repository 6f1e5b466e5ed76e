/*
 * What is remembered of the TLSA records of one owner from run to run
 * (--state): since when each of them has been seen. The age of a record is
 * nowhere in the DNS. A signature's inception says nothing of it: signers date
 * back, by an hour or by eight days, and some sign each answer anew.
 *
 * The same struct says what one run saw, and what is known after all of them.
 * What makes a record younger is always believed, and what makes it older never
 * without proof.
 */
#ifndef CHECKER_EVIDENCE_SIGHTINGS_H
#define CHECKER_EVIDENCE_SIGHTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/*
 * Limits on what a zone's owner controls: records with the same owner, and
 * octets of them. What is beyond is not remembered.
 */
#define SIGHTINGS_RECORDS_MAX	64
#define SIGHTINGS_OCTETS_MAX	16384

/* One record. */
struct sighting {
	uint8_t		*data;		/* owned; RDATA */
	size_t		 size;		/* octets of it */
	time_t		 first_seen;	/* since then every name server has had
					 * it, as far as was seen; 0: not yet */
	time_t		 missing_at;	/* a secure answer, or a name server,
					 * lacked it last; 0: never seen */
	uint32_t	 ttl;		/* seconds; of answers that may lack it:
					 * the highest Original TTL in use when
					 * it was first seen */
	bool		 first;		/* of those before which the owner had
					 * none. Of one run: servers that lack
					 * it have none at all */
};

struct sightings {
	char		*owner;		/* owned; the name asked for */
	time_t		 checked_at;	/* of the last secure answer; 0: there
					 * was none */
	uint32_t	 ttl;		/* seconds; the highest Original TTL
					 * that caches may still go by */
	time_t		 ttl_seen;	/* when that was last seen */
	uint32_t	 denial_ttl;	/* seconds that its absence was cached
					 * for (RFC 2308 5), when last seen */
	struct sighting	*records;	/* owned; sorted by their octets */
	size_t		 count;
};

/* OWNER is copied. Owned by the caller. */
struct sightings *sightings_new(const char *owner);
/* NULL makes NULL. */
struct sightings *sightings_copy(const struct sightings *sightings);
/* NULL is fine. */
void		 sightings_free(struct sightings *sightings);

/* The record with this RDATA. Borrowed; NULL: there is none. */
struct sighting	*sightings_find(const struct sightings *sightings,
		    const uint8_t *data, size_t size);
/*
 * Adds a record (copied), if it is not there. Borrowed until the next is added;
 * NULL: a limit is reached.
 */
struct sighting	*sightings_add(struct sightings *sightings,
		    const uint8_t *data, size_t size);

/*
 * Adds what one run saw to what is known. A secure answer without a record
 * forgets it. SEEN may be of a run that began before the last one that is known
 * of: several may go on at once.
 */
void		 sightings_merge(struct sightings *known,
		    const struct sightings *seen);

#endif
