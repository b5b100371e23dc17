/*
 * inline.h - for the few functions that must become part of their callers:
 * they stand in loops over all objects, most with arguments that are constant
 * there, and are too long for compilers to do it of themselves. Or they only
 * ask for memory ahead: gcc takes a call to such a function for one that does
 * nothing, and drops it.
 */
#ifndef OOMWHY_BASE_INLINE_H
#define OOMWHY_BASE_INLINE_H

#define ALWAYS_INLINE static inline __attribute__((always_inline))

#endif
