/*
 * blocks.c - see blocks.h.
 *
 * Slots form a ring: cut at the end, handed out at the front. Each holds one
 * guess and goes CUT -> INFLATING -> DONE. All threads, the caller's too, do
 * the same work(): inflate the oldest guess, or else cut another off the
 * file. The caller does it only while the front isn't done, so with one
 * thread everything happens in blocks_next.
 *
 * libdeflate inflates heap dumps 2.7 times as fast as zlib, but whole members
 * only, which is what these are.
 */
#define _GNU_SOURCE
#include "blocks.h"

#include <libdeflate.h>
#include <pthread.h>
#include <string.h>

#define MAX_JOBS  16
#define MAX_SLOTS (2 * MAX_JOBS)
/* No JVM writes larger blocks; a file that claims it gets the general path. */
#define MAX_BLOCK ((size_t)4 << 20)
/* Read at a time while searching for the next header. */
#define STEP ((size_t)64 << 10)
/* So many blocks in a row, and the next ones are worth working ahead for. */
#define STREAK 3

/* A header without a name, a time or anything else, as the JVM writes it for
 * all blocks but the first. */
static const uint8_t header[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0};

enum state { CUT, INFLATING, DONE };

struct slot {
    enum state state;
    uint64_t at;        /* where the guess begins on disk */
    size_t in_n, out_n; /* bytes of `in` and `out` */
    size_t used;        /* of `in`; 0: this is no member */
    uint8_t *in, *out;
};

struct blocks {
    struct raw *raw;
    struct mem *mem;
    size_t in_max, out_max;

    pthread_mutex_t lock; /* of all below, but for a slot in work */
    pthread_cond_t changed;
    struct slot slots[MAX_SLOTS];
    uint32_t n_slots;
    uint64_t first, last; /* slot i of [first, last) is slots[i % n_slots] */
    bool held;            /* the caller reads the first one */
    uint64_t scan;        /* where the next guess begins */
    bool cutting, dry;    /* somebody reads at `scan`; there is no more */
    bool paused, stop;
    unsigned busy;   /* threads at work */
    unsigned streak; /* blocks asked for in a row */

    unsigned jobs, n_threads;
    pthread_t threads[MAX_JOBS];
    struct libdeflate_decompressor *own; /* the caller's */
};

/* ---- the parts of the work, without the lock ----------------------------- */

/* Where in p[from, n) a header begins; n: nowhere. */
static size_t find_header(const uint8_t *p, size_t from, size_t n)
{
    const uint8_t *hit =
        from < n ? memmem(p + from, n - from, header, sizeof header) : NULL;

    return hit ? (size_t)(hit - p) : n;
}

/* Reads from `at` up to the next header; false at the end of the file. */
static bool cut(struct blocks *b, struct slot *s, uint64_t at)
{
    size_t n = 0, from = 1, k, end;

    do {
        k = b->in_max - n < STEP ? b->in_max - n : STEP;
        if (raw_is_piping(b->raw))
            k = raw_read(b->raw, at + n, s->in + n, k);
        else
            k = raw_read_shared(b->raw, at + n, s->in + n, k);
        n += k;
        end = find_header(s->in, from, n);
        if (n >= sizeof header)
            from = n - sizeof header + 1;
    } while (end == n && k && n < b->in_max);
    s->at = at;
    s->in_n = end;
    return n > 0;
}

static void inflate_slot(const struct blocks *b, struct slot *s,
                         struct libdeflate_decompressor *d)
{
    if (libdeflate_gzip_decompress_ex(d, s->in, s->in_n, s->out, b->out_max,
                                      &s->used,
                                      &s->out_n) != LIBDEFLATE_SUCCESS)
        s->used = 0;
}

/* ---- the work, with it -------------------------------------------------- */

static struct slot *slot(struct blocks *b, uint64_t i)
{
    return &b->slots[i % b->n_slots];
}

