/*
 * The state that all records of one chain share.
 */
#include <openssl/err.h>
#include <openssl/x509.h>

#include "checker/tlsa/match_parts.h"
#include "checker/tlsa/verifier.h"
#include "smtp/chain.h"

void
matcher_begin(struct matcher *matcher, const struct match_input *input)
{
	*matcher = (struct matcher){
		.input = input,
		.own = input->verifier == NULL ? verifier_new(NULL) : NULL,
	};
	matcher->verifier = matcher->own != NULL ? matcher->own :
	    input->verifier;
	ERR_set_mark();
}

void
matcher_end(struct matcher *matcher)
{
	sk_X509_pop_free(matcher->stack, X509_free);
	verifier_free(matcher->own);
	ERR_pop_to_mark();
}

int
matcher_index(const struct matcher *matcher, const X509 *x509)
{
	int i;

	for (i = 0; i < sk_X509_num(matcher->stack); i++) {
		if (X509_cmp(sk_X509_value(matcher->stack, i), x509) == 0)
			break;
	}
	return i;
}

const char *
matcher_subject(const struct matcher *matcher, int depth)
{
	const struct chain *chain = matcher->input->chain;

	if (depth == 0)
		return "the server's certificate";
	return (size_t)depth < chain->count ?
	    chain->certificates[depth].subject :
	    "the certificate in the record";
}
