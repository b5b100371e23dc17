/*
 * crossings.c - see crossings.h.
 *
 * Tried before: one log of pairs of 4 bytes, sorted at the end. It took 8
 * bytes an edge while the 4 of the result were needed too, half of its
 * edges turned out not to matter, and each visited memory far away twice.
 */
#include "graph/crossings.h"

#include <string.h>

#include "base/inline.h"
#include "base/parallel.h"

bool crossings_init(struct crossings *x, uint32_t n, const uint64_t *skip,
                    struct mem *m, struct err *e)
{
    memset(x, 0, sizeof *x);
    pthread_mutex_init(&x->lock, NULL);
    x->mem = m;
    x->skip = skip;
    x->n_drawers = (n >> DRAWER_BITS) + 1;
    x->drawers = mem_alloc(m, x->n_drawers, sizeof *x->drawers, e);
    return x->drawers != NULL;
}

/* ---- blocks ----------------------------------------------------------- */

/* The first slab is a block; many graphs need no more. */
#define SLAB_BYTES ((uint64_t)2 << 20)

struct crossings_slab {
    uint64_t bytes; /* of the slab */
    uint32_t used;  /* blocks that are not spare */
    struct crossings_block blocks[];
};

static bool add_slab(struct crossings *x, struct err *e)
{
    uint64_t head = sizeof(struct crossings_slab);
    uint64_t block = sizeof(struct crossings_block);
    uint64_t bytes = x->slabs.n ? SLAB_BYTES : head + block;
    struct crossings_slab *s = NULL;

    if (vec_push(&x->slabs, x->mem, e))
        *vec_last(&x->slabs) = s = mem_map(x->mem, bytes, e);
    if (!s)
        return false;
    s->bytes = bytes;
    for (uint64_t i = (bytes - head) / block; i-- > 0;) {
        s->blocks[i].slab = (uint32_t)x->slabs.n - 1;
        s->blocks[i].next = x->spare;
        x->spare = &s->blocks[i];
    }
    return true;
}

static struct crossings_block *take_block(struct crossings *x, struct err *e)
{
    struct crossings_block *b;

    if (!x->spare && !add_slab(x, e))
        return NULL;
    b = x->spare;
    x->spare = b->next;
    b->n = 0;
    x->slabs.at[b->slab]->used++;
    return b;
}

static void spare_blocks(struct crossings *x, struct crossings_block *b)
{
    while (b) {
        struct crossings_block *next = b->next;

        x->slabs.at[b->slab]->used--;
        b->next = x->spare;
        x->spare = b;
        b = next;
    }
}

static void drop_slab(struct crossings *x, uint64_t i)
{
    struct crossings_slab *s = x->slabs.at[i];

    if (s)
        mem_unmap(x->mem, s, s->bytes);
    x->slabs.at[i] = NULL;
}

/* When none will be added any more, by any thread. */
static void drop_blocks(struct crossings *x, struct crossings_block *b)
{
    while (b) {
        struct crossings_block *next = b->next;
        uint32_t i = b->slab;

        if (!__atomic_sub_fetch(&x->slabs.at[i]->used, 1, __ATOMIC_ACQ_REL))
            drop_slab(x, i);
        b = next;
    }
}

void crossings_deinit(struct crossings *x)
{
    for (uint64_t i = 0; i < x->slabs.n; i++)
        drop_slab(x, i);
    vec_free(&x->slabs, x->mem);
    mem_free(x->mem, x->drawers);
    pthread_mutex_destroy(&x->lock);
    memset(x, 0, sizeof *x);
}

/* ---- adding ----------------------------------------------------------- */

/* Keeps what matters so far, in as few blocks as will do: the last ones of
 * the chain. Returns how many edges that is, and the blocks left over; adds
 * whom they lead to to the drawer's `targets`, unless it is NULL. */
ALWAYS_INLINE uint64_t sift(struct crossings *x, uint32_t drawer,
                            struct crossings_block **left, uint64_t *targets)
{
    const uint64_t *skip = x->skip + drawer * (DRAWER / 64);
    struct drawer *d = &x->drawers[drawer];
    struct crossings_block *to = d->newest;
    uint32_t kept = 0;
    uint64_t n = 0;

    *left = NULL;
    if (!to)
        return 0;
    d->blocks = 1;
    for (struct crossings_block *b = to; b; b = b->next)
        for (uint32_t i = 0, all = b->n; i < all; i++) {
            if (bits_has_shared(skip, b->to[i]))
                continue;
            if (kept == BLOCK_EDGES) {
                n += to->n = kept;
                to = to->next;
                d->blocks++;
                kept = 0;
            }
            if (targets)
                bits_add(targets, b->to[i]);
            if (to != b || kept != i) { /* else it stays where it is */
                to->to[kept] = b->to[i];
                to->from[kept] = b->from[i];
            }
            kept++;
        }
    n += to->n = kept;
    *left = to->next;
    to->next = NULL;
    return n;
}

