#include "resolver/algorithm.h"

#include <stddef.h>

/* The algorithms in use, and those that were (IANA). */
static const struct algorithm {
	uint8_t		 number;
	const char	*name;		/* static */
	bool		 known;		/* to today's validators */
	bool		 sha1;
} algorithms[] = {
	{ 1, "RSAMD5", false, false },
	{ 3, "DSA", false, true },
	{ 5, "RSASHA1", true, true },
	{ 6, "DSA-NSEC3-SHA1", false, true },
	{ 7, "RSASHA1-NSEC3-SHA1", true, true },
	{ 8, "RSASHA256", true, false },
	{ 10, "RSASHA512", true, false },
	{ 12, "ECC-GOST", false, false },
	{ 13, "ECDSAP256SHA256", true, false },
	{ 14, "ECDSAP384SHA384", true, false },
	{ 15, "Ed25519", true, false },
	{ 16, "Ed448", true, false },
	{ 17, "SM2SM3", false, false },
	{ 23, "ECC-GOST12", false, false },
};

static const struct algorithm *
find_algorithm(uint8_t number)
{
	size_t i;

	for (i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
		if (algorithms[i].number == number)
			return &algorithms[i];
	}
	return NULL;
}

bool
algorithm_is_known(uint8_t algorithm)
{
	const struct algorithm *found = find_algorithm(algorithm);

	return found != NULL && found->known;
}

bool
algorithm_is_sha1(uint8_t algorithm)
{
	const struct algorithm *found = find_algorithm(algorithm);

	return found != NULL && found->sha1;
}

const char *
algorithm_name(uint8_t algorithm)
{
	const struct algorithm *found = find_algorithm(algorithm);

	return found != NULL ? found->name : NULL;
}
