/*
 * segments.c - runs of heap segments, decoded by several threads.
 *
 * HotSpot writes the heap in segments of about a megabyte, and no sub-record
 * goes on from one to the next. Threads take them in the order of the file,
 * hopping from header to header, and each is decoded to scratch (piece.c); when
 * all before it have been told where they go in the columns, it is, and is
 * copied there. That falls to whoever has just decoded one, while others go
 * on. The run ends where a segment turns out not to be ordinary: it is put in
 * place up to there, and the rest is read as one thread would (objects.c). So
 * all that depends on order is as with one thread.
 *
 * A single record of the whole heap, as JDK 8 writes it, is left to one.
 */
#include "hprof/piece.h"

#include "base/parallel.h"

/* Segments on their way, for each thread. So far may one that takes long hold
 * up others. */
#define AHEAD 4
/* So many bytes of the file are looked at in one view. */
#define VIEW_BYTES ((uint64_t)16 << 20)
/* Scratch is for segments of a multiple of this, and a small part of the
 * memory there is to use. */
#define STEP  ((uint64_t)256 << 10)
#define SHARE 8
/* The most that layouts take which no instance has asked for. */
#define MOST_LAYOUTS ((uint64_t)16 << 20)

/* A view of the file that several segments are in. */
struct look {
    struct raw_view view;
    uint32_t users; /* segments not decoded yet, and one if more may come */
};

enum stage {
    FREE,
    BUSY,    /* being decoded, or copied */
    DECODED, /* and waiting for its turn */
};

/* Holds a segment on its way. */
struct bay {
    enum stage stage;
    struct record record;
    struct look *look;
    struct piece piece;
    uint64_t room; /* bytes of a segment there is scratch for */
    uint8_t *scratch;
    uint8_t *body; /* for [room] bytes that can't be looked at */
};

struct segments {
    struct ingest *in;
    unsigned jobs, n_bays;
    struct decoder *decoders; /* [jobs] */
    struct bay *bays;         /* [n_bays] segment i is in i % n_bays */
    struct look *looks;       /* [n_bays + 1] */

    /* Whoever has it may change the tables: what follows, stages, the ids,
     * and, for the segment whose turn it is, all but what is copied. */
    pthread_mutex_t lock;
    pthread_cond_t moved; /* anything that is waited for */
    uint64_t taken;       /* segments */
    uint64_t at;          /* where the next one begins */
    struct look *look;    /* that the next one may be in */
    bool ended;           /* there is no next one */
    uint64_t turn;        /* whose it is; all before have been placed */
    struct record last;   /* the one before that */
    uint64_t done;        /* bytes of its body that have been */
    uint32_t copying;     /* how many have been placed and are not there yet */
    bool over;            /* no more of them are to be placed */
};

/* ---- scratch ----------------------------------------------------------- */

static uint64_t scratch_bytes(uint64_t room)
{
    struct piece any;

    return piece_cut(&any, NULL, room) + room;
}

static void bay_empty(struct bay *b, struct mem *m)
{
    if (b->room)
        mem_unmap(m, b->scratch, scratch_bytes(b->room));
    b->room = 0;
}

static bool bay_grow(struct bay *b, uint64_t bytes, struct mem *m,
                     struct err *e)
{
    uint64_t room = align_up(bytes, STEP);

    if (room <= b->room)
        return true;
    bay_empty(b, m);
    b->scratch = mem_map(m, scratch_bytes(room), e);
    if (!b->scratch)
        return false;
    b->room = room;
    b->body = b->scratch + piece_cut(&b->piece, b->scratch, room);
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
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->moved, NULL);
    s->decoders = mem_alloc(m, s->jobs, sizeof *s->decoders, e);
    s->bays = mem_alloc(m, s->n_bays, sizeof *s->bays, e);
    s->looks = mem_alloc(m, s->n_bays + 1, sizeof *s->looks, e);
    for (unsigned k = 0; s->decoders && k < s->jobs; k++)
        decoder_init(&s->decoders[k], &in->classes, &in->st->ids, &s->lock);
    return s->decoders && s->bays && s->looks;
}

