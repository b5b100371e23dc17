/*
 * pieces.h - some of what has been inflated, for those who come back to it.
 *
 * What is asked for again and again (names of threads, fields along a path)
 * lies together as a rule. The pieces kept are bounded; those not used for the
 * longest time go first. A small file is kept as it is read, and then nothing
 * of it is inflated again; what has been kept of a larger one is dropped once
 * that shows, because nobody knows yet what will be wanted of it.
 */
#ifndef OOMWHY_BASE_PIECES_H
#define OOMWHY_BASE_PIECES_H

#include <stdbool.h>

#include "mem.h"

#define PIECES 128

struct piece {
    uint64_t at; /* uncompressed offset */
    size_t n;
    uint64_t used; /* when */
    uint8_t *bytes;
};

struct pieces {
    struct piece all[PIECES];
    uint32_t n;
    uint64_t bytes, most; /* held, and to be held */
    uint64_t now;         /* counts uses */
    bool large;           /* not all of the file fits */
    struct mem *mem;
};

/* The limit of `m`, if any, says how much there may be. */
void pieces_init(struct pieces *p, struct mem *m);
void pieces_deinit(struct pieces *p);

/* Up to `n` bytes from offset `at`; 0: that is not here. */
size_t pieces_read(struct pieces *p, uint64_t at, uint8_t *to, size_t n);
/* Keeps a copy, unless its first byte is here; `again`: of what has been read
 * before. */
void pieces_keep(struct pieces *p, uint64_t at, const uint8_t *bytes, size_t n,
                 bool again);

#endif
