/*
 * weigh.c - what nodes, subtrees and classes weigh.
 *
 * One sweep in the order of memory gives every node's bytes to the position
 * it belongs to and to its class; what a folded node retains is known at
 * that moment. Only where its class nests (an instance of it dominates
 * others) its place in the tree has to be looked at, in a second sweep over
 * the positions.
 */
#include "graph/weigh.h"

#include "base/inline.h"
#include "graph/sizes.h"
#include "graph/sweep.h"

/* How many independent loads or stores are kept in flight. */
#define AHEAD 24

/* ---- own weights ------------------------------------------------------ */

/* What a worker adds up for itself. */
struct tally {
    uint64_t *seen;   /* bitmap of nodes */
    uint64_t *folded; /* [n_classes + 1] as in struct tree_class */
};

struct weighing {
    struct tree *t;
    struct tally *tallies; /* [workers] */
    unsigned workers;
    struct mem *m;
};

/* A node of the core and what is folded into it. */
struct lump {
    struct tree *t;
    const struct tally *tally;
    tree_size_fn *shallow;
    uint32_t class;
    uint32_t holds; /* folded nodes */
    bool nests;
};

/* The bytes of a reachable node. */
ALWAYS_INLINE uint64_t count(struct lump *l, uint32_t v, uint32_t class)
{
    bits_add(l->tally->seen, v);
    return l->shallow(l->t->sizes.ctx, v, class);
}

/* What a folded node retains, unless it is `covered` by one of its class. */
ALWAYS_INLINE void credit(struct lump *l, uint32_t class, uint64_t bytes,
                          bool covered)
{
    bool nests = l->t->classes[class].nests;

    l->nests |= nests && !covered;
    l->tally->folded[class] += nests || covered ? 0 : bytes;
    l->holds++;
}

/* The leaves below a folded node. */
ALWAYS_INLINE uint64_t add_leaves(struct lump *l, uint32_t v, uint32_t class)
{
    const struct graph *g = l->t->core.graph;
    uint64_t i, end, bytes = 0;

    graph_range(g, v, &i, &end);
    for (; i < end; i++) {
        uint32_t w = g->to[i], k = graph_class(g, w);
        uint64_t own = count(l, w, k);

        credit(l, k, own, k == class || k == l->class);
        bytes += own;
    }
    return bytes;
}

ALWAYS_INLINE uint64_t add_folded(struct lump *l, uint64_t i, uint64_t end)
{
    const struct core *c = &l->t->core;
    const struct graph *g = c->graph;
    uint64_t bytes = 0;

    for (; i < end; i++) {
        uint32_t w = g->to[i], k;
        uint64_t own;

        if (core_keeps(c, w))
            continue;
        k = graph_class(g, w);
        own = count(l, w, k);
        if (core_is_inner(c, w))
            own += add_leaves(l, w, k);
        credit(l, k, own, k == l->class);
        bytes += own;
    }
    return bytes;
}

/* Weights as they are stored: without their low bits if they are narrow. */
ALWAYS_INLINE uint64_t weight(const struct tree *t, uint32_t at, bool narrow)
{
    return narrow ? t->narrow[at] : t->wide[at];
}

ALWAYS_INLINE void set_weight(const struct tree *t, uint32_t at, uint64_t w,
                              bool narrow)
{
    if (narrow)
        t->narrow[at] = (uint32_t)w;
    else
        t->wide[at] = w;
}

static inline void put(const struct tree *t, uint32_t at, uint64_t bytes)
{
    if (t->narrow)
        set_weight(t, at, bytes >> t->sizes.shift, true);
    else
        set_weight(t, at, bytes, false);
}

/* `edges`: those of `v`. */
ALWAYS_INLINE void weigh_one(struct tree *t, const struct tally *tally,
                             tree_size_fn *shallow, uint32_t v,
                             const struct spans_sweep *edges, uint32_t at)
{
    struct lump l = {.t = t, .tally = tally, .shallow = shallow};

    l.class = graph_class(t->core.graph, v);
    put(t, at,
        count(&l, v, l.class) + add_folded(&l, edges->begin, edges->end));
    t->folded[at] = (uint8_t)((l.holds < TREE_MANY ? l.holds : TREE_MANY) |
                              (l.nests ? TREE_NESTS : 0));
}

static inline void ask_for_weight(const struct tree *t, uint32_t at)
{
    if (t->narrow)
        __builtin_prefetch(&t->narrow[at], 1);
    else
        __builtin_prefetch(&t->wide[at], 1);
}

/* The words [w, end), in the order of the graph's memory, as everything there
 * is near then. */
ALWAYS_INLINE void weigh_by(struct tree *t, const struct tally *tally,
                            tree_size_fn *shallow, uint32_t w, uint32_t end)
{
    const struct core *c = &t->core;
    struct spans_sweep edges = graph_sweep(c->graph, w * 64);
    uint32_t rank = c->words[w].before;

    for (; w < end; w++)
        for (uint32_t v = w * 64; v - w * 64 < 64 && v < c->graph->nodes; v++) {
            uint32_t at;

            spans_next(&edges);
            if (!core_keeps(c, v))
                continue;
            if (rank + AHEAD < c->n) {
                ask_for_weight(t, t->at[rank + AHEAD]);
                __builtin_prefetch(&t->folded[t->at[rank + AHEAD]], 1);
            }
            at = t->at[rank++];
            if (at || v == 0)
                weigh_one(t, tally, shallow, v, &edges, at);
        }
}

ALWAYS_INLINE uint64_t sizes_inline(void *sizes, uint32_t node, uint32_t class)
{
    return sizes_of(sizes, node, class);
}

