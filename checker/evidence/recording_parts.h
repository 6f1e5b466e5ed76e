/*
 * The parts of recording.h. Each struct of the evidence has a shape, a table
 * with a row for each of its members; encoding, decoding and comparing follow
 * the same rows.
 */
#ifndef CHECKER_EVIDENCE_RECORDING_PARTS_H
#define CHECKER_EVIDENCE_RECORDING_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "checker/evidence/recording.h"

struct evidence;

/* What a member is, and how it travels. */
enum recording_kind {
	RECORDING_DERIVED,	/* not at all: others say it */
	RECORDING_FLAG,		/* bool */
	RECORDING_UNSIGNED,	/* of 1, 2, 4 or 8 octets, up to the limit */
	RECORDING_SIGNED,	/* int or time_t, as far from 0 as the limit */
	RECORDING_REAL,		/* double, from 0 up to the limit */
	RECORDING_ENUM,
	RECORDING_ADDRESS,	/* struct address */
	RECORDING_TEXT,		/* owned char *, printable */
	RECORDING_NAME,		/* owned char *, in the form of name.h */
	RECORDING_RAW,		/* owned char *, text from outside */
	RECORDING_OCTETS,	/* owned uint8_t *, and their number */
	RECORDING_FIXED,	/* an array of octets, all or none */
	RECORDING_STRUCT,	/* of a shape */
	RECORDING_POINTER,	/* owned, to one of a shape; NULL: none */
	RECORDING_ARRAY,	/* owned, of structs; and their number */
	RECORDING_POINTERS,	/* owned array of such pointers; likewise */
	RECORDING_TEXTS,	/* owned array of texts; likewise */
	RECORDING_SLOTS,	/* an array of the struct's own of texts */
	RECORDING_FLAGS,	/* owned array of bool; of another one's number,
				 * which comes before it */
	RECORDING_REFERENCE,	/* borrowed from the same tree */
};

/* Where a member travels: bits. */
#define RECORDING_IN_FACTS	(1u << RECORDING_FACTS)
#define RECORDING_IN_REPORTED	(1u << RECORDING_REPORTED)
/* In facts beside the origin of an answer, which says the rest. */
#define RECORDING_IN_ORIGIN	(1u << 2)

/* Values of an enum, 0 to COUNT - 1; some may have no name. */
struct recording_enum {
	const char	*(*name)(int value);	/* NULL: they have no names,
						 * and do not travel in facts */
	int		 count;
};

/*
 * A borrowed member as a number. VALUE is the struct that the member is in,
 * within the tree EVIDENCE.
 */
struct recording_reference {
	/* From 1 on; 0: NULL. */
	size_t	(*find)(const void *value, const struct evidence *evidence);
	/* Sets the member. False: there is no such thing. */
	bool	(*set)(void *value, size_t number,
		    const struct evidence *evidence);
};

struct recording_field {
	const char		*key;		/* static */
	size_t			 key_size;	/* octets of it */
	enum recording_kind	 kind;
	unsigned int		 views;		/* where it travels */
	bool			 required;	/* NULL is an error */
	size_t			 at;		/* offset in the struct */
	size_t			 size;		/* octets of it */
	size_t			 count_at;	/* offset of the number of its
						 * elements or octets */
	uint64_t		 limit;		/* of the value, or of them */
	const struct recording_shape	 *shape;	/* static, or NULL */
	const struct recording_enum	 *values;	/* static, or NULL */
	const struct recording_reference *reference;	/* static, or NULL */
};

struct recording_shape {
	const char			*name;		/* static; the struct */
	size_t				 size;		/* octets of it */
	const struct recording_field	*fields;	/* static */
	size_t				 count;		/* up to 64 */
	/*
	 * Completes a struct that was decoded, within EVIDENCE. Returns NULL,
	 * or what is wrong with it (static). May be NULL.
	 */
	const char	*(*finish)(void *value, enum recording_view view,
			    const struct evidence *evidence);
};

/* That of struct evidence. Static. */
const struct recording_shape *recording_shape(void);

/* The fields of VALUE that travel in the view: bits of them. */
unsigned int	 recording_views(const struct recording_shape *shape,
		    const void *value, enum recording_view view);

/* A number of the size of a field, at its place. */
uint64_t	 recording_unsigned(const void *member, size_t size);
int64_t		 recording_signed(const void *member, size_t size);
/* The number of elements or octets of the field. Borrowed, in VALUE. */
size_t		*recording_count(const struct recording_field *field,
		    const void *value);

/* See struct recording_shape. */
const char	*recording_finish_answer(void *value, enum recording_view view,
		    const struct evidence *evidence);
const char	*recording_finish_certificate(void *value,
		    enum recording_view view, const struct evidence *evidence);
const char	*recording_finish_chain(void *value, enum recording_view view,
		    const struct evidence *evidence);
const char	*recording_finish_handshake(void *value,
		    enum recording_view view, const struct evidence *evidence);
const char	*recording_finish_ending(void *value,
		    enum recording_view view, const struct evidence *evidence);
const char	*recording_finish_endpoint(void *value,
		    enum recording_view view, const struct evidence *evidence);
const char	*recording_finish_host(void *value, enum recording_view view,
		    const struct evidence *evidence);
const char	*recording_finish_tlsa_set(void *value,
		    enum recording_view view, const struct evidence *evidence);
const char	*recording_finish_match(void *value, enum recording_view view,
		    const struct evidence *evidence);
const char	*recording_finish_advice(void *value, enum recording_view view,
		    const struct evidence *evidence);
const char	*recording_finish_place(void *value, enum recording_view view,
		    const struct evidence *evidence);
const char	*recording_finish_change(void *value,
		    enum recording_view view, const struct evidence *evidence);
const char *recording_finish_dispute(void *value, enum recording_view view,
    const struct evidence *evidence);
const char	*recording_finish_zone(void *value, enum recording_view view,
		    const struct evidence *evidence);
const char	*recording_finish_evidence(void *value,
		    enum recording_view view, const struct evidence *evidence);

#endif
