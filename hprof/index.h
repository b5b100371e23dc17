/*
 * index.h - where in the file objects are: a checkpoint every 64 KiB, from
 * which the records are gone through again to find a single one.
 */
#ifndef OOMWHY_HPROF_INDEX_H
#define OOMWHY_HPROF_INDEX_H

#include "base/vec.h"

#include <stdbool.h>

#define INDEX_STEP ((uint64_t)64 << 10)

struct checkpoint {
    uint64_t at;     /* offset of a sub-record */
    uint64_t stop;   /* where its record ends */
    uint32_t object; /* how many objects came before it */
};

struct hprof_index {
    VEC(struct checkpoint) points; /* ascending in every member */
    uint64_t next;                 /* offset from which one is due */
};

static inline bool index_note(struct hprof_index *x, uint64_t at, uint64_t stop,
                              uint64_t object, struct mem *m, struct err *e)
{
    if (!vec_push(&x->points, m, e))
        return false;
    *vec_last(&x->points) = (struct checkpoint){at, stop, (uint32_t)object};
    x->next = at + INDEX_STEP;
    return true;
}

/* How many checkpoints, from the first one on, are before an offset and have
 * fewer than so many objects before them. */
static inline uint64_t index_count_(const struct hprof_index *x, uint64_t at,
                                    uint64_t objects)
{
    uint64_t low = 0, high = x->points.n;

    while (low < high) {
        uint64_t mid = low + (high - low) / 2;
        const struct checkpoint *p = &x->points.at[mid];

        if (p->at < at && p->object < objects)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* The first checkpoint that is not before an offset, or NULL. */
static inline const struct checkpoint *index_from(const struct hprof_index *x,
                                                  uint64_t at)
{
    uint64_t n = index_count_(x, at, UINT64_MAX);

    return n < x->points.n ? &x->points.at[n] : NULL;
}

/* The last checkpoint that is not behind an object, or NULL. */
static inline const struct checkpoint *index_find(const struct hprof_index *x,
                                                  uint32_t object)
{
    uint64_t n = index_count_(x, UINT64_MAX, (uint64_t)object + 1);

    return n ? &x->points.at[n - 1] : NULL;
}

#endif
