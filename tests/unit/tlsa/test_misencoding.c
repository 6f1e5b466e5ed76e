/*
 * Mistakes in making TLSA records. The digests were made with the openssl
 * command and sha256sum, as administrators do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/tlsa/misencoding.h"
#include "checker/tlsa/tlsa.h"
#include "resolver/memory.h"
#include "resolver/text.h"
#include "smtp/chain.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/table.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char pem[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBdjCCARygAwIBAgIBATAKBggqhkjOPQQDAjAZMRcwFQYDVQQDDA5teC5leGFt\n"
    "cGxlLm9yZzAgFw0yNjExMjUyMDAxMTlaGA8yMTI2MTEwMTIwMDExOVowGTEXMBUG\n"
    "A1UEAwwObXguZXhhbXBsZS5vcmcwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASf\n"
    "Ol1E7WseTGbX3wMike6y5CVVoh5z57YPKiS53TGew/e8cUF48DFDxrxvuSQStz9v\n"
    "D5olB3Uo3khdNe6SFuimo1MwUTAdBgNVHQ4EFgQUZQmLnQ5Kg8hueHwfyrG0lx0P\n"
    "MjkwHwYDVR0jBBgwFoAUZQmLnQ5Kg8hueHwfyrG0lx0PMjkwDwYDVR0TAQH/BAUw\n"
    "AwEB/zAKBggqhkjOPQQDAgNIADBFAiEA+J0Zcaf2rj3Hj1xVASsB0FyX3oImOJ9J\n"
    "FItRetOsMNICIDDAxRz2jYt+dChFlwdtvBrQZwmhq0+cMcEwlQKRtM0G\n"
    "-----END CERTIFICATE-----\n";

static struct chain *chain;	/* of the above */

/* The octets of hexadecimal digits. Owned by the caller. */
static uint8_t *
octets(const char *digits, size_t *size)
{
	char *text = memory_format("3 1 1 %s", digits);
	struct tlsa fields;
	const char *why;

	assert_true(tlsa_from_text(&fields, text, &why));
	free(text);
	*size = fields.size;
	return fields.data;
}

#define BARE_KEY "of the bare key, without its algorithm,"

