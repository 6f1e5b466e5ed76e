#include "checker/report/range.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"

/* Parses SIZE characters. False: they are not a decimal number. */
static bool
take_number(const char *text, size_t size, double *number)
{
	char copy[32], *end;

	if (size == 0 || size >= sizeof(copy) ||
	    strspn(text, "-0123456789.") < size)
		return false;
	memcpy(copy, text, size);
	copy[size] = '\0';
	*number = strtod(copy, &end);
	return *end == '\0';
}

bool
range_init(struct range *range, const char *text)
{
	const char *colon;

	*range = (struct range){ .end = HUGE_VAL };
	if (*text == '@') {
		range->inside = true;
		text++;
	}
	colon = strchr(text, ':');
	if (colon == NULL) {
		/* "@5" is from 0 to 5; a bare "5" can only mean "5:". */
		if (!take_number(text, strlen(text), range->inside ?
		    &range->end : &range->start))
			return false;
	} else {
		if (colon - text == 1 && *text == '~')
			range->start = -HUGE_VAL;
		else if (colon > text &&
		    !take_number(text, (size_t)(colon - text), &range->start))
			return false;
		if (colon[1] != '\0' && !take_number(colon + 1,
		    strlen(colon + 1), &range->end))
			return false;
	}
	range->set = range->start <= range->end;
	return range->set;
}

bool
range_alerts(const struct range *range, double value)
{
	bool within = value >= range->start && value <= range->end;

	return range->set && within == range->inside;
}

char *
range_text(const struct range *range)
{
	char *start, *end, *text;

	if (!range->set)
		return memory_string("");
	start = range->start == -HUGE_VAL ? memory_string("~") :
	    memory_format("%.15g", range->start);
	end = range->end == HUGE_VAL ? memory_string("") :
	    memory_format("%.15g", range->end);
	text = memory_format("%s%s:%s", range->inside ? "@" : "", start, end);
	free(start);
	free(end);
	return text;
}
