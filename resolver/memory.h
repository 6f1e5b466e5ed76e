/*
 * Allocation that cannot fail: without memory the program aborts, so that no
 * caller has to invent an answer for it. Everything returned here is owned by
 * the caller and released with free().
 */
#ifndef RESOLVER_MEMORY_H
#define RESOLVER_MEMORY_H

#include <stdarg.h>
#include <stddef.h>

/* COUNT zeroed elements of SIZE octets each; never NULL, not even for 0. */
void	*memory_new(size_t count, size_t size);

/*
 * ARRAY (owned, or NULL) holds COUNT elements of SIZE octets: make room for one
 * more, which is zeroed. Returns the array's new place.
 */
void	*memory_grow(void *array, size_t count, size_t size);

/* A copy of SIZE octets, followed by a NUL that is not counted. */
void	*memory_copy(const void *bytes, size_t size);

/* A copy of TEXT; NULL for NULL. */
char	*memory_string(const char *text);

/*
 * TEXT, BETWEEN and MORE in one; where TEXT is NULL, MORE alone. TEXT (owned)
 * is freed.
 */
char	*memory_join(char *text, const char *between, const char *more);

/*
 * The COUNT texts at TEXTS, with BETWEEN between each two; "" for none.
 */
char	*memory_join_all(char *const *texts, size_t count,
	    const char *between);

/* What printf would have written. */
char	*memory_format(const char *format, ...)
	    __attribute__((format(printf, 1, 2), nonnull(1)));
char	*memory_vformat(const char *format, va_list arguments)
	    __attribute__((format(printf, 1, 0), nonnull(1)));

#endif
