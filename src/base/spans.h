/*
 * spans.h - where each of very many short runs lies in one long array.
 *
 * Most runs are a few elements long: the references of each object. Eleven
 * that stand behind each other make a group of 16 bytes, which says where it
 * begins (39 bits) and how long each of its runs is (a byte). A look-up adds
 * up the lengths before its own in two words, without a branch, and touches
 * one cache line. That is 1.45 bytes a run; the usual array of 32-bit offsets
 * takes 4, and something more beyond 2^32 elements.
 *
 * Groups come in order. Between them there may be elements of no run.
 *
 * A group with a run of more than 255 elements has its twelve offsets in a
 * table aside instead. They are few: such a run alone is ten times as large.
 */
#ifndef OOMWHY_BASE_SPANS_H
#define OOMWHY_BASE_SPANS_H

#include "inline.h"
#include "mem.h"
#include "vec.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define SPANS_GROUP 11u
/* Elements; the flag of a group in the table is the next bit. */
#define SPANS_MOST ((uint64_t)1 << 39)

struct span_group {
    uint8_t start[5]; /* little-endian: begin | flag << 39; if the flag is
                         set, an index into `wide` instead of where it begins */
    uint8_t length[SPANS_GROUP];
};
_Static_assert(sizeof(struct span_group) == 16, "four to a cache line");

struct span_offsets {
    uint64_t first[SPANS_GROUP + 1];
};

/* A copy is a view of the same runs. */
struct spans {
    struct span_group *at;
    uint64_t n;     /* runs */
    uint64_t total; /* elements, those of no run too */
    VEC(struct span_offsets) wide;
    uint64_t room; /* runs there is room for */
};

/* Room for `n` runs, none of which is there yet. */
bool spans_init(struct spans *s, uint64_t n, struct mem *m, struct err *e);
void spans_deinit(struct spans *s, struct mem *m);

/* Appends a run, for which there is room. */
bool spans_add(struct spans *s, uint64_t length, struct mem *m, struct err *e);
/* Makes all of an array of offsets, [n + 1]. */
bool spans_of_offsets(struct spans *s, const uint32_t *first, uint64_t n,
                      struct mem *m, struct err *e);

/* ---- look-up ----------------------------------------------------------- */

static inline uint64_t spans_word_(const uint8_t *p)
{
    uint64_t v;

    memcpy(&v, p, sizeof v);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    return v;
}

/* By k: which bytes of a group are the first k < 11 of its lengths. */
static const uint64_t spans_masks_[SPANS_GROUP][2]
    __attribute__((aligned(16))) = {
        {0, 0},
        {(uint64_t)0xff << 40, 0},
        {(uint64_t)0xffff << 40, 0},
        {(uint64_t)0xffffff << 40, 0},
        {(uint64_t)0xffffff << 40, 0xff},
        {(uint64_t)0xffffff << 40, 0xffff},
        {(uint64_t)0xffffff << 40, 0xffffff},
        {(uint64_t)0xffffff << 40, 0xffffffff},
        {(uint64_t)0xffffff << 40, 0xffffffffff},
        {(uint64_t)0xffffff << 40, 0xffffffffffff},
        {(uint64_t)0xffffff << 40, 0xffffffffffffff},
};

static inline uint64_t spans_sum_of_bytes_(uint64_t v)
{
    const uint64_t even = 0x00ff00ff00ff00ff;

    v = (v & even) + (v >> 8 & even);
    return v * 0x0001000100010001 >> 48;
}

/* The sum of the first k lengths. */
static inline uint64_t spans_sum_(const struct span_group *g, unsigned k)
{
#ifdef __SSE2__
    __m128i bytes = _mm_loadu_si128((const __m128i *)g);
    __m128i mask = _mm_load_si128((const __m128i *)spans_masks_[k]);
    __m128i sums =
        _mm_sad_epu8(_mm_and_si128(bytes, mask), _mm_setzero_si128());

    return (uint64_t)_mm_cvtsi128_si64(sums) +
           (uint64_t)_mm_cvtsi128_si64(_mm_unpackhi_epi64(sums, sums));
#else
    return spans_sum_of_bytes_(spans_word_(g->start) & spans_masks_[k][0]) +
           spans_sum_of_bytes_(spans_word_(g->length + 3) & spans_masks_[k][1]);
#endif
}

