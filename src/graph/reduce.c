/*
 * reduce.c - finds the nodes to fold, in three sweeps over all nodes in
 * order: who is referred to once; which of those are leaves; which of those
 * refer to such leaves only. A fourth would find a few per cent more, and cost
 * what it saves.
 */
#include "graph/reduce.h"

#include <string.h>

#include "graph/sweep.h"
#include "graph/unowned.h"

/* How many references ahead of the sweep nodes are asked for. */
#define AHEAD 32

struct folding {
    const struct graph *g;
    struct core *c;
    uint64_t *seen;   /* two bits a node: referred to, and more than once */
    uint64_t *others; /* [workers - 1] of the same, of the other workers */
    unsigned workers;
    uint64_t *fixed; /* bitmap: never folded */
    uint8_t *edged;  /* by class, see labels_flags: whether edges to it count */
};

static uint64_t bytes_of_others(const struct folding *f)
{
    return f->c ? (f->workers - 1) * 2 * f->c->n_words * sizeof *f->seen : 0;
}

static bool folding_init(struct folding *f, const struct graph *g,
                         struct core *c, struct mem *m, struct err *e)
{
    uint64_t bytes;

    f->g = g;
    f->c = c;
    bytes = c->n_words * sizeof *f->fixed;
    f->seen = mem_map(m, 2 * bytes, e);
    f->others = f->seen ? mem_map(m, bytes_of_others(f), e) : NULL;
    f->fixed = f->others ? mem_map(m, bytes, e) : NULL;
    f->edged = f->fixed ? mem_alloc(m, labels_flags(g->n_classes), 1, e) : NULL;
    return f->edged != NULL;
}

static void folding_deinit(struct folding *f, struct mem *m)
{
    uint64_t bytes = f->c ? f->c->n_words * sizeof *f->fixed : 0;

    mem_unmap(m, f->seen, 2 * bytes);
    mem_unmap(m, f->others, bytes_of_others(f));
    mem_unmap(m, f->fixed, bytes);
    mem_free(m, f->edged);
}

/* ---- sweep 1: who is referred to, and how often ----------------------- */

static inline void see(uint64_t *seen, uint32_t w)
{
    uint64_t bit = (uint64_t)1 << (2 * w & 63), *word = &seen[w >> 5];

    *word |= bit | (*word & bit) << 1;
}

/* In the order of the references, which is that of memory. */
static void see_all(const uint32_t *to, uint64_t n, uint64_t *seen)
{
    uint64_t i = 0;

    for (; i + AHEAD < n; i++) {
        __builtin_prefetch(&seen[to[i + AHEAD] >> 5], 1);
        see(seen, to[i]);
    }
    for (; i < n; i++)
        see(seen, to[i]);
}

/* Also marks leaves as kept, which lends its room. */
static void look_at_edges(void *folding, uint32_t i, uint32_t end,
                          unsigned worker)
{
    struct folding *f = folding;
    uint64_t *seen = f->seen, first = graph_first(f->g, (uint64_t)i * 64);

    if (worker)
        seen = f->others + (worker - 1) * 2 * (uint64_t)f->c->n_words;
    see_all(f->g->to + first, graph_first(f->g, (uint64_t)end * 64) - first,
            seen);
    for (; i < end; i++)
        f->c->words[i].kept = spans_empty64(&f->g->edges, (uint64_t)i * 64);
}

/* Adds up what the workers have seen. */
static void join_seen(struct folding *f)
{
    uint64_t n = 2 * (uint64_t)f->c->n_words;
    const uint64_t once = 0x5555555555555555u;

    for (unsigned k = 1; k < f->workers; k++)
        for (uint64_t i = 0; i < n; i++) {
            uint64_t a = f->seen[i], b = f->others[(k - 1) * n + i];

            f->seen[i] = a | b | (a & b & once) << 1;
        }
}

static void count_referrers(struct folding *f)
{
    sweep(f->g, look_at_edges, f);
    join_seen(f);
    f->c->words[0].kept &= ~(uint64_t)1;
}

/* Every second bit of `x`, from the lowest, together. */
static uint64_t even_bits(uint64_t x)
{
    x &= 0x5555555555555555u;
    x = (x | x >> 1) & 0x3333333333333333u;
    x = (x | x >> 2) & 0x0f0f0f0f0f0f0f0fu;
    x = (x | x >> 4) & 0x00ff00ff00ff00ffu;
    x = (x | x >> 8) & 0x0000ffff0000ffffu;
    return (x | x >> 16) & 0x00000000ffffffffu;
}

/* Of 64 nodes those with exactly one reference in the CSR. */
static uint64_t once(const struct folding *f, uint32_t word)
{
    const uint64_t *s = &f->seen[2 * (uint64_t)word];

    return even_bits(s[0] & ~(s[0] >> 1)) | even_bits(s[1] & ~(s[1] >> 1))
                                                << 32;
}

/* ---- what is not for folding ------------------------------------------ */

