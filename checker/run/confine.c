#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "checker/run/confine_parts.h"

#include <stddef.h>
#include <stdlib.h>
#include <time.h>
#ifdef HAVE_SYS_PRCTL_H
#include <sys/prctl.h>
#endif

#include "checker/report/json_take.h"
#include "resolver/memory.h"
#include "smtp/tls.h"

/* What forbids; all members are static. */
static const struct part {
	const char	*name;
	bool		(*confine)(const struct confine_needs *, char **why);
	bool		(*is_here)(void);
	bool		(*is_built)(void);
} parts[] = {
	{ "landlock", confine_files, confine_files_here, confine_files_built },
	{ "seccomp", confine_calls, confine_calls_here, confine_calls_built },
};

#define PART_COUNT (sizeof(parts) / sizeof(parts[0]))

bool
confine_needs_files(const struct confine_needs *needs)
{
	size_t i;

	for (i = 0; i < CONFINE_OUTPUTS_MAX; i++) {
		if (needs->outputs[i] != NULL)
			return true;
	}
	return needs->children;
}

/*
 * Has libraries read now what they would read when they are first used: the C
 * library its time zone, OpenSSL its configuration, jansson some random octets.
 * (libunbound reads before it has a thread, as setup.c sees to.)
 */
static void
prepare(void)
{
	tzset();
	tls_library_init();
	json_take_seed();
}

/* Or neither Landlock nor, unless it is root's, seccomp can be had. */
static void
forgo_privileges(void)
{
#ifdef PR_SET_NO_NEW_PRIVS
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
#endif
}

char *
confine(const struct confine_needs *needs)
{
	char *by = NULL, *without = NULL, *why, *text;
	size_t i;

	prepare();
	for (i = 0; i < PART_COUNT; i++) {
		if (!parts[i].is_built())
			continue;
		forgo_privileges();
		if (parts[i].confine(needs, &why)) {
			by = memory_join(by, ", ", parts[i].name);
			continue;
		}
		text = memory_format("no %s: %s", parts[i].name, why);
		without = memory_join(without, "; ", text);
		free(text);
		free(why);
	}
	if (by == NULL && without == NULL)
		return memory_string("not confined: built without");
	text = by == NULL ? memory_format("not confined: %s", without) :
	    memory_format("confined by %s%s%s%s", by,
	    without != NULL ? " (" : "", without != NULL ? without : "",
	    without != NULL ? ")" : "");
	free(by);
	free(without);
	return text;
}

char *
confine_text(void)
{
	char *text = NULL;
	size_t i;

	for (i = 0; i < PART_COUNT; i++) {
		if (!parts[i].is_built())
			continue;
		text = memory_join(text, ", ", parts[i].name);
		if (!parts[i].is_here())
			text = memory_join(text, " ", "(not in this kernel)");
	}
	return text != NULL ? text : memory_string("none (built without)");
}
