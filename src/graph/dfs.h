/*
 * dfs.h - depth-first numbering: the stage before dominators.
 *
 * Numbers are given in order of discovery (preorder), the super-root's is 0.
 * While edges pass by, this stage also notes what the next one would
 * otherwise walk the graph again for: how many edges it will have to store,
 * and which nodes are already seen to have no dominator but the super-root.
 */
#ifndef OOMWHY_GRAPH_DFS_H
#define OOMWHY_GRAPH_DFS_H

#include "graph/graph.h"

struct dfs_link {
    uint32_t up;  /* number of the parent in the depth-first tree */
    uint32_t low; /* lowest number with an edge to it from above */
};

/*
 * `top` holds the GC roots, and every node with an edge into it from another
 * root's tree: a dominator is an ancestor of both ends of such an edge, and
 * the super-root is the only one. Giving those nodes an edge from the
 * super-root changes no dominator, so no other edge into them matters.
 */
struct dfs {
    uint32_t nodes, reached;
    uint32_t *number;      /* [nodes]; NO_NODE: unreachable */
    uint32_t *vertex;      /* [reached] the node with that number */
    struct dfs_link *link; /* [reached] by number; {0, 0} for number 0 */
    uint32_t *cross;       /* [reached] by number: cross and back edges into
                              it seen before it was found to be in `top` */
    uint64_t *top;         /* bitmap of nodes; the super-root's bit is set */
    uint64_t crosses;      /* sum of `cross` */
};

/* Holds 20 bytes a node and 16 for each open node of the deepest path. */
bool dfs_build(const struct graph *g, struct mem *m, struct dfs *ret,
               struct err *e);
void dfs_deinit(struct dfs *d, struct mem *m);

static inline bool dfs_is_top(const struct dfs *d, uint32_t node)
{
    return d->top[node >> 6] >> (node & 63) & 1;
}

#endif
