#include "resolver/name.h"

#include <arpa/inet.h>
#include <idn2.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "resolver/memory.h"
#include "resolver/text.h"

/* Octets of a label (RFC 1035 2.3.4). */
#define LABEL_MAX 63

#define DIGITS "0123456789"

/* Octets that a person may type; no name in UTF-8 has more. */
#define TYPED_MAX 1024

static const char empty_label[] = "has an empty label";
static const char long_label[] =
    "has a label of more than " TEXT_NUMBER(LABEL_MAX) " characters";
static const char long_name[] =
    "is longer than the 253 characters that a name can have";

static bool
is_plain(int octet)
{
	return (octet >= 'a' && octet <= 'z') ||
	    (octet >= 'A' && octet <= 'Z') || (octet >= '0' && octet <= '9') ||
	    octet == '-' || octet == '_';
}

static bool
is_digit(char character)
{
	return character >= '0' && character <= '9';
}

/*
 * Reads one octet, which may be escaped, from the text, which is not at its
 * end. *ESCAPED tells a dot within a label from one between labels. An
 * incomplete escape stands for itself.
 */
static int
next_octet(const char **text, bool *escaped)
{
	const char *at = *text;
	int octet;

	*escaped = at[0] == '\\' && at[1] != '\0';
	if (!*escaped) {
		*text += 1;
		return (unsigned char)at[0];
	}
	if (is_digit(at[1]) && is_digit(at[2]) && is_digit(at[3])) {
		octet = (at[1] - '0') * 100 + (at[2] - '0') * 10 + at[3] - '0';
		if (octet <= UINT8_MAX) {
			*text += 4;
			return octet;
		}
	}
	*text += 2;
	return (unsigned char)at[1];
}

/* Writes "\DDD" to TEXT, without a NUL. Returns where it ends. */
static char *
write_escape(char *text, int octet)
{
	*text++ = '\\';
	*text++ = (char)('0' + octet / 100);
	*text++ = (char)('0' + octet / 10 % 10);
	*text++ = (char)('0' + octet % 10);
	return text;
}

/* Writes one octet of a label, without a NUL. Returns where it ends. */
static char *
write_octet(char *text, int octet)
{
	if (octet >= 'A' && octet <= 'Z')
		octet += 'a' - 'A';
	if (!is_plain(octet))
		return write_escape(text, octet);
	*text++ = (char)octet;
	return text;
}

char *
name_normalise(const char *text)
{
	char *name, *end;
	bool escaped, dot = false;
	int octet;

	end = name = memory_new(4 * strlen(text) + 2, 1);
	while (*text != '\0') {
		octet = next_octet(&text, &escaped);
		dot = octet == '.' && !escaped;
		if (dot)
			*end++ = '.';
		else
			end = write_octet(end, octet);
	}
	if (dot)
		*--end = '\0';
	if (end == name)
		*name = '.';
	return name;
}

char *
name_from_wire(const uint8_t *octets, size_t size)
{
	char text[4 * NAME_WIRE_MAX + 1], *end = text;
	size_t at = 0, label;

	while (at < size && at < NAME_WIRE_MAX && octets[at] != 0) {
		label = octets[at++];
		if (end > text)
			*end++ = '.';
		for (; label > 0 && at < size && at < NAME_WIRE_MAX; label--)
			end = write_octet(end, octets[at++]);
	}
	if (end == text)
		*end++ = '.';
	*end = '\0';
	return memory_string(text);
}

/*
 * How many of the SIZE octets at TEXT stand for one octet of a label: 1, or 4
 * for an escape that is needed. 0: neither.
 */
static size_t
normal_octet(const char *text, size_t size)
{
	int octet;

	if (is_plain((unsigned char)text[0]))
		return text[0] >= 'A' && text[0] <= 'Z' ? 0 : 1;
	if (text[0] != '\\' || size < 4 || !is_digit(text[1]) ||
	    !is_digit(text[2]) || !is_digit(text[3]))
		return 0;
	octet = (text[1] - '0') * 100 + (text[2] - '0') * 10 + text[3] - '0';
	return octet > UINT8_MAX || is_plain(octet) ? 0 : 4;
}

