/*
 * dom.c - immediate dominators by Semi-NCA.
 *
 * L. Georgiadis, R. E. Tarjan, R. F. Werneck: "Finding Dominators in
 * Practice", JGAA 10(1), 2006. Everything works on depth-first numbers, so
 * that memory is walked in order; "node" below is such a number.
 *
 * `cross` goes from in-degree to start of predecessors to semidominator to
 * the node of each number. Besides the arrays of dfs_build there are the
 * predecessors, for a while together with the log they are made from, and
 * the dominators.
 */
#include "graph/dom.h"

#include <string.h>

#include "graph/exits.h"

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
static bool place_groups(struct dfs *d, struct preds *p, struct err *e)
{
    uint64_t n = 0;

    for (uint32_t i = 0; i < d->reached; i++) {
        if (bits_has(d->top, i))
            d->link[i].low = 0;
        else
            n += d->cross[i];
        d->cross[i] = (uint32_t)n;
    }
    p->begin = d->cross;
    p->n = (uint32_t)n;
    return n <= UINT32_MAX ||
           err_set(e, ERR_UNSUPPORTED,
                   "%llu references join branches of the heap's graph: more "
                   "than 2^32",
                   (unsigned long long)n);
}

/* From the order they were met to groups by target. */
static void sort_edges(const struct dfs *d, struct preds *p)
{
    for (uint64_t i = 0; i < d->n_log; i++) {
        struct dfs_edge e = d->log[i];

        if (i + AHEAD < d->n_log)
            __builtin_prefetch(&p->begin[d->log[i + AHEAD].to], 1);
        if (!bits_has(d->top, e.to))
            p->from[--p->begin[e.to]] = e.from;
    }
}

static bool preds_build(struct dfs *d, struct preds *p, struct mem *m,
                        struct err *e)
{
    if (!place_groups(d, p, e))
        return false;
    p->bytes = (uint64_t)p->n * sizeof *p->from;
    p->from = mem_map(m, p->bytes, e);
    if (!p->from)
        return false;
    sort_edges(d, p);
    dfs_drop_log(d, m);
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

/* idom[reached] starts as the parents. */
static void find_dominators(struct dfs *d, const struct preds *p,
                            uint32_t *idom)
{
    uint32_t done;

    for (uint32_t i = 0; i < d->reached; i++)
        idom[i] = d->link[i].up;
    semidominators(d, p);
    done = dominators_by_steps(idom, d->cross, d->reached);
    if (done < d->reached)
        dominators_by_jumps(idom, d->cross, d->link, done, d->reached);
}

/* Which node has which number, in the room of `cross`. */
static uint32_t *find_nodes(const struct dfs *d)
{
    const struct core *c = d->core;
    uint32_t *vertex = d->cross, rank = 0;

    for (uint32_t i = 0; i < c->n_words; i++)
        for (uint64_t b = c->words[i].kept; b; b &= b - 1, rank++)
            if (d->number[rank])
                vertex[d->number[rank]] = i << 6 | (uint32_t)__builtin_ctzll(b);
    vertex[0] = 0;
    return vertex;
}

/* Hands over to `ret` what of `d` is of further use. */
static void publish(struct dfs *d, uint32_t *vertex, uint32_t *idom,
                    struct dom *ret)
{
    ret->reached = d->reached;
    ret->vertex = vertex;
    ret->above = idom;
    ret->spare = d->number;
    ret->spare_pairs = (uint32_t *)d->link;
    d->number = d->cross = NULL;
    d->link = NULL;
}

/* One attempt; `again`: folding hid a dominator, and `barred` has grown. */
static bool attempt(const struct graph *g, uint8_t *barred, struct mem *m,
                    struct dom *ret, bool *again, struct err *e)
{
    struct exits exits = {0};
    struct preds p = {0};
    struct dfs d = {0};
    uint32_t *idom = NULL, *vertex;

    memset(ret, 0, sizeof *ret);
    if (core_build(g, barred, m, &ret->core, e) &&
        dfs_build(&ret->core, m, &d, e) && preds_build(&d, &p, m, e) &&
        exits_note(&exits, &d, p.begin, p.n, m, e))
        idom = mem_map(m, (uint64_t)ret->core.n * sizeof *idom, e);
    if (idom) {
        find_dominators(&d, &p, idom);
        vertex = find_nodes(&d);
        *again = exits_hide_any(&exits, &d, vertex, idom, p.from, barred);
        publish(&d, vertex, idom, ret);
    }
    vec_free(&exits, m);
    mem_unmap(m, p.from, p.bytes);
    dfs_deinit(&d, m);
    if (!idom || *again)
        dom_deinit(ret, m);
    return idom != NULL;
}

/* After so many attempts nothing is folded that has a class edge. */
#define ATTEMPTS 2

bool dom_build(const struct graph *g, struct mem *m, struct dom *ret,
               struct err *e)
{
    uint8_t *barred = mem_alloc(m, (uint64_t)g->n_classes + 1, 1, e);
    bool ok = barred != NULL, again = ok;

    memset(ret, 0, sizeof *ret);
    for (unsigned i = 1; ok && again; i++) {
        again = false;
        ok = attempt(g, barred, m, ret, &again, e);
        if (i >= ATTEMPTS)
            memset(barred, 1, g->n_classes);
    }
    mem_free(m, barred);
    return ok;
}

void dom_spell_out(const struct dom *d, uint32_t *idom)
{
    const struct graph *g = d->core.graph;

    memset(idom, 0xff, (uint64_t)g->nodes * sizeof *idom);
    for (uint32_t i = 0; i < d->reached; i++)
        idom[d->vertex[i]] = d->vertex[d->above[i]];
    for (uint32_t i = 1; i < d->reached; i++) {
        struct folded_iter it;
        uint32_t w;

        folded_begin(&d->core, d->vertex[i], &it);
        while ((w = folded_next(&it)) != NO_NODE)
            idom[w] = it.above;
    }
}

void dom_deinit(struct dom *d, struct mem *m)
{
    uint64_t bytes = (uint64_t)d->core.n * sizeof(uint32_t);

    mem_unmap(m, d->vertex, bytes);
    mem_unmap(m, d->above, bytes);
    mem_unmap(m, d->spare, bytes);
    mem_unmap(m, d->spare_pairs, 2 * bytes);
    core_deinit(&d->core, m);
    memset(d, 0, sizeof *d);
}
