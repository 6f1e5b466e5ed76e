/*
 * What a name server says in answer to a question: facts that the rules about
 * name servers share.
 */
#ifndef CHECKER_JUDGE_SERVER_SAYS_H
#define CHECKER_JUDGE_SERVER_SAYS_H

#include "checker/evidence/evidence.h"

/*
 * Whether the answer says something about the zone: one that only points
 * elsewhere, comes from a cache, or is cut off does not.
 */
bool	 server_says(const struct answer *answer);
/* The server's answer to a question. Borrowed; NULL: it was not asked. */
const struct answer *server_says_to(const struct server_evidence *server,
	    const char *owner, enum dns_type type);
/* Whether the server with this index is the first of its zone. */
bool	 server_says_first(const struct evidence *evidence, size_t which);
/* What an answer says, in few words: "2 records". Owned by the caller. */
char	*server_says_text(const struct answer *answer);

#endif
