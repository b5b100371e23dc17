/*
 * reduce.h - a graph without its leaves: the core that algorithms walk.
 *
 * Most objects of a heap refer to nothing but their class, or to such leaves
 * only (a String and its array), and have one referrer, which is then their
 * immediate dominator. They are folded into it: not numbered, not visited,
 * without a share in any array. What remains, half as a rule, is found by rank.
 * Holds 4 bits a node.
 *
 * Edges to classes that are roots, or may as well be (unowned.h), change
 * nothing and are dropped. Instances of the others, which are few, are never
 * folded.
 */
#ifndef OOMWHY_GRAPH_REDUCE_H
#define OOMWHY_GRAPH_REDUCE_H

#include "base/bits.h"
#include "graph/graph.h"

/* Of 64 nodes, side by side because they are asked for together. */
struct core_word {
    uint64_t kept;   /* nodes of the core, the super-root among them */
    uint64_t inner;  /* has folded nodes of its own; one that is kept may have
                        none, until the tree knows (tree.c) */
    uint64_t edged;  /* the edge to its class counts */
    uint32_t before; /* kept nodes before these */
    bool extra;      /* one of them has edges in the overlay */
};

struct core {
    const struct graph *graph;
    struct core_word *words; /* [n_words] */
    uint32_t n_words;
    uint32_t n;        /* nodes kept */
    uint32_t *live;    /* [n_classes + 1] the node of a class, if edges to it
                          count; else NO_NODE */
    uint32_t *unowned; /* [n_unowned] nodes of classes that count as roots */
    uint32_t n_unowned;
};

/* The graph must outlive the core. */
bool core_build(const struct graph *g, struct mem *m, struct core *ret,
                struct err *e);
void core_deinit(struct core *c, struct mem *m);

/* Whether node `v`, which is of this word, is kept. */
static inline bool core_word_keeps(const struct core_word *w, uint32_t v)
{
    return w->kept >> (v & 63) & 1;
}

static inline bool core_keeps(const struct core *c, uint32_t v)
{
    return core_word_keeps(&c->words[v >> 6], v);
}

static inline bool core_is_inner(const struct core *c, uint32_t v)
{
    return c->words[v >> 6].inner >> (v & 63) & 1;
}

static inline bool core_is_edged(const struct core *c, uint32_t v)
{
    return c->words[v >> 6].edged >> (v & 63) & 1;
}

/* How many are kept before a node of the core: its index in arrays. */
static inline uint32_t core_word_rank(const struct core_word *w, uint32_t v)
{
    return w->before + (uint32_t)__builtin_popcountll(bits_upto(w->kept, v)) -
           1;
}

static inline uint32_t core_rank(const struct core *c, uint32_t v)
{
    return core_word_rank(&c->words[v >> 6], v);
}

/* The folded nodes below a node other than the super-root: those that its
 * edges lead to, each followed by those folded into it in turn. */
struct folded_iter {
    const struct core *c;
    uint32_t node;
    bool direct;                  /* set it to leave out the latter */
    uint64_t at, end;             /* edges of `node` */
    uint32_t inner;               /* the one last found that has some below, */
    uint64_t inner_at, inner_end; /* and its edges */
    uint32_t above;               /* of the node last returned: what it is
                                     folded into */
};

static inline void folded_begin(const struct core *c, uint32_t v,
                                struct folded_iter *it)
{
    *it = (struct folded_iter){.c = c, .node = v};
    if (v && core_is_inner(c, v))
        graph_range(c->graph, v, &it->at, &it->end);
}

/* The next one, or NO_NODE. */
static inline uint32_t folded_next(struct folded_iter *it)
{
    const struct core *c = it->c;

    if (it->inner_at < it->inner_end) {
        it->above = it->inner;
        return c->graph->to[it->inner_at++];
    }
    while (it->at < it->end) {
        uint32_t w = c->graph->to[it->at++];

        if (core_keeps(c, w))
            continue;
        it->above = it->node;
        if (!it->direct && core_is_inner(c, w)) {
            it->inner = w;
            graph_range(c->graph, w, &it->inner_at, &it->inner_end);
        }
        return w;
    }
    return NO_NODE;
}

#endif
