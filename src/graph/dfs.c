/*
 * dfs.c - depth-first numbering with an explicit stack.
 *
 * The time goes into cache misses, as a node's number and edges lie in arrays
 * far apart. Asking for them when an edge to the node comes into view gains
 * nothing: the processor goes on to look at them by itself, and telling what
 * to ask for takes as long as doing it.
 */
#include "graph/dfs.h"

#include <string.h>

#include "base/inline.h"
#include "base/parallel.h"

/* For fewer one walk will do. */
#define LEAST_NODES 4096

/* Edges of one node still to be followed: a piece of `to` or of the overlay.
 * A node that has both gets two. */
struct run {
    const uint32_t *at;
    uint32_t left;
    uint32_t from; /* its number */
};

struct walk {
    const struct core *c;
    const struct graph *g;
    struct dfs *d;
    struct mem *m;
    struct run *stack; /* [cap] below the run being followed */
    uint64_t depth, cap;
    uint32_t next, end;     /* numbers left in its drawer */
    uint32_t tree;          /* its numbers below are of other roots' trees */
    uint32_t *class_number; /* [n_classes + 1] of the node of a class to which
                               edges count; 0: not met, or no such class */
    uint8_t me;             /* as owner of drawers */
    bool alone;             /* it is the only one */
    bool failed;
    struct err *e;
};

static bool stack_grow(struct walk *k, uint64_t cap, struct err *e)
{
    void *p = mem_remap(k->m, k->stack, k->cap * sizeof *k->stack,
                        cap * sizeof *k->stack, e);

    if (!p)
        return false;
    k->stack = p;
    k->cap = cap;
    return true;
}

/* Before a run is followed: three runs may be stacked. False also if an edge
 * could not be written down. */
static inline bool make_room(struct walk *k)
{
    return !k->failed &&
           (k->depth + 3 <= k->cap || stack_grow(k, k->cap + k->cap / 2, k->e));
}

static inline void push(struct walk *k, struct run r)
{
    if (r.left)
        k->stack[k->depth++] = r;
}

/* A node not met before, if there is one. */
struct found {
    uint32_t node, rank;
};

static void take_drawer(struct walk *k)
{
    struct dfs *d = k->d;
    uint32_t i = __atomic_fetch_add(&d->drawers, 1, __ATOMIC_RELAXED);

    d->owner[i] = k->me;
    k->next = i << DRAWER_BITS;
    k->end = k->next + DRAWER;
}

/* Gives the node of a rank a number. False: it has one, from another walk. */
ALWAYS_INLINE bool claim(struct walk *k, uint32_t rank, bool alone)
{
    uint32_t *number = &k->d->number[rank], none = 0;

    if (!alone && k->next == k->end)
        take_drawer(k);
    if (!alone)
        return __atomic_compare_exchange_n(number, &none, k->next, false,
                                           __ATOMIC_RELEASE, __ATOMIC_RELAXED);
    *number = k->next;
    return true;
}

/* No node but the super-root dominates number `n`. */
static inline void lift(struct dfs *d, uint32_t n)
{
    bits_add_shared(d->top, n);
}

/* An edge to a node that has number `n` already. */
ALWAYS_INLINE void meet_again(struct walk *k, uint32_t from, uint32_t n,
                              bool alone)
{
    struct dfs *d = k->d;

    if (bits_has_shared(d->top, n))
        return;
    if (n < k->tree || (!alone && d->owner[n >> DRAWER_BITS] != k->me))
        lift(d, n);
    else if (n != from)
        k->failed |= !crossings_add(&d->crossings, from, n, k->e);
}

/* Most edges lead to the nodes of few classes: those numbers stay at hand. */
static inline uint32_t class_number(struct walk *k, uint32_t class)
{
    uint32_t *n = &k->class_number[class];

    if (!*n)
        *n = dfs_number(k->d, k->c->live[class]);
    return *n;
}

