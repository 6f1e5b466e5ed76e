/*
 * The state of the process that every program relies on, however it was
 * started.
 */
#ifndef CHECKER_RUN_PROCESS_H
#define CHECKER_RUN_PROCESS_H

#include <stdnoreturn.h>

/*
 * Called where the process cannot go on, maybe from a signal's handler, so that
 * it may call process_end and little else. With SIGABRT: by abort(), and if it
 * returns the process dies of that signal; errno is as it was then (see
 * shortage.h). With another number: by libevent, which has logged why.
 */
typedef void	process_ended(int number);

/*
 * To be called first. Takes the place of descriptors 0 to 2 that are closed, so
 * that no file or socket is taken for standard output: reading and writing them
 * fails (EBADF). Turns SIGPIPE and SIGXFSZ into errors of write; raises the
 * limit of descriptors to what a survey needs, as far as it may; has OpenSSL
 * and libevent end the process for want of memory, as our own code does, so
 * that it is not taken for a fault of a peer; and keeps libevent from printing
 * warnings and from calling exit, whose status would be taken for a verdict.
 */
void	process_init(process_ended *ended);

/*
 * From now on nothing that is written to standard error appears anywhere,
 * whoever in this process writes it.
 */
void	process_silence(void);

/*
 * For a process_ended: says a shortage on standard error, in a line that begins
 * with BEGIN ("mxdane: "), and ends the process with STATUS; so it does without
 * a line for libevent. Returns for a fault of our own, which may well leave a
 * core file.
 */
void	process_fail(int number, const char *begin, int status);

/*
 * What ERROR (errno) says that the system has no more of, for example "out of
 * memory"; NULL: nothing. Static.
 */
const char *process_shortage(int error);

/*
 * Writes the line BEGIN and WHY to descriptor FD and ends the process with
 * STATUS at once. Needs no memory, and may be called from a signal's handler.
 */
noreturn void	process_end(int fd, const char *begin, const char *why,
		    int status);

#endif