static const struct misdigest {
	const char	*name;
	const char	*digest;
	bool		 pem;
	const char	*what;		/* NULL: not a mistake, or not known */
} misdigests[] = {
	/* openssl x509 -outform DER | sha256sum, as it should be */
	{ "SHA2-256 of the certificate",
	    "f81c60c5d830e334d0c20b45458c26530fe0f28c256b2a81acf3fe420f8daea3",
	    false, NULL },
	{ "SHA2-256 of the key",
	    "d2cecb39be27f1d9e5d87dc211fa93524c83ef8034d7a5242d3bd19622a626c7",
	    false, NULL },
	{ "SHA2-512 of the certificate",
	    "a383d35afa0559cf89701e96292d4cb80c9e922a280b25261dafe77c7ab05d52"
	    "01d7f7479d130a27b466099663fe79cff46e69301c8d1dc60d64b41c205f3206",
	    false, NULL },
	{ "SHA2-512 of the key",
	    "10c5d097a43f72583abd795c0ea6ba14a53ce45234dc41bb3b0c40505d0813e5"
	    "fe5afe7520b2f7e806f65a808e9d59d2973a2f66f7ac2c13813a896ce4d5a863",
	    false, NULL },
	{ "sha256sum cert.pem",
	    "cbd004549f78a909abe77ce487d52a65b96cc04ea7560da43cb407f785dd7958",
	    true, "SHA2-256 of the PEM text of the certificate" },
	{ "printf %s \"$(cat cert.pem)\" | sha256sum",
	    "4e0f26449df0cc2a68a44ce28305c296ec17c20285e26895c841035385b13f3f",
	    true, "SHA2-256 of the PEM text of the certificate" },
	{ "unix2dos <cert.pem | sha256sum",
	    "fb7ef5351026ea61142adfdeaf6494b0ca2bb21e24c0b41869a6b6ea66b67274",
	    true, "SHA2-256 of the PEM text of the certificate" },
	{ "openssl x509 -in cert.pem -noout -pubkey | sha256sum",
	    "1067c9e8f0c5236d5d7b69410d3d6639f8a5a0c326635dfd23a19db200f98f6a",
	    true, "SHA2-256 of the PEM text of the public key" },
	{ "PEM key from Windows, without its last line feed",
	    "38fb9f3642c16eaee16e4194b0333251b63d26e4e597454bd83a6729f6b2a3a7",
	    true, "SHA2-256 of the PEM text of the public key" },
	{ "SHA2-512 of PEM",
	    "138a680bfd0c921844003c45982fd4bd4f9c3c958831d320f3bafc734571d1fe"
	    "6c3e396af6073254f843c15ff3191b528931898154f52c378a95104b4373ac14",
	    true, "SHA2-512 of the PEM text of the certificate" },
	{ "SHA2-512 of PEM from Windows, without its last line feed",
	    "fef0a6525f5edd8a66c1bb27016d5a7bb2b8e649ed4c962c513c0922e17d405d"
	    "e7fa016a2d07249b001b3ed8b2bac20cbe0b7b0bc7a4f68e0ac370cc06fec664",
	    true, "SHA2-512 of the PEM text of the certificate" },
	{ "SHA-1 of PEM", "dae6d43fb0365d43e81a073bd3919193c142e791", true,
	    "SHA-1 of the PEM text of the certificate" },
	{ "openssl x509 -fingerprint",
	    "e026b17a534b1904e5b73cf0ea6b9d778a474075", false,
	    "SHA-1 of the certificate" },
	{ "SHA-1 of the key", "b48a97b4eb66007372118b5d4a2dfc00f925787b",
	    false, "SHA-1 of the public key" },
	{ "SHA2-384 of the certificate",
	    "895bb294306029ba30fcd9f54e4ba8cd278ed20584dd01dd4176af8896680d33"
	    "a2e9d57c4c8e0d2e009aa7754af99008", false,
	    "SHA2-384 of the certificate" },
	{ "SHA2-384 of the key",
	    "d586d9344855f33ac0f06ca6402aff23e707b9fd41663cd6fc79b43b45e6983a"
	    "f60b0cab17cc7de265f2fd11d082d2bb", false,
	    "SHA2-384 of the public key" },
	{ "subject key identifier", "65098b9d0e4a83c86e787c1fcab1b4971d0f3239",
	    false, "SHA-1 of the bare key (a key identifier)" },
	{ "SHA2-256 of the bare key",
	    "4cce5dfec366bb5da43691a19f2fefd56adc35ce0b1ae2542ed67786ccfe4fcf",
	    false, "SHA2-256 " BARE_KEY },
	{ "SHA2-512 of the bare key",
	    "6efe9764760ccd8af0a0510f8df49419bac29d1c12e02f265d7ec6be6e6c9cbe"
	    "e03d7d06c661ae857e991edcedb366b566099cf30c3bee40b33a6b463ceaa26e",
	    false, "SHA2-512 " BARE_KEY },
	{ "of another certificate",
	    "cbd004549f78a909abe77ce487d52a65b96cc04ea7560da43cb407f785dd7959",
	    false, NULL },
	{ "too short", "cbd004549f78a909", false, NULL },
	{ "empty", "", false, NULL },
};

static void
test_find(void **state)
{
	const struct misdigest *row = *state;
	bool pem_text;
	const char *what;
	uint8_t *data;
	size_t size;

	data = octets(row->digest, &size);
	what = misencoding_find(data, size, chain->certificates, &pem_text);
	free(data);
	if (row->what == NULL) {
		assert_null(what);
		return;
	}
	assert_non_null(what);
	assert_string_equal(what, row->what);
	assert_int_equal(pem_text, row->pem);
}

/* Octets that are not a certificate do no harm. */
static void
test_find_in_nonsense(void **state)
{
	uint8_t nonsense[] = { 0x30, 0x03, 0x02, 0x01, 0x01 };
	struct certificate certificate = { .der = nonsense,
		.size = sizeof(nonsense) };
	bool pem_text;

	(void)state;
	assert_null(misencoding_find(nonsense, sizeof(nonsense), &certificate,
	    &pem_text));
}

