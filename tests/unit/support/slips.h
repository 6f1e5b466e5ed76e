/*
 * Mistakes in making the data of a TLSA record by hand.
 */
#ifndef TESTS_UNIT_SUPPORT_SLIPS_H
#define TESTS_UNIT_SUPPORT_SLIPS_H

struct certificate;
struct tlsa;

/*
 * A record with the data that FORM ("1 2": selector and matching type) stands
 * for; the data is owned by the caller.
 */
struct tlsa	slips_record(const char *form,
		    const struct certificate *certificate);

/*
 * Replaces the data of the certificate's record with what the mistake makes of
 * it. FORM: the selector and matching type that were meant.
 */
typedef void	slip(struct tlsa *record, const char *form,
		    const struct certificate *certificate);

slip		slip_sha_1, slip_sha_384;
slip		slip_bare_key;		/* a digest without the algorithm */
slip		slip_pem, slip_pem_without_end, slip_pem_on_windows;
slip		slip_nothing;		/* a digest of no input */
slip		slip_hex, slip_hex_capitals, slip_hex_colons, slip_base64;
slip		slip_first_digit, slip_last_digit, slip_swapped_digits;
slip		slip_octet_lost, slip_octet_added;

#endif
