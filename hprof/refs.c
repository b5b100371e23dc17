/*
 * refs.c - see refs.h.
 *
 * References are translated by the block, in a loop without dependencies, so
 * that the processor has many look-ups under way; by one thread just before
 * the objects in a block are compacted, or by several all at once. Explicit
 * prefetching gained nothing.
 *
 * Nearly all references stay: reading has noted which objects may refer to
 * something twice, translation where some dangle, and what lies between is
 * moved in one piece.
 */
#include "hprof/refs.h"

#include <string.h>

#include "base/parallel.h"

#define BLOCK ((uint64_t)1024)
/* Blocks that a thread takes at a time. */
#define BLOCKS ((uint64_t)256)
struct resolver {
    struct hprof_dump *d;
    struct hprof_store *st;
    uint32_t base; /* node of object 0 */
    bool slots;
    bool ahead;       /* all blocks are translated already */
    uint8_t *dangles; /* [blocks] whether one in the block dangles */
    uint64_t *seen;   /* [nodes / 64 + 1] a bit per node, all 0 in between */
    /* References before `done` are nodes; the last block that has some that
     * dangle ended at `dirty`. */
    uint64_t done, dirty;
    /* How far the objects are done, and the first reference of the next. */
    uint64_t object, in;
    /* Those kept end at `out`, but for [from, ...), which are to be moved
     * there. */
    uint64_t out, from;
};

/* Of a slot that no object has. */
static __attribute__((noinline)) uint32_t node_of_none(const struct resolver *r,
                                                       uint32_t slot)
{
    return ref_node(r->st, r->base, ref_code_of_slot(r->st, slot));
}

/* Where ids ascend, an object's rank is its place. Returns whether one
 * dangles, as the next. */
static bool slots_to_nodes(const struct resolver *r, uint32_t *refs, uint64_t n)
{
    const struct hprof_ids *ids = &r->st->ids;
    uint32_t base = r->base;
    bool dangles = false;

    for (uint64_t i = 0; i < n; i++) {
        uint32_t slot = refs[i];

        if (__builtin_expect(ids_bit(ids, slot), 1)) {
            refs[i] = base + ids_rank(ids, slot);
        } else {
            refs[i] = node_of_none(r, slot);
            dangles |= refs[i] == NODE_NONE;
        }
    }
    return dangles;
}

static bool codes_to_nodes(const struct resolver *r, uint32_t *refs, uint64_t n)
{
    bool dangles = false;

    for (uint64_t i = 0; i < n; i++) {
        refs[i] = ref_node(r->st, r->base, refs[i]);
        dangles |= refs[i] == NODE_NONE;
    }
    return dangles;
}

static void slots_to_codes(const struct resolver *r, uint32_t *refs, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++)
        refs[i] = ref_code_of_slot(r->st, refs[i]);
}

static uint64_t block_end(const struct resolver *r, uint64_t at)
{
    return r->st->refs.n - at < BLOCK ? r->st->refs.n : at + BLOCK;
}

static void translate(const struct resolver *r, uint64_t at)
{
    uint32_t *refs = r->st->refs.at + at;
    uint64_t n = block_end(r, at) - at;
    bool in_order = r->slots && !r->st->node_of.at;

    if (r->slots && !in_order)
        slots_to_codes(r, refs, n);
    r->dangles[at / BLOCK] =
        in_order ? slots_to_nodes(r, refs, n) : codes_to_nodes(r, refs, n);
}

static bool translate_some(void *resolver, uint64_t i, unsigned worker,
                           struct err *e)
{
    const struct resolver *r = resolver;
    uint64_t at = i * BLOCKS * BLOCK, end = at + BLOCKS * BLOCK;

    (void)worker;
    (void)e;
    for (; at < end && at < r->st->refs.n; at += BLOCK)
        translate(r, at);
    return true;
}

