/*
 * refs.c - see refs.h.
 *
 * One walk through the column: a block is translated while the processor
 * fetches the bits for the next one, then the objects in it are compacted.
 */
#include "hprof/refs.h"

#include <string.h>

#define BLOCK ((uint64_t)4096)
#define AHEAD 24
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

/* The bits of a reference some way ahead, for when its turn comes. */
static inline void fetch_slot(const struct hprof_ids *ids, uint32_t slot)
{
    __builtin_prefetch(&ids->bits[slot >> 6]);
    __builtin_prefetch(&ids->ranks[slot >> 6]);
}

static void slots_to_codes(const struct hprof_store *st, uint32_t *refs,
                           uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        if (i + AHEAD < n)
            fetch_slot(&st->ids, refs[i + AHEAD]);
        refs[i] = ref_code_of_slot(st, refs[i]);
    }
}

static void codes_to_nodes(const struct resolver *r, uint32_t *refs, uint64_t n)
{
    const struct hprof_store *st = r->st;
    const uint32_t *order = st->node_of.at;

    for (uint64_t i = 0; i < n; i++) {
        if (order && i + AHEAD < n && refs[i + AHEAD] < st->ids.n)
            __builtin_prefetch(&order[refs[i + AHEAD]]);
        refs[i] = ref_node(st, r->base, refs[i]);
    }
}

static void translate(struct resolver *r, uint64_t until)
{
    while (r->done < until) {
        uint32_t *refs = r->st->refs.at + r->done;
        uint64_t n = r->st->refs.n - r->done;

        if (n > BLOCK)
            n = BLOCK;
        if (r->slots)
            slots_to_codes(r->st, refs, n);
        codes_to_nodes(r, refs, n);
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

static uint64_t keep(struct resolver *r, uint64_t in, uint32_t n)
{
    uint32_t *refs = r->st->refs.at;

    if (r->done < in + n)
        translate(r, in + n);
    return n <= FEW ? keep_few(r, refs + r->out, refs + in, n)
                    : keep_many(r, refs + r->out, refs + in, n);
}

/* Rewrites d->first from counts of raw references, as differences, to the
 * offsets of those kept. Nodes before `base` have none here. */
static void compact(struct resolver *r)
{
    struct hprof_dump *d = r->d;
    uint64_t in = 0, begin = 0;
    uint32_t next = d->first[r->base], n;

    for (uint64_t node = 0; node <= d->nodes; node++) {
        n = 0;
        if (node >= r->base && node < d->nodes) {
            /* Modulo 2^32, which a count fits in where offsets need not. */
            n = d->first[node + 1] - next;
            next += n;
        }
        if ((node & 0xffff) == 0)
            d->first_base[node >> 16] = begin = r->out;
        d->first[node] = (uint32_t)(r->out - begin);
        if (n)
            r->out += keep(r, in, n);
        in += n;
    }
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