/*
 * Numbers it, as a child of number `up`, and returns the first run of its
 * edges. One to a class node not met before comes first, or every instance on
 * a long path would leave it waiting on the stack; `live` is an array of
 * targets, so it is a run of one.
 */
ALWAYS_INLINE struct run enter(struct walk *k, struct found f, uint32_t up,
                               bool alone)
{
    const struct graph *g = k->g;
    uint32_t w = f.node, n, i, end, class, met;
    uint64_t first, last;
    struct run run;

    if (!claim(k, f.rank, alone)) {
        meet_again(k, up, dfs_number_at(k->d, f.rank), alone);
        return (struct run){0};
    }
    n = k->next++;
    k->d->link[n] = (struct link){up, up};
    graph_range(g, w, &first, &last);
    run = (struct run){g->to + first, (uint32_t)(last - first), n};
    if (__builtin_expect(k->c->words[w >> 6].extra, 0)) {
        graph_extra(g, w, &i, &end);
        if (i < end)
            push(k, (struct run){g->extra->to + i, end - i, n});
    }
    if (!core_is_edged(k->c, w))
        return run;
    class = graph_class(g, w);
    met = class_number(k, class);
    if (met) {
        meet_again(k, n, met, alone);
        return run;
    }
    push(k, run);
    return (struct run){&k->c->live[class], 1, n};
}

/* Passes over edges that lead to folded nodes or to such met before; *next is
 * where the first one left leads to. */
ALWAYS_INLINE struct run pass_met(struct walk *k, struct run run,
                                  struct found *next, bool alone)
{
    const struct core_word *words = k->c->words;
    uint64_t *holds = k->d->holds;

    for (; run.left; run.at++, run.left--) {
        uint32_t w = *run.at, n;

        if (!core_word_keeps(&words[w >> 6], w)) {
            bits_add(holds, run.from);
            continue;
        }
        *next = (struct found){w, core_word_rank(&words[w >> 6], w)};
        n = dfs_number_at(k->d, next->rank);
        if (!n)
            break;
        meet_again(k, run.from, n, alone);
    }
    return run;
}

/* What remains of a run is looked through before it is stacked: a list with
 * links both ways then leaves nothing on the stack. */
ALWAYS_INLINE bool walk_by(struct walk *k, uint32_t root, bool alone)
{
    struct found next = {root, core_rank(k->c, root)}, ignored;
    struct run run;

    if (!make_room(k))
        return false;
    k->tree = k->next;
    run = enter(k, next, 0, alone);
    for (;;) {
        run = pass_met(k, run, &next, alone);
        if (!run.left) {
            if (!k->depth)
                return !k->failed;
            run = k->stack[--k->depth];
            continue;
        }
        if (!make_room(k))
            return false;
        run.at++;
        run.left--;
        run = pass_met(k, run, &ignored, alone);
        push(k, run);
        run = enter(k, next, run.from, alone);
    }
}

/* One that is alone is worth a copy of the loops, which takes nobody else into
 * account. */
static bool walk_tree(struct walk *k, uint32_t root)
{
    return k->alone ? walk_by(k, root, true) : walk_by(k, root, false);
}

/* Each walk begins at another root, and is content with what is left of the
 * others. */
static bool walk_trees(struct walk *k, const uint32_t *roots, uint32_t n)
{
    uint32_t first = (uint32_t)((uint64_t)n * k->me / k->d->walks);

    for (uint32_t i = 0; i < n; i++) {
        uint32_t root = roots[i < n - first ? first + i : i - (n - first)];

        if (!dfs_number(k->d, root) && !walk_tree(k, root))
            return false;
        lift(k->d, dfs_number(k->d, root));
    }
    return true;
}

/* ---- several walks ----------------------------------------------------- */

/* What is left of its drawer is nobody's. */
static void give_up_numbers(struct walk *k)
{
    __atomic_add_fetch(&k->d->unused, k->end - k->next, __ATOMIC_RELAXED);
    for (; k->next < k->end; k->next++)
        k->d->link[k->next] = (struct link){k->next, k->next};
}

