#include "checker/report/provenance.h"

#include <stdlib.h>
#include <string.h>

#include "checker/evidence/evidence.h"
#include "checker/evidence/self_test_facts.h"
#include "resolver/memory.h"
#include "resolver/text.h"

static int
by_address(const void *a, const void *b)
{
	return address_compare(a, b);
}

/* Leaves each of the sorted addresses once. Returns how many. */
static size_t
drop_repeats(struct address *sources, size_t count)
{
	size_t i, kept = 0;

	for (i = 0; i < count; i++) {
		if (kept == 0 || !address_equal(&sources[kept - 1],
		    &sources[i]))
			sources[kept++] = sources[i];
	}
	return kept;
}

static void
add_source(struct address **sources, size_t *count,
    const struct address *source)
{
	if (source->family == 0)
		return;
	*sources = memory_grow(*sources, *count, sizeof(**sources));
	(*sources)[(*count)++] = *source;
}

size_t
provenance_sources(const struct evidence *evidence, struct address **sources)
{
	const struct self_test_facts *self_test = evidence->self_test;
	const struct host_evidence *host;
	size_t i, j, count = 0;

	*sources = NULL;
	for (i = 0; i < evidence->tool.source_count; i++)
		add_source(sources, &count, &evidence->tool.sources[i].address);
	for (i = 0; self_test != NULL && i < self_test->sight_count; i++)
		add_source(sources, &count, &self_test->sights[i].source);
	for (i = 0; i < evidence->host_count; i++) {
		host = &evidence->hosts[i];
		for (j = 0; j < host->endpoint_count; j++)
			add_source(sources, &count,
			    &host->endpoints[j].source);
	}
	if (count > 0)
		qsort(*sources, count, sizeof(**sources), by_address);
	return drop_repeats(*sources, count);
}

/* Takes ownership of TEXT and MORE. */
static char *
join(char *text, const char *between, char *more)
{
	char *joined = memory_join(text, between, more);

	free(more);
	return joined;
}

/* "DNSSEC from the root, libunbound 1.17.1". NULL: nothing is known. */
static char *
means_text(const struct tool_evidence *tool)
{
	char *means = NULL;

	if (tool->dnssec != NULL)
		means = strcmp(tool->dnssec, TOOL_DNSSEC_ROOT) == 0 ?
		    memory_string("DNSSEC from the root") :
		    memory_format("DNSSEC through %s", tool->dnssec);
	if (tool->unbound != NULL)
		means = join(means, ", ",
		    memory_format("libunbound %s", tool->unbound));
	if (tool->openssl != NULL)
		means = memory_join(means, ", ", tool->openssl);
	return means;
}

/* The options that a reader of the verdict must know of. NULL: none. */
static char *
mode_text(const struct evidence *evidence)
{
	char *mode = NULL;

	if (evidence->host_mode)
		mode = memory_join(mode, " ", "--host");
	if (evidence->dns_only)
		mode = memory_join(mode, " ", "--dns-only");
	if (evidence->chain_given)
		mode = memory_join(mode, " ", "--chain");
	if (evidence->judged.ahead_days > 0)
		mode = join(mode, " ", memory_format("--days %g",
		    evidence->judged.ahead_days));
	return mode;
}

/* NULL: nothing was connected to. */
static char *
sources_text(const struct evidence *evidence)
{
	struct address *sources;
	size_t i, count = provenance_sources(evidence, &sources);
	char **texts = memory_new(count, sizeof(*texts)), *text;

	for (i = 0; i < count; i++)
		texts[i] = address_text(&sources[i]);
	text = count > 0 ? memory_join_all(texts, count, ", ") : NULL;
	for (i = 0; i < count; i++)
		free(texts[i]);
	free(texts);
	free(sources);
	return text;
}

char *
provenance_text(const struct evidence *evidence)
{
	const struct tool_evidence *tool = &evidence->tool;
	char *when = text_time(evidence->checked_at);
	char *means = means_text(tool), *mode = mode_text(evidence);
	char *sources = sources_text(evidence);
	char *text = memory_format("checked %s by mxdane", when);

	if (tool->version != NULL)
		text = memory_join(text, " ", tool->version);
	if (means != NULL)
		text = join(text, " ", memory_format("(%s)", means));
	if (mode != NULL)
		text = memory_join(text, " with ", mode);
	if (sources != NULL)
		text = memory_join(text, ", from ", sources);
	free(sources);
	free(mode);
	free(means);
	free(when);
	return text;
}
