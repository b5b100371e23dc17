/*
 * store.h - what a dump owns besides its arena: the long arrays, and the
 * way from ids to nodes.
 */
#ifndef OOMWHY_HPROF_STORE_H
#define OOMWHY_HPROF_STORE_H

#include "base/vec.h"
#include "hprof/column.h"
#include "hprof/dump.h"
#include "hprof/ids.h"
#include "hprof/index.h"

/* Objects beyond this many references are not looked through while reading. */
#define REFS_FEW 12

struct hprof_store {
    struct hprof_ids ids;
    struct hprof_index index;
    struct idmap class_ids; /* ids of class objects to class indices */
    /* [head + objects]: object i is at head + i, and class objects are
     * right before object 0 in the end. */
    uint64_t head;
    struct column class_of; /* of 2 bytes until one does not fit */
    /* While reading: how many references each object has, 255 standing for
     * the next one of `many`. Afterwards `refs_of` says it. */
    struct column degrees, many;
    struct spans refs_of;
    struct column refs; /* while reading: slots or codes, see refs.h */
    /* While reading: objects that may refer to something twice, in order: they
     * do, or there are more than a few. */
    VEC(uint32_t) doubts;
    struct column lengths;
    struct column weak;    /* struct hprof_weak_edge; while reading: `from` is
                              the index of the object, `to` as in `refs` */
    struct column node_of; /* [ranks] node; empty: ids ascend */
    struct mem *mem;
    uint64_t objects;
};

/* Whether the n references of an object are a doubt. */
static inline bool refs_doubtful(const uint32_t *refs, uint64_t n)
{
    bool twice = n > REFS_FEW;

    for (uint64_t i = 1; !twice && i < n; i++)
        for (uint64_t k = 0; k < i; k++)
            twice |= refs[i] == refs[k];
    return twice;
}

static inline struct hprof_weak_edge *store_weak(const struct hprof_store *st)
{
    return st->weak.bytes;
}

/* The node of an object by its rank. */
static inline uint32_t store_node(const struct hprof_store *st, uint32_t base,
                                  uint32_t rank)
{
    return st->node_of.at ? st->node_of.at[rank] : base + rank;
}

#endif
