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

/* The next n > 1 raw references, from `in` on, are those of one object;
 * returns how many are kept. */
static uint64_t keep(struct resolver *r, uint64_t in, uint64_t n)
{
    uint32_t *to = r->st->refs.at + r->out, *from = r->st->refs.at + in;

    return n <= FEW ? keep_few(r, to, from, n) : keep_many(r, to, from, n);
}

/*
 * Closes up the references of all objects, whose numbers in `degrees` and
 * `many` become those that are kept.
 */
static void compact(struct resolver *r)
{
    struct hprof_store *st = r->st;
    uint32_t *refs = st->refs.at, *many = st->many.at;
    uint64_t in = 0;

    for (uint64_t i = 0; i < st->objects; i++) {
        uint8_t *degree = &st->degrees.at8[i];
        uint64_t n = *degree < UINT8_MAX ? *degree : *many, kept = n;

        if (r->done < in + n)
            translate(r, in + n);
        if (n > 1 || (n && refs[in] == NODE_NONE))
            kept = keep(r, in, n);
        else if (n)
            refs[r->out] = refs[in];
        in += n;
        r->out += kept;
        if (*degree == UINT8_MAX)
            *many++ = (uint32_t)kept;
        else
            *degree = (uint8_t)kept;
    }
}

static bool build_spans(struct hprof_dump *d, struct err *e)
{
    struct hprof_store *st = d->store;
    const uint32_t *many = st->many.at;

    if (!spans_init(&st->refs_of, d->nodes, d->mem, e))
        return false;
    for (uint32_t v = 0; v <= d->n_classes; v++)
        if (!spans_add(&st->refs_of, 0, d->mem, e))
            return false;
    return spans_add_many(&st->refs_of, st->degrees.at8, st->objects, &many,
                          d->mem, e);
}

bool refs_resolve(struct hprof_dump *d, bool slots, struct err *e)
{
    struct hprof_store *st = d->store;
    uint64_t words = (uint64_t)d->nodes / 64 + 1;
    struct resolver r = {.d = d, .st = st, .base = d->n_classes + 1};

    r.slots = slots;
    r.seen = mem_map(d->mem, words * sizeof *r.seen, e);
    if (!r.seen)
        return false;
    compact(&r);
    mem_unmap(d->mem, r.seen, words * sizeof *r.seen);
    st->refs.n = r.out;
    column_trim(&st->refs, d->mem);
    if (!build_spans(d, e))
        return false;
    column_deinit(&st->degrees, d->mem);
    column_deinit(&st->many, d->mem);
    d->refs = st->refs.at;
    d->refs_of = st->refs_of;
    d->n_refs = r.out;
    return true;
}
