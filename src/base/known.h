/*
 * known.h - figures that may be absent.
 *
 * A byte count nobody captured is not 0. Every optional uint64_t in the
 * project holds UNKNOWN until somebody states it; JSON prints null.
 */
#ifndef OOMWHY_BASE_KNOWN_H
#define OOMWHY_BASE_KNOWN_H

#include <stdbool.h>
#include <stdint.h>

#define UNKNOWN UINT64_MAX
/* The same for signed differences. */
#define UNKNOWN_DELTA INT64_MIN

static inline bool known(uint64_t v)
{
    return v != UNKNOWN;
}

static inline bool known_delta(int64_t v)
{
    return v != UNKNOWN_DELTA;
}

static inline uint64_t known_or(uint64_t v, uint64_t otherwise)
{
    return v == UNKNOWN ? otherwise : v;
}

/* a - b, 0 where b is larger; UNKNOWN where either is. */
static inline uint64_t known_minus(uint64_t a, uint64_t b)
{
    if (!known(a) || !known(b))
        return UNKNOWN;
    return a > b ? a - b : 0;
}

#endif
