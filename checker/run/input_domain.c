#include "checker/run/input_domain.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/text.h"

/* What the names of files end in that are mistaken for domains. */
static const char *const endings[] = {
	".cer", ".cert", ".conf", ".crt", ".csr", ".csv", ".der", ".json",
	".key", ".log", ".p12", ".p7b", ".p7c", ".pem", ".pfx", ".rec", ".req",
	".tsv", ".txt", ".xml", ".yaml", ".yml",
};

/* WORD, quoted, and WHAT is wrong with it. Owned by the caller. */
static char *
complain(const char *word, const char *what)
{
	char *safe = text_printable(word, strlen(word));
	char *why = memory_format("'%s' %s", safe, what);

	free(safe);
	return why;
}

char *
input_domain(const char *word, char **why)
{
	const char *fault;
	char *domain = name_from_user(word, &fault);

	if (domain == NULL)
		*why = complain(word, fault);
	return domain;
}

static bool
is_file(const char *word)
{
	struct stat status;

	return stat(word, &status) == 0 && S_ISREG(status.st_mode);
}

enum input_word
input_word(const char *word)
{
	const char *end = strrchr(word, '.');
	size_t i;

	/* But a file that is called example.org may be that domain's zone. */
	if ((end == NULL || strchr(word, '/') != NULL) && is_file(word))
		return INPUT_WORD_FILE;
	if (end == NULL || end == word)
		return INPUT_WORD_NAME;
	for (i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		if (strcasecmp(end, endings[i]) == 0)
			return access(word, F_OK) == 0 ? INPUT_WORD_FILE :
			    INPUT_WORD_NO_FILE;
	}
	return INPUT_WORD_NAME;
}

char *
input_domain_argument(const char *word, char **why)
{
	switch (input_word(word)) {
	case INPUT_WORD_NAME:
		break;
	case INPUT_WORD_FILE:
		*why = complain(word, "is a file, not a domain: see --help for "
		    "the options that read one");
		return NULL;
	case INPUT_WORD_NO_FILE:
		*why = complain(word, "is named like a file, and there is no "
		    "such file (of a domain, write a dot at the end)");
		return NULL;
	}
	return input_domain(word, why);
}
