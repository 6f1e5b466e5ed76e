/*
 * Sets up libunbound according to the options. Checks what libunbound would
 * notice at the first question only, or not at all.
 */
#ifndef RESOLVER_SETUP_H
#define RESOLVER_SETUP_H

struct anchors;
struct asked;
struct resolver_options;
struct ub_ctx;

/*
 * A context that answers asynchronously, from its own thread, and writes
 * nothing to standard error. It takes no more options, and opens no file: the
 * first question only starts the thread. Owned by the caller (ub_ctx_delete).
 * NULL: *WHY (owned by the caller, printable) names the word or file that is
 * wrong. ASKED, to be cleared by the caller in either case, says whom it asks.
 */
struct ub_ctx	*setup_context(const struct resolver_options *options,
		    const struct anchors *anchors, struct asked *asked,
		    char **why);

#endif
