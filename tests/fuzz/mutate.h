/*
 * Changes of inputs that leave their form whole, for what a change of any octet
 * would merely make unreadable.
 */
#ifndef TESTS_FUZZ_MUTATE_H
#define TESTS_FUZZ_MUTATE_H

#include <stddef.h>
#include <stdint.h>

/*
 * libFuzzer's, and without it that of replay.c: changes SIZE octets at DATA
 * (borrowed, with room for MOST). Returns how many they are then.
 */
size_t	LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);

/*
 * The same for DER: an element is changed, dropped, doubled, or put in another
 * one's place, and the lengths of all around it are put right. What is no DER
 * is changed as by LLVMFuzzerMutate.
 */
size_t	mutate_der(uint8_t *data, size_t size, size_t most,
	    unsigned int seed);

/* The same for one item of CBOR, and the counts of what it is in. */
size_t	mutate_cbor(uint8_t *data, size_t size, size_t most,
	    unsigned int seed);

#endif
