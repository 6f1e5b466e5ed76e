/*
 * What a public key costs whoever works with it. The owner of a key chooses its
 * size and its parameters, so work is charged for before it is done.
 */
#ifndef SMTP_KEY_COST_H
#define SMTP_KEY_COST_H

struct evp_pkey_st;

/*
 * About how many milliseconds of processor time an ordinary machine takes to
 * verify one signature with KEY, or for a Diffie-Hellman key one exchange:
 * right to a factor of about 3, for what OpenSSL does without code for that
 * one size. More where KEY is of a type that is not known here; 0 for NULL: a
 * key that cannot be read verifies nothing.
 */
double	key_cost(const struct evp_pkey_st *key);

#endif
