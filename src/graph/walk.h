/*
 * walk.h - breadth-first walks: shortest paths from a GC root, and what
 * could be reached if some more edges counted.
 */
#ifndef OOMWHY_GRAPH_WALK_H
#define OOMWHY_GRAPH_WALK_H

#include "graph/reduce.h"

/*
 * For each of targets[0..n) the shortest path from a root: paths[i] gets
 * lengths[i] nodes, root first, target last; 0 if unreachable or longer
 * than `max`. One walk over the graph serves all targets and stops when the
 * last one is met. Memory for paths from `m`, freed by the caller.
 *
 * `c` is the core of `g`, or of the same graph with a larger overlay. Holds
 * 8 bytes for each node that the walk comes to, and a bit for each of the core.
 */
bool walk_paths(const struct graph *g, const struct core *c,
                const uint32_t *targets, uint32_t n, uint32_t max,
                struct mem *m, uint32_t **paths, uint32_t *lengths,
                struct err *e);

/*
 * Marks what becomes reachable from starts[0..n) beyond what `seen` (a
 * bitmap of nodes) already holds, calling `visit` for each. `seen` grows.
 */
bool walk_beyond(const struct graph *g, const uint32_t *starts, uint64_t n,
                 uint64_t *seen, void (*visit)(void *ctx, uint32_t node),
                 void *ctx, struct mem *m, struct err *e);

#endif
