/*
 * graphs.h - object graphs for tests: drawn edge by edge, then turned into
 * the arrays of a `struct graph`; random ones, and shapes that real heaps
 * have and algorithms stumble over.
 */
#ifndef OOMWHY_TESTS_GRAPHS_H
#define OOMWHY_TESTS_GRAPHS_H

#include "base/vec.h"
#include "graph/graph.h"
#include "tests/support/random.h"

/* Owns everything; memory comes from a budget of its own, and tests stop
 * where that fails. */
struct sketch {
    struct mem mem;
    VEC(struct edge) edges;
    VEC(struct edge) extra;   /* the overlay's */
    VEC(uint32_t) roots;      /* any order, repeated or not */
    VEC(uint32_t) class_node; /* empty: no implied edges */
    VEC(uint32_t) class_of;   /* short: the rest have none */
    struct graph graph;       /* valid after sketch_finish */
    struct overlay overlay;
    struct spans spans;
    uint32_t *to;
};

void sketch_init(struct sketch *s, uint32_t nodes);
void sketch_edge(struct sketch *s, uint32_t from, uint32_t to);
void sketch_extra(struct sketch *s, uint32_t from, uint32_t to);
void sketch_root(struct sketch *s, uint32_t node);
/* The next class, whose class object is `node` (or NO_NODE). */
void sketch_class(struct sketch *s, uint32_t node);
void sketch_instance(struct sketch *s, uint32_t node, uint32_t class);
const struct graph *sketch_finish(struct sketch *s);
void sketch_deinit(struct sketch *s);

/*
 * Everything at random: loops, repeated edges, edges into roots, implied
 * edges, overlays, unreachable parts. Meant for up to some 20 nodes.
 */
void sketch_random(struct sketch *s, uint64_t *state, uint32_t nodes);
/* Like a heap: objects refer mostly to their neighbours, a few are arrays,
 * classes are implied, and a fifth of the nodes have several referrers. */
void sketch_heap(struct sketch *s, uint64_t *state, uint32_t nodes);
/* A few nodes with edges between them, classes that mostly are no roots, and
 * leaves: most with one referrer, some in twos and threes below others. */
void sketch_leafy(struct sketch *s, uint64_t *state, uint32_t nodes);

enum shape {
    SHAPE_LIST,
    SHAPE_DOUBLE_LIST,
    SHAPE_QUEUE_AND_MAP, /* payloads of a long list, all held elsewhere too */
    SHAPE_SHARED_PAYLOADS,
    SHAPE_LIST_IN_ARRAY,
    SHAPE_LADDER,
    SHAPE_FAN_IN,
    SHAPE_FAN_OUT,
    SHAPE_SHARED_BY_CHAIN,
    SHAPE_BINARY_TREE,
    SHAPE_BIPARTITE,
    SHAPE_PARENTS,
    SHAPES
};

/* Draws a shape of about `n` nodes and returns its name. */
const char *sketch_shape(struct sketch *s, enum shape shape, uint32_t n);

#endif
