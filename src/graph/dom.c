/*
 * dom.c - immediate dominators by Semi-NCA.
 *
 * L. Georgiadis, R. E. Tarjan, R. F. Werneck: "Finding Dominators in
 * Practice", JGAA 10(1), 2006. Everything works on depth-first numbers, so
 * that memory is walked in order; "node" below is such a number.
 *
 * The array of where predecessors start becomes that of the semidominators,
 * then of each number's node. Dominators fill up as predecessors go.
 */
#include "graph/dom.h"

#include <string.h>

#include "base/bits.h"
#include "graph/exits.h"
#include "graph/sweep.h"

/* How many independent loads are kept in flight. */
#define AHEAD 24

/* ---- predecessors --------------------------------------------------------*/

struct preds {
    uint32_t *from; /* sources of the stored edges, grouped by target */
    uint32_t n;
    uint64_t room;   /* bytes of `from` */
    uint32_t *begin; /* [core.n] where the group of each number starts */
};

/* The nodes in `top` have no depth but 0. */
static void level_top(struct dfs *d)
{
    for (uint32_t i = 0; i < d->reached; i++)
        if (bits_has(d->top, i))
            d->link[i].low = 0;
}

static bool preds_build(struct dfs *d, struct preds *p, struct mem *m,
                        struct err *e)
{
    uint64_t n = crossings_count(&d->crossings);

    if (n > UINT32_MAX)
        return err_set(e, ERR_UNSUPPORTED,
                       "%llu references join branches of the heap's graph: "
                       "more than 2^32",
                       (unsigned long long)n);
    p->n = (uint32_t)n;
    p->room = n * sizeof *p->from;
    p->from = mem_map(m, p->room, e);
    p->begin =
        p->from ? mem_map(m, (uint64_t)d->core->n * sizeof *p->begin, e) : NULL;
    if (!p->begin)
        return false;
    crossings_sort(&d->crossings, d->reached, p->from, p->begin);
    crossings_deinit(&d->crossings);
    level_top(d);
    return true;
}

/* Gives back what of `from` is beyond `n`, by huge pages. */
static void preds_shrink(struct preds *p, uint32_t n, struct mem *m)
{
    const uint64_t piece = (uint64_t)2 << 20;
    uint64_t bytes = (uint64_t)n * sizeof *p->from;
    struct err ignored = {0};
    void *q;

    if (bytes + piece > p->room)
        return;
    bytes = align_up(bytes, piece);
    q = mem_remap(m, p->from, p->room, bytes, &ignored);
    if (!q)
        return; /* it stays longer than it need be */
    p->from = q;
    p->room = bytes;
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

/* As the groups are used up from the last, semi[i] replaces begin[i], and the
 * parent, which is not compressed before, goes to idom[i]. */
static void semidominators(struct dfs *d, struct preds *p, uint32_t *idom,
                           struct mem *m)
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
        idom[i] = link[i].up;
        link[i].low = low;
        p->begin[i] = low;
        if ((i & 0xffff) == 0)
            preds_shrink(p, end, m);
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

static void find_dominators(struct dfs *d, struct preds *p, uint32_t *idom,
                            struct mem *m)
{
    uint32_t done, *semi = p->begin;

    semidominators(d, p, idom, m);
    done = dominators_by_steps(idom, semi, d->reached);
    if (done < d->reached)
        dominators_by_jumps(idom, semi, d->link, done, d->reached);
}

struct naming {
    const struct dfs *d;
    uint32_t *vertex;
};

static void find_some_nodes(void *naming, uint32_t w, uint32_t end,
                            unsigned worker)
{
    const struct naming *x = naming;
    const struct core *c = x->d->core;
    const uint32_t *number = x->d->number + c->words[w].before;

    (void)worker;
    for (; w < end; w++)
        for (uint64_t b = c->words[w].kept; b; b &= b - 1, number++) {
            if (*number)
                x->vertex[*number] = w << 6 | (uint32_t)__builtin_ctzll(b);
        }
}

/* Which node has which number. */
static void find_nodes(const struct dfs *d, uint32_t *vertex)
{
    struct naming x = {d, vertex};

    sweep(d->core->graph, find_some_nodes, &x);
    vertex[0] = 0;
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
    d->number = NULL;
    d->link = NULL;
}

/*
 * All at once while dominators are found: the number of each node of the core,
 * two words of link, where its predecessors begin, its dominator. They are
 * known to be needed before the numbering, which takes long on disk.
 */
#define CORE_BYTES (5 * sizeof(uint32_t))

/* One attempt with the core there is; `again`: folding hid a dominator, and
 * `barred` has grown. */
static bool attempt(struct dom *ret, uint8_t *barred, struct mem *m,
                    bool *again, struct err *e)
{
    struct exits exits = {0};
    struct preds p = {0};
    struct dfs d = {0};
    uint32_t *idom = NULL;
    uint64_t bytes;

    if (mem_foresee(m, ret->core.n * CORE_BYTES, e) &&
        dfs_build(&ret->core, m, &d, e) && preds_build(&d, &p, m, e) &&
        exits_note(&exits, &d, p.begin, p.from, p.n, m, e))
        idom = mem_map(m, (uint64_t)ret->core.n * sizeof *idom, e);
    bytes = (uint64_t)ret->core.n * sizeof *p.begin;
    if (idom) {
        find_dominators(&d, &p, idom, m);
        find_nodes(&d, p.begin);
        *again = exits_hide_any(&exits, &d, p.begin, idom, barred);
        publish(&d, p.begin, idom, ret);
        p.begin = NULL;
    }
    exits_deinit(&exits, m);
    mem_unmap(m, p.from, p.room);
    mem_unmap(m, p.begin, bytes);
    dfs_deinit(&d, m);
    return idom != NULL;
}

bool dom_fold(const struct graph *g, struct mem *m, struct dom *ret,
              struct err *e)
{
    memset(ret, 0, sizeof *ret);
    return core_build(g, NULL, m, &ret->core, e);
}

/* After so many attempts nothing is folded that has a class edge. */
#define ATTEMPTS 2

bool dom_find(struct dom *d, struct mem *m, struct err *e)
{
    const struct graph *g = d->core.graph;
    uint8_t *barred = mem_alloc(m, (uint64_t)g->n_classes + 1, 1, e);
    bool ok = barred != NULL, again = false;

    for (unsigned i = 1; ok; i++) {
        ok = attempt(d, barred, m, &again, e);
        if (!ok || !again)
            break;
        again = false;
        dom_deinit(d, m);
        if (i >= ATTEMPTS)
            memset(barred, 1, g->n_classes);
        ok = core_build(g, barred, m, &d->core, e);
    }
    if (!ok)
        dom_deinit(d, m);
    mem_free(m, barred);
    return ok;
}

bool dom_build(const struct graph *g, struct mem *m, struct dom *ret,
               struct err *e)
{
    return dom_fold(g, m, ret, e) && dom_find(ret, m, e);
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
