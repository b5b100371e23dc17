/*
 * walk.c - breadth-first walks with a queue of their own.
 *
 * Asking for nodes and edges further down the queue was tried and gained
 * nothing: loads of successive nodes do not depend on each other.
 */
#include "graph/walk.h"

#include <string.h>

#include "base/vec.h"

static inline bool bit_test(const uint64_t *bits, uint32_t i)
{
    return bits[i >> 6] >> (i & 63) & 1;
}

/* Returns whether the bit was clear. */
static inline bool bit_take(uint64_t *bits, uint32_t i)
{
    uint64_t bit = (uint64_t)1 << (i & 63);

    if (bits[i >> 6] & bit)
        return false;
    bits[i >> 6] |= bit;
    return true;
}

/* ---- shortest paths --------------------------------------------------- */

/* Maps start out as zero pages: what the walk never meets costs nothing. */
struct paths {
    const struct graph *g;
    uint32_t *parent; /* [nodes] on the way from a root; 0: not met;
                         a root is its own */
    uint32_t *queue;  /* [nodes] in order of distance */
    uint32_t tail;
    uint64_t *wanted; /* bitmap of the targets not met yet */
    uint32_t missing; /* how many */
};

static bool paths_init(struct paths *p, const struct graph *g,
                       const uint32_t *targets, uint32_t n, struct mem *m,
                       struct err *e)
{
    memset(p, 0, sizeof *p);
    p->g = g;
    p->parent = mem_map(m, (uint64_t)g->nodes * sizeof *p->parent, e);
    if (!p->parent)
        return false;
    p->queue = mem_map(m, (uint64_t)g->nodes * sizeof *p->queue, e);
    if (!p->queue)
        return false;
    p->wanted =
        mem_map(m, ((uint64_t)g->nodes / 64 + 1) * sizeof *p->wanted, e);
    if (!p->wanted)
        return false;
    for (uint32_t i = 0; i < n; i++)
        if (targets[i] && targets[i] < g->nodes)
            p->missing += bit_take(p->wanted, targets[i]);
    return true;
}

static void paths_deinit(struct paths *p, struct mem *m)
{
    uint64_t nodes = p->g->nodes;

    mem_unmap(m, p->parent, nodes * sizeof *p->parent);
    mem_unmap(m, p->queue, nodes * sizeof *p->queue);
    mem_unmap(m, p->wanted, (nodes / 64 + 1) * sizeof *p->wanted);
}

static inline void meet(struct paths *p, uint32_t v, uint32_t parent)
{
    if (v == 0 || p->parent[v])
        return;
    p->parent[v] = parent;
    p->queue[p->tail++] = v;
    p->missing -= bit_test(p->wanted, v);
}

/* Nodes at distance `max` are met, but not looked into. */
static void paths_run(struct paths *p, uint32_t max)
{
    uint32_t head = 0, level_end, length = 1;

    for (uint32_t i = 0; i < p->g->n_roots && max; i++)
        meet(p, p->g->roots[i], p->g->roots[i]);
    level_end = p->tail;
    while (head < p->tail && p->missing && length < max) {
        uint32_t v = p->queue[head++], w;
        struct edge_iter it;

        edges_begin(p->g, v, &it);
        while ((w = edges_next(p->g, &it)) != NO_NODE)
            meet(p, w, v);
        if (head == level_end) {
            level_end = p->tail;
            length++;
        }
    }
}

static uint32_t path_length(const struct paths *p, uint32_t v)
{
    uint32_t n = 1;

    if (v == 0 || v >= p->g->nodes || !p->parent[v])
        return 0;
    for (; p->parent[v] != v; v = p->parent[v])
        n++;
    return n;
}

static bool path_copy(const struct paths *p, uint32_t v, struct mem *m,
                      uint32_t **path, uint32_t *length, struct err *e)
{
    uint32_t i = path_length(p, v);

    if (!i)
        return true;
    *path = mem_alloc(m, i, sizeof **path, e);
    if (!*path)
        return false;
    *length = i;
    for (; i; v = p->parent[v])
        (*path)[--i] = v;
    return true;
}

bool walk_paths(const struct graph *g, const uint32_t *targets, uint32_t n,
                uint32_t max, struct mem *m, uint32_t **paths,
                uint32_t *lengths, struct err *e)
{
    struct paths p;
    bool ok = paths_init(&p, g, targets, n, m, e);

    for (uint32_t i = 0; i < n; i++) {
        paths[i] = NULL;
        lengths[i] = 0;
    }
    if (ok)
        paths_run(&p, max);
    for (uint32_t i = 0; ok && i < n; i++)
        ok = path_copy(&p, targets[i], m, &paths[i], &lengths[i], e);
    for (uint32_t i = 0; !ok && i < n; i++) {
        mem_free(m, paths[i]);
        paths[i] = NULL;
        lengths[i] = 0;
    }
    paths_deinit(&p, m);
    return ok;
}

/* ---- what lies beyond ------------------------------------------------- */

/* How many nodes a walk can still mark: room enough for its queue. */
static uint64_t count_unseen(const uint64_t *seen, uint32_t nodes)
{
    uint64_t n = nodes;

    for (uint32_t i = 0; i < nodes / 64; i++)
        n -= (uint64_t)__builtin_popcountll(seen[i]);
    return n;
}

struct beyond {
    uint64_t *seen;
    uint32_t *queue;
    uint32_t tail;
    void (*visit)(void *ctx, uint32_t node);
    void *ctx;
};

static inline void mark(struct beyond *b, uint32_t v)
{
    if (v == 0 || !bit_take(b->seen, v))
        return;
    b->queue[b->tail++] = v;
    b->visit(b->ctx, v);
}

bool walk_beyond(const struct graph *g, const uint32_t *starts, uint64_t n,
                 uint64_t *seen, void (*visit)(void *ctx, uint32_t node),
                 void *ctx, struct mem *m, struct err *e)
{
    uint64_t bytes = count_unseen(seen, g->nodes) * sizeof(uint32_t);
    struct beyond b = {.seen = seen, .visit = visit, .ctx = ctx};

    b.queue = mem_map(m, bytes, e);
    if (!b.queue)
        return false;
    for (uint64_t i = 0; i < n; i++)
        mark(&b, starts[i]);
    for (uint32_t head = 0; head < b.tail; head++) {
        struct edge_iter it;
        uint32_t w;

        edges_begin(g, b.queue[head], &it);
        while ((w = edges_next(g, &it)) != NO_NODE)
            mark(&b, w);
    }
    mem_unmap(m, b.queue, bytes);
    return true;
}
