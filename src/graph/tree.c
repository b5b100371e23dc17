/*
 * tree.c - the dominator tree: put together, and asked.
 *
 * It takes the room that dom_build used. What was a link is a position's node
 * and weight in the end.
 */
#include "graph/tree.h"

#include <string.h>

#include "graph/preorder.h"
#include "graph/weigh.h"

/* There is some where the places were, if 32 bits will do for them. */
static bool make_room_for_weights(struct tree *t, struct mem *m, struct err *e)
{
    if (t->sizes.most >> t->sizes.shift <= UINT32_MAX)
        return true;
    t->wide = mem_map(m, t->room * sizeof *t->wide, e);
    return t->wide != NULL;
}

/* What is left says whose the numbers are. */
static void take_over(struct tree *t, struct dom *d)
{
    t->core = d->core;
    t->reached = d->reached;
    t->room = d->room;
    t->at = d->number;
    t->span = d->above;
    t->holds = d->holds;
    t->order = d->spare_pairs;
    *d = (struct dom){
        .walks = d->walks, .drawers = d->drawers, .owner = d->owner};
}

static void free_holds(struct tree *t, struct mem *m)
{
    mem_unmap(m, t->holds, bits_bytes(t->room));
    t->holds = NULL;
}

static bool build(struct tree *t, const struct dom *d, uint32_t numbers,
                  struct mem *m, struct err *e)
{
    t->classes = mem_alloc(m, (uint64_t)t->core.graph->n_classes + 1,
                           sizeof *t->classes, e);
    if (!t->classes)
        return false;
    if (!lay_out_tree(t, d, numbers, m, e))
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
    bool ok;

    memset(ret, 0, sizeof *ret);
    ret->sizes = *sizes;
    take_over(ret, d);
    ok = build(ret, d, numbers, m, e);
    dom_deinit(d, m);
    if (!ok)
        tree_deinit(ret, m);
    return ok;
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
    mem_unmap(m, t->tops, t->n_tops * sizeof *t->tops);
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
