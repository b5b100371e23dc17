/*
 * sparse.c - see sparse.h.
 */
#include "graph/sparse.h"

#include <string.h>

#define FIRST_SLOTS 1024

bool sparse_init(struct sparse *s, uint32_t n, struct mem *m, struct err *e)
{
    memset(s, 0, sizeof *s);
    s->n = n;
    s->mem = m;
    s->mask = FIRST_SLOTS - 1;
    s->slots = mem_map(m, FIRST_SLOTS * sizeof *s->slots, e);
    return s->slots != NULL;
}

static void unmap_slots(struct sparse *s)
{
    mem_unmap(s->mem, s->slots, (s->mask + 1) * sizeof *s->slots);
    s->slots = NULL;
}

void sparse_deinit(struct sparse *s)
{
    if (!s->mem)
        return;
    mem_unmap(s->mem, s->all, (uint64_t)s->n * sizeof *s->all);
    unmap_slots(s);
    memset(s, 0, sizeof *s);
}

static bool become_array(struct sparse *s, struct err *e)
{
    s->all = mem_map(s->mem, (uint64_t)s->n * sizeof *s->all, e);
    if (!s->all)
        return false;
    for (uint64_t i = 0; i <= s->mask; i++)
        if (s->slots[i].value)
            s->all[s->slots[i].index] = s->slots[i].value;
    unmap_slots(s);
    return true;
}

bool sparse_grow_(struct sparse *s, struct err *e)
{
    uint64_t slots = 2 * (s->mask + 1);
    struct sparse next = *s;

    if (slots * sizeof *s->slots > (uint64_t)s->n * sizeof *s->all)
        return become_array(s, e);
    next.mask = slots - 1;
    next.slots = mem_map(s->mem, slots * sizeof *next.slots, e);
    if (!next.slots)
        return false;
    for (uint64_t i = 0; i <= s->mask; i++)
        if (s->slots[i].value)
            *sparse_slot_(&next, s->slots[i].index) = s->slots[i];
    unmap_slots(s);
    *s = next;
    return true;
}
