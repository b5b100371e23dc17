/*
 * dfs.c - depth-first numbering with an explicit stack.
 *
 * The time goes into cache misses: a node's number, class and edges lie in
 * arrays far apart. They are asked for as soon as an edge to the node comes
 * into view, which is a few nodes before the walk gets there.
 */
#include "graph/dfs.h"

#include <string.h>

/* How many edges ahead of the walk nodes are asked for. */
#define AHEAD 6

/* Edges of one node still to be followed: a piece of `to` or of the overlay.
 * A node that has both gets two. */
struct run {
    const uint32_t *at;
    uint32_t left;
    uint32_t from; /* its number */
};

struct walk {
    const struct graph *g;
    struct dfs *d;
    struct mem *m;
    const uint32_t *class_of; /* the graph's; `first` where it has none */
    struct run *stack;        /* [cap] below the run being followed */
    uint64_t depth, cap;
    uint32_t tree; /* number of the GC root whose tree is being walked */
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

/* The room for three: one node pushes no more before the next check. */
static inline bool stack_room(struct walk *k, struct err *e)
{
    return k->depth + 3 <= k->cap || stack_grow(k, k->cap + k->cap / 2, e);
}

static inline void push(struct walk *k, struct run r)
{
    if (r.left)
        k->stack[k->depth++] = r;
}

static inline void ask_for(const struct walk *k, uint32_t w)
{
    __builtin_prefetch(&k->d->number[w], 1);
    __builtin_prefetch(&k->g->first[w]);
    __builtin_prefetch(&k->class_of[w]);
}

/* Gives `w` the next number, as a child of number `up`. */
static inline uint32_t discover(struct dfs *d, uint32_t w, uint32_t up)
{
    uint32_t n = d->reached++;

    d->number[w] = n;
    d->vertex[n] = w;
    d->link[n] = (struct dfs_link){up, up};
    return n;
}

/* An edge to a node that has its number already. */
static inline void meet_again(struct walk *k, uint32_t from, uint32_t w)
{
    struct dfs *d = k->d;
    uint32_t n = d->number[w];

    if (dfs_is_top(d, w))
        return;
    if (n < k->tree) {
        d->top[w >> 6] |= (uint64_t)1 << (w & 63);
    } else if (n < from) {
        d->cross[n]++;
        d->crosses++;
    } else if (n > from && d->link[n].low > from) {
        d->link[n].low = from;
    }
}

/*
 * Numbers `w` and returns the first run of its edges. One to a class node
 * not met before comes first, or every instance on a long path would leave
 * it waiting on the stack; `class_node` is an array of targets, so it is a
 * run of one.
 */
static inline struct run enter(struct walk *k, uint32_t w, uint32_t up)
{
    const struct graph *g = k->g;
    uint32_t n = discover(k->d, w, up);
    struct edge_iter it;
    struct run run;

    edges_begin(g, w, &it);
    run = (struct run){g->to + it.at, (uint32_t)(it.end - it.at), n};
    for (uint32_t i = 0; i < run.left && i < AHEAD; i++)
        ask_for(k, run.at[i]);
    if (it.extra < it.extra_end)
        push(k,
             (struct run){g->extra->to + it.extra, it.extra_end - it.extra, n});
    if (it.implied == NO_NODE)
        return run;
    if (k->d->number[it.implied] != NO_NODE) {
        meet_again(k, n, it.implied);
        return run;
    }
    push(k, run);
    return (struct run){&g->class_node[g->class_of[w]], 1, n};
}

/* Passes over edges to nodes met before. What remains of a run is looked
 * through before it is stacked: a list with links both ways then leaves
 * nothing on the stack. */
static inline void pass_met(struct walk *k, struct run *run)
{
    while (run->left && k->d->number[*run->at] != NO_NODE) {
        if (run->left > AHEAD)
            ask_for(k, run->at[AHEAD]);
        meet_again(k, run->from, *run->at++);
        run->left--;
    }
}

static bool walk_tree(struct walk *k, uint32_t root, struct err *e)
{
    struct run run;

    k->tree = k->d->reached;
    run = enter(k, root, 0);
    for (;;) {
        uint32_t w;

        pass_met(k, &run);
        if (!run.left) {
            if (!k->depth)
                return true;
            run = k->stack[--k->depth];
            continue;
        }
        if (!stack_room(k, e))
            return false;
        if (run.left > AHEAD)
            ask_for(k, run.at[AHEAD]);
        w = *run.at++;
        run.left--;
        pass_met(k, &run);
        push(k, run);
        run = enter(k, w, run.from);
    }
}

static bool alloc(struct dfs *d, struct mem *m, struct err *e)
{
    uint64_t n = d->nodes;

    d->number = mem_map(m, n * sizeof *d->number, e);
    d->vertex = d->number ? mem_map(m, n * sizeof *d->vertex, e) : NULL;
    d->link = d->vertex ? mem_map(m, n * sizeof *d->link, e) : NULL;
    d->cross = d->link ? mem_map(m, n * sizeof *d->cross, e) : NULL;
    d->top = d->cross ? mem_map(m, (n / 64 + 1) * sizeof *d->top, e) : NULL;
    return d->top != NULL;
}

bool dfs_build(const struct graph *g, struct mem *m, struct dfs *ret,
               struct err *e)
{
    struct walk k = {.g = g, .d = ret, .m = m, .class_of = g->class_of};
    bool ok;

    if (!g->class_node)
        k.class_of = g->first;
    memset(ret, 0, sizeof *ret);
    ret->nodes = g->nodes;
    ok = alloc(ret, m, e) && stack_grow(&k, 1024, e);
    if (ok) {
        memset(ret->number, 0xff, g->nodes * sizeof *ret->number);
        discover(ret, 0, 0);
        ret->top[0] |= 1;
        for (uint32_t i = 0; i < g->n_roots; i++)
            ret->top[g->roots[i] >> 6] |= (uint64_t)1 << (g->roots[i] & 63);
    }
    for (uint32_t i = 0; ok && i < g->n_roots; i++)
        if (ret->number[g->roots[i]] == NO_NODE)
            ok = walk_tree(&k, g->roots[i], e);
    mem_unmap(m, k.stack, k.cap * sizeof *k.stack);
    if (!ok)
        dfs_deinit(ret, m);
    return ok;
}

void dfs_deinit(struct dfs *d, struct mem *m)
{
    uint64_t n = d->nodes;

    mem_unmap(m, d->number, n * sizeof *d->number);
    mem_unmap(m, d->vertex, n * sizeof *d->vertex);
    mem_unmap(m, d->link, n * sizeof *d->link);
    mem_unmap(m, d->cross, n * sizeof *d->cross);
    mem_unmap(m, d->top, (n / 64 + 1) * sizeof *d->top);
    memset(d, 0, sizeof *d);
}
