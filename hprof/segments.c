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
#include "hprof/piece.h"

#include "base/parallel.h"

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

/* Holds a segment on its way. */
struct bay {
    enum stage stage;
    struct piece piece;
};

struct worker {
    struct decoder decoder;
    uint8_t *bytes; /* [room] of a segment */
};

struct segments {
    struct ingest *in;
    unsigned jobs, n_bays;
    struct worker *workers; /* [jobs] */
    struct bay *bays;       /* [n_bays] segment i of a round is in i % n_bays */
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

static uint64_t scratch_bytes(const struct segments *s, uint64_t room)
{
    struct piece any;

    return s->n_bays * piece_cut(&any, NULL, room) +
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
    for (uint32_t i = 0; i < s->n_bays; i++)
        at += piece_cut(&s->bays[i].piece, at, room);
    for (unsigned k = 0; k < s->jobs; k++)
        s->workers[k].bytes = at + k * align_up(room, 64);
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
    s->n_bays = s->jobs * AHEAD;
    s->most = s->jobs * ROUND < MOST_OF_ROUND ? s->jobs * ROUND : MOST_OF_ROUND;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->moved, NULL);
    s->workers = mem_alloc(m, s->jobs, sizeof *s->workers, e);
    s->bays = mem_alloc(m, s->n_bays, sizeof *s->bays, e);
    s->records = mem_alloc(m, s->most, sizeof *s->records, e);
    for (unsigned k = 0; s->workers && k < s->jobs; k++)
        decoder_init(&s->workers[k].decoder, &in->classes, &in->st->ids,
                     &s->lock);
    return s->workers && s->bays && s->records;
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
    mem_free(m, s->bays);
    mem_free(m, s->records);
    pthread_cond_destroy(&s->moved);
    pthread_mutex_destroy(&s->lock);
    mem_free(m, s);
    in->segments = NULL;
}

/* ---- before decoding ---------------------------------------------------- */

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
        if (head[0] != TAG_HEAP_DUMP_SEGMENT || length > PIECE_BYTES ||
            length > size || at + RECORD_HEADER > size - length ||
            at + RECORD_HEADER + length > r->limit)
            break;
        s->records[s->n] =
            (struct record){.tag = head[0], .length = length, .at = at};
        at = record_end(&s->records[s->n]);
        if (length > most)
            most = length;
    }
    return most;
}

/* ---- decoding ----------------------------------------------------------- */

/* The bytes of a body, or as many as there are: *n. */
static const uint8_t *bytes_of(const struct segments *s, struct worker *w,
                               const struct record *r, uint64_t *n)
{
    uint64_t at = record_body(r);

    *n = r->length;
    if (raw_view_fetch(&s->view, at, r->length))
        return s->view.bytes + (at - s->view.at);
    *n = source_read_at(s->in->r.s, at, w->bytes, r->length);
    return w->bytes;
}

static void decode(const struct segments *s, struct worker *w,
                   struct piece *piece, const struct record *r)
{
    uint64_t n;
    const uint8_t *body = bytes_of(s, w, r, &n);

    piece_decode(piece, &w->decoder, r, body, n);
    if (s->in->no_refs)
        batch_drop_refs(&piece->batch);
}

/* ---- taking turns: who calls these has the lock ------------------------- */

static struct bay *bay_of(const struct segments *s, uint64_t i)
{
    return &s->bays[i % s->n_bays];
}

static void set_stage(struct segments *s, struct bay *b, enum stage to)
{
    b->stage = to;
    pthread_cond_broadcast(&s->moved);
}

/* Gives the lock away meanwhile; nobody else's turn comes. */
static void await_copies(struct segments *s)
{
    while (s->copying)
        pthread_cond_wait(&s->moved, &s->lock);
}

static bool place(struct segments *s, struct bay *b, struct err *e)
{
    bool ok;

    b->stage = BUSY;
    if (piece_disturbs(s->in, &b->piece))
        await_copies(s);
    ok = piece_place(s->in, &b->piece, e);
    s->over = !ok || b->piece.done < b->piece.record->length;
    if (ok) {
        s->done = b->piece.done;
        s->turn++;
    }
    pthread_cond_broadcast(&s->moved);
    return ok;
}

/* Gives the lock away to copy what has been placed. */
static void settle_in(struct segments *s, struct bay *b)
{
    s->copying++;
    pthread_mutex_unlock(&s->lock);
    piece_copy(s->in, &b->piece);
    pthread_mutex_lock(&s->lock);
    piece_mark(s->in, &b->piece);
    s->copying--;
    set_stage(s, b, FREE);
}

/* Puts in place all whose turn it is; that of the next may come while one is
 * copied, and another thread see to it. */
static bool put_decoded(struct segments *s, struct err *e)
{
    struct bay *b;

    while (!s->over && (b = bay_of(s, s->turn))->stage == DECODED) {
        if (!place(s, b, e))
            return false;
        settle_in(s, b);
    }
    return true;
}

/* For a segment, once no earlier one will want it; NULL: it's over. */
static struct bay *await_bay(struct segments *s, uint64_t i)
{
    struct bay *b = bay_of(s, i);

    while (!s->over && (i >= s->turn + s->n_bays || b->stage != FREE))
        pthread_cond_wait(&s->moved, &s->lock);
    if (s->over)
        return NULL;
    b->stage = BUSY;
    return b;
}

/* ---- a round --------------------------------------------------------------
 */

static bool do_segment(void *segments, uint64_t i, unsigned worker,
                       struct err *e)
{
    struct segments *s = segments;
    struct bay *b;
    bool ok = true;

    if (i == 1) /* there are two at least, and one thread gets this one */
        raw_unlook(&s->last);
    pthread_mutex_lock(&s->lock);
    b = await_bay(s, i);
    if (b) {
        pthread_mutex_unlock(&s->lock);
        decode(s, &s->workers[worker], &b->piece, &s->records[i]);
        pthread_mutex_lock(&s->lock);
        set_stage(s, b, DECODED);
        ok = put_decoded(s, e);
    }
    pthread_mutex_unlock(&s->lock);
    return ok;
}

/* Those nobody has put count no more. */
static void clear_bays(struct segments *s)
{
    for (struct bay *b = s->bays; b < s->bays + s->n_bays; b++) {
        if (b->stage == DECODED)
            decoder_take_back(&s->workers[0].decoder, &b->piece.batch);
        b->stage = FREE;
    }
}

/* Does all up to the first that is not ordinary. */
static bool do_round(struct segments *s, struct err *e)
{
    uint64_t from = record_body(&s->records[0]);
    bool ok;

    s->turn = 0;
    s->over = false;
    source_view_at(s->in->r.s, from, record_end(&s->records[s->n - 1]) - from,
                   &s->view);
    ok = parallel_for(s->jobs, s->n, do_segment, s, e);
    raw_unlook(&s->last); /* if it was over before that */
    s->last = s->view;
    clear_bays(s);
    return ok;
}

/* The reader goes to what is left of the last one that was put. */
static bool go_on(struct segments *s, struct err *e)
{
    const struct record *last = &s->records[s->turn - 1];
    struct ingest *in = s->in;
    uint64_t at = record_body(last);

    in->r.record = *last;
    if (!reader_seek(&in->r, at + s->done, record_end(last), e))
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
