/*
 * An assertion about a number that is not known exactly.
 */
#ifndef TESTS_UNIT_SUPPORT_WITHIN_H
#define TESTS_UNIT_SUPPORT_WITHIN_H

/* Fails the test, and says what the value is, but from LEAST to MOST. */
void	within_range(double value, double least, double most);

#endif
