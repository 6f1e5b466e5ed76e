#include "tests/unit/support/diagnose_cases.h"

#define DER "it must be a SHA2-256 or SHA2-512 of the whole DER encoding"

const struct diagnose_case diagnose_cases[] = {
	/* a CA's usage with the server's own certificate or key */
	{ "own key with usage 2",
	    { LEAF, INTERMEDIATE }, "2 1 1", LEAF, "1 1", NULL,
	    FINDING_USAGE_2_NAMES_LEAF,
	    "has usage 2, a CA, but is of the server's own public "
	    "key: its usage must be 3", "3 1 1", LEAF },
	{ "own certificate with usage 2",
	    { LEAF, INTERMEDIATE, ROOT }, "2 0 1", LEAF, "0 1", NULL,
	    FINDING_USAGE_2_NAMES_LEAF,
	    "has usage 2, a CA, but is of the server's own "
	    "certificate: its usage must be 3", "3 0 1", LEAF },
	{ "own key with usage 2, SHA2-512",
	    { LEAF }, "2 1 2", LEAF, "1 2", NULL,
	    FINDING_USAGE_2_NAMES_LEAF,
	    "has usage 2, a CA, but is of the server's own public "
	    "key: its usage must be 3", "3 1 2", LEAF },
	{ "own whole certificate with usage 2",
	    { LEAF, INTERMEDIATE }, "2 0 0", LEAF, "0 0", NULL,
	    FINDING_USAGE_2_NAMES_LEAF,
	    "has usage 2, a CA, but is of the server's own "
	    "certificate: its usage must be 3", "3 0 0", LEAF },

	{ "own key with usage 2, sent twice",
	    { LEAF, LEAF, INTERMEDIATE }, "2 1 1", LEAF, "1 1", NULL,
	    FINDING_USAGE_2_NAMES_LEAF,
	    "has usage 2, a CA, but is of the server's own public "
	    "key: its usage must be 3", "3 1 1", LEAF },

	{ "own key with usage 2, expired and another name",
	    { LEAF_OLD_OTHER, INTERMEDIATE }, "2 1 1", LEAF_OLD_OTHER, "1 1",
	    NULL, FINDING_USAGE_2_NAMES_LEAF,
	    "has usage 2, a CA, but is of the server's own public "
	    "key: its usage must be 3", "3 1 1", LEAF_OLD_OTHER },

	/* the server's own usage with a CA above it */
	{ "issuer's key with usage 3",
	    { LEAF, INTERMEDIATE }, "3 1 1", INTERMEDIATE, "1 1", NULL,
	    FINDING_USAGE_3_NAMES_ISSUER,
	    "has usage 3, the server's own, but is of the public key of "
	    "CN=Intermediate, sent above it: its usage must be 2",
	    "2 1 1", INTERMEDIATE },
	{ "root's certificate with usage 3",
	    { LEAF, INTERMEDIATE, ROOT }, "3 0 2", ROOT, "0 2", NULL,
	    FINDING_USAGE_3_NAMES_ISSUER,
	    "has usage 3, the server's own, but is of the certificate of "
	    "CN=Root, sent above it: its usage must be 2", "2 0 2", ROOT },
	{ "issuer's whole key with usage 3, in another place",
	    { LEAF, ROOT, INTERMEDIATE }, "3 1 0", INTERMEDIATE, "1 0", NULL,
	    FINDING_USAGE_3_NAMES_ISSUER,
	    "has usage 3, the server's own, but is of the public key of "
	    "CN=Intermediate, sent above it: its usage must be 2",
	    "2 1 0", INTERMEDIATE },
	/* ... where usage 2 would not do either */
	{ "issuer's key with usage 3, another name",
	    { LEAF_OTHER, INTERMEDIATE }, "3 1 1", INTERMEDIATE, "1 1", NULL,
	    FINDING_USAGE_3_NAMES_ISSUER,
	    "has usage 3, the server's own, but is of the public key of "
	    "CN=Intermediate, sent above it; corrected, it would still not "
	    "match: matches CN=Intermediate, but the certificate has none "
	    "of the names mx.example.org, example.org", "3 1 1", LEAF_OTHER },
	{ "issuer's certificate with usage 3, expired",
	    { LEAF_OLD, INTERMEDIATE }, "3 0 1", INTERMEDIATE, "0 1", NULL,
	    FINDING_USAGE_3_NAMES_ISSUER,
	    "has usage 3, the server's own, but is of the certificate of "
	    "CN=Intermediate, sent above it; corrected, it would still not "
	    "match: matches CN=Intermediate, but the server's certificate "
	    "expired on 2025-12-31", "3 1 1", LEAF_OLD },
	{ "unrelated CA's key with usage 3",
	    { LEAF, INTERMEDIATE, OTHER_ROOT }, "3 1 1", OTHER_ROOT, "1 1",
	    NULL, FINDING_USAGE_3_NAMES_ISSUER,
	    "has usage 3, the server's own, but is of the public key of "
	    "CN=Other Root, sent above it; corrected, it would still not "
	    "match: matches CN=Other Root, but the server's certificate does "
	    "not lead up to it: CN=Intermediate was issued by CN=Root, whose "
	    "certificate is not sent", "3 1 1", LEAF },

	/* the other selector */
	{ "certificate with selector 1",
	    { LEAF, INTERMEDIATE }, "3 1 1", LEAF, "0 1", NULL,
	    FINDING_SELECTOR_SWAPPED,
	    "has selector 1, the public key, but is of the certificate of "
	    "CN=leaf: its selector must be 0", "3 0 1", LEAF },
	{ "key with selector 0",
	    { LEAF, INTERMEDIATE }, "3 0 1", LEAF, "1 1", NULL,
	    FINDING_SELECTOR_SWAPPED,
	    "has selector 0, the certificate, but is of the public key of "
	    "CN=leaf: its selector must be 1", "3 1 1", LEAF },
	{ "key with selector 0, SHA2-512",
	    { LEAF, INTERMEDIATE }, "3 0 2", LEAF, "1 2", NULL,
	    FINDING_SELECTOR_SWAPPED,
	    "has selector 0, the certificate, but is of the public key of "
	    "CN=leaf: its selector must be 1", "3 1 2", LEAF },
	{ "whole key with selector 0",
	    { LEAF, INTERMEDIATE }, "3 0 0", LEAF, "1 0", NULL,
	    FINDING_SELECTOR_SWAPPED,
	    "has selector 0, the certificate, but is of the public key of "
	    "CN=leaf: its selector must be 1", "3 1 0", LEAF },
	{ "issuer's certificate with selector 1",
	    { LEAF, INTERMEDIATE }, "2 1 1", INTERMEDIATE, "0 1", NULL,
	    FINDING_SELECTOR_SWAPPED,
	    "has selector 1, the public key, but is of the certificate of "
	    "CN=Intermediate: its selector must be 0", "2 0 1", INTERMEDIATE },
	{ "root's key with selector 0",
	    { LEAF, INTERMEDIATE, ROOT }, "2 0 1", ROOT, "1 1", NULL,
	    FINDING_SELECTOR_SWAPPED,
	    "has selector 0, the certificate, but is of the public key of "
	    "CN=Root: its selector must be 1", "2 1 1", ROOT },
	/* ... and the other usage, too */
	{ "own key with usage 2 and selector 0",
	    { LEAF, INTERMEDIATE }, "2 0 1", LEAF, "1 1", NULL,
	    FINDING_SELECTOR_SWAPPED,
	    "has selector 0, the certificate, but is of the public key of "
	    "CN=leaf: its usage must be 3, its selector must be 1",
	    "3 1 1", LEAF },
	{ "issuer's certificate with usage 3 and selector 1",
	    { LEAF, INTERMEDIATE }, "3 1 1", INTERMEDIATE, "0 1", NULL,
	    FINDING_SELECTOR_SWAPPED,
	    "has selector 1, the public key, but is of the certificate of "
	    "CN=Intermediate: its usage must be 2, its selector must be 0",
	    "2 0 1", INTERMEDIATE },

	/* another digest than that of the matching type */
	{ "SHA2-512 with matching type 1",
	    { LEAF, INTERMEDIATE }, "3 1 1", LEAF, "1 2", NULL,
	    FINDING_MATCHING_TYPE_SWAPPED,
	    "has matching type 1, SHA2-256, but holds the SHA2-512 of the "
	    "public key of CN=leaf: its matching type must be 2",
	    "3 1 2", LEAF },
	{ "SHA2-256 with matching type 2",
	    { LEAF, INTERMEDIATE }, "3 0 2", LEAF, "0 1", NULL,
	    FINDING_MATCHING_TYPE_SWAPPED,
	    "has matching type 2, SHA2-512, but holds the SHA2-256 of the "
	    "certificate of CN=leaf: its matching type must be 1",
	    "3 0 1", LEAF },
	{ "SHA2-256 with matching type 0",
	    { LEAF, INTERMEDIATE }, "3 1 0", LEAF, "1 1", NULL,
	    FINDING_MATCHING_TYPE_SWAPPED,
	    "has matching type 0, whole data, but holds the SHA2-256 of the "
	    "public key of CN=leaf: its matching type must be 1",
	    "3 1 1", LEAF },
	{ "issuer's SHA2-256 with matching type 2",
	    { LEAF, INTERMEDIATE }, "2 1 2", INTERMEDIATE, "1 1", NULL,
	    FINDING_MATCHING_TYPE_SWAPPED,
	    "has matching type 2, SHA2-512, but holds the SHA2-256 of the "
	    "public key of CN=Intermediate: its matching type must be 1",
	    "2 1 1", INTERMEDIATE },
	{ "whole key with matching type 1",
	    { LEAF, INTERMEDIATE }, "3 1 1", LEAF, "1 0", NULL,
	    FINDING_MATCHING_TYPE_SWAPPED,
	    "has matching type 1, SHA2-256, but holds the whole public key of "
	    "CN=leaf: it must be the digest of that", "3 1 1", LEAF },
	{ "issuer's whole certificate with matching type 2",
	    { LEAF, INTERMEDIATE }, "2 0 2", INTERMEDIATE, "0 0", NULL,
	    FINDING_MATCHING_TYPE_SWAPPED,
	    "has matching type 2, SHA2-512, but holds the whole certificate "
	    "of CN=Intermediate: it must be the digest of that",
	    "2 0 2", INTERMEDIATE },
	/* ... and the other usage and selector, too */
	{ "own key's SHA2-256 with 2 0 2",
	    { LEAF, INTERMEDIATE }, "2 0 2", LEAF, "1 1", NULL,
	    FINDING_MATCHING_TYPE_SWAPPED,
	    "has matching type 2, SHA2-512, but holds the SHA2-256 of the "
	    "public key of CN=leaf: its usage must be 3, its selector must be "
	    "1, its matching type must be 1", "3 1 1", LEAF },

	/* digests without a matching type */
	{ "SHA-1 of the certificate",
	    { LEAF, INTERMEDIATE }, "3 0 1", LEAF, "0 1", slip_sha_1,
	    FINDING_MATCHING_TYPE_SWAPPED,
	    "holds the SHA-1 of the certificate of CN=leaf: " DER,
	    "3 0 1", LEAF },
	{ "SHA2-384 of the key",
	    { LEAF, INTERMEDIATE }, "3 1 2", LEAF, "1 1", slip_sha_384,
	    FINDING_MATCHING_TYPE_SWAPPED,
	    "holds the SHA2-384 of the public key of CN=leaf: " DER,
	    "3 1 2", LEAF },
	{ "SHA-1 of the issuer's key",
	    { LEAF, INTERMEDIATE }, "2 1 1", INTERMEDIATE, "1 1", slip_sha_1,
	    FINDING_MATCHING_TYPE_SWAPPED,
	    "holds the SHA-1 of the public key of CN=Intermediate: " DER,
	    "2 1 1", INTERMEDIATE },
	{ "SHA-1 of the own key with usage 2",
	    { LEAF, INTERMEDIATE }, "2 1 1", LEAF, "1 1", slip_sha_1,
	    FINDING_MATCHING_TYPE_SWAPPED,
	    "holds the SHA-1 of the public key of CN=leaf: " DER
	    ", its usage must be 3", "3 1 1", LEAF },
	{ "SHA2-256 of the bare key",
	    { LEAF_RSA, INTERMEDIATE }, "3 1 1", LEAF_RSA, "1 1", slip_bare_key,
	    FINDING_MATCHING_TYPE_SWAPPED,
	    "holds the SHA2-256 of the bare key, without its algorithm, of "
	    "DNS:mx.example.org: " DER, "3 1 1", LEAF_RSA },
	{ "SHA2-512 of the issuer's bare key",
	    { LEAF, INTERMEDIATE }, "2 1 2", INTERMEDIATE, "1 2", slip_bare_key,
	    FINDING_MATCHING_TYPE_SWAPPED,
	    "holds the SHA2-512 of the bare key, without its algorithm, of "
	    "CN=Intermediate: " DER, "2 1 2", INTERMEDIATE },

	/* digests of the file */
	{ "PEM of the certificate",
	    { LEAF, INTERMEDIATE }, "3 0 1", LEAF, "0 1", slip_pem,
	    FINDING_DIGEST_OF_PEM,
	    "holds the SHA2-256 of the PEM text of the certificate of "
	    "CN=leaf: " DER, "3 0 1", LEAF },
	{ "PEM of the key",
	    { LEAF, INTERMEDIATE }, "3 1 1", LEAF, "1 1", slip_pem,
	    FINDING_DIGEST_OF_PEM,
	    "holds the SHA2-256 of the PEM text of the public key of CN=leaf: "
	    DER, "3 1 1", LEAF },
	{ "PEM of the certificate with selector 1",
	    { LEAF, INTERMEDIATE }, "3 1 1", LEAF, "0 1", slip_pem,
	    FINDING_DIGEST_OF_PEM,
	    "holds the SHA2-256 of the PEM text of the certificate of "
	    "CN=leaf: " DER, "3 1 1", LEAF },
	{ "PEM without a line end",
	    { LEAF, INTERMEDIATE }, "3 0 2", LEAF, "0 2", slip_pem_without_end,
	    FINDING_DIGEST_OF_PEM,
	    "holds the SHA2-512 of the PEM text of the certificate of "
	    "CN=leaf: " DER, "3 0 2", LEAF },
	{ "PEM with CR LF",
	    { LEAF, INTERMEDIATE }, "3 1 1", LEAF, "1 1", slip_pem_on_windows,
	    FINDING_DIGEST_OF_PEM,
	    "holds the SHA2-256 of the PEM text of the public key of CN=leaf: "
	    DER, "3 1 1", LEAF },
	{ "PEM of the own certificate with usage 2",
	    { LEAF, INTERMEDIATE }, "2 0 1", LEAF, "0 1", slip_pem,
	    FINDING_DIGEST_OF_PEM,
	    "holds the SHA2-256 of the PEM text of the certificate of "
	    "CN=leaf: " DER ", its usage must be 3", "3 0 1", LEAF },
	{ "PEM of the issuer's certificate",
	    { LEAF, INTERMEDIATE }, "2 0 1", INTERMEDIATE, "0 1", slip_pem,
	    FINDING_DIGEST_OF_PEM,
	    "holds the SHA2-256 of the PEM text of the certificate of "
	    "CN=Intermediate: " DER, "2 0 1", INTERMEDIATE },

	/* the command before sha256sum had failed */
	{ "nothing, SHA2-256",
	    { LEAF, INTERMEDIATE }, "3 1 1", LEAF, "1 1", slip_nothing,
	    FINDING_DIGEST_OF_NOTHING,
	    "is the SHA2-256 of nothing at all: the command that made it was "
	    "given no input", "3 1 1", LEAF },
	{ "nothing, SHA2-512 with usage 2",
	    { LEAF, INTERMEDIATE }, "2 0 2", LEAF, "0 2", slip_nothing,
	    FINDING_DIGEST_OF_NOTHING,
	    "is the SHA2-512 of nothing at all: the command that made it was "
	    "given no input", "3 1 1", LEAF },
	{ "nothing, issuer not sent",
	    { LEAF_OTHER }, "2 1 1", ROOT, "1 1", slip_nothing,
	    FINDING_DIGEST_OF_NOTHING,
	    "is the SHA2-256 of nothing at all: the command that made it was "
	    "given no input", "3 1 1", LEAF_OTHER },

	/* the digits' text as octets */
	{ "hexadecimal",
	    { LEAF, INTERMEDIATE }, "3 1 1", LEAF, "1 1", slip_hex,
	    FINDING_DATA_NOT_HEX_DECODED,
	    "holds text, hexadecimal of the SHA2-256 of the public key of "
	    "CN=leaf: it must be the octets of the SHA2-256", "3 1 1", LEAF },
	{ "hexadecimal in capitals",
	    { LEAF, INTERMEDIATE }, "3 1 1", LEAF, "1 1", slip_hex_capitals,
	    FINDING_DATA_NOT_HEX_DECODED,
	    "holds text, hexadecimal of the SHA2-256 of the public key of "
	    "CN=leaf: it must be the octets of the SHA2-256", "3 1 1", LEAF },
	{ "hexadecimal with colons",
	    { LEAF, INTERMEDIATE }, "3 0 1", LEAF, "0 1", slip_hex_colons,
	    FINDING_DATA_NOT_HEX_DECODED,
	    "holds text, hexadecimal of the SHA2-256 of the certificate of "
	    "CN=leaf: it must be the octets of the SHA2-256", "3 0 1", LEAF },
	{ "base64 of a SHA2-256",
	    { LEAF, INTERMEDIATE }, "3 1 1", LEAF, "1 1", slip_base64,
	    FINDING_DATA_NOT_HEX_DECODED,
	    "holds text, base64 of the SHA2-256 of the public key of CN=leaf: "
	    "it must be the octets of the SHA2-256", "3 1 1", LEAF },
	{ "base64 of a SHA2-512",
	    { LEAF, INTERMEDIATE }, "3 0 2", LEAF, "0 2", slip_base64,
	    FINDING_DATA_NOT_HEX_DECODED,
	    "holds text, base64 of the SHA2-512 of the certificate of "
	    "CN=leaf: it must be the octets of the SHA2-512", "3 0 2", LEAF },
	{ "hexadecimal of the issuer's",
	    { LEAF, INTERMEDIATE }, "2 1 1", INTERMEDIATE, "1 1", slip_hex,
	    FINDING_DATA_NOT_HEX_DECODED,
	    "holds text, hexadecimal of the SHA2-256 of the public key of "
	    "CN=Intermediate: it must be the octets of the SHA2-256",
	    "2 1 1", INTERMEDIATE },

	/* 64 letters are as long as a SHA2-512, so the record is usable */
	{ "hexadecimal as long as a SHA2-512",
	    { LEAF, INTERMEDIATE }, "3 1 2", LEAF, "1 1", slip_hex,
	    FINDING_DATA_NOT_HEX_DECODED,
	    "holds text, hexadecimal of the SHA2-256 of the public key of "
	    "CN=leaf: it must be the octets of the SHA2-512", "3 1 2", LEAF },
	{ "base64 of the whole key",
	    { LEAF, INTERMEDIATE }, "3 1 1", LEAF, "1 0", slip_base64,
	    FINDING_DATA_NOT_HEX_DECODED,
	    "holds text, base64 of the whole public key of CN=leaf: it must "
	    "be the octets of the SHA2-256", "3 1 1", LEAF },

	/* typed by hand */
	{ "first digit",
	    { LEAF, INTERMEDIATE }, "3 1 1", LEAF, "1 1", slip_first_digit,
	    FINDING_NEARLY_MATCHES,
	    "is that of the public key of CN=leaf but for a slip in typing (1 "
	    "digit, the first at place 1)", "3 1 1", LEAF },
	{ "last digit",
	    { LEAF, INTERMEDIATE }, "3 0 2", LEAF, "0 2", slip_last_digit,
	    FINDING_NEARLY_MATCHES,
	    "is that of the certificate of CN=leaf but for a slip in typing "
	    "(1 digit, the first at place 128)", "3 0 2", LEAF },
	{ "swapped digits",
	    { LEAF, INTERMEDIATE }, "3 1 1", LEAF, "1 1", slip_swapped_digits,
	    FINDING_NEARLY_MATCHES,
	    "is that of the public key of CN=leaf but for a slip in typing (2 "
	    "digits, the first at place 20)", "3 1 1", LEAF },
	{ "octet lost",
	    { LEAF, INTERMEDIATE }, "3 1 1", LEAF, "1 1", slip_octet_lost,
	    FINDING_NEARLY_MATCHES,
	    "is that of the public key of CN=leaf but for a slip in typing (2 "
	    "digits, the first at place 63)", "3 1 1", LEAF },
	{ "octet added",
	    { LEAF, INTERMEDIATE }, "3 1 1", LEAF, "1 1", slip_octet_added,
	    FINDING_NEARLY_MATCHES,
	    "is that of the public key of CN=leaf but for a slip in typing (2 "
	    "digits, the first at place 65)", "3 1 1", LEAF },
	{ "digit of the issuer's",
	    { LEAF, INTERMEDIATE }, "2 1 1", INTERMEDIATE, "1 1",
	    slip_first_digit, FINDING_NEARLY_MATCHES,
	    "is that of the public key of CN=Intermediate but for a slip in "
	    "typing (1 digit, the first at place 1)", "2 1 1", INTERMEDIATE },
	{ "digit, with usage 2 and selector 0",
	    { LEAF, INTERMEDIATE }, "2 0 1", LEAF, "1 1", slip_first_digit,
	    FINDING_NEARLY_MATCHES,
	    "is that of the public key of CN=leaf but for a slip in typing (1 "
	    "digit, the first at place 1): its usage must be 3, its selector "
	    "must be 1", "3 1 1", LEAF },
};

const size_t diagnose_case_count =
    sizeof(diagnose_cases) / sizeof(diagnose_cases[0]);
