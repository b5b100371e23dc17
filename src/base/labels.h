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

/* Has the cache line of a label fetched. */
static inline void labels_ask(const struct labels *l, uint64_t i)
{
    if (l->wide)
        __builtin_prefetch(&l->wide[i]);
    else
        __builtin_prefetch(&l->narrow[i]);
}

#endif
