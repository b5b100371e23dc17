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
    uint32_t low; /* the same; later the least semidominator from the node to
                     below `up` (dom.c) */
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
 * That holds whatever trees were walked first, and for those that are walked
 * at the same time, as long as each node becomes part of one of them. So
 * several threads walk, from other roots each, and a node is whose comes
 * first: which, is left to chance, and so are the numbers, but dominators are
 * not. Numbers are taken by the drawer (crossings.h), and what lies by number
 * is written by one thread there. Those left over at the end are nobody's.
 */
struct dfs {
    const struct core *core;
    uint32_t reached; /* nodes that have a number, the super-root among them */
    uint32_t numbers; /* all are below, */
    uint32_t unused;  /* and these are nobody's */
    uint32_t room;    /* for so many there is, in what lies by number */
    uint32_t *number; /* [core->n] by rank; 0: unreachable, or the super-root */
    struct link *link; /* by number; a number that is nobody's: its own `up` */
    uint64_t *top;     /* bitmap of numbers, the super-root's too */
    uint64_t *holds;   /* bitmap of numbers: has edges to folded nodes */
    struct crossings crossings; /* numbers; skips `top` */
    unsigned walks;             /* threads that walk */
    uint32_t drawers;           /* that numbers have been taken from */
    uint8_t *owner;             /* which walk, of each of those */
};

/* Holds 12 bytes a node of the core, 16 for each open node of the deepest
 * path, and 6 for an edge written down. Walks on graph->jobs threads. */
bool dfs_build(const struct core *c, struct mem *m, struct dfs *ret,
               struct err *e);
void dfs_deinit(struct dfs *d, struct mem *m);

/* For how many numbers of `n` nodes there must be room if so many threads take
 * them by the drawer; *walks becomes 1 where that isn't worth it, or is more
 * than 32 bits hold. */
uint32_t dfs_room(uint32_t n, unsigned *walks);

/* The number of a node of the core, by rank; 0: it has none so far. Whose it
 * is, can be told. */
static inline uint32_t dfs_number_at(const uint32_t *number, uint32_t rank)
{
    return __atomic_load_n(&number[rank], __ATOMIC_ACQUIRE);
}

static inline uint32_t dfs_number(const struct dfs *d, uint32_t v)
{
    return dfs_number_at(d->number, core_rank(d->core, v));
}

#endif
