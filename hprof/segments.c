/*
 * segments.c - runs of heap segments, decoded by several threads.
 *
 * HotSpot writes the heap in segments of about a megabyte, and no sub-record
 * goes on from one to the next. Their headers are hopped over, a round of
 * segments is decoded, each to scratch of its own (batch.c), and what came
 * of them is put behind each other in the columns. Where a segment turns out
 * not to be ordinary it is put in place up to there, and the rest is read as
 * one thread would (objects.c), before those behind it come in. So all that
 * depends on order is as with one thread.
 *
 * A single record of the whole heap, as JDK 8 writes it, is left to one.
 */
#include "hprof/ingest.h"

#include "base/parallel.h"

/* Larger ones are one array each. */
#define MOST_BYTES ((uint64_t)4 << 20)
/* Segments of a round, for each thread. */
#define PIECES 8
/* With less memory to use, scratch would take too much of it. */
#define LEAST_LIMIT ((uint64_t)256 << 20)
/* The most that layouts take which no instance has asked for. */
#define MOST_LAYOUTS ((uint64_t)16 << 20)

struct piece {
    struct record record;
    struct batch batch;
    uint64_t done; /* bytes of the body that are in the batch */
    struct checkpoint points[MOST_BYTES / INDEX_STEP + 1]; /* `object`: of the
                                                              batch */
    uint32_t n_points;
    bool marked; /* its ids are */
    /* Where its parts go in the columns. */
    uint64_t class_at, degrees_at, refs_at, lengths_at, many_at;
};

struct worker {
    struct decoder decoder;
    uint8_t *bytes; /* [room] of a segment */
};

struct segments {
    struct ingest *in;
    unsigned jobs;
    pthread_mutex_t lock;   /* pages of the ids */
    struct worker *workers; /* [jobs] */
    struct piece *pieces;   /* [jobs * PIECES] */
    uint32_t n;             /* of this round */
    uint64_t room;          /* bytes of a segment there is scratch for */
    uint8_t *scratch;
};

/* ---- scratch ----------------------------------------------------------- */

static void *part(uint8_t **at, uint64_t n, size_t size)
{
    uint8_t *p = *at;

    *at += align_up(n * size, 64);
    return p;
}

