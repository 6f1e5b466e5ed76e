/*
 * What to do about a finding, as values: sentences, and records to publish or
 * to remove. Records are tried before they are advised: whoever publishes one
 * exactly so is authenticated by it.
 */
#ifndef CHECKER_TLSA_ADVICE_H
#define CHECKER_TLSA_ADVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "checker/tlsa/match.h"
#include "checker/tlsa/tlsa.h"
#include "resolver/answer.h"

/* Seconds: the TTL advised for an RRset that does not exist yet. */
#define ADVICE_TTL 3600

/* Where records are, or belong: a host's TLSA records as a rule. */
struct advice_rrset {
	const char	*owner;		/* borrowed, in the form of name.h;
					 * NULL: not known */
	uint32_t	 ttl;		/* seconds, that of the records there */
};

enum advice_kind {
	ADVICE_TEXT,		/* a sentence, or a part of one */
	ADVICE_PUBLISH,		/* add this record */
	ADVICE_REMOVE,		/* remove this record */
};

struct advice {
	enum advice_kind  kind;
	char		 *text;		/* owned, printable; ADVICE_TEXT only */
	/* Of a record that is to be added or removed. */
	enum dns_type	  type;
	char		 *owner;	/* owned; may be NULL */
	uint32_t	  ttl;		/* seconds */
	struct tlsa	  record;	/* owned data; DNS_TLSA only */
	char		 *data;		/* owned, printable, in presentation
					 * format; all other types */
};

/* Steps in the order in which they are to be read. */
struct advice_list {
	struct advice	*items;		/* owned */
	size_t		 count;
};

/* Adds a sentence, as printf would write it (printable). */
void	advice_add_text(struct advice_list *list, const char *format, ...)
	    __attribute__((format(printf, 2, 3)));
/* RECORD is copied. A record that the list advises already is not added. */
void	advice_add_publish(struct advice_list *list,
	    const struct advice_rrset *rrset, const struct tlsa *record);
void	advice_add_remove(struct advice_list *list,
	    const struct advice_rrset *rrset, const struct tlsa *record);
/*
 * The same of a record of any other type. DATA is copied: presentation format
 * (RFC 1035 5.1), printable, "4711 13 2 60785a34..." of a DS record. Its names
 * end in a dot; what comes from outside is quoted by advice_quote.
 */
void	advice_add_publish_data(struct advice_list *list,
	    const struct advice_rrset *rrset, enum dns_type type,
	    const char *data);
void	advice_add_remove_data(struct advice_list *list,
	    const struct advice_rrset *rrset, enum dns_type type,
	    const char *data);
/*
 * SIZE octets as the data of a TXT record: character strings of at most 255
 * octets in quotation marks, with \DDD for what does not go between them or
 * cannot be seen (RFC 1035 5.1). Owned by the caller.
 */
char	*advice_quote(const void *bytes, size_t size);
/* Appends the items of MORE, which is empty afterwards. */
void	advice_list_append(struct advice_list *list, struct advice_list *more);
/* Puts them in front of the item at AT; MORE is empty afterwards. */
void	advice_list_insert(struct advice_list *list, size_t at,
	    struct advice_list *more);
void	advice_list_clear(struct advice_list *list);
/* About how many octets the list takes in a report. */
size_t	advice_list_octets(const struct advice_list *list);

/* An order among lists, for qsort; 0: they say the same. */
int	advice_list_compare(const struct advice_list *a,
	    const struct advice_list *b);
/* How many items are of the kind. */
size_t	advice_list_count(const struct advice_list *list,
	    enum advice_kind kind);

/*
 * One step in words: its text, or "publish  _25._tcp.mx.example.org. IN TLSA 3
 * 1 1 60785a34..." ("remove   ..." likewise). Owned by the caller.
 */
char	*advice_text(const struct advice *advice);
/*
 * The owner as zone files have it, "*._tcp.mx.example.org.". Owned by the
 * caller; NULL: there is none.
 */
char	*advice_owner(const struct advice *advice);
/* "publish", "remove"; "" for a text. Static. */
const char *advice_verb(const struct advice *advice);
/*
 * The data of a record in presentation format; of a TLSA record that is not
 * WHOLE, as tlsa_text shortens it. Owned by the caller.
 */
char	*advice_data(const struct advice *advice, bool whole);
/* All steps, a line each. Owned by the caller; NULL: there are none. */
char	*advice_list_text(const struct advice_list *list);

/* The usage that fits a certificate at DEPTH: 3 for the leaf's, else 2. */
enum tlsa_usage	 advice_usage(size_t depth);

/*
 * Makes the record of the certificate at DEPTH and tries it. True: by itself it
 * authenticates INPUT's chain, and *RECORD owns its data. False: it does not,
 * and advice_why_not says why.
 */
bool	advice_try(const struct match_input *input, size_t depth,
	    enum tlsa_selector selector,
	    enum tlsa_matching_type matching_type, struct tlsa *record);

/* Why not (owned by the caller); NULL: advice_try would succeed. */
char	*advice_why_not(const struct match_input *input, size_t depth,
	    enum tlsa_selector selector,
	    enum tlsa_matching_type matching_type);

/*
 * MATCHING_TYPE, or the stronger digest that is published for usage and
 * selector, beside which a weaker one would not count (RFC 7671 9).
 */
enum tlsa_matching_type
	 advice_type(const struct match_input *input, size_t depth,
	    enum tlsa_selector selector,
	    enum tlsa_matching_type matching_type);

/*
 * As advice_try, of the record to add to LIST, unless it is published already.
 * False: nothing was added.
 */
bool	advice_add_tried(struct advice_list *list,
	    const struct advice_rrset *rrset, const struct match_input *input,
	    size_t depth, const struct tlsa *kind);

/*
 * Adds the record of the leaf's key, which matches whatever else is wrong, with
 * the digest of advice_type. False: not even that would match.
 */
bool	advice_add_own_key(struct advice_list *list,
	    const struct advice_rrset *rrset,
	    const struct match_input *input);

#endif