/* Roots, class objects, and whatever the overlay touches. */
static void fix(struct folding *f)
{
    const struct graph *g = f->g;
    const struct overlay *o = g->extra;

    f->fixed[0] |= 1;
    for (uint32_t i = 0; i < g->n_roots; i++)
        bits_add(f->fixed, g->roots[i]);
    for (uint32_t k = 0; g->class_node && k < g->n_classes; k++) {
        uint32_t x = g->class_node[k];

        f->c->live[k] = x == NO_NODE || bits_has(f->fixed, x) ? NO_NODE : x;
    }
    f->c->live[g->n_classes] = NO_NODE;
    for (uint32_t k = 0; g->class_node && k < g->n_classes; k++)
        if (g->class_node[k] != NO_NODE)
            bits_add(f->fixed, g->class_node[k]);
    for (uint32_t i = 0; o && i < f->c->n_words; i++) {
        f->fixed[i] |= o->members.bits[i];
        f->c->words[i].extra = o->members.bits[i] != 0;
    }
    for (uint32_t i = 0; o && i < o->first[o->members.n]; i++)
        bits_add(f->fixed, o->to[i]);
}

/* Takes classes that may as well be roots from those whose edges count. */
static bool spare_unowned(struct folding *f, struct mem *m, struct err *e)
{
    struct core *c = f->c;

    if (!unowned_find(f->g, f->edged, m, e)) /* so far who is unowned */
        return false;
    for (uint32_t k = 0; k < f->g->n_classes; k++) {
        if (f->edged[k] && c->live[k] != NO_NODE) {
            c->unowned[c->n_unowned++] = c->live[k];
            c->live[k] = NO_NODE;
        }
        f->edged[k] = c->live[k] != NO_NODE;
    }
    return true;
}

/* ---- sweeps 2 and 3 --------------------------------------------------- */

/* Of 64 nodes those to whose class the edge counts. */
static uint64_t look_at_classes(const struct folding *f, uint32_t word)
{
    const struct graph *g = f->g;
    uint32_t v = word * 64, n = g->nodes - v < 64 ? g->nodes - v : 64;

    return g->class_node
               ? labels_flagged(&g->class_of, v, n, f->edged, g->n_classes)
               : 0;
}

/* Leaves to fold replace leaves in their words; who may be folded if all below
 * is takes the place of f->fixed. */
static void fold_leaves(void *folding, uint32_t i, uint32_t end,
                        unsigned worker)
{
    struct folding *f = folding;

    (void)worker;
    for (; i < end; i++) {
        struct core_word *w = &f->c->words[i];
        uint64_t fit;

        w->edged = look_at_classes(f, i);
        fit = once(f, i) & ~f->fixed[i] & ~w->edged;
        f->fixed[i] = fit & ~w->kept;
        w->kept &= fit;
    }
}

/* Whether all that `v` refers to is folded. */
static inline bool folds(const struct folding *f, uint32_t v)
{
    uint64_t i, end;

    graph_range(f->g, v, &i, &end);
    for (; i < end; i++)
        if (!core_keeps(f->c, f->g->to[i])) /* a leaf, so far */
            return false;
    return true;
}

static void fold_inner(void *folding, uint32_t i, uint32_t end, unsigned worker)
{
    struct folding *f = folding;

    (void)worker;
    for (; i < end; i++)
        for (uint64_t fit = f->fixed[i]; fit; fit &= fit - 1) {
            unsigned bit = (unsigned)__builtin_ctzll(fit);
            bool folded = folds(f, i << 6 | bit);

            f->c->words[i].inner |= (uint64_t)folded << bit;
        }
}

static void keep_the_rest(const struct folding *f)
{
    struct core *c = f->c;

    for (uint32_t i = 0; i < c->n_words; i++) {
        struct core_word *w = &c->words[i];

        w->kept = ~(w->kept | w->inner);
        if (i == c->n_words - 1)
            w->kept &= ((uint64_t)1 << (f->g->nodes & 63)) - 1;
        w->inner |= w->kept;
        w->before = c->n;
        c->n += (uint32_t)__builtin_popcountll(w->kept);
    }
}

/* ---- together --------------------------------------------------------- */

static bool core_init(struct core *c, const struct graph *g, struct mem *m,
                      struct err *e)
{
    memset(c, 0, sizeof *c);
    c->graph = g;
    c->n_words = g->nodes / 64 + 1;
    c->words = mem_map(m, c->n_words * sizeof *c->words, e);
    c->live = c->words
                  ? mem_alloc(m, (uint64_t)g->n_classes + 1, sizeof *c->live, e)
                  : NULL;
    c->unowned = c->live ? mem_alloc(m, (uint64_t)g->n_classes + 1,
                                     sizeof *c->unowned, e)
                         : NULL;
    return c->unowned != NULL;
}

bool core_build(const struct graph *g, struct mem *m, struct core *ret,
                struct err *e)
{
    struct folding f = {.workers = sweep_workers(g)};
    bool ok = core_init(ret, g, m, e) && folding_init(&f, g, ret, m, e);

    if (ok) {
        count_referrers(&f);
        fix(&f);
        ok = spare_unowned(&f, m, e);
    }
    if (ok) {
        sweep(g, fold_leaves, &f);
        sweep(g, fold_inner, &f);
        keep_the_rest(&f);
    }
    folding_deinit(&f, m);
    if (!ok)
        core_deinit(ret, m);
    return ok;
}

void core_deinit(struct core *c, struct mem *m)
{
    mem_unmap(m, c->words, c->n_words * sizeof *c->words);
    mem_free(m, c->live);
    mem_free(m, c->unowned);
    memset(c, 0, sizeof *c);
}
