/*
 * sweep.h - going over all nodes of a graph in their order, or over pieces of
 * them on several threads.
 *
 * A piece is a range of words, of 64 nodes each, as bitmaps have them. It
 * writes to places of its own, or to those of its worker, which are joined
 * afterwards: what comes out is the same whoever does what.
 */
#ifndef OOMWHY_GRAPH_SWEEP_H
#define OOMWHY_GRAPH_SWEEP_H

#include "graph/graph.h"

/* Does the words [begin, end); `worker` < sweep_workers(). Can't fail: what it
 * needs is there before. */
typedef void sweep_fn(void *ctx, uint32_t begin, uint32_t end, unsigned worker);

/* How many threads are worth it: graph->jobs at most. */
unsigned sweep_workers(const struct graph *g);
void sweep(const struct graph *g, sweep_fn *fn, void *ctx);
/* The same over the numbers below `n`, instead of words: ranks, positions. */
void sweep_numbers(const struct graph *g, uint32_t n, sweep_fn *fn, void *ctx);

#endif
