#include "checker/evidence/verdict.h"

static const struct {
	const char	*name;
	int		 exit_status;
} verdicts[] = {
	[VERDICT_UNKNOWN] = { "unknown", 3 },
	[VERDICT_FAIL] = { "fail", 1 },
	[VERDICT_NONE] = { "none", 2 },
	[VERDICT_PARTIAL] = { "partial", 2 },
	[VERDICT_PASS] = { "pass", 0 },
	[VERDICT_ABSENT] = { NULL, 2 },
};

void
verdict_add(struct verdict_count *count, enum verdict verdict)
{
	count->of[verdict]++;
}

enum verdict
verdict_sum(const struct verdict_count *count, enum verdict empty)
{
	const size_t *of = count->of;

	if (of[VERDICT_FAIL] > 0)
		return VERDICT_FAIL;
	if (of[VERDICT_UNKNOWN] > 0)
		return VERDICT_UNKNOWN;
	if (of[VERDICT_PARTIAL] > 0 ||
	    (of[VERDICT_PASS] > 0 && of[VERDICT_NONE] > 0))
		return VERDICT_PARTIAL;
	if (of[VERDICT_PASS] > 0)
		return VERDICT_PASS;
	return of[VERDICT_NONE] > 0 ? VERDICT_NONE : empty;
}

enum verdict
verdict_cap(enum verdict verdict, enum verdict cap)
{
	if (cap == VERDICT_FAIL || (cap == VERDICT_UNKNOWN &&
	    verdict != VERDICT_FAIL))
		return cap;
	return verdict;
}

const char *
verdict_name(enum verdict verdict)
{
	return verdicts[verdict].name;
}

int
verdict_exit_status(enum verdict verdict)
{
	return verdicts[verdict].exit_status;
}

const char *
verdict_status_name(int status)
{
	static const char *const names[] = { "pass", "fail",
		"none or partial", "unknown" };

	return names[status];
}

int
verdict_worse_status(int a, int b)
{
	static const int rank[] = { [0] = 0, [1] = 3, [2] = 1, [3] = 2 };

	return rank[a] >= rank[b] ? a : b;
}
