#include <stdlib.h>

#include "checker/run/mxtlsa_making.h"
#include "checker/run/mxtlsa_settings.h"
#include "checker/tlsa/keyfile.h"
#include "resolver/memory.h"
#include "resolver/name.h"

/* Adds a host, once; takes ownership of NAME. */
static bool
add_host(struct mxtlsa_hosts *hosts, uint16_t port, char *name, char **why)
{
	char *owner = name_tlsa_owner(port, name);
	size_t i = 0;

	while (i < hosts->count && !name_equal(hosts->items[i].name, name))
		i++;
	if (owner == NULL || i < hosts->count) {
		if (owner == NULL)
			*why = memory_format("'%s' is too long to have TLSA "
			    "records", name);
		free(name);
		free(owner);
		return owner != NULL;
	}
	hosts->items = memory_grow(hosts->items, hosts->count,
	    sizeof(*hosts->items));
	hosts->items[hosts->count].name = name;
	hosts->items[hosts->count++].owner = owner;
	return true;
}

/* The names in the server's own certificate, or in the request; borrowed. */
static char *const *
names_of(const struct keyfile *keyfile, size_t *count)
{
	const struct certificate *own;

	if (keyfile->chain == NULL) {
		*count = keyfile->name_count;
		return keyfile->names;
	}
	own = keyfile->chain->certificates;
	*count = own->dns_name_count;
	return own->dns_names;
}

/* "CN=mx.example.org"; borrowed. NULL: a key alone has none. */
static const char *
subject_of(const struct keyfile *keyfile)
{
	return keyfile->chain != NULL ? keyfile->chain->certificates->subject :
	    keyfile->subject;
}

const char *
mxtlsa_hosts_wildcard(const struct keyfile *keyfile)
{
	char *const *names;
	size_t count, i;

	names = names_of(keyfile, &count);
	for (i = 0; i < count; i++) {
		if (names[i][0] == '*')
			return names[i];
	}
	return NULL;
}

static bool
names_host(const struct keyfile *keyfile)
{
	char *const *names;
	size_t count, i;

	names = names_of(keyfile, &count);
	for (i = 0; i < count; i++) {
		if (name_is_host(names[i]))
			return true;
	}
	return false;
}

static bool
names_this(const struct keyfile *keyfile, const char *host)
{
	char *const *names;
	size_t count, i;

	names = names_of(keyfile, &count);
	for (i = 0; i < count; i++) {
		if (name_equal(names[i], host))
			return true;
	}
	return false;
}

bool
mxtlsa_hosts_match(const struct mxtlsa_hosts *hosts,
    const struct mxtlsa_host *host, const struct keyfile *keyfile)
{
	return hosts->given || names_this(keyfile, host->name) ||
	    !names_host(keyfile);
}

/* Why the user has to name a host. Owned by the caller. */
static char *
say_no_host(const struct keyfile *keyfile)
{
	const char *kind = keyfile->chain != NULL ? "certificate" : "request";
	const char *wildcard = mxtlsa_hosts_wildcard(keyfile);
	const char *subject = subject_of(keyfile);
	size_t count;

	names_of(keyfile, &count);
	if (subject == NULL)
		return memory_format("missing HOST argument: %s has no "
		    "certificate to take one from", keyfile->file);
	if (count == CHAIN_NAMES_MAX)
		return memory_format("missing HOST argument: the %s in %s has "
		    "%d names or more", kind, keyfile->file, CHAIN_NAMES_MAX);
	if (wildcard != NULL)
		return memory_format("missing HOST argument: the %s in %s is "
		    "for the wildcard %s, which is no host: name the mail "
		    "server", kind, keyfile->file, wildcard);
	if (count > 0)
		return memory_format("missing HOST argument: the %s in %s is "
		    "for %s, which is no host", kind, keyfile->file,
		    names_of(keyfile, &count)[0]);
	return memory_format("missing HOST argument: the %s in %s has no "
	    "subjectAltName, only the subject %s: name the mail server", kind,
	    keyfile->file, subject);
}

/* Adds the hosts that it names; wildcards are not hosts. */
static bool
add_named(struct mxtlsa_hosts *hosts, uint16_t port,
    const struct keyfile *keyfile, char **why)
{
	char *const *names;
	size_t count, i;

	names = names_of(keyfile, &count);
	if (count == CHAIN_NAMES_MAX) {
		*why = say_no_host(keyfile);
		return false;
	}
	for (i = 0; i < count; i++) {
		if (name_is_host(names[i]) && !add_host(hosts, port,
		    name_normalise(names[i]), why))
			return false;
	}
	return true;
}

/* Adds the hosts that certificates and requests name. */
static bool
find_named(struct mxtlsa_hosts *hosts, const struct mxtlsa_settings *settings,
    const struct keyfiles *keyfiles, char **why)
{
	size_t i;

	for (i = 0; i < keyfiles->count; i++) {
		if (!add_named(hosts, settings->port, &keyfiles->items[i],
		    why))
			return false;
	}
	/* Data alone may be for any host. */
	if (hosts->count > 0 || settings->data)
		return true;
	*why = say_no_host(&keyfiles->items[0]);
	return false;
}

bool
mxtlsa_hosts_init(struct mxtlsa_hosts *hosts,
    const struct mxtlsa_settings *settings, const struct keyfiles *keyfiles,
    char *const *words, size_t count, char **why)
{
	char *name;
	size_t i;
	bool good = true;

	*hosts = (struct mxtlsa_hosts){ .given = count > 0 };
	if (count == 0)
		good = find_named(hosts, settings, keyfiles, why);
	for (i = 0; i < count && good; i++) {
		name = mxtlsa_name(words[i], why);
		good = name != NULL &&
		    add_host(hosts, settings->port, name, why);
	}
	if (!good)
		mxtlsa_hosts_clear(hosts);
	return good;
}

void
mxtlsa_hosts_clear(struct mxtlsa_hosts *hosts)
{
	size_t i;

	for (i = 0; i < hosts->count; i++) {
		free(hosts->items[i].name);
		free(hosts->items[i].owner);
	}
	free(hosts->items);
	*hosts = (struct mxtlsa_hosts){ .items = NULL };
}
