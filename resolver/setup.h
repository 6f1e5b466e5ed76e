/*
 * libunbound, set up as the options say. What it would only notice at the first
 * question, or not at all, is checked before.
 */
#ifndef RESOLVER_SETUP_H
#define RESOLVER_SETUP_H

struct anchors;
struct resolver_options;
struct ub_ctx;

/*
 * A context that answers from a thread of its own (asynchronously) and says
 * nothing on standard error. Owned by the caller (ub_ctx_delete). NULL: *WHY
 * (owned by the caller, printable) names the wrong word or file.
 */
struct ub_ctx	*setup_context(const struct resolver_options *options,
		    const struct anchors *anchors, char **why);

#endif
