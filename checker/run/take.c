#include "checker/run/take.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "checker/evidence/expiry.h"
#include "checker/run/instant.h"
#include "checker/run/terminal.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/text.h"

/* A day: nobody waits longer for one domain. */
#define SECONDS_MAX	86400
/* A hundred years. */
#define DAYS_MAX	36500
/* RFC 2181 8: TTLs have 31 bits. */
#define TTL_MAX		2147483647

bool
take_flag(void *member, const char *value, const char **why)
{
	bool *flag = member;

	(void)value;
	(void)why;
	*flag = true;
	return true;
}

bool
take_text(void *member, const char *value, const char **why)
{
	const char **text = member;

	(void)why;
	*text = value;
	return true;
}

bool
take_word(void *member, const char *value, const char **why)
{
	struct words *words = member;

	(void)why;
	words->items = memory_grow(words->items, words->count,
	    sizeof(*words->items));
	words->items[words->count++] = value;
	return true;
}

bool
take_host_name(void *member, const char *value, const char **why)
{
	if (name_is_host(value))
		return take_text(member, value, why);
	*why = "is not a host name (letters, digits, '-' and '.')";
	return false;
}

bool
take_output(void *member, const char *value, const char **why)
{
	const char **file = member;

	(void)why;
	*file = strcmp(value, "-") == 0 ? NULL : value;
	return true;
}

bool
take_port(void *member, const char *value, const char **why)
{
	uint16_t *port = member;
	uint32_t number;

	if (!text_parse_number(value, UINT16_MAX, &number)) {
		*why = "is not a port number from 1 to 65535";
		return false;
	}
	*port = (uint16_t)number;
	return true;
}

/* Seconds of a unit in a zone file, in any case; 0: it is none. */
static uint32_t
ttl_unit(char letter)
{
	static const struct {
		char		letters[3];
		uint32_t	seconds;
	} units[] = {
		{ "sS", 1 }, { "mM", 60 }, { "hH", 3600 }, { "dD", 86400 },
		{ "wW", 604800 },
	};
	size_t i;

	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (letter != '\0' && strchr(units[i].letters, letter) != NULL)
			return units[i].seconds;
	}
	return 0;
}

/* "3600", or numbers with units, as zone files have them: "1h", "1h30m". */
static bool
parse_ttl(const char *value, uint64_t *seconds)
{
	uint64_t number;
	size_t length;

	*seconds = 0;
	do {
		length = strspn(value, "0123456789");
		if (length == 0 || length > 10)
			return false;
		number = strtoull(value, NULL, 10);
		value += length;
		if (*value != '\0')
			number *= ttl_unit(*value++);
		else if (*seconds != 0)
			return false;
		if (number == 0)
			return false;
		*seconds += number;
	} while (*value != '\0' && *seconds <= TTL_MAX);
	return *seconds <= TTL_MAX;
}

bool
take_ttl(void *member, const char *value, const char **why)
{
	uint32_t *ttl = member;
	uint64_t seconds;

	if (!parse_ttl(value, &seconds)) {
		*why = "is not a TTL such as 3600 or 1h, from 1 to "
		    TEXT_NUMBER(TTL_MAX) " seconds";
		return false;
	}
	*ttl = (uint32_t)seconds;
	return true;
}

/* Digits, and perhaps a point and digits: no sign, no exponent, no "inf". */
static bool
parse_decimal(const char *value, double most, double *number)
{
	char *end;

	if (strspn(value, "0123456789.") != strlen(value))
		return false;
	*number = strtod(value, &end);
	return end != value && *end == '\0' && *number <= most;
}

bool
take_days(void *member, const char *value, const char **why)
{
	if (parse_decimal(value, DAYS_MAX, member))
		return true;
	*why = "is not a number of days from 0 to " TEXT_NUMBER(DAYS_MAX);
	return false;
}

bool
take_seconds(void *member, const char *value, const char **why)
{
	double *seconds = member;

	if (parse_decimal(value, SECONDS_MAX, seconds) && *seconds > 0)
		return true;
	*why = "is not a number of seconds above 0, up to "
	    TEXT_NUMBER(SECONDS_MAX);
	return false;
}

/*
 * A number up to MOST and one sign behind it, '\0' for none. False: that is not
 * what VALUE is.
 */
static bool
parse_quantity(const char *value, double most, double *number, char *sign)
{
	const size_t length = strspn(value, "0123456789.");
	char digits[16];

	*sign = value[length];
	if (length >= sizeof(digits) ||
	    (*sign != '\0' && value[length + 1] != '\0'))
		return false;
	memcpy(digits, value, length);
	digits[length] = '\0';
	return parse_decimal(digits, most, number);
}

/* "90", "90s", "1.5m" or "2h", as seconds. */
static bool
parse_duration(const char *value, double *seconds)
{
	char unit;

	if (!parse_quantity(value, SECONDS_MAX, seconds, &unit))
		return false;
	switch (unit) {
	case '\0':
	case 's':
		break;
	case 'm':
		*seconds *= 60;
		break;
	case 'h':
		*seconds *= 3600;
		break;
	default:
		return false;
	}
	return *seconds > 0 && *seconds <= SECONDS_MAX;
}

bool
take_duration(void *member, const char *value, const char **why)
{
	if (parse_duration(value, member))
		return true;
	*why = "is not a duration such as 90s, 10m or 2h, up to a day";
	return false;
}

/* "10%", "3d" or "36h". */
static bool
parse_limit(const char *value, struct expiry_limit *limit)
{
	char unit;

	if (!parse_quantity(value, DAYS_MAX * 24, &limit->value, &unit))
		return false;
	if (unit == '%') {
		limit->unit = EXPIRY_PERCENT;
		return limit->value <= 100;
	}
	limit->unit = EXPIRY_SECONDS;
	limit->value *= unit == 'd' ? 86400 : 3600;
	return (unit == 'd' || unit == 'h') &&
	    limit->value <= DAYS_MAX * EXPIRY_DAY;
}

bool
take_limit(void *member, const char *value, const char **why)
{
	if (parse_limit(value, member))
		return true;
	*why = "is not a share of life such as 10%, or a time such as 3d or "
	    "36h";
	return false;
}

size_t
take_index(const char *value, const char *const *words, size_t count)
{
	size_t i = 0;

	while (i < count && strcmp(value, words[i]) != 0)
		i++;
	return i;
}

bool
take_colour(void *member, const char *value, const char **why)
{
	static const char *const words[] = {
		[TERMINAL_COLOUR_NEVER] = "never",
		[TERMINAL_COLOUR_AUTO] = "auto",
		[TERMINAL_COLOUR_ALWAYS] = "always",
	};
	const size_t count = sizeof(words) / sizeof(words[0]);
	enum terminal_colour *colour = member;
	size_t i = take_index(value, words, count);

	if (i == count) {
		*why = "is not auto, always or never";
		return false;
	}
	*colour = (enum terminal_colour)i;
	return true;
}

bool
take_time(void *member, const char *value, const char **why)
{
	return instant_parse(value, INSTANT_UTC, member, why);
}