static bool make_room(struct crossings *x, uint32_t drawer, struct err *e)
{
    struct drawer *d = &x->drawers[drawer];
    struct crossings_block *b;

    if (d->blocks > 2 * d->sifted + 1) {
        sift(x, drawer, &b, NULL);
        spare_blocks(x, b);
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

bool crossings_room_(struct crossings *x, uint32_t drawer, struct err *e)
{
    bool ok;

    pthread_mutex_lock(&x->lock);
    ok = make_room(x, drawer, e);
    pthread_mutex_unlock(&x->lock);
    return ok;
}

/* ---- sorting ---------------------------------------------------------- */

static void for_drawers(struct crossings *x, parallel_fn *fn, void *ctx)
{
    struct err none = {0};

    parallel_for(x->jobs, x->n_drawers, fn, ctx, &none);
}

struct counting {
    struct crossings *x;
    struct ranks *targets;
};

static bool count_drawer(void *counting, uint64_t i, unsigned worker,
                         struct err *e)
{
    const struct counting *c = counting;
    struct drawer *d = &c->x->drawers[i];
    uint64_t *bits = c->targets->bits + i * DRAWER_WORDS;
    struct crossings_block *left;

    (void)worker;
    (void)e;
    d->edges = sift(c->x, (uint32_t)i, &left, bits);
    drop_blocks(c->x, left);
    return true;
}

uint64_t crossings_count(struct crossings *x, struct ranks *targets)
{
    struct counting c = {x, targets};
    uint64_t n = 0;

    for_drawers(x, count_drawer, &c);
    for (uint32_t i = 0; i < x->n_drawers; i++)
        n += x->drawers[i].edges;
    return n;
}

struct sorting {
    struct crossings *x;
    const struct ranks *targets;
    uint32_t *from, *begin;
    uint32_t *at; /* [jobs * DRAWER] scratch */
};

/* The targets there are in a drawer, in order. */
struct group_iter {
    const uint64_t *bits;
    uint32_t words, word;
    uint64_t left; /* of the word before */
};

static struct group_iter groups_begin(const struct ranks *targets, uint64_t i)
{
    uint64_t first = i * DRAWER_WORDS, left = targets->words - first;

    return (struct group_iter){
        .bits = targets->bits + first,
        .words = left < DRAWER_WORDS ? (uint32_t)left : DRAWER_WORDS,
    };
}

static inline bool groups_next(struct group_iter *it, uint32_t *target)
{
    while (!it->left) {
        if (it->word == it->words)
            return false;
        it->left = it->bits[it->word++];
    }
    *target = (it->word - 1) << 6 | (uint32_t)__builtin_ctzll(it->left);
    it->left &= it->left - 1;
    return true;
}

/* Where the groups of a drawer end; the first one starts where `edges` says
 * by now. */
static void find_ends(const struct sorting *s, uint64_t i, uint32_t *at)
{
    const struct drawer *d = &s->x->drawers[i];
    struct group_iter it = groups_begin(s->targets, i);
    uint32_t end = (uint32_t)d->edges, t;

    memset(at, 0, DRAWER * sizeof *at);
    for (const struct crossings_block *b = d->newest; b; b = b->next)
        for (uint32_t k = 0; k < b->n; k++)
            at[b->to[k]]++;
    while (groups_next(&it, &t))
        at[t] = end += at[t];
}

static bool sort_drawer(void *sorting, uint64_t i, unsigned worker,
                        struct err *e)
{
    const struct sorting *s = sorting;
    struct drawer *d = &s->x->drawers[i];
    uint32_t *at = s->at + (uint64_t)worker * DRAWER, *begin, t;
    struct group_iter it = groups_begin(s->targets, i);

    (void)e;
    begin = s->begin + s->targets->before[i * DRAWER_WORDS];
    find_ends(s, i, at);
    for (const struct crossings_block *b = d->newest; b; b = b->next)
        for (uint32_t k = 0; k < b->n; k++)
            s->from[--at[b->to[k]]] = b->from[k];
    drop_blocks(s->x, d->newest);
    d->newest = NULL;
    while (groups_next(&it, &t))
        *begin++ = at[t];
    return true;
}

bool crossings_sort(struct crossings *x, const struct ranks *targets,
                    uint32_t *from, uint32_t *begin, struct err *e)
{
    unsigned workers = parallel_threads(x->jobs);
    struct sorting s = {x, targets, from, begin, NULL};
    uint64_t at = 0;

    s.at = mem_alloc(x->mem, workers, DRAWER * sizeof *s.at, e);
    for (uint32_t i = 0; s.at && i < x->n_drawers; i++) {
        uint64_t edges = x->drawers[i].edges;

        x->drawers[i].edges = at;
        at += edges;
    }
    if (s.at)
        for_drawers(x, sort_drawer, &s);
    mem_free(x->mem, s.at);
    return s.at != NULL;
}
