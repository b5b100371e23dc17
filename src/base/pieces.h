/*
 * pieces.h - some of what has been inflated again, for those who come back.
 *
 * What is asked for again and again (names of threads, fields along a path)
 * lies together as a rule. The pieces kept are bounded; those not used for the
 * longest time go first.
 */
#ifndef OOMWHY_BASE_PIECES_H
#define OOMWHY_BASE_PIECES_H

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
    struct mem *mem;
};

/* The limit of `m`, if any, says how much there may be. */
void pieces_init(struct pieces *p, struct mem *m);
void pieces_deinit(struct pieces *p);

/* Up to `n` bytes from offset `at`; 0: that is not here. */
size_t pieces_read(struct pieces *p, uint64_t at, uint8_t *to, size_t n);
/* Keeps a copy, unless its first byte is here. */
void pieces_keep(struct pieces *p, uint64_t at, const uint8_t *bytes, size_t n);

#endif
