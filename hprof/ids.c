/*
 * ids.c - see ids.h.
 *
 * Tried and left: bits and rank side by side in 8 bytes per 32 units saves
 * a cache line per look-up, but costs a third more memory, and the two
 * loads are independent anyway.
 */
#include "hprof/ids.h"

#include "base/bits.h"

#include <stdlib.h>
#include <string.h>

/* ---- the directory ------------------------------------------------------- */

/*
 * What is added to an address to look it up; here where there is no page: bit
 * 32 of the sum is 0, so that it's less than IDS_KNOWN, the last 2^32 numbers
 * there are. Pages with the same place are multiples of 2^33 units apart: what
 * makes the addresses of one known makes nobody else's. A null's place is kept
 * free: -1 there makes IDS_NULL of it, and no other address known.
 */
static uint64_t no_page(uint64_t place)
{
    return place ? -(place << IDS_PAGE_BITS) : UINT64_MAX;
}

static bool dir_init(struct hprof_ids *t, struct err *e)
{
    t->dir = mem_alloc(t->mem, IDS_DIR, sizeof *t->dir, e);
    for (uint64_t i = 0; t->dir && i < IDS_DIR; i++)
        t->dir[i] = no_page(i);
    return t->dir != NULL;
}

/* Whether there was a place for the page; with the last slot of 32 bits there
 * is none, as it would look like a null's. */
static bool dir_put(struct hprof_ids *t, uint64_t number, uint64_t page)
{
    uint64_t place = number & (IDS_DIR - 1);

    if (!place || t->dir[place] != no_page(place) || page >= IDS_SLOT_PAGES - 1)
        return false;
    __atomic_store_n(&t->dir[place],
                     IDS_KNOWN + ((page - number) << IDS_PAGE_BITS),
                     __ATOMIC_RELEASE);
    return true;
}

bool ids_init(struct hprof_ids *t, unsigned shift, bool keep_order,
              struct mem *m, struct err *e)
{
    memset(t, 0, sizeof *t);
    t->mem = m;
    t->shift = shift;
    t->ascend = true;
    t->last = UINT64_MAX; /* there is no next one yet */
    t->keep_order = keep_order;
    t->slots.size = 4;
    t->words.size = 8;
    return dir_init(t, e);
}

void ids_deinit(struct hprof_ids *t)
{
    struct mem *m = t->mem;

    if (!m)
        return;
    mem_free(m, t->dir);
    idmap_deinit(&t->far, m);
    vec_free(&t->pages, m);
    column_deinit(&t->words, m);
    mem_unmap(m, t->ranks, t->rank_bytes);
    mem_free(m, t->order);
    column_deinit(&t->slots, m);
    memset(t, 0, sizeof *t);
}

/* ---- pages ------------------------------------------------------------ */

/* Makes room for the bits of one more. */
static bool add_bits(struct hprof_ids *t, struct err *e)
{
    uint64_t here = t->bits ? (uint64_t)(t->here_bits - t->bits) : 0;

    t->words.n = t->pages.n * IDS_WORDS;
    if (!column_reserve(&t->words, IDS_WORDS, t->mem, e))
        return false;
    t->bits = t->words.at64;
    t->here_bits = t->bits + here;
    return true;
}

uint64_t ids_slot_new_(struct hprof_ids *t, uint64_t id, struct err *e)
{
    uint64_t at = id >> t->shift, number = at >> IDS_PAGE_BITS;
    uint32_t page = (uint32_t)t->pages.n;

    if (ids_scattered(t)) {
        err_set(e, ERR_FORMAT,
                "object ids are scattered over %u places; this is no heap",
                page);
        return IDS_NONE;
    }
    if (!add_bits(t, e) || !vec_push(&t->pages, t->mem, e))
        return IDS_NONE;
    *vec_last(&t->pages) = number;
    if (!dir_put(t, number, page) &&
        !idmap_put(&t->far, number, page, t->mem, e))
        return IDS_NONE;
    return (uint64_t)page << IDS_PAGE_BITS | (at & (IDS_PAGE - 1));
}

struct place {
    uint64_t number;
    uint32_t page;
};

static int by_number(const void *a, const void *b)
{
    const struct place *x = a, *y = b;

    return (x->number > y->number) - (x->number < y->number);
}

