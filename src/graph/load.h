/*
 * load.h - another weight over the dominator tree, of few nodes: the native
 * bytes of their owners. What a subtree carries is found by bisection, in no
 * room but for the owners.
 */
#ifndef OOMWHY_GRAPH_LOAD_H
#define OOMWHY_GRAPH_LOAD_H

#include "graph/tree.h"

struct load_weight {
    uint32_t node;
    uint64_t bytes;
};

struct load_entry {
    uint32_t key;
    uint64_t before; /* bytes of the entries before this one */
};

struct load_list {
    struct load_entry *at; /* [n + 1] by key; the last ends the sum */
    uint64_t n;
};

struct load {
    struct load_list places; /* by position of the node, or of what it is
                                folded into */
    struct load_list folded; /* by node: the folded ones again */
};

/* A node may come more than once; unreachable ones do not count. */
bool load_build(struct load *l, const struct tree *t,
                const struct load_weight *w, uint64_t n, struct mem *m,
                struct err *e);
void load_deinit(struct load *l, struct mem *m);

static inline bool load_is_empty(const struct load *l)
{
    return l->places.n == 0;
}

/* Bytes in the subtree of a reachable node. */
uint64_t load_below(const struct load *l, const struct tree *t, uint32_t v);

#endif
