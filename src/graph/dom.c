/*
 * dom.c - immediate dominators by Semi-NCA.
 *
 * L. Georgiadis, R. E. Tarjan, R. F. Werneck: "Finding Dominators in
 * Practice", JGAA 10(1), 2006. Everything between dfs_build and publish()
 * works on depth-first numbers, so that memory is walked in order; "node"
 * below is such a number.
 *
 * Bytes a node on top of the graph: 20 from dfs_build, 4 for the parents
 * kept as first guess of the dominators, and 4 for each stored edge (about
 * a third of the references of real heaps). `cross` goes from in-degree to
 * start of predecessors to semidominator, `number` becomes the result.
 */
#include "graph/dom.h"

#include <string.h>

#include "graph/dfs.h"

/* How many independent loads are kept in flight. */
#define AHEAD 24

/* ---- predecessors --------------------------------------------------------*/

struct preds {
    uint32_t *from; /* sources of the stored edges, grouped by target */
    uint32_t n;     /* number of them; from[n..) stays unused */
    uint64_t bytes;
    uint32_t *begin; /* [reached] start of each target's group; is dfs.cross */
};

/* Turns in-degrees into the ends of the groups; the nodes found to be in
 * `top` while the walk went on need none, and no depth but 0. */
static void place_groups(struct dfs *d, struct preds *p)
{
    for (uint32_t i = 0; i < d->reached; i++) {
        if (i + AHEAD < d->reached)
            __builtin_prefetch(&d->top[d->vertex[i + AHEAD] >> 6]);
        if (dfs_is_top(d, d->vertex[i]))
            d->link[i].low = 0;
        else
            p->n += d->cross[i];
        d->cross[i] = p->n;
    }
    p->begin = d->cross;
}

/* Stores the edge to node `w` of the graph if it is one that counts. */
static inline void store(const struct dfs *d, struct preds *p, uint32_t from,
                         uint32_t w)
{
    if (!dfs_is_top(d, w) && d->number[w] < from)
        p->from[--p->begin[d->number[w]]] = from;
}

/* In the order of the graph's memory, so that only the targets' numbers are
 * fetched from all over the place, and those well in advance. */
static void store_edges(const struct graph *g, const struct dfs *d,
                        struct preds *p)
{
    uint64_t edges = g->first_base[g->nodes >> 16] + g->first[g->nodes];

    for (uint32_t v = 1; v < g->nodes; v++) {
        uint32_t from = d->number[v];
        struct edge_iter it;

        if (from == NO_NODE)
            continue;
        edges_begin(g, v, &it);
        if (it.implied != NO_NODE)
            store(d, p, from, it.implied);
        for (uint64_t i = it.at; i < it.end; i++) {
            if (i + AHEAD < edges)
                __builtin_prefetch(&d->number[g->to[i + AHEAD]]);
            store(d, p, from, g->to[i]);
        }
        for (uint32_t i = it.extra; i < it.extra_end; i++)
            store(d, p, from, g->extra->to[i]);
    }
}

static bool preds_build(const struct graph *g, struct dfs *d, struct preds *p,
                        struct mem *m, struct err *e)
{
    memset(p, 0, sizeof *p);
    if (d->crosses > UINT32_MAX)
        return err_set(e, ERR_UNSUPPORTED,
                       "%llu references join branches of the heap's graph: "
                       "more than 2^32",
                       (unsigned long long)d->crosses);
    place_groups(d, p);
    p->bytes = (uint64_t)p->n * sizeof *p->from;
    p->from = mem_map(m, p->bytes, e);
    if (!p->from)
        return false;
    store_edges(g, d, p);
    return true;
}

/* ---- semidominators ------------------------------------------------------*/

/*
 * The least `low` on the tree path from `v` up to, but without, the first
 * node that is not above `i`. `up` and `low` of the path are then compressed
 * to that. The way back down is kept in `up` itself, turned around.
 */
static inline uint32_t eval(struct dfs_link *link, uint32_t v, uint32_t i)
{
    uint32_t below = NO_NODE, x = v, up = link[v].up, low;

    if (up <= i)
        return link[v].low;
    while (up > i) {
        link[x].up = below;
        below = x;
        x = up;
        up = link[x].up;
    }
    low = link[x].low;
    while (below != NO_NODE) {
        x = below;
        below = link[x].up;
        if (low > link[x].low)
            low = link[x].low;
        link[x].low = low;
        link[x].up = up;
    }
    return low;
}

/* semi[i] replaces begin[i] as the groups are used up from the last. */
static void semidominators(struct dfs *d, const struct preds *p)
{
    struct dfs_link *link = d->link;
    uint32_t end = p->n;

    for (uint32_t i = d->reached - 1; i > 0; i--) {
        uint32_t begin = p->begin[i], low = link[i].low;

        for (uint32_t k = end; k-- > begin;) {
            uint32_t least;

            if (k >= AHEAD)
                __builtin_prefetch(&link[p->from[k - AHEAD]], 1);
            least = eval(link, p->from[k], i);
            if (low > least)
                low = least;
        }
        end = begin;
        link[i].low = low;
        p->begin[i] = low;
    }
}

