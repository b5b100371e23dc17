/*
 * ranks.c - memory of a set of nodes, and its running count.
 */
#include "graph/ranks.h"

#include <string.h>

bool ranks_init(struct ranks *r, uint32_t nodes, struct mem *m, struct err *e)
{
    memset(r, 0, sizeof *r);
    r->words = nodes / 64 + 1;
    r->bits = mem_map(m, r->words * sizeof *r->bits, e);
    r->before = r->bits ? mem_map(m, r->words * sizeof *r->before, e) : NULL;
    if (!r->before)
        ranks_deinit(r, m);
    return r->before != NULL;
}

void ranks_deinit(struct ranks *r, struct mem *m)
{
    mem_unmap(m, r->bits, r->words * sizeof *r->bits);
    mem_unmap(m, r->before, r->words * sizeof *r->before);
    memset(r, 0, sizeof *r);
}

void ranks_count(struct ranks *r)
{
    r->n = 0;
    for (uint32_t i = 0; i < r->words; i++) {
        r->before[i] = r->n;
        r->n += (uint32_t)__builtin_popcountll(r->bits[i]);
    }
}
