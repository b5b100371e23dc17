/*
 * spread.h - windows of a stream, evenly spread over it, whose bytes are kept
 * as they go by: of a compressed dump, so that a sample of it need not be
 * inflated again.
 *
 * Nobody knows how long the stream will be. First all of it is kept; whenever
 * there is no more room every other window goes, and of those to come every
 * other is left out. So a small file is kept whole, and of a large one where
 * the windows are follows from its length alone: a plain file has the same
 * ones, only that nobody need keep them.
 */
#ifndef OOMWHY_BASE_SPREAD_H
#define OOMWHY_BASE_SPREAD_H

#include <stdbool.h>

#include "mem.h"

#define SPREAD_WINDOW ((uint64_t)1 << 20)
#define SPREAD_MOST   16

struct spread_window {
    uint64_t at; /* a multiple of SPREAD_WINDOW */
    size_t n;    /* so far */
    uint8_t *bytes;
};

struct spread {
    struct spread_window all[SPREAD_MOST]; /* ascending */
    uint32_t n, most;
    uint64_t stride;
    struct mem *mem;
};

/* The limit of `m`, if any, says how many there may be. */
void spread_init(struct spread *s, struct mem *m);
void spread_deinit(struct spread *s);

/* The next `n` bytes of the stream, from offset `at`. A window for which there
 * is no memory is not kept, which only costs time. */
void spread_keep(struct spread *s, uint64_t at, const uint8_t *bytes, size_t n);
/* Up to `n` bytes from offset `at`; 0: that is not here. */
size_t spread_read(const struct spread *s, uint64_t at, uint8_t *to, size_t n);

/* Of a stream of so many bytes the windows kept, where no limit is in the way,
 * begin at multiples of this; SPREAD_WINDOW: that is all of it. */
uint64_t spread_stride(uint64_t bytes);

#endif
