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
    uint32_t *at;   /* [nodes]: bytes >> shift to the next higher id, class
                       objects' included; GAP_UNKNOWN also where that does
                       not fit */
    unsigned shift; /* of the ids: 3 in a heap */
};

bool hprof_gaps_build(struct hprof_gaps *g, const struct hprof_dump *d,
                      struct mem *m, struct err *e);
void hprof_gaps_deinit(struct hprof_gaps *g, const struct hprof_dump *d,
                       struct mem *m);

#endif
