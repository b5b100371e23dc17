/*
 * labels.h - a number for each of very many things: 2 bytes apiece if all
 * numbers are below LABELS_NARROW, 4 otherwise. The class of each object is
 * one, and heaps with 65,535 classes are rare.
 *
 * This is a view; who fills the array chooses its width.
 */
#ifndef OOMWHY_BASE_LABELS_H
#define OOMWHY_BASE_LABELS_H

#include <stdint.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "inline.h"

#define LABEL_NONE    UINT32_MAX
#define LABELS_NARROW ((uint32_t)UINT16_MAX) /* in 2 bytes: none */

struct labels {
    const uint16_t *narrow;
    const uint32_t *wide; /* not NULL: these */
};

static inline uint32_t labels_get(const struct labels *l, uint64_t i)
{
    uint32_t v;

    if (l->wide)
        return l->wide[i];
    v = l->narrow[i];
    return v == LABELS_NARROW ? LABEL_NONE : v;
}

/* The same for who compares it with the number of labels anyway: what has
 * none is beyond them all. */
static inline uint32_t labels_get_or_more(const struct labels *l, uint64_t i)
{
    return l->wide ? l->wide[i] : l->narrow[i];
}

/* Which of the 64 labels from `i` on are this one: a bit each. Most are not,
 * and whoever looks for the few shouldn't have to ask one by one. */
static inline uint64_t labels_equal64(const struct labels *l, uint64_t i,
                                      uint32_t label)
{
    uint64_t ret = 0;

#ifdef __SSE2__
    if (!l->wide) {
        __m128i want = _mm_set1_epi16((short)label);

        for (unsigned k = 0; k < 64; k += 16) {
            const __m128i *p = (const __m128i *)(l->narrow + i + k);
            __m128i a = _mm_cmpeq_epi16(_mm_loadu_si128(p), want);
            __m128i b = _mm_cmpeq_epi16(_mm_loadu_si128(p + 1), want);
            int bytes = _mm_movemask_epi8(_mm_packs_epi16(a, b));

            ret |= (uint64_t)(unsigned)bytes << k;
        }
        return ret;
    }
#endif
    for (unsigned k = 0; k < 64; k++)
        ret |= (uint64_t)(labels_get(l, i + k) == label) << k;
    return ret;
}

/*
 * A flag for each of `n` labels, and for none: so many bytes are needed, as
 * narrow ones aren't compared with anything.
 */
static inline uint64_t labels_flags(uint32_t n)
{
    return (n > LABELS_NARROW ? n : LABELS_NARROW) + (uint64_t)1;
}

/* Which of the n <= 64 things from `i` on have a label with a flag, of `none`
 * labels: a bit each. From the last one backwards, each is shifted in. */
static inline uint64_t labels_flagged(const struct labels *l, uint64_t i,
                                      unsigned n, const uint8_t *flags,
                                      uint32_t none)
{
    uint64_t ret = 0;

    if (l->wide) {
        for (uint64_t k = i + n; k-- > i;)
            ret = ret << 1 | flags[l->wide[k] < none ? l->wide[k] : none];
        return ret;
    }
    for (uint64_t k = i + n; k-- > i;)
        ret = ret << 1 | flags[l->narrow[k]];
    return ret;
}

/* Has the cache line of a label fetched. */
ALWAYS_INLINE void labels_ask(const struct labels *l, uint64_t i)
{
    if (l->wide)
        __builtin_prefetch(&l->wide[i]);
    else
        __builtin_prefetch(&l->narrow[i]);
}

#endif
