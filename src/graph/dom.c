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
 *
 * Where several walks have numbered (dfs.h), no edge that is stored leads from
 * one to another, and what one of them has met is a graph of its own. Threads
 * go through the drawers of a walk each.
 */
#include "graph/dom.h"

#include <pthread.h>
#include <string.h>

#include "base/bits.h"
#include "base/parallel.h"
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
    uint32_t *end;   /* [drawers] where those of each drawer end; DONE */
};

/* There are fewer than 2^32 edges. */
#define DONE UINT32_MAX

/* Members of `joins` before a word; that may be the one behind the last. */
static uint32_t joins_before(const struct preds *p, uint32_t word)
{
    return word < p->joins.words ? p->joins.before[word] : p->joins.n;
}

static void find_ends(struct preds *p, uint32_t drawers)
{
    for (uint32_t k = 0; k < drawers; k++) {
        uint32_t j = joins_before(p, (k + 1) * DRAWER_WORDS);

        p->end[k] = j < p->joins.n ? p->begin[j] : p->n;
    }
}

static bool preds_build(struct dfs *d, struct preds *p, struct mem *m,
                        struct err *e)
{
    uint64_t n;
    bool ok;

    if (!ranks_init(&p->joins, d->room, m, e))
        return false;
    n = crossings_count(&d->crossings, &p->joins);
    if (n >= UINT32_MAX)
        return err_set(e, ERR_UNSUPPORTED,
                       "%llu references join branches of the heap's graph, "
                       "too many by far",
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
    p->end = p->begin ? mem_alloc(m, d->drawers, sizeof *p->end, e) : NULL;
    ok = p->end &&
         crossings_sort(&d->crossings, &p->joins, p->from, p->begin, e);
    if (ok)
        find_ends(p, d->drawers);
    crossings_deinit(&d->crossings);
    return ok;
}

static void preds_deinit(struct preds *p, struct mem *m)
{
    mem_unmap(m, p->from, p->room);
    mem_unmap(m, p->begin, (uint64_t)p->joins.n * sizeof *p->begin);
    mem_free(m, p->end);
    ranks_deinit(&p->joins, m);
}

/* Gives back what of `from` is beyond `n`, by huge pages; the rest stays where
 * it is. */
static void preds_shrink(struct preds *p, uint32_t n, struct mem *m)
{
    uint64_t bytes = (uint64_t)n * sizeof *p->from;
    struct err ignored = {0};

    if (bytes + HUGE_PAGE > p->room)
        return;
    bytes = align_up(bytes, HUGE_PAGE);
    if (mem_remap(m, p->from, p->room, bytes, &ignored))
        p->room = bytes; /* else it stays longer than it need be */
}

/* ---- semidominators ------------------------------------------------------*/

struct search {
    struct dfs *d;
    struct preds *p;
    uint32_t *idom;
    struct mem *m;
    pthread_mutex_t lock;
    uint32_t left; /* drawers; those behind have their semidominators */
    bool stuck;    /* one of them takes too many steps */
};

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

/* The words of bitmaps that a drawer has. */
struct words {
    uint32_t begin, end;
};

static struct words words_of(const struct search *s, uint32_t drawer)
{
    return (struct words){drawer * DRAWER_WORDS,
                          (drawer_end(drawer, s->d->numbers) - 1) / 64 + 1};
}

/* As the groups are used up from the last, semi[j] replaces begin[j]; the
 * parents go to idom. */
static void semidominators(const struct search *s, uint32_t drawer)
{
    struct link *link = s->d->link;
    const struct preds *p = s->p;
    struct words words = words_of(s, drawer);
    uint32_t end = p->end[drawer], n = s->d->numbers;
    uint32_t j = joins_before(p, words.end);

    for (uint32_t w = words.end; w-- > words.begin;) {
        note_parents(link, s->idom, w * 64, n - w * 64 < 64 ? n : w * 64 + 64);
        for (uint64_t b = p->joins.bits[w]; b;) {
            uint32_t bit = 63 - (uint32_t)__builtin_clzll(b),
                     at = p->begin[--j];

            p->begin[j] = semidominator(link, p->from, at, end, w << 6 | bit);
            end = at;
            b ^= (uint64_t)1 << bit;
        }
    }
}

/* ---- nearest common ancestors --------------------------------------------*/

/*
 * idom[i] is the nearest ancestor of i's parent, in the dominator tree built
 * so far, that is not below semi[i]. Walking there step by step is quick on
 * most heaps, but quadratic on a long linked list whose elements are also
 * referenced from elsewhere. So no more than *left are taken; false: it's not
 * done then.
 */
static bool dominators_by_steps(const struct search *s, uint32_t drawer,
                                uint64_t *left)
{
    const struct preds *p = s->p;
    struct words words = words_of(s, drawer);
    const uint32_t *semi = p->begin + joins_before(p, words.begin);
    uint64_t steps = *left;
    uint32_t *idom = s->idom;

    for (uint32_t w = words.begin; w < words.end; w++)
        for (uint64_t b = p->joins.bits[w]; b; b &= b - 1, semi++) {
            uint32_t i = w << 6 | (uint32_t)__builtin_ctzll(b);
            uint32_t c = *semi ? idom[i] : 0;

            while (c > *semi && steps) {
                c = idom[c];
                steps--;
            }
            if (!steps)
                return false;
            idom[i] = c;
        }
    *left = steps;
    return true;
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

/* What steps have found stays as it is. */
static void dominators_by_jumps(const struct search *s)
{
    const struct ranks *joins = &s->p->joins;
    const uint32_t *semi = s->p->begin;
    struct link *jump = s->d->link;
    uint32_t *idom = s->idom;

    jump[0] = (struct link){0, 0};
    for (uint32_t i = 1; i < s->d->numbers; i++) {
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

/* When a drawer has its semidominators: what lies behind all that have not is
 * of no more use. */
static void drawer_done(struct search *s, uint32_t drawer)
{
    uint32_t left;

    pthread_mutex_lock(&s->lock);
    s->p->end[drawer] = DONE;
    for (left = s->left; left && s->p->end[left - 1] == DONE;)
        left--;
    if (left < s->left)
        preds_shrink(s->p, left ? s->p->end[left - 1] : 0, s->m);
    s->left = left;
    pthread_mutex_unlock(&s->lock);
}

/* Steps to common ancestors, for each number. */
#define STEPS 4

/* What dominates the nodes of a walk is of that walk, or the super-root. */
static bool find_in_walk(void *search, uint64_t walk, unsigned worker,
                         struct err *e)
{
    struct search *s = search;
    const uint8_t *owner = s->d->owner;
    uint64_t steps = 0;
    bool ok = true;

    (void)worker;
    (void)e;
    for (uint32_t k = s->d->drawers; k-- > 0;)
        if (owner[k] == walk) {
            semidominators(s, k);
            drawer_done(s, k);
            steps += STEPS * DRAWER;
        }
    for (uint32_t k = 0; ok && k < s->d->drawers; k++)
        ok = owner[k] != walk || dominators_by_steps(s, k, &steps);
    if (!ok)
        __atomic_store_n(&s->stuck, true, __ATOMIC_RELAXED);
    return true;
}

static void find_dominators(struct search *s)
{
    struct err none = {0};

    s->left = s->d->drawers;
    pthread_mutex_init(&s->lock, NULL);
    parallel_for(s->d->walks, s->d->walks, find_in_walk, s, &none);
    pthread_mutex_destroy(&s->lock);
    if (s->stuck)
        dominators_by_jumps(s);
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
    ret->walks = d->walks;
    ret->drawers = d->drawers;
    ret->owner = d->owner;
    d->owner = NULL;
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
        find_dominators(
            &(struct search){.d = &dfs, .p = &p, .idom = idom, .m = m});
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
    mem_free(m, d->owner);
    core_deinit(&d->core, m);
    memset(d, 0, sizeof *d);
}
