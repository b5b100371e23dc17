/*
 * weigh.c - what nodes, subtrees and classes weigh.
 *
 * One sweep in the order of memory gives every node and its bytes to the
 * position it belongs to; what a folded node retains is known at that moment,
 * and its class credited. Only where its class nests (an instance of it
 * dominates others) its place in the tree has to be looked at, in a second
 * sweep over the positions, which sums up subtrees and credits the classes of
 * the others.
 */
#include "graph/weigh.h"

#include <string.h>

#include "base/inline.h"
#include "graph/sizes.h"
#include "graph/sweep.h"

/* How many independent loads or stores are kept in flight. */
#define AHEAD 24

/* ---- own weights ------------------------------------------------------ */

/* What a worker adds up for itself, [n_classes + 1]. */
struct tally {
    uint64_t retained; /* as in struct tree_class */
    uint32_t end;      /* where the subtree of the outermost open instance ends,
                          while subtrees are looked through in their order */
    bool nests;        /* as in struct tree_class, at hand */
};

struct weighing {
    struct tree *t;
    struct tally **tallies; /* [workers] */
    unsigned workers;
    _Atomic uint64_t all; /* weights, as they are stored */
    struct mem *m;
};

/* What the loop looks into, at hand: it stores too much for the compiler to
 * know that all this stays the same. */
struct scales {
    const struct tree *t;
    const uint32_t *at;
    struct tree_position *order;
    uint64_t *wide;
    uint8_t *folded;
    unsigned shift;
    struct tally *tallies;
    tree_size_fn *shallow;
    void *sizes;
    const struct core_word *words;
    const struct graph *g;
    const uint32_t *to;
    struct labels class_of;
    uint32_t n_classes;
    bool classed; /* nodes have classes */
};

static struct scales scales_of(const struct weighing *x, unsigned worker)
{
    const struct tree *t = x->t;
    const struct graph *g = t->core.graph;

    return (struct scales){
        .t = t,
        .at = t->at,
        .order = t->order,
        .wide = t->wide,
        .folded = t->folded,
        .shift = t->sizes.shift,
        .tallies = x->tallies[worker],
        .shallow = t->sizes.shallow,
        .sizes = t->sizes.ctx,
        .words = t->core.words,
        .g = g,
        .to = g->to,
        .class_of = g->class_of,
        .n_classes = g->n_classes,
        .classed = g->class_node != NULL,
    };
}

/* A node of the core and what is folded into it. */
struct lump {
    uint32_t class;
    uint32_t holds; /* folded nodes */
    bool nests;
};

/* As graph_class. */
ALWAYS_INLINE uint32_t class_at(const struct scales *s, uint32_t v)
{
    uint32_t c =
        s->classed ? labels_get_or_more(&s->class_of, v) : s->n_classes;

    return c < s->n_classes ? c : s->n_classes;
}

/* What a folded node retains, unless it is `covered` by one of its class. */
ALWAYS_INLINE void credit(const struct scales *s, struct lump *l,
                          uint32_t class, uint64_t bytes, bool covered)
{
    struct tally *k = &s->tallies[class];

    l->nests |= k->nests & !covered;
    k->retained += (k->nests | covered) ? 0 : bytes;
    l->holds++;
}

/* The leaves below a folded node. */
ALWAYS_INLINE uint64_t add_leaves(const struct scales *s, struct lump *l,
                                  uint32_t v, uint32_t class)
{
    uint64_t i, end, bytes = 0;

    graph_range(s->g, v, &i, &end);
    for (; i < end; i++) {
        uint32_t w = s->to[i], k = class_at(s, w);
        uint64_t own = s->shallow(s->sizes, w, k);

        credit(s, l, k, own, k == class || k == l->class);
        bytes += own;
    }
    return bytes;
}

ALWAYS_INLINE uint64_t add_folded(const struct scales *s, struct lump *l,
                                  uint32_t v)
{
    uint64_t i, end, bytes = 0;

    graph_range(s->g, v, &i, &end);
    for (; i < end; i++) {
        uint32_t w = s->to[i], k;
        const struct core_word *word = &s->words[w >> 6];
        uint64_t own;

        if (word->kept >> (w & 63) & 1)
            continue;
        k = class_at(s, w);
        own = s->shallow(s->sizes, w, k);
        if (word->inner >> (w & 63) & 1)
            own += add_leaves(s, l, w, k);
        credit(s, l, k, own, k == l->class);
        bytes += own;
    }
    return bytes;
}

