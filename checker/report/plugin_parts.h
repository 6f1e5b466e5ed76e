/*
 * What state and output of the plugin are made from. For plugin.c and
 * plugin_state.c alone.
 */
#ifndef CHECKER_REPORT_PLUGIN_PARTS_H
#define CHECKER_REPORT_PLUGIN_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "checker/report/plugin.h"

/* The numbers of the first line and of the performance data. */
struct plugin_sums {
	size_t	mx, mx_ok;
	size_t	addresses, addresses_ok;
	size_t	records, matched;
	bool	knows_mx;		/* false: the counts of MX hosts, */
	bool	knows_rest;		/* or the others, mean nothing */
	bool	knows_servers;		/* or those of addresses: DNS alone */
	double	signatures_days;	/* NAN: not known, like the rest */
	double	signatures_percent;
	double	renewable_days;		/* of zones that hold the records */
	double	certificates_days;
};

/* Counts what was seen of a judged domain, and how long it is valid. */
struct plugin_sums plugin_sum_up(const struct evidence *evidence);

/*
 * The range of OPTIONS that the days left of signatures cross, the critical one
 * first; NULL: none. What was judged by a limit has no range.
 */
const struct range *plugin_signatures_range(const struct plugin_sums *sums,
		    const struct plugin_options *options);
/* The same for certificates. */
const struct range *plugin_certificates_range(const struct plugin_sums *sums,
		    const struct plugin_options *options);

/* The state of one host alone, from its DNS and its servers. */
enum plugin_state plugin_host_state(const struct host_evidence *host,
		    const struct plugin_options *options);

#endif
