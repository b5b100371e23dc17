/*
 * piece.h - a segment of the heap decoded to scratch, and put in place from
 * there in two steps: first, one after the other in the order of the file,
 * all but what takes time; then, by any thread at any time, the rest.
 */
#ifndef OOMWHY_HPROF_PIECE_H
#define OOMWHY_HPROF_PIECE_H

#include "hprof/ingest.h"

/* Of a body. Larger ones are an array each, of whose elements one thread may
 * skip what several would fetch. */
#define PIECE_BYTES ((uint64_t)4 << 20)

struct piece {
    const struct record *record;
    struct batch batch; /* in scratch */
    uint64_t done;      /* bytes of the body that are in the batch: all, unless
                           something is not ordinary */
    struct checkpoint points[PIECE_BYTES / INDEX_STEP + 1]; /* `object`: of the
                                                               batch */
    uint32_t n_points;
    bool marked; /* its ids are */
    /* Where its parts go in the columns. */
    uint64_t class_at, degrees_at, refs_at, lengths_at, many_at;
};

static inline uint64_t record_body(const struct record *r)
{
    return r->at + RECORD_HEADER;
}

/* Where it is to end. */
static inline uint64_t record_end(const struct record *r)
{
    return record_body(r) + r->length;
}

/* Cuts scratch for segments of up to `bytes` from `at`; returns how many bytes
 * that takes. */
uint64_t piece_cut(struct piece *piece, uint8_t *at, uint64_t bytes);
/* Decodes the n bytes of a segment's body that are there. */
void piece_decode(struct piece *piece, struct decoder *k,
                  const struct record *record, const uint8_t *body, uint64_t n);

/* Whether placing it moves columns, or looks at ids of those before: then none
 * may be on its way there. */
bool piece_disturbs(const struct ingest *in, const struct piece *piece);
/* Counts and notes all but what is copied, and says where that goes. */
bool piece_place(struct ingest *in, struct piece *piece, struct err *e);
/* Copies to the columns. */
void piece_copy(const struct ingest *in, const struct piece *piece);
/* Marks the ids, while no page of them is added. */
void piece_mark(const struct ingest *in, const struct piece *piece);

#endif
