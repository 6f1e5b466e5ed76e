/*
 * The bare work of an audit, to measure mxdane against: the same lookups with
 * libunbound, and the same two conversations with each address, a thread for
 * each, with blocking calls and nothing looked at. It has no purpose of its
 * own.
 *
 *     bare ROOT-HINTS TRUST-ANCHOR DOMAIN
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unbound.h>
#include <unistd.h>

#define HOSTS_MAX	16
#define ADDRESSES_MAX	64

enum { A = 1, MX = 15, AAAA = 28, TLSA = 52 };

struct host {
	char		   name[256];
	struct ub_result  *a, *aaaa, *tlsa;
};

struct target {
	struct sockaddr_storage	 address;
	socklen_t		 size;
	const char		*name;
	pthread_t		 thread;
};

static void
fail(const char *what)
{
	fprintf(stderr, "bare: %s\n", what);
	exit(1);
}

static void
keep(void *place, int error, struct ub_result *result)
{
	if (error != 0)
		fail(ub_strerror(error));
	*(struct ub_result **)place = result;
}

static void
ask(struct ub_ctx *context, const char *name, int type,
    struct ub_result **place)
{
	if (ub_resolve_async(context, name, type, 1, place, keep, NULL) != 0)
		fail(name);
}

/* A name on the wire, without compression, as text. */
static void
read_name(char *text, const char *wire)
{
	while (*wire != 0) {
		memcpy(text, wire + 1, (size_t)*wire);
		text += *wire;
		*text++ = '.';
		wire += *wire + 1;
	}
	*text = '\0';
}

static size_t
look_up(struct ub_ctx *context, const char *domain, struct host *hosts)
{
	struct ub_result *mx = NULL;
	char owner[sizeof(hosts->name) + 16];
	size_t i, count;

	ask(context, domain, MX, &mx);
	ub_wait(context);
	for (count = 0; count < HOSTS_MAX && mx->data[count] != NULL; count++) {
		read_name(hosts[count].name, mx->data[count] + 2);
		ask(context, hosts[count].name, A, &hosts[count].a);
		ask(context, hosts[count].name, AAAA, &hosts[count].aaaa);
	}
	ub_wait(context);
	for (i = 0; i < count; i++) {
		strcpy(owner, "_25._tcp.");
		strcat(owner, hosts[i].name);
		ask(context, owner, TLSA, &hosts[i].tlsa);
	}
	ub_wait(context);
	ub_resolve_free(mx);
	return count;
}

static size_t
add_targets(struct target *targets, size_t count, const struct host *host)
{
	struct sockaddr_in6 *six;
	struct sockaddr_in *four;
	size_t i;

	for (i = 0; host->a->data[i] != NULL && count < ADDRESSES_MAX; i++) {
		four = (struct sockaddr_in *)&targets[count].address;
		four->sin_family = AF_INET;
		four->sin_port = htons(25);
		memcpy(&four->sin_addr, host->a->data[i], 4);
		targets[count].size = sizeof(*four);
		targets[count++].name = host->name;
	}
	for (i = 0; host->aaaa->data[i] != NULL && count < ADDRESSES_MAX; i++) {
		six = (struct sockaddr_in6 *)&targets[count].address;
		six->sin6_family = AF_INET6;
		six->sin6_port = htons(25);
		memcpy(&six->sin6_addr, host->aaaa->data[i], 16);
		targets[count].size = sizeof(*six);
		targets[count++].name = host->name;
	}
	return count;
}

/* Says LINE, if any, and reads up to the last line of the reply. */
static void
exchange(int fd, const char *line)
{
	char reply[4096];
	size_t size = 0, last;
	ssize_t got;

	if (line != NULL && write(fd, line, strlen(line)) < 0)
		fail("write");
	do {
		got = read(fd, reply + size, sizeof(reply) - size);
		if (got <= 0)
			fail("read");
		size += (size_t)got;
		for (last = size - 1; last > 0 && reply[last - 1] != '\n';
		    last--)
			continue;
	} while (reply[size - 1] != '\n' || reply[last + 3] == '-');
}

static void
converse(const struct target *target, SSL_CTX *context, const char *except)
{
	int fd = socket(target->address.ss_family, SOCK_STREAM, 0);
	SSL *session = SSL_new(context);
	char reply[512];

	if (connect(fd, (const struct sockaddr *)&target->address,
	    target->size) != 0)
		fail("connect");
	exchange(fd, NULL);
	exchange(fd, "EHLO bare.example\r\n");
	exchange(fd, "STARTTLS\r\n");
	SSL_set_fd(session, fd);
	SSL_set_tlsext_host_name(session, target->name);
	if (except != NULL)
		SSL_set1_sigalgs_list(session, except);
	if (SSL_connect(session) == 1) {
		SSL_write(session, "QUIT\r\n", 6);
		SSL_read(session, reply, sizeof(reply));
	} else if (except == NULL) {
		fail("handshake");
	}
	SSL_free(session);
	close(fd);
}

static void *
visit(void *argument)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());

	converse(argument, context, NULL);
	converse(argument, context, "RSA+SHA256:rsa_pss_rsae_sha256");
	SSL_CTX_free(context);
	return NULL;
}

int
main(int argc, char **argv)
{
	static struct host hosts[HOSTS_MAX];
	static struct target targets[ADDRESSES_MAX];
	struct ub_ctx *context = ub_ctx_create();
	size_t i, count, host_count;

	if (argc != 4 || context == NULL)
		fail("bare ROOT-HINTS TRUST-ANCHOR DOMAIN");
	ub_ctx_set_option(context, "root-hints:", argv[1]);
	ub_ctx_add_ta_file(context, argv[2]);
	ub_ctx_async(context, 1);
	host_count = look_up(context, argv[3], hosts);
	for (i = 0, count = 0; i < host_count; i++)
		count = add_targets(targets, count, &hosts[i]);
	for (i = 0; i < count; i++)
		pthread_create(&targets[i].thread, NULL, visit, &targets[i]);
	for (i = 0; i < count; i++)
		pthread_join(targets[i].thread, NULL);
	ub_ctx_delete(context);
	printf("%zu addresses\n", count);
	return 0;
}
