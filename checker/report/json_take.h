/*
 * Members of a JSON object that may be a stranger's, one function for each type
 * that is wanted. Nothing is believed: numbers, lists and texts have limits.
 *
 * Each function that takes a member returns false if it is of another type or
 * beyond a limit; then *WHY (owned by the caller) names the key and what is
 * wrong with it, "port: out of range", in printable text, and there is nothing
 * else to be freed. A member that is missing or null is no fault: what it
 * counts as comes last below, after a semicolon. OBJECT may be NULL: all are
 * missing.
 */
#ifndef CHECKER_REPORT_JSON_TAKE_H
#define CHECKER_REPORT_JSON_TAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "smtp/chain.h"

struct json_t;

/* The words that a member can be: WORD(0) to WORD(COUNT - 1), static. */
struct json_words {
	const char	*(*word)(unsigned int i);
	unsigned int	 count;
};

/*
 * Has jansson seed its tables at random, against keys that are made to collide
 * in them: it reads a file for that, once, and else when it is first used.
 */
void	json_take_seed(void);

/*
 * For what only the caller can see: sets *WHY to "KEY: WHAT" and returns false.
 * Both are printable.
 */
bool	json_take_wrong(char **why, const char *key, const char *what);
/*
 * Tell where the object is of which *WHY tells: "WHERE." or "WHERE[INDEX]."
 * comes before it. Return OK, and do nothing if it is true.
 */
bool	json_take_inside(bool ok, const char *where, char **why);
bool	json_take_inside_item(bool ok, const char *where, size_t index,
	    char **why);

/* False: it is missing or null. It may be of any type. */
bool	json_take_present(const struct json_t *object, const char *key,
	    char **why);

/* An object, borrowed from OBJECT; NULL. */
bool	json_take_object(const struct json_t *object, const char *key,
	    const struct json_t **value, char **why);
/* An array of at most MOST elements, borrowed from OBJECT; NULL, *COUNT 0. */
bool	json_take_array(const struct json_t *object, const char *key,
	    size_t most, const struct json_t **array, size_t *count,
	    char **why);
/*
 * Element I of ARRAY, the member KEY, which must be an object. Borrowed from
 * ARRAY.
 */
bool	json_take_item(const struct json_t *array, const char *key, size_t i,
	    const struct json_t **item, char **why);

/* True or false; false. */
bool	json_take_flag(const struct json_t *object, const char *key,
	    bool *flag, char **why);
/* From 0 to MOST, which is at most UINT_MAX; 0. */
bool	json_take_number(const struct json_t *object, const char *key,
	    unsigned int most, unsigned int *number, char **why);

/*
 * A string as it stands there, which may be of any length and not printable,
 * borrowed from OBJECT; NULL.
 */
bool	json_take_string(const struct json_t *object, const char *key,
	    const char **string, char **why);
/*
 * The same for people, owned by the caller: made printable as by
 * text_printable(), unless it is that already; NULL.
 */
bool	json_take_text(const struct json_t *object, const char *key,
	    char **text, char **why);
/* The index of a string that is one of WORDS; WORDS->count. */
bool	json_take_word(const struct json_t *object, const char *key,
	    const struct json_words *words, unsigned int *index, char **why);

/*
 * At most MOST octets, of two hexadecimal digits each, owned by the caller;
 * NULL, *SIZE 0.
 */
bool	json_take_octets(const struct json_t *object, const char *key,
	    size_t most, uint8_t **octets, size_t *size, char **why);
/* A SHA2-256 of such digits; zeroes. */
bool	json_take_digest(const struct json_t *object, const char *key,
	    uint8_t digest[static CHAIN_DIGEST], char **why);
/* A time in UTC, as text_time() writes it; 0. */
bool	json_take_time(const struct json_t *object, const char *key,
	    time_t *when, char **why);

#endif
