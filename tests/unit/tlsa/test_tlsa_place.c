#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/tlsa/tlsa_file.h"
#include "checker/tlsa/tlsa_place.h"
#include "resolver/file.h"
#include "resolver/memory.h"
#include "resolver/zone_files.h"
#include "tests/unit/support/table.h"

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

#define PORT 25

/* A zone with its origin, to which tests add lines. */
#define ZONE \
	"$ORIGIN example.org.\n$TTL 300\n" \
	"@ SOA ns hm 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n"

static void
read_zone(struct tlsa_file *records, const char *text, const char *origin)
{
	struct file file;
	const struct zone_files files = { .items = &file, .count = 1 };
	char *why;

	file_init(&file, "zone", text, strlen(text));
	if (!tlsa_file_init_zone(records, &files, origin, &why))
		fail_msg("%s", why);
	file_clear(&file);
}

/* "HOST OWNER TTL: 3 1 1 ab", or why not. Owned. */
static char *
found_text(bool found, struct tlsa_place *place, char *why)
{
	char *text, *record;
	size_t i;

	if (!found) {
		assert_int_equal(place->records.count, 0);
		assert_memory_equal(why, "zone: ", 6);
		text = memory_string(why + 6);
		free(why);
		return text;
	}
	text = memory_format("%s %s %lu:",
	    place->host != NULL ? place->host : "-",
	    place->owner != NULL ? place->owner : "-",
	    (unsigned long)place->ttl);
	for (i = 0; i < place->records.count; i++) {
		record = tlsa_text(&place->records.records[i], true);
		text = memory_join(text, " ", record);
		free(record);
	}
	return text;
}

