/*
 * walk.c - breadth-first walks with a queue of their own.
 */
#include "graph/walk.h"

#include <stdlib.h>

#include "base/inline.h"

/* So many nodes ahead of the one looked at memory is asked for. */
#define AHEAD 16

/* ---- shortest paths --------------------------------------------------- */

/* A node met, in order of distance. Folded ones are among them if the class
 * of one of theirs had not been met by then. */
struct entry {
    uint32_t node;
    uint32_t from; /* the entry before it on the way; a root: itself */
};

struct target {
    uint32_t node;
    bool found;
    uint32_t via;   /* the folded node that it is folded into, or NO_NODE */
    uint32_t entry; /* of the node before those, or of `node` itself */
};

struct paths {
    const struct graph *g;
    const struct core *c;
    struct entry *queue; /* [room] */
    uint64_t head, tail, room;
    uint64_t *met;          /* bitmap of ranks */
    uint32_t unowned;       /* so many of the core's have been met */
    struct target *targets; /* [n_targets] by node, which are different */
    uint32_t n_targets;
    uint32_t missing; /* not found yet */
    bool folded;      /* some are folded */
    struct hint hint; /* of the targets */
    struct mem *m;
    struct err *e;
};

/* ---- targets ------------------------------------------------------------- */

static int by_node(const void *x, const void *y)
{
    uint32_t a = ((const struct target *)x)->node;
    uint32_t b = ((const struct target *)y)->node;

    return a < b ? -1 : a > b;
}

/* The target `v` is; NULL: none. */
static struct target *target_of(const struct paths *p, uint32_t v)
{
    const struct target key = {.node = v};

    if (!hint_allows(&p->hint, v))
        return NULL;
    return bsearch(&key, p->targets, p->n_targets, sizeof key, by_node);
}

static void note(struct paths *p, uint32_t v, uint32_t via, uint32_t entry)
{
    struct target *t = target_of(p, v);

    if (!t || t->found)
        return;
    *t = (struct target){v, true, via, entry};
    p->missing--;
}

/* Nodes that the graph does not have are not missed. */
static void take_targets(struct paths *p, const uint32_t *nodes, uint32_t n)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < n; i++)
        if (nodes[i] && nodes[i] < p->g->nodes)
            p->targets[kept++].node = nodes[i];
    qsort(p->targets, kept, sizeof *p->targets, by_node);
    for (uint32_t i = 0; i < kept; i++) {
        uint32_t v = p->targets[i].node;

        if (p->n_targets && p->targets[p->n_targets - 1].node == v)
            continue;
        p->targets[p->n_targets++].node = v;
        hint_add(&p->hint, v);
        p->folded |= !core_keeps(p->c, v);
    }
    p->missing = p->n_targets;
}

#define FIRST_ROOM 1024

static bool paths_init(struct paths *p, const uint32_t *targets, uint32_t n)
{
    p->queue = mem_map(p->m, FIRST_ROOM * sizeof *p->queue, p->e);
    if (!p->queue)
        return false;
    p->room = FIRST_ROOM;
    p->met = mem_map(p->m, bits_bytes(p->c->n), p->e);
    p->targets = p->met ? mem_alloc(p->m, n, sizeof *p->targets, p->e) : NULL;
    if (p->targets)
        take_targets(p, targets, n);
    return p->targets != NULL;
}

static void paths_deinit(struct paths *p)
{
    mem_unmap(p->m, p->queue, p->room * sizeof *p->queue);
    mem_unmap(p->m, p->met, bits_bytes(p->c->n));
    mem_free(p->m, p->targets);
}

/* ---- the queue ----------------------------------------------------------- */

static bool make_room(struct paths *p)
{
    uint64_t room = p->room + p->room / 2;
    void *q;

    if (p->tail < p->room)
        return true;
    q = mem_remap(p->m, p->queue, p->room * sizeof *p->queue,
                  room * sizeof *p->queue, p->e);
    if (!q)
        return false;
    p->queue = q;
    p->room = room;
    return true;
}

/* Entries are counted in 32 bits; nobody goes that far for a path. */
static bool add(struct paths *p, uint32_t v, uint32_t from)
{
    if (p->tail == UINT32_MAX)
        return true;
    if (!make_room(p))
        return false;
    p->queue[p->tail++] = (struct entry){v, from};
    note(p, v, NO_NODE, (uint32_t)p->tail - 1);
    return true;
}

static inline bool is_met(const struct paths *p, uint32_t v)
{
    return bits_has(p->met, core_rank(p->c, v));
}

/* A node of the core. */
static inline bool meet(struct paths *p, uint32_t v, uint32_t from)
{
    return v == 0 || !bits_take(p->met, core_rank(p->c, v)) || add(p, v, from);
}

/* ---- folded nodes on paths ---------------------------------------------- */

/* Whether `v`, or a node folded into it, is a target. */
static void look_for_targets(struct paths *p, uint32_t v, uint32_t from)
{
    struct folded_iter it;
    uint32_t w;

    note(p, v, NO_NODE, from);
    folded_begin(p->c, v, &it);
    while ((w = folded_next(&it)) != NO_NODE)
        note(p, w, v, from);
}

/* Whether the way to a class may still be that from a folded instance: the
 * classes of these are roots, or unowned. */
