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
    struct dfs *d;
    struct mem *m;
    struct run *stack; /* [cap] below the run being followed */
    uint64_t depth, cap;
    uint64_t room; /* runs may be stacked while they are fewer; 0 once an edge
                      could not be written down */
    uint32_t next, end;     /* numbers left in its drawer */
    uint32_t tree;          /* its numbers below are of other roots' trees */
    uint32_t *class_number; /* [n_classes + 1] of the node of a class to which
                               edges count; 0: not met, or no such class */
    uint8_t me;             /* as owner of drawers */
    bool alone;             /* it is the only one */
    struct err *e;
};

/* What the loops look into, at hand: they store too much for the compiler to
 * know that all this stays the same. */
struct view {
    struct graph g;
    const struct core_word *words;
    uint32_t *number;
    struct link *link;
    uint64_t *top, *holds;
    const uint8_t *owner;
    bool alone; /* known to the compiler */
};

static bool stack_grow(struct walk *k, uint64_t cap, struct err *e)
{
    void *p = mem_remap(k->m, k->stack, k->cap * sizeof *k->stack,
                        cap * sizeof *k->stack, e);

    if (!p)
        return false;
    k->stack = p;
    k->cap = cap;
    k->room = cap - 2;
    return true;
}

/* Before a run is followed: three runs may be stacked. False also if an edge
 * could not be written down. */
static inline bool make_room(struct walk *k)
{
    return k->depth < k->room ||
           (k->room && stack_grow(k, k->cap + k->cap / 2, k->e));
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

/* The number of the node of a rank; 0: it has none so far. */
ALWAYS_INLINE uint32_t number_at(const struct view *s, uint32_t rank)
{
    return s->alone ? s->number[rank] : dfs_number_at(s->number, rank);
}

/* Gives the node of a rank a number. False: it has one, from another walk. */
ALWAYS_INLINE bool claim(struct walk *k, const struct view *s, uint32_t rank)
{
    uint32_t none = 0;

    if (!s->alone && k->next == k->end)
        take_drawer(k);
    if (!s->alone)
        return __atomic_compare_exchange_n(&s->number[rank], &none, k->next,
                                           false, __ATOMIC_RELEASE,
                                           __ATOMIC_RELAXED);
    s->number[rank] = k->next;
    return true;
}

/* No node but the super-root dominates number `n`. */
static inline void lift(uint64_t *top, uint32_t n)
{
    bits_add_shared(top, n);
}

/* An edge to a node that has number `n` already. */
ALWAYS_INLINE void meet_again(struct walk *k, const struct view *s,
                              uint32_t from, uint32_t n)
{
    if (s->alone ? bits_has(s->top, n) : bits_has_shared(s->top, n))
        return;
    if (n < k->tree || (!s->alone && s->owner[n >> DRAWER_BITS] != k->me))
        lift(s->top, n);
    else if (n != from && !crossings_add(&k->d->crossings, from, n, k->e))
        k->room = 0;
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
ALWAYS_INLINE struct run enter(struct walk *k, const struct view *s,
                               struct found f, uint32_t up)
{
    const struct core_word *word = &s->words[f.node >> 6];
    uint32_t w = f.node, n, i, end, class, met;
    uint64_t first, last;
    struct run run;

    if (!claim(k, s, f.rank)) {
        meet_again(k, s, up, number_at(s, f.rank));
        return (struct run){0};
    }
    n = k->next++;
    s->link[n] = (struct link){up, up};
    graph_range(&s->g, w, &first, &last);
    run = (struct run){s->g.to + first, (uint32_t)(last - first), n};
    if (__builtin_expect(word->extra, 0)) {
        graph_extra(&s->g, w, &i, &end);
        if (i < end)
            push(k, (struct run){s->g.extra->to + i, end - i, n});
    }
    if (!(word->edged >> (w & 63) & 1))
        return run;
    class = graph_class(&s->g, w);
    met = class_number(k, class);
    if (met) {
        meet_again(k, s, n, met);
        return run;
    }
    push(k, run);
    return (struct run){&k->c->live[class], 1, n};
}

/* Passes over edges that lead to folded nodes or to such met before; *next is
 * where the first one left leads to. */
ALWAYS_INLINE struct run pass_met(struct walk *k, const struct view *s,
                                  struct run run, struct found *next)
{
    for (; run.left; run.at++, run.left--) {
        uint32_t w = *run.at, n;
        const struct core_word *word = &s->words[w >> 6];

        if (!(bits_upto(word->kept, w) >> 63)) { /* the rank asks for it too */
            bits_add(s->holds, only_here(run.from));
            continue;
        }
        *next = (struct found){w, core_word_rank(word, w)};
        n = number_at(s, next->rank);
        if (!n)
            break;
        meet_again(k, s, run.from, n);
    }
    return run;
}

/* What remains of a run is looked through before it is stacked: a list with
 * links both ways then leaves nothing on the stack. */
ALWAYS_INLINE bool walk_by(struct walk *k, uint32_t root, bool alone)
{
    const struct view s = {
        .g = *k->c->graph,
        .words = k->c->words,
        .number = k->d->number,
        .link = k->d->link,
        .top = k->d->top,
        .holds = k->d->holds,
        .owner = k->d->owner,
        .alone = alone,
    };
    struct found next = {root, core_rank(k->c, root)}, ignored;
    struct run run;

    if (!make_room(k))
        return false;
    k->tree = k->next;
    run = enter(k, &s, next, 0);
    for (;;) {
        run = pass_met(k, &s, run, &next);
        if (!run.left) {
            if (!k->depth)
                return k->room != 0;
            run = k->stack[--k->depth];
            continue;
        }
        if (!make_room(k))
            return false;
        run.at++;
        run.left--;
        run = pass_met(k, &s, run, &ignored);
        push(k, run);
        run = enter(k, &s, next, run.from);
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
        lift(k->d->top, dfs_number(k->d, root));
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
    k->class_number = mem_alloc(k->m, (uint64_t)k->c->graph->n_classes + 1,
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
    ok = ok && walk_trees(&k, c->graph->roots, c->graph->n_roots) &&
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
