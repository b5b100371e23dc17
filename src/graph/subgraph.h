/*
 * subgraph.h - a set of nodes as a graph of its own, with its own roots.
 *
 * Nodes are numbered again, ascending, behind a new super-root; edges that
 * leave the set, or go from a node to itself, are gone. So whatever works
 * on graphs works on the set, at a cost of the set's size.
 */
#ifndef OOMWHY_GRAPH_SUBGRAPH_H
#define OOMWHY_GRAPH_SUBGRAPH_H

#include "graph/graph.h"

struct subgraph {
    struct graph graph; /* a view of what follows */
    uint32_t *node;     /* [graph.nodes] number in the whole graph; 0: 0 */
    struct spans edges;
    uint32_t *to; /* [edges.total] */
    uint32_t *roots;
};

/*
 * `members`: a bitmap of the nodes of `g`, the super-root not among them.
 * Roots are the members that no other member refers to and, of what those
 * do not reach, the lowest of each cycle that no other cycle leads to: as
 * few as reach everything, and always the same ones.
 */
bool subgraph_build(struct subgraph *s, const struct graph *g,
                    const uint64_t *members, struct mem *m, struct err *e);
void subgraph_deinit(struct subgraph *s, struct mem *m);

#endif
