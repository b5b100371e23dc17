/*
 * paths.h - from node numbers to a chain a person can follow: ids, class
 * names, the field or index of every step, the root and its stack frame.
 */
#ifndef OOMWHY_GRAPH_PATHS_H
#define OOMWHY_GRAPH_PATHS_H

#include "graph/heap_parts.h"

/*
 * For each of suspects[0..n): finds the shortest path to targets[i] and
 * fills path (to the suspect's own node), descent (from there to the
 * target) and root_*. One walk and one batch of reads serve all.
 */
bool paths_describe(struct analysis *a, struct heap_suspect *suspects,
                    const uint32_t *targets, uint64_t n);

#endif