/* Cuts the parts of a batch from `at`; returns how many bytes they take. */
static uint64_t cut_scratch(struct batch *b, uint8_t *at, uint64_t bytes)
{
    uint64_t objects = bytes / LEAST_OBJECT + 1;
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

static uint64_t scratch_bytes(const struct segments *s, uint64_t room)
{
    struct batch b;

    return s->jobs * (PIECES * cut_scratch(&b, NULL, room) + room);
}

static bool scratch_grow(struct segments *s, uint64_t room, struct err *e)
{
    struct mem *m = s->in->d->mem;
    uint8_t *at;

    if (room <= s->room)
        return true;
    mem_unmap(m, s->scratch, scratch_bytes(s, s->room));
    s->room = 0;
    s->scratch = at = mem_map(m, scratch_bytes(s, room), e);
    if (!at)
        return false;
    s->room = room;
    for (uint32_t i = 0; i < s->jobs * PIECES; i++)
        at += cut_scratch(&s->pieces[i].batch, at, room);
    for (unsigned k = 0; k < s->jobs; k++)
        s->workers[k].bytes = at + k * room;
    return true;
}

static bool prepare(struct ingest *in, struct err *e)
{
    struct mem *m = in->d->mem;
    struct segments *s = in->segments;

    if (s)
        return true;
    s = in->segments = mem_alloc(m, 1, sizeof *s, e);
    if (!s)
        return false;
    s->in = in;
    s->jobs = parallel_threads(in->o->jobs);
    pthread_mutex_init(&s->lock, NULL);
    s->workers = mem_alloc(m, s->jobs, sizeof *s->workers, e);
    s->pieces = mem_alloc(m, s->jobs * PIECES, sizeof *s->pieces, e);
    for (unsigned k = 0; s->workers && k < s->jobs; k++)
        decoder_init(&s->workers[k].decoder, &in->classes, &in->st->ids,
                     &s->lock);
    return s->workers && s->pieces;
}

void ingest_segments_deinit(struct ingest *in)
{
    struct segments *s = in->segments;
    struct mem *m = in->d->mem;

    if (!s)
        return;
    if (s->room)
        mem_unmap(m, s->scratch, scratch_bytes(s, s->room));
    mem_free(m, s->workers);
    mem_free(m, s->pieces);
    pthread_mutex_destroy(&s->lock);
    mem_free(m, s);
    in->segments = NULL;
}

/* ---- before decoding ---------------------------------------------------- */

/* Finds the segments of a round, from the one just entered on; those that are
 * wholly in the file and not too large. Returns the length of the largest. */
static uint64_t find_pieces(struct segments *s)
{
    const struct reader *r = &s->in->r;
    uint64_t at = r->record.at, size = source_length(r->s), most = 0;

    for (s->n = 0; s->n < s->jobs * PIECES; s->n++) {
        struct piece *piece = &s->pieces[s->n];
        uint8_t head[RECORD_HEADER];
        uint32_t length;

        if (source_read_at(r->s, at, head, sizeof head) < sizeof head)
            break;
        length = be32(head + 5);
        if (head[0] != TAG_HEAP_DUMP_SEGMENT || length > MOST_BYTES ||
            length > size || at + RECORD_HEADER > size - length ||
            at + RECORD_HEADER + length > r->limit)
            break;
        piece->record =
            (struct record){.tag = head[0], .length = length, .at = at};
        at += RECORD_HEADER + length;
        if (length > most)
            most = length;
    }
    return most;
}

static void forget(struct piece *piece)
{
    struct batch *b = &piece->batch;

    piece->done = piece->n_points = 0;
    piece->marked = false;
    *b = (struct batch){.labels = b->labels,
                        .degrees = b->degrees,
                        .slots = b->slots,
                        .refs = b->refs,
                        .many = b->many,
                        .lengths = b->lengths,
                        .weak = b->weak,
                        .doubts = b->doubts};
}

/* ---- decoding ----------------------------------------------------------- */

static uint64_t body_at(const struct piece *piece)
{
    return piece->record.at + RECORD_HEADER;
}

static void decode_bytes(struct decoder *k, struct piece *piece,
                         const uint8_t *begin, const uint8_t *end)
{
    const uint8_t *p = begin, *next = begin, *before;

    do {
        before = p;
        if (p >= next && p < end && batch_is_object(*p)) {
            piece->points[piece->n_points++] = (struct checkpoint){
                .at = body_at(piece) + (uint64_t)(p - begin),
                .object = (uint32_t)piece->batch.objects,
            };
            next = (uint64_t)(end - p) > INDEX_STEP ? p + INDEX_STEP : end;
        }
        p = batch_decode(k, &piece->batch, p, next, end);
    } while (p != before);
    piece->done = (uint64_t)(p - begin);
}

static bool decode(void *segments, uint64_t i, unsigned worker, struct err *e)
{
    struct segments *s = segments;
    struct worker *w = &s->workers[worker];
    struct piece *piece = &s->pieces[i];
    const struct source *from = s->in->r.s;
    const uint8_t *begin = w->bytes;
    struct raw_view view;
    uint64_t n;

    (void)e;
    if (source_look_at(from, body_at(piece), piece->record.length, &view)) {
        begin = view.bytes;
        n = view.n;
    } else {
        n = source_read_at(from, body_at(piece), w->bytes,
                           piece->record.length);
    }
    decode_bytes(&w->decoder, piece, begin, begin + n);
    raw_unlook(&view);
    if (s->in->no_refs)
        batch_drop_refs(&piece->batch);
    return true;
}

/* ---- putting in place -------------------------------------------------- */

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

static bool copy(void *segments, uint64_t i, unsigned worker, struct err *e)
{
    struct segments *s = segments;
    struct hprof_store *st = s->in->st;
    struct piece *piece = &s->pieces[i];
    const struct batch *b = &piece->batch;

    (void)worker;
    (void)e;
    if (!b->objects) /* there may be no columns yet */
        return true;
    copy_labels(&st->class_of, piece->class_at, b);
    memcpy(st->degrees.at8 + piece->degrees_at, b->degrees, b->objects);
    copy_words(&st->refs, piece->refs_at, b->refs, b->n_refs);
    copy_words(&st->lengths, piece->lengths_at, b->lengths, b->n_lengths);
    copy_words(&st->many, piece->many_at, b->many, b->n_many);
    if (!piece->marked)
        ids_mark(&st->ids, &b->ids);
    return true;
}

/* Counts and notes what is not copied, and says where the rest goes. */
static bool place(struct ingest *in, struct piece *piece, struct err *e)
{
    struct hprof_store *st = in->st;
    const struct batch *b = &piece->batch;
    uint64_t stop = body_at(piece) + piece->record.length;

    st->index.next = 0;
    for (uint32_t i = 0; i < piece->n_points; i++)
        if (!ingest_note(in, piece->points[i].at, stop,
                         st->objects + piece->points[i].object, e))
            return false;
    if (!ingest_reserve(in, b->objects, e) ||
        !column_reserve(&st->lengths, b->n_lengths, st->mem, e) ||
        !column_reserve(&st->many, b->n_many, st->mem, e) ||
        !column_reserve(&st->refs, b->n_refs, st->mem, e))
        return false;
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
    return ingest_add_up(in, b, e);
}

/* Ids out of order need all that come before them marked. */
static bool place_ids(struct segments *s, uint32_t from, uint32_t i,
                      struct err *e)
{
    struct hprof_ids *ids = &s->in->st->ids;

    if (ids_claim(ids, &s->pieces[i].batch.ids))
        return true;
    for (uint32_t k = from; k < i; k++) {
        if (!s->pieces[k].marked)
            ids_mark(ids, &s->pieces[k].batch.ids);
        s->pieces[k].marked = true;
    }
    s->pieces[i].marked = true;
    return ids_add_run(ids, &s->pieces[i].batch.ids, e);
}

/* All that is decoded is counted, but for pieces that nobody will put. */
static void settle_counts(struct segments *s, uint32_t put)
{
    struct layout *layouts = s->in->classes.layouts.at;

    for (unsigned k = 0; k < s->jobs; k++)
        decoder_settle(&s->workers[k].decoder);
    for (; put < s->n; put++) {
        const struct batch *b = &s->pieces[put].batch;

        for (uint64_t i = 0; i < b->objects; i++)
            layouts[b->labels[i]].objects--;
    }
}

struct span_of_pieces {
    struct segments *s;
    uint32_t from;
};

static bool copy_from(void *span, uint64_t i, unsigned worker, struct err *e)
{
    const struct span_of_pieces *p = span;

    return copy(p->s, p->from + i, worker, e);
}

/* Puts pieces [from, to) in place. */
static bool put(struct segments *s, uint32_t from, uint32_t to, struct err *e)
{
    struct span_of_pieces span = {s, from};

    for (uint32_t i = from; i < to; i++)
        if (!place(s->in, &s->pieces[i], e) || !place_ids(s, from, i, e))
            return false;
    return parallel_for(s->jobs, to - from, copy_from, &span, e);
}

static bool is_whole(const struct piece *piece)
{
    return piece->done == piece->record.length;
}

/* The reader goes to what is left of a piece. */
static bool enter(struct ingest *in, const struct piece *piece, uint64_t done,
                  struct err *e)
{
    uint64_t at = body_at(piece);

    in->r.record = piece->record;
    if (!reader_seek(&in->r, at + done, at + piece->record.length, e))
        return false;
    ingest_tell(in, at);
    in->st->ids.seen = at;
    return true;
}

static bool put_all(struct segments *s, struct err *e)
{
    struct ingest *in = s->in;
    uint32_t from = 0, to;

    for (; from < s->n && !in->r.at_eof && !in->r.lost; from = to) {
        const struct piece *last = &s->pieces[from];

        for (to = from + 1; is_whole(last) && to < s->n; to++)
            last++;
        if (!put(s, from, to, e) || !enter(in, last, last->done, e) ||
            (!is_whole(last) && !ingest_rest(in, e)))
            return false;
    }
    settle_counts(s, from);
    return true;
}

bool ingest_segments(struct ingest *in, struct err *e)
{
    uint64_t limit = in->d->mem->limit, most;
    struct segments *s;

    if (!in->o || in->o->jobs < 2 || (limit && limit < LEAST_LIMIT) ||
        !ingest_may_be_ordinary(in))
        return ingest_heap(in, e);
    if (!prepare(in, e))
        return false;
    s = in->segments;
    most = find_pieces(s);
    if (s->n < 2)
        return ingest_heap(in, e);
    classes_prepare(&in->classes, MOST_LAYOUTS);
    if (!scratch_grow(s, most, e))
        return false;
    for (uint32_t i = 0; i < s->n; i++)
        forget(&s->pieces[i]);
    return parallel_for(s->jobs, s->n, decode, s, e) && put_all(s, e);
}
