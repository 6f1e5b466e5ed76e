#include "resolver/memory.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/shortage.h"

void *
memory_new(size_t count, size_t size)
{
	void *memory;

	memory = calloc(count > 0 ? count : 1, size > 0 ? size : 1);
	if (memory == NULL)
		shortage_end(ENOMEM);
	return memory;
}

/*
 * SIZE and up to a quarter more, the same for many sizes: an array that grows
 * one by one is moved now and then, not each time.
 */
static size_t
roomy(size_t size)
{
	size_t step = 1;

	while (size / step >= 8)
		step *= 2;
	return size > SIZE_MAX - step ? size : (size + step - 1) / step * step;
}

void *
memory_grow(void *array, size_t count, size_t size)
{
	if (size == 0 || count >= SIZE_MAX / size)
		shortage_end(ENOMEM);
	array = realloc(array, roomy((count + 1) * size));
	if (array == NULL)
		shortage_end(ENOMEM);
	memset((char *)array + count * size, 0, size);
	return array;
}

void *
memory_resize(void *memory, size_t size)
{
	memory = realloc(memory, size > 0 ? size : 1);
	if (memory == NULL)
		shortage_end(ENOMEM);
	return memory;
}

void *
memory_copy(const void *bytes, size_t size)
{
	char *copy;

	if (size == SIZE_MAX)
		shortage_end(ENOMEM);
	copy = memory_new(size + 1, 1);
	if (size > 0)
		memcpy(copy, bytes, size);
	return copy;
}

char *
memory_string(const char *text)
{
	return text != NULL ? memory_copy(text, strlen(text)) : NULL;
}

char *
memory_join(char *text, const char *between, const char *more)
{
	char *joined;

	if (text == NULL)
		return memory_string(more);
	joined = memory_format("%s%s%s", text, between, more);
	free(text);
	return joined;
}

char *
memory_join_all(char *const *texts, size_t count, const char *between)
{
	size_t i, length, gap = strlen(between), size = 0;
	char *joined, *next;

	for (i = 0; i < count; i++)
		size += strlen(texts[i]) + gap;
	next = joined = memory_new(size + 1, 1);
	for (i = 0; i < count; i++) {
		if (i > 0)
			memcpy(next, between, gap);
		next += i > 0 ? gap : 0;
		length = strlen(texts[i]);
		memcpy(next, texts[i], length);
		next += length;
	}
	return joined;
}

char *
memory_format(const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = memory_vformat(format, arguments);
	va_end(arguments);
	return text;
}

char *
memory_vformat(const char *format, va_list arguments)
{
	va_list again;
	char *text;
	int length;

	va_copy(again, arguments);
	length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (length < 0)
		abort();
	text = memory_new((size_t)length + 1, 1);
	vsnprintf(text, (size_t)length + 1, format, arguments);
	return text;
}
