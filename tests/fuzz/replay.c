/*
 * Runs a fuzz target over its corpus, and over what becomes of it by small
 * changes, with any compiler: what a fuzzer has found once stays tried. Prints
 * TAP.
 *
 * The program's name, fuzz_X, says which corpus: tests/fuzz/corpus/X, an input
 * a line, in hexadecimal digits; '#' begins a comment.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "resolver/memory.h"
#include "tests/fuzz/mutate.h"

/* Octets of an input, and how many are made of the corpus. */
#define INPUT_MAX	4096
#define CHANGED		1000

/* Seconds of the processor that an input may take. */
#define SECONDS_MAX	2.0

int	LLVMFuzzerInitialize(int *argc, char ***argv) __attribute__((weak));
int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t	LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most,
	    unsigned int seed) __attribute__((weak));

struct input {
	uint8_t	*data;		/* owned */
	size_t	 size;
};

struct corpus {
	struct input	*inputs;	/* owned */
	size_t		 count;
	double		 slowest;	/* seconds that an input took */
};

/* What LLVMFuzzerMutate, which has no argument for it, goes on from. */
static uint32_t mutations = 1;

/* The same numbers at each run (xorshift, George Marsaglia 2003). */
static uint32_t
next_number(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* False: the line has no input. */
static bool
take_line(struct input *input, const char *line)
{
	unsigned int octet;
	int used;

	input->data = memory_new(strlen(line) / 2 + 1, 1);
	input->size = 0;
	while (sscanf(line, " %2x%n", &octet, &used) == 1) {
		input->data[input->size++] = (uint8_t)octet;
		line += used;
	}
	if (input->size > 0 && strspn(line, " \n") == strlen(line))
		return true;
	free(input->data);
	return false;
}

static void
read_corpus(struct corpus *corpus, const char *program)
{
	const char *source = getenv("srcdir"), *name = strrchr(program, '/');
	char *path = memory_format("%s/tests/fuzz/corpus/%s",
	    source != NULL ? source : ".",
	    (name != NULL ? name + 1 : program) + strlen("fuzz_"));
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t size = 0;

	if (file == NULL) {
		perror(path);
		exit(1);
	}
	while (getline(&line, &size, file) != -1) {
		corpus->inputs = memory_grow(corpus->inputs, corpus->count,
		    sizeof(*corpus->inputs));
		if (line[0] != '#' &&
		    take_line(&corpus->inputs[corpus->count], line))
			corpus->count++;
	}
	free(line);
	fclose(file);
	free(path);
}

/* An octet changed, dropped or added. */
static size_t
change_octet(uint8_t *data, size_t size, size_t most, uint32_t *state)
{
	size_t at = size > 0 ? next_number(state) % size : 0;

	switch (size > 0 ? next_number(state) % 3 : 2) {
	case 0:
		data[at] ^= (uint8_t)(1u << next_number(state) % 8);
		return size;
	case 1:
		memmove(data + at, data + at + 1, size - at - 1);
		return size - 1;
	default:
		if (size >= most)
			return size;
		memmove(data + at + 1, data + at, size - at);
		data[at] = (uint8_t)next_number(state);
		return size + 1;
	}
}

/* As libFuzzer's own, for the mutators that use it. */
size_t
LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most)
{
	return change_octet(data, size, most, &mutations);
}

/*
 * An octet changed, or the end cut off and another one's put on; or what the
 * target's own mutator does.
 */
static size_t
change(uint8_t *data, size_t size, const struct input *other, uint32_t *state)
{
	size_t at, more;

	if (LLVMFuzzerCustomMutator != NULL && next_number(state) % 4 > 0)
		return LLVMFuzzerCustomMutator(data, size, INPUT_MAX,
		    next_number(state));
	if (size == 0 || next_number(state) % 4 > 0)
		return change_octet(data, size, INPUT_MAX, state);
	at = next_number(state) % size;
	more = other->size - next_number(state) % other->size;
	if (more > INPUT_MAX - at)
		more = INPUT_MAX - at;
	memcpy(data + at, other->data + other->size - more, more);
	return at + more;
}

/* Runs the target with one input, and takes the time. */
static void
run(struct corpus *corpus, const uint8_t *data, size_t size)
{
	const clock_t begin = clock();
	double seconds;

	LLVMFuzzerTestOneInput(data, size);
	seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
	if (seconds > corpus->slowest)
		corpus->slowest = seconds;
}

static void
run_changed(struct corpus *corpus)
{
	uint8_t data[INPUT_MAX];
	const struct input *input;
	uint32_t state = 1, times;
	size_t size, i;

	for (i = 0; i < CHANGED; i++) {
		input = &corpus->inputs[i % corpus->count];
		size = input->size < INPUT_MAX ? input->size : INPUT_MAX;
		memcpy(data, input->data, size);
		for (times = next_number(&state) % 4 + 1; times > 0; times--)
			size = change(data, size, &corpus->inputs[
			    next_number(&state) % corpus->count], &state);
		run(corpus, data, size);
	}
}

int
main(int argc, char **argv)
{
	struct corpus corpus = { NULL, 0, 0 };
	size_t i;

	if (LLVMFuzzerInitialize != NULL)
		LLVMFuzzerInitialize(&argc, &argv);
	read_corpus(&corpus, argv[0]);
	printf("1..3\n");
	for (i = 0; i < corpus.count; i++)
		run(&corpus, corpus.inputs[i].data, corpus.inputs[i].size);
	printf("%s 1 - the %zu inputs of the corpus\n",
	    corpus.count > 0 ? "ok" : "not ok", corpus.count);
	if (corpus.count > 0)
		run_changed(&corpus);
	printf("ok 2 - %d inputs made of them\n", CHANGED);
	printf("%s 3 - the slowest took %.3f s of the processor, of %.0f s\n",
	    corpus.slowest < SECONDS_MAX ? "ok" : "not ok", corpus.slowest,
	    SECONDS_MAX);
	for (i = 0; i < corpus.count; i++)
		free(corpus.inputs[i].data);
	free(corpus.inputs);
	return 0;
}
