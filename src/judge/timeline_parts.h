/*
 * timeline_parts.h - what collecting the events and doubting their clocks
 * share.
 */
#ifndef OOMWHY_JUDGE_TIMELINE_PARTS_H
#define OOMWHY_JUDGE_TIMELINE_PARTS_H

#include "judge/pen.h"
#include "judge/timeline.h"

#define NO_TIME INT64_MIN

enum role { OTHER, ALIVE, DEATH };

struct timeline_mark { /* what the doubts need to know of an event */
    enum role role;
    uint32_t snapshot;
};

struct timeline_builder {
    const struct incident *incident;
    const struct verdict *verdict;
    struct mem *mem;
    struct pen pen;
    struct timeline *to;
    VEC(struct timeline_mark) marks; /* of each event */
};

/* Says of events whose clocks contradict what must have come first that they
 * do. */
void timeline_doubt(struct timeline_builder *b);

#endif
