/*
 * column.c - see column.h.
 */
#include "hprof/column.h"

#include <string.h>

#include "base/bits.h"

#define STEP ((uint64_t)16 << 10)
/* Once it would be longer than so many bytes, it grows by whole huge pages. */
#define LONG ((uint64_t)1 << 20)

/* To its first huge page what there is is copied: small pages that are moved
 * stay small ones, and so do those behind them. */
static void *move_to_page(struct column *c, uint64_t bytes, struct mem *m,
                          struct err *e)
{
    void *p = mem_map(m, bytes, e);

    if (p && c->n)
        memcpy(p, c->bytes, c->n * c->size);
    if (p)
        mem_unmap(m, c->bytes, c->cap * c->size);
    return p;
}

bool column_grow_(struct column *c, uint64_t more, struct mem *m, struct err *e)
{
    uint64_t cap = c->cap + c->cap / 4 + STEP;
    void *p;

    if (cap < c->n + more)
        cap = c->n + more;
    if (cap * c->size > LONG)
        cap = align_up(cap * c->size, HUGE_PAGE) / c->size;
    if (c->cap * c->size < HUGE_PAGE && cap * c->size >= HUGE_PAGE)
        p = move_to_page(c, cap * c->size, m, e);
    else
        p = mem_remap(m, c->bytes, c->cap * c->size, cap * c->size, e);
    if (!p)
        return false;
    c->bytes = p;
    c->cap = cap;
    return true;
}

void column_deinit(struct column *c, struct mem *m)
{
    mem_unmap(m, c->bytes, c->cap * c->size);
    c->bytes = NULL;
    c->n = c->cap = 0;
}

void column_trim(struct column *c, struct mem *m)
{
    struct err ignored = {0};
    uint64_t keep = c->n ? c->n : 1;
    void *p;

    if (!c->bytes || c->cap <= keep)
        return;
    p = mem_remap(m, c->bytes, c->cap * c->size, keep * c->size, &ignored);
    if (!p)
        return; /* it stays longer than it need be */
    c->bytes = p;
    c->cap = keep;
}