/* ret[i]: the page that is i-th by address. */
static uint32_t *pages_by_address(const struct hprof_ids *t, struct err *e)
{
    uint64_t n = t->pages.n;
    struct place *places = mem_alloc(t->mem, n, sizeof *places, e);
    uint32_t *ret = places ? mem_alloc(t->mem, n, sizeof *ret, e) : NULL;

    if (ret) {
        for (uint64_t i = 0; i < n; i++)
            places[i] = (struct place){t->pages.at[i], (uint32_t)i};
        qsort(places, n, sizeof *places, by_number);
        for (uint64_t i = 0; i < n; i++)
            ret[i] = places[i].page;
    }
    mem_free(t->mem, places);
    return ret;
}

/* ---- adding ----------------------------------------------------------- */

/* From here on the order is not that of the addresses: writes down the
 * slots so far, which it still was for. */
static bool order_lost(struct hprof_ids *t, struct err *e)
{
    uint32_t *order;

    t->ascend = false;
    t->last = UINT64_MAX;
    if (!t->keep_order)
        return true;
    order = pages_by_address(t, e);
    if (!order || !column_reserve(&t->slots, t->n + 1, t->mem, e)) {
        mem_free(t->mem, order);
        return false;
    }
    for (uint64_t i = 0; i < t->pages.n; i++) {
        const uint64_t *words = t->bits + order[i] * IDS_WORDS;

        for (uint32_t w = 0; w < IDS_WORDS; w++)
            for (uint64_t left = words[w]; left; left &= left - 1)
                t->slots.at[t->slots.n++] =
                    (uint32_t)((uint64_t)order[i] << IDS_PAGE_BITS | w << 6 |
                               (uint32_t)__builtin_ctzll(left));
    }
    mem_free(t->mem, order);
    return true;
}

bool ids_add(struct hprof_ids *t, uint64_t id, struct err *e)
{
    uint64_t slot = ids_slot_new(t, id, e), bit;

    if (slot == IDS_NONE)
        return false;
    if (id <= t->last && t->n && t->ascend && !order_lost(t, e))
        return false;
    bit = (uint64_t)1 << (slot & 63);
    t->duplicates += t->bits[slot >> 6] & bit ? 1 : 0;
    t->bits[slot >> 6] |= bit;
    t->n++;
    if (!t->ascend)
        return !t->keep_order ||
               column_push(&t->slots, (uint32_t)slot, t->mem, e);
    t->last = id;
    t->here = id & ~((IDS_PAGE << t->shift) - 1);
    t->here_bits = t->bits + (slot >> IDS_PAGE_BITS) * IDS_WORDS;
    return true;
}

bool ids_follows(const struct hprof_ids *t, const struct ids_run *run)
{
    return !run->n || (t->ascend && run->rises == run->n &&
                       (!t->n || run->first > t->last));
}

bool ids_claim(struct hprof_ids *t, const struct ids_run *run)
{
    uint64_t page;

    if (!ids_follows(t, run))
        return false;
    if (!run->n)
        return true;
    page = run->slots[run->n - 1] >> IDS_PAGE_BITS;
    t->n += run->n;
    t->last = run->last;
    t->here = run->last & ~((IDS_PAGE << t->shift) - 1);
    t->here_bits = t->bits + page * IDS_WORDS;
    return true;
}

void ids_mark(struct hprof_ids *t, const struct ids_run *run)
{
    const uint32_t *p = run->slots, *end = p + run->n;

    while (p < end) {
        uint32_t word = *p >> 6;
        uint64_t bits = 0;

        do
            bits |= (uint64_t)1 << (*p++ & 63);
        while (p < end && *p >> 6 == word);
        t->bits[word] |= bits;
    }
}

bool ids_add_run(struct hprof_ids *t, const struct ids_run *run, struct err *e)
{
    if (ids_claim(t, run)) {
        ids_mark(t, run);
        return true;
    }
    if ((t->ascend && !order_lost(t, e)) ||
        (t->keep_order && !column_reserve(&t->slots, run->n, t->mem, e)))
        return false;
    for (uint64_t i = 0; i < run->n; i++) {
        uint32_t slot = run->slots[i];
        uint64_t bit = (uint64_t)1 << (slot & 63);

        t->duplicates += t->bits[slot >> 6] & bit ? 1 : 0;
        t->bits[slot >> 6] |= bit;
        if (t->keep_order)
            t->slots.at[t->slots.n++] = slot;
    }
    t->n += run->n;
    return true;
}

