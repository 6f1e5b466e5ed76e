/*
 * The trace of what is done. Below checker/ nothing prints: the caller passes
 * down a listener.
 */
#ifndef RESOLVER_TRACE_H
#define RESOLVER_TRACE_H

enum trace_level {
	TRACE_STEPS = 1,	/* -v: every step */
	TRACE_CONVERSATION = 2,	/* -vv: every line of SMTP as well */
};

struct trace {
	/* Hears LINE (printable, borrowed) about SUBJECT (borrowed). */
	void	(*hear)(void *listener, enum trace_level level,
		    const char *subject, const char *line);
	void	 *listener;	/* borrowed */
	int	  level;	/* 0: nobody listens */
};

/* Traces a line. TRACE may be NULL; the arguments must be printable. */
void	trace_say(const struct trace *trace, enum trace_level level,
	    const char *subject, const char *format, ...)
	    __attribute__((format(printf, 4, 5)));

#endif