static struct slot *oldest_cut(struct blocks *b)
{
    for (uint64_t i = b->first; i < b->last; i++)
        if (slot(b, i)->state == CUT)
            return slot(b, i);
    return NULL;
}

static bool has_room(const struct blocks *b)
{
    uint64_t room = b->streak >= STREAK ? b->n_slots : 1;

    return !b->cutting && !b->dry && b->last - b->first < room;
}

static void do_inflate(struct blocks *b, struct slot *s,
                       struct libdeflate_decompressor *d)
{
    s->state = INFLATING;
    pthread_mutex_unlock(&b->lock);
    inflate_slot(b, s, d);
    pthread_mutex_lock(&b->lock);
    s->state = DONE;
}

static void do_cut(struct blocks *b)
{
    struct slot *s = slot(b, b->last);
    uint64_t at = b->scan;
    bool found;

    b->cutting = true;
    pthread_mutex_unlock(&b->lock);
    found = cut(b, s, at);
    pthread_mutex_lock(&b->lock);
    b->cutting = false;
    s->state = CUT;
    b->scan = at + s->in_n;
    b->dry = !found;
    b->last += found;
}

/* Does one thing, if there is one to do. */
static bool work(struct blocks *b, struct libdeflate_decompressor *d)
{
    struct slot *s = oldest_cut(b);

    if (!s && !has_room(b))
        return false;
    b->busy++;
    if (s)
        do_inflate(b, s, d);
    else
        do_cut(b);
    b->busy--;
    pthread_cond_broadcast(&b->changed);
    return true;
}

static void *worker(void *blocks)
{
    struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
    struct blocks *b = blocks;

    pthread_mutex_lock(&b->lock);
    while (d && !b->stop)
        if (b->paused || !work(b, d))
            pthread_cond_wait(&b->changed, &b->lock);
    pthread_mutex_unlock(&b->lock);
    libdeflate_free_decompressor(d);
    return NULL;
}

/* ---- setting up ---------------------------------------------------------- */

/* The block size that a HotSpot dump's first header states; 0: none. */
static size_t stated_size(const uint8_t *p, size_t n)
{
    static const char words[] = "HPROF BLOCKSIZE=";
    static const uint8_t start[] = {0x1f, 0x8b, 8, 0x10};
    size_t at = 10, size = 0;

    if (n < at + sizeof words || memcmp(p, start, sizeof start) != 0 ||
        memcmp(p + at, words, sizeof words - 1) != 0)
        return 0;
    for (at += sizeof words - 1; at < n && p[at] >= '0' && p[at] <= '9'; at++) {
        size = size * 10 + (size_t)(p[at] - '0');
        if (size > MAX_BLOCK)
            return 0;
    }
    return at < n && !p[at] ? size : 0;
}

/* Gives slots their buffers until there are `n`, or no more memory. */
static bool add_slots(struct blocks *b, uint32_t n)
{
    struct err ignored = {0};

    for (; b->n_slots < n; b->n_slots++) {
        struct slot *s = &b->slots[b->n_slots];

        s->in = mem_alloc(b->mem, b->in_max, 1, &ignored);
        s->out = s->in ? mem_alloc(b->mem, b->out_max, 1, &ignored) : NULL;
        if (!s->out) {
            mem_free(b->mem, s->in);
            return false;
        }
    }
    return true;
}

struct blocks *blocks_create(struct raw *raw, struct mem *m)
{
    struct err ignored = {0};
    uint8_t head[64];
    size_t size = stated_size(head, raw_read(raw, 0, head, sizeof head));
    struct blocks *b = size ? mem_alloc(m, 1, sizeof *b, &ignored) : NULL;

