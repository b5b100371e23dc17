/*
 * tree.c - the dominator tree laid out in preorder.
 *
 * dom_build leaves the nodes in an order in which dominators come first.
 * Counting subtree sizes upwards from the end of it, and handing out
 * positions downwards from its start, gives the preorder: no lists of
 * children, no stack.
 *
 * Everything happens in the room that dom_build used. By number, the two of
 * the links are places, then positions; `above` becomes the spans, and
 * the numbers, which lie by rank, become the positions.
 */
#include "graph/tree.h"

#include <string.h>

#include "graph/sweep.h"
#include "graph/weigh.h"

/* How many nodes ahead places are asked for. */
#define AHEAD 32

/* By number, while the layout is worked out. */
struct place {
    uint32_t span;
    uint32_t next; /* position of the next child; in the end, behind all */
};

struct layout {
    struct tree *t;
    struct place *places;
};

static uint64_t tops_bytes(const struct tree *t)
{
    return ((uint64_t)t->n_tops + 1) * sizeof *t->tops;
}

static void begin_places(void *layout, uint32_t i, uint32_t end,
                         unsigned worker)
{
    struct place *p = ((const struct layout *)layout)->places;

    (void)worker;
    for (; i < end; i++)
        p[i].span = 1;
}

/* Every span is 1 before; a number that is nobody's is its own dominator, and
 * takes no place from others. Returns how many children the super-root has. */
static uint32_t find_spans(struct place *p, const uint32_t *above, uint32_t n)
{
    uint32_t tops = 0;

    for (uint32_t i = n - 1; i > 0; i--) {
        uint32_t up = above[i];

        p[up].span += p[i].span;
        tops += up == 0;
    }
    return tops;
}

/* Whether a node is a child of the super-root can't be foreseen, so that each
 * is written to `tops`, for the next one to overwrite: there is room. */
