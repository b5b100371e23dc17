/*
 * points.h - places within a gzip member from which to inflate again.
 *
 * A member can only be read from its start, and many a dump is a single one.
 * A point is a copy of zlib's state, 40 KiB with the window: the last bytes
 * that those to come may refer to. There is one for every `gap` bytes of
 * output; when there are too many every other goes, and the gap doubles.
 */
#ifndef OOMWHY_BASE_POINTS_H
#define OOMWHY_BASE_POINTS_H

#include <zlib.h>

#include "vec.h"

struct member {
    uint64_t raw; /* where its header starts on disk */
    uint64_t out; /* uncompressed offset of its first byte */
};

struct point {
    struct member member; /* that it is in */
    uint64_t raw;         /* where its input goes on */
    uint64_t out;         /* uncompressed offset of the next byte */
    z_stream *state;
};

struct points {
    VEC(struct point) all; /* ascending */
    uint64_t gap, most;
    struct mem *mem;
};

/* The limit of `m`, if any, says how many there may be. */
void points_init(struct points *p, struct mem *m);
void points_deinit(struct points *p);

/* Keeps `at` with a copy of `z`, if it is time for one; without memory it is
 * not kept, which only costs time. */
void points_note(struct points *p, struct point at, z_stream *z);
/* The last one that is not behind `out`; NULL: none is. */
const struct point *points_find(const struct points *p, uint64_t out);
/* Makes `z`, which is initialised, what it was; its input is stale. False: it
 * is not, and has ended; there is no memory. */
bool points_restore(const struct point *at, z_stream *z);

#endif
