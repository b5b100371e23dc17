/*
 * gaps.c - one sweep over the ids in address order.
 *
 * File order would do for most dumps, and cost nothing while reading. But
 * ZGC and Shenandoah dump region by region in an order of their own, and
 * class objects stand among the others without being where the file has
 * them, so that their neighbours look larger than they are.
 */
#include "hprof/gaps.h"

#include <stdlib.h>
#include <string.h>

#include "hprof/store.h"

struct mirror { /* a class object */
    uint64_t id;
    uint32_t node;
};

struct sweep {
    struct hprof_gaps *gaps;
    const struct mirror *mirror, *mirrors_end;
    uint64_t last_id;
    uint32_t last_node; /* 0: none, or an id that came twice */
};

static int by_id(const void *a, const void *b)
{
    const struct mirror *x = a, *y = b;

    if (x->id != y->id)
        return x->id < y->id ? -1 : 1;
    return x->node < y->node ? -1 : x->node > y->node;
}

static struct mirror *mirrors_by_address(const struct hprof_dump *d,
                                         uint32_t *n, struct mem *m,
                                         struct err *e)
{
    struct mirror *ret = mem_alloc(m, d->n_classes, sizeof *ret, e);

    *n = 0;
    if (!ret)
        return NULL;
    for (uint32_t c = 0; c < d->n_classes; c++)
        if (d->classes[c].id)
            ret[(*n)++] = (struct mirror){d->classes[c].id, c + 1};
    if (*n)
        qsort(ret, *n, sizeof *ret, by_id);
    return ret;
}

static inline void meet(struct sweep *s, uint64_t id, uint32_t node)
{
    uint64_t gap = (id - s->last_id) >> s->gaps->shift;

    s->gaps->at[s->last_node] = gap < GAP_UNKNOWN ? (uint32_t)gap : GAP_UNKNOWN;
    s->last_id = id;
    s->last_node = node;
}

static void meet_mirrors(struct sweep *s, uint64_t below)
{
    for (; s->mirror < s->mirrors_end && s->mirror->id < below; s->mirror++)
        meet(s, s->mirror->id, s->mirror->node);
}

/* The objects in one word of the ids' bits, the first of which is `id`. */
static inline void sweep_word(struct sweep *s, const struct hprof_store *st,
                              uint64_t left, uint64_t id, uint32_t base,
                              uint32_t rank)
{
    uint64_t next = s->mirror < s->mirrors_end ? s->mirror->id : UINT64_MAX;

    for (; left; left &= left - 1) {
        uint64_t at = id + ((uint64_t)__builtin_ctzll(left) << st->ids.shift);

        if (at > next) {
            meet_mirrors(s, at);
            next = s->mirror < s->mirrors_end ? s->mirror->id : UINT64_MAX;
        }
        meet(s, at, store_node(st, base, rank++));
    }
}

/* at[0] takes the distance from nowhere to the first. */
static void sweep(struct sweep *s, const struct hprof_dump *d)
{
    const struct hprof_ids *ids = d->ids;

    for (uint64_t p = 0; p < ids->pages.n; p++) {
        uint64_t at = ids->order[p] * IDS_WORDS;

        for (uint64_t w = at; w < at + IDS_WORDS; w++)
            if (ids->bits[w])
                sweep_word(s, d->store, ids->bits[w], ids_address(ids, w << 6),
                           d->n_classes + 1, ids->ranks[w]);
    }
    meet_mirrors(s, UINT64_MAX);
    s->gaps->at[0] = GAP_UNKNOWN;
}

bool hprof_gaps_build(struct hprof_gaps *g, const struct hprof_dump *d,
                      struct mem *m, struct err *e)
{
    uint64_t bytes = (uint64_t)d->nodes * sizeof *g->at;
    uint32_t n;
    struct mirror *mirrors = mirrors_by_address(d, &n, m, e);

    g->shift = d->ids->shift;
    g->at = mirrors ? mem_map(m, bytes, e) : NULL;
    if (g->at) {
        struct sweep s = {
            .gaps = g, .mirror = mirrors, .mirrors_end = mirrors + n};

        memset(g->at, 0xff, bytes);
        sweep(&s, d);
    }
    mem_free(m, mirrors);
    return g->at != NULL;
}

void hprof_gaps_deinit(struct hprof_gaps *g, const struct hprof_dump *d,
                       struct mem *m)
{
    mem_unmap(m, g->at, (uint64_t)d->nodes * sizeof *g->at);
    g->at = NULL;
}
