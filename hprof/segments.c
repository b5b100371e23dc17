/*
 * segments.c - runs of heap segments, decoded by several threads.
 *
 * HotSpot writes the heap in segments of about a megabyte, and no sub-record
 * goes on from one to the next. Their headers are hopped over, and a round of
 * segments is handed out. Each is decoded to scratch (batch.c); when all
 * before it have been told where they go in the columns, it is, and is copied
 * there. That falls to whoever has just decoded one, while others go on. A
 * segment that turns out not to be ordinary ends the round: it is put in place
 * up to there, and the rest is read as one thread would (objects.c). So all
 * that depends on order is as with one thread.
 *
 * A single record of the whole heap, as JDK 8 writes it, is left to one.
 */
#include "hprof/ingest.h"

#include "base/parallel.h"

/* Larger ones are one array each. */
#define MOST_BYTES ((uint64_t)4 << 20)
/* For each thread: segments of a round, and those there is scratch for. So far
 * may one that takes long hold up others. */
#define ROUND 16
#define AHEAD 4
/* One view has all of a round. */
#define MOST_OF_ROUND 128
/* With less memory to use, scratch would take too much of it. */
#define LEAST_LIMIT ((uint64_t)256 << 20)
/* The most that layouts take which no instance has asked for. */
#define MOST_LAYOUTS ((uint64_t)16 << 20)

enum stage {
    FREE,
    BUSY,    /* being decoded, or copied */
    DECODED, /* and waiting for its turn */
};

/* What a segment comes to. */
struct piece {
    enum stage stage;
    const struct record *record;
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
    unsigned jobs, n_pieces;
    struct worker *workers; /* [jobs] */
    struct piece *pieces;   /* [n_pieces] segment i of a round is in
                               i % n_pieces */
    uint64_t room;          /* bytes of a segment there is scratch for */
    uint8_t *scratch;

    /* Of this round. */
    struct record *records; /* [most] */
    uint32_t n, most;
    struct raw_view view; /* of all of them, if there is one */
    struct raw_view last; /* of the round before: given back in passing */

    /* Whoever has it may change the tables: the ids, stages, and, for the
     * segment whose turn it is, all but what is copied. */
    pthread_mutex_t lock;
    pthread_cond_t moved; /* a stage, or `copying`, has changed */
    uint32_t turn;        /* whose it is; all before have been placed */
    uint64_t done;        /* bytes of the one before */
    uint32_t copying;     /* how many have been placed and are not there yet */
    bool over;            /* no more of them are to be placed */
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

    return s->n_pieces * cut_scratch(&b, NULL, room) +
           s->jobs * align_up(room, 64);
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
    for (uint32_t i = 0; i < s->n_pieces; i++)
        at += cut_scratch(&s->pieces[i].batch, at, room);
    for (unsigned k = 0; k < s->jobs; k++)
        s->workers[k].bytes = part(&at, room, 1);
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
    s->n_pieces = s->jobs * AHEAD;
    s->most = s->jobs * ROUND < MOST_OF_ROUND ? s->jobs * ROUND : MOST_OF_ROUND;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->moved, NULL);
    s->workers = mem_alloc(m, s->jobs, sizeof *s->workers, e);
    s->pieces = mem_alloc(m, s->n_pieces, sizeof *s->pieces, e);
    s->records = mem_alloc(m, s->most, sizeof *s->records, e);
    for (unsigned k = 0; s->workers && k < s->jobs; k++)
        decoder_init(&s->workers[k].decoder, &in->classes, &in->st->ids,
                     &s->lock);
    return s->workers && s->pieces && s->records;
}

void ingest_segments_deinit(struct ingest *in)
{
    struct segments *s = in->segments;
    struct mem *m = in->d->mem;

    if (!s)
        return;
    if (s->room)
        mem_unmap(m, s->scratch, scratch_bytes(s, s->room));
    raw_unlook(&s->last);
    mem_free(m, s->workers);
    mem_free(m, s->pieces);
    mem_free(m, s->records);
    pthread_cond_destroy(&s->moved);
    pthread_mutex_destroy(&s->lock);
    mem_free(m, s);
    in->segments = NULL;
}

/* ---- before decoding ---------------------------------------------------- */

static uint64_t body_at(const struct record *r)
{
    return r->at + RECORD_HEADER;
}

/* Where it is to end. */
static uint64_t end_of(const struct record *r)
{
    return body_at(r) + r->length;
}

/* Finds the segments of a round, from the one just entered on; those that are
 * wholly in the file and not too large. Returns the length of the largest. */
