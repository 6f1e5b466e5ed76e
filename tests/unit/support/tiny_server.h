/*
 * A name server on the loopback that answers for a root zone of its own, signed
 * with a key that it makes. It runs in the event loop of the test.
 *
 *     secure. A           192.0.2.1, signed
 *     forged. A           192.0.2.66 with the signature of another address
 *     mx.plain. A         192.0.2.2, under a delegation that is proved unsigned
 *     broken.             SERVFAIL
 *     silent.             no answer, and with tiny_server_hush for any name
 *     anything else       REFUSED
 */
#ifndef TESTS_UNIT_SUPPORT_TINY_SERVER_H
#define TESTS_UNIT_SUPPORT_TINY_SERVER_H

#include <stdbool.h>
#include <time.h>

struct event_base;
struct tiny_server;

/* Its signatures hold from SINCE to UNTIL. */
struct tiny_server	*tiny_server_new(struct event_base *base, time_t since,
			    time_t until);
void			 tiny_server_free(struct tiny_server *server);

/* Where it listens, "127.0.0.1@PORT". Borrowed. */
const char		*tiny_server_address(const struct tiny_server *server);

/* A trust anchor that fits its zone, one line. Owned by the caller. */
char			*tiny_server_anchor(const struct tiny_server *server);

/* From now on it answers nothing, or as above again. */
void			 tiny_server_hush(struct tiny_server *server,
			    bool log_libevent_error);

#endif