static void find_places(struct place *p, const uint32_t *above, uint32_t n,
                        uint32_t *tops)
{
    p[0].next = 1;
    for (uint32_t i = 1; i < n; i++) {
        uint32_t up = above[i];
        struct place *it = &p[up];

        *tops = it->next;
        tops += up == 0;
        p[i].next = it->next + 1;
        it->next += p[i].span;
    }
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

static bool lay_out(struct tree *t, uint32_t numbers, struct mem *m,
                    struct err *e)
{
    struct layout l = {t, (struct place *)t->order};
    const struct graph *g = t->core.graph;

    sweep_numbers(g, numbers, begin_places, &l);
    t->n_tops = find_spans(l.places, t->span, numbers);
    t->tops = mem_map(m, tops_bytes(t), e);
    if (!t->tops)
        return false;
    find_places(l.places, t->span, numbers, t->tops);
    t->span[0] = t->reached;
    sweep(g, store_some, &l);
    return true;
}

/* There is some where the places were, if 32 bits will do for them. */
static bool make_room_for_weights(struct tree *t, struct mem *m, struct err *e)
{
    if (t->sizes.most >> t->sizes.shift <= UINT32_MAX)
        return true;
    t->wide = mem_map(m, t->room * sizeof *t->wide, e);
    return t->wide != NULL;
}

static void take_over(struct tree *t, struct dom *d)
{
    t->core = d->core;
    t->reached = d->reached;
    t->room = d->room;
    t->at = d->number;
    t->span = d->above;
    t->holds = d->holds;
    t->order = d->spare_pairs;
    memset(d, 0, sizeof *d);
}

static void free_holds(struct tree *t, struct mem *m)
{
    mem_unmap(m, t->holds, bits_bytes(t->room));
    t->holds = NULL;
}

static bool build(struct tree *t, uint32_t numbers, struct mem *m,
                  struct err *e)
{
    t->classes = mem_alloc(m, (uint64_t)t->core.graph->n_classes + 1,
                           sizeof *t->classes, e);
    if (!t->classes)
        return false;
    if (!lay_out(t, numbers, m, e))
        return false;
    free_holds(t, m);
    t->folded = mem_map(m, t->reached, e);
    t->seen = t->folded ? mem_map(m, t->core.n_words * 8, e) : NULL;
    return t->seen && make_room_for_weights(t, m, e) && weigh_tree(t, m, e);
}

bool tree_build(struct dom *d, const struct tree_sizes *sizes, struct mem *m,
                struct tree *ret, struct err *e)
{
    uint32_t numbers = d->numbers;

    memset(ret, 0, sizeof *ret);
    ret->sizes = *sizes;
    take_over(ret, d);
    if (build(ret, numbers, m, e))
        return true;
    tree_deinit(ret, m);
    return false;
}

void tree_deinit(struct tree *t, struct mem *m)
{
    uint64_t room = t->room;

    mem_unmap(m, t->order, room * sizeof *t->order);
    mem_unmap(m, t->wide, room * sizeof *t->wide);
    mem_unmap(m, t->span, room * sizeof *t->span);
    mem_unmap(m, t->at, (uint64_t)t->core.n * sizeof *t->at);
    mem_unmap(m, t->folded, t->reached);
    mem_unmap(m, t->seen, t->core.n_words * sizeof *t->seen);
    mem_unmap(m, t->tops, tops_bytes(t));
    free_holds(t, m);
    mem_free(m, t->classes);
    core_deinit(&t->core, m);
    memset(t, 0, sizeof *t);
}

/* ---- what one node retains -------------------------------------------- */

uint64_t tree_retained(const struct tree *t, uint32_t v)
{
    struct folded_iter it;
    uint64_t bytes;
    uint32_t w;

    if (!tree_is_folded(t, v))
        return tree_bytes(t, tree_at(t, v));
    bytes = tree_shallow(t, v);
    folded_begin(&t->core, v, &it);
    while ((w = folded_next(&it)) != NO_NODE)
        bytes += tree_shallow(t, w);
    return bytes;
}

static uint64_t count_folded(const struct tree *t, uint32_t v)
{
    struct folded_iter it;
    uint64_t n = 0;

    folded_begin(&t->core, v, &it);
    while (folded_next(&it) != NO_NODE)
        n++;
    return n;
}

uint64_t tree_objects(const struct tree *t, uint32_t v)
{
    uint32_t at;
    uint64_t n;

    if (tree_is_folded(t, v))
        return 1 + count_folded(t, v);
    at = tree_at(t, v);
    n = t->span[at];
    for (uint32_t i = at; i < at + t->span[at]; i++)
        n += tree_holds(t, i) < TREE_MANY ? tree_holds(t, i)
                                          : count_folded(t, t->order[i].node);
    return n;
}

/* ---- the children of one node ----------------------------------------- */

struct child {
    uint64_t retained;
    uint32_t node;
};

static bool smaller(struct child a, struct child b)
{
    if (a.retained != b.retained)
        return a.retained < b.retained;
    return a.node > b.node;
}

/* Restores a heap whose root, the smallest child, has been replaced. */
static void sift_down(struct child *heap, uint64_t n)
{
    uint64_t i = 0, kid;

    while ((kid = 2 * i + 1) < n) {
        struct child swap = heap[i];

        if (kid + 1 < n && smaller(heap[kid + 1], heap[kid]))
            kid++;
        if (!smaller(heap[kid], swap))
            return;
        heap[i] = heap[kid];
        heap[kid] = swap;
        i = kid;
    }
}

static void sift_up(struct child *heap, uint64_t i)
{
    struct child c = heap[i];

    for (; i && smaller(c, heap[(i - 1) / 2]); i = (i - 1) / 2)
        heap[i] = heap[(i - 1) / 2];
    heap[i] = c;
}

static uint64_t count_children(const struct tree *t, uint32_t v)
{
    struct tree_kids it;
    uint64_t n = 0;

    if (v == 0)
        return t->n_tops;
    tree_kids_begin(t, v, &it);
    while (tree_kids_next(&it) != NO_NODE)
        n++;
    return n;
}

/* The largest children, in a heap with the smallest of them on top. */
struct largest {
    struct child *heap;
    uint64_t n, most;
};

static void offer(struct largest *l, struct child c)
{
    if (l->n < l->most) {
        l->heap[l->n] = c;
        sift_up(l->heap, l->n++);
    } else if (smaller(l->heap[0], c)) {
        l->heap[0] = c;
        sift_down(l->heap, l->n);
    }
}

/* Hardly any is among the largest, so their nodes are not looked at. */
static void collect_tops(const struct tree *t, struct largest *l)
{
    for (uint32_t i = 0; i < t->n_tops; i++) {
        uint64_t bytes = tree_bytes(t, t->tops[i]);

        if (l->n < l->most || bytes >= l->heap[0].retained)
            offer(l, (struct child){bytes, t->order[t->tops[i]].node});
    }
}

static void collect(const struct tree *t, uint32_t v, struct largest *l)
{
    struct tree_kids it;
    uint32_t w;

    tree_kids_begin(t, v, &it);
    while ((w = tree_kids_next(&it)) != NO_NODE)
        offer(l, (struct child){tree_retained(t, w), w});
}

bool tree_children(const struct tree *t, uint32_t node, uint64_t max,
                   struct mem *m, uint32_t **ret, uint64_t *n, uint64_t *all,
                   struct err *e)
{
    uint64_t count = tree_has(t, node) ? count_children(t, node) : 0;
    struct largest l = {0};

    *all = count;
    if (max && count > max)
        count = max;
    l.most = count;
    l.heap = mem_alloc(m, count, sizeof *l.heap, e);
    *ret = l.heap ? mem_alloc(m, count, sizeof **ret, e) : NULL;
    *n = *ret ? count : 0;
    if (*n) {
        if (node == 0)
            collect_tops(t, &l);
        else
            collect(t, node, &l);
        while (count--) {
            (*ret)[count] = l.heap[0].node;
            l.heap[0] = l.heap[count];
            sift_down(l.heap, count);
        }
    }
    mem_free(m, l.heap);
    return *ret != NULL;
}
