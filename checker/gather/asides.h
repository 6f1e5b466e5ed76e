/*
 * Questions beside the way to the mail servers: none waits for their answers,
 * and only a fault that was seen is told. Where TLSA records are if not where
 * they belong; and, of evidence that is thorough, what costs questions beyond
 * the verdict: _smtp._tls of the domain (RFC 8460), _tcp of a host.
 */
#ifndef CHECKER_GATHER_ASIDES_H
#define CHECKER_GATHER_ASIDES_H

#include "checker/evidence/evidence.h"
#include "checker/gather/context.h"

struct asides;

/* Called from the loop each time that an answer has come. */
typedef void	asides_answered(void *argument);

/* EVIDENCE is borrowed; answers are filled in there. Owned by the caller. */
struct asides	*asides_new(const struct context *context,
		    struct evidence *evidence, asides_answered *answered,
		    void *argument);
/*
 * Ends it without a callback: what has no answer is as if it had not been
 * asked. NULL is fine.
 */
void		 asides_free(struct asides *asides);

/* HOST's DNS is known, and will not move any more: asks what follows. */
void		 asides_add_host(struct asides *asides,
		    struct host_evidence *host);

/* Whether no answer is outstanding. */
bool		 asides_are_done(const struct asides *asides);
/* As audit_waits_for; NULL: for nothing. */
char		*asides_wait_for(const struct asides *asides);

#endif
