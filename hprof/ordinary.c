/*
 * ordinary.c - the ordinary stretches of a heap, decoded by batch.c straight
 * to the ends of the columns.
 */
#include "hprof/ingest.h"

/* The most objects and referents that begin within INDEX_STEP bytes. */
#define MOST_OBJECTS   (INDEX_STEP / LEAST_OBJECT + 1)
#define MOST_REFERENTS (INDEX_STEP / LEAST_REFERENT + 1)
#define MOST_DOUBTS    (INDEX_STEP / LEAST_DOUBT + 1)

struct stretch {
    struct decoder decoder;
    uint32_t slots[MOST_OBJECTS];
    struct hprof_weak_edge weak[MOST_REFERENTS];
    uint32_t doubts[MOST_DOUBTS];
};

static void add_arrays(struct ingest *in, const struct array_run *a)
{
    if (!a->first)
        return;
    in->d->narrow_arrays |=
        a->narrow || (a->first > in->array_at && a->first < in->array_end);
    in->array_at = a->at;
    in->array_end = a->end;
}

static bool add_weak(struct hprof_store *st, const struct batch *b,
                     struct err *e)
{
    struct hprof_weak_edge *to;

    if (!b->n_weak)
        return true;
    if (!column_reserve(&st->weak, b->n_weak, st->mem, e))
        return false;
    to = store_weak(st) + st->weak.n;
    st->weak.n += b->n_weak;
    for (uint64_t i = 0; i < b->n_weak; i++) {
        to[i] = b->weak[i];
        to[i].from += (uint32_t)st->objects;
    }
    return true;
}

static bool add_doubts(struct hprof_store *st, const struct batch *b,
                       struct err *e)
{
    if (!vec_reserve(&st->doubts, st->mem, b->n_doubts, e))
        return false;
    for (uint64_t i = 0; i < b->n_doubts; i++)
        st->doubts.at[st->doubts.n++] = b->doubts[i] + (uint32_t)st->objects;
    return true;
}

bool ingest_add_up(struct ingest *in, const struct batch *b, struct err *e)
{
    struct hprof_dump *d = in->d;

    if (!add_weak(in->st, b, e) || !add_doubts(in->st, b, e))
        return false;
    d->instances += b->objects - b->n_lengths;
    d->object_arrays += b->object_arrays;
    d->primitive_arrays += b->n_lengths - b->object_arrays;
    d->primitive_bytes += b->primitive_bytes;
    in->st->objects += b->objects;
    add_arrays(in, &b->arrays);
    return true;
}

static bool make_room(struct ingest *in, uint64_t stretch, uint64_t bytes,
                      struct err *e)
{
    struct hprof_store *st = in->st;
    uint64_t objects = stretch / LEAST_OBJECT + 1;

    return ingest_reserve(in, objects, e) &&
           column_reserve(&st->lengths, objects, st->mem, e) &&
           column_reserve(&st->many, stretch / LEAST_MANY + 1, st->mem, e) &&
           column_reserve(&st->refs, bytes / 8 + 1, st->mem, e);
}

/* Decodes what begins within `n` bytes from where the reader is. */
static bool take(struct ingest *in, uint64_t n, struct err *e)
{
    struct hprof_store *st = in->st;
    struct stretch *to = in->stretch;
    struct reader *r = &in->r;
    struct batch b = {
        .slots = to->slots, .weak = to->weak, .doubts = to->doubts};

    if (!make_room(in, n, (uint64_t)(r->end - r->p), e))
        return false;
    b.labels = st->class_of.at16 + st->class_of.n;
    b.degrees = st->degrees.at8 + st->degrees.n;
    b.lengths = st->lengths.at + st->lengths.n;
    b.many = st->many.at + st->many.n;
    b.refs = st->refs.at + st->refs.n;
    r->p = batch_decode(&to->decoder, &b, r->p, r->p + n, r->end);
    st->class_of.n += b.objects;
    st->lengths.n += b.n_lengths;
    if (in->no_refs)
        batch_drop_refs(&b); /* the next ones overwrite them */
    else
        st->degrees.n += b.objects;
    st->many.n += b.n_many;
    st->refs.n += b.n_refs;
    return ids_add_run(&st->ids, &b.ids, e) && ingest_add_up(in, &b, e);
}

bool ingest_may_be_ordinary(const struct ingest *in)
{
    const struct reader *r = &in->r;

    return in->mode == INGEST_ONCE && r->id_size == 8 && !r->open_ended &&
           !r->at_eof && in->st->class_of.size == 2;
}

static bool prepare(struct ingest *in, struct err *e)
{
    if (in->stretch)
        return true;
    in->stretch = mem_alloc(in->d->mem, 1, sizeof *in->stretch, e);
    if (!in->stretch)
        return false;
    decoder_init(&in->stretch->decoder, &in->classes, &in->st->ids, NULL);
    return true;
}

static bool take_all(struct ingest *in, struct err *e)
{
    struct hprof_index *x = &in->st->index;
    struct reader *r = &in->r;

    while (!r->pending && r->end - r->p > LEAST_REFERENT &&
           batch_is_object(r->p[0])) {
        const uint8_t *before = r->p;
        uint64_t at = reader_offset(r), n = (uint64_t)(r->end - r->p);

        if (at >= x->next && !ingest_checkpoint(in, at, e))
            return false;
        if (!take(in, n < x->next - at ? n : x->next - at, e))
            return false;
        if (r->p == before)
            return true;
    }
    return true;
}

bool ingest_ordinary(struct ingest *in, struct err *e)
{
    return !ingest_may_be_ordinary(in) || (prepare(in, e) && take_all(in, e));
}

void ingest_ordinary_settle(struct ingest *in)
{
    if (in->stretch)
        decoder_settle(&in->stretch->decoder);
}
