/*
 * The state of the process that every program relies on, however it was
 * started.
 */
#ifndef CHECKER_RUN_PROCESS_H
#define CHECKER_RUN_PROCESS_H

/*
 * To be called first. Opens descriptors 0 to 2 if they are closed, so that no
 * file or socket is taken for standard output; turns SIGPIPE into an error of
 * write; raises the limit of descriptors to what a survey needs, as far as it
 * may; and keeps libevent from printing warnings and from calling exit, whose
 * status would be taken for a verdict.
 */
void	process_init(void);

#endif