/* ---- nearest common ancestors --------------------------------------------*/

/*
 * idom[i] is the nearest ancestor of i's parent, in the dominator tree built
 * so far, that is not below semi[i]. Walking there step by step is quick on
 * most heaps, but quadratic on a long linked list whose elements are also
 * referenced from elsewhere. So a walk that has taken STEPS a node stops,
 * and the first node not done is returned.
 */
#define STEPS 4

static uint32_t dominators_by_steps(uint32_t *idom, const uint32_t *semi,
                                    uint32_t n)
{
    uint64_t steps = (uint64_t)STEPS * n + 1000;

    for (uint32_t i = 1; i < n; i++) {
        uint32_t c = semi[i] ? idom[i] : 0;

        while (c > semi[i] && steps) {
            c = idom[c];
            steps--;
        }
        if (!steps)
            return i;
        idom[i] = c;
    }
    return n;
}

/*
 * Jump pointers over the dominator tree after E. W. Myers: "An applicative
 * random-access stack", IPL 17(5), 1983. They take the place of the links,
 * which nobody needs any more: `up` is the jump and `low` the depth.
 * Any ancestor is found in a logarithmic number of steps.
 */
static void add_jump(struct dfs_link *jump, uint32_t i, uint32_t idom)
{
    uint32_t far = jump[idom].up;
    bool equal = jump[idom].low - jump[far].low ==
                 jump[far].low - jump[jump[far].up].low;

    jump[i].low = jump[idom].low + 1;
    jump[i].up = equal ? jump[far].up : idom;
}

static void dominators_by_jumps(uint32_t *idom, const uint32_t *semi,
                                struct dfs_link *jump, uint32_t done,
                                uint32_t n)
{
    jump[0] = (struct dfs_link){0, 0};
    for (uint32_t i = 1; i < done; i++)
        add_jump(jump, i, idom[i]);
    for (uint32_t i = done; i < n; i++) {
        uint32_t c = semi[i] ? idom[i] : 0;

        while (c > semi[i])
            c = jump[c].up > semi[i] ? jump[c].up : idom[c];
        idom[i] = c;
        add_jump(jump, i, c);
    }
}

/* ---- the whole -----------------------------------------------------------*/

/* Hands over to `ret` what of `d` is part of the result: dominators by node
 * of the graph take the place of the numbers. */
static void publish(struct dfs *d, uint32_t *above, struct dom *ret)
{
    for (uint32_t i = 0; i < d->reached; i++) {
        if (i + AHEAD < d->reached)
            __builtin_prefetch(&d->number[d->vertex[i + AHEAD]], 1);
        d->number[d->vertex[i]] = d->vertex[above[i]];
    }
    ret->nodes = d->nodes;
    ret->reached = d->reached;
    ret->idom = d->number;
    ret->vertex = d->vertex;
    ret->above = above;
    d->number = d->vertex = NULL;
}

bool dom_build(const struct graph *g, struct mem *m, struct dom *ret,
               struct err *e)
{
    uint64_t bytes = (uint64_t)g->nodes * sizeof(uint32_t);
    struct dfs d;
    struct preds p;
    uint32_t *idom, done;
    bool ok = false;

    memset(ret, 0, sizeof *ret);
    if (!dfs_build(g, m, &d, e))
        return false;
    if (!preds_build(g, &d, &p, m, e))
        goto out;
    idom = mem_map(m, bytes, e);
    if (!idom)
        goto out;
    for (uint32_t i = 0; i < d.reached; i++)
        idom[i] = d.link[i].up;
    semidominators(&d, &p);
    done = dominators_by_steps(idom, d.cross, d.reached);
    if (done < d.reached)
        dominators_by_jumps(idom, d.cross, d.link, done, d.reached);
    publish(&d, idom, ret);
    ok = true;
out:
    mem_unmap(m, p.from, p.bytes);
    dfs_deinit(&d, m);
    return ok;
}

void dom_drop_order(struct dom *d, struct mem *m)
{
    mem_unmap(m, d->vertex, (uint64_t)d->nodes * sizeof *d->vertex);
    mem_unmap(m, d->above, (uint64_t)d->nodes * sizeof *d->above);
    d->vertex = d->above = NULL;
}

void dom_deinit(struct dom *d, struct mem *m)
{
    dom_drop_order(d, m);
    mem_unmap(m, d->idom, (uint64_t)d->nodes * sizeof *d->idom);
    memset(d, 0, sizeof *d);
}