static const struct row {
	const char	*name;
	const char	*text;
	const char	*host;		/* NULL: none is named */
	const char	*found;
} rows[] = {
	{ "its own", ZONE "_25._tcp.mx TLSA 3 1 1 ab\n 60 TLSA 2 1 1 cd\n",
	    "mx.example.org",
	    "mx.example.org _25._tcp.mx.example.org 300: 3 1 1 ab 2 1 1 cd" },
	{ "the only one", ZONE "_25._tcp.mx 60 TLSA 3 1 1 ab\n", NULL,
	    "mx.example.org _25._tcp.mx.example.org 60: 3 1 1 ab" },
	{ "zone's own name", ZONE "_25._tcp TLSA 3 1 1 ab\n", "example.org",
	    "example.org _25._tcp.example.org 300: 3 1 1 ab" },
	{ "that of the zone is no other's", ZONE "_25._tcp TLSA 3 1 1 ab\n",
	    "mx.example.org", "none for this port and name: nothing at "
	    "_25._tcp.mx.example.org, nor an alias or a wildcard; the file "
	    "has records at _25._tcp.example.org" },
	{ "another host", ZONE "_25._tcp.a TLSA 3 1 1 ab\n",
	    "b.example.org", "none for this port and name: nothing at "
	    "_25._tcp.b.example.org, nor an alias or a wildcard; the file "
	    "has records at _25._tcp.a.example.org" },
	{ "another port", ZONE "_465._tcp.mx TLSA 3 1 1 ab\n",
	    "mx.example.org", "none for this port and name: nothing at "
	    "_25._tcp.mx.example.org, nor an alias or a wildcard; the file "
	    "has records at _465._tcp.mx.example.org" },
	{ "another port alone", ZONE "_465._tcp.mx TLSA 3 1 1 ab\n", NULL,
	    "nothing at _25._tcp.HOST, whatever the host; the file has records "
	    "at _465._tcp.mx.example.org" },
	{ "the port decides",
	    ZONE "_465._tcp.mx TLSA 3 1 1 ab\n_25._tcp.mx TLSA 3 1 1 cd\n",
	    NULL, "mx.example.org _25._tcp.mx.example.org 300: 3 1 1 cd" },
	{ "no underscore", ZONE "25._tcp.mx TLSA 3 1 1 ab\n", NULL,
	    "nothing at _25._tcp.HOST, whatever the host; the file has records "
	    "at 25._tcp.mx.example.org" },
	{ "at the host's name", ZONE "mx TLSA 3 1 1 ab\n", NULL,
	    "nothing at _25._tcp.HOST, whatever the host; the file has records "
	    "at mx.example.org" },
	{ "several", ZONE "_25._tcp.a TLSA 3 1 1 ab\n_25._tcp.b TLSA 3 1 1 ab\n"
	    "c TLSA 3 1 1 ab\nd TLSA 3 1 1 ab\n", NULL,
	    "has records of several hosts; missing NAME argument; the file has "
	    "records at _25._tcp.a.example.org, _25._tcp.b.example.org, "
	    "c.example.org and elsewhere" },
	/* aliases */
	{ "alias", ZONE "_25._tcp.mx 5 CNAME dane\ndane 60 TLSA 3 1 1 ab\n",
	    "mx.example.org", "mx.example.org dane.example.org 60: 3 1 1 ab" },
	{ "alias, not named",
	    ZONE "_25._tcp.mx 5 CNAME dane\ndane 60 TLSA 3 1 1 ab\n",
	    NULL, "mx.example.org dane.example.org 60: 3 1 1 ab" },
	{ "alias of an alias", ZONE "_25._tcp.mx CNAME a\na CNAME b\n"
	    "b TLSA 3 1 1 ab\n", "mx.example.org",
	    "mx.example.org b.example.org 300: 3 1 1 ab" },
	{ "alias to nothing", ZONE "_25._tcp.mx CNAME a\nb TLSA 3 1 1 ab\n",
	    "mx.example.org", "none for this port and name: "
	    "_25._tcp.mx.example.org is an alias that leads to "
	    "a.example.org, where the file has none; the file has records at "
	    "b.example.org" },
	{ "alias into another zone",
	    ZONE "_25._tcp.mx CNAME a.example.net.\nb TLSA 3 1 1 ab\n",
	    "mx.example.org", "none for this port and name: an alias leads out "
	    "of the file: a.example.net is not in the zone example.org; the "
	    "file has records at b.example.org" },
	{ "circle", ZONE "_25._tcp.mx CNAME a\na CNAME _25._tcp.mx\n"
	    "b TLSA 3 1 1 ab\n", "mx.example.org",
	    "none for this port and name: more than 16 aliases follow each "
	    "other from _25._tcp.mx.example.org on; the file has records at "
	    "b.example.org" },
	{ "DNAME", ZONE "_tcp.mx DNAME dane\n_25.dane TLSA 3 1 1 ab\n",
	    "mx.example.org",
	    "mx.example.org _25.dane.example.org 300: 3 1 1 ab" },
	{ "DNAME, not of its owner",
	    ZONE "_25._tcp.mx DNAME dane\ndane TLSA 3 1 1 ab\n",
	    "mx.example.org", "none for this port and name: nothing at "
	    "_25._tcp.mx.example.org, nor an alias or a wildcard; the file "
	    "has records at dane.example.org" },
	{ "host that is an alias",
	    ZONE "mx CNAME a\n_25._tcp.a TLSA 3 1 1 ab\n"
	    "_25._tcp.mx TLSA 3 1 1 cd\n", "mx.example.org",
	    "a.example.org _25._tcp.a.example.org 300: 3 1 1 ab" },
	{ "host that is an alias without records",
	    ZONE "mx CNAME a\na A ::\n_25._tcp.mx TLSA 3 1 1 cd\n",
	    "mx.example.org",
	    "mx.example.org _25._tcp.mx.example.org 300: 3 1 1 cd" },
	/* wildcards */
	{ "wildcard for ports", ZONE "*._tcp.mx TLSA 3 1 1 ab\n",
	    "mx.example.org",
	    "mx.example.org \\042._tcp.mx.example.org 300: 3 1 1 ab" },
	{ "wildcard for ports, not named", ZONE "*._tcp.mx TLSA 3 1 1 ab\n",
	    NULL, "mx.example.org \\042._tcp.mx.example.org 300: 3 1 1 ab" },
	{ "wildcard for all", ZONE "* TLSA 3 1 1 ab\n", "mx.example.org",
	    "mx.example.org \\042.example.org 300: 3 1 1 ab" },
	{ "wildcard and alias", ZONE "*.mx CNAME a\na TLSA 3 1 1 ab\n",
	    "mx.example.org", "mx.example.org a.example.org 300: 3 1 1 ab" },
	{ "wildcard that the host's name hides",
	    ZONE "* TLSA 3 1 1 ab\nmx A ::\n", "mx.example.org",
	    "none for this port and name: nothing at _25._tcp.mx.example.org, "
	    "nor an alias or a wildcard; the file has records at "
	    "*.example.org" },
	{ "wildcard that an empty name hides",
	    ZONE "*.mx TLSA 3 1 1 ab\n_465._tcp.mx A ::\n", "mx.example.org",
	    "none for this port and name: nothing at _25._tcp.mx.example.org, "
	    "nor an alias or a wildcard; the file has records at "
	    "*.mx.example.org" },
	{ "wildcard that another record of the name hides",
	    ZONE "*._tcp.mx TLSA 3 1 1 ab\n_25._tcp.mx TXT x\n",
	    "mx.example.org",
	    "none for this port and name: nothing at _25._tcp.mx.example.org, "
	    "nor an alias or a wildcard; the file has records at "
	    "*._tcp.mx.example.org" },
	{ "asterisk within a name", ZONE "_25._tcp.*.b TLSA 3 1 1 ab\n",
	    "mx.b.example.org",
	    "none for this port and name: nothing at "
	    "_25._tcp.mx.b.example.org, nor an alias or a wildcard; the file "
	    "has records at _25._tcp.\\042.b.example.org" },
	/* what the name servers of the zone would not give out */
	{ "below a cut", ZONE "sub NS ns\n_25._tcp.mx.sub TLSA 3 1 1 ab\n",
	    "mx.sub.example.org", "none for this port and name: "
	    "_25._tcp.mx.sub.example.org is in the zone sub.example.org, "
	    "which is left to name servers of its own (NS); the file has "
	    "records at _25._tcp.mx.sub.example.org" },
	{ "out of the zone", ZONE "_25._tcp.mx.example.net. TLSA 3 1 1 ab\n",
	    "mx.example.net", "none for this port and name: "
	    "_25._tcp.mx.example.net is not in the zone example.org; the file "
	    "has records at _25._tcp.mx.example.net" },
	{ "name servers of an answer",
	    "_25._tcp.mx.example.org. 60 IN TLSA 3 1 1 ab\n"
	    "example.org. 60 IN NS ns.example.org.\n", "mx.example.org",
	    "mx.example.org _25._tcp.mx.example.org 60: 3 1 1 ab" },
	/* what is no zone */
	{ "fields", "3 1 1 ab\n", "mx.example.org",
	    "mx.example.org _25._tcp.mx.example.org 0: 3 1 1 ab" },
	{ "fields, not named", "3 1 1 ab\n", NULL, "- - 0: 3 1 1 ab" },
	{ "dig +short +dnssec of an alias",
	    "dane.example.net.\n"
	    "CNAME 13 5 300 20270101000000 20261201000000 4711 a. kZ1+ ab=\n"
	    "3 1 1 AB CD\n"
	    "TLSA 13 5 300 20270101000000 20261201000000 4711 a. kZ1+ ab=\n",
	    "mx.example.org",
	    "mx.example.org _25._tcp.mx.example.org 0: 3 1 1 abcd" },
	{ "dig +dnssec of an alias",
	    "_25._tcp.mx.a.\t5 IN CNAME d.b.\n"
	    "_25._tcp.mx.a.\t5 IN RRSIG CNAME 13 4 5 20270101000000 "
	    "20261201000000 4711 a. kZ1+ ab=\n"
	    "d.b.\t7 IN TLSA 3 1 1 AB CD\n"
	    "d.b.\t7 IN RRSIG TLSA 13 2 7 20270101000000 20261201000000 4711 "
	    "b. kZ1+ ab=\n", "mx.a", "mx.a d.b 7: 3 1 1 abcd" },
	{ "host",
	    "_25._tcp.mx.a is an alias for d.b.\nd.b has TLSA record 3 1 1 AB "
	    "CD\n", "mx.a", "mx.a d.b 0: 3 1 1 abcd" },
	{ "nsupdate",
	    "update delete _25._tcp.mx.a. TLSA\n"
	    "update add _25._tcp.mx.a. 60 IN TLSA 3 1 1 ab\n"
	    "update add _25._tcp.mx.a 60 IN TLSA 2 1 1 cd\nsend\n", "mx.a",
	    "mx.a _25._tcp.mx.a 60: 3 1 1 ab 2 1 1 cd" },
	{ "nsupdate that deletes",
	    "update add _25._tcp.mx.a. 60 IN TLSA 3 1 1 ab\n"
	    "update add _25._tcp.mx.a. 60 IN TLSA 3 1 1 cd\n"
	    "update add _25._tcp.mx.b. 60 IN TLSA 3 1 1 cd\n"
	    "update delete _25._tcp.mx.a. 0 NONE TLSA 3 1 1 cd\n"
	    "update delete _25._tcp.mx.b. IN TLSA\nsend\n", NULL,
	    "mx.a _25._tcp.mx.a 60: 3 1 1 ab" },
};

