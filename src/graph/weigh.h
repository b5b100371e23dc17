/*
 * weigh.h - from a tree without weights to one that has them, for tree.c.
 */
#ifndef OOMWHY_GRAPH_WEIGH_H
#define OOMWHY_GRAPH_WEIGH_H

#include "graph/tree.h"

/* Fills in order, weights, folded, seen and classes; everything else is
 * there. */
bool weigh_tree(struct tree *t, struct mem *m, struct err *e);

#endif
