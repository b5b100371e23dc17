/*
 * graph.h - the object graph as integers, for the algorithms.
 *
 * A `struct graph` is a view: it owns nothing. Its edges come from three
 * places, in this order: the node of the object's class (implied), the CSR
 * that parsing wrote, and an overlay of extra edges that only some nodes
 * have (class objects, threads, references in some models).
 * Node 0 is the super-root; its edges are `roots`.
 */
#ifndef OOMWHY_GRAPH_GRAPH_H
#define OOMWHY_GRAPH_GRAPH_H

#include "base/mem.h"

#define NO_NODE UINT32_MAX

/* Extra edges of few nodes: a bitmap says which, a rank finds the range. */
struct overlay {
    uint64_t *bits;  /* [nodes / 64 + 1] */
    uint32_t *ranks; /* [nodes / 64 + 1] set bits before that word */
    uint32_t *first; /* [members + 1] into `to` */
    uint32_t *to;
    uint64_t bytes_bits, bytes_ranks; /* mapped sizes */
};

struct edge {
    uint32_t from, to;
};

/* Sorts `edges`, drops duplicates and builds; `edges` stays the caller's. */
bool overlay_build(struct overlay *o, uint32_t nodes, struct edge *edges,
                   uint64_t n, struct mem *m, struct err *e);
void overlay_deinit(struct overlay *o, struct mem *m);

struct graph {
    uint32_t nodes;              /* with the super-root */
    const uint32_t *first;       /* [nodes + 1] low 32 bits */
    const uint64_t *first_base;  /* [(nodes >> 16) + 1] */
    const uint32_t *to;          /* nodes */
    const uint32_t *class_node;  /* [classes]: node of class c, by class_of;
                                    NULL: no implied edges */
    const uint32_t *class_of;    /* [nodes]; >= n_classes: none */
    uint32_t n_classes;
    const struct overlay *extra; /* or NULL */
    const uint32_t *roots;       /* distinct, ascending */
    uint32_t n_roots;
};

/* A position in a node's edges; survives in an explicit stack. */
struct edge_iter {
    uint64_t at, end;           /* in `to` */
    uint32_t extra, extra_end;  /* in extra->to */
    uint32_t implied;           /* or NO_NODE */
};

static inline void edges_begin(const struct graph *g, uint32_t v,
                               struct edge_iter *it)
{
    it->implied = NO_NODE;
    if (v == 0) {
        it->at = it->end = 0;
        it->extra = it->extra_end = 0;
        return;
    }
    it->at = g->first_base[v >> 16] + g->first[v];
    it->end = g->first_base[(v + 1) >> 16] + g->first[v + 1];
    it->extra = it->extra_end = 0;
    if (g->class_node && g->class_of[v] < g->n_classes)
        it->implied = g->class_node[g->class_of[v]];
    if (g->extra && g->extra->bits[v >> 6] >> (v & 63) & 1) {
        uint64_t below = g->extra->bits[v >> 6] &
                         (((uint64_t)1 << (v & 63)) - 1);
        uint32_t r = g->extra->ranks[v >> 6] +
                     (uint32_t)__builtin_popcountll(below);

        it->extra = g->extra->first[r];
        it->extra_end = g->extra->first[r + 1];
    }
}

/* The next edge's target, or NO_NODE. Not for the super-root. */
static inline uint32_t edges_next(const struct graph *g, struct edge_iter *it)
{
    uint32_t w;

    if (it->implied != NO_NODE) {
        w = it->implied;
        it->implied = NO_NODE;
        return w;
    }
    if (it->at < it->end)
        return g->to[it->at++];
    if (it->extra < it->extra_end)
        return g->extra->to[it->extra++];
    return NO_NODE;
}

#endif
