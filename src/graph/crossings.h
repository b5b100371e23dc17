/*
 * crossings.h - edges between numbered nodes, put down as they are met and
 * handed back grouped by target.
 *
 * Targets of 65,536 numbers in a row share a drawer, so that an entry takes
 * 6 bytes, and counting and sorting stay within a cache. A drawer is a chain
 * of blocks. What turns out not to matter, because its target is in `skip`, is
 * thrown out now and then, and in the end.
 *
 * Blocks come from slabs, which are made of huge pages, large enough to be
 * spilled (mem.h), and given back one by one while all is sorted.
 */
#ifndef OOMWHY_GRAPH_CROSSINGS_H
#define OOMWHY_GRAPH_CROSSINGS_H

#include <pthread.h>

#include "base/vec.h"
#include "graph/ranks.h"

#define DRAWER_BITS  16
#define DRAWER       ((uint32_t)1 << DRAWER_BITS) /* targets */
#define DRAWER_WORDS (DRAWER / 64)                /* of a bitmap of them */
#define BLOCK_EDGES  8188u

/* Behind the last number of a drawer, where `n` have been given. */
static inline uint32_t drawer_end(uint32_t drawer, uint32_t n)
{
    uint32_t begin = drawer << DRAWER_BITS;

    return n - begin < DRAWER ? n : begin + DRAWER;
}

struct crossings_block {
    struct crossings_block *next;
    uint32_t slab, n;
    uint16_t to[BLOCK_EDGES]; /* low half */
    uint32_t from[BLOCK_EDGES];
};

struct drawer {
    struct crossings_block *newest;
    uint32_t blocks;
    uint32_t sifted; /* blocks after it was last sifted */
    uint64_t edges;  /* once counted */
};

struct crossings_slab;

struct crossings {
    pthread_mutex_t lock;               /* of slabs and spare blocks */
    struct drawer *drawers;             /* [n_drawers] */
    VEC(struct crossings_slab *) slabs; /* NULL: given back */
    struct crossings_block *spare;      /* blocks that are not in use */
    uint32_t n_drawers;
    const uint64_t *skip; /* bitmap of targets; not owned */
    unsigned jobs;        /* threads to count and sort with; 0 is 1 */
    struct mem *mem;
};

/* For targets below `n`. */
bool crossings_init(struct crossings *x, uint32_t n, const uint64_t *skip,
                    struct mem *m, struct err *e);
void crossings_deinit(struct crossings *x);

/* Makes room in the drawer of a target. Threads may add at once, each to
 * drawers of its own, and to `skip`. */
bool crossings_room_(struct crossings *x, uint32_t drawer, struct err *e);

static inline bool crossings_add(struct crossings *x, uint32_t from,
                                 uint32_t to, struct err *e)
{
    uint32_t drawer = to >> DRAWER_BITS;
    struct crossings_block *b = x->drawers[drawer].newest;

    if (!b || b->n == BLOCK_EDGES) {
        if (!crossings_room_(x, drawer, e))
            return false;
        b = x->drawers[drawer].newest;
    }
    b->to[b->n] = (uint16_t)to;
    b->from[b->n++] = from;
    return true;
}

/* How many edges are left, without those to skip; adds whom they lead to to
 * `targets`, which has room for all. None may be added then. */
uint64_t crossings_count(struct crossings *x, struct ranks *targets);

/*
 * Writes the sources to from[crossings_count()], grouped by target, and where
 * the group of each member of `targets` starts to begin[targets->n]: those
 * may be more, and have been counted. The crossings are used up.
 */
bool crossings_sort(struct crossings *x, const struct ranks *targets,
                    uint32_t *from, uint32_t *begin, struct err *e);

#endif
