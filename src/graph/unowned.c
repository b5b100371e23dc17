/*
 * unowned.c - a walk from all roots at once, breadth first, that knows of each
 * node which root it was first reached from.
 *
 * The way to a node leads through nodes of the same root. So edges into a
 * class from nodes of two different roots are the ends of two ways to it
 * that have nothing else in common, and what dominates it is on both.
 *
 * The walk ends after a while, and of a node with very many edges it follows
 * the first few, or it would see nothing but the elements of large arrays.
 */
#include "graph/unowned.h"

#include <stdlib.h>

#include "graph/ranks.h"

/* Nodes that are looked at after the roots, and edges of one that are
 * followed. Measured: with 64 edges the walk of a heap of 64 million got no
 * further than the first objects in the large lists. */
#define MOST  ((uint64_t)1 << 16)
#define EDGES 16

struct reached {
    uint32_t node, root;
};

struct class_node {
    uint32_t node, class;
};

struct walk {
    const struct graph *g;
    struct reached *queue; /* [room] */
    uint64_t head, tail, room;
    uint64_t *met;            /* bitmap of nodes */
    struct class_node *nodes; /* [n_nodes] by node */
    uint32_t n_nodes;
    uint32_t *first; /* [n_classes] the root that each was first reached from,
                        or 0 */
    uint8_t *ret;
};

static int by_node(const void *x, const void *y)
{
    const struct class_node *a = x, *b = y;

    return (a->node > b->node) - (a->node < b->node);
}

static bool walk_init(struct walk *k, struct mem *m, struct err *e)
{
    const struct graph *g = k->g;

    k->room = MOST + g->n_roots;
    k->queue = mem_map(m, k->room * sizeof *k->queue, e);
    k->met = k->queue ? mem_map(m, bits_bytes(g->nodes), e) : NULL;
    k->nodes = k->met ? mem_alloc(m, g->n_classes, sizeof *k->nodes, e) : NULL;
    k->first =
        k->nodes ? mem_alloc(m, g->n_classes, sizeof *k->first, e) : NULL;
    if (!k->first)
        return false;
    for (uint32_t c = 0; c < g->n_classes; c++)
        if (g->class_node[c] != NO_NODE)
            k->nodes[k->n_nodes++] = (struct class_node){g->class_node[c], c};
    qsort(k->nodes, k->n_nodes, sizeof *k->nodes, by_node);
    return true;
}

static void walk_deinit(struct walk *k, struct mem *m)
{
    mem_unmap(m, k->queue, k->room * sizeof *k->queue);
    mem_unmap(m, k->met, bits_bytes(k->g->nodes));
    mem_free(m, k->nodes);
    mem_free(m, k->first);
}

static bool may_be_class(const struct walk *k, uint32_t v)
{
    return k->n_nodes && v >= k->nodes[0].node &&
           v <= k->nodes[k->n_nodes - 1].node;
}

/* A way from a root ends at a class. */
static void arrive(struct walk *k, uint32_t class, uint32_t root)
{
    if (!k->first[class])
        k->first[class] = root;
    else if (k->first[class] != root)
        k->ret[class] = 1;
}

static void meet(struct walk *k, uint32_t v, uint32_t root)
{
    if (v == 0 || k->tail == k->room || !bits_take(k->met, v))
        return;
    k->queue[k->tail++] = (struct reached){v, root};
}

/* If `v` is the node of a class, a way has ended there. */
static void arrive_at(struct walk *k, uint32_t v, uint32_t root)
{
    struct class_node key = {.node = v}, *it;

    if (!may_be_class(k, v))
        return;
    it = bsearch(&key, k->nodes, k->n_nodes, sizeof key, by_node);
    if (it)
        arrive(k, it->class, root);
}

/* All edges to classes count, as the list of a loader's classes is long. */
static void look_into(struct walk *k, struct reached it)
{
    uint32_t class = graph_class(k->g, it.node), w, n = 0;
    struct edge_iter edge;

    arrive_at(k, it.node, it.root);
    if (class < k->g->n_classes && k->g->class_node[class] != NO_NODE)
        arrive(k, class, it.root);
    edges_begin(k->g, it.node, &edge);
    while ((w = edges_next(k->g, &edge)) != NO_NODE)
        if (n++ < EDGES || may_be_class(k, w))
            meet(k, w, it.root);
}

bool unowned_find(const struct graph *g, uint8_t *ret, struct mem *m,
                  struct err *e)
{
    struct walk k = {.g = g, .ret = ret};
    bool ok;

    if (!g->class_node || !g->n_classes)
        return true;
    ok = walk_init(&k, m, e);
    for (uint32_t i = 0; ok && i < g->n_roots; i++)
        meet(&k, g->roots[i], g->roots[i]);
    while (ok && k.head < k.tail)
        look_into(&k, k.queue[k.head++]);
    walk_deinit(&k, m);
    return ok;
}