static void
test_found(void **state)
{
	const struct row *row = *state;
	struct tlsa_file records;
	struct tlsa_place place;
	char *why = NULL, *text;
	bool found;

	read_zone(&records, row->text, NULL);
	found = row->host != NULL ?
	    tlsa_place_find(&place, &records, PORT, row->host, &why) :
	    tlsa_place_find_only(&place, &records, PORT, &why);
	text = found_text(found, &place, why);
	assert_string_equal(text, row->found);
	free(text);
	tlsa_place_clear(&place);
	tlsa_file_clear(&records);
}

/* A zone without an origin of its own. */
#define FLOATING "@ SOA ns hm 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n"

static const struct origin_row {
	const char	*name;
	const char	*text;
	const char	*host;
	const char	*origin;	/* NULL: not known */
} origin_rows[] = {
	{ "nothing relative", "_25._tcp.a. TLSA 3 1 1 ab\n", "a", "" },
	{ "fields", "3 1 1 ab\n", "a.example", "" },
	{ "$ORIGIN", ZONE "_25._tcp TLSA 3 1 1 ab\n", "mx.example.org", "" },
	{ "SOA record", "example.org. SOA a. a. 1 2 3 4 5\n_25._tcp.mx TLSA "
	    "3 1 1 ab\n", "mx.a.example.net", "example.org" },
	{ "by the host", FLOATING "_25._tcp.mx TLSA 3 1 1 ab\n",
	    "mx.example.org", "example.org" },
	{ "by the longest owner",
	    FLOATING "_25._tcp TLSA 3 1 1 ab\n_25._tcp.mx TLSA 3 1 1 ab\n"
	    "_25._tcp.mx.b TLSA 3 1 1 ab\n", "mx.b.example.org",
	    "example.org" },
	{ "by an alias", FLOATING "_25._tcp.mx CNAME d\nd TLSA 3 1 1 ab\n",
	    "mx.example.org", "example.org" },
	{ "by a wildcard", FLOATING "*._tcp.mx TLSA 3 1 1 ab\n",
	    "mx.example.org", "example.org" },
	{ "zone's own records are nobody else's",
	    FLOATING "_25._tcp TLSA 3 1 1 ab\n", "mx.example.org", NULL },
	{ "nor are those of its name",
	    FLOATING "@ TLSA 3 1 1 ab\n", "mx.example.org", NULL },
	{ "another host's", FLOATING "_25._tcp.a TLSA 3 1 1 ab\n",
	    "mx.example.org", NULL },
	{ "label that begins so", FLOATING "_25._tcp.m TLSA 3 1 1 ab\n",
	    "mx.example.org", NULL },
	{ "last dot left out", "_25._tcp.mx.example.org TLSA 3 1 1 ab\n",
	    "mx.example.org", "." },
	{ "last dot left out in a zone",
	    FLOATING "_25._tcp.mx.example.org TLSA 3 1 1 ab\n",
	    "mx.example.org", NULL },
	{ "$ORIGIN below one that is not known",
	    "$ORIGIN mx\n_25._tcp TLSA 3 1 1 ab\n", "mx.example.org",
	    "example.org" },
	{ "target of an alias",
	    "_25._tcp.mx.example.org. CNAME d\nd TLSA 3 1 1 ab\n",
	    "mx.example.org", NULL },
};

