/*
 * refs.c - see refs.h.
 *
 * One walk through the column: a block is translated in a loop without
 * dependencies, so that the processor has many look-ups under way, then the
 * objects in it are compacted. Explicit prefetching gained nothing.
 */
#include "hprof/refs.h"

#include <string.h>

#define BLOCK ((uint64_t)4096)
/* Up to here duplicates are found by comparing each with each. */
#define FEW 12

struct resolver {
    struct hprof_dump *d;
    struct hprof_store *st;
    uint32_t base; /* node of object 0 */
    bool slots;
    uint64_t done;  /* references translated */
    uint64_t out;   /* references kept */
    uint64_t *seen; /* [nodes / 64 + 1] a bit per node, all 0 in between */
};

/* Where ids ascend, an object's rank is its place. */
static void slots_to_nodes(const struct resolver *r, uint32_t *refs, uint64_t n)
{
    const struct hprof_ids *ids = &r->st->ids;

    for (uint64_t i = 0; i < n; i++) {
        uint32_t slot = refs[i];

        refs[i] = ids_bit(ids, slot)
                      ? r->base + ids_rank(ids, slot)
                      : ref_node(r->st, r->base, ref_code_of_slot(r->st, slot));
    }
}

static void slots_to_codes(const struct resolver *r, uint32_t *refs, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++)
        refs[i] = ref_code_of_slot(r->st, refs[i]);
}

static void codes_to_nodes(const struct resolver *r, uint32_t *refs, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++)
        refs[i] = ref_node(r->st, r->base, refs[i]);
}

static void translate(struct resolver *r, uint64_t until)
{
    while (r->done < until) {
        uint32_t *refs = r->st->refs.at + r->done;
        uint64_t n = r->st->refs.n - r->done;

        if (n > BLOCK)
            n = BLOCK;
        if (r->slots && !r->st->node_of.at) {
            slots_to_nodes(r, refs, n);
        } else {
            if (r->slots)
                slots_to_codes(r, refs, n);
            codes_to_nodes(r, refs, n);
        }
        r->done += n;
    }
}

static bool among(const uint32_t *refs, uint64_t n, uint32_t v)
{
    for (uint64_t i = 0; i < n; i++)
        if (refs[i] == v)
            return true;
    return false;
}

/* Copies the references that stay to `to`, which is not behind `from`. */
static uint64_t keep_few(struct resolver *r, uint32_t *to, const uint32_t *from,
                         uint64_t n)
{
    uint64_t kept = 0;

    for (uint64_t i = 0; i < n; i++) {
        uint32_t v = from[i];

        if (v == NODE_NONE)
            r->d->damage.dangling_references++;
        else if (!among(to, kept, v))
            to[kept++] = v;
    }
    return kept;
}

static uint64_t keep_many(struct resolver *r, uint32_t *to,
                          const uint32_t *from, uint64_t n)
{
    uint64_t kept = 0;

    for (uint64_t i = 0; i < n; i++) {
        uint32_t v = from[i];
        uint64_t bit = (uint64_t)1 << (v & 63);

        if (v == NODE_NONE) {
            r->d->damage.dangling_references++;
            continue;
        }
        if (!(r->seen[v >> 6] & bit))
            to[kept++] = v;
        r->seen[v >> 6] |= bit;
    }
    for (uint64_t i = 0; i < kept; i++)
        r->seen[to[i] >> 6] = 0;
    return kept;
}

/* The next n > 0 raw references, from `in` on, are those of one object. */
static inline void keep(struct resolver *r, uint64_t in, uint32_t n)
{
    uint32_t *refs = r->st->refs.at, v;

    if (r->done < in + n)
        translate(r, in + n);
    v = refs[in];
    if (n == 1 && v != NODE_NONE)
        refs[r->out++] = v;
    else if (n <= FEW)
        r->out += keep_few(r, refs + r->out, refs + in, n);
    else
        r->out += keep_many(r, refs + r->out, refs + in, n);
}

/* Rewrites d->first from offsets in the raw references, modulo 2^32, to
 * offsets in those kept, modulo their base. */
static void compact(struct resolver *r)
{
    struct hprof_dump *d = r->d;
    uint32_t *first = d->first, raw = first[r->base], n;
    uint64_t in = 0, begin = 0;

    memset(first, 0, r->base * sizeof *first); /* classes have none here */
    for (uint64_t node = r->base; node < d->nodes; node++, in += n) {
        n = first[node + 1] - raw; /* a count does fit in 32 bits */
        raw += n;
        if ((node & 0xffff) == 0)
            d->first_base[node >> 16] = begin = r->out;
        first[node] = (uint32_t)(r->out - begin);
        if (n)
            keep(r, in, n);
    }
    if ((d->nodes & 0xffff) == 0)
        d->first_base[d->nodes >> 16] = begin = r->out;
    first[d->nodes] = (uint32_t)(r->out - begin);
}

bool refs_resolve(struct hprof_dump *d, bool slots, struct err *e)
{
    struct hprof_store *st = d->store;
    uint64_t words = (uint64_t)d->nodes / 64 + 1;
    struct resolver r = {.d = d, .st = st, .base = d->n_classes + 1};

    r.slots = slots;
    d->first_base =
        mem_alloc(d->mem, (d->nodes >> 16) + 1u, sizeof *d->first_base, e);
    r.seen = mem_map(d->mem, words * sizeof *r.seen, e);
    if (d->first_base && r.seen)
        compact(&r);
    mem_unmap(d->mem, r.seen, words * sizeof *r.seen);
    if (!d->first_base || !r.seen)
        return false;
    st->refs.n = r.out;
    column_trim(&st->refs, d->mem);
    d->refs = st->refs.at;
    d->n_refs = r.out;
    return true;
}