static inline bool misses_classes(struct paths *p)
{
    const struct core *c = p->c;

    while (p->unowned < c->n_unowned && is_met(p, c->unowned[p->unowned]))
        p->unowned++;
    return p->unowned < c->n_unowned;
}

/* The node of its class, if it has not been met; else NO_NODE. */
static uint32_t new_class(const struct paths *p, uint32_t v)
{
    uint32_t k = graph_class(p->g, v);
    uint32_t x = k < p->g->n_classes ? p->g->class_node[k] : NO_NODE;

    return x == NO_NODE || is_met(p, x) ? NO_NODE : x;
}

/* The next folded node from there on whose class has not been met. */
static uint32_t next_of_new_class(const struct paths *p, struct folded_iter *it)
{
    uint32_t w;

    do
        w = folded_next(it);
    while (w != NO_NODE && new_class(p, w) == NO_NODE);
    return w;
}

static bool leads_on(const struct paths *p, uint32_t v)
{
    struct folded_iter it;

    if (new_class(p, v) != NO_NODE)
        return true;
    folded_begin(p->c, v, &it);
    return next_of_new_class(p, &it) != NO_NODE;
}

static inline bool meet_folded(struct paths *p, uint32_t v, uint32_t from)
{
    if (p->folded)
        look_for_targets(p, v, from);
    return !misses_classes(p) || !leads_on(p, v) || add(p, v, from);
}

/* The way to its class, and to folded nodes that have one to theirs. */
static bool look_into_folded(struct paths *p, uint32_t v, uint32_t entry)
{
    uint32_t x = new_class(p, v), w;
    struct folded_iter it;

    if (x != NO_NODE && !meet(p, x, entry))
        return false;
    folded_begin(p->c, v, &it);
    while ((w = next_of_new_class(p, &it)) != NO_NODE)
        if (!add(p, w, entry))
            return false;
    return true;
}

/* ---- the walk ------------------------------------------------------------ */

static bool look_into(struct paths *p, uint32_t v, uint32_t entry)
{
    struct edge_iter it;
    uint32_t w;

    edges_begin(p->g, v, &it);
    while ((w = edges_next(p->g, &it)) != NO_NODE)
        if (!(core_keeps(p->c, w) ? meet(p, w, entry)
                                  : meet_folded(p, w, entry)))
            return false;
    return true;
}

/* Nodes at distance `max` are met, but not looked into. */
static bool paths_run(struct paths *p, uint32_t max)
{
    uint64_t level_end;
    uint32_t length = 1;

    for (uint32_t i = 0; i < p->g->n_roots && max; i++)
        if (!meet(p, p->g->roots[i], (uint32_t)p->tail))
            return false;
    level_end = p->tail;
    while (p->head < p->tail && p->missing && length < max) {
        uint32_t entry = (uint32_t)p->head++, v = p->queue[entry].node;

        if (!(core_keeps(p->c, v) ? look_into(p, v, entry)
                                  : look_into_folded(p, v, entry)))
            return false;
        if (p->head == level_end) {
            level_end = p->tail;
            length++;
        }
    }
    return true;
}

/* ---- the paths ----------------------------------------------------------- */

static uint32_t path_length(const struct paths *p, const struct target *t)
{
    const struct entry *q = p->queue;
    uint32_t i = t->entry, n = 1;

    n += t->via != NO_NODE;
    n += q[i].node != t->node;
    for (; q[i].from != i; i = q[i].from)
        n++;
    return n;
}

/* Backwards from the target. */
static void path_fill(const struct paths *p, const struct target *t,
                      uint32_t *path, uint32_t n)
{
    const struct entry *q = p->queue;
    uint32_t i = t->entry;

    if (q[i].node != t->node)
        path[--n] = t->node;
    if (t->via != NO_NODE)
        path[--n] = t->via;
    for (; n; i = q[i].from)
        path[--n] = q[i].node;
}

static bool path_copy(const struct paths *p, uint32_t v, uint32_t max,
                      uint32_t **path, uint32_t *length)
{
    const struct target *t = target_of(p, v);
    uint32_t n = t && t->found ? path_length(p, t) : 0;

    if (!n || n > max)
        return true;
    *path = mem_alloc(p->m, n, sizeof **path, p->e);
    if (!*path)
        return false;
    *length = n;
    path_fill(p, t, *path, n);
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

/* What is beyond lies all over the heap, and each node takes four look-ups. */
ALWAYS_INLINE void ask_for(const struct graph *g, const struct beyond *b,
                           uint32_t v)
{
    __builtin_prefetch(&b->seen[v >> 6], 1);
    graph_ask_class(g, v);
    graph_ask_range(g, v);
}

static inline void mark(struct beyond *b, uint32_t v)
{
    if (v == 0 || !bits_take(b->seen, v))
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
    for (uint64_t i = 0; i < n; i++) {
        if (i + AHEAD < n)
            ask_for(g, &b, starts[i + AHEAD]);
        mark(&b, starts[i]);
    }
    for (uint32_t head = 0; head < b.tail; head++) {
        struct edge_iter it;
        uint32_t w;

        if (head + AHEAD < b.tail)
            ask_for(g, &b, b.queue[head + AHEAD]);
        edges_begin(g, b.queue[head], &it);
        while ((w = edges_next(g, &it)) != NO_NODE)
            mark(&b, w);
    }
    mem_unmap(m, b.queue, bytes);
    return true;
}