/*
 * Turns weights by position into sums over subtrees: a subtree is a range,
 * and its sum the difference of two running sums. Ascending, a position is
 * overwritten only after all ranges that end there have been served.
 */
ALWAYS_INLINE void sum_by(const struct tree *t, bool narrow)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < t->reached; i++) {
        uint64_t own = weight(t, i, narrow);

        set_weight(t, i, sum, narrow);
        sum += own;
    }
    for (uint32_t i = 0; i < t->reached; i++) {
        uint32_t end = i + t->span[i];
        uint64_t after = end < t->reached ? weight(t, end, narrow) : sum;

        set_weight(t, i, after - weight(t, i, narrow), narrow);
    }
}

static void sum_subtrees(const struct tree *t)
{
    if (t->narrow)
        sum_by(t, true);
    else
        sum_by(t, false);
}

/* The ordinary sizes are worth a copy of the loop that has them inline. */
static void weigh_piece(void *weighing, uint32_t begin, uint32_t end,
                        unsigned worker)
{
    const struct weighing *x = weighing;
    tree_size_fn *shallow = x->t->sizes.shallow;

    if (shallow == sizes_next)
        weigh_by(x->t, &x->tallies[worker], sizes_inline, begin, end);
    else
        weigh_by(x->t, &x->tallies[worker], shallow, begin, end);
}

/* ---- several workers --------------------------------------------------- */

/* The first worker's bitmap is that of the tree. */
static bool tallies_init(struct weighing *x, struct err *e)
{
    const struct core *c = &x->t->core;
    bool ok;

    x->tallies = mem_alloc(x->m, x->workers, sizeof *x->tallies, e);
    ok = x->tallies != NULL;
    for (unsigned i = 0; ok && i < x->workers; i++) {
        struct tally *k = &x->tallies[i];

        k->seen =
            i ? mem_map(x->m, c->n_words * sizeof *k->seen, e) : x->t->seen;
        k->folded = mem_alloc(x->m, (uint64_t)c->graph->n_classes + 1,
                              sizeof *k->folded, e);
        ok = k->seen && k->folded;
    }
    return ok;
}

static void tallies_deinit(struct weighing *x)
{
    for (unsigned i = 0; x->tallies && i < x->workers; i++) {
        if (i)
            mem_unmap(x->m, x->tallies[i].seen,
                      x->t->core.n_words * sizeof *x->tallies[i].seen);
        mem_free(x->m, x->tallies[i].folded);
    }
    mem_free(x->m, x->tallies);
}

static void join_tallies(const struct weighing *x)
{
    const struct core *c = &x->t->core;

    for (unsigned i = 0; i < x->workers; i++) {
        const struct tally *k = &x->tallies[i];

        for (uint32_t w = 0; i && w < c->n_words; w++)
            x->t->seen[w] |= k->seen[w];
        for (uint32_t j = 0; j <= c->graph->n_classes; j++)
            x->t->classes[j].folded += k->folded[j];
    }
}

bool weigh_tree(struct tree *t, struct mem *m, struct err *e)
{
    struct weighing x = {
        .t = t, .workers = sweep_workers(t->core.graph), .m = m};
    bool ok = tallies_init(&x, e);

    if (ok) {
        sweep(t->core.graph, weigh_piece, &x);
        join_tallies(&x);
        sum_subtrees(t);
    }
    tallies_deinit(&x);
    return ok;
}

/* ---- what classes retain ---------------------------------------------- */

struct by_class {
    const struct tree *t;
    const struct graph *g;
    uint32_t *end; /* where the subtree of its outermost open instance ends */
    uint64_t *ret;
};

/* What is folded into the node at position `i`, of classes that nest. */
static void add_nesting(struct by_class *b, uint32_t i)
{
    struct folded_iter it;
    uint32_t w;

    folded_begin(&b->t->core, b->t->order[i], &it);
    while ((w = folded_next(&it)) != NO_NODE) {
        uint32_t c = graph_class(b->g, w);

        if (!b->t->classes[c].nests || i < b->end[c] ||
            (it.above != it.node && graph_class(b->g, it.above) == c))
            continue;
        b->ret[c] += tree_retained(b->t, w);
    }
}

static inline void ask_for(const struct by_class *b, uint32_t i)
{
    const struct tree *t = b->t;
    uint32_t v;

    if (i + AHEAD >= t->reached)
        return;
    v = t->order[i + AHEAD];
    graph_ask_class(b->g, v);
    if (t->folded[i + AHEAD] & TREE_NESTS)
        graph_ask_range(b->g, v);
    if (t->folded[i + AHEAD / 2] & TREE_NESTS) {
        uint64_t first, last;

        graph_range(b->g, t->order[i + AHEAD / 2], &first, &last);
        __builtin_prefetch(&b->g->to[first]);
    }
}

bool tree_class_retained(const struct tree *t, struct mem *m, uint64_t *ret,
                         struct err *e)
{
    const struct graph *g = t->core.graph;
    struct by_class b = {.t = t, .g = g, .ret = ret};

    b.end = mem_alloc(m, (uint64_t)g->n_classes + 1, sizeof *b.end, e);
    if (!b.end)
        return false;
    b.end[g->n_classes] = UINT32_MAX;
    for (uint32_t i = 1; g->class_node && i < t->reached; i++) {
        uint32_t c = graph_class(g, t->order[i]);

        ask_for(&b, i);
        if (i >= b.end[c]) {
            ret[c] += tree_bytes(t, i);
            b.end[c] = i + t->span[i];
        }
        if (t->folded[i] & TREE_NESTS)
            add_nesting(&b, i);
    }
    for (uint32_t c = 0; c < g->n_classes; c++)
        ret[c] += t->classes[c].folded;
    mem_free(m, b.end);
    return true;
}
