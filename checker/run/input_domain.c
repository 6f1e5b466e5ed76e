#include "checker/run/input_domain.h"

#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/text.h"

char *
input_domain(const char *word, char **why)
{
	const char *fault;
	char *domain = name_from_user(word, &fault), *safe;

	if (domain != NULL)
		return domain;
	safe = text_printable(word, strlen(word));
	*why = memory_format("'%s' %s", safe, fault);
	free(safe);
	return NULL;
}
