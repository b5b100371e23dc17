/*
 * spans.c - building; see spans.h.
 */
#include "spans.h"

static uint64_t groups(uint64_t runs)
{
    return runs / SPANS_GROUP + 1;
}

bool spans_init(struct spans *s, uint64_t n, struct mem *m, struct err *e)
{
    memset(s, 0, sizeof *s);
    s->at = mem_map(m, groups(n) * sizeof *s->at, e);
    s->room = n;
    return s->at != NULL;
}

void spans_deinit(struct spans *s, struct mem *m)
{
    mem_unmap(m, s->at, groups(s->room) * sizeof *s->at);
    vec_free(&s->wide, m);
    memset(s, 0, sizeof *s);
}

static void put_word(uint8_t *p, uint64_t v)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    memcpy(p, &v, sizeof v);
}

static void put_start(struct span_group *g, uint64_t start)
{
    uint64_t rest = spans_word_(g->start) & ~(2 * SPANS_MOST - 1);

    put_word(g->start, rest | start);
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

/* Whether one of eleven bytes is 255. */
static bool has_long(const uint8_t *p)
{
    const uint64_t ones = 0x0101010101010101, tops = ones << 7;
    uint64_t a = ~spans_word_(p), b = ~spans_word_(p + SPANS_GROUP - 8);

    return (((a - ones) & ~a) | ((b - ones) & ~b)) & tops;
}

static uint64_t sum_of_bytes(uint64_t v)
{
    const uint64_t even = 0x00ff00ff00ff00ff;

    v = (v & even) + (v >> 8 & even);
    return v * 0x0001000100010001 >> 48;
}

/* A whole group without long ones. It is not read again here: what has just
 * been written in two words would have to be waited for. */
static void add_group(struct spans *s, const uint8_t *lengths)
{
    struct span_group *g = &s->at[s->n / SPANS_GROUP];
    const unsigned head = 8 - sizeof g->start;
    uint64_t first = spans_word_(lengths), last = spans_word_(lengths + head);

    put_word(g->start, s->total | first << 8 * sizeof g->start);
    put_word(g->length + head, last);
    s->n += SPANS_GROUP;
    s->total += sum_of_bytes(first) + sum_of_bytes(last >> 8 * (8 - head));
}

bool spans_add_many(struct spans *s, const uint8_t *lengths, uint64_t n,
                    const uint32_t **longs, struct mem *m, struct err *e)
{
    const uint64_t most = SPANS_MOST - SPANS_GROUP * (uint64_t)UINT8_MAX;

    for (uint64_t i = 0; i < n;) {
        if (s->n % SPANS_GROUP == 0 && n - i >= SPANS_GROUP &&
            s->total < most && !has_long(lengths + i)) {
            add_group(s, lengths + i);
            i += SPANS_GROUP;
            continue;
        }
        if (!spans_add(s, lengths[i] < UINT8_MAX ? lengths[i] : *(*longs)++, m,
                       e))
            return false;
        i++;
    }
    return true;
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
