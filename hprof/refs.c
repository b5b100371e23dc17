/*
 * refs.c - see refs.h.
 *
 * Once they are translated, each group of spans is told where its references
 * are. Several threads share both; a single one does them in turn, as what it
 * has just translated is at hand.
 *
 * Nearly all references stay: reading has noted which objects may refer to
 * something twice, translation where some dangle. What follows a reference
 * that goes is moved within its group only, and what a group leaves behind it
 * is filled with the super-root, to which nothing refers.
 */
#include "hprof/refs.h"

#include <string.h>

#include "base/parallel.h"
#include "hprof/translate.h"

/* Groups that one of several threads takes at a time. */
#define GROUPS ((uint64_t)4096)

/* A place among the objects: what of the other columns comes next. */
struct place {
    uint64_t ref, many, doubt;
};

/* A thread's own. */
struct worker {
    uint64_t *seen; /* [nodes / 64 + 1] a bit per node, all 0 in between */
    uint64_t dangling, dropped;
    uint64_t done; /* references before it are translated */
};

struct resolver {
    struct hprof_dump *d;
    struct hprof_store *st;
    struct translation refs;
    uint32_t base; /* node of object 0 */
    unsigned jobs;
    uint64_t piece;         /* groups that a thread takes at a time */
    struct place *places;   /* [pieces] where each begins */
    struct worker *workers; /* [jobs] */
};

/* ---- what stays --------------------------------------------------------- */

static bool among(const uint32_t *refs, uint64_t n, uint32_t v)
{
    for (uint64_t i = 0; i < n; i++)
        if (refs[i] == v)
            return true;
    return false;
}

/* Copies the references that stay to `to`, which is not behind `from`. */
static uint64_t keep_few(struct worker *w, uint32_t *to, const uint32_t *from,
                         uint64_t n)
{
    uint64_t kept = 0;

    for (uint64_t i = 0; i < n; i++) {
        uint32_t v = from[i];

        if (v == NODE_NONE)
            w->dangling++;
        else if (!among(to, kept, v))
            to[kept++] = v;
    }
    return kept;
}

static uint64_t keep_many(struct worker *w, uint32_t *to, const uint32_t *from,
                          uint64_t n)
{
    uint64_t kept = 0;

    for (uint64_t i = 0; i < n; i++) {
        uint32_t v = from[i];
        uint64_t bit = (uint64_t)1 << (v & 63);

        if (v == NODE_NONE) {
            w->dangling++;
            continue;
        }
        if (!(w->seen[v >> 6] & bit))
            to[kept++] = v;
        w->seen[v >> 6] |= bit;
    }
    for (uint64_t i = 0; i < kept; i++)
        w->seen[to[i] >> 6] = 0;
    return kept;
}

static uint64_t keep(struct worker *w, uint32_t *to, const uint32_t *from,
                     uint64_t n)
{
    return n <= REFS_FEW ? keep_few(w, to, from, n) : keep_many(w, to, from, n);
}

/* ---- groups ------------------------------------------------------------- */

/* How many references each object of a group has, as in st->degrees. Nodes
 * that are none have 0: then `copy` is filled with them. */
static const uint8_t *degrees_of(const struct resolver *r, uint64_t group,
                                 uint8_t *copy)
{
    const uint8_t *degrees = r->st->degrees.at8;
    uint64_t v = group * SPANS_GROUP;

    if (v >= r->base && v + SPANS_GROUP <= r->d->nodes)
        return degrees + (v - r->base);
    for (unsigned k = 0; k < SPANS_GROUP; k++, v++)
        copy[k] = v >= r->base && v < r->d->nodes ? degrees[v - r->base] : 0;
    return copy;
}

/* The number of references that `degree` stands for. */
static uint64_t next_degree(const struct resolver *r, struct place *at,
                            uint8_t degree)
{
    return degree < UINT8_MAX ? degree : r->st->many.at[at->many++];
}

/* The node of the next doubt; UINT64_MAX: none is left. */
static uint64_t next_doubt(const struct resolver *r, const struct place *at)
{
    return at->doubt < r->st->doubts.n
               ? (uint64_t)r->base + r->st->doubts.at[at->doubt]
               : UINT64_MAX;
}

