/*
 * What mxtlsa makes records from, and for which hosts: for the files mxtlsa_*.c
 * alone.
 */
#ifndef CHECKER_RUN_MXTLSA_MAKING_H
#define CHECKER_RUN_MXTLSA_MAKING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct keyfile;
struct keyfiles;
struct mxtlsa_settings;
struct tlsa;
struct tlsa_file;
struct zone_files;

struct mxtlsa_host {
	char	*name;		/* owned, normalised */
	char	*owner;		/* owned; of its TLSA records */
};

/* The hosts that the records are for. */
struct mxtlsa_hosts {
	struct mxtlsa_host	*items;		/* owned */
	size_t			 count;
	bool			 given;		/* by the user; else they are
						 * the certificates' */
};

/*
 * Finds the hosts: those of WORDS (COUNT of them), or those that the
 * certificates and requests in KEYFILES name. False: there are none, or one is
 * wrong; *WHY (owned by the caller, printable).
 */
bool	mxtlsa_hosts_init(struct mxtlsa_hosts *hosts,
	    const struct mxtlsa_settings *settings,
	    const struct keyfiles *keyfiles, char *const *words, size_t count,
	    char **why);
void	mxtlsa_hosts_clear(struct mxtlsa_hosts *hosts);

/*
 * Whether the host may present what is in KEYFILE: the user says so, or it has
 * the host's name, or no host's name at all.
 */
bool	mxtlsa_hosts_match(const struct mxtlsa_hosts *hosts,
	    const struct mxtlsa_host *host, const struct keyfile *keyfile);

/*
 * The wildcard among the names in KEYFILE, which are no hosts; borrowed. NULL:
 * none of them is one.
 */
const char *mxtlsa_hosts_wildcard(const struct keyfile *keyfile);

/*
 * Reads the records of --was, which may be none. False: *WHY (owned by the
 * caller, printable).
 */
bool	mxtlsa_was_init(struct tlsa_file *was, const struct zone_files *files,
	    char **why);
/*
 * Writes for nsupdate what deletes those of WAS that are HOST's and not among
 * KEPT (COUNT of them), as TYPE52 where GENERIC.
 */
void	mxtlsa_was_put(FILE *out, const struct tlsa_file *was,
	    const struct mxtlsa_host *host, const struct tlsa *const *kept,
	    size_t count, bool generic);

/* The record's data for a zone: "3 1 1 ..." or, GENERIC, "\# 35 ...". Owned. */
char	*mxtlsa_record_text(const struct tlsa *record, bool generic);

#endif
