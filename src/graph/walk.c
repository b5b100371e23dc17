/*
 * walk.c - breadth-first walks with a queue of their own.
 *
 * Asking for nodes and edges further down the queue was tried and gained
 * nothing: loads of successive nodes do not depend on each other.
 */
#include "graph/walk.h"

#include <string.h>

#include "base/vec.h"
#include "graph/sparse.h"

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

/* How a folded node on some path was met. */
struct step {
    uint32_t node, parent;
};

/*
 * Folded nodes have no parent stored. Those that are wanted are looked for
 * behind each node of the core; those with an edge to a class that is not met
 * yet wait in the queue like others, each followed by its parent.
 *
 * Maps start out as zero pages: what the walk never meets costs nothing.
 */
struct paths {
    const struct graph *g;
    const struct core *c;
    struct sparse parent; /* [c->n] by rank: on the way from a root; 0: not
                             met; a root is its own */
    uint32_t *queue;      /* [room] in order of distance */
    uint64_t head, tail, room;
    uint64_t *wanted;       /* bitmap of the targets not met yet */
    uint32_t missing;       /* how many */
    bool folded;            /* some are folded */
    VEC(struct step) steps; /* few */
    struct mem *m;
    struct err *e;
};

static bool paths_init(struct paths *p, const uint32_t *targets, uint32_t n)
{
    p->room = (uint64_t)p->c->n + 2;
    if (!sparse_init(&p->parent, p->c->n, p->m, p->e))
        return false;
    p->queue = mem_map(p->m, p->room * sizeof *p->queue, p->e);
    if (!p->queue)
        return false;
    p->wanted = mem_map(p->m, p->c->n_words * sizeof *p->wanted, p->e);
    if (!p->wanted)
        return false;
    for (uint32_t i = 0; i < n; i++)
        if (targets[i] && targets[i] < p->g->nodes) {
            p->missing += bit_take(p->wanted, targets[i]);
            p->folded |= !core_keeps(p->c, targets[i]);
        }
    return true;
}

static void paths_deinit(struct paths *p)
{
    sparse_deinit(&p->parent);
    mem_unmap(p->m, p->queue, p->room * sizeof *p->queue);
    mem_unmap(p->m, p->wanted, p->c->n_words * sizeof *p->wanted);
    vec_free(&p->steps, p->m);
}

/* Room for two more in the queue. */
static bool make_room(struct paths *p)
{
    uint64_t room = p->room + p->room / 4 + 2;
    void *q;

    if (p->tail + 2 <= p->room)
        return true;
    q = mem_remap(p->m, p->queue, p->room * sizeof *p->queue,
                  room * sizeof *p->queue, p->e);
    if (!q)
        return false;
    p->queue = q;
    p->room = room;
    return true;
}

static inline bool is_met(const struct paths *p, uint32_t v)
{
    return sparse_get(&p->parent, core_rank(p->c, v)) != 0;
}

/* A node of the core. */
static inline bool meet(struct paths *p, uint32_t v, uint32_t parent)
{
    uint32_t rank = core_rank(p->c, v);

    if (v == 0 || sparse_get(&p->parent, rank))
        return true;
    if (!make_room(p) || !sparse_set(&p->parent, rank, parent, p->e))
        return false;
    p->queue[p->tail++] = v;
    p->missing -= bits_has(p->wanted, v);
    return true;
}

/* ---- folded nodes on paths ---------------------------------------------- */

static bool note(struct paths *p, uint32_t v, uint32_t parent)
{
    if (!vec_push(&p->steps, p->m, p->e))
        return false;
    *vec_last(&p->steps) = (struct step){v, parent};
    return true;
}

static bool wait(struct paths *p, uint32_t v, uint32_t parent)
{
    if (!make_room(p))
        return false;
    p->queue[p->tail++] = v;
    p->queue[p->tail++] = parent;
    return true;
}

/* Whether `v`, or a node folded into it, is wanted. */
static bool look_for_wanted(struct paths *p, uint32_t v, uint32_t parent)
{
    struct folded_iter it;
    uint32_t w;

    if (bits_has(p->wanted, v)) {
        p->missing--;
        if (!note(p, v, parent))
            return false;
    }
    folded_begin(p->c, v, &it);
    while ((w = folded_next(&it)) != NO_NODE)
        if (bits_has(p->wanted, w)) {
            p->missing--;
            if (!note(p, v, parent) || !note(p, w, v))
                return false;
        }
    return true;
}

