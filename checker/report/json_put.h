/*
 * JSON as it is written, value by value, on one line: nothing of it is kept.
 *
 * Only ASCII is written. In a string the second '#' of "##" is as well, as
 * \u0023, since runners of CI jobs take commands behind it from any line of a
 * log; to whoever reads the JSON it is a '#'.
 *
 * In an object each value has a KEY, which is ASCII and as it is to be written;
 * in an array, and alone, KEY is NULL.
 */
#ifndef CHECKER_REPORT_JSON_PUT_H
#define CHECKER_REPORT_JSON_PUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Octets of a line that are held back, to be written together. */
#define JSON_PUT_HELD	1024

struct json_put {
	FILE	*out;		/* borrowed */
	bool	 follows;	/* another value, so that a comma comes next */
	size_t	 size;		/* octets of the next member */
	char	 held[JSON_PUT_HELD];
};

/* Begin and end an object or an array. */
void	json_put_object(struct json_put *json, const char *key);
void	json_put_object_end(struct json_put *json);
/* Begins an object whose key is text, as json_put_text has it. */
void	json_put_object_of(struct json_put *json, const char *text);
void	json_put_array(struct json_put *json, const char *key);
void	json_put_array_end(struct json_put *json);

/* A string, or null for NULL. What is not UTF-8 in it is made visible. */
void	json_put_text(struct json_put *json, const char *key,
	    const char *text);
/* The same, and frees TEXT. */
void	json_put_owned(struct json_put *json, const char *key, char *text);
void	json_put_number(struct json_put *json, const char *key,
	    intmax_t number);
void	json_put_flag(struct json_put *json, const char *key, bool flag);

/*
 * Ends the line, after the value that is not in any other. All of it is written
 * only then.
 */
void	json_put_line_end(struct json_put *json);

#endif
