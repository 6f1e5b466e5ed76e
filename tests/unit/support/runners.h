/*
 * What runners of CI jobs, parsers of TAP and the like take from the output of
 * any program, by their own rules.
 */
#ifndef TESTS_UNIT_SUPPORT_RUNNERS_H
#define TESTS_UNIT_SUPPORT_RUNNERS_H

/*
 * The first line of TEXT that one of them obeys, and who: "GitHub obeys
 * '::error::x'". Owned by the caller; NULL: there is none. A line that begins
 * with one of OWN (ended by NULL), which mxdane means to be obeyed, may begin
 * as it does; NULL: there are no such lines.
 */
char	*runners_obey(const char *text, const char *const *own);

#endif