static inline bool meet_folded(struct paths *p, uint32_t v, uint32_t parent)
{
    if (p->folded && !look_for_wanted(p, v, parent))
        return false;
    return !core_is_edged(p->c, v) || is_met(p, core_exit(p->c, v)) ||
           wait(p, v, parent);
}

/* The way to its class, or to the folded node that has one. */
static bool look_into_folded(struct paths *p, uint32_t v, uint32_t parent)
{
    uint32_t x = p->c->live[graph_class(p->g, v)], w;
    struct folded_iter it;

    if (is_met(p, core_exit(p->c, v)))
        return true;
    if (!note(p, v, parent))
        return false;
    if (x != NO_NODE)
        return meet(p, x, v);
    folded_begin(p->c, v, &it);
    while ((w = folded_next(&it)) != NO_NODE)
        if (core_is_edged(p->c, w))
            return wait(p, w, v);
    return true;
}

/* ---- the walk ------------------------------------------------------------ */

static bool look_into(struct paths *p, uint32_t v)
{
    struct edge_iter it;
    uint32_t w;

    edges_begin(p->g, v, &it);
    if (!core_is_edged(p->c, v))
        it.implied = NO_NODE; /* of a root, if any */
    while ((w = edges_next(p->g, &it)) != NO_NODE)
        if (!(core_keeps(p->c, w) ? meet(p, w, v) : meet_folded(p, w, v)))
            return false;
    return true;
}

/* Nodes at distance `max` are met, but not looked into. */
static bool paths_run(struct paths *p, uint32_t max)
{
    uint64_t level_end;
    uint32_t length = 1;

    for (uint32_t i = 0; i < p->g->n_roots && max; i++)
        if (!meet(p, p->g->roots[i], p->g->roots[i]))
            return false;
    level_end = p->tail;
    while (p->head < p->tail && p->missing && length < max) {
        uint32_t v = p->queue[p->head++];

        if (!(core_keeps(p->c, v)
                  ? look_into(p, v)
                  : look_into_folded(p, v, p->queue[p->head++])))
            return false;
        if (p->head == level_end) {
            level_end = p->tail;
            length++;
        }
    }
    return true;
}

/* ---- the paths ----------------------------------------------------------- */

/* 0: not met. */
static uint32_t parent_of(const struct paths *p, uint32_t v)
{
    const struct step *s;

    if (core_keeps(p->c, v))
        return sparse_get(&p->parent, core_rank(p->c, v));
    VEC_EACH (&p->steps, s)
        if (s->node == v)
            return s->parent;
    return 0;
}

static uint32_t path_length(const struct paths *p, uint32_t v, uint32_t max)
{
    uint64_t n = 1;
    uint32_t up;

    if (v == 0 || v >= p->g->nodes || !parent_of(p, v))
        return 0;
    for (; (up = parent_of(p, v)) != v; v = up)
        n++;
    return n <= max ? (uint32_t)n : 0;
}

static bool path_copy(const struct paths *p, uint32_t v, uint32_t max,
                      uint32_t **path, uint32_t *length)
{
    uint32_t i = path_length(p, v, max);

    if (!i)
        return true;
    *path = mem_alloc(p->m, i, sizeof **path, p->e);
    if (!*path)
        return false;
    *length = i;
    for (; i; v = parent_of(p, v))
        (*path)[--i] = v;
    return true;
}

bool walk_paths(const struct graph *g, const struct core *c,
                const uint32_t *targets, uint32_t n, uint32_t max,
                struct mem *m, uint32_t **paths, uint32_t *lengths,
                struct err *e)
{
    struct paths p = {.g = g, .c = c, .m = m, .e = e};
    bool ok = paths_init(&p, targets, n);

    for (uint32_t i = 0; i < n; i++) {
        paths[i] = NULL;
        lengths[i] = 0;
    }
    ok = ok && paths_run(&p, max);
    for (uint32_t i = 0; ok && i < n; i++)
        ok = path_copy(&p, targets[i], max, &paths[i], &lengths[i]);
    for (uint32_t i = 0; !ok && i < n; i++) {
        mem_free(m, paths[i]);
        paths[i] = NULL;
        lengths[i] = 0;
    }
    paths_deinit(&p);
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
