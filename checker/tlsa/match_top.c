/*
 * Where the path up from the server's certificate ends that OpenSSL builds of
 * what is sent, whatever a record says.
 */
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <stdlib.h>

#include "checker/tlsa/match_parts.h"
#include "checker/tlsa/verifier_parts.h"
#include "smtp/chain.h"

/* Returns the depth, as in match_result, of the top of the path. */
static int
top_of(struct matcher *matcher)
{
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	STACK_OF(X509) *path;
	X509_VERIFY_PARAM *rules;
	int depth = MATCH_NO_DEPTH;

	matcher->stack = chain_to_stack(matcher->input->chain);
	if (context == NULL || X509_STORE_CTX_init(context,
	    verifier_store(matcher->verifier),
	    sk_X509_value(matcher->stack, 0), matcher->stack) != 1)
		abort();
	rules = X509_STORE_CTX_get0_param(context);
	X509_VERIFY_PARAM_set_time(rules, matcher->input->when);
	X509_VERIFY_PARAM_set_depth(rules, CHAIN_MAX);
	/* It fails, since nobody is trusted, after the path is built. */
	(void)X509_verify_cert(context);
	path = X509_STORE_CTX_get0_chain(context);
	if (sk_X509_num(path) > 0)
		depth = matcher_index(matcher, sk_X509_value(path,
		    sk_X509_num(path) - 1));
	X509_STORE_CTX_free(context);
	return depth;
}

const struct certificate *
match_top(const struct match_input *input)
{
	const struct chain *chain = input->chain;
	const struct certificate *top = NULL;
	struct matcher matcher;
	int depth;

	if (chain->count == 0)
		return NULL;
	matcher_begin(&matcher, input);
	if (verifier_charge(matcher.verifier, MATCH_PATH_COST *
	    (double)chain->count)) {
		depth = top_of(&matcher);
		if (depth >= 0 && (size_t)depth < chain->count)
			top = &chain->certificates[depth];
	}
	matcher_end(&matcher);
	return top;
}
