/*
 * Files of records (--record): one frame of evidence/recording.h a domain, one
 * after the other.
 */
#ifndef CHECKER_RUN_RECORD_FILE_H
#define CHECKER_RUN_RECORD_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "checker/evidence/recording.h"
#include "checker/run/output.h"

/* Reads such a file, which may be a pipe, from its beginning to its end. */
struct record_reader {
	char	*file;		/* owned, printable, for messages */
	int	 fd;		/* owned, unless it is standard input */
	/* What has been read: of `room` octets, those from `begin` to `end`. */
	uint8_t	*buffer;	/* owned */
	size_t	 room, begin, end;
	uint64_t offset;	/* in the file, of the octet at `begin` */
	bool	 ended;		/* the file has no more octets */
};

enum record_result {
	RECORD_END,
	RECORD_BAD,		/* the rest cannot be read: *WHY */
	RECORD_FRAME,
};

/* "-" is standard input. False: *WHY (owned, printable) names the file. */
bool	 record_reader_init(struct record_reader *reader, const char *file,
	    char **why);
void	 record_reader_clear(struct record_reader *reader);
/*
 * Reads the next record. FRAME's domain is owned by the caller; its facts are
 * borrowed until the next call. *WHY (owned, printable) names the file.
 */
enum record_result record_reader_next(struct record_reader *reader,
	    struct recording_frame *frame, char **why);

/* Writes such a file. It replaces an older one when it is complete. */
struct record_writer {
	struct output	output;
	size_t		count;		/* records written */
	bool		failed;		/* to write, which has been told */
};

/* False: *WHY (owned by the caller, printable) names the file. */
bool	 record_writer_init(struct record_writer *writer, const char *file,
	    char **why);
/* False: it cannot be written; *WHY as above, NULL after the first time. */
bool	 record_writer_add(struct record_writer *writer, const char *domain,
	    const uint8_t *facts, size_t size, char **why);
/*
 * Closes it. A run that was not COMPLETE keeps what it has under another name;
 * *WHY then says where. False and *WHY: as above.
 */
bool	 record_writer_close(struct record_writer *writer, bool complete,
	    char **why);

#endif
