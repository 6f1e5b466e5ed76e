#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "resolver/memory.h"
#include "resolver/shortage.h"

static void
test_status(void **state)
{
	(void)state;
	assert_string_equal(shortage_text(shortage_status(ENOMEM)),
	    "out of memory");
	assert_string_equal(shortage_text(shortage_status(ENFILE)),
	    "the system is out of descriptors");
	assert_int_equal(shortage_status(ECONNREFUSED), 0);
	assert_int_equal(shortage_status(0), 0);
	assert_null(shortage_text(0));
	assert_null(shortage_text(EXIT_FAILURE));
	assert_null(shortage_text(70));
	assert_true(shortage_is(EMFILE));
	assert_true(shortage_is(ENOBUFS));
	assert_false(shortage_is(ECONNREFUSED));
	/* Of a socket this only says that there is nothing yet. */
	assert_false(shortage_is(EAGAIN));
}

static void
on_abort(int number)
{
	(void)number;
	_exit(shortage_status(errno));
}

/* How a process ends that calls this: what it lacked, or NULL. Static. */
static const char *
lack_of(void (*body)(void))
{
	const pid_t child = fork();
	int status;

	assert_int_not_equal(child, -1);
	if (child == 0) {
		signal(SIGABRT, on_abort);
		body();
		_exit(EXIT_SUCCESS);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return shortage_text(WEXITSTATUS(status));
}

static void
lack_descriptors(void)
{
	const struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_NOFILE, &none);
	shortage_check();
}

static void
ask_for_too_much(void)
{
	/* What no system has; a sanitizer would report it as a fault. */
	memory_grow(NULL, SIZE_MAX / 2, 2);
}

static void
test_end(void **state)
{
	(void)state;
	assert_null(lack_of(shortage_check));
	assert_null(lack_of(shortage_check_thread));
	assert_string_equal(lack_of(lack_descriptors), "out of descriptors");
	assert_string_equal(lack_of(ask_for_too_much), "out of memory");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_end),
	};

	return cmocka_run_group_tests_name("shortage", tests, NULL, NULL);
}
