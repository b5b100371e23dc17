/*
 * lengths.h - how long each array is: 2 bytes an array, and a table for the
 * few of 65,535 elements or more.
 */
#ifndef OOMWHY_HPROF_LENGTHS_H
#define OOMWHY_HPROF_LENGTHS_H

#include "base/vec.h"

#define LENGTH_LONG UINT16_MAX

struct long_array {
    uint32_t array, length;
};

struct lengths {
    const uint16_t *at; /* LENGTH_LONG: look it up */
    uint64_t n;
    VEC(struct long_array) longs; /* ascending */
};

/* Takes `n` lengths of 32 bits and writes them back in 16, in front of the same
 * room, which stays the caller's. */
bool lengths_narrow(struct lengths *l, uint32_t *lengths, uint64_t n,
                    struct mem *m, struct err *e);
void lengths_deinit(struct lengths *l, struct mem *m);

uint32_t lengths_long_(const struct lengths *l, uint32_t array);

static inline uint32_t lengths_get(const struct lengths *l, uint32_t array)
{
    uint16_t n = l->at[array];

    return n != LENGTH_LONG ? n : lengths_long_(l, array);
}

#endif
