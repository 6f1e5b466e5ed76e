#include <openssl/x509.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/tlsa/chain_split.h"
#include "resolver/memory.h"
#include "smtp/chain.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/table.h"

/*
 * The certificates, by letter: 'R' and 'I' a root and a CA below it; under 'I'
 * 'a' and 'b', servers' that are called as hosts, 'l', a label, 'e', without a
 * name, 'x', called as no host can be, and 'y', likewise with a dNSName; 'O'
 * another root, of nobody; self-signed with a CA's settings, as "openssl req
 * -x509" makes them: 's' is called as a host, 'n' has a dNSName, 'u' neither.
 */
static const struct kind {
	char				letter;
	char				issuer;	/* 0: self-signed */
	struct certificates_wish	wish;
} kinds[] = {
	{ 'R', 0, { .cn = "Root", .ca = true } },
	{ 'I', 'R', { .cn = "Intermediate", .ca = true } },
	{ 'a', 'I', { .cn = "mx.example.org" } },
	{ 'b', 'I', { .cn = "mx.example.org" } },
	{ 'l', 'I', { .cn = "mail" } },
	{ 'e', 'I', { .organization = "Example" } },
	{ 'x', 'I', { .cn = "Example Mail" } },
	{ 'y', 'I', { .cn = "Example Mail", .names = "DNS:mx.example.org" } },
	{ 'O', 0, { .cn = "Other Root", .ca = true } },
	{ 's', 0, { .cn = "mx.example.org", .ca = true } },
	{ 'n', 0, { .cn = "mail", .ca = true, .names = "DNS:mail.example" } },
	{ 'u', 0, { .cn = "mail", .ca = true } },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static struct issued *issued[KINDS];

static size_t
kind_of(char letter)
{
	size_t i = 0;

	while (kinds[i].letter != letter)
		i++;
	return i;
}

/* The certificates of LETTERS; '-' is a private key. */
static STACK_OF(X509) *
stack_of(const char *letters, bool *after_key)
{
	STACK_OF(X509) *stack = sk_X509_new_null();
	bool behind = false;

	assert_non_null(stack);
	for (; *letters != '\0'; letters++) {
		if (*letters == '-') {
			behind = true;
			continue;
		}
		after_key[sk_X509_num(stack)] = behind;
		behind = false;
		sk_X509_push(stack, issued[kind_of(*letters)]->x509);
	}
	return stack;
}

/* The letter of a certificate. */
static char
letter_of(const X509 *x509)
{
	size_t i = 0;

	while (X509_cmp(issued[i]->x509, x509) != 0)
		i++;
	return kinds[i].letter;
}

static const struct row {
	const char	*name;
	const char	*letters;
	const char	*chains;	/* with a '|' between two */
} rows[] = {
	{ "one alone", "a", "a" },
	{ "one chain", "aIR", "aIR" },
	{ "two chains", "aIRbIR", "aIR|bIR" },
	{ "as Postfix has them", "-aI-bI", "aI|bI" },
	{ "keys behind their certificates", "a-Ib-I", "aI|bI" },
	{ "servers' own alone", "ab", "a|b" },
	{ "issuer of both at the end", "abIR", "a|bIR" },
	{ "called as a label", "alI", "a|lI" },
	{ "without a name", "aeI", "a|eI" },
	{ "called as no host", "axI", "axI" },
	{ "called as no host, first", "xIa", "xI|a" },
	{ "called as no host, behind its key", "-aI-xI", "aI|xI" },
	{ "called as no host, with a dNSName", "ayI", "a|yI" },
	{ "its own twice", "aaI", "aaI" },
	{ "its own again at the end", "aIa", "aIa" },
	{ "root of nobody", "aIO", "aIO" },
	{ "root of nobody between", "aIObI", "aIO|bI" },
	{ "root of nobody behind the only key", "a-O", "aO" },
	{ "self-signed, called as hosts", "ss", "ss" },
	{ "self-signed behind another", "as", "a|s" },
	{ "self-signed with a name", "an", "a|n" },
	{ "self-signed, called as nothing", "au", "au" },
	{ "self-signed behind one key of two", "-a-u", "a|u" },
	{ "CA behind a key that is not the first", "a-I-RbI", "aIR|bI" },
	{ "wrong order, the second", "-aI-Ib", "aI|Ib" },
	{ "wrong order", "Ia", "Ia" },
	{ "wrong order, all", "RIa", "RIa" },
	{ "wrong order, with a second", "IabI", "IabI" },
};

static void
test_split(void **state)
{
	const struct row *row = *state;
	bool after_key[CHAIN_SPLIT_MAX];
	STACK_OF(X509) *stack = stack_of(row->letters, after_key);
	const char *first = strchr(row->letters, '-');
	struct chain_split split;
	char *text = memory_string(""), letter[2] = "";
	size_t i, j;

	chain_split_init(&split, stack, first != NULL &&
	    strchr(first + 1, '-') != NULL ? after_key : NULL);
	for (i = 0; i < split.count; i++) {
		for (j = 0; j < split.chains[i]->count; j++) {
			letter[0] = letter_of(
			    split.chains[i]->certificates[j].x509);
			text = memory_join(text, i > 0 && j == 0 ? "|" : "",
			    letter);
		}
	}
	assert_string_equal(text, row->chains);
	free(text);
	chain_split_clear(&split);
	sk_X509_free(stack);
}

static const struct row ordered[] = {
	{ "in order", "aIR", "aIR" },
	{ "reversed", "RIa", "aIR" },
	{ "two servers' own", "RaIb", "aIRbIR" },
	{ "stranger", "OIaR", "aIR" },
	{ "self-signed", "s", "s" },
	{ "CAs alone", "RI", "IR" },
	{ "nothing", "", "" },
};

static void
test_order(void **state)
{
	const struct row *row = *state;
	bool after_key[CHAIN_SPLIT_MAX];
	STACK_OF(X509) *bag = stack_of(row->letters, after_key);
	STACK_OF(X509) *stack = chain_split_order(bag);
	int i;

	assert_int_equal(sk_X509_num(stack), strlen(row->chains));
	for (i = 0; i < sk_X509_num(stack); i++)
		assert_int_equal(letter_of(sk_X509_value(stack, i)),
		    row->chains[i]);
	sk_X509_pop_free(stack, X509_free);
	sk_X509_free(bag);
}

static void
test_own(void **state)
{
	static const char own[] = "Rabsnulexy";
	size_t i;

	(void)state;
	for (i = 0; i < KINDS; i++)
		assert_int_equal(chain_split_may_be_own(issued[i]->x509),
		    kinds[i].letter == 'O' ||
		    strchr(own, kinds[i].letter) != NULL);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_split, rows),
		TABLE(test_order, ordered),
		TABLE_ALONE(test_own),
	};
	struct certificates_wish wish;
	size_t i;
	int failed;

	for (i = 0; i < KINDS; i++) {
		wish = kinds[i].wish;
		if (kinds[i].issuer != 0)
			wish.issuer = issued[kind_of(kinds[i].issuer)];
		issued[i] = certificates_issue(&wish);
	}
	failed = table_run(tables, sizeof(tables) / sizeof(tables[0]));
	for (i = 0; i < KINDS; i++)
		certificates_free(issued[i]);
	return failed;
}
