/*
 * spans.c - building; see spans.h.
 */
#include "spans.h"

bool spans_init(struct spans *s, uint64_t n, struct mem *m, struct err *e)
{
    memset(s, 0, sizeof *s);
    s->at = mem_map(m, spans_groups(n) * sizeof *s->at, e);
    s->room = n;
    return s->at != NULL;
}

void spans_deinit(struct spans *s, struct mem *m)
{
    mem_unmap(m, s->at, spans_groups(s->room) * sizeof *s->at);
    vec_free(&s->wide, m);
    memset(s, 0, sizeof *s);
}

static void put_start(struct span_group *g, uint64_t start)
{
    uint64_t rest = spans_word_(g->start) & ~(2 * SPANS_MOST - 1);

    spans_put_word_(g->start, rest | start);
}

static uint64_t start_of(const struct span_group *g)
{
    return spans_word_(g->start) & (2 * SPANS_MOST - 1);
}

static bool too_many(struct err *e)
{
    return err_set(e, ERR_UNSUPPORTED,
                   "holds more than 2^39 references; nobody counted on that");
}

/* Moves the group of the run to come to the table. */
static bool widen(struct spans *s, struct span_group *g, unsigned k,
                  struct mem *m, struct err *e)
{
    uint64_t at = start_of(g), *first;

    if (!vec_push(&s->wide, m, e))
        return false;
    first = vec_last(&s->wide)->first;
    for (unsigned i = 0; i <= k; i++) {
        first[i] = at;
        at += g->length[i];
    }
    put_start(g, SPANS_MOST | (s->wide.n - 1));
    return true;
}

bool spans_add(struct spans *s, uint64_t length, struct mem *m, struct err *e)
{
    struct span_group *g = &s->at[s->n / SPANS_GROUP];
    unsigned k = (unsigned)(s->n % SPANS_GROUP);

    if (length >= SPANS_MOST - s->total)
        return too_many(e);
    if (k == 0)
        put_start(g, s->total);
    if (length > UINT8_MAX && start_of(g) < SPANS_MOST && !widen(s, g, k, m, e))
        return false;
    s->n++;
    s->total += length;
    if (start_of(g) < SPANS_MOST)
        g->length[k] = (uint8_t)length;
    else
        vec_last(&s->wide)->first[k + 1] = s->total;
    return true;
}

bool spans_begin_groups(struct spans *s, uint64_t total, uint64_t wide,
                        struct mem *m, struct err *e)
{
    if (total >= SPANS_MOST)
        return too_many(e);
    if (!vec_reserve(&s->wide, m, wide, e))
        return false;
    s->n = s->room;
    s->total = total;
    s->wide.n = wide;
    return true;
}

void spans_set_wide_group(struct spans *s, uint64_t group, uint64_t wide,
                          uint64_t start, const uint32_t *lengths)
{
    struct span_offsets *o = &s->wide.at[wide];

    o->first[0] = start;
    for (unsigned k = 0; k < SPANS_GROUP; k++)
        o->first[k + 1] = o->first[k] + lengths[k];
    put_start(&s->at[group], SPANS_MOST | wide);
}

bool spans_of_offsets(struct spans *s, const uint32_t *first, uint64_t n,
                      struct mem *m, struct err *e)
{
    if (!spans_init(s, n, m, e))
        return false;
    for (uint64_t i = 0; i < n; i++)
        if (!spans_add(s, first[i + 1] - first[i], m, e)) {
            spans_deinit(s, m);
            return false;
        }
    return true;
}

static uint64_t empty_in_table(const struct span_offsets *o)
{
    uint64_t ret = 0;

    for (unsigned k = 0; k < SPANS_GROUP; k++)
        ret |= (uint64_t)(o->first[k] == o->first[k + 1]) << k;
    return ret;
}

uint64_t spans_empty64(const struct spans *s, uint64_t i)
{
    uint64_t ret = 0, none = i + 64 > s->n ? i + 64 - s->n : 0;
    unsigned at = 0, k = (unsigned)(i % SPANS_GROUP);

    for (; at < 64 && i + at < s->n; at += SPANS_GROUP - k, k = 0) {
        const struct span_group *g = &s->at[(i + at) / SPANS_GROUP];
        uint64_t start = start_of(g);
        uint64_t empty = start < SPANS_MOST
                             ? spans_empty_(g)
                             : empty_in_table(&s->wide.at[start - SPANS_MOST]);

        ret |= empty >> k << at;
    }
    if (none >= 64)
        return UINT64_MAX;
    return none ? ret | UINT64_MAX << (64 - none) : ret;
}
