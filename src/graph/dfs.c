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
    uint32_t tree; /* number of the GC root whose tree is being walked */
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

/* Gives it the next number, as a child of number `up`. */
static inline uint32_t discover(struct dfs *d, struct found f, uint32_t up)
{
    uint32_t n = d->reached++;

    d->number[f.rank] = n;
    d->link[n] = (struct link){up, up};
    return n;
}

/* No node but the super-root dominates number `n`. */
static inline void lift(struct dfs *d, uint32_t n)
{
    bits_add(d->top, n);
    d->link[n].low = 0;
}

/* An edge to a node that has number `n` already. */
static inline void meet_again(struct walk *k, uint32_t from, uint32_t n)
{
    struct dfs *d = k->d;

    if (bits_has(d->top, n))
        return;
    if (n < k->tree)
        lift(d, n);
    else if (n != from)
        k->failed |= !crossings_add(&d->crossings, from, n, k->e);
}

/* Most edges lead to the nodes of few classes: those numbers stay at hand. */
static inline uint32_t class_number(struct walk *k, uint32_t class)
{
    uint32_t *n = &k->d->class_number[class];

    if (!*n)
        *n = dfs_number(k->d, k->c->live[class]);
    return *n;
}

/*
 * Numbers it and returns the first run of its edges. One to a class node
 * not met before comes first, or every instance on a long path would leave
 * it waiting on the stack; `live` is an array of targets, so it is a run of
 * one.
 */
ALWAYS_INLINE struct run enter(struct walk *k, struct found f, uint32_t up)
{
    const struct graph *g = k->g;
    uint32_t w = f.node, n = discover(k->d, f, up), i, end, class, met;
    struct run run = {.from = n};
    uint64_t first, last;

    graph_range(g, w, &first, &last);
    run.at = g->to + first;
    run.left = (uint32_t)(last - first);
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
        meet_again(k, n, met);
        return run;
    }
    push(k, run);
    return (struct run){&k->c->live[class], 1, n};
}

/* Passes over edges that lead to folded nodes or to such met before; *next is
 * where the first one left leads to. */
ALWAYS_INLINE struct run pass_met(struct walk *k, struct run run,
                                  struct found *next)
{
    const struct core_word *words = k->c->words;
    const uint32_t *number = k->d->number;
    uint64_t *holds = k->d->holds;

    for (; run.left; run.at++, run.left--) {
        uint32_t w = *run.at, n;

        if (!core_word_keeps(&words[w >> 6], w)) {
            bits_add(holds, run.from);
            continue;
        }
        *next = (struct found){w, core_word_rank(&words[w >> 6], w)};
        n = number[next->rank];
        if (!n)
            break;
        meet_again(k, run.from, n);
    }
    return run;
}

/* What remains of a run is looked through before it is stacked: a list with
 * links both ways then leaves nothing on the stack. */
static bool walk_tree(struct walk *k, uint32_t root)
{
    struct found next = {root, core_rank(k->c, root)}, ignored;
    struct run run;

    if (!make_room(k))
        return false;
    k->tree = k->d->reached;
    run = enter(k, next, 0);
    for (;;) {
        run = pass_met(k, run, &next);
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
        run = pass_met(k, run, &ignored);
        push(k, run);
        run = enter(k, next, run.from);
    }
}

static bool walk_trees(struct walk *k, const uint32_t *roots, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (!dfs_number(k->d, roots[i]) && !walk_tree(k, roots[i]))
            return false;
        lift(k->d, dfs_number(k->d, roots[i]));
    }
    return true;
}

static bool alloc(struct dfs *d, struct mem *m, struct err *e)
{
    uint64_t n = d->core->n, bits = core_bitmap_bytes(d->core);

    d->number = mem_map(m, n * sizeof *d->number, e);
    d->link = d->number ? mem_map(m, n * sizeof *d->link, e) : NULL;
    d->top = d->link ? mem_map(m, bits, e) : NULL;
    d->holds = d->top ? mem_map(m, bits, e) : NULL;
    d->class_number =
        d->holds ? mem_alloc(m, (uint64_t)d->core->graph->n_classes + 1,
                             sizeof *d->class_number, e)
                 : NULL;
    if (!d->class_number ||
        !crossings_init(&d->crossings, d->core->n, d->top, m, e))
        return false;
    d->crossings.jobs = d->core->graph->jobs;
    return true;
}

bool dfs_build(const struct core *c, struct mem *m, struct dfs *ret,
               struct err *e)
{
    struct walk k = {.c = c, .g = c->graph, .d = ret, .m = m, .e = e};
    bool ok;

    memset(ret, 0, sizeof *ret);
    ret->core = c;
    ok = alloc(ret, m, e) && stack_grow(&k, 1024, e);
    if (ok) {
        discover(ret, (struct found){0, 0}, 0);
        lift(ret, 0);
    }
    ok = ok && walk_trees(&k, k.g->roots, k.g->n_roots) &&
         walk_trees(&k, c->unowned, c->n_unowned);
    mem_unmap(m, k.stack, k.cap * sizeof *k.stack);
    if (!ok)
        dfs_deinit(ret, m);
    return ok;
}

void dfs_deinit(struct dfs *d, struct mem *m)
{
    uint64_t n, bits;

    if (!d->core)
        return;
    n = d->core->n;
    bits = core_bitmap_bytes(d->core);
    mem_unmap(m, d->number, n * sizeof *d->number);
    mem_unmap(m, d->link, n * sizeof *d->link);
    mem_unmap(m, d->top, bits);
    mem_unmap(m, d->holds, bits);
    crossings_deinit(&d->crossings);
    mem_free(m, d->class_number);
    memset(d, 0, sizeof *d);
}
