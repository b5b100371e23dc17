/*
 * inflater.h - what gzip members hold, one byte after the other, from any
 * place that was passed before.
 *
 * Members and places within them are noted on the way. Damage costs the member
 * it is in (holes.h): whoever passes it gets the same bytes each time.
 */
#ifndef OOMWHY_BASE_INFLATER_H
#define OOMWHY_BASE_INFLATER_H

#include <zlib.h>

#include "blocks.h"
#include "holes.h"
#include "member.h"
#include "pieces.h"
#include "points.h"

struct inflater {
    struct raw *raw;
    struct mem *mem;
    z_stream z;
    uint8_t *zin;             /* its input */
    uint64_t raw_at;          /* where the next raw byte comes from */
    uint64_t out;             /* uncompressed offset of the next byte */
    bool between, ended;      /* members */
    const char *fault;        /* in the one being read; NULL: none */
    uint64_t zeros;           /* to give before the next one */
    struct member member;     /* the one being read, unless it's a block */
    struct blocks *blocks;    /* NULL: only zlib */
    const char *broken_first; /* what is wrong with the first one, or NULL */
    struct block block;       /* what is left of it */
    VEC(struct member) members;
    struct holes holes;
    struct points points;  /* within them */
    struct pieces *pieces; /* where blocks that begin before `again` go whole */
    uint64_t again;
    char damage[200];          /* one sentence; "" while all is well */
    _Atomic uint64_t raw_done; /* how far into the raw bytes it has come */
};

/* `raw` begins with a gzip header; it and `pieces` stay where they are. */
bool inflater_init(struct inflater *in, struct raw *raw, struct pieces *pieces,
                   struct mem *m, struct err *e);
void inflater_deinit(struct inflater *in);

/* At least one byte unless they have ended. An ahead_fn: by one thread at a
 * time. */
size_t inflater_read(void *inflater, uint8_t *to, size_t n);
/* Goes to the nearest place, `out` at most, from which it comes to `out`; or
 * stays, if nothing lies between. */
void inflater_approach(struct inflater *in, uint64_t out);
/*
 * From now on blocks are inflated by so many threads, if there are any. True:
 * it has gone back to the start for that. The first one is not left half to
 * zlib, which knows of damage only when it has given what comes before.
 */
bool inflater_begin_blocks(struct inflater *in, unsigned jobs);

#endif
