/*
 * ranks.h - a set of nodes that knows how many of its members stand before
 * a node: what is kept for a part of all nodes is found at that index, at
 * 1.5 bits a node.
 */
#ifndef OOMWHY_GRAPH_RANKS_H
#define OOMWHY_GRAPH_RANKS_H

#include "base/mem.h"

struct ranks {
    uint64_t *bits;   /* [words] */
    uint32_t *before; /* [words] members before that word */
    uint32_t words;
    uint32_t n; /* members */
};

/* An empty set of nodes below `nodes`. */
bool ranks_init(struct ranks *r, uint32_t nodes, struct mem *m, struct err *e);
void ranks_deinit(struct ranks *r, struct mem *m);
/* Once all bits are set: makes ranks_of work, and sets `n`. */
void ranks_count(struct ranks *r);

/* Of a bitmap of numbers up to `n`. */
static inline uint64_t bits_bytes(uint32_t n)
{
    return ((uint64_t)n / 64 + 1) * sizeof(uint64_t);
}

static inline bool bits_has(const uint64_t *bits, uint32_t v)
{
    return bits[v >> 6] >> (v & 63) & 1;
}

static inline void bits_add(uint64_t *bits, uint32_t v)
{
    bits[v >> 6] |= (uint64_t)1 << (v & 63);
}

/* The same while other threads add. */
static inline bool bits_has_shared(const uint64_t *bits, uint32_t v)
{
    return __atomic_load_n(&bits[v >> 6], __ATOMIC_RELAXED) >> (v & 63) & 1;
}

static inline void bits_add_shared(uint64_t *bits, uint32_t v)
{
    __atomic_fetch_or(&bits[v >> 6], (uint64_t)1 << (v & 63), __ATOMIC_RELAXED);
}

/* Adds it; returns whether it was not there. */
static inline bool bits_take(uint64_t *bits, uint32_t v)
{
    uint64_t bit = (uint64_t)1 << (v & 63);

    if (bits[v >> 6] & bit)
        return false;
    bits[v >> 6] |= bit;
    return true;
}

/* Tells most of very many numbers that they are not among a few. */
#define HINT_BITS 4096u
struct hint {
    uint64_t bits[HINT_BITS / 64];
};

static inline void hint_add(struct hint *h, uint32_t v)
{
    bits_add(h->bits, v % HINT_BITS);
}

static inline bool hint_allows(const struct hint *h, uint32_t v)
{
    return bits_has(h->bits, v % HINT_BITS);
}

static inline bool ranks_has(const struct ranks *r, uint32_t v)
{
    return bits_has(r->bits, v);
}

/* Members below `v`: the index of `v` if it is one. */
static inline uint32_t ranks_of(const struct ranks *r, uint32_t v)
{
    uint64_t below = ((uint64_t)1 << (v & 63)) - 1;

    return r->before[v >> 6] +
           (uint32_t)__builtin_popcountll(r->bits[v >> 6] & below);
}

#endif
