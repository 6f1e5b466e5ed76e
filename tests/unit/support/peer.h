/*
 * The mail server that a test wants, at the other end of a pair of
 * bufferevents. It follows a script, and what it hears has to be what the
 * script says; there is no socket, and no time passes. A script is a list of
 * turns, up to a NULL:
 *
 *     S: line      the server says this, and CRLF
 *     S= octets    it says these and no more; the two characters \0 are a NUL
 *     S*9 octets   the same, nine times over in one piece
 *     C: line      the client says this, and CRLF
 *     hello        the client begins TLS, and is not answered
 *     TLS          a handshake; from here on all is said in TLS
 *     TLS close    the same, and the server ends the stream in the same breath
 *     no TLS       a handshake that fails
 *     close        the server ends the stream; its last words still arrive
 *     reset        the connection is lost
 *     late         the client waits until its time limit has passed
 */
#ifndef TESTS_UNIT_SUPPORT_PEER_H
#define TESTS_UNIT_SUPPORT_PEER_H

#include <stdbool.h>
#include <stddef.h>

struct bufferevent;
struct event_base;
struct issued;
struct peer;
struct ssl_ctx_st;

/*
 * *CLIENT_END is owned by the caller, who may free it before the peer or after.
 * CONTEXT (borrowed) is for TLS, NULL: there is none in the script. A peer that
 * drips says each octet alone, when the one before has been dealt with.
 */
struct peer *peer_new(struct event_base *base, struct ssl_ctx_st *context,
    bool drips, struct bufferevent **client_end);
void peer_free(struct peer *peer);

/*
 * Plays SCRIPT, as far as the client follows it; may be called again, to go on
 * with another one. The last words may still be on their way afterwards.
 */
void peer_play(struct peer *peer, const char *const *script);

/*
 * What the client did that was not in the script: it said something else, or
 * more. Printable, owned by the caller. NULL: nothing.
 */
char *peer_fault(const struct peer *peer);

/* The name that the client asked for (SNI). Borrowed, NULL: none, or no TLS. */
const char *peer_server_name(const struct peer *peer);

/* The server's side of TLS, in VERSION only (TLS1_2_VERSION) or in any (0). */
struct ssl_ctx_st *peer_context_new(int version);
/* It holds the key of the first of them, and sends all in this order. */
void peer_context_add(struct ssl_ctx_st *context,
    const struct issued *const *issued, size_t count);

#endif
