#include "tests/unit/support/diagnose_cases.h"

#define DER "it must be a SHA2-256 or SHA2-512 of the whole DER encoding"

const struct diagnose_case diagnose_cases[] = {
	/* an authority's number with the server's own certificate or key */
	{ { LEAF, INTERMEDIATE }, "2 1 1", LEAF, "1 1", NULL,
	    FINDING_USAGE_2_NAMES_LEAF,
	    "has usage 2, a CA, but is of the server's own public "
	    "key: its usage must be 3", "3 1 1", LEAF },
	{ { LEAF, INTERMEDIATE, ROOT }, "2 0 1", LEAF, "0 1", NULL,
	    FINDING_USAGE_2_NAMES_LEAF,
	    "has usage 2, a CA, but is of the server's own "
	    "certificate: its usage must be 3", "3 0 1", LEAF },
	{ { LEAF }, "2 1 2", LEAF, "1 2", NULL,
	    FINDING_USAGE_2_NAMES_LEAF,
	    "has usage 2, a CA, but is of the server's own public "
	    "key: its usage must be 3", "3 1 2", LEAF },
	{ { LEAF, INTERMEDIATE }, "2 0 0", LEAF, "0 0", NULL,
	    FINDING_USAGE_2_NAMES_LEAF,
	    "has usage 2, a CA, but is of the server's own "
	    "certificate: its usage must be 3", "3 0 0", LEAF },

	{ { LEAF, LEAF, INTERMEDIATE }, "2 1 1", LEAF, "1 1", NULL,
	    FINDING_USAGE_2_NAMES_LEAF,
	    "has usage 2, a CA, but is of the server's own public "
	    "key: its usage must be 3", "3 1 1", LEAF },

	/* usage 3 needs neither a name nor a date, so this is a remedy */
	{ { LEAF_OLD_OTHER, INTERMEDIATE }, "2 1 1", LEAF_OLD_OTHER, "1 1",
	    NULL, FINDING_USAGE_2_NAMES_LEAF,
	    "has usage 2, a CA, but is of the server's own public "
	    "key: its usage must be 3", "3 1 1", LEAF_OLD_OTHER },

	/* the server's own number with an authority above it */
	{ { LEAF, INTERMEDIATE }, "3 1 1", INTERMEDIATE, "1 1", NULL,
	    FINDING_USAGE_3_NAMES_ISSUER,
	    "has usage 3, the server's own, but is of the public key of "
	    "CN=Intermediate, sent above it: its usage must be 2",
	    "2 1 1", INTERMEDIATE },
	{ { LEAF, INTERMEDIATE, ROOT }, "3 0 2", ROOT, "0 2", NULL,
	    FINDING_USAGE_3_NAMES_ISSUER,
	    "has usage 3, the server's own, but is of the certificate of "
	    "CN=Root, sent above it: its usage must be 2", "2 0 2", ROOT },
	{ { LEAF, ROOT, INTERMEDIATE }, "3 1 0", INTERMEDIATE, "1 0", NULL,
	    FINDING_USAGE_3_NAMES_ISSUER,
	    "has usage 3, the server's own, but is of the public key of "
	    "CN=Intermediate, sent above it: its usage must be 2",
	    "2 1 0", INTERMEDIATE },
	/* ... where usage 2 would not do either */
	{ { LEAF_OTHER, INTERMEDIATE }, "3 1 1", INTERMEDIATE, "1 1", NULL,
	    FINDING_USAGE_3_NAMES_ISSUER,
	    "has usage 3, the server's own, but is of the public key of "
	    "CN=Intermediate, sent above it; corrected, it would still not "
	    "match: matches CN=Intermediate, but the certificate has none "
	    "of the names mx.example.org, example.org", "3 1 1", LEAF_OTHER },
	{ { LEAF_OLD, INTERMEDIATE }, "3 0 1", INTERMEDIATE, "0 1", NULL,
	    FINDING_USAGE_3_NAMES_ISSUER,
	    "has usage 3, the server's own, but is of the certificate of "
	    "CN=Intermediate, sent above it; corrected, it would still not "
	    "match: matches CN=Intermediate, but the server's certificate "
	    "expired on 2025-12-31", "3 1 1", LEAF_OLD },
	{ { LEAF, INTERMEDIATE, OTHER_ROOT }, "3 1 1", OTHER_ROOT, "1 1", NULL,
	    FINDING_USAGE_3_NAMES_ISSUER,
	    "has usage 3, the server's own, but is of the public key of "
	    "CN=Other Root, sent above it; corrected, it would still not "
	    "match: matches CN=Other Root, but the server's certificate does "
	    "not chain up to it", "3 1 1", LEAF },

	/* the selector of the other part */
	{ { LEAF, INTERMEDIATE }, "3 1 1", LEAF, "0 1", NULL,
	    FINDING_SELECTOR_SWAPPED,
	    "has selector 1, the public key, but is of the certificate of "
	    "CN=leaf: its selector must be 0", "3 0 1", LEAF },
	{ { LEAF, INTERMEDIATE }, "3 0 1", LEAF, "1 1", NULL,
	    FINDING_SELECTOR_SWAPPED,
	    "has selector 0, the certificate, but is of the public key of "
	    "CN=leaf: its selector must be 1", "3 1 1", LEAF },
	{ { LEAF, INTERMEDIATE }, "3 0 2", LEAF, "1 2", NULL,
	    FINDING_SELECTOR_SWAPPED,
	    "has selector 0, the certificate, but is of the public key of "
	    "CN=leaf: its selector must be 1", "3 1 2", LEAF },
	{ { LEAF, INTERMEDIATE }, "3 0 0", LEAF, "1 0", NULL,
	    FINDING_SELECTOR_SWAPPED,
	    "has selector 0, the certificate, but is of the public key of "
	    "CN=leaf: its selector must be 1", "3 1 0", LEAF },
	{ { LEAF, INTERMEDIATE }, "2 1 1", INTERMEDIATE, "0 1", NULL,
	    FINDING_SELECTOR_SWAPPED,
	    "has selector 1, the public key, but is of the certificate of "
	    "CN=Intermediate: its selector must be 0", "2 0 1", INTERMEDIATE },
	{ { LEAF, INTERMEDIATE, ROOT }, "2 0 1", ROOT, "1 1", NULL,
	    FINDING_SELECTOR_SWAPPED,
	    "has selector 0, the certificate, but is of the public key of "
	    "CN=Root: its selector must be 1", "2 1 1", ROOT },
	/* ... and the usage, too */
	{ { LEAF, INTERMEDIATE }, "2 0 1", LEAF, "1 1", NULL,
	    FINDING_SELECTOR_SWAPPED,
	    "has selector 0, the certificate, but is of the public key of "
	    "CN=leaf: its usage must be 3, its selector must be 1",
	    "3 1 1", LEAF },
	{ { LEAF, INTERMEDIATE }, "3 1 1", INTERMEDIATE, "0 1", NULL,
	    FINDING_SELECTOR_SWAPPED,
	    "has selector 1, the public key, but is of the certificate of "
	    "CN=Intermediate: its usage must be 2, its selector must be 0",
	    "2 0 1", INTERMEDIATE },

	/* another digest than the matching type says */
	{ { LEAF, INTERMEDIATE }, "3 1 1", LEAF, "1 2", NULL,
	    FINDING_MATCHING_TYPE_SWAPPED,
	    "has matching type 1, SHA2-256, but holds the SHA2-512 of the "
	    "public key of CN=leaf: its matching type must be 2",
	    "3 1 2", LEAF },
	{ { LEAF, INTERMEDIATE }, "3 0 2", LEAF, "0 1", NULL,
	    FINDING_MATCHING_TYPE_SWAPPED,
	    "has matching type 2, SHA2-512, but holds the SHA2-256 of the "
	    "certificate of CN=leaf: its matching type must be 1",
	    "3 0 1", LEAF },
	{ { LEAF, INTERMEDIATE }, "3 1 0", LEAF, "1 1", NULL,
	    FINDING_MATCHING_TYPE_SWAPPED,
	    "has matching type 0, whole data, but holds the SHA2-256 of the "
	    "public key of CN=leaf: its matching type must be 1",
	    "3 1 1", LEAF },
	{ { LEAF, INTERMEDIATE }, "2 1 2", INTERMEDIATE, "1 1", NULL,
	    FINDING_MATCHING_TYPE_SWAPPED,
	    "has matching type 2, SHA2-512, but holds the SHA2-256 of the "
	    "public key of CN=Intermediate: its matching type must be 1",
	    "2 1 1", INTERMEDIATE },
	{ { LEAF, INTERMEDIATE }, "3 1 1", LEAF, "1 0", NULL,
	    FINDING_MATCHING_TYPE_SWAPPED,
	    "has matching type 1, SHA2-256, but holds the whole public key of "
	    "CN=leaf: it must be the digest of that", "3 1 1", LEAF },
	{ { LEAF, INTERMEDIATE }, "2 0 2", INTERMEDIATE, "0 0", NULL,
	    FINDING_MATCHING_TYPE_SWAPPED,
	    "has matching type 2, SHA2-512, but holds the whole certificate "
	    "of CN=Intermediate: it must be the digest of that",
	    "2 0 2", INTERMEDIATE },
	/* ... and everything else, too */
	{ { LEAF, INTERMEDIATE }, "2 0 2", LEAF, "1 1", NULL,
	    FINDING_MATCHING_TYPE_SWAPPED,
	    "has matching type 2, SHA2-512, but holds the SHA2-256 of the "
	    "public key of CN=leaf: its usage must be 3, its selector must be "
	    "1, its matching type must be 1", "3 1 1", LEAF },

	/* digests that no matching type stands for */
	{ { LEAF, INTERMEDIATE }, "3 0 1", LEAF, "0 1", slip_sha_1,
	    FINDING_MATCHING_TYPE_SWAPPED,
	    "holds the SHA-1 of the certificate of CN=leaf: " DER,
	    "3 0 1", LEAF },
	{ { LEAF, INTERMEDIATE }, "3 1 2", LEAF, "1 1", slip_sha_384,
	    FINDING_MATCHING_TYPE_SWAPPED,
	    "holds the SHA2-384 of the public key of CN=leaf: " DER,
	    "3 1 2", LEAF },
	{ { LEAF, INTERMEDIATE }, "2 1 1", INTERMEDIATE, "1 1", slip_sha_1,
	    FINDING_MATCHING_TYPE_SWAPPED,
	    "holds the SHA-1 of the public key of CN=Intermediate: " DER,
	    "2 1 1", INTERMEDIATE },
	{ { LEAF, INTERMEDIATE }, "2 1 1", LEAF, "1 1", slip_sha_1,
	    FINDING_MATCHING_TYPE_SWAPPED,
	    "holds the SHA-1 of the public key of CN=leaf: " DER
	    ", its usage must be 3", "3 1 1", LEAF },
	{ { LEAF_RSA, INTERMEDIATE }, "3 1 1", LEAF_RSA, "1 1", slip_bare_key,
	    FINDING_MATCHING_TYPE_SWAPPED,
	    "holds the SHA2-256 of the bare key, without its algorithm, of "
	    "DNS:mx.example.org: " DER, "3 1 1", LEAF_RSA },
	{ { LEAF, INTERMEDIATE }, "2 1 2", INTERMEDIATE, "1 2", slip_bare_key,
	    FINDING_MATCHING_TYPE_SWAPPED,
	    "holds the SHA2-512 of the bare key, without its algorithm, of "
	    "CN=Intermediate: " DER, "2 1 2", INTERMEDIATE },

	/* digests of the file */
	{ { LEAF, INTERMEDIATE }, "3 0 1", LEAF, "0 1", slip_pem,
	    FINDING_DIGEST_OF_PEM,
	    "holds the SHA2-256 of the PEM text of the certificate of "
	    "CN=leaf: " DER, "3 0 1", LEAF },
	{ { LEAF, INTERMEDIATE }, "3 1 1", LEAF, "1 1", slip_pem,
	    FINDING_DIGEST_OF_PEM,
	    "holds the SHA2-256 of the PEM text of the public key of CN=leaf: "
	    DER, "3 1 1", LEAF },
	{ { LEAF, INTERMEDIATE }, "3 1 1", LEAF, "0 1", slip_pem,
	    FINDING_DIGEST_OF_PEM,
	    "holds the SHA2-256 of the PEM text of the certificate of "
	    "CN=leaf: " DER, "3 1 1", LEAF },
	{ { LEAF, INTERMEDIATE }, "3 0 2", LEAF, "0 2", slip_pem_without_end,
	    FINDING_DIGEST_OF_PEM,
	    "holds the SHA2-512 of the PEM text of the certificate of "
	    "CN=leaf: " DER, "3 0 2", LEAF },
	{ { LEAF, INTERMEDIATE }, "3 1 1", LEAF, "1 1", slip_pem_on_windows,
	    FINDING_DIGEST_OF_PEM,
	    "holds the SHA2-256 of the PEM text of the public key of CN=leaf: "
	    DER, "3 1 1", LEAF },
	{ { LEAF, INTERMEDIATE }, "2 0 1", LEAF, "0 1", slip_pem,
	    FINDING_DIGEST_OF_PEM,
	    "holds the SHA2-256 of the PEM text of the certificate of "
	    "CN=leaf: " DER ", its usage must be 3", "3 0 1", LEAF },
	{ { LEAF, INTERMEDIATE }, "2 0 1", INTERMEDIATE, "0 1", slip_pem,
	    FINDING_DIGEST_OF_PEM,
	    "holds the SHA2-256 of the PEM text of the certificate of "
	    "CN=Intermediate: " DER, "2 0 1", INTERMEDIATE },

	/* the command before sha256sum had failed */
	{ { LEAF, INTERMEDIATE }, "3 1 1", LEAF, "1 1", slip_nothing,
	    FINDING_DIGEST_OF_NOTHING,
	    "is the SHA2-256 of nothing at all: the command that made it was "
	    "given no input", "3 1 1", LEAF },
	{ { LEAF, INTERMEDIATE }, "2 0 2", LEAF, "0 2", slip_nothing,
	    FINDING_DIGEST_OF_NOTHING,
	    "is the SHA2-512 of nothing at all: the command that made it was "
	    "given no input", "3 1 1", LEAF },
	{ { LEAF_OTHER }, "2 1 1", ROOT, "1 1", slip_nothing,
	    FINDING_DIGEST_OF_NOTHING,
	    "is the SHA2-256 of nothing at all: the command that made it was "
	    "given no input", "3 1 1", LEAF_OTHER },

	/* the text of the digits, as octets */
	{ { LEAF, INTERMEDIATE }, "3 1 1", LEAF, "1 1", slip_hex,
	    FINDING_DATA_NOT_HEX_DECODED,
	    "holds text, hexadecimal of the SHA2-256 of the public key of "
	    "CN=leaf: it must be the octets of the SHA2-256", "3 1 1", LEAF },
	{ { LEAF, INTERMEDIATE }, "3 1 1", LEAF, "1 1", slip_hex_capitals,
	    FINDING_DATA_NOT_HEX_DECODED,
	    "holds text, hexadecimal of the SHA2-256 of the public key of "
	    "CN=leaf: it must be the octets of the SHA2-256", "3 1 1", LEAF },
	{ { LEAF, INTERMEDIATE }, "3 0 1", LEAF, "0 1", slip_hex_colons,
	    FINDING_DATA_NOT_HEX_DECODED,
	    "holds text, hexadecimal of the SHA2-256 of the certificate of "
	    "CN=leaf: it must be the octets of the SHA2-256", "3 0 1", LEAF },
	{ { LEAF, INTERMEDIATE }, "3 1 1", LEAF, "1 1", slip_base64,
	    FINDING_DATA_NOT_HEX_DECODED,
	    "holds text, base64 of the SHA2-256 of the public key of CN=leaf: "
	    "it must be the octets of the SHA2-256", "3 1 1", LEAF },
	{ { LEAF, INTERMEDIATE }, "3 0 2", LEAF, "0 2", slip_base64,
	    FINDING_DATA_NOT_HEX_DECODED,
	    "holds text, base64 of the SHA2-512 of the certificate of "
	    "CN=leaf: it must be the octets of the SHA2-512", "3 0 2", LEAF },
	{ { LEAF, INTERMEDIATE }, "2 1 1", INTERMEDIATE, "1 1", slip_hex,
	    FINDING_DATA_NOT_HEX_DECODED,
	    "holds text, hexadecimal of the SHA2-256 of the public key of "
	    "CN=Intermediate: it must be the octets of the SHA2-256",
	    "2 1 1", INTERMEDIATE },

	/* 64 letters are as long as a SHA2-512: this one is usable */
	{ { LEAF, INTERMEDIATE }, "3 1 2", LEAF, "1 1", slip_hex,
	    FINDING_DATA_NOT_HEX_DECODED,
	    "holds text, hexadecimal of the SHA2-256 of the public key of "
	    "CN=leaf: it must be the octets of the SHA2-512", "3 1 2", LEAF },
	{ { LEAF, INTERMEDIATE }, "3 1 1", LEAF, "1 0", slip_base64,
	    FINDING_DATA_NOT_HEX_DECODED,
	    "holds text, base64 of the whole public key of CN=leaf: it must "
	    "be the octets of the SHA2-256", "3 1 1", LEAF },

	/* typed by hand */
	{ { LEAF, INTERMEDIATE }, "3 1 1", LEAF, "1 1", slip_first_digit,
	    FINDING_NEARLY_MATCHES,
	    "is that of the public key of CN=leaf but for a slip in typing (1 "
	    "digit, the first at place 1)", "3 1 1", LEAF },
	{ { LEAF, INTERMEDIATE }, "3 0 2", LEAF, "0 2", slip_last_digit,
	    FINDING_NEARLY_MATCHES,
	    "is that of the certificate of CN=leaf but for a slip in typing "
	    "(1 digit, the first at place 128)", "3 0 2", LEAF },
	{ { LEAF, INTERMEDIATE }, "3 1 1", LEAF, "1 1", slip_swapped_digits,
	    FINDING_NEARLY_MATCHES,
	    "is that of the public key of CN=leaf but for a slip in typing (2 "
	    "digits, the first at place 20)", "3 1 1", LEAF },
	{ { LEAF, INTERMEDIATE }, "3 1 1", LEAF, "1 1", slip_octet_lost,
	    FINDING_NEARLY_MATCHES,
	    "is that of the public key of CN=leaf but for a slip in typing (2 "
	    "digits, the first at place 63)", "3 1 1", LEAF },
	{ { LEAF, INTERMEDIATE }, "3 1 1", LEAF, "1 1", slip_octet_added,
	    FINDING_NEARLY_MATCHES,
	    "is that of the public key of CN=leaf but for a slip in typing (2 "
	    "digits, the first at place 65)", "3 1 1", LEAF },
	{ { LEAF, INTERMEDIATE }, "2 1 1", INTERMEDIATE, "1 1",
	    slip_first_digit, FINDING_NEARLY_MATCHES,
	    "is that of the public key of CN=Intermediate but for a slip in "
	    "typing (1 digit, the first at place 1)", "2 1 1", INTERMEDIATE },
	{ { LEAF, INTERMEDIATE }, "2 0 1", LEAF, "1 1", slip_first_digit,
	    FINDING_NEARLY_MATCHES,
	    "is that of the public key of CN=leaf but for a slip in typing (1 "
	    "digit, the first at place 1): its usage must be 3, its selector "
	    "must be 1", "3 1 1", LEAF },
};

const size_t diagnose_case_count =
    sizeof(diagnose_cases) / sizeof(diagnose_cases[0]);
