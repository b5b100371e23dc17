/*
 * targets.h - what some objects refer to: from the dump's references where it
 * has them, and read again from the file where it was asked not to.
 */
#ifndef OOMWHY_HPROF_TARGETS_H
#define OOMWHY_HPROF_TARGETS_H

#include "hprof/values.h"

/* Of an array the first so many elements are read again. */
#define TARGETS_OF_ARRAY ((uint32_t)1 << 20)

/* `from` refers to `to`. */
typedef bool hprof_target_fn(void *ctx, uint32_t from, uint32_t to);

/*
 * Tells of each strong reference of nodes[0..n), which ascend, once: in the
 * order of the nodes and of each one's fields or elements. Class objects have
 * none here. False: `fn` said so, or an error.
 */
bool hprof_targets(const struct hprof_dump *d, struct source *s,
                   const uint32_t *nodes, uint64_t n, hprof_target_fn *fn,
                   void *ctx, struct err *e);

#endif
