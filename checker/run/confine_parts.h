/*
 * The parts of confinement: confine_files.c has Landlock, confine_calls.c
 * seccomp, confine.c uses both.
 */
#ifndef CHECKER_RUN_CONFINE_PARTS_H
#define CHECKER_RUN_CONFINE_PARTS_H

#include <stdbool.h>

#include "checker/run/confine.h"

/* AddressSanitizer looks for leaks from a process of its own, by ptrace. */
#if defined(__SANITIZE_ADDRESS__)
#define CONFINE_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CONFINE_SANITIZED 1
#endif
#endif
#ifndef CONFINE_SANITIZED
#define CONFINE_SANITIZED 0
#endif

/* Whether it opens any file: its outputs, or /dev/null for its children. */
bool	confine_needs_files(const struct confine_needs *needs);

/*
 * Forbid what is not in NEEDS. False: nothing is forbidden; *WHY (owned by the
 * caller, printable).
 */
bool	confine_files(const struct confine_needs *needs, char **why);
bool	confine_calls(const struct confine_needs *needs, char **why);

/* Whether this kernel can, and whether this build would. */
bool	confine_files_here(void);
bool	confine_files_built(void);
bool	confine_calls_here(void);
bool	confine_calls_built(void);

#endif