void ingest_segments_deinit(struct ingest *in)
{
    struct segments *s = in->segments;
    struct mem *m = in->d->mem;

    if (!s)
        return;
    for (unsigned i = 0; s->bays && i < s->n_bays; i++)
        bay_empty(&s->bays[i], m);
    mem_free(m, s->decoders);
    mem_free(m, s->bays);
    mem_free(m, s->looks);
    pthread_cond_destroy(&s->moved);
    pthread_mutex_destroy(&s->lock);
    mem_free(m, s);
    in->segments = NULL;
}

/* ---- taking segments: who calls these has the lock ----------------------- */

static bool fits(const struct segments *s, uint32_t length)
{
    uint64_t limit = s->in->d->mem->limit;
    uint64_t bytes = s->n_bays * scratch_bytes(align_up(length, STEP));

    return length <= PIECE_BYTES && (!limit || bytes <= limit / SHARE);
}

/* Whether there is a segment at `at`, wholly in the file and not too large. */
static bool find_segment(const struct segments *s, uint64_t at,
                         struct record *ret)
{
    const struct reader *r = &s->in->r;
    uint64_t size = source_length(r->s), body = at + RECORD_HEADER;
    uint8_t head[RECORD_HEADER];
    uint32_t length;

    if (source_read_at(r->s, at, head, sizeof head) < sizeof head)
        return false;
    length = be32(head + 5);
    *ret = (struct record){.tag = head[0], .length = length, .at = at};
    return head[0] == TAG_HEAP_DUMP_SEGMENT && fits(s, length) &&
           body + length <= size && body + length <= r->limit;
}

/* Gives the lock away to give the view back. */
static void leave(struct segments *s, struct look *l)
{
    struct raw_view gone;

    if (!l || --l->users)
        return;
    gone = l->view;
    l->view = (struct raw_view){0};
    pthread_mutex_unlock(&s->lock);
    raw_unlook(&gone);
    pthread_mutex_lock(&s->lock);
}

/* There is always one: no more are in use than segments, and one. */
static struct look *unused_look(const struct segments *s)
{
    struct look *l = s->looks;

    while (l->users)
        l++;
    return l;
}

/* The view that a segment is in, a new one if it must be. */
static struct look *look_at(struct segments *s, const struct record *r)
{
    uint64_t at = record_body(r), n = r->length;
    struct look *l = s->look, *before = NULL;

    if (!l || record_end(r) > l->view.at + l->view.n) {
        before = l;
        s->look = l = unused_look(s);
        l->users = 1;
        source_view_at(s->in->r.s, at, n > VIEW_BYTES ? n : VIEW_BYTES,
                       &l->view);
    }
    l->users++;
    leave(s, before);
    return l;
}

static struct bay *bay_of(const struct segments *s, uint64_t i)
{
    return &s->bays[i % s->n_bays];
}

static bool is_full(const struct segments *s)
{
    return !s->over && !s->ended && bay_of(s, s->taken)->stage != FREE;
}

/* The next segment, once there is a bay for it; NULL: there is none. */
static struct bay *take(struct segments *s)
{
    struct bay *b;

    while (is_full(s))
        pthread_cond_wait(&s->moved, &s->lock);
    if (s->over || s->ended)
        return NULL;
    b = bay_of(s, s->taken);
    if (!find_segment(s, s->at, &b->record)) {
        s->ended = true;
        pthread_cond_broadcast(&s->moved);
        return NULL;
    }
    s->taken++;
    s->at = record_end(&b->record);
    b->stage = BUSY;
    b->look = look_at(s, &b->record);
    return b;
}

/* ---- decoding: without the lock ------------------------------------------ */

/* The bytes of a body, or as many as there are: *n. */
static const uint8_t *bytes_of(const struct segments *s, const struct bay *b,
                               uint64_t *n)
{
    uint64_t at = record_body(&b->record);
    const struct raw_view *v = &b->look->view;

    *n = b->record.length;
    if (raw_view_fetch(v, at, *n))
        return v->bytes + (at - v->at);
    *n = source_read_at(s->in->r.s, at, b->body, *n);
    return b->body;
}

static bool decode(const struct segments *s, struct bay *b, struct decoder *k,
                   struct err *e)
{
    const uint8_t *body;
    uint64_t n;

