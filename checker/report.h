/*
 * The writers: findings and evidence -> text for people and for programs. One
 * table; a new format is a row and a file.
 */
#ifndef CHECKER_REPORT_H
#define CHECKER_REPORT_H

#include <stdbool.h>
#include <stdio.h>

struct evidence;

struct report_options {
	bool	 colour;
	int	 verbosity;	/* -1: -q, 0, 1: -v, 2: -vv */
};

struct report_format {
	const char *name;
	const char *help;	/* what it is for, a few words */
	/* Before the first domain and after the last one; may be NULL. */
	void	  (*begin)(FILE *out, const struct report_options *options);
	void	  (*end)(FILE *out, const struct report_options *options);
	/* One judged domain. NUMBER counts from 0. */
	void	  (*domain)(FILE *out, const struct evidence *evidence,
		    const struct report_options *options, size_t number);
};

/* NULL: there is no such format. */
const struct report_format *report_format_find(const char *name);
/* Row I of the table, NULL past its end. */
const struct report_format *report_format_at(size_t i);

/* The writers, each in its report_*.c. */
void	report_text_domain(FILE *out, const struct evidence *evidence,
	    const struct report_options *options, size_t number);
void	report_json_domain(FILE *out, const struct evidence *evidence,
	    const struct report_options *options, size_t number);

#endif
