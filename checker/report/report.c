#include "checker/report/report.h"

#include <string.h>

static const struct report_format *const formats[] = {
	&report_text,
	&report_json,
	&report_junit,
	&report_tap,
	&report_github,
	&report_prometheus,
};

#define FORMAT_COUNT (sizeof(formats) / sizeof(formats[0]))

const struct report_format *
report_format_find(const char *name)
{
	size_t i;

	for (i = 0; i < FORMAT_COUNT; i++) {
		if (strcmp(formats[i]->name, name) == 0)
			return formats[i];
	}
	return NULL;
}

const struct report_format *
report_format_at(size_t i)
{
	return i < FORMAT_COUNT ? formats[i] : NULL;
}
