#include "checker/tlsa/chain_split.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"
#include "resolver/name.h"
#include "smtp/chain.h"

/* Who issued whom. */
struct family {
	const STACK_OF(X509)	*stack;		/* borrowed */
	int			 count;
	bool			*issued;	/* owned; of the one in the row,
						 * the one in the column */
};

/* The same certificate twice is not its own issuer. */
static bool
has_issued(X509 *issuer, X509 *issued)
{
	EVP_PKEY *key = X509_get0_pubkey(issuer);

	return X509_cmp(issuer, issued) != 0 && key != NULL &&
	    X509_check_issued(issuer, issued) == X509_V_OK &&
	    X509_verify(issued, key) == 1;
}

static void
family_init(struct family *family, const STACK_OF(X509) *stack)
{
	const int count = sk_X509_num(stack);
	int i, j;

	family->stack = stack;
	family->count = count;
	family->issued = memory_new((size_t)count * (size_t)count,
	    sizeof(*family->issued));
	for (i = 0; i < count; i++) {
		for (j = 0; j < count; j++)
			family->issued[i * count + j] =
			    has_issued(sk_X509_value(stack, i),
			    sk_X509_value(stack, j));
	}
	ERR_clear_error();
}

static bool
is_issuer(const struct family *family, int who)
{
	const bool *row = family->issued + who * family->count;

	return memchr(row, true, (size_t)family->count) != NULL;
}

/* Whether it has a dNSName. */
static bool
has_dns_name(X509 *x509)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(x509, NID_subject_alt_name,
	    NULL, NULL);
	bool has = false;
	int i;

	for (i = 0; i < sk_GENERAL_NAME_num(names) && !has; i++)
		has = sk_GENERAL_NAME_value(names, i)->type == GEN_DNS;
	GENERAL_NAMES_free(names);
	return has;
}

/* What a common name is, the one that is most of a host's. */
enum called {
	CALLED_OTHERWISE,	/* "Example CA" */
	CALLED_NOTHING,		/* there is none */
	CALLED_LABEL,		/* "mail" */
	CALLED_HOST,		/* "mx.example.org" */
};

static enum called
common_name(const ASN1_STRING *value)
{
	unsigned char *text = NULL;
	int size = ASN1_STRING_to_UTF8(&text, value);
	enum called called = CALLED_OTHERWISE;

	if (size > 0 && strlen((char *)text) == (size_t)size &&
	    name_is_host((char *)text))
		called = strchr((char *)text, '.') != NULL ? CALLED_HOST :
		    CALLED_LABEL;
	OPENSSL_free(text);
	return called;
}

static enum called
called_as(X509 *x509)
{
	const X509_NAME *name = X509_get_subject_name(x509);
	int i = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
	enum called best = i < 0 ? CALLED_NOTHING : CALLED_OTHERWISE, called;

	for (; i >= 0; i = X509_NAME_get_index_by_NID(name, NID_commonName,
	    i)) {
		called = common_name(X509_NAME_ENTRY_get_data(
		    X509_NAME_get_entry(name, i)));
		if (called > best)
			best = called;
	}
	return best;
}

/*
 * Whether a server presents it as its own, as far as that can be seen: some
 * have what is no CA's and issued nothing above their own, without any use.
 */
static bool
is_servers(X509 *x509)
{
	const bool is_ca = X509_check_ca(x509) != 0;
	bool is;

	if (has_dns_name(x509))
		is = true;
	else if (is_ca)
		is = X509_self_signed(x509, 0) == 1 &&
		    called_as(x509) == CALLED_HOST;
	else
		is = called_as(x509) != CALLED_OTHERWISE;
	ERR_clear_error();
	return is;
}

bool
chain_split_may_be_own(X509 *x509)
{
	return X509_check_ca(x509) == 0 || is_servers(x509) ||
	    X509_self_signed(x509, 0) == 1;
}

/* A chain of those from FIRST to before END. */
static void
add_chain(struct chain_split *split, const STACK_OF(X509) *stack, int first,
    int end)
{
	STACK_OF(X509) *part = sk_X509_new_null();

	if (part == NULL)
		abort();
	for (; first < end; first++) {
		if (sk_X509_push(part, sk_X509_value(stack, first)) == 0)
			abort();
	}
	split->chains = memory_grow(split->chains, split->count,
	    sizeof(*split->chains));
	split->chains[split->count++] = chain_from_stack(part);
	sk_X509_free(part);
}

/* Whether a chain begins at I, the last one having begun at FIRST. */
static bool
begins(const struct family *family, int first, int i, const bool *after_key)
{
	X509 *x509 = sk_X509_value(family->stack, i);
	const bool behind_key = after_key != NULL && after_key[i];

	/* A server's, whatever it is, where the first key comes first. */
	if (behind_key && after_key[0])
		return true;
	/* Some have their own twice. */
	if (is_issuer(family, i) ||
	    X509_cmp(x509, sk_X509_value(family->stack, first)) == 0)
		return false;
	return behind_key || is_servers(x509);
}

void
chain_split_init(struct chain_split *split, const STACK_OF(X509) *stack,
    const bool *after_key)
{
	struct family family;
	int first = 0, i;

	*split = (struct chain_split){ NULL, 0 };
	family_init(&family, stack);
	for (i = 1; i < family.count && !is_issuer(&family, first); i++) {
		if (!begins(&family, first, i, after_key))
			continue;
		add_chain(split, stack, first, i);
		first = i;
	}
	add_chain(split, stack, first, family.count);
	free(family.issued);
}

void
chain_split_clear(struct chain_split *split)
{
	size_t i;

	for (i = 0; i < split->count; i++)
		chain_free(split->chains[i]);
	free(split->chains);
	*split = (struct chain_split){ NULL, 0 };
}

/* Adds one of the family, and all above it. */
static void
add_with_issuers(STACK_OF(X509) *ordered, const struct family *family, int own)
{
	bool *taken = memory_new((size_t)family->count, sizeof(*taken));
	int *line = memory_new((size_t)family->count, sizeof(*line));
	int count = 1, i, j;

	line[0] = own;
	taken[own] = true;
	for (i = 0; i < count; i++) {
		for (j = 0; j < family->count; j++) {
			if (taken[j] || !family->issued[j * family->count +
			    line[i]])
				continue;
			taken[j] = true;
			line[count++] = j;
		}
	}
	for (i = 0; i < count; i++) {
		X509_up_ref(sk_X509_value(family->stack, line[i]));
		if (sk_X509_push(ordered, sk_X509_value(family->stack,
		    line[i])) == 0)
			abort();
	}
	free(line);
	free(taken);
}

STACK_OF(X509) *
chain_split_order(const STACK_OF(X509) *bag)
{
	STACK_OF(X509) *ordered = sk_X509_new_null();
	struct family family;
	int i;

	if (ordered == NULL)
		abort();
	family_init(&family, bag);
	for (i = 0; i < family.count; i++) {
		if (!is_issuer(&family, i) &&
		    is_servers(sk_X509_value(bag, i)))
			add_with_issuers(ordered, &family, i);
	}
	for (i = 0; i < family.count && sk_X509_num(ordered) == 0; i++) {
		if (!is_issuer(&family, i))
			add_with_issuers(ordered, &family, i);
	}
	free(family.issued);
	return ordered;
}
