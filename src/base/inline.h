/*
 * inline.h - for the few functions that must become part of their callers:
 * they stand in loops over all objects, most with arguments that are constant
 * there, and are too long for compilers to do it of themselves. Or they only
 * ask for memory ahead: gcc takes a call to such a function for one that does
 * nothing, and drops it.
 */
#ifndef OOMWHY_BASE_INLINE_H
#define OOMWHY_BASE_INLINE_H

#include <stdint.h>

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* `x`, for a branch in a loop in which it stays the same: what is worked out
 * from it is worked out there, and not before the loop for each that never
 * takes the branch. */
ALWAYS_INLINE uint32_t only_here(uint32_t x)
{
    __asm__ volatile("" : "+r"(x));
    return x;
}

#endif