static uint64_t find_records(struct segments *s)
{
    const struct reader *r = &s->in->r;
    uint64_t at = r->record.at, size = source_length(r->s), most = 0;

    for (s->n = 0; s->n < s->most; s->n++) {
        uint8_t head[RECORD_HEADER];
        uint32_t length;

        if (source_read_at(r->s, at, head, sizeof head) < sizeof head)
            break;
        length = be32(head + 5);
        if (head[0] != TAG_HEAP_DUMP_SEGMENT || length > MOST_BYTES ||
            length > size || at + RECORD_HEADER > size - length ||
            at + RECORD_HEADER + length > r->limit)
            break;
        s->records[s->n] =
            (struct record){.tag = head[0], .length = length, .at = at};
        at = end_of(&s->records[s->n]);
        if (length > most)
            most = length;
    }
    return most;
}

/* Of what was there before, only scratch is kept. */
static void begin(struct piece *piece, const struct record *record)
{
    const struct batch *b = &piece->batch;

    piece->record = record;
    piece->done = piece->n_points = 0;
    piece->marked = false;
    piece->batch = (struct batch){.labels = b->labels,
                                  .degrees = b->degrees,
                                  .slots = b->slots,
                                  .refs = b->refs,
                                  .many = b->many,
                                  .lengths = b->lengths,
                                  .weak = b->weak,
                                  .doubts = b->doubts};
}

/* ---- decoding ----------------------------------------------------------- */

/* The bytes of a body, or as many as there are: *n. */
static const uint8_t *bytes_of(const struct segments *s, struct worker *w,
                               const struct record *r, uint64_t *n)
{
    uint64_t at = body_at(r);

    *n = r->length;
    if (raw_view_fetch(&s->view, at, r->length))
        return s->view.bytes + (at - s->view.at);
    *n = source_read_at(s->in->r.s, at, w->bytes, r->length);
    return w->bytes;
}

static void decode(const struct segments *s, struct worker *w,
                   struct piece *piece)
{
    uint64_t n, at = body_at(piece->record);
    const uint8_t *first = bytes_of(s, w, piece->record, &n), *end = first + n;
    const uint8_t *p = first, *next = first, *before;

    do {
        before = p;
        if (p >= next && p < end && batch_is_object(*p)) {
            piece->points[piece->n_points++] = (struct checkpoint){
                .at = at + (uint64_t)(p - first),
                .object = (uint32_t)piece->batch.objects,
            };
            next = (uint64_t)(end - p) > INDEX_STEP ? p + INDEX_STEP : end;
        }
        p = batch_decode(&w->decoder, &piece->batch, p, next, end);
    } while (p != before);
    piece->done = (uint64_t)(p - first);
    if (s->in->no_refs)
        batch_drop_refs(&piece->batch);
}

/* ---- placing: who does has the lock -------------------------------------- */

/* The lock is given away meanwhile. */
static void await_copies(struct segments *s)
{
    while (s->copying)
        pthread_cond_wait(&s->moved, &s->lock);
}

static bool note_points(struct ingest *in, const struct piece *piece,
                        struct err *e)
{
    uint64_t stop = end_of(piece->record);

    in->st->index.next = 0;
    for (uint32_t i = 0; i < piece->n_points; i++)
        if (!ingest_note(in, piece->points[i].at, stop,
                         in->st->objects + piece->points[i].object, e))
            return false;
    return true;
}

static bool has_room(const struct column *c, uint64_t n)
{
    return c->cap - c->n >= n;
}

