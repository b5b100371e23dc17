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

#include "base/labels.h"
#include "base/spans.h"
#include "graph/ranks.h"

#define NO_NODE UINT32_MAX

/* Extra edges of few nodes. */
struct overlay {
    struct ranks members;
    uint32_t *first; /* [members.n + 1] into `to` */
    uint32_t *to;
};

struct edge {
    uint32_t from, to;
};

/* Sorts `edges`, drops duplicates and builds; `edges` stays the caller's. */
bool overlay_build(struct overlay *o, uint32_t nodes, struct edge *edges,
                   uint64_t n, struct mem *m, struct err *e);
void overlay_deinit(struct overlay *o, struct mem *m);

struct graph {
    uint32_t nodes;             /* with the super-root */
    struct spans edges;         /* [nodes] of `to`; a view */
    const uint32_t *to;         /* nodes */
    const uint32_t *class_node; /* [classes]: node of class c, by class_of;
                                   NULL: no implied edges */
    struct labels class_of;     /* [nodes]; >= n_classes: none */
    uint32_t n_classes;
    const struct overlay *extra; /* or NULL */
    const uint32_t *roots;       /* distinct, ascending */
    uint32_t n_roots;
    unsigned jobs; /* threads for sweeps over it; 0 is 1 */
};

/* Sorts nodes, with qsort, or finds one with bsearch. */
static inline int by_node_number(const void *a, const void *b)
{
    uint32_t v = *(const uint32_t *)a, w = *(const uint32_t *)b;

    return v < w ? -1 : v > w;
}

/* The class of `v`; n_classes: none. */
static inline uint32_t graph_class(const struct graph *g, uint32_t v)
{
    uint32_t c =
        g->class_node ? labels_get_or_more(&g->class_of, v) : g->n_classes;

    return c < g->n_classes ? c : g->n_classes;
}

/* [*begin, *end) in `to` are the edges of `v` but for class and overlay. */
static inline void graph_range(const struct graph *g, uint32_t v,
                               uint64_t *begin, uint64_t *end)
{
    spans_get(&g->edges, v, begin, end);
}

/* Have the processor fetch what graph_range and graph_class will read. */
ALWAYS_INLINE void graph_ask_range(const struct graph *g, uint32_t v)
{
    spans_ask(&g->edges, v);
}

ALWAYS_INLINE void graph_ask_class(const struct graph *g, uint32_t v)
{
    labels_ask(&g->class_of, v);
}

/* Where the edges of the nodes from `v` on begin in `to`; at most where those
 * of all end. */
static inline uint64_t graph_first(const struct graph *g, uint64_t v)
{
    uint64_t begin, end;

    if (v >= g->nodes)
        return g->edges.total;
    graph_range(g, (uint32_t)v, &begin, &end);
    return begin;
}

/* The range of `v` in extra->to; empty for most. */
static inline void graph_extra(const struct graph *g, uint32_t v,
                               uint32_t *begin, uint32_t *end)
{
    const struct overlay *o = g->extra;
    uint32_t r;

    *begin = *end = 0;
    if (!o || !ranks_has(&o->members, v))
        return;
    r = ranks_of(&o->members, v);
    *begin = o->first[r];
    *end = o->first[r + 1];
}

/* A position in a node's edges; survives in an explicit stack. */
struct edge_iter {
    uint64_t at, end;          /* in `to` */
    uint32_t extra, extra_end; /* in extra->to */
    uint32_t implied;          /* or NO_NODE */
};

static inline void edges_begin(const struct graph *g, uint32_t v,
                               struct edge_iter *it)
{
    uint32_t c = graph_class(g, v);

    *it = (struct edge_iter){.implied = NO_NODE};
    if (v == 0)
        return;
    graph_range(g, v, &it->at, &it->end);
    graph_extra(g, v, &it->extra, &it->extra_end);
    if (c < g->n_classes)
        it->implied = g->class_node[c];
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