    if (!b)
        return NULL;
    b->raw = raw;
    b->mem = m;
    b->jobs = 1;
    b->out_max = size;
    b->in_max = size + size / 8 + 1024; /* what does not compress grows */
    pthread_mutex_init(&b->lock, NULL);
    pthread_cond_init(&b->changed, NULL);
    b->own = libdeflate_alloc_decompressor();
    if (b->own && add_slots(b, 1))
        return b;
    blocks_destroy(b);
    return NULL;
}

size_t blocks_size(const struct blocks *b)
{
    return b->out_max;
}

void blocks_set_jobs(struct blocks *b, unsigned jobs)
{
    b->jobs = jobs < MAX_JOBS ? jobs : MAX_JOBS;
}

/* Once blocks are asked for in a row. The ring is empty, and nobody else at
 * work, when this is called. */
static void start_threads(struct blocks *b)
{
    if (b->n_threads || b->streak < STREAK || b->jobs < 2 ||
        raw_is_piping(b->raw))
        return;
    add_slots(b, 2 * b->jobs);
    while (b->n_threads < b->jobs - 1 &&
           pthread_create(&b->threads[b->n_threads], NULL, worker, b) == 0)
        b->n_threads++;
    if (!b->n_threads)
        b->jobs = 1; /* it won't be better next time */
}

void blocks_destroy(struct blocks *b)
{
    if (!b)
        return;
    pthread_mutex_lock(&b->lock);
    b->stop = true;
    pthread_cond_broadcast(&b->changed);
    pthread_mutex_unlock(&b->lock);
    while (b->n_threads)
        pthread_join(b->threads[--b->n_threads], NULL);
    for (uint32_t i = 0; i < b->n_slots; i++) {
        mem_free(b->mem, b->slots[i].in);
        mem_free(b->mem, b->slots[i].out);
    }
    libdeflate_free_decompressor(b->own);
    pthread_cond_destroy(&b->changed);
    pthread_mutex_destroy(&b->lock);
    mem_free(b->mem, b);
}

/* ---- handing out -----------------------------------------------------------
 */

/* Empties the ring; guesses begin anew at `at`. */
static void restart(struct blocks *b, uint64_t at)
{
    b->paused = true;
    while (b->busy)
        pthread_cond_wait(&b->changed, &b->lock);
    b->paused = b->dry = b->held = false;
    b->first = b->last;
    b->scan = at;
    b->streak = 0;
}

/* The front, done; NULL: the file has ended. */
static struct slot *front(struct blocks *b)
{
    while (b->first == b->last || slot(b, b->first)->state != DONE) {
        if (b->first == b->last && b->dry && !b->cutting)
            return NULL;
        if (!work(b, b->own))
            pthread_cond_wait(&b->changed, &b->lock);
    }
    return slot(b, b->first);
}

static void retire(struct blocks *b)
{
    b->first++;
    b->held = false;
    pthread_cond_broadcast(&b->changed);
}

/* Whether no guess made or being made can begin at `at`. */
static bool is_elsewhere(struct blocks *b, uint64_t at)
{
    if (b->first != b->last)
        return at < slot(b, b->first)->at || at > b->scan;
    return at != b->scan && !b->cutting;
}

/* The guess that begins at `at`; those before it were wrong. */
static struct slot *guess_at(struct blocks *b, uint64_t at)
{
    struct slot *s;

    if (is_elsewhere(b, at))
        restart(b, at);
    while ((s = front(b)) && s->at < at)
        retire(b);
    if (s && s->at > at) {
        restart(b, at);
        s = front(b);
    }
    return s;
}

bool blocks_next(struct blocks *b, uint64_t at, struct block *ret)
{
    struct slot *s;
    bool ok;

    pthread_mutex_lock(&b->lock);
    if (b->held)
        retire(b);
    start_threads(b);
    s = guess_at(b, at);
    ok = s && s->used;
    if (ok)
        *ret = (struct block){s->out, s->out_n, at + s->used};
    b->held = s != NULL;
    b->streak++;
    pthread_mutex_unlock(&b->lock);
    return ok;
}
