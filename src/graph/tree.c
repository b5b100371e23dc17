/*
 * tree.c - the dominator tree laid out in preorder.
 *
 * dom_build leaves the nodes in an order in which dominators come first.
 * Counting subtree sizes upwards from the end of it, and handing out
 * positions downwards from its start, gives the preorder: no lists of
 * children, no stack.
 *
 * 20 bytes a node, all of it result: `retained` lends its room to the
 * layout before weights are known.
 */
#include "graph/tree.h"

#include <string.h>

/* How many independent stores are kept in flight. */
#define AHEAD 24

/* By depth-first order, while the layout is worked out. */
struct place {
    uint32_t span;
    uint32_t next; /* position of the next child; in the end, at + span */
};

static void lay_out(const struct dom *d, struct place *p)
{
    for (uint32_t i = 0; i < d->reached; i++)
        p[i].span = 1;
    for (uint32_t i = d->reached - 1; i > 0; i--)
        p[d->above[i]].span += p[i].span;
    p[0].next = 1;
    for (uint32_t i = 1; i < d->reached; i++) {
        struct place *above = &p[d->above[i]];

        p[i].next = above->next + 1;
        above->next += p[i].span;
    }
}

static void store(const struct dom *d, const struct place *p, struct tree *t)
{
    memset(t->at, 0xff, (uint64_t)t->nodes * sizeof *t->at);
    for (uint32_t i = 0; i < d->reached; i++) {
        uint32_t at = p[i].next - p[i].span;

        if (i + AHEAD < d->reached)
            __builtin_prefetch(&t->at[d->vertex[i + AHEAD]], 1);
        t->order[at] = d->vertex[i];
        t->span[at] = p[i].span;
        t->at[d->vertex[i]] = at;
    }
}

/*
 * Turns weights by position into sums over subtrees: a subtree is a range,
 * and its sum the difference of two running sums. Ascending, a position is
 * overwritten only after all ranges that end there have been served.
 */
static void sum_subtrees(const struct tree *t, uint64_t *w)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < t->reached; i++) {
        uint64_t own = w[i];

        w[i] = sum;
        sum += own;
    }
    for (uint32_t i = 0; i < t->reached; i++) {
        uint32_t end = i + t->span[i];

        w[i] = (end < t->reached ? w[end] : sum) - w[i];
    }
}

static void weigh(struct tree *t, tree_size_fn *shallow, void *ctx)
{
    for (uint32_t v = 0; v < t->nodes; v++) {
        uint64_t bytes = shallow(ctx, v);

        if (v + AHEAD < t->nodes && t->at[v + AHEAD] != NO_NODE)
            __builtin_prefetch(&t->retained[t->at[v + AHEAD]], 1);
        if (t->at[v] != NO_NODE)
            t->retained[t->at[v]] = bytes;
    }
    sum_subtrees(t, t->retained);
}

static bool alloc(struct tree *t, struct mem *m, struct err *e)
{
    uint64_t n = t->reached;

    t->retained = mem_map(m, n * sizeof *t->retained, e);
    t->order = t->retained ? mem_map(m, n * sizeof *t->order, e) : NULL;
    t->span = t->order ? mem_map(m, n * sizeof *t->span, e) : NULL;
    t->at = t->span ? mem_map(m, (uint64_t)t->nodes * sizeof *t->at, e) : NULL;
    return t->at != NULL;
}

bool tree_build(const struct dom *d, tree_size_fn *shallow, void *ctx,
                struct mem *m, struct tree *ret, struct err *e)
{
    struct place *places;

    memset(ret, 0, sizeof *ret);
    ret->nodes = d->nodes;
    ret->reached = d->reached;
    if (!alloc(ret, m, e)) {
        tree_deinit(ret, m);
        return false;
    }
    places = (struct place *)ret->retained;
    lay_out(d, places);
    store(d, places, ret);
    weigh(ret, shallow, ctx);
    return true;
}

void tree_deinit(struct tree *t, struct mem *m)
{
    uint64_t n = t->reached;

    mem_unmap(m, t->retained, n * sizeof *t->retained);
    mem_unmap(m, t->order, n * sizeof *t->order);
    mem_unmap(m, t->span, n * sizeof *t->span);
    mem_unmap(m, t->at, (uint64_t)t->nodes * sizeof *t->at);
    memset(t, 0, sizeof *t);
}

bool tree_class_retained(const struct tree *t, const uint32_t *class_of,
                         uint32_t n, struct mem *m, uint64_t *ret,
                         struct err *e)
{
    /* By class: where the subtree of its outermost open instance ends. */
    uint32_t *end = mem_alloc(m, n, sizeof *end, e);

    if (!end)
        return false;
    for (uint32_t i = 1; i < t->reached; i++) {
        uint32_t c = class_of[t->order[i]];

        if (i + AHEAD < t->reached)
            __builtin_prefetch(&class_of[t->order[i + AHEAD]]);
        if (c >= n || i < end[c])
            continue;
        ret[c] += t->retained[i];
        end[c] = i + t->span[i];
    }
    mem_free(m, end);
    return true;
}

void tree_sum(const struct tree *t, const struct tree_weight *w, uint64_t n,
              uint64_t *ret)
{
    for (uint64_t i = 0; i < n; i++)
        if (t->at[w[i].node] != NO_NODE)
            ret[t->at[w[i].node]] += w[i].bytes;
    sum_subtrees(t, ret);
}

/* ---- the children of one node --------------------------------------------*/

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

static uint64_t count_children(const struct tree *t, uint32_t at)
{
    uint64_t n = 0;

    for (uint32_t i = at + 1; i < at + t->span[at]; i += t->span[i])
        n++;
    return n;
}

/* Keeps the `max` largest children in a heap, the smallest of them on top. */
static void collect(const struct tree *t, uint32_t at, struct child *heap,
                    uint64_t max)
{
    uint64_t n = 0;

    for (uint32_t i = at + 1; i < at + t->span[at]; i += t->span[i]) {
        struct child c = {t->retained[i], t->order[i]};

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
                   struct mem *m, uint32_t **ret, uint64_t *n, struct err *e)
{
    uint32_t at = t->at[node];
    uint64_t count = at == NO_NODE ? 0 : count_children(t, at);
    struct child *heap;

    if (max && count > max)
        count = max;
    heap = mem_alloc(m, count, sizeof *heap, e);
    *ret = heap ? mem_alloc(m, count, sizeof **ret, e) : NULL;
    *n = *ret ? count : 0;
    if (*n) {
        collect(t, at, heap, count);
        while (count--) {
            (*ret)[count] = heap[0].node;
            heap[0] = heap[count];
            sift_down(heap, count);
        }
    }
    mem_free(m, heap);
    return *ret != NULL;
}
