/*
 * timeline.h - what happened when, as far as the artifacts say: each event
 * with the place it was read from and the clock that timed it.
 *
 * Events stand in the order of their own clocks. Where two clocks contradict
 * what must have come first, both lines say so and stay where they are:
 * nothing here corrects a time. What came often is one event with a count.
 */
#ifndef OOMWHY_JUDGE_TIMELINE_H
#define OOMWHY_JUDGE_TIMELINE_H

#include "judge/verdict.h"

struct timeline_event {
    int64_t time;      /* Unix ms, UTC; INT64_MIN: no clock that others share */
    int64_t last_time; /* of the last of several; INT64_MIN: unknown */
    uint64_t count;    /* how often, from 1 */
    const char *what;
    const char *clock; /* whose; never NULL */
    const char *doubt; /* why that clock is not to be trusted; or NULL */
    struct origin origin;
};

struct timeline {
    struct arena arena;
    VEC(struct timeline_event) events; /* those without a time last */
};

bool timeline_build(const struct incident *i, const struct verdict *v,
                    struct mem *m, struct timeline *ret, struct err *e);
void timeline_deinit(struct timeline *t, struct mem *m);

#endif