/* Weights as they are stored: without their low bits if they are narrow. */
ALWAYS_INLINE uint64_t weight(const struct scales *s, uint32_t at)
{
    return s->wide ? s->wide[at] : s->order[at].weight;
}

ALWAYS_INLINE void set_weight(const struct scales *s, uint32_t at, uint64_t w)
{
    if (s->wide)
        s->wide[at] = w;
    else
        s->order[at].weight = (uint32_t)w;
}

/* So far `folded` says that nothing is. */
ALWAYS_INLINE void weigh_one(const struct scales *s, uint32_t v, uint32_t at)
{
    struct lump l = {.class = class_at(s, v)};
    uint64_t bytes = s->shallow(s->sizes, v, l.class);

    if (s->words[v >> 6].inner >> (v & 63) & 1) {
        bytes += add_folded(s, &l, v);
        s->folded[at] = (uint8_t)((l.holds < TREE_MANY ? l.holds : TREE_MANY) |
                                  (l.nests ? TREE_NESTS : 0));
    }
    s->order[at].node = v;
    set_weight(s, at, s->wide ? bytes : bytes >> s->shift);
}

/* Nobody reaches `v`, nor what is folded into it. */
static void unsee(const struct tree *t, uint32_t v)
{
    struct folded_iter it;

    folded_begin(&t->core, v, &it);
    for (; v != NO_NODE; v = folded_next(&it))
        __atomic_fetch_and(&t->seen[v >> 6], ~((uint64_t)1 << (v & 63)),
                           __ATOMIC_RELAXED);
}

ALWAYS_INLINE void ask_for(const struct scales *s, uint32_t at)
{
    __builtin_prefetch(&s->order[at], 1);
    if (s->wide)
        __builtin_prefetch(&s->wide[at], 1);
}

/* The words [w, end), in the order of the graph's memory, as everything there
 * is near then. */
ALWAYS_INLINE void weigh_by(const struct scales *s, uint32_t w, uint32_t end)
{
    uint32_t rank = s->words[w].before, n = s->t->core.n;

    for (; w < end; w++)
        for (uint64_t b = s->words[w].kept; b; b &= b - 1) {
            uint32_t v = w << 6 | (uint32_t)__builtin_ctzll(b), at;

            if (rank + AHEAD < n)
                ask_for(s, s->at[rank + AHEAD]);
            at = s->at[rank++];
            if (at || v == 0)
                weigh_one(s, v, at);
            else
                unsee(s->t, v);
        }
}

ALWAYS_INLINE uint64_t sizes_inline(void *sizes, uint32_t node, uint32_t class)
{
    return sizes_of(sizes, node, class);
}

/* Ordinary sizes, labels and weights are worth copies of the loops that know
 * them. */
static bool are_ordinary(const struct scales *s)
{
    return s->shallow == sizes_next && !s->wide && !s->class_of.wide &&
           s->classed;
}

ALWAYS_INLINE struct scales ordinary(struct scales s)
{
    s.shallow = sizes_inline;
    s.wide = NULL;
    s.class_of.wide = NULL;
    s.classed = true;
    return s;
}

static void weigh_piece(void *weighing, uint32_t begin, uint32_t end,
                        unsigned worker)
{
    const struct scales s = scales_of(weighing, worker), o = ordinary(s);

    if (are_ordinary(&s))
        weigh_by(&o, begin, end);
    else
        weigh_by(&s, begin, end);
}

/* ---- subtrees --------------------------------------------------------- */

/* The first position from `i` on where a subtree of the super-root begins. */
static uint32_t next_top(const struct tree *t, uint32_t i)
{
    uint32_t from = 0, to = t->n_tops;

    while (from < to) {
        uint32_t mid = from + (to - from) / 2;

        if (t->tops[mid] < i)
            from = mid + 1;
        else
            to = mid;
    }
    return from < t->n_tops ? t->tops[from] : t->reached;
}

/* What is folded into the node at position `i`, of classes that nest. */
static void add_nesting(const struct scales *s, uint32_t i)
{
    const struct tree *t = s->t;
    struct folded_iter it;
    uint32_t w;

    folded_begin(&t->core, s->order[i].node, &it);
    while ((w = folded_next(&it)) != NO_NODE) {
        uint32_t c = class_at(s, w);
        struct tally *k = &s->tallies[c];

        if (!k->nests || i < k->end ||
            (it.above != it.node && class_at(s, it.above) == c))
            continue;
        k->retained += tree_retained(t, w);
    }
}

