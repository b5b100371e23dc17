/*
 * dom.h - reachability and immediate dominators.
 *
 * Depth-first numbering, then Semi-NCA (Georgiadis, Tarjan, Werneck) with a
 * bound on its only quadratic step; nothing recurses. Only cross and back
 * edges are stored as predecessors: tree edges are implied by the parent.
 */
#ifndef OOMWHY_GRAPH_DOM_H
#define OOMWHY_GRAPH_DOM_H

#include "graph/graph.h"

struct dom {
    uint32_t nodes;   /* of the graph */
    uint32_t reached; /* including the super-root */
    uint32_t *idom;   /* [nodes]: immediate dominator; NO_NODE: unreachable;
                         idom[0] is 0 */
    uint32_t *vertex; /* [reached] nodes in depth-first order, dominators
                         before what they dominate; the super-root first */
    uint32_t *above;  /* [reached] where in that order the dominator stands */
};

bool dom_build(const struct graph *g, struct mem *m, struct dom *ret,
               struct err *e);
void dom_deinit(struct dom *d, struct mem *m);
/* Frees `vertex` and `above`, which only tree_build and dom_verify need. */
void dom_drop_order(struct dom *d, struct mem *m);

/* The same by Lengauer and Tarjan's simple algorithm: slower, written
 * independently; tests compare the two. */
bool dom_build_lengauer_tarjan(const struct graph *g, struct mem *m,
                               struct dom *ret, struct err *e);

/* Asserts what makes `d` the dominator tree of `g` (parent and sibling
 * properties); returns false with a sentence where one fails. */
bool dom_verify(const struct graph *g, const struct dom *d, struct mem *m,
                struct err *e);

#endif
