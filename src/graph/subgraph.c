/*
 * subgraph.c - numbers, edges, roots.
 */
#include "graph/subgraph.h"

#include <string.h>

#include "base/vec.h"

/* ---- nodes and edges -----------------------------------------------------
 */

static uint32_t count_members(const uint64_t *members, uint32_t nodes)
{
    uint32_t n = 0;

    for (uint32_t v = 1; v < nodes; v++)
        n += bits_has(members, v);
    return n;
}

/* Fills s->node; returns the way back, [g->nodes] with 0 for all others. */
static uint32_t *number_members(struct subgraph *s, const struct graph *g,
                                const uint64_t *members, struct mem *m,
                                struct err *e)
{
    uint32_t *number = mem_map(m, (uint64_t)g->nodes * sizeof *number, e);
    uint32_t n = 1;

    for (uint32_t v = 1; number && v < g->nodes; v++)
        if (bits_has(members, v)) {
            s->node[n] = v;
            number[v] = n++;
        }
    return number;
}

/* Counts the edges of `v` within the set, and writes them to `to` if it is not
 * NULL. */
static uint64_t edges_within(const struct subgraph *s, uint32_t v,
                             const struct graph *g, const uint32_t *number,
                             uint32_t *to)
{
    struct edge_iter it;
    uint64_t n = 0;
    uint32_t w;

    edges_begin(g, s->node[v], &it);
    while ((w = edges_next(g, &it)) != NO_NODE) {
        if (!number[w] || number[w] == v)
            continue;
        if (to)
            to[n] = number[w];
        n++;
    }
    return n;
}

static bool copy_edges(struct subgraph *s, const struct graph *g,
                       const uint32_t *number, struct mem *m, struct err *e)
{
    uint64_t at = 0;

    if (!spans_add(&s->edges, 0, m, e))
        return false;
    for (uint32_t v = 1; v < s->graph.nodes; v++)
        if (!spans_add(&s->edges, edges_within(s, v, g, number, NULL), m, e))
            return false;
    s->to = mem_map(m, s->edges.total * sizeof *s->to, e);
    if (!s->to)
        return false;
    for (uint32_t v = 1; v < s->graph.nodes; v++)
        at += edges_within(s, v, g, number, s->to + at);
    return true;
}

/* ---- roots ------------------------------------------------------------------
 */

struct walker {
    const struct graph *g;
    struct mem *m;
    struct err *e;
    uint64_t *seen, *open; /* bitmaps; `open` where the walk looks for roots */
    VEC(uint32_t) stack;   /* empty between walks */
    VEC(uint32_t) roots;
    uint64_t bytes; /* of a bitmap */
};

static bool push(struct walker *k, uint32_t v)
{
    if (!bits_take(k->seen, v))
        return true;
    if (!vec_push(&k->stack, k->m, k->e))
        return false;
    *vec_last(&k->stack) = v;
    return true;
}

/* Marks what `v` reaches. */
static bool walk(struct walker *k, uint32_t v)
{
    if (!push(k, v))
        return false;
    while (k->stack.n) {
        struct edge_iter it;
        uint32_t w;

        edges_begin(k->g, k->stack.at[--k->stack.n], &it);
        while ((w = edges_next(k->g, &it)) != NO_NODE)
            if (!push(k, w))
                return false;
    }
    return true;
}

static bool add_root(struct walker *k, uint32_t v)
{
    if (!vec_push(&k->roots, k->m, k->e))
        return false;
    *vec_last(&k->roots) = v;
    return true;
}

/* Those nobody refers to, and all they reach. */
static bool plain_roots(struct walker *k)
{
    for (uint64_t i = 0; i < k->g->edges.total; i++)
        bits_add(k->open, k->g->to[i]);
    for (uint32_t v = 1; v < k->g->nodes; v++)
        if (!bits_has(k->open, v) && !(add_root(k, v) && walk(k, v)))
            return false;
    return true;
}