static void
test_origin(void **state)
{
	const struct origin_row *row = *state;
	char *names[] = { memory_string(row->host) }, *origin;
	struct tlsa_file records;

	read_zone(&records, row->text, NULL);
	origin = tlsa_place_origin(&records, names, 1);
	if (row->origin == NULL)
		assert_null(origin);
	else
		assert_string_equal(origin, row->origin);
	free(origin);
	/* What is relative stands for nobody, then. */
	tlsa_file_drop_relative(&records);
	if (row->origin == NULL)
		assert_int_equal(records.count, 0);
	free(names[0]);
	tlsa_file_clear(&records);
}

/* Not known, and not asked for: a host's name is a whole one, or none. */
static const struct row only_rows[] = {
	{ "relative", FLOATING "_25._tcp.mx TLSA 3 1 1 ab\n", NULL,
	    "- - 5: 3 1 1 ab" },
	{ "of the zone", FLOATING "_25._tcp TLSA 3 1 1 ab\n", NULL,
	    "- - 5: 3 1 1 ab" },
	{ "last dot left out", "_25._tcp.mx.example.org TLSA 3 1 1 ab\n", NULL,
	    "mx.example.org _25._tcp.mx.example.org 0: 3 1 1 ab" },
	{ "relative, two of them",
	    FLOATING "_25._tcp TLSA 3 1 1 ab\n_25._tcp.mx TLSA 3 1 1 ab\n",
	    NULL, "has records of several hosts; missing NAME argument; the "
	    "file has records at _25._tcp, _25._tcp.mx" },
};

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_found, rows),
		TABLE(test_found, only_rows),
		TABLE(test_origin, origin_rows),
	};

	return table_run(tables, COUNT(tables));
}
