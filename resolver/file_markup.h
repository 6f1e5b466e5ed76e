/*
 * What a file is written in that was to be something else: an answer of a web
 * service, or a file of Kubernetes, where the certificate or the zone in it was
 * wanted.
 */
#ifndef RESOLVER_FILE_MARKUP_H
#define RESOLVER_FILE_MARKUP_H

#include <stddef.h>

/*
 * "JSON" or "YAML", by how SIZE octets of TEXT begin: a guess, for what could
 * not be read as what it was to be. Static; NULL: neither.
 */
const char	*file_markup(const char *text, size_t size);

#endif
