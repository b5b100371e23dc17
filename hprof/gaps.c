/*
 * gaps.c - one sweep over the ids in address order. Where they ascend it goes
 * page by page, and no gap is kept longer than that.
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

struct gap_sweep {
    const struct hprof_dump *d;
    struct mirror *mirrors;
    const struct mirror *mirror, *mirrors_end; /* the next one */
    uint64_t page;                             /* the next one, by address */
    uint64_t every;                            /* of so many pages one */
    uint64_t room;                             /* gaps there is room for */
    uint64_t last_id;
    uint32_t *last; /* where the gap of the one met last goes */
    uint32_t nowhere;
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

/* `gap`: where its own is to be. */
static inline void meet(struct gap_sweep *s, uint64_t id, uint32_t *gap,
                        unsigned shift)
{
    uint64_t last = (id - s->last_id) >> shift;

    *s->last = last < GAP_UNKNOWN ? (uint32_t)last : GAP_UNKNOWN;
    s->last_id = id;
    s->last = gap;
}

static void meet_mirrors(struct hprof_gaps *g, uint64_t below)
{
    struct gap_sweep *s = g->sweep;

    for (; s->mirror < s->mirrors_end && s->mirror->id < below; s->mirror++)
        meet(s, s->mirror->id, &g->class_object[s->mirror->node - 1], g->shift);
}

static unsigned lowest(uint64_t bits)
{
    return (unsigned)__builtin_ctzll(bits);
}

/* The objects in one word of the ids' bits, the first of which is `id`. */
static void sweep_word(struct hprof_gaps *g, uint64_t left, uint64_t id,
                       uint32_t rank)
{
    struct gap_sweep *s = g->sweep;
    const struct hprof_store *st = s->d->store;
    uint32_t base = s->d->n_classes + 1;

    for (; left; left &= left - 1, rank++) {
        uint64_t at = id + ((uint64_t)lowest(left) << g->shift);

        if (s->mirror < s->mirrors_end && at > s->mirror->id)
            meet_mirrors(g, at);
        meet(s, at, &g->at[store_node(st, base, rank) - g->from], g->shift);
    }
}

/* The same where nodes are in order and no class object is among them: gaps
 * are those between the bits. */
static inline void sweep_plain_word(struct hprof_gaps *g, uint64_t left,
                                    uint64_t id, uint32_t rank)
{
    struct gap_sweep *s = g->sweep;
    uint32_t *to = &g->at[s->d->n_classes + 1 + rank - g->from];
    unsigned bit = lowest(left);

    meet(s, id + ((uint64_t)bit << g->shift), to, g->shift);
    while (left &= left - 1) {
        *to++ = lowest(left) - bit;
        bit = lowest(left);
    }
    s->last = to;
    s->last_id = id + ((uint64_t)bit << g->shift);
}

/* Whether it's so in a word that ends with the address `last`. */
static bool is_plain(const struct gap_sweep *s, uint64_t last)
{
    return !s->d->store->node_of.at &&
           (s->mirror == s->mirrors_end || s->mirror->id > last);
}

/* Gaps of those met last stay as they are: unknown. */
static void let_go(struct gap_sweep *s)
{
    *s->last = GAP_UNKNOWN;
    s->last = &s->nowhere;
}

/* Goes to the next page of the sample; false: there is none. */
static bool find_page(struct hprof_gaps *g)
{
    struct gap_sweep *s = g->sweep;
    const struct hprof_ids *ids = s->d->ids;
    uint64_t from = s->page;

    for (; s->page < ids->pages.n && s->page % s->every; s->page++) {
        uint64_t page = ids->order[s->page];
        uint64_t end =
            ids_address(ids, page << IDS_PAGE_BITS) + (IDS_PAGE << ids->shift);

        if (s->mirror < s->mirrors_end && s->mirror->id < end)
            break;
    }
    if (s->page != from)
        let_go(s);
    return s->page < ids->pages.n;
}

