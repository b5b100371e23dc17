/*
 * tree.h - the dominator tree in preorder, with what each subtree weighs.
 *
 * order[0] is the super-root; the subtree of order[i] is the contiguous
 * range order[i .. i + span[i]). Everything a node retains is that range,
 * so "what does it hold?" is one sequential walk.
 */
#ifndef OOMWHY_GRAPH_TREE_H
#define OOMWHY_GRAPH_TREE_H

#include "graph/dom.h"

struct tree {
    uint32_t nodes, reached;
    uint32_t *order;    /* [reached] nodes, siblings in no promised order */
    uint32_t *at;       /* [nodes] position in order; NO_NODE: unreachable */
    uint32_t *span;     /* [reached] objects in the subtree, itself too */
    uint64_t *retained; /* [reached] bytes, by position */
};

/*
 * `shallow` gives sizes in node order: it is called once for every node,
 * ascending, so that it may walk side tables sequentially.
 */
typedef uint64_t tree_size_fn(void *ctx, uint32_t node);

bool tree_build(const struct dom *d, tree_size_fn *shallow, void *ctx,
                struct mem *m, struct tree *ret, struct err *e);
void tree_deinit(struct tree *t, struct mem *m);

/*
 * Retained bytes of each class: the sum over its instances that have no
 * instance of the same class above them in the tree. `class_of` by node,
 * `n` classes; ret[n] zeroed by the caller.
 */
bool tree_class_retained(const struct tree *t, const uint32_t *class_of,
                         uint32_t n, struct mem *m, uint64_t *ret,
                         struct err *e);

/* Sums another weight up the same tree (native bytes by owner): `weight` by
 * node is given for few nodes as pairs; ret[reached] zeroed by the caller. */
struct tree_weight {
    uint32_t node;
    uint64_t bytes;
};
void tree_sum(const struct tree *t, const struct tree_weight *w, uint64_t n,
              uint64_t *ret);

/* Direct children of `node` with retained bytes, largest first; ties by
 * node. `max` 0 means all. The vector is the caller's. */
bool tree_children(const struct tree *t, uint32_t node, uint64_t max,
                   struct mem *m, uint32_t **ret, uint64_t *n, struct err *e);

#endif
