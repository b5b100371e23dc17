/*
 * source.h - bytes from a file, from standard input or from memory, gzip
 * (any number of concatenated members) taken off on the way, and UTF-16
 * with its mark, as Windows shells write it, made UTF-8.
 *
 * Reading is peek and consume over one window: peek never moves, consume
 * never fails. Offsets count these bytes from the start. A source
 * can be rewound and sought: a plain file seeks, a gzip one inflates again
 * from its nearest known member start before the target, and a pipe is
 * spooled to an unlinked temporary file as it is read.
 *
 * Damage inside the compression costs the gzip member it is in, for which
 * there are zeros, or ends the bytes early (the last one, a cut tail), without
 * failing: source_damage tells.
 */
#ifndef OOMWHY_BASE_SOURCE_H
#define OOMWHY_BASE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mem.h"
#include "raw.h"

/* The most that one peek can ask for, in bytes. */
#define SOURCE_WINDOW ((size_t)4 << 20)

struct source;

/* `path` "-" is standard input. */
bool source_open(const char *path, struct mem *m, struct source **ret,
                 struct err *e);
/* Reads from `bytes`, which the caller keeps alive. */
bool source_open_memory(const void *bytes, size_t n, struct mem *m,
                        struct source **ret, struct err *e);
/*
 * Reads a text that was made of another. Both are taken over, even on failure:
 * memory of `m`. `lines` has the number that each line of the text has in what
 * it was made of; `damage` (or NULL) is what was wrong with that.
 */
bool source_open_made(char *text, size_t n, uint64_t *lines, uint64_t n_lines,
                      const char *damage, struct mem *m, struct source **ret,
                      struct err *e);
/* Whether offsets are of such a text, and of no file. */
bool source_is_made(const struct source *s);
/* The number of the `nth` line, from 1, in the file it comes from. */
uint64_t source_line(const struct source *s, uint64_t nth);
/* All of it will be read: so many threads may take the gzip off ahead of the
 * reader, the reader's own included. The bytes are the same. */
void source_set_jobs(struct source *s, unsigned jobs);
void source_close(struct source *s);

/*
 * Sets *ret to the bytes at the current offset and returns how many are
 * there: at least `want` (<= SOURCE_WINDOW) unless the source ends first.
 * The pointer is valid until the next peek, skip or seek. A read error
 * looks like the end and is kept for source_damage.
 */
size_t source_peek(struct source *s, size_t want, const uint8_t **ret);
/* `n` <= what the last peek returned. */
void source_consume(struct source *s, size_t n);
/* Moves on by up to `n` bytes; returns by how many. Seeks where it can. */
uint64_t source_skip(struct source *s, uint64_t n);
/* Goes to `offset`; beyond the end is an error. */
bool source_seek(struct source *s, uint64_t offset, struct err *e);

/* For many threads at once, of plain files and memory: up to `n` bytes from
 * `offset`, which may be what has been read already or not yet; 0 of anything
 * else. A failure looks like the end and leaves no trace. */
size_t source_read_at(const struct source *s, uint64_t offset, uint8_t *to,
                      size_t n);
/* The same without a copy, where there is such a view: what is to be looked
 * at is fetched first (raw.h). */
bool source_view_at(const struct source *s, uint64_t offset, size_t n,
                    struct raw_view *ret);

uint64_t source_offset(const struct source *s);
bool source_is_gzip(const struct source *s);
/* Uncompressed length if it is known without reading (plain files), else 0. */
uint64_t source_length(const struct source *s);
/* Position and size of the file as it lies on disk, for progress. */
uint64_t source_raw_offset(const struct source *s);
uint64_t source_raw_length(const struct source *s);
/* NULL while all is well; else one sentence, owned by the source. */
const char *source_damage(const struct source *s);

#endif
