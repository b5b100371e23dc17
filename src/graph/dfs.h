/*
 * dfs.h - depth-first numbering of the core: the stage before dominators.
 *
 * Numbers are given in order of discovery (preorder), the super-root's is 0.
 * While edges pass by, this stage also keeps what the next one would
 * otherwise walk the graph again for: the edges it needs, and which nodes
 * are already seen to have no dominator but the super-root.
 */
#ifndef OOMWHY_GRAPH_DFS_H
#define OOMWHY_GRAPH_DFS_H

#include "graph/crossings.h"
#include "graph/reduce.h"

/* Of a node to its parent, by numbers. */
struct link {
    uint32_t up;  /* number of the parent; later of somebody further up */
    uint32_t low; /* the same, or 0 in `top`; later the least semidominator
                     from the node to below `up` (dom.c) */
};

/*
 * Most nodes have one edge into them that matters, from their parent. The
 * others are written down: cross, back and forward edges.
 *
 * `top` holds the GC roots, and every node with an edge into it from another
 * root's tree: a dominator is an ancestor of both ends of such an edge, and
 * the super-root is the only one. Giving those nodes an edge from the
 * super-root changes no dominator, so no other edge into them matters. Some
 * of those written down turn out later to lead into `top`.
 *
 * Arrays have room for [core->n].
 */
struct dfs {
    const struct core *core;
    uint32_t reached;
    uint32_t *number;  /* by rank; 0: unreachable, or the super-root */
    struct link *link; /* [reached] by number */
    uint64_t *top;     /* bitmap of numbers, the super-root's too */
    uint64_t *holds;   /* bitmap of numbers: has edges to folded nodes */
    struct crossings crossings; /* numbers; skips `top` */
    uint32_t *class_number; /* [n_classes + 1] of the node of a class to which
                               edges count; 0: not met, or no such class */
};

/* Holds 12 bytes a node of the core, 16 for each open node of the deepest
 * path, and 6 for an edge written down. */
bool dfs_build(const struct core *c, struct mem *m, struct dfs *ret,
               struct err *e);
void dfs_deinit(struct dfs *d, struct mem *m);

/* The number of a node of the core. */
static inline uint32_t dfs_number(const struct dfs *d, uint32_t v)
{
    return d->number[core_rank(d->core, v)];
}

#endif
