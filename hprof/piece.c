/*
 * piece.c - see piece.h.
 */
#include "hprof/piece.h"

/* ---- scratch ----------------------------------------------------------- */

static void *part(uint8_t **at, uint64_t n, size_t size)
{
    uint8_t *p = *at;

    *at += align_up(n * size, 64);
    return p;
}

uint64_t piece_cut(struct piece *piece, uint8_t *at, uint64_t bytes)
{
    uint64_t objects = bytes / LEAST_OBJECT + 1;
    struct batch *b = &piece->batch;
    uint8_t *begin = at;

    b->labels = part(&at, objects, sizeof *b->labels);
    b->degrees = part(&at, objects, sizeof *b->degrees);
    b->slots = part(&at, objects, sizeof *b->slots);
    b->lengths = part(&at, objects, sizeof *b->lengths);
    b->refs = part(&at, bytes / 8 + 1, sizeof *b->refs);
    b->many = part(&at, bytes / LEAST_MANY + 1, sizeof *b->many);
    b->weak = part(&at, bytes / LEAST_REFERENT + 1, sizeof *b->weak);
    b->doubts = part(&at, bytes / LEAST_DOUBT + 1, sizeof *b->doubts);
    return (uint64_t)(at - begin);
}

/* Of what was there before, only scratch is kept. */
static void begin(struct piece *piece, const struct record *record)
{
    const struct batch *b = &piece->batch;

    piece->record = record;
    piece->n_points = 0;
    piece->batch = (struct batch){.labels = b->labels,
                                  .degrees = b->degrees,
                                  .slots = b->slots,
                                  .refs = b->refs,
                                  .many = b->many,
                                  .lengths = b->lengths,
                                  .weak = b->weak,
                                  .doubts = b->doubts};
}

void piece_decode(struct piece *piece, struct decoder *k,
                  const struct record *record, const uint8_t *body, uint64_t n)
{
    const uint8_t *p = body, *next = body, *end = body + n, *before;

    begin(piece, record);
    do {
        before = p;
        if (p >= next && p < end && batch_is_object(*p)) {
            piece->points[piece->n_points++] = (struct checkpoint){
                .at = record_body(record) + (uint64_t)(p - body),
                .object = (uint32_t)piece->batch.objects,
            };
            next = (uint64_t)(end - p) > INDEX_STEP ? p + INDEX_STEP : end;
        }
        p = batch_decode(k, &piece->batch, p, next, end);
    } while (p != before);
    piece->done = (uint64_t)(p - body);
}

/* ---- placing ----------------------------------------------------------- */

static bool has_room(const struct column *c, uint64_t n)
{
    return c->cap - c->n >= n;
}

bool piece_disturbs(const struct ingest *in, const struct piece *piece)
{
    const struct hprof_store *st = in->st;
    const struct batch *b = &piece->batch;

    return !has_room(&st->class_of, b->objects) ||
           !has_room(&st->degrees, b->objects) ||
           !has_room(&st->lengths, b->n_lengths) ||
           !has_room(&st->many, b->n_many) || !has_room(&st->refs, b->n_refs) ||
           !ids_follows(&st->ids, &b->ids);
}

static bool note_points(struct ingest *in, const struct piece *piece,
                        struct err *e)
{
    uint64_t stop = record_end(piece->record);

    in->st->index.next = 0;
    for (uint32_t i = 0; i < piece->n_points; i++)
        if (!ingest_note(in, piece->points[i].at, stop,
                         in->st->objects + piece->points[i].object, e))
            return false;
    return true;
}

static bool make_room(struct ingest *in, const struct batch *b, struct err *e)
{
    struct hprof_store *st = in->st;

    return ingest_reserve(in, b->objects, e) &&
           column_reserve(&st->lengths, b->n_lengths, st->mem, e) &&
           column_reserve(&st->many, b->n_many, st->mem, e) &&
           column_reserve(&st->refs, b->n_refs, st->mem, e);
}

static void take_places(struct hprof_store *st, struct piece *piece)
{
    const struct batch *b = &piece->batch;

    piece->class_at = st->class_of.n;
    piece->degrees_at = st->degrees.n;
    piece->refs_at = st->refs.n;
    piece->lengths_at = st->lengths.n;
    piece->many_at = st->many.n;
    st->class_of.n += b->objects;
    st->degrees.n += b->objects;
    st->refs.n += b->n_refs;
    st->lengths.n += b->n_lengths;
    st->many.n += b->n_many;
}

/* Ids out of order need all that come before them marked. */
static bool place_ids(struct hprof_ids *ids, struct piece *piece, struct err *e)
{
    piece->marked = !ids_claim(ids, &piece->batch.ids);
    return !piece->marked || ids_add_run(ids, &piece->batch.ids, e);
}

bool piece_place(struct ingest *in, struct piece *piece, struct err *e)
{
    in->st->ids.seen = record_body(piece->record);
    if (!note_points(in, piece, e) || !make_room(in, &piece->batch, e))
        return false;
    take_places(in->st, piece);
    return ingest_add_up(in, &piece->batch, e) &&
           place_ids(&in->st->ids, piece, e);
}

/* ---- copying ------------------------------------------------------------- */

static void copy_labels(const struct column *to, uint64_t at,
                        const struct batch *b)
{
    if (to->size == 2)
        memcpy(to->at16 + at, b->labels, b->objects * sizeof *b->labels);
    else
        for (uint64_t i = 0; i < b->objects; i++)
            to->at[at + i] = b->labels[i];
}

static void copy_words(const struct column *to, uint64_t at,
                       const uint32_t *from, uint64_t n)
{
    if (n) /* else there may be no column */
        memcpy(to->at + at, from, n * sizeof *from);
}

void piece_copy(const struct ingest *in, const struct piece *piece)
{
    const struct hprof_store *st = in->st;
    const struct batch *b = &piece->batch;

    if (!b->objects) /* there may be no columns yet */
        return;
    copy_labels(&st->class_of, piece->class_at, b);
    memcpy(st->degrees.at8 + piece->degrees_at, b->degrees, b->objects);
    copy_words(&st->refs, piece->refs_at, b->refs, b->n_refs);
    copy_words(&st->lengths, piece->lengths_at, b->lengths, b->n_lengths);
    copy_words(&st->many, piece->many_at, b->many, b->n_many);
}

void piece_mark(const struct ingest *in, const struct piece *piece)
{
    if (!piece->marked)
        ids_mark(&in->st->ids, &piece->batch.ids);
}
