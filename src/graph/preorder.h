/*
 * preorder.h - from dominators to a tree without weights, for tree.c.
 */
#ifndef OOMWHY_GRAPH_PREORDER_H
#define OOMWHY_GRAPH_PREORDER_H

#include "graph/tree.h"

/* Fills in positions, spans, tops, and which classes nest. `t` has taken over
 * what `d` had but for whose the numbers are, of which there are `numbers`;
 * uses graph->jobs threads. */
bool lay_out_tree(struct tree *t, const struct dom *d, uint32_t numbers,
                  struct mem *m, struct err *e);

#endif
