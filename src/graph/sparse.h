/*
 * sparse.h - an array of 32-bit numbers most of which are, and stay, 0.
 *
 * As long as few are set they are found by hashing; an array would have to
 * be touched all over for a few numbers scattered over it. When the table
 * would get larger than the array, it becomes the array.
 */
#ifndef OOMWHY_GRAPH_SPARSE_H
#define OOMWHY_GRAPH_SPARSE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/mem.h"

struct sparse_slot {
    uint32_t index, value; /* value 0: free */
};

struct sparse {
    uint32_t n;    /* length of the array */
    uint32_t *all; /* NULL: still a table */
    struct sparse_slot *slots;
    uint64_t mask; /* slots - 1, a power of two */
    uint64_t set;  /* of them; at most half */
    struct mem *mem;
};

bool sparse_init(struct sparse *s, uint32_t n, struct mem *m, struct err *e);
void sparse_deinit(struct sparse *s);
bool sparse_grow_(struct sparse *s, struct err *e);

static inline struct sparse_slot *sparse_slot_(const struct sparse *s,
                                               uint32_t index)
{
    uint64_t i = (index * (uint64_t)0x9e3779b97f4a7c15u) >> 32 & s->mask;

    while (s->slots[i].value && s->slots[i].index != index)
        i = (i + 1) & s->mask;
    return &s->slots[i];
}

static inline uint32_t sparse_get(const struct sparse *s, uint32_t index)
{
    return s->all ? s->all[index] : sparse_slot_(s, index)->value;
}

/* Sets a number that is 0 to one that is not. */
static inline bool sparse_set(struct sparse *s, uint32_t index, uint32_t value,
                              struct err *e)
{
    if (!s->all && 2 * s->set > s->mask && !sparse_grow_(s, e))
        return false;
    if (s->all)
        s->all[index] = value;
    else
        *sparse_slot_(s, index) = (struct sparse_slot){index, value};
    s->set++;
    return true;
}

#endif
