#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "checker/run/confine_parts.h"

#ifdef HAVE_SECCOMP

#include <errno.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "resolver/memory.h"

/* For whom a call stays allowed: bits. */
enum {
	FOR_NOBODY = 0,
	FOR_CHILDREN = 1,	/* who has some */
	FOR_FILES = 2,		/* who opens some */
	FOR_NETWORK = 4,
	FOR_SANITIZER = 8,	/* its reports */
};

/* CLONE_THREAD, which <sched.h> hides here, and its place in clone. */
#define FLAG_THREAD 0x00010000
#ifdef __s390__
#define CLONE_FLAGS 1
#else
#define CLONE_FLAGS 0
#endif

/* Families and types of sockets, not all of which each C library names. */
#define FAMILY_UNIX	1
#define FAMILY_NETLINK	16
#define FAMILY_PACKET	17
#define FAMILY_ALG	38
#define FAMILY_VSOCK	40
#define TYPE_MASK	0xf
#define TYPE_RAW	3

/*
 * What is forbidden: each is of use to an intruder. It is no list of all that
 * is not needed, which would not survive the next update of a library. Names,
 * since a library or an architecture need not know each of them.
 */
static const struct call {
	const char	*name;		/* static */
	unsigned	 keepers;	/* FOR_... */
	int		 error;		/* 0: EPERM */
	/* If set, only where this argument, masked, is VALUE. */
	bool		 has_argument;
	unsigned	 argument;
	uint64_t	 mask, value;
} calls[] = {
	/* Other programs, and into other processes. */
	{ .name = "execve" },
	{ .name = "execveat" },
	{ .name = "uselib" },
	{ .name = "ptrace", .keepers = FOR_SANITIZER },
	{ .name = "process_vm_readv", .keepers = FOR_SANITIZER },
	{ .name = "process_vm_writev" },
	{ .name = "process_madvise" },
	{ .name = "pidfd_open" },
	{ .name = "pidfd_getfd" },
	{ .name = "kcmp" },
	/* Other roots, and other mounts. */
	{ .name = "chroot" },
	{ .name = "pivot_root" },
	{ .name = "mount" },
	{ .name = "mount_setattr" },
	{ .name = "move_mount" },
	{ .name = "open_tree" },
	{ .name = "fsopen" },
	{ .name = "fsconfig" },
	{ .name = "fsmount" },
	{ .name = "fspick" },
	{ .name = "umount" },
	{ .name = "umount2" },
	{ .name = "swapon" },
	{ .name = "swapoff" },
	{ .name = "quotactl" },
	{ .name = "quotactl_fd" },
	{ .name = "unshare" },
	{ .name = "setns" },
	/* Files by other ways than their names. */
	{ .name = "name_to_handle_at" },
	{ .name = "open_by_handle_at" },
	{ .name = "fanotify_init" },
	{ .name = "io_uring_setup" },
	{ .name = "io_uring_enter" },
	{ .name = "io_uring_register" },
	/* Somebody else. */
	{ .name = "setuid" },
	{ .name = "setgid" },
	{ .name = "setreuid" },
	{ .name = "setregid" },
	{ .name = "setresuid" },
	{ .name = "setresgid" },
	{ .name = "setfsuid" },
	{ .name = "setfsgid" },
	{ .name = "setgroups" },
	{ .name = "setuid32" },
	{ .name = "setgid32" },
	{ .name = "setreuid32" },
	{ .name = "setregid32" },
	{ .name = "setresuid32" },
	{ .name = "setresgid32" },
	{ .name = "setfsuid32" },
	{ .name = "setfsgid32" },
	{ .name = "setgroups32" },
	{ .name = "capset" },
	/* The kernel and the machine. */
	{ .name = "init_module" },
	{ .name = "finit_module" },
	{ .name = "delete_module" },
	{ .name = "kexec_load" },
	{ .name = "kexec_file_load" },
	{ .name = "reboot" },
	{ .name = "bpf" },
	{ .name = "perf_event_open" },
	{ .name = "userfaultfd" },
	{ .name = "keyctl" },
	{ .name = "add_key" },
	{ .name = "request_key" },
	{ .name = "syslog" },
	{ .name = "acct" },
	{ .name = "iopl" },
	{ .name = "ioperm" },
	{ .name = "modify_ldt" },
	{ .name = "settimeofday" },
	{ .name = "clock_settime" },
	{ .name = "clock_settime64" },
	{ .name = "clock_adjtime" },
	{ .name = "stime" },
	{ .name = "sethostname" },
	{ .name = "setdomainname" },
	{ .name = "vhangup" },
	/* What a terminal takes for typed: TIOCSTI, TIOCLINUX. */
	{ .name = "ioctl", .has_argument = true, .argument = 1,
	    .mask = UINT32_MAX, .value = TIOCSTI },
	{ .name = "ioctl", .has_argument = true, .argument = 1,
	    .mask = UINT32_MAX, .value = TIOCLINUX },
	/* To be a server; daemons of this machine; the network's set-up. */
	{ .name = "listen" },
	{ .name = "accept" },
	{ .name = "accept4" },
	{ .name = "socket", .has_argument = true, .argument = 0,
	    .mask = UINT32_MAX, .value = FAMILY_UNIX },
	{ .name = "socket", .has_argument = true, .argument = 0,
	    .mask = UINT32_MAX, .value = FAMILY_NETLINK },
	{ .name = "socket", .has_argument = true, .argument = 0,
	    .mask = UINT32_MAX, .value = FAMILY_PACKET },
	{ .name = "socket", .has_argument = true, .argument = 0,
	    .mask = UINT32_MAX, .value = FAMILY_ALG },
	{ .name = "socket", .has_argument = true, .argument = 0,
	    .mask = UINT32_MAX, .value = FAMILY_VSOCK },
	{ .name = "socket", .has_argument = true, .argument = 1,
	    .mask = TYPE_MASK, .value = TYPE_RAW },
	{ .name = "socket", .keepers = FOR_NETWORK },
	/*
	 * A process that outlives us. Threads are fine; the C library takes
	 * clone for them if there is no clone3, whose flags nobody here sees.
	 */
	{ .name = "fork", .keepers = FOR_CHILDREN | FOR_SANITIZER },
	{ .name = "vfork", .keepers = FOR_CHILDREN | FOR_SANITIZER },
	{ .name = "clone", .keepers = FOR_CHILDREN | FOR_SANITIZER,
	    .has_argument = true, .argument = CLONE_FLAGS,
	    .mask = FLAG_THREAD, .value = 0 },
	{ .name = "clone3", .keepers = FOR_CHILDREN | FOR_SANITIZER,
	    .error = ENOSYS },
	/* Files, also where there is no Landlock. */
	{ .name = "open", .keepers = FOR_FILES | FOR_SANITIZER },
	{ .name = "openat", .keepers = FOR_FILES | FOR_SANITIZER },
	{ .name = "openat2", .keepers = FOR_FILES | FOR_SANITIZER },
	{ .name = "creat", .keepers = FOR_FILES },
	{ .name = "mknod", .keepers = FOR_FILES },
	{ .name = "mknodat", .keepers = FOR_FILES },
	{ .name = "mkdir", .keepers = FOR_FILES },
	{ .name = "mkdirat", .keepers = FOR_FILES },
	{ .name = "rmdir", .keepers = FOR_FILES },
	{ .name = "link", .keepers = FOR_FILES },
	{ .name = "linkat", .keepers = FOR_FILES },
	{ .name = "symlink", .keepers = FOR_FILES },
	{ .name = "symlinkat", .keepers = FOR_FILES },
	{ .name = "rename", .keepers = FOR_FILES },
	{ .name = "renameat", .keepers = FOR_FILES },
	{ .name = "renameat2", .keepers = FOR_FILES },
	{ .name = "unlink", .keepers = FOR_FILES },
	{ .name = "unlinkat", .keepers = FOR_FILES },
	{ .name = "truncate", .keepers = FOR_FILES },
	{ .name = "truncate64", .keepers = FOR_FILES },
	{ .name = "chmod", .keepers = FOR_FILES },
	{ .name = "fchmodat", .keepers = FOR_FILES },
	{ .name = "fchmodat2", .keepers = FOR_FILES },
	{ .name = "chown", .keepers = FOR_FILES },
	{ .name = "lchown", .keepers = FOR_FILES },
	{ .name = "fchownat", .keepers = FOR_FILES },
	{ .name = "setxattr", .keepers = FOR_FILES },
	{ .name = "lsetxattr", .keepers = FOR_FILES },
	{ .name = "removexattr", .keepers = FOR_FILES },
	{ .name = "lremovexattr", .keepers = FOR_FILES },
};