static void sweep_page(struct hprof_gaps *g)
{
    struct gap_sweep *s = g->sweep;
    const struct hprof_ids *ids = s->d->ids;
    uint64_t at = ids->order[s->page++] * IDS_WORDS;
    uint64_t id = ids_address(ids, at << 6), step = (uint64_t)64 << ids->shift;

    for (uint64_t w = at; w < at + IDS_WORDS; w++, id += step) {
        if (!ids->bits[w])
            continue;
        if (is_plain(s, id + (step - 1)))
            sweep_plain_word(g, ids->bits[w], id, ids->ranks[w]);
        else
            sweep_word(g, ids->bits[w], id, ids->ranks[w]);
    }
}

static void sweep_end(struct hprof_gaps *g)
{
    meet_mirrors(g, UINT64_MAX);
    let_go(g->sweep);
}

/* Whether the last object met waits for the next one. */
static bool is_open(const struct hprof_gaps *g)
{
    const struct gap_sweep *s = g->sweep;

    return s->last >= g->at && s->last < g->at + s->room;
}

/* How many objects come before a page. */
static uint32_t rank_at(const struct hprof_ids *ids, uint64_t page)
{
    return page < ids->pages.n ? ids->ranks[ids->order[page] * IDS_WORDS]
                               : (uint32_t)ids->n;
}

/*
 * Ids ascend, and so do nodes: a page at a time. The last object of a page
 * waits for the first of the next one.
 */
static bool next_page(struct hprof_gaps *g)
{
    struct gap_sweep *s = g->sweep;
    const struct hprof_ids *ids = s->d->ids;
    uint32_t base = s->d->n_classes + 1;
    bool open;

    if (!find_page(g)) {
        sweep_end(g); /* if there was no page at all */
        return false;
    }
    open = is_open(g);
    g->from = base + rank_at(ids, s->page) - open;
    if (open)
        s->last = g->at;
    sweep_page(g);
    if (s->page == ids->pages.n)
        sweep_end(g);
    g->n = base + rank_at(ids, s->page) - g->from - is_open(g);
    return true;
}

/* All at once. */
static bool next_all(struct hprof_gaps *g)
{
    struct gap_sweep *s = g->sweep;

    if (s->page)
        return false;
    memset(g->at, 0xff, s->room * sizeof *g->at);
    g->from = s->d->n_classes + 1;
    g->n = s->d->nodes - g->from;
    while (find_page(g))
        sweep_page(g);
    sweep_end(g);
    s->page = 1;
    return true;
}

bool hprof_gaps_next(struct hprof_gaps *g)
{
    return g->sweep->d->store->node_of.at ? next_all(g) : next_page(g);
}

bool hprof_gaps_init(struct hprof_gaps *g, const struct hprof_dump *d,
                     uint64_t enough, struct mem *m, struct err *e)
{
    struct gap_sweep *s = mem_alloc(m, 1, sizeof *s, e);
    uint32_t n;

    *g = (struct hprof_gaps){.shift = d->ids->shift, .sweep = s};
    if (!s)
        return false;
    s->d = d;
    s->last = &s->nowhere;
    s->every = d->ids->n > enough ? d->ids->n / enough : 1;
    s->room = d->store->node_of.at ? d->nodes - d->n_classes : IDS_PAGE + 1;
    s->mirrors = mirrors_by_address(d, &n, m, e);
    g->class_object = mem_alloc(m, d->n_classes, sizeof *g->class_object, e);
    g->at = mem_map(m, s->room * sizeof *g->at, e);
    if (!s->mirrors || !g->class_object || !g->at) {
        hprof_gaps_deinit(g, m);
        return false;
    }
    s->mirror = s->mirrors;
    s->mirrors_end = s->mirrors + n;
    memset(g->class_object, 0xff, d->n_classes * sizeof *g->class_object);
    return true;
}

void hprof_gaps_deinit(struct hprof_gaps *g, struct mem *m)
{
    if (!g->sweep)
        return;
    mem_unmap(m, g->at, g->sweep->room * sizeof *g->at);
    mem_free(m, g->class_object);
    mem_free(m, g->sweep->mirrors);
    mem_free(m, g->sweep);
    memset(g, 0, sizeof *g);
}
