/*
 * dom.c - immediate dominators by Semi-NCA.
 *
 * L. Georgiadis, R. E. Tarjan, R. F. Werneck: "Finding Dominators in
 * Practice", JGAA 10(1), 2006. Everything works on depth-first numbers, so
 * that memory is walked in order; "node" below is such a number.
 *
 * Most nodes have one edge into them that matters, their parent's, which then
 * is semidominator and dominator. The others join branches, and only they
 * have predecessors stored, and a semidominator: it takes the place of where
 * those start. Dominators fill up as predecessors go.
 */
#include "graph/dom.h"

#include <string.h>

#include "base/bits.h"
#include "graph/dfs.h"

/* How many independent loads are kept in flight. */
#define AHEAD 24

/* ---- predecessors --------------------------------------------------------*/

struct preds {
    struct ranks joins; /* who has stored predecessors, and `top` */
    uint32_t *from;     /* sources of the stored edges, grouped by target */
    uint32_t n;
    uint64_t room;   /* bytes of `from` */
    uint32_t *begin; /* [joins.n] where the group of each starts */
};

static bool preds_build(struct dfs *d, struct preds *p, struct mem *m,
                        struct err *e)
{
    uint64_t n;
    bool ok;

    if (!ranks_init(&p->joins, d->room, m, e))
        return false;
    n = crossings_count(&d->crossings, &p->joins);
    if (n > UINT32_MAX)
        return err_set(e, ERR_UNSUPPORTED,
                       "%llu references join branches of the heap's graph: "
                       "more than 2^32",
                       (unsigned long long)n);
    for (uint32_t w = 0; w <= (d->numbers - 1) / 64; w++)
        p->joins.bits[w] |= d->top[w];
    p->joins.bits[0] &= ~(uint64_t)1;
    ranks_count(&p->joins);
    p->n = (uint32_t)n;
    p->room = n * sizeof *p->from;
    p->from = mem_map(m, p->room, e);
    p->begin =
        p->from ? mem_map(m, (uint64_t)p->joins.n * sizeof *p->begin, e) : NULL;
    ok = p->begin &&
         crossings_sort(&d->crossings, &p->joins, p->from, p->begin, e);
    crossings_deinit(&d->crossings);
    return ok;
}