/* The subtree at position `i` ends at `end`: its class retains it, unless one
 * of the same is above it. Nobody can foresee that, so it's all bits or none.
 */
ALWAYS_INLINE void add_to_class(const struct scales *s, uint32_t i,
                                uint32_t end, uint64_t bytes)
{
    struct tally *k = &s->tallies[class_at(s, s->order[i].node)];
    uint64_t outermost = -(uint64_t)(i >= k->end);

    k->retained += bytes & outermost;
    k->end += (end - k->end) & (uint32_t)outermost;
    if (s->folded[i] & TREE_NESTS)
        add_nesting(s, i);
}

/*
 * Of the subtrees of the super-root that begin in [from, to), and are all
 * there: weights by position become sums. A subtree is a range, and its sum
 * the difference of two running sums; ascending, one is overwritten only
 * after all ranges that end there have been served. Returns the sum of all.
 */
ALWAYS_INLINE uint64_t sum_by(const struct scales *s, uint32_t from,
                              uint32_t to)
{
    const uint32_t *span = s->t->span;
    uint64_t sum = 0;

    for (uint32_t i = from; i < to; i++) {
        uint64_t own = weight(s, i);

        set_weight(s, i, sum);
        sum += own;
    }
    for (uint32_t i = from; i < to; i++) {
        uint32_t end = i + span[i];
        uint64_t own = (end < to ? weight(s, end) : sum) - weight(s, i);

        set_weight(s, i, own);
        add_to_class(s, i, end, s->wide ? own : own << s->shift);
    }
    return sum;
}

static void sum_piece(void *weighing, uint32_t begin, uint32_t end,
                      unsigned worker)
{
    struct weighing *x = weighing;
    const struct scales s = scales_of(x, worker), o = ordinary(s);
    uint32_t from = next_top(s.t, begin), to = next_top(s.t, end);

    x->all += are_ordinary(&s) ? sum_by(&o, from, to) : sum_by(&s, from, to);
}

/* ---- several workers --------------------------------------------------- */

static bool tallies_init(struct weighing *x, struct err *e)
{
    uint64_t n = (uint64_t)x->t->core.graph->n_classes + 1;

    x->tallies = mem_alloc(x->m, x->workers, sizeof *x->tallies, e);
    for (unsigned i = 0; x->tallies && i < x->workers; i++) {
        struct tally *k = mem_alloc(x->m, n, sizeof *k, e);

        x->tallies[i] = k;
        if (!k)
            return false;
        for (uint64_t c = 0; c < n; c++)
            k[c].nests = x->t->classes[c].nests;
        k[n - 1].end = UINT32_MAX; /* nodes without a class */
    }
    return x->tallies != NULL;
}

static void tallies_deinit(struct weighing *x)
{
    for (unsigned i = 0; x->tallies && i < x->workers; i++)
        mem_free(x->m, x->tallies[i]);
    mem_free(x->m, x->tallies);
}

static void join_tallies(const struct weighing *x)
{
    for (unsigned i = 0; i < x->workers; i++)
        for (uint32_t c = 0; c < x->t->core.graph->n_classes; c++)
            x->t->classes[c].retained += x->tallies[i][c].retained;
}

static void see_all(const struct tree *t)
{
    uint32_t last = t->core.n_words - 1;

    memset(t->seen, 0xff, last * sizeof *t->seen);
    t->seen[last] = ((uint64_t)1 << (t->core.graph->nodes & 63)) - 1;
}

bool weigh_tree(struct tree *t, struct mem *m, struct err *e)
{
    struct weighing x = {
        .t = t, .workers = sweep_workers(t->core.graph), .m = m};
    bool ok = tallies_init(&x, e);

    if (ok) {
        see_all(t);
        sweep(t->core.graph, weigh_piece, &x);
        sweep_numbers(t->core.graph, t->reached, sum_piece, &x);
        set_weight(&(struct scales){.wide = t->wide, .order = t->order}, 0,
                   x.all);
        join_tallies(&x);
    }
    tallies_deinit(&x);
    return ok;
}