/* Run `i` is [*begin, *end). */
static inline void spans_get(const struct spans *s, uint64_t i, uint64_t *begin,
                             uint64_t *end)
{
    const struct span_group *g = &s->at[i / SPANS_GROUP];
    unsigned k = (unsigned)(i % SPANS_GROUP);
    uint64_t start = spans_word_(g->start) & (2 * SPANS_MOST - 1);

    if (__builtin_expect(start >= SPANS_MOST, 0)) {
        const uint64_t *first = s->wide.at[start - SPANS_MOST].first;

        *begin = first[k];
        *end = first[k + 1];
        return;
    }
    *begin = start + spans_sum_(g, k);
    *end = *begin + g->length[k];
}

/* Has the cache line of a run fetched. */
ALWAYS_INLINE void spans_ask(const struct spans *s, uint64_t i)
{
    __builtin_prefetch(&s->at[i / SPANS_GROUP]);
}

/* ---- by the group -------------------------------------------------------- */

/*
 * Instead of one after the other, groups can be set in any order, and by
 * several threads at once. All runs there is room for are empty at first; the
 * elements are `total`, and at most `wide` groups will go to the table.
 */
bool spans_begin_groups(struct spans *s, uint64_t total, uint64_t wide,
                        struct mem *m, struct err *e);

/* The last of them may have runs beyond `n`, which are empty. */
static inline uint64_t spans_groups(uint64_t runs)
{
    return runs / SPANS_GROUP + 1;
}

/* What eleven lengths add up to, if each fits in its byte. */
static inline uint64_t spans_sum_lengths(const uint8_t *lengths)
{
    const unsigned head = SPANS_GROUP - 8;

    return spans_sum_of_bytes_(spans_word_(lengths)) +
           spans_sum_of_bytes_(spans_word_(lengths + head) >> 8 * (8 - head));
}

/* Whether one of eleven bytes is 255. */
static inline bool spans_any_255(const uint8_t *p)
{
    const uint64_t ones = 0x0101010101010101, tops = ones << 7;
    uint64_t a = ~spans_word_(p), b = ~spans_word_(p + SPANS_GROUP - 8);

    return (((a - ones) & ~a) | ((b - ones) & ~b)) & tops;
}

static inline void spans_put_word_(uint8_t *p, uint64_t v)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    memcpy(p, &v, sizeof v);
}

/* Runs of at most 255 elements. */
static inline void spans_set_group(struct spans *s, uint64_t group,
                                   uint64_t start, const uint8_t *lengths)
{
    struct span_group *g = &s->at[group];
    const unsigned head = 8 - sizeof g->start;

    spans_put_word_(g->start, start | spans_word_(lengths)
                                          << 8 * sizeof g->start);
    spans_put_word_(g->length + head, spans_word_(lengths + head));
}

/* Runs of any length; `wide` is its own place in the table. */
void spans_set_wide_group(struct spans *s, uint64_t group, uint64_t wide,
                          uint64_t start, const uint32_t *lengths);

/* ---- many at a time ----------------------------------------------------- */

/* Which of a group's runs are empty: a bit each. Not of one in the table. */
static inline uint64_t spans_empty_(const struct span_group *g)
{
#ifdef __SSE2__
    __m128i bytes = _mm_loadu_si128((const __m128i *)g);
    __m128i zero = _mm_cmpeq_epi8(bytes, _mm_setzero_si128());

    return (uint64_t)_mm_movemask_epi8(zero) >> sizeof g->start;
#else
    uint64_t ret = 0;

    for (unsigned k = 0; k < SPANS_GROUP; k++)
        ret |= (uint64_t)(g->length[k] == 0) << k;
    return ret;
#endif
}

/* Which of the 64 runs from `i` on are empty, or are none at all. */
uint64_t spans_empty64(const struct spans *s, uint64_t i);

#endif
