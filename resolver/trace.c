#include "resolver/trace.h"

#include <stdarg.h>
#include <stdlib.h>

#include "resolver/memory.h"

void
trace_say(const struct trace *trace, enum trace_level level,
    const char *subject, const char *format, ...)
{
	va_list arguments;
	char *line;

	if (trace == NULL || trace->hear == NULL || trace->level < (int)level)
		return;
	va_start(arguments, format);
	line = memory_vformat(format, arguments);
	va_end(arguments);
	trace->hear(trace->listener, level, subject, line);
	free(line);
}