static const struct encoded {
	const char	*name;
	const char	*text;
	const char	*form;		/* NULL: neither */
	const char	*digits;
} encodeds[] = {
	{ "hexadecimal", "00ff10", "hexadecimal", "00ff10" },
	{ "capitals", "00FF1a", "hexadecimal", "00ff1a" },
	{ "colons", "00:ff:10", "hexadecimal", "00ff10" },
	{ "spaces", "00ff 10\n", "hexadecimal", "00ff10" },
	{ "base64", "AP8Q", "base64", "00ff10" },
	{ "base64, padded with two", "AP8QAQ==", "base64", "00ff1001" },
	{ "base64, padded with one", "AP8QAQI=", "base64", "00ff100102" },
	{ "base64 in lines", "AP8Q\nAQI=\n", "base64", "00ff100102" },
	{ "both: hexadecimal first", "abcd", "hexadecimal", "abcd" },
	{ "empty", "", NULL, NULL },
	{ "odd", "abc", NULL, NULL },
	{ "colons alone", "::", NULL, NULL },
	{ "stray sign", "AP8Q!", NULL, NULL },
	{ "base64 cut short", "AP8QA", NULL, NULL },
	{ "0x", "0x00ff1", NULL, NULL },
	{ "not text", "\xff\xfe\x01", NULL, NULL },
};

static void
test_decode(void **state)
{
	const struct encoded *row = *state;
	uint8_t *decoded;
	const char *form;
	char *digits;
	size_t size;

	form = misencoding_decode((const uint8_t *)row->text,
	    strlen(row->text), &decoded, &size);
	if (row->form == NULL) {
		assert_null(form);
		return;
	}
	assert_non_null(form);
	assert_string_equal(form, row->form);
	digits = text_hex(decoded, size);
	assert_string_equal(digits, row->digits);
	free(digits);
	free(decoded);
}

/* Octets with a NUL in them, or too many, are not the text of a digest. */
static void
test_decode_octets(void **state)
{
	uint8_t *decoded, many[2000];
	size_t size;

	(void)state;
	assert_null(misencoding_decode((const uint8_t *)"ab\0cd", 5, &decoded,
	    &size));
	memset(many, 'a', sizeof(many));
	assert_null(misencoding_decode(many, sizeof(many), &decoded, &size));
}

static const struct distance {
	const char	*name;
	const char	*a, *b;
	size_t		 distance, where;
} distances[] = {
	{ "equal", "0123456789abcdef", "0123456789abcdef", 0, 16 },
	{ "first digit", "0123456789abcdef", "1123456789abcdef", 1, 0 },
	{ "last digit", "0123456789abcdef", "0123456789abcdee", 1, 15 },
	{ "two swapped", "0123456789abcdef", "0132456789abcdef", 2, 2 },
	{ "two lost, others at the end", "01234567abcdef00",
	    "0123456789abcdef", 4, 8 },
	{ "an octet lost at the end", "0123456789abcd", "0123456789abcdef", 2,
	    14 },
	{ "three octets lost", "6789abcdef", "0123456789abcdef", SIZE_MAX, 0 },
	{ "two octets added", "0123456789abcdef0123", "0123456789abcdef", 4,
	    16 },
	{ "most octets lost", "12", "0123456789ab", SIZE_MAX, 0 },
	{ "a digit lost, a stray one at the end", "013456789abcdef0",
	    "0123456789abcdef", 2, 2 },
};

static void
test_distance(void **state)
{
	const struct distance *row = *state;
	size_t a_size, b_size, where = 0;
	uint8_t *a = octets(row->a, &a_size), *b = octets(row->b, &b_size);

	assert_int_equal(misencoding_distance(a, a_size, b, b_size, &where),
	    row->distance);
	if (row->distance != SIZE_MAX)
		assert_int_equal(where, row->where);
	/* It is the same from the other side. */
	assert_int_equal(misencoding_distance(b, b_size, a, a_size, &where),
	    row->distance);
	free(a);
	free(b);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_find, misdigests),
		TABLE_ALONE(test_find_in_nonsense),
		TABLE(test_decode, encodeds),
		TABLE_ALONE(test_decode_octets),
		TABLE(test_distance, distances),
	};
	int failed;

	chain = certificates_parse(pem);
	failed = table_run(tables, COUNT(tables));
	chain_free(chain);
	return failed;
}
