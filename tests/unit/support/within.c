#include "tests/unit/support/within.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

void
within_range(double value, double least, double most)
{
	if (value < least || value > most)
		fail_msg("%g is not from %g to %g", value, least, most);
}