/* Moves the n references of node `v` to `out`, but for those that don't stay;
 * returns how many do. */
static uint64_t settle_node(const struct resolver *r, struct worker *w,
                            uint64_t v, uint64_t n, struct place *at,
                            uint64_t out)
{
    uint32_t *to = r->st->refs.at + out, *from = r->st->refs.at + at->ref;
    bool doubt = next_doubt(r, at) == v;

    while (w->done < at->ref + n)
        w->done = translate_block(&r->refs, w->done);
    at->doubt += doubt;
    if (doubt || translate_dangling(&r->refs, at->ref, n))
        return keep(w, to, from, n);
    if (to != from)
        memmove(to, from, n * sizeof *to);
    return n;
}

/* A group with objects that may not keep all, or have many. */
static void settle_group(const struct resolver *r, struct worker *w,
                         uint64_t group, const uint8_t *degrees,
                         struct place *at)
{
    uint64_t begin = at->ref, out = begin, wide = at->many;
    uint32_t kept[SPANS_GROUP];
    uint8_t narrow[SPANS_GROUP];
    bool fits = true;

    for (unsigned k = 0; k < SPANS_GROUP; k++) {
        uint64_t n = next_degree(r, at, degrees[k]);

        kept[k] =
            (uint32_t)settle_node(r, w, group * SPANS_GROUP + k, n, at, out);
        narrow[k] = (uint8_t)kept[k];
        fits &= kept[k] <= UINT8_MAX;
        out += kept[k];
        at->ref += n;
    }
    w->dropped += at->ref - out;
    memset(r->st->refs.at + out, 0, (at->ref - out) * sizeof *r->st->refs.at);
    if (fits)
        spans_set_group(&r->st->refs_of, group, begin, narrow);
    else
        spans_set_wide_group(&r->st->refs_of, group, wide, begin, kept);
}

/* What lies ahead of a place: the node of the next doubt, and a reference
 * before which all are translated and none dangles. */
struct outlook {
    uint64_t doubt, clear;
};

static void look_ahead(const struct resolver *r, const struct worker *w,
                       const struct place *at, struct outlook *ahead)
{
    ahead->doubt = next_doubt(r, at);
    if (ahead->clear < at->ref)
        ahead->clear = translate_clear(&r->refs, at->ref, w->done);
}

static void set_groups(const struct resolver *r, struct worker *w,
                       uint64_t group, uint64_t end, struct place at)
{
    struct outlook ahead = {0};
    uint8_t copy[SPANS_GROUP];

    look_ahead(r, w, &at, &ahead);
    for (; group < end; group++) {
        const uint8_t *degrees = degrees_of(r, group, copy);
        uint64_t n = spans_sum_lengths(degrees);

        if (ahead.doubt < (group + 1) * SPANS_GROUP ||
            ahead.clear < at.ref + n || spans_any_255(degrees)) {
            settle_group(r, w, group, degrees, &at);
            look_ahead(r, w, &at, &ahead);
        } else {
            spans_set_group(&r->st->refs_of, group, at.ref, degrees);
            at.ref += n;
        }
    }
}

/* ---- pieces ------------------------------------------------------------- */

static uint64_t groups_of(const struct resolver *r)
{
    return spans_groups(r->d->nodes);
}

static uint64_t pieces_of(const struct resolver *r)
{
    return (groups_of(r) + r->piece - 1) / r->piece;
}

static uint64_t end_of_piece(const struct resolver *r, uint64_t i)
{
    uint64_t end = (i + 1) * r->piece;

    return end < groups_of(r) ? end : groups_of(r);
}

static bool set_some(void *resolver, uint64_t i, unsigned worker, struct err *e)
{
    const struct resolver *r = resolver;

    (void)e;
    set_groups(r, &r->workers[worker], i * r->piece, end_of_piece(r, i),
               r->places[i]);
    return true;
}