static bool walk_init(struct walk *k, struct err *e)
{
    if (!stack_grow(k, 1024, e))
        return false;
    k->class_number = mem_alloc(k->m, (uint64_t)k->g->n_classes + 1,
                                sizeof *k->class_number, e);
    return k->class_number != NULL;
}

static void walk_deinit(struct walk *k)
{
    mem_unmap(k->m, k->stack, k->cap * sizeof *k->stack);
    mem_free(k->m, k->class_number);
}

static bool walk(void *dfs, uint64_t i, unsigned worker, struct err *e)
{
    struct dfs *d = dfs;
    const struct core *c = d->core;
    struct walk k = {
        .c = c,
        .g = c->graph,
        .d = d,
        .m = d->crossings.mem,
        .alone = d->walks == 1,
        .me = (uint8_t)i,
        .e = e,
    };
    bool ok = walk_init(&k, e);

    (void)worker;
    if (ok && i == 0) {
        k.next = 1; /* 0 is the super-root's */
        k.end = k.alone ? d->room : DRAWER;
    }
    ok = ok && walk_trees(&k, k.g->roots, k.g->n_roots) &&
         walk_trees(&k, c->unowned, c->n_unowned);
    if (k.alone)
        d->numbers = k.next;
    else if (ok)
        give_up_numbers(&k);
    walk_deinit(&k);
    return ok;
}

/* Each walk may leave most of a drawer. */
uint32_t dfs_room(uint32_t n, unsigned *walks)
{
    uint64_t room = ((uint64_t)n / DRAWER + 1 + *walks) * DRAWER;

    if (*walks == 1 || n < LEAST_NODES || room > UINT32_MAX) {
        *walks = 1;
        return n;
    }
    return (uint32_t)room;
}

static bool alloc(struct dfs *d, struct mem *m, struct err *e)
{
    uint64_t n = d->core->n, bits = bits_bytes(d->room);

    d->number = mem_map(m, n * sizeof *d->number, e);
    d->link = d->number ? mem_map(m, d->room * sizeof *d->link, e) : NULL;
    d->top = d->link ? mem_map(m, bits, e) : NULL;
    d->holds = d->top ? mem_map(m, bits, e) : NULL;
    d->owner = d->holds ? mem_alloc(m, d->room / DRAWER + 1, 1, e) : NULL;
    if (!d->owner || !crossings_init(&d->crossings, d->room, d->top, m, e))
        return false;
    d->crossings.jobs = d->core->graph->jobs;
    return true;
}

bool dfs_build(const struct core *c, struct mem *m, struct dfs *ret,
               struct err *e)
{
    bool ok;

    memset(ret, 0, sizeof *ret);
    ret->core = c;
    ret->walks = parallel_threads(c->graph->jobs);
    ret->room = dfs_room(c->n, &ret->walks);
    ok = alloc(ret, m, e);
    if (ok) {
        bits_add(ret->top, 0);
        ret->drawers = 1;
        ok = parallel_for(ret->walks, ret->walks, walk, ret, e);
    }
    if (ret->walks > 1)
        ret->numbers = ret->drawers * DRAWER;
    else
        ret->drawers = (ret->numbers - 1) / DRAWER + 1;
    ret->reached = ret->numbers - ret->unused;
    if (!ok)
        dfs_deinit(ret, m);
    return ok;
}

void dfs_deinit(struct dfs *d, struct mem *m)
{
    uint64_t bits = bits_bytes(d->room);

    if (!d->core)
        return;
    mem_unmap(m, d->number, (uint64_t)d->core->n * sizeof *d->number);
    mem_unmap(m, d->link, d->room * sizeof *d->link);
    mem_unmap(m, d->top, bits);
    mem_unmap(m, d->holds, bits);
    mem_free(m, d->owner);
    crossings_deinit(&d->crossings);
    memset(d, 0, sizeof *d);
}
