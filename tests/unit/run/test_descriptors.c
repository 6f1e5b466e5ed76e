#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "checker/gather/audit.h"
#include "checker/run/descriptors.h"
#include "checker/run/pool.h"
#include "smtp/dial.h"

/* What a worker has open before it begins (measured), and an open resolver. */
enum { WORKER = 9, RESOLVER = 7 };

/* All that a worker may have open at a time. */
static size_t
most(const struct descriptors_worker *share, enum descriptors_work work)
{
	size_t sum = WORKER;

	if (work == DESCRIPTORS_JUDGE)
		return sum;
	sum += RESOLVER + share->queries + share->udp_ports +
	    share->tcp_connections + share->connections;
	if (work == DESCRIPTORS_SECOND_WAY)
		sum += RESOLVER + share->second_udp_ports +
		    share->second_tcp_connections;
	return sum;
}

static void
check_share(enum descriptors_work work, size_t limit)
{
	const struct descriptors_worker share = descriptors_share_worker(work,
	    limit);

	assert_true(most(&share, work) < limit);
	assert_true(share.audits >= 1 && share.audits <= AUDIT_FLIGHT);
	assert_true(share.connections >= 1 && share.connections <= DIAL_MAX);
	assert_true(share.udp_ports >= 1 && share.tcp_connections >= 1);
	assert_true(share.queries >= 1);
	assert_true(share.second_udp_ports >= 1);
	assert_true(share.second_tcp_connections >= 1);
}

/* Whatever the limit is, what is begun stays within it. */
static void
test_worker(void **state)
{
	static const enum descriptors_work works[] = {
		DESCRIPTORS_JUDGE, DESCRIPTORS_AUDIT,
		DESCRIPTORS_SECOND_WAY,
	};
	size_t i, limit;

	(void)state;
	for (i = 0; i < sizeof(works) / sizeof(works[0]); i++) {
		for (limit = descriptors_least(works[i], 3);
		    limit <= DESCRIPTORS_MAX; limit++)
			check_share(works[i], limit);
	}
}

/* With enough of them nothing is held back. */
static void
test_plenty(void **state)
{
	struct descriptors_worker share;
	struct descriptors_parent parent;

	(void)state;
	share = descriptors_share_worker(DESCRIPTORS_AUDIT, DESCRIPTORS_MAX);
	assert_int_equal(share.audits, AUDIT_FLIGHT);
	assert_int_equal(share.connections, DIAL_MAX);
	parent = descriptors_share_parent(DESCRIPTORS_MAX, 3, POOL_WORKERS_MAX,
	    POOL_ALONE_MAX);
	assert_int_equal(parent.workers, POOL_WORKERS_MAX);
	assert_int_equal(parent.alone, POOL_ALONE_MAX);
}

static void
test_parent(void **state)
{
	struct descriptors_parent parent;
	size_t limit;

	(void)state;
	for (limit = descriptors_least(DESCRIPTORS_JUDGE, 3); limit <= 200;
	    limit++) {
		parent = descriptors_share_parent(limit, 3, POOL_WORKERS_MAX,
		    POOL_ALONE_MAX);
		assert_true(parent.workers >= 1 && parent.alone >= 1);
		assert_true(3 + 2 * (parent.workers + parent.alone) + 2 <=
		    limit);
	}
	parent = descriptors_share_parent(limit, 3, 1, 1);
	assert_int_equal(parent.workers, 1);
	assert_int_equal(parent.alone, 1);
}

static void
test_least(void **state)
{
	(void)state;
	assert_true(descriptors_least(DESCRIPTORS_AUDIT, 3) <= 32);
	assert_true(descriptors_least(DESCRIPTORS_JUDGE, 3) <
	    descriptors_least(DESCRIPTORS_AUDIT, 3));
	/* What the parent was started with takes numbers away from it only. */
	assert_int_equal(descriptors_least(DESCRIPTORS_AUDIT, 4),
	    descriptors_least(DESCRIPTORS_AUDIT, 3));
	assert_true(descriptors_least(DESCRIPTORS_AUDIT, 100) > 100);
}

static void
set_limit(rlim_t limit)
{
	struct rlimit limits;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limits), 0);
	limits.rlim_cur = limit;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limits), 0);
}

static void
test_suffice(void **state)
{
	struct rlimit before;
	char *why = NULL;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	set_limit(20);
	assert_int_equal(descriptors_limit(), 20);
	assert_false(descriptors_suffice(DESCRIPTORS_AUDIT, &why));
	assert_string_equal(why, "needs at least 32 descriptors, has 20 (see "
	    "\"ulimit -n\")");
	free(why);
	set_limit(32);
	assert_true(descriptors_suffice(DESCRIPTORS_AUDIT, &why));
	set_limit(before.rlim_cur);
}

static void
test_open(void **state)
{
	const size_t before = descriptors_open();
	const int one = dup(STDIN_FILENO), other = fcntl(STDIN_FILENO, F_DUPFD,
	    100);

	(void)state;
	assert_int_equal(descriptors_open(), before + 2);
	close(one);
	close(other);
	assert_int_equal(descriptors_open(), before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_worker),
		cmocka_unit_test(test_plenty),
		cmocka_unit_test(test_parent),
		cmocka_unit_test(test_least),
		cmocka_unit_test(test_suffice),
		cmocka_unit_test(test_open),
	};

	return cmocka_run_group_tests_name("descriptors", tests, NULL, NULL);
}
