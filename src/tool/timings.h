/*
 * timings.h - what each phase of a run costs, for --timings and `make bench`.
 */
#ifndef OOMWHY_TOOL_TIMINGS_H
#define OOMWHY_TOOL_TIMINGS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define TIMINGS_MAX 32

struct cost {
    uint64_t wall, cpu; /* ns; CPU of all threads */
};

struct timed_phase {
    const char *name;
    struct cost cost;
    uint64_t peak; /* resident bytes, the most up to its end */
};

struct timings {
    bool on;
    unsigned n;
    unsigned now;        /* the phase that runs; >= n: none yet */
    struct cost started; /* clocks when it began */
    struct timed_phase phases[TIMINGS_MAX]; /* in order of first entry */
};

/* From now on `phase` runs; no cost while it is the same. The name, which
 * must stay, may have run before. NULL: none. */
void timings_enter(struct timings *t, const char *phase);

/* A table, one phase a line and the whole at the end; figures for each
 * object and reference where there are any. */
void timings_print(const struct timings *t, FILE *to, uint64_t objects,
                   uint64_t references);

#endif
