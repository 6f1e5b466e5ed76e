/*
 * Allocation that cannot fail: out of memory, the process ends (shortage.h), so
 * that no caller needs an answer for it. Everything returned here is owned by
 * the caller and released with free().
 */
#ifndef RESOLVER_MEMORY_H
#define RESOLVER_MEMORY_H

#include <stdarg.h>
#include <stddef.h>

/* COUNT zeroed elements of SIZE octets each; never NULL, not even for 0. */
void	*memory_new(size_t count, size_t size);

/*
 * Makes room for one more element, zeroed, in ARRAY (owned, or NULL), which has
 * COUNT elements of SIZE octets. Returns the array, which may have moved. To
 * add n elements one by one is O(n).
 */
void	*memory_grow(void *array, size_t count, size_t size);

/* MEMORY (owned, or NULL) with SIZE octets, not zeroed. It may move. */
void	*memory_resize(void *memory, size_t size);

/* A copy of SIZE octets, followed by a NUL. */
void	*memory_copy(const void *bytes, size_t size);

/* A copy of TEXT; NULL for NULL. */
char	*memory_string(const char *text);

/*
 * TEXT, BETWEEN and MORE joined; if TEXT is NULL, a copy of MORE. Frees TEXT
 * (owned).
 */
char	*memory_join(char *text, const char *between, const char *more);

/* The COUNT strings of TEXTS joined by BETWEEN; "" for none. */
char	*memory_join_all(char *const *texts, size_t count,
	    const char *between);

/* The text that printf would write. */
char	*memory_format(const char *format, ...)
	    __attribute__((format(printf, 1, 2), nonnull(1)));
char	*memory_vformat(const char *format, va_list arguments)
	    __attribute__((format(printf, 1, 0), nonnull(1)));

#endif