bool
name_is_normal(const char *text, size_t size)
{
	size_t label = 0, wire = 1, i = 0, length;

	if (size == 1 && text[0] == '.')
		return true;
	while (i < size) {
		if (text[i] == '.' && label > 0) {
			label = 0;
			i++;
			continue;
		}
		length = normal_octet(text + i, size - i);
		wire += label == 0 ? 2 : 1;
		if (length == 0 || ++label > LABEL_MAX || wire > NAME_WIRE_MAX)
			return false;
		i += length;
	}
	return label > 0;
}

bool
name_equal(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* Compares the numbers that both texts begin with, and moves past them. */
static int
compare_numbers(const char **a, const char **b)
{
	size_t a_length, b_length;
	int order;

	*a += strspn(*a, "0");
	*b += strspn(*b, "0");
	a_length = strspn(*a, DIGITS);
	b_length = strspn(*b, DIGITS);
	if (a_length != b_length)
		return a_length < b_length ? -1 : 1;
	order = memcmp(*a, *b, a_length);
	*a += a_length;
	*b += b_length;
	return order;
}

int
name_compare_natural(const char *a, const char *b)
{
	const char *left = a, *right = b;
	int order = 0;

	while (order == 0 && *left != '\0' && *right != '\0') {
		if (is_digit(*left) && is_digit(*right))
			order = compare_numbers(&left, &right);
		else
			order = *left++ - *right++;
	}
	if (order == 0)
		order = *left - *right;
	return order != 0 ? order : strcmp(a, b);
}

/* What is wrong with the labels and lengths of a name; or NULL. */
static const char *
length_fault(const char *name)
{
	size_t label = 0, wire = 1;	/* the root's empty label ends it */
	bool escaped;

	if (strcmp(name, ".") == 0)
		return NULL;
	while (*name != '\0') {
		if (next_octet(&name, &escaped) != '.' || escaped) {
			if (++label > LABEL_MAX)
				return long_label;
			continue;
		}
		if (label == 0)
			return empty_label;
		wire += 1 + label;
		label = 0;
	}
	if (label == 0)
		return empty_label;
	wire += 1 + label;
	return wire > NAME_WIRE_MAX ? long_name : NULL;
}

/* Whether the character at AT ends a label: a dot that is not escaped. */
static bool
ends_label(const char *name, const char *at)
{
	size_t backslashes = 0;

	while (at - backslashes > name && at[-1 - (long)backslashes] == '\\')
		backslashes++;
	return *at == '.' && backslashes % 2 == 0;
}

bool
name_is_at_or_below(const char *name, const char *top)
{
	const size_t length = strlen(name), top_length = strlen(top);
	const char *end;

	if (length <= top_length || strcmp(top, ".") == 0)
		return strcmp(top, ".") == 0 || name_equal(name, top);
	end = name + length - top_length;
	return name_equal(end, top) && ends_label(name, end - 1);
}

const char *
name_parent(const char *name)
{
	for (; *name != '\0'; name++) {
		/* "\." and "\046" are of the label. */
		if (*name == '\\' && name[1] != '\0')
			name++;
		else if (*name == '.' && name[1] != '\0')
			return name + 1;
	}
	return ".";
}

size_t
name_label_count(const char *name)
{
	size_t count = 0;

	for (; strcmp(name, ".") != 0; name = name_parent(name))
		count++;
	return count;
}

/* "*", escaped. */
#define ASTERISK "\\042"

char *
name_wildcard(const char *encloser)
{
	return strcmp(encloser, ".") == 0 ? memory_string(ASTERISK) :
	    memory_format("%s.%s", ASTERISK, encloser);
}

char *
name_in_zone(const char *name)
{
	const size_t length = strlen(ASTERISK);

	if (strncmp(name, ASTERISK, length) == 0 &&
	    (name[length] == '.' || name[length] == '\0'))
		return memory_format("*%s", name + length);
	return memory_string(name);
}

bool
name_is_localhost(const char *name)
{
	return name_is_at_or_below(name, "localhost");
}

bool
name_is_qualified(const char *name)
{
	static const char nobody[] = "localhost.";

	return strchr(name, '.') != NULL && name_is_host(name) &&
	    !name_is_address(name) && !name_is_localhost(name) &&
	    strncasecmp(name, nobody, strlen(nobody)) != 0;
}

bool
name_is_host(const char *name)
{
	const char *character;

	if (strcmp(name, ".") == 0)
		return false;
	for (character = name; *character != '\0'; character++)
		if (*character != '.' && !is_plain(*character))
			return false;
	return length_fault(name) == NULL;
}

bool
name_is_address(const char *name)
{
	char text[sizeof("[IPv6:]") + INET6_ADDRSTRLEN], *start = text;
	struct in6_addr address;	/* room for either family */
	size_t length = 0;
	bool escaped;

	/* "192\0460\0462\0461" is an address in a single label. */
	while (*name != '\0' && length < sizeof(text) - 1)
		text[length++] = (char)next_octet(&name, &escaped);
	text[length] = '\0';
	if (*name != '\0' || strlen(text) != length)
		return false;
	/* An address literal (RFC 5321 4.1.3). */
	if (length > 2 && text[0] == '[' && text[length - 1] == ']') {
		text[length - 1] = '\0';
		start += strncasecmp(text, "[IPv6:", 6) == 0 ? 6 : 1;
	}
	return inet_pton(AF_INET, start, &address) == 1 ||
	    inet_pton(AF_INET6, start, &address) == 1;
}

/* Why a typed word cannot be a name; or NULL. */
static const char *
word_fault(const char *text)
{
	const char *character;
	size_t length = strlen(text);

	if (length == 0)
		return "is empty";
	if (length > TYPED_MAX)
		return long_name;
	for (character = text; *character != '\0'; character++)
		if ((unsigned char)*character <= ' ' || *character == 0x7f)
			return "contains a space or a control character";
	if (strstr(text, "://") != NULL)
		return "is a URL: give the name in it";
	if (strchr(text, '@') != NULL)
		return "is a mail address: give the part after the '@'";
	if (name_is_address(text) || text[0] == '[')
		return "is an address; DANE needs a name";
	if (strchr(text, ':') != NULL)
		return "contains a ':': give the name alone";
	return NULL;
}

/* The same for the name in ASCII that it was converted to. */
static const char *
name_fault(const char *name)
{
	const char *character, *fault;

	if (strcmp(name, ".") == 0)
		return "is the root, which accepts no mail";
	fault = word_fault(name);
	if (fault != NULL)
		return fault;
	for (character = name; *character != '\0'; character++)
		if (*character != '.' && !is_plain(*character))
			return "contains a character that a host name "
			    "cannot have";
	return length_fault(name);
}

/*
 * Converts the text to ASCII, owned by the caller; or NULL and *WHY. Text that
 * is in ASCII is left alone, because IDNA rejects names that exist.
 */
static char *
to_ascii(const char *text, const char **why)
{
	const char *character;
	char *converted = NULL, *ascii;
	int status;

	character = text;
	while (*character != '\0' && (unsigned char)*character < 0x80)
		character++;
	if (*character == '\0')
		return memory_string(text);

	status = idn2_to_ascii_8z(text, &converted,
	    IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
	switch (status) {
	case IDN2_OK:
		ascii = memory_string(converted);
		idn2_free(converted);
		return ascii;
	case IDN2_MALLOC:
		abort();
	case IDN2_ENCODING_ERROR:
		*why = "is not valid UTF-8";
		break;
	case IDN2_TOO_BIG_LABEL:
		*why = long_label;
		break;
	case IDN2_TOO_BIG_DOMAIN:
		*why = long_name;
		break;
	default:
		*why = "is not a valid internationalised name "
		    "(IDNA 2008)";
		break;
	}
	return NULL;
}

char *
name_from_user(const char *text, const char **why)
{
	char *ascii, *name;

	*why = word_fault(text);
	if (*why != NULL)
		return NULL;
	ascii = to_ascii(text, why);
	if (ascii == NULL)
		return NULL;
	if (strlen(ascii) > 1 && ascii[strlen(ascii) - 1] == '.')
		ascii[strlen(ascii) - 1] = '\0';

	name = NULL;
	*why = name_fault(ascii);
	if (*why == NULL)
		name = name_normalise(ascii);
	free(ascii);
	return name;
}

/* NAME (owned) if it is not too long; otherwise it is freed. */
static char *
fitting(char *name)
{
	if (length_fault(name) == NULL)
		return name;
	free(name);
	return NULL;
}

char *
name_tlsa_owner(uint16_t port, const char *base_domain)
{
	if (strcmp(base_domain, ".") == 0)
		base_domain = "";
	return fitting(memory_format("_%u._tcp%s%s", (unsigned int)port,
	    base_domain[0] != '\0' ? "." : "", base_domain));
}

char *
name_tlsrpt_owner(const char *domain)
{
	return fitting(memory_format("_smtp._tls.%s", domain));
}