static void next_block(struct resolver *r)
{
    uint64_t at = r->done;

    if (!r->ahead)
        translate(r, at);
    r->done = block_end(r, at);
    if (r->dangles[at / BLOCK])
        r->dirty = r->done;
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

/* Moves what is kept and not moved yet, up to `in`. */
static void close_up(struct resolver *r, uint64_t in)
{
    uint32_t *refs = r->st->refs.at;
    uint64_t n = in - r->from;

    if (r->out != r->from)
        memmove(refs + r->out, refs + r->from, n * sizeof *refs);
    r->out += n;
    r->from = in;
}

/* Of the next object, whose n references may not all stay; returns how many
 * do. */
static uint64_t keep(struct resolver *r, uint64_t n)
{
    uint32_t *refs = r->st->refs.at;
    uint64_t kept;

    close_up(r, r->in);
    kept = n <= REFS_FEW ? keep_few(r, refs + r->out, refs + r->in, n)
                         : keep_many(r, refs + r->out, refs + r->in, n);
    r->out += kept;
    r->from = r->in + n;
    return kept;
}

static void pass_object(struct resolver *r, uint64_t n)
{
    r->object++;
    r->in += n;
}

/* Whether one of the n references from `in` on is in a block where some
 * dangle; n is less than a block. */
static bool may_dangle(const struct resolver *r, uint64_t n)
{
    return n &&
           (r->dangles[r->in / BLOCK] || r->dangles[(r->in + n - 1) / BLOCK]);
}

/* Goes on to where an object begins that is a doubt, or to the end; those
 * before it are none, and have but a few references. */
static void go_to(struct resolver *r, uint64_t object, uint64_t in)
{
    uint8_t *degrees = r->st->degrees.at8;

    while (r->in < r->dirty && r->object < object) {
        unsigned n = degrees[r->object];

        if (may_dangle(r, n))
            degrees[r->object] = (uint8_t)keep(r, n);
        pass_object(r, n);
    }
    r->object = object;
    r->in = in;
}

static void translate_up_to(struct resolver *r, uint64_t at)
{
    while (r->done < at)
        next_block(r);
}

/*
 * Closes up the references of all objects, whose numbers in `degrees` and
 * `many` become those that are kept.
 */
static void compact(struct resolver *r)
{
    struct hprof_store *st = r->st;
    uint32_t *many = st->many.at;
    const struct doubt *x;

    VEC_EACH (&st->doubts, x) {
        uint8_t *degree = &st->degrees.at8[x->object];
        uint64_t kept;

        translate_up_to(r, x->ref + x->n);
        go_to(r, x->object, x->ref);
        kept = keep(r, x->n);
        if (*degree == UINT8_MAX)
            *many++ = (uint32_t)kept;
        else
            *degree = (uint8_t)kept;
        pass_object(r, x->n);
    }
    translate_up_to(r, st->refs.n);
    go_to(r, st->objects, st->refs.n);
    close_up(r, r->in);
}

static bool resolve(struct resolver *r, unsigned jobs, struct err *e)
{
    uint64_t step = BLOCKS * BLOCK;

    r->ahead = jobs > 1;
    if (r->ahead && !parallel_for(jobs, (r->st->refs.n + step - 1) / step,
                                  translate_some, r, e))
        return false;
    compact(r);
    return true;
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

bool refs_resolve(struct hprof_dump *d, bool slots, unsigned jobs,
                  struct err *e)
{
    struct hprof_store *st = d->store;
    uint64_t words = (uint64_t)d->nodes / 64 + 1;
    uint64_t blocks = st->refs.n / BLOCK + 1;
    struct resolver r = {.d = d, .st = st, .base = d->n_classes + 1};
    bool ok;

    r.slots = slots;
    r.seen = mem_map(d->mem, words * sizeof *r.seen, e);
    r.dangles = mem_alloc(d->mem, blocks, sizeof *r.dangles, e);
    ok = r.seen && r.dangles && resolve(&r, jobs, e);
    mem_unmap(d->mem, r.seen, words * sizeof *r.seen);
    mem_free(d->mem, r.dangles);
    if (!ok)
        return false;
    st->refs.n = r.out;
    column_trim(&st->refs, d->mem);
    if (!build_spans(d, e))
        return false;
    column_deinit(&st->degrees, d->mem);
    column_deinit(&st->many, d->mem);
    vec_free(&st->doubts, d->mem);
    d->refs = st->refs.at;
    d->refs_of = st->refs_of;
    d->n_refs = r.out;
    return true;
}
