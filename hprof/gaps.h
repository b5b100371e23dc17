/*
 * gaps.h - how far each object is from the next one in the heap.
 *
 * The dump states no object's size. Its address and its neighbour's bound
 * it from above, and where objects stand shoulder to shoulder they tell it.
 */
#ifndef OOMWHY_HPROF_GAPS_H
#define OOMWHY_HPROF_GAPS_H

#include "hprof/dump.h"

#define GAP_UNKNOWN UINT32_MAX /* the last object, or one without an id */

struct hprof_gaps {
    /* Bytes >> shift to the next higher id, class objects' included, of the
     * nodes from `from` on; GAP_UNKNOWN also where that does not fit. */
    uint32_t *at; /* [n] */
    uint32_t from;
    uint64_t n;
    uint32_t *class_object; /* [n_classes] the same of class objects; there
                               when all the others have been */
    unsigned shift;         /* of the ids: 3 in a heap */
    struct gap_sweep *sweep;
};

/* A sample of so many objects tells what all of them would. */
#define GAPS_ENOUGH ((uint64_t)4 << 20)

/*
 * Gaps come by some nodes at a time, in their order:
 *     hprof_gaps_init(&g, ...);
 *     while (hprof_gaps_next(&g)) ... g.at[i] is the gap of g.from + i
 * All objects once, but where there are many times `enough` (GAPS_ENOUGH) only
 * those of some stretches of the heap all over it, and of every one with a
 * class object.
 */
bool hprof_gaps_init(struct hprof_gaps *g, const struct hprof_dump *d,
                     uint64_t enough, struct mem *m, struct err *e);
bool hprof_gaps_next(struct hprof_gaps *g);
void hprof_gaps_deinit(struct hprof_gaps *g, struct mem *m);

#endif
