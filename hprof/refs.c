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

static void slots_to_codes(const struct hprof_store *st, uint32_t *refs,
                           uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        uint64_t ahead = refs[i + AHEAD < n ? i + AHEAD : i] >> 6;

        __builtin_prefetch(&st->ids.bits[ahead]);
        __builtin_prefetch(&st->ids.ranks[ahead]);
        refs[i] = ref_code_of_slot(st, refs[i]);
    }
}

static void codes_to_nodes(const struct resolver *r, uint32_t *refs, uint64_t n)
{
    const struct hprof_store *st = r->st;

    for (uint64_t i = 0; i < n; i++) {
        uint32_t ahead = refs[i + AHEAD < n ? i + AHEAD : i];

        if (st->node_of.at && ahead < st->ids.n)
            __builtin_prefetch(&st->node_of.at[ahead]);
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

/* Nodes before the first object have no references here. */
static void begin(struct resolver *r, uint32_t node)
{
    if ((node & 0xffff) == 0)
        r->d->first_base[node >> 16] = r->out;
    r->d->first[node] = (uint32_t)(r->out - r->d->first_base[node >> 16]);
}

static void compact(struct resolver *r)
{
    struct hprof_dump *d = r->d;
    uint32_t *refs = r->st->refs.at;
    uint64_t in = 0;

    for (uint32_t node = 0; node < r->base; node++)
        begin(r, node);
    for (uint32_t node = r->base; node < d->nodes; node++) {
        /* Counts fit in 32 bits where offsets need not. */
        uint32_t n = d->first[node + 1] - d->first[node];

        translate(r, in + n);
        begin(r, node);
        r->out += n <= FEW ? keep_few(r, refs + r->out, refs + in, n)
                           : keep_many(r, refs + r->out, refs + in, n);
        in += n;
    }
    begin(r, d->nodes);
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
