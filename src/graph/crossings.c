/*
 * crossings.c - see crossings.h.
 *
 * Tried before: one log of pairs of 4 bytes, sorted at the end. It took 8
 * bytes an edge while the 4 of the result were needed too, half of its
 * edges turned out not to matter, and each visited memory far away twice.
 */
#include "graph/crossings.h"

#include <string.h>

#include "base/parallel.h"

bool crossings_init(struct crossings *x, uint32_t n, const uint64_t *skip,
                    struct mem *m, struct err *e)
{
    memset(x, 0, sizeof *x);
    x->mem = m;
    x->skip = skip;
    x->n_drawers = (n >> DRAWER_BITS) + 1;
    x->drawers = mem_alloc(m, x->n_drawers, sizeof *x->drawers, e);
    return x->drawers != NULL;
}

/* ---- blocks ----------------------------------------------------------- */

#define SLAB_BLOCKS 64 /* 3 MiB */

struct crossings_slab {
    struct crossings_slab *next;
    struct crossings_block blocks[SLAB_BLOCKS];
};

static bool add_slab(struct crossings *x, struct err *e)
{
    struct crossings_slab *s = mem_map(x->mem, sizeof *s, e);

    if (!s)
        return false;
    s->next = x->slabs;
    x->slabs = s;
    for (unsigned i = 0; i < SLAB_BLOCKS; i++) {
        s->blocks[i].next = x->spare;
        x->spare = &s->blocks[i];
    }
    return true;
}

static struct crossings_block *take_block(struct crossings *x, struct err *e)
{
    struct crossings_block *b;

    if (!x->mem->limit)
        return mem_map(x->mem, sizeof *b, e);
    if (!x->spare && !add_slab(x, e))
        return NULL;
    b = x->spare;
    x->spare = b->next;
    b->n = 0;
    return b;
}

static void give_block(struct crossings *x, struct crossings_block *b)
{
    if (!x->mem->limit) {
        mem_unmap(x->mem, b, sizeof *b);
        return;
    }
    b->next = x->spare;
    x->spare = b;
}

/* Gives back the newest block of a drawer. */
static void drop(struct crossings *x, uint32_t drawer)
{
    struct crossings_block *b = x->drawers[drawer].newest;

    x->drawers[drawer].newest = b->next;
    give_block(x, b);
}

void crossings_deinit(struct crossings *x)
{
    for (uint32_t i = 0; x->drawers && i < x->n_drawers; i++)
        while (x->drawers[i].newest)
            drop(x, i);
    while (x->slabs) {
        struct crossings_slab *s = x->slabs;

        x->slabs = s->next;
        mem_unmap(x->mem, s, sizeof *s);
    }
    mem_free(x->mem, x->drawers);
    memset(x, 0, sizeof *x);
}

/* ---- adding ----------------------------------------------------------- */

/* Keeps what matters so far, in as few blocks as will do: the last ones of
 * the chain. Returns how many edges that is. */
static uint64_t sift(struct crossings *x, uint32_t drawer)
{
    const uint64_t *skip = x->skip + drawer * (DRAWER / 64);
    struct drawer *d = &x->drawers[drawer];
    struct crossings_block *to = d->newest, *b;
    uint32_t kept = 0;
    uint64_t n = 0;

    for (b = to; b; b = b->next)
        for (uint32_t i = 0, all = b->n; i < all; i++) {
            if (bits_has(skip, b->to[i]))
                continue;
            if (kept == BLOCK_EDGES) {
                n += to->n = kept;
                to = to->next;
                kept = 0;
            }
            to->to[kept] = b->to[i];
            to->from[kept++] = b->from[i];
        }
    if (to) {
        n += to->n = kept;
        while ((b = to->next) != NULL) {
            to->next = b->next;
            give_block(x, b);
            d->blocks--;
        }
    }
    return n;
}

bool crossings_room_(struct crossings *x, uint32_t drawer, struct err *e)
{
    struct drawer *d = &x->drawers[drawer];
    struct crossings_block *b;

    if (d->blocks > d->sifted + d->sifted / 2 + 1) {
        sift(x, drawer);
        d->sifted = d->blocks;
        if (d->newest->n < BLOCK_EDGES)
            return true;
    }
    b = take_block(x, e);
    if (!b)
        return false;
    b->next = d->newest;
    d->newest = b;
    d->blocks++;
    return true;
}

/* ---- sorting ---------------------------------------------------------- */

/* Slabs are no matter for several threads. */
static void for_drawers(struct crossings *x, parallel_fn *fn, void *ctx)
{
    struct err none = {0};

    parallel_for(x->slabs ? 1 : x->jobs, x->n_drawers, fn, ctx, &none);
}

static bool count_drawer(void *crossings, uint64_t i, unsigned worker,
                         struct err *e)
{
    struct crossings *x = crossings;

    (void)worker;
    (void)e;
    x->drawers[i].edges = sift(x, (uint32_t)i);
    return true;
}

uint64_t crossings_count(struct crossings *x)
{
    uint64_t n = 0;

    for_drawers(x, count_drawer, x);
    for (uint32_t i = 0; i < x->n_drawers; i++)
        n += x->drawers[i].edges;
    return n;
}

struct sorting {
    struct crossings *x;
    uint32_t n;
    uint32_t *from, *begin;
};

/* Turns begin[n], which is all 0, into where the groups of a drawer end; the
 * first one starts at `at`. */
static void find_ends(const struct crossings_block *b, uint32_t *begin,
                      uint32_t n, uint32_t at)
{
    for (; b; b = b->next)
        for (uint32_t i = 0; i < b->n; i++)
            begin[b->to[i]]++;
    for (uint32_t i = 0; i < n; i++)
        begin[i] = at += begin[i];
}

/* `edges` says where it starts by now. */
static bool sort_drawer(void *sorting, uint64_t i, unsigned worker,
                        struct err *e)
{
    const struct sorting *s = sorting;
    struct drawer *d = &s->x->drawers[i];
    uint32_t base = (uint32_t)i << DRAWER_BITS;
    uint32_t *begin = s->begin + base;

    (void)worker;
    (void)e;
    if (base >= s->n)
        return true;
    find_ends(d->newest, begin, s->n - base < DRAWER ? s->n - base : DRAWER,
              (uint32_t)d->edges);
    while (d->newest) {
        const struct crossings_block *b = d->newest;

        for (uint32_t k = 0; k < b->n; k++)
            s->from[--begin[b->to[k]]] = b->from[k];
        drop(s->x, (uint32_t)i);
    }
    return true;
}

void crossings_sort(struct crossings *x, uint32_t n, uint32_t *from,
                    uint32_t *begin)
{
    struct sorting s = {x, n, from, begin};
    uint64_t at = 0;

    for (uint32_t i = 0; i < x->n_drawers; i++) {
        uint64_t edges = x->drawers[i].edges;

        x->drawers[i].edges = at;
        at += edges;
    }
    for_drawers(x, sort_drawer, &s);
}
