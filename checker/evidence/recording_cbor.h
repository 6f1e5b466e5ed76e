/*
 * CBOR (RFC 8949), an item at a time: what of it records need. Only definite
 * lengths are read; nothing is allocated by reading.
 */
#ifndef CHECKER_EVIDENCE_RECORDING_CBOR_H
#define CHECKER_EVIDENCE_RECORDING_CBOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The octets so far. Begin with zeroes. */
struct cbor_writer {
	uint8_t	*octets;	/* owned */
	size_t	 size;
	size_t	 room;
};

/* Each adds one item, or the beginning of one with so many members. */
void	recording_cbor_put_unsigned(struct cbor_writer *writer,
	    uint64_t number);
void	recording_cbor_put_signed(struct cbor_writer *writer, int64_t number);
void	recording_cbor_put_real(struct cbor_writer *writer, double number);
void	recording_cbor_put_flag(struct cbor_writer *writer, bool flag);
void	recording_cbor_put_octets(struct cbor_writer *writer,
	    const void *octets, size_t size);
void	recording_cbor_put_text(struct cbor_writer *writer, const char *text,
	    size_t size);
void	recording_cbor_put_array(struct cbor_writer *writer, size_t count);
void	recording_cbor_put_map(struct cbor_writer *writer, size_t pairs);
void	recording_cbor_put_tag(struct cbor_writer *writer, uint64_t tag);

enum cbor_kind {
	CBOR_OTHER,		/* null and the like */
	CBOR_UNSIGNED,
	CBOR_NEGATIVE,
	CBOR_OCTETS,
	CBOR_TEXT,
	CBOR_ARRAY,
	CBOR_MAP,
	CBOR_TAG,
	CBOR_FLAG,
	CBOR_REAL,
	CBOR_INDEFINITE,	/* of unknown length, or the end of it */
};

struct cbor_item {
	enum cbor_kind	 kind;
	/*
	 * The value; of CBOR_NEGATIVE, -1 less it; octets of a string; members
	 * of an array, pairs of a map.
	 */
	uint64_t	 number;
	const uint8_t	*octets;	/* borrowed, of the reader's */
	double		 real;
};

/* What is still to be read. */
struct cbor_reader {
	const uint8_t	*next;		/* borrowed */
	size_t		 left;		/* octets */
};

enum cbor_result {
	CBOR_BAD,		/* not CBOR */
	CBOR_SHORT,		/* the octets end before the item does */
	CBOR_ITEM,
};

/*
 * Reads an item, without the members of an array or map. CBOR_SHORT sets *NEEDS
 * (may be NULL) to how many octets it needs at least.
 */
enum cbor_result recording_cbor_read(struct cbor_reader *reader,
		    struct cbor_item *item, size_t *needs);

#endif
