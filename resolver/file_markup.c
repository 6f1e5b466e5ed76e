#include "resolver/file_markup.h"

#include <stdbool.h>
#include <string.h>

/* A text of which a part was read. */
struct rest {
	const char	*at;	/* borrowed */
	const char	*end;	/* borrowed */
};

static bool
begins(const struct rest *rest, const char *text)
{
	const size_t size = strlen(text);

	return (size_t)(rest->end - rest->at) >= size &&
	    memcmp(rest->at, text, size) == 0;
}

/* strchr() finds the NUL, too. */
static bool
is_one_of(char octet, const char *set)
{
	return octet != '\0' && strchr(set, octet) != NULL;
}

static void
skip(struct rest *rest, const char *set)
{
	while (rest->at < rest->end && is_one_of(*rest->at, set))
		rest->at++;
}

static void
skip_line(struct rest *rest)
{
	const char *end = memchr(rest->at, '\n',
	    (size_t)(rest->end - rest->at));

	rest->at = end != NULL ? end + 1 : rest->end;
}

/* "[" alone may begin a section of an INI file. */
static bool
is_json(struct rest rest)
{
	bool is_array;

	if (!begins(&rest, "{") && !begins(&rest, "["))
		return false;
	is_array = *rest.at++ == '[';
	skip(&rest, " \t\r\n");
	return rest.at < rest.end &&
	    is_one_of(*rest.at, is_array ? "{[\"]" : "\"}");
}

/* "name: value" or "name:"; not what "openssl x509 -text" prints. */
static bool
is_yaml_pair(struct rest rest)
{
	const char *start = rest.at;

	if (begins(&rest, "Certificate:") ||
	    begins(&rest, "Certificate Request:"))
		return false;
	skip(&rest, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789_./-\"'");
	if (rest.at == start || rest.at == rest.end || *rest.at != ':')
		return false;
	rest.at++;
	return rest.at == rest.end || is_one_of(*rest.at, " \r\n");
}

static bool
is_yaml(struct rest rest)
{
	if (begins(&rest, "%YAML"))
		return true;
	if (begins(&rest, "---")) {
		rest.at += 3;
		return rest.at == rest.end || is_one_of(*rest.at, " \r\n");
	}
	if (begins(&rest, "- "))
		rest.at += 2;
	return is_yaml_pair(rest);
}

const char *
file_markup(const char *text, size_t size)
{
	struct rest rest = { .at = text, .end = text + size };

	if (begins(&rest, "\xef\xbb\xbf"))
		rest.at += 3;
	skip(&rest, " \t\r\n");
	if (is_json(rest))
		return "JSON";
	while (begins(&rest, "#")) {
		skip_line(&rest);
		skip(&rest, " \t\r\n");
	}
	return is_yaml(rest) ? "YAML" : NULL;
}
