/*
 * preorder.c - positions in preorder, from dominators by number.
 *
 * dom_build leaves the nodes in an order in which dominators come first.
 * Counting subtree sizes upwards from the end of it, and handing out
 * positions downwards from its start, gives the preorder: no lists of
 * children, no stack.
 *
 * Everything happens in the room that dom_build used. By number, the two of
 * the links are places; `above` becomes the spans, and the numbers, which lie
 * by rank, become the positions.
 */
#include "graph/preorder.h"

#include "base/parallel.h"
#include "graph/crossings.h"
#include "graph/sweep.h"

/* How many nodes ahead places are asked for. */
#define AHEAD 32

/* By number, while the layout is worked out. */
struct place {
    uint32_t span;
    uint32_t next; /* position of the next child; in the end, behind all */
};

/* Of the numbers that one walk has taken: nothing but the super-root is above
 * those and others, so that each share is laid out for itself. */
struct share {
    struct place root; /* the super-root's, as far as these go */
    uint32_t n_tops;
    uint32_t *tops; /* where they go */
};

struct layout {
    struct tree *t;
    struct place *places;
    const struct dom *dom; /* whose the numbers are */
    uint32_t numbers;
    struct share *shares; /* [dom->walks] */
};

static void begin_places(void *layout, uint32_t i, uint32_t end,
                         unsigned worker)
{
    struct place *p = ((const struct layout *)layout)->places;

    (void)worker;
    for (; i < end; i++)
        p[i].span = 1;
}

/* The first number of a drawer that isn't the super-root's. */
static uint32_t drawer_begin(uint32_t drawer)
{
    return drawer ? drawer << DRAWER_BITS : 1;
}

/* Every span is 1 before; a number that is nobody's is its own dominator, and
 * takes no place from others. */
static void add_spans(const struct layout *l, uint32_t drawer,
                      struct share *share)
{
    const uint32_t *above = l->t->span;
    uint32_t begin = drawer_begin(drawer), i = drawer_end(drawer, l->numbers);
    struct place *p = l->places, root = share->root;

    while (i-- > begin) {
        struct place *up = above[i] ? &p[above[i]] : &root;

        up->span += p[i].span;
        share->n_tops += above[i] == 0;
    }
    share->root = root;
}

/* Whether a node is a child of the super-root can't be foreseen, so that a
 * place is written down for each. */
static void add_places(const struct layout *l, uint32_t drawer,
                       struct share *share)
{
    const uint32_t *above = l->t->span;
    uint32_t i = drawer_begin(drawer), end = drawer_end(drawer, l->numbers);
    struct place *p = l->places, root = share->root;
    uint32_t *tops = share->tops, ignored;

    for (; i < end; i++) {
        bool top = above[i] == 0;
        struct place *up = top ? &root : &p[above[i]];

        *(top ? tops : &ignored) = up->next;
        tops += top;
        p[i].next = up->next + 1;
        up->next += p[i].span;
    }
    share->tops = tops;
    share->root = root;
}

static bool find_spans(void *layout, uint64_t walk, unsigned worker,
                       struct err *e)
{
    const struct layout *l = layout;
    struct share mine = {0};

    (void)worker;
    (void)e;
    for (uint32_t k = l->dom->drawers; k-- > 0;)
        if (l->dom->owner[k] == walk)
            add_spans(l, k, &mine);
    l->shares[walk] = mine;
    return true;
}

static bool find_places(void *layout, uint64_t walk, unsigned worker,
                        struct err *e)
{
    const struct layout *l = layout;
    struct share mine = l->shares[walk];

    (void)worker;
    (void)e;
    for (uint32_t k = 0; k < l->dom->drawers; k++)
        if (l->dom->owner[k] == walk)
            add_places(l, k, &mine);
    return true;
}

/* Puts the shares one behind the other. */
static bool place_shares(const struct layout *l, struct mem *m, struct err *e)
{
    struct share *end = l->shares + l->dom->walks;
    struct tree *t = l->t;
    uint32_t at = 1, n = 0;

    for (struct share *s = l->shares; s < end; s++)
        t->n_tops += s->n_tops;
    t->tops = mem_map(m, t->n_tops * sizeof *t->tops, e);
    for (struct share *s = l->shares; t->tops && s < end; s++) {
        s->root.next = at;
        s->tops = t->tops + n;
        at += s->root.span;
        n += s->n_tops;
    }
    return t->tops != NULL;
}

/* Any thread may be the first to see it, and none should write what is there:
 * the branch is hardly ever taken. */
static inline void note_nesting(struct tree_class *k, bool parent)
{
    if (__builtin_expect(parent & !__atomic_load_n(&k->nests, __ATOMIC_RELAXED),
                         0))
        __atomic_store_n(&k->nests, true, __ATOMIC_RELAXED);
}

/* From the number of a node of the core, at *at, to its position and span.
 * Returns whether it may have folded nodes of its own: those that nobody
 * reaches may. */
ALWAYS_INLINE uint64_t store(const struct tree *t, const struct graph *g,
                             const struct place *places, uint32_t *at,
                             uint32_t v)
{
    uint32_t number = *at;
    struct place p;

    if (!number)
        return 1;
    p = places[number];
    note_nesting(&t->classes[graph_class(g, v)], p.span > 1);
    *at = p.next - p.span;
    t->span[*at] = p.span;
    return bits_has(t->holds, number);
}

static void store_some(void *layout, uint32_t w, uint32_t end, unsigned worker)
{
    const struct layout l = *(const struct layout *)layout;
    const struct tree t = *l.t; /* stores change neither, as copies show */
    const struct graph g = *t.core.graph;
    struct core_word *words = t.core.words;
    uint32_t *at = t.at + words[w].before;
    /* What lies behind may be changing: it is another thread's. */
    const uint32_t *last =
        t.at + (end < t.core.n_words ? words[end].before : t.core.n);

    (void)worker;
    for (; w < end; w++) {
        uint64_t hold = 0;

        for (uint64_t b = words[w].kept; b; b &= b - 1, at++) {
            unsigned bit = (unsigned)__builtin_ctzll(b);

            if (at + AHEAD < last)
                __builtin_prefetch(&l.places[at[AHEAD]]);
            hold |= store(&t, &g, l.places, at, w << 6 | bit) << bit;
        }
        words[w].inner &= ~words[w].kept | hold;
    }
}

bool lay_out_tree(struct tree *t, const struct dom *d, uint32_t numbers,
                  struct mem *m, struct err *e)
{
    struct layout l = {t, (struct place *)t->order, d, numbers, NULL};
    const struct graph *g = t->core.graph;
    bool ok;

    l.shares = mem_alloc(m, d->walks, sizeof *l.shares, e);
    if (!l.shares)
        return false;
    sweep_numbers(g, numbers, begin_places, &l);
    ok = parallel_for(d->walks, d->walks, find_spans, &l, e) &&
         place_shares(&l, m, e) &&
         parallel_for(d->walks, d->walks, find_places, &l, e);
    mem_free(m, l.shares);
    t->span[0] = t->reached;
    if (ok)
        sweep(g, store_some, &l);
    return ok;
}
