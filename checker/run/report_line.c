#include "checker/run/report_line.h"

#include <string.h>

#include "checker/report/report_json_read.h"
#include "resolver/memory.h"

bool
report_line_read(FILE *stream, int end, struct report_line *line)
{
	int octet = 0;

	line->size = 0;
	while (line->size <= REPORT_JSON_READ_MAX && octet != end &&
	    (octet = getc_unlocked(stream)) != EOF) {
		if (line->size + 1 >= line->room) {
			line->room = 2 * line->room + BUFSIZ;
			line->octets = memory_resize(line->octets, line->room);
		}
		line->octets[line->size++] = (char)octet;
		line->octets[line->size] = '\0';
	}
	return line->size > 0;
}

bool
report_line_is_blank(const struct report_line *line)
{
	size_t i;

	for (i = 0; i < line->size; i++) {
		if (line->octets[i] == '\0' ||
		    strchr(" \t\r\n", line->octets[i]) == NULL)
			return false;
	}
	return true;
}
