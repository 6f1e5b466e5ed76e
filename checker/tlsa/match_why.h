/*
 * Why a record does not match: what match.c found out, in words. Each text is
 * printable and owned by the caller.
 */
#ifndef CHECKER_TLSA_MATCH_WHY_H
#define CHECKER_TLSA_MATCH_WHY_H

struct chain;
struct match_input;
struct tlsa;
struct x509_st;

/* "the certificate has none of the names mx.example.org, ...". */
char	*match_why_name(const struct match_input *input);
/*
 * For an error of OpenSSL's (X509_V_ERR_...) at CERTIFICATE (NULL: none in
 * particular), which people know as SUBJECT; in its own words where these are
 * clear.
 */
char	*match_why_error(int error, const struct x509_st *certificate,
	    const char *subject);
/* Why the data is of no certificate that it could be of. */
char	*match_why_data(const struct tlsa *record, const struct chain *chain);
/*
 * Why the chain does not verify, though it has what the record is of, at DEPTH
 * (see match_result). FAULTS: those above, joined; NULL: none is known.
 */
char	*match_why_chain(const struct tlsa *record, const struct chain *chain,
	    int depth, const char *faults);

#endif