    if (!bay_grow(b, b->record.length, s->in->d->mem, e))
        return false;
    body = bytes_of(s, b, &n);
    piece_decode(&b->piece, k, &b->record, body, n);
    if (s->in->no_refs)
        batch_drop_refs(&b->piece.batch);
    return true;
}

/* ---- taking turns: with the lock ----------------------------------------- */

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
    b->stage = BUSY;
    if (piece_disturbs(s->in, &b->piece))
        await_copies(s);
    if (!piece_place(s->in, &b->piece, e))
        return false;
    s->last = b->record;
    s->done = b->piece.done;
    s->over = s->done < b->record.length;
    s->turn++;
    return true;
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

/* The one whose turn it is, if it is there. */
static struct bay *in_turn(const struct segments *s)
{
    struct bay *b = bay_of(s, s->turn);

    return !s->over && b->stage == DECODED ? b : NULL;
}

/* Puts in place all whose turn it is; that of the next may come while one is
 * copied, and another thread see to it. */
static bool put_decoded(struct segments *s, struct err *e)
{
    struct bay *b;

    while ((b = in_turn(s))) {
        if (!place(s, b, e))
            return false;
        settle_in(s, b);
    }
    return true;
}

/* ---- a run --------------------------------------------------------------- */

static bool do_segment(struct segments *s, struct bay *b, struct decoder *k,
                       struct err *e)
{
    bool ok;

    pthread_mutex_unlock(&s->lock);
    ok = decode(s, b, k, e);
    pthread_mutex_lock(&s->lock);
    leave(s, b->look);
    if (ok)
        set_stage(s, b, DECODED);
    ok = ok && put_decoded(s, e);
    if (!ok) {
        s->over = true;
        pthread_cond_broadcast(&s->moved);
    }
    return ok;
}

static bool do_segments(void *segments, uint64_t i, unsigned worker,
                        struct err *e)
{
    struct segments *s = segments;
    struct bay *b;
    bool ok = true;

    (void)i;
    pthread_mutex_lock(&s->lock);
    while (ok && (b = take(s))) {
        if (worker == 0) /* the one that progress may be told from */
            ingest_tell(s->in, b->record.at);
        ok = do_segment(s, b, &s->decoders[worker], e);
    }
    pthread_mutex_unlock(&s->lock);
    return ok;
}

/* Those nobody has put count no more. */
static void clear_bays(struct segments *s)
{
    for (struct bay *b = s->bays; b < s->bays + s->n_bays; b++) {
        if (b->stage == DECODED)
            batch_take_back(&b->piece.batch, &s->in->classes);
        b->stage = FREE;
    }
}

/* Does all up to the first that is not ordinary. */
static bool run(struct segments *s, struct err *e)
{
    bool ok;

    s->at = s->in->r.record.at;
    s->taken = s->turn = 0;
    s->ended = s->over = false;
    ok = parallel_for(s->jobs, s->jobs, do_segments, s, e);
    pthread_mutex_lock(&s->lock);
    leave(s, s->look);
    pthread_mutex_unlock(&s->lock);
    s->look = NULL;
    clear_bays(s);
    return ok;
}

/* The reader goes to what is left of the last one that was put. */
static bool go_on(struct segments *s, struct err *e)
{
    struct ingest *in = s->in;
    uint64_t at = record_body(&s->last);

    in->r.record = s->last;
    if (!reader_seek(&in->r, at + s->done, record_end(&s->last), e))
        return false;
    return s->done == s->last.length || ingest_rest(in, e);
}

bool ingest_segments(struct ingest *in, struct err *e)
{
    struct record first, second;
    struct segments *s;

    if (!in->o || in->o->jobs < 2 || !ingest_may_be_ordinary(in))
        return ingest_heap(in, e);
    if (!prepare(in, e))
        return false;
    s = in->segments;
    if (!find_segment(s, in->r.record.at, &first) ||
        !find_segment(s, record_end(&first), &second))
        return ingest_heap(in, e);
    classes_prepare(&in->classes, MOST_LAYOUTS);
    return run(s, e) && go_on(s, e);
}

void ingest_segments_settle(struct ingest *in)
{
    struct segments *s = in->segments;

    for (unsigned k = 0; s && k < s->jobs; k++)
        decoder_settle(&s->decoders[k]);
}