/* The FOR_... bits of one who has these needs. */
static unsigned
keeper(const struct confine_needs *needs)
{
	return (needs->children ? FOR_CHILDREN : 0U) |
	    (needs->network ? FOR_NETWORK : 0U) |
	    (confine_needs_files(needs) ? FOR_FILES : 0U) |
	    (CONFINE_SANITIZED ? FOR_SANITIZER : 0U);
}

/* Returns 0, or -errno as the library does. */
static int
forbid(scmp_filter_ctx filter, const struct call *call)
{
	const struct scmp_arg_cmp argument = { call->argument,
		SCMP_CMP_MASKED_EQ, call->mask, call->value };
	const int number = seccomp_syscall_resolve_name(call->name);

	/* An older library, which does not know it. */
	if (number == __NR_SCMP_ERROR)
		return 0;
	return seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(
	    (uint32_t)(call->error != 0 ? call->error : EPERM)), number,
	    call->has_argument ? 1 : 0, &argument);
}

static int
forbid_all(scmp_filter_ctx filter, unsigned keeps)
{
	int error = 0;
	size_t i;

	/* Calls of another architecture, whose numbers mean something else. */
	seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH,
	    SCMP_ACT_ERRNO(EPERM));
	for (i = 0; i < sizeof(calls) / sizeof(calls[0]) && error == 0; i++) {
		if ((calls[i].keepers & keeps) == 0)
			error = forbid(filter, &calls[i]);
	}
	return error;
}

bool
confine_calls(const struct confine_needs *needs, char **why)
{
	scmp_filter_ctx filter;
	int error;

	if (!confine_calls_here()) {
		*why = memory_string("not in this kernel");
		return false;
	}
	filter = seccomp_init(SCMP_ACT_ALLOW);
	if (filter == NULL)
		error = -ENOMEM;
	else
		error = forbid_all(filter, keeper(needs));
	if (error == 0)
		error = seccomp_load(filter);
	seccomp_release(filter);
	if (error == 0)
		return true;
	*why = memory_string(strerror(-error));
	return false;
}

bool
confine_calls_here(void)
{
	return prctl(PR_GET_SECCOMP, 0, 0, 0, 0) >= 0;
}

bool
confine_calls_built(void)
{
	return true;
}

#else

#include <stddef.h>

bool
confine_calls(const struct confine_needs *needs, char **why)
{
	(void)needs;
	*why = NULL;
	return false;
}

bool
confine_calls_here(void)
{
	return false;
}

bool
confine_calls_built(void)
{
	return false;
}

#endif
