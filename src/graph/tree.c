/*
 * tree.c - the dominator tree laid out in preorder.
 *
 * dom_build leaves the nodes in an order in which dominators come first.
 * Counting subtree sizes upwards from the end of it, and handing out
 * positions downwards from its start, gives the preorder: no lists of
 * children, no stack.
 *
 * Everything happens in the room that dom_build used: `order` takes the
 * place of `above`, `span` that of `vertex`, weights that of the places the
 * layout is worked out in.
 */
#include "graph/tree.h"

#include <string.h>

#include "graph/sweep.h"
#include "graph/weigh.h"

/* How many independent loads or stores are kept in flight. */
#define AHEAD 24

/* By depth-first order, while the layout is worked out. */
struct place {
    uint32_t span;
    uint32_t next; /* position of the next child; in the end, at + span */
};

/* `p` has every span 1. */
static void lay_out(const struct dom *d, struct place *p)
{
    for (uint32_t i = d->reached - 1; i > 0; i--)
        p[d->above[i]].span += p[i].span;
    p[0].next = 1;
    for (uint32_t i = 1; i < d->reached; i++) {
        struct place *above = &p[d->above[i]];

        p[i].next = above->next + 1;
        above->next += p[i].span;
    }
}

struct storing {
    const struct dom *d;
    const struct place *p;
    struct tree *t;
};

static void store_nodes(void *storing, uint32_t i, uint32_t end,
                        unsigned worker)
{
    const struct storing *s = storing;

    (void)worker;
    for (; i < end; i++)
        s->t->order[s->p[i].next - s->p[i].span] = s->d->vertex[i];
}

static void store_spans(void *storing, uint32_t i, uint32_t end,
                        unsigned worker)
{
    const struct storing *s = storing;

    (void)worker;
    for (; i < end; i++)
        s->t->span[s->p[i].next - s->p[i].span] = s->p[i].span;
}

/* Also notes whose instances dominate others that are not folded; any thread
 * may be the first to, and none should write what is there. */
static void store_positions(void *storing, uint32_t i, uint32_t end,
                            unsigned worker)
{
    const struct tree *t = ((const struct storing *)storing)->t;
    const struct core *c = &t->core;

    (void)worker;
    for (; i < end; i++) {
        uint32_t v = t->order[i];
        bool *nests = &t->classes[graph_class(c->graph, v)].nests;

        if (i + AHEAD < end) {
            __builtin_prefetch(&t->at[core_rank(c, t->order[i + AHEAD])], 1);
            graph_ask_class(c->graph, t->order[i + AHEAD]);
        }
        t->at[core_rank(c, v)] = i;
        if (v && t->span[i] > 1 && !__atomic_load_n(nests, __ATOMIC_RELAXED))
            __atomic_store_n(nests, true, __ATOMIC_RELAXED);
    }
}

static void begin_places(void *places, uint32_t i, uint32_t end,
                         unsigned worker)
{
    struct place *p = places;

    (void)worker;
    for (; i < end; i++)
        p[i].span = 1;
}

/* Each sweep is through with the array that the next one writes to. */
static void store(const struct dom *d, const struct place *p, struct tree *t)
{
    struct storing s = {d, p, t};
    const struct graph *g = t->core.graph;

    sweep_numbers(g, t->reached, store_nodes, &s);
    sweep_numbers(g, t->reached, store_spans, &s);
    memset(t->at, 0, (uint64_t)t->core.n * sizeof *t->at);
    sweep_numbers(g, t->reached, store_positions, &s);
}

/* Where 32 bits will do for weights, halves the room for them. */
static void narrow_down(struct tree *t, struct mem *m)
{
    uint64_t bytes = (uint64_t)t->core.n * sizeof *t->wide;
    struct err ignored = {0};
    void *p;

    if (t->sizes.most >> t->sizes.shift > UINT32_MAX)
        return;
    p = mem_remap(m, t->wide, bytes, bytes / 2, &ignored);
    if (!p)
        return;
    t->narrow = p;
    t->wide = NULL;
}

static void take_over(struct tree *t, struct dom *d)
{
    t->core = d->core;
    t->reached = d->reached;
    t->order = d->above;
    t->span = d->vertex;
    t->at = d->spare;
    t->wide = (uint64_t *)d->spare_pairs;
    memset(d, 0, sizeof *d);
}

bool tree_build(struct dom *d, const struct tree_sizes *sizes, struct mem *m,
                struct tree *ret, struct err *e)
{
    struct dom from = *d;

    memset(ret, 0, sizeof *ret);
    ret->sizes = *sizes;
    take_over(ret, d);
    ret->folded = mem_map(m, ret->core.n, e);
    ret->seen = ret->folded ? mem_map(m, ret->core.n_words * 8, e) : NULL;
    ret->classes = ret->seen
                       ? mem_alloc(m, (uint64_t)ret->core.graph->n_classes + 1,
                                   sizeof *ret->classes, e)
                       : NULL;
    if (!ret->classes) {
        tree_deinit(ret, m);
        return false;
    }
    sweep_numbers(ret->core.graph, ret->reached, begin_places, ret->wide);
    lay_out(&from, (struct place *)ret->wide);
    store(&from, (struct place *)ret->wide, ret);
    narrow_down(ret, m);
    if (!weigh_tree(ret, m, e)) {
        tree_deinit(ret, m);
        return false;
    }
    return true;
}

void tree_deinit(struct tree *t, struct mem *m)
{
    uint64_t n = t->core.n;

    mem_unmap(m, t->narrow, n * sizeof *t->narrow);
    mem_unmap(m, t->wide, n * sizeof *t->wide);
    mem_unmap(m, t->order, n * sizeof *t->order);
    mem_unmap(m, t->span, n * sizeof *t->span);
    mem_unmap(m, t->at, n * sizeof *t->at);
    mem_unmap(m, t->folded, n);
    mem_unmap(m, t->seen, t->core.n_words * sizeof *t->seen);
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
                                          : count_folded(t, t->order[i]);
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

    tree_kids_begin(t, v, &it);
    while (tree_kids_next(&it) != NO_NODE)
        n++;
    return n;
}

/* Keeps the `max` largest children in a heap, the smallest of them on top. */
static void collect(const struct tree *t, uint32_t v, struct child *heap,
                    uint64_t max)
{
    struct tree_kids it;
    struct child c;
    uint64_t n = 0;

    tree_kids_begin(t, v, &it);
    while ((c.node = tree_kids_next(&it)) != NO_NODE) {
        c.retained = tree_retained(t, c.node);
        if (n < max) {
            heap[n] = c;
            sift_up(heap, n++);
        } else if (smaller(heap[0], c)) {
            heap[0] = c;
            sift_down(heap, n);
        }
    }
}

bool tree_children(const struct tree *t, uint32_t node, uint64_t max,
                   struct mem *m, uint32_t **ret, uint64_t *n, uint64_t *all,
                   struct err *e)
{
    uint64_t count = tree_has(t, node) ? count_children(t, node) : 0;
    struct child *heap;

    *all = count;
    if (max && count > max)
        count = max;
    heap = mem_alloc(m, count, sizeof *heap, e);
    *ret = heap ? mem_alloc(m, count, sizeof **ret, e) : NULL;
    *n = *ret ? count : 0;
    if (*n) {
        collect(t, node, heap, count);
        while (count--) {
            (*ret)[count] = heap[0].node;
            heap[0] = heap[count];
            sift_down(heap, count);
        }
    }
    mem_free(m, heap);
    return *ret != NULL;
}