/* Columns that grow may move. */
static bool make_room(struct segments *s, const struct batch *b, struct err *e)
{
    struct hprof_store *st = s->in->st;

    if (!has_room(&st->class_of, b->objects) ||
        !has_room(&st->degrees, b->objects) ||
        !has_room(&st->lengths, b->n_lengths) ||
        !has_room(&st->many, b->n_many) || !has_room(&st->refs, b->n_refs))
        await_copies(s);
    return ingest_reserve(s->in, b->objects, e) &&
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
static bool place_ids(struct segments *s, struct piece *piece, struct err *e)
{
    struct hprof_ids *ids = &s->in->st->ids;

    if (ids_claim(ids, &piece->batch.ids))
        return true;
    await_copies(s);
    piece->marked = true;
    return ids_add_run(ids, &piece->batch.ids, e);
}

/* Counts and notes what is not copied, and says where the rest goes. */
static bool place(struct segments *s, struct piece *piece, struct err *e)
{
    struct ingest *in = s->in;

    in->st->ids.seen = body_at(piece->record);
    if (!note_points(in, piece, e) || !make_room(s, &piece->batch, e))
        return false;
    take_places(in->st, piece);
    return ingest_add_up(in, &piece->batch, e) && place_ids(s, piece, e);
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

static void copy(const struct hprof_store *st, const struct piece *piece)
{
    const struct batch *b = &piece->batch;

    if (!b->objects) /* there may be no columns yet */
        return;
    copy_labels(&st->class_of, piece->class_at, b);
    memcpy(st->degrees.at8 + piece->degrees_at, b->degrees, b->objects);
    copy_words(&st->refs, piece->refs_at, b->refs, b->n_refs);
    copy_words(&st->lengths, piece->lengths_at, b->lengths, b->n_lengths);
    copy_words(&st->many, piece->many_at, b->many, b->n_many);
}

/* ---- taking turns -------------------------------------------------------- */

static struct piece *piece_of(const struct segments *s, uint64_t i)
{
    return &s->pieces[i % s->n_pieces];
}

static void set_stage(struct segments *s, struct piece *piece, enum stage to)
{
    piece->stage = to;
    pthread_cond_broadcast(&s->moved);
}

/* Gives away the lock to copy what has been placed. */
static void settle_in(struct segments *s, struct piece *piece)
{
    s->copying++;
    pthread_mutex_unlock(&s->lock);
    copy(s->in->st, piece);
    pthread_mutex_lock(&s->lock);
    if (!piece->marked)
        ids_mark(&s->in->st->ids, &piece->batch.ids);
    s->copying--;
    set_stage(s, piece, FREE);
}

/* Puts in place the one whose turn it is; the next one's comes meanwhile. */
static bool put(struct segments *s, struct piece *piece, struct err *e)
{
    bool ok;

    piece->stage = BUSY;
    ok = place(s, piece, e);
    s->over = !ok || piece->done < piece->record->length;
    if (!ok) {
        pthread_cond_broadcast(&s->moved);
        return false;
    }
    s->done = piece->done;
    s->turn++;
    settle_in(s, piece);
    return true;
}

static bool put_decoded(struct segments *s, struct err *e)
{
    while (!s->over && piece_of(s, s->turn)->stage == DECODED)
        if (!put(s, piece_of(s, s->turn), e))
            return false;
    return true;
}

/* A place for a segment, once no earlier one will want it; NULL: it's over. */
static struct piece *await_piece(struct segments *s, uint64_t i)
{
    struct piece *piece = piece_of(s, i);

    while (!s->over && (i >= s->turn + s->n_pieces || piece->stage != FREE))
        pthread_cond_wait(&s->moved, &s->lock);
    if (s->over)
        return NULL;
    piece->stage = BUSY;
    return piece;
}

static bool do_segment(void *segments, uint64_t i, unsigned worker,
                       struct err *e)
{
    struct segments *s = segments;
    struct piece *piece;
    bool ok = true;

    if (i == 1) /* there are two at least, and one thread gets this one */
        raw_unlook(&s->last);
    pthread_mutex_lock(&s->lock);
    piece = await_piece(s, i);
    if (piece) {
        pthread_mutex_unlock(&s->lock);
        begin(piece, &s->records[i]);
        decode(s, &s->workers[worker], piece);
        pthread_mutex_lock(&s->lock);
        set_stage(s, piece, DECODED);
        ok = put_decoded(s, e);
    }
    pthread_mutex_unlock(&s->lock);
    return ok;
}

/* ---- rounds -------------------------------------------------------------- */

/* Those nobody has put count no more. */
static void drop_pieces(struct segments *s)
{
    for (uint32_t i = 0; i < s->n_pieces; i++) {
        if (s->pieces[i].stage == DECODED)
            decoder_take_back(&s->workers[0].decoder, &s->pieces[i].batch);
        s->pieces[i].stage = FREE;
    }
}

/* Does all up to the first that is not ordinary. */
static bool do_round(struct segments *s, struct err *e)
{
    uint64_t from = body_at(&s->records[0]);
    bool ok;

    s->turn = 0;
    s->over = false;
    source_view_at(s->in->r.s, from, end_of(&s->records[s->n - 1]) - from,
                   &s->view);
    ok = parallel_for(s->jobs, s->n, do_segment, s, e);
    raw_unlook(&s->last); /* if it was over before that */
    s->last = s->view;
    drop_pieces(s);
    return ok;
}

/* The reader goes to what is left of the last one that was put. */
static bool go_on(struct segments *s, struct err *e)
{
    const struct record *last = &s->records[s->turn - 1];
    struct ingest *in = s->in;
    uint64_t at = body_at(last);

    in->r.record = *last;
    if (!reader_seek(&in->r, at + s->done, end_of(last), e))
        return false;
    ingest_tell(in, at);
    return s->done == last->length || ingest_rest(in, e);
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
    most = find_records(s);
    if (s->n < 2)
        return ingest_heap(in, e);
    classes_prepare(&in->classes, MOST_LAYOUTS);
    return scratch_grow(s, most, e) && do_round(s, e) && go_on(s, e);
}

void ingest_segments_settle(struct ingest *in)
{
    struct segments *s = in->segments;

    for (unsigned k = 0; s && k < s->jobs; k++)
        decoder_settle(&s->workers[k].decoder);
}
