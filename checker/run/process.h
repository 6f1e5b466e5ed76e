/*
 * The process as every program wants to find it, whatever it was started by.
 */
#ifndef CHECKER_RUN_PROCESS_H
#define CHECKER_RUN_PROCESS_H

/*
 * To be called first. Afterwards descriptors 0 to 2 are open, so that nothing
 * of ours is taken for standard output; a reader that goes away is an error of
 * writing; there are as many descriptors as a survey needs, where that is
 * allowed; and libevent's remarks are not told to users, nor does it end the
 * process with a verdict.
 */
void	process_init(void);

#endif
