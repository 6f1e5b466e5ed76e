/*
 * Evidence as octets (CBOR, RFC 8949), and back.
 *
 * A tree travels in one of two views. FACTS is what gather/ found, with the
 * octets that prove it and without what follows from them: it is kept in files,
 * for years, and can be judged again. REPORTED is what report/ needs, with all
 * that was judged and without anything that has to be parsed further: it passes
 * between two processes of the same program.
 *
 * Each struct is a map, with the names of its members as keys, or what is
 * REPORTED with their rows, in the order of the tables in recording_fields.c;
 * zeroes are left out. Names that a reader does not know it skips, so that
 * later versions can add. Nothing read is trusted: all
 * limits of the evidence hold in what is decoded, texts are printable, names
 * are in the form of name.h, and what judge/ and report/ rely on is so.
 */
#ifndef CHECKER_EVIDENCE_RECORDING_H
#define CHECKER_EVIDENCE_RECORDING_H

#include <stddef.h>
#include <stdint.h>

struct evidence;

/* Of the frame of a record, and of the facts in it. */
#define RECORDING_VERSION	1

/* Octets of an encoding, or of a frame; what is larger is not decoded. */
#define RECORDING_SIZE_MAX	(128u * 1024 * 1024)

enum recording_view {
	RECORDING_FACTS,
	RECORDING_REPORTED,
};

/* Encodes the tree. Owned by the caller. */
uint8_t		*recording_encode(const struct evidence *evidence,
		    enum recording_view view, size_t *size);

/*
 * Decodes one tree, owned by the caller. NULL: *WHY (owned by the caller,
 * printable) says what is wrong, and where: "hosts[0].endpoints[1].stage: ...".
 */
struct evidence	*recording_decode(const uint8_t *octets, size_t size,
		    enum recording_view view, char **why);

/*
 * One record of a file, which is a CBOR sequence (RFC 8742) of such frames: tag
 * 55799 (self-described CBOR) around
 *
 *	[ "mxdane-record", RECORDING_VERSION, domain, tag 24 (octets of FACTS) ]
 *
 * Owned by the caller.
 */
uint8_t		*recording_frame(const char *domain, const uint8_t *facts,
		    size_t size, size_t *framed);

enum recording_state {
	RECORDING_BAD,
	RECORDING_MORE,		/* the octets end before the frame does */
	RECORDING_FRAME,
};

struct recording_frame {
	char		*domain;	/* owned, in the form of name.h */
	const uint8_t	*facts;		/* borrowed, of the octets read */
	size_t		 size;		/* octets of them */
};

/*
 * Reads the first frame of a buffer, but not the facts in it. RECORDING_FRAME
 * sets *FRAME and *USED, octets of the frame; RECORDING_BAD sets *WHY (owned by
 * the caller, printable). RECORDING_MORE is never the answer to a buffer of
 * RECORDING_SIZE_MAX octets.
 */
enum recording_state recording_unframe(const uint8_t *octets, size_t size,
		    struct recording_frame *frame, size_t *used, char **why);

#endif