static void preds_deinit(struct preds *p, struct mem *m)
{
    mem_unmap(m, p->from, p->room);
    mem_unmap(m, p->begin, (uint64_t)p->joins.n * sizeof *p->begin);
    ranks_deinit(&p->joins, m);
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
static inline uint32_t eval(struct link *link, uint32_t v, uint32_t i)
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

/* Of node `i`, whose predecessors are from[begin .. end); some are above it.
 * Those of what is in `top` have not been kept. */
static inline uint32_t semidominator(struct link *link, const uint32_t *from,
                                     uint32_t begin, uint32_t end, uint32_t i)
{
    uint32_t low = begin == end ? 0 : link[i].low;

    for (uint32_t k = end; k-- > begin;) {
        uint32_t least;

        if (k >= AHEAD)
            __builtin_prefetch(&link[from[k - AHEAD]], 1);
        least = from[k] < i ? from[k] : eval(link, from[k], i);
        if (low > least)
            low = least;
    }
    return link[i].low = low;
}

/* Parents are not compressed before their own nodes' turn. */
static inline void note_parents(const struct link *link, uint32_t *idom,
                                uint32_t i, uint32_t end)
{
    for (; i < end; i++)
        idom[i] = link[i].up;
}

/* As the groups are used up from the last, semi[j] replaces begin[j]; the
 * parents go to idom. */
static void semidominators(struct link *link, struct preds *p, uint32_t *idom,
                           uint32_t n, struct mem *m)
{
    uint32_t end = p->n, j = p->joins.n;

    for (uint32_t w = (n - 1) / 64 + 1; w-- > 0;) {
        note_parents(link, idom, w * 64, n - w * 64 < 64 ? n : w * 64 + 64);
        for (uint64_t b = p->joins.bits[w]; b;) {
            uint32_t bit = 63 - (uint32_t)__builtin_clzll(b),
                     at = p->begin[--j];

            p->begin[j] = semidominator(link, p->from, at, end, w << 6 | bit);
            end = at;
            b ^= (uint64_t)1 << bit;
        }
        if ((w & 0x3ff) == 0)
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

static uint32_t dominators_by_steps(const struct ranks *joins, uint32_t *idom,
                                    const uint32_t *semi, uint32_t n)
{
    uint64_t steps = (uint64_t)STEPS * n + 1000;

    for (uint32_t w = 0; w < joins->words; w++)
        for (uint64_t b = joins->bits[w]; b; b &= b - 1, semi++) {
            uint32_t i = w << 6 | (uint32_t)__builtin_ctzll(b);
            uint32_t c = *semi ? idom[i] : 0;

            while (c > *semi && steps) {
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
static void add_jump(struct link *jump, uint32_t i, uint32_t idom)
{
    uint32_t far = jump[idom].up;
    bool equal = jump[idom].low - jump[far].low ==
                 jump[far].low - jump[jump[far].up].low;

    jump[i].low = jump[idom].low + 1;
    jump[i].up = equal ? jump[far].up : idom;
}

static void dominators_by_jumps(const struct ranks *joins, uint32_t *idom,
                                const uint32_t *semi, struct link *jump,
                                uint32_t done, uint32_t n)
{
    jump[0] = (struct link){0, 0};
    for (uint32_t i = 1; i < done; i++)
        add_jump(jump, i, idom[i]);
    semi += ranks_of(joins, done);
    for (uint32_t i = done; i < n; i++) {
        if (ranks_has(joins, i)) {
            uint32_t c = *semi ? idom[i] : 0;

            while (c > *semi)
                c = jump[c].up > *semi ? jump[c].up : idom[c];
            idom[i] = c;
            semi++;
        }
        add_jump(jump, i, idom[i]);
    }
}

/* ---- the whole -----------------------------------------------------------*/

static void find_dominators(struct dfs *d, struct preds *p, uint32_t *idom,
                            struct mem *m)
{
    const uint32_t *semi = p->begin;
    uint32_t done, n = d->numbers;

    semidominators(d->link, p, idom, n, m);
    done = dominators_by_steps(&p->joins, idom, semi, n);
    if (done < n)
        dominators_by_jumps(&p->joins, idom, semi, d->link, done, n);
}

/* Hands over to `ret` what of `d` is of further use. */
static void publish(struct dfs *d, uint32_t *idom, struct dom *ret)
{
    ret->reached = d->reached;
    ret->numbers = d->numbers;
    ret->room = d->room;
    ret->number = d->number;
    ret->above = idom;
    ret->holds = d->holds;
    ret->spare_pairs = d->link;
    d->number = NULL;
    d->holds = NULL;
    d->link = NULL;
}

/*
 * All at once while dominators are found: the number of each node of the core,
 * two words of link, its dominator. They are known to be needed before the
 * numbering, which takes long on disk.
 */
#define CORE_BYTES (4 * sizeof(uint32_t))

bool dom_fold(const struct graph *g, struct mem *m, struct dom *ret,
              struct err *e)
{
    memset(ret, 0, sizeof *ret);
    return core_build(g, m, &ret->core, e);
}

bool dom_find(struct dom *d, struct mem *m, struct err *e)
{
    struct preds p = {0};
    struct dfs dfs = {0};
    uint32_t *idom = NULL;
    uint64_t n = d->core.n;

    if (mem_foresee(m, n * CORE_BYTES, e) && dfs_build(&d->core, m, &dfs, e) &&
        preds_build(&dfs, &p, m, e))
        idom = mem_map(m, dfs.room * sizeof *idom, e);
    if (idom) {
        find_dominators(&dfs, &p, idom, m);
        publish(&dfs, idom, d);
    }
    preds_deinit(&p, m);
    dfs_deinit(&dfs, m);
    if (!idom)
        dom_deinit(d, m);
    return idom != NULL;
}

bool dom_build(const struct graph *g, struct mem *m, struct dom *ret,
               struct err *e)
{
    return dom_fold(g, m, ret, e) && dom_find(ret, m, e);
}

/* The node of each number. */
static void find_nodes(const struct dom *d, uint32_t *vertex)
{
    const struct core *c = &d->core;
    const uint32_t *number = d->number;

    for (uint32_t w = 0; w < c->n_words; w++)
        for (uint64_t b = c->words[w].kept; b; b &= b - 1)
            vertex[*number++] = w << 6 | (uint32_t)__builtin_ctzll(b);
    vertex[0] = 0;
}

bool dom_spell_out(const struct dom *d, struct mem *m, uint32_t *idom,
                   struct err *e)
{
    uint32_t *vertex = mem_alloc(m, d->numbers, sizeof *vertex, e);

    if (!vertex)
        return false;
    find_nodes(d, vertex);
    memset(idom, 0xff, (uint64_t)d->core.graph->nodes * sizeof *idom);
    idom[0] = 0;
    for (uint32_t i = 1; i < d->numbers; i++) {
        struct folded_iter it;
        uint32_t w;

        if (!vertex[i])
            continue;
        idom[vertex[i]] = vertex[d->above[i]];
        folded_begin(&d->core, vertex[i], &it);
        while ((w = folded_next(&it)) != NO_NODE)
            idom[w] = it.above;
    }
    mem_free(m, vertex);
    return true;
}

void dom_deinit(struct dom *d, struct mem *m)
{
    uint64_t bytes = (uint64_t)d->room * sizeof(uint32_t);

    mem_unmap(m, d->number, (uint64_t)d->core.n * sizeof *d->number);
    mem_unmap(m, d->above, bytes);
    mem_unmap(m, d->holds, bits_bytes(d->room));
    mem_unmap(m, d->spare_pairs, 2 * bytes);
    core_deinit(&d->core, m);
    memset(d, 0, sizeof *d);
}