bool ids_remove(struct hprof_ids *t, uint64_t id, struct err *e)
{
    uint64_t slot = ids_aligned(t, id) ? ids_slot(t, id) : IDS_NONE;

    if (slot == IDS_NONE || !ids_bit(t, slot))
        return true;
    if (t->ascend && !order_lost(t, e))
        return false;
    t->bits[slot >> 6] &= ~((uint64_t)1 << (slot & 63));
    t->duplicates++;
    return true;
}

/* ---- frozen ----------------------------------------------------------- */

bool ids_freeze(struct hprof_ids *t, struct err *e)
{
    uint32_t rank = 0;

    t->order = pages_by_address(t, e);
    t->rank_bytes = t->pages.n * IDS_WORDS * sizeof *t->ranks;
    t->ranks = mem_map(t->mem, t->rank_bytes, e);
    if (!t->order || !t->ranks)
        return false;
    for (uint64_t i = 0; i < t->pages.n; i++) {
        uint64_t at = t->order[i] * IDS_WORDS;

        for (uint64_t w = at; w < at + IDS_WORDS; w++) {
            t->ranks[w] = rank;
            rank += bit_count(t->bits[w]);
        }
    }
    return true;
}

#define THIN 3
_Static_assert(IDS_WORDS % (1 << THIN) == 0, "no group is on two pages");

void ids_thin(struct hprof_ids *t)
{
    uint64_t groups = t->pages.n * IDS_WORDS >> THIN;
    struct err ignored = {0};
    void *p;

    if (!t->ranks || t->thin)
        return;
    for (uint64_t i = 0; i < groups; i++)
        t->ranks[i] = t->ranks[i << THIN];
    t->thin = THIN;
    p = mem_remap(t->mem, t->ranks, t->rank_bytes, groups * sizeof *t->ranks,
                  &ignored);
    if (!p)
        return; /* it stays larger than it need be */
    t->ranks = p;
    t->rank_bytes = groups * sizeof *t->ranks;
}

/* The last of n ascending numbers, ranks[at(i)], that is not above `rank`. */
static uint64_t last_not_above(const uint32_t *ranks, const uint32_t *order,
                               uint64_t n, uint64_t step, uint32_t rank)
{
    uint64_t low = 0, high = n;

    while (high - low > 1) {
        uint64_t mid = low + (high - low) / 2;

        if (ranks[order ? order[mid] * step : mid] <= rank)
            low = mid;
        else
            high = mid;
    }
    return low;
}

uint64_t ids_select(const struct hprof_ids *t, uint32_t rank)
{
    uint64_t step = IDS_WORDS >> t->thin, at, word, bits;
    uint32_t n;

    at = last_not_above(t->ranks, t->order, t->pages.n, step, rank);
    at = t->order[at] * step;
    at += last_not_above(t->ranks + at, NULL, step, 1, rank);
    n = rank - t->ranks[at];
    word = at << t->thin;
    while (n >= bit_count(t->bits[word]))
        n -= bit_count(t->bits[word++]);
    for (bits = t->bits[word]; n; n--)
        bits &= bits - 1;
    return ids_address(t, word << 6 | (uint64_t)__builtin_ctzll(bits));
}

/* Gaps between the bits of one page, and from `*last` to its first one. */
static uint64_t page_gcd(const struct hprof_ids *t, uint64_t page,
                         uint64_t *last, uint64_t g)
{
    const uint64_t *words = t->bits + page * IDS_WORDS;
    uint64_t from = t->pages.at[page] << IDS_PAGE_BITS;

    for (uint64_t w = 0; w < IDS_WORDS && g != 1; w++)
        for (uint64_t left = words[w]; left && g != 1; left &= left - 1) {
            uint64_t at = from + (w << 6 | (uint64_t)__builtin_ctzll(left));

            if (*last != IDS_NONE)
                g = gcd64(at - *last, g);
            *last = at;
        }
    return g;
}

uint64_t hprof_ids_gcd(const struct hprof_ids *t)
{
    uint64_t last = IDS_NONE, g = 0;

    for (uint64_t i = 0; i < t->pages.n && g != 1; i++)
        g = page_gcd(t, t->order[i], &last, g);
    return g << t->shift;
}
