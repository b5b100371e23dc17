/*
 * tree.h - the dominator tree in preorder, with what each subtree weighs.
 *
 * The core's part of it is laid out: order[0] is the super-root, and the
 * subtree of order[i] is the range order[i .. i + span[i]), to which the
 * nodes folded into that range belong as well. A folded node has no position;
 * functions that take a node answer for it too, from the graph.
 *
 * Holds 17 bytes a node of the core (25 where a heap has more than 32 GiB), 4
 * for each child of the super-root, and 4.5 bits a node.
 */
#ifndef OOMWHY_GRAPH_TREE_H
#define OOMWHY_GRAPH_TREE_H

#include "graph/dom.h"

/* Bytes of one node, whose class graph_class has found; 0 for the super-root.
 * Called in no special order. */
typedef uint64_t tree_size_fn(void *ctx, uint32_t node, uint32_t class);

/* Where weights come from. */
struct tree_sizes {
    tree_size_fn *shallow;
    void *ctx;
    uint64_t most;  /* the sum over all nodes is not above this */
    unsigned shift; /* that many low bits of a size are always 0 */
};

/* The reachable nodes of a class, or those without one. */
struct tree_class {
    uint64_t retained; /* the sum over those of its instances that have none of
                          the same class above them in the tree; 0 for nodes
                          without a class */
    bool nests;        /* one of them dominates others of the core */
};

#define TREE_MANY  127 /* nodes folded into one; or more */
#define TREE_NESTS 128 /* some of them may have their class above them */

/* What is at one, together as it is stored together and in no order. */
struct tree_position {
    uint32_t node;
    uint32_t weight; /* bytes of the subtree, without the low bits that are
                        always 0, if they fit */
};

struct tree {
    struct core core;
    struct tree_sizes sizes;
    uint32_t reached; /* positions */
    uint32_t room;    /* for so many there is, in what lies by position */
    uint32_t *at;     /* by rank: position; 0: unreachable, or super-root */
    struct tree_position *order; /* [reached] siblings in no promised order */
    uint32_t *span;              /* [reached] positions of the subtree */
    uint64_t *wide;  /* [reached] bytes of the subtree, where a heap is large;
                        NULL: `order` has them. See tree_bytes */
    uint64_t *holds; /* as in struct dom, until all is laid out */
    uint8_t *folded; /* [reached] how many nodes are folded into this one,
                        with TREE_NESTS; see tree_holds */
    uint64_t *seen;  /* bitmap of nodes: reachable */
    struct tree_class *classes; /* [n_classes + 1] */
    uint32_t *tops; /* [n_tops] positions of the super-root's children, in
                       order; none is folded */
    uint32_t n_tops;
};

/* Uses up `d`. What `sizes` needs, and the graph of `d`, must outlive the
 * tree. */
bool tree_build(struct dom *d, const struct tree_sizes *sizes, struct mem *m,
                struct tree *ret, struct err *e);
void tree_deinit(struct tree *t, struct mem *m);

static inline bool tree_has(const struct tree *t, uint32_t v)
{
    return bits_has(t->seen, v);
}

static inline bool tree_is_folded(const struct tree *t, uint32_t v)
{
    return !core_keeps(&t->core, v);
}

/* How many nodes are folded into that at a position; at most TREE_MANY. */
static inline uint32_t tree_holds(const struct tree *t, uint32_t at)
{
    return t->folded[at] & TREE_MANY;
}

/* Bytes of the subtree at a position. */
static inline uint64_t tree_bytes(const struct tree *t, uint32_t at)
{
    return t->wide ? t->wide[at]
                   : (uint64_t)t->order[at].weight << t->sizes.shift;
}

/* The position of a reachable node of the core. */
static inline uint32_t tree_at(const struct tree *t, uint32_t v)
{
    return t->at[core_rank(&t->core, v)];
}

static inline uint64_t tree_shallow(const struct tree *t, uint32_t v)
{
    return t->sizes.shallow(t->sizes.ctx, v, graph_class(t->core.graph, v));
}

/* Of reachable nodes: bytes and objects that go when it goes, itself too. */
uint64_t tree_retained(const struct tree *t, uint32_t v);
uint64_t tree_objects(const struct tree *t, uint32_t v);

/* The children of a reachable node, those of the core first. */
struct tree_kids {
    const struct tree *t;
    uint32_t pos, end; /* positions of the core */
    struct folded_iter folded;
};

static inline void tree_kids_begin(const struct tree *t, uint32_t v,
                                   struct tree_kids *it)
{
    it->t = t;
    it->pos = it->end = 0;
    folded_begin(&t->core, v, &it->folded);
    it->folded.direct = true;
    if (!tree_is_folded(t, v)) {
        it->pos = tree_at(t, v) + 1;
        it->end = tree_at(t, v) + t->span[tree_at(t, v)];
    }
}

/* The next one, or NO_NODE. */
static inline uint32_t tree_kids_next(struct tree_kids *it)
{
    uint32_t v;

    if (it->pos >= it->end)
        return folded_next(&it->folded);
    v = it->t->order[it->pos].node;
    it->pos += it->t->span[it->pos];
    return v;
}

/* Children of `node` with retained bytes, largest first; ties by node. `max`
 * 0 means all. The vector is the caller's; `all` is how many there are. */
bool tree_children(const struct tree *t, uint32_t node, uint64_t max,
                   struct mem *m, uint32_t **ret, uint64_t *n, uint64_t *all,
                   struct err *e);

#endif
