#include "checker/run/mxtlsa_settings.h"

#include <string.h>

#include "checker/tlsa/ca_store.h"
#include "checker/tlsa/keyfile.h"
#include "resolver/memory.h"
#include "resolver/zone_files.h"

static bool
read_chain(struct mxtlsa_input *input, const char *path, char **why)
{
	return file_read_or_input(&input->chain, path, KEYFILE_SIZE_MAX, why);
}

static bool
read_to_make(struct mxtlsa_input *input,
    const struct mxtlsa_settings *settings, char *const *words, char **why)
{
	if (settings->was != NULL && strcmp(settings->was, "-") == 0 &&
	    strcmp(words[0], "-") == 0) {
		*why = memory_string("'-' can be one file only");
		return false;
	}
	return (settings->was == NULL ||
	    zone_files_read(&input->was, settings->was, why)) &&
	    read_chain(input, words[0], why);
}

static bool
read_to_verify(struct mxtlsa_input *input, char *const *words, char **why)
{
	if (strcmp(words[0], "-") == 0 && strcmp(words[1], "-") == 0) {
		*why = memory_string("'-' can be one file only");
		return false;
	}
	ca_store_read(&input->ca_bundle);
	return zone_files_read(&input->records, words[0], why) &&
	    read_chain(input, words[1], why);
}

bool
mxtlsa_input_read(struct mxtlsa_input *input,
    const struct mxtlsa_settings *settings, char *const *words, size_t count,
    char **why)
{
	const size_t files = settings->verify ? 2 : 1;

	*input = (struct mxtlsa_input){
		.names = words + files,
		.name_count = count - files,
	};
	if (settings->verify ? read_to_verify(input, words, why) :
	    read_to_make(input, settings, words, why))
		return true;
	mxtlsa_input_clear(input);
	return false;
}

void
mxtlsa_input_clear(struct mxtlsa_input *input)
{
	file_clear(&input->chain);
	zone_files_clear(&input->records);
	zone_files_clear(&input->was);
	file_clear(&input->ca_bundle);
}