/* How many of `many` are a piece's, and the sum of the others. */
static bool measure(void *resolver, uint64_t i, unsigned worker, struct err *e)
{
    const struct resolver *r = resolver;
    struct place *next = &r->places[i + 1];
    uint8_t copy[SPANS_GROUP];

    (void)worker;
    (void)e;
    for (uint64_t g = i * r->piece; g < end_of_piece(r, i); g++) {
        const uint8_t *degrees = degrees_of(r, g, copy);

        next->ref += spans_sum_lengths(degrees);
        for (unsigned k = 0; spans_any_255(degrees) && k < SPANS_GROUP; k++)
            if (degrees[k] == UINT8_MAX) {
                next->ref -= UINT8_MAX;
                next->many++;
            }
    }
    return true;
}

/* From what each piece has to where it begins. */
static void place_pieces(const struct resolver *r)
{
    uint64_t n = pieces_of(r);

    for (uint64_t i = 0; i + 1 < n; i++) {
        struct place at = r->places[i], *next = &r->places[i + 1];

        for (uint64_t k = 0; k < next->many; k++)
            next->ref += r->st->many.at[at.many + k];
        next->ref += at.ref;
        next->many += at.many;
        next->doubt = at.doubt;
        while (next_doubt(r, next) < end_of_piece(r, i) * SPANS_GROUP)
            next->doubt++;
    }
}

static bool set_all(struct resolver *r, struct err *e)
{
    struct hprof_store *st = r->st;
    uint64_t n = pieces_of(r);

    if (r->jobs > 1 && !translate_all(&r->refs, r->jobs, e))
        return false;
    for (unsigned i = 0; r->jobs > 1 && i < r->jobs; i++)
        r->workers[i].done = st->refs.n;
    /* What the last one has tells where none begins. */
    if (!parallel_for(r->jobs, n - 1, measure, r, e))
        return false;
    place_pieces(r);
    return spans_init(&st->refs_of, r->d->nodes, r->d->mem, e) &&
           spans_begin_groups(&st->refs_of, st->refs.n, st->many.n, r->d->mem,
                              e) &&
           parallel_for(r->jobs, n, set_some, r, e);
}

/* ---- all of it ---------------------------------------------------------- */

static uint64_t seen_bytes(const struct resolver *r)
{
    return ((uint64_t)r->d->nodes / 64 + 1) * sizeof *r->workers->seen;
}

static bool resolver_init(struct resolver *r, struct err *e)
{
    struct mem *m = r->d->mem;

    r->places = mem_alloc(m, pieces_of(r), sizeof *r->places, e);
    r->workers = mem_alloc(m, r->jobs, sizeof *r->workers, e);
    for (unsigned i = 0; r->workers && i < r->jobs; i++) {
        r->workers[i].seen = mem_map(m, seen_bytes(r), e);
        if (!r->workers[i].seen)
            return false;
    }
    return r->places && r->workers;
}

static void resolver_deinit(struct resolver *r)
{
    struct mem *m = r->d->mem;

    for (unsigned i = 0; r->workers && i < r->jobs; i++)
        mem_unmap(m, r->workers[i].seen, seen_bytes(r));
    mem_free(m, r->workers);
    mem_free(m, r->places);
}

/* The references are done, and counted. */
static void publish(const struct resolver *r)
{
    struct hprof_dump *d = r->d;
    struct hprof_store *st = r->st;

    d->n_refs = st->refs.n;
    for (unsigned i = 0; i < r->jobs; i++) {
        d->damage.dangling_references += r->workers[i].dangling;
        d->n_refs -= r->workers[i].dropped;
    }
    column_trim(&st->refs, d->mem);
    column_deinit(&st->degrees, d->mem);
    column_deinit(&st->many, d->mem);
    vec_free(&st->doubts, d->mem);
    d->refs = st->refs.at;
    d->refs_of = st->refs_of;
}

bool refs_resolve(struct hprof_dump *d, bool slots, unsigned jobs,
                  struct err *e)
{
    struct resolver r = {
        .d = d,
        .st = d->store,
        .base = d->n_classes + 1,
        .jobs = parallel_threads(jobs),
    };
    bool ok;

    r.piece = r.jobs > 1 ? GROUPS : groups_of(&r);
    ok = translation_init(&r.refs, d, slots, e) && resolver_init(&r, e) &&
         set_all(&r, e);
    if (ok)
        publish(&r);
    resolver_deinit(&r);
    translation_deinit(&r.refs, d->mem);
    return ok;
}