/*
 * What is left hangs on cycles. Walks from each node not seen yet, in order:
 * a cycle that no other leads to begins a walk, since nothing else reaches
 * it, and so may cycles below that were met before it. Taken backwards,
 * the latter are reached by then, and are none.
 */
static bool cycle_roots(struct walker *k)
{
    uint64_t plain = k->roots.n, all, n = plain;

    memcpy(k->open, k->seen, k->bytes);
    for (uint32_t v = 1; v < k->g->nodes; v++)
        if (!bits_has(k->seen, v) && !(add_root(k, v) && walk(k, v)))
            return false;
    memcpy(k->seen, k->open, k->bytes);
    all = k->roots.n;
    for (uint64_t i = all; i-- > plain;) {
        uint32_t v = k->roots.at[i];

        if (bits_has(k->seen, v))
            k->roots.at[i] = 0;
        else if (!walk(k, v))
            return false;
    }
    for (uint64_t i = plain; i < all; i++)
        if (k->roots.at[i])
            k->roots.at[n++] = k->roots.at[i];
    k->roots.n = n;
    return true;
}

/* Both lists ascend; the graph wants one that does. */
static void roots_in_order(struct walker *k, uint32_t *ret)
{
    uint64_t n = 0;

    memset(k->open, 0, k->bytes);
    for (uint64_t i = 0; i < k->roots.n; i++)
        bits_add(k->open, k->roots.at[i]);
    for (uint32_t v = 1; v < k->g->nodes; v++)
        if (bits_has(k->open, v))
            ret[n++] = v;
}

static bool find_roots(struct subgraph *s, struct mem *m, struct err *e)
{
    struct walker k = {.g = &s->graph, .m = m, .e = e};
    bool ok;

    k.bytes = bits_bytes(s->graph.nodes);
    k.seen = mem_map(m, k.bytes, e);
    k.open = mem_map(m, k.bytes, e);
    ok = k.seen && k.open && plain_roots(&k) && cycle_roots(&k);
    if (ok) {
        s->roots = mem_alloc(m, k.roots.n, sizeof *s->roots, e);
        ok = s->roots != NULL;
    }
    if (ok) {
        roots_in_order(&k, s->roots);
        s->graph.roots = s->roots;
        s->graph.n_roots = (uint32_t)k.roots.n;
    }
    mem_unmap(m, k.seen, k.bytes);
    mem_unmap(m, k.open, k.bytes);
    vec_free(&k.stack, m);
    vec_free(&k.roots, m);
    return ok;
}

/* ---- together ---------------------------------------------------------------
 */

static bool alloc(struct subgraph *s, struct mem *m, struct err *e)
{
    uint64_t n = s->graph.nodes;

    s->node = mem_map(m, n * sizeof *s->node, e);
    return s->node && spans_init(&s->edges, n, m, e);
}

bool subgraph_build(struct subgraph *s, const struct graph *g,
                    const uint64_t *members, struct mem *m, struct err *e)
{
    uint32_t *number = NULL;
    bool ok;

    memset(s, 0, sizeof *s);
    s->graph.nodes = count_members(members, g->nodes) + 1;
    ok = alloc(s, m, e);
    if (ok)
        number = number_members(s, g, members, m, e);
    ok = number && copy_edges(s, g, number, m, e);
    mem_unmap(m, number, (uint64_t)g->nodes * sizeof *number);
    s->graph.edges = s->edges;
    s->graph.to = s->to;
    ok = ok && find_roots(s, m, e);
    if (!ok)
        subgraph_deinit(s, m);
    return ok;
}

void subgraph_deinit(struct subgraph *s, struct mem *m)
{
    uint64_t n = s->graph.nodes;

    mem_unmap(m, s->node, n * sizeof *s->node);
    mem_unmap(m, s->to, s->edges.total * sizeof *s->to);
    spans_deinit(&s->edges, m);
    mem_free(m, s->roots);
    memset(s, 0, sizeof *s);
}
