/*
 * gunzip.c - see gunzip.h.
 *
 * Between two members the next one is asked of blocks.c, if the file is of
 * the kind it knows; what it cannot do, and all other files, zlib does. The
 * latter is a job for one thread, which then runs ahead of the reader.
 *
 * So there are three places: where the reader is, who may have been served
 * from pieces; the stream, which is what inflating gives it; and, ahead of
 * that, where the inflating has come. Going somewhere only moves the first.
 */
#define _GNU_SOURCE
#include "gunzip.h"

#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "ahead.h"
#include "blocks.h"
#include "holes.h"
#include "member.h"
#include "pieces.h"
#include "points.h"
#include "spread.h"

#define RAW_BUFFER ((size_t)128 << 10)
/* Inflated at a time on the way to a place, and thrown away. */
#define ON_THE_WAY ((size_t)64 << 10)
/* Known member starts are kept this far apart at least. */
#define MEMBER_GAP ((uint64_t)1 << 20)
/* Reading ahead starts after so many bytes in a row, and a place so far
 * ahead is waited for. */
#define AHEAD_AFTER ((uint64_t)2 << 20)
#define AHEAD_NEAR  ((uint64_t)16 << 20)

struct gunzip {
    struct raw *raw;
    struct mem *mem;
    unsigned jobs;       /* 0: nobody has said that all of it will be read */
    struct ahead *ahead; /* while it runs all below but the last is its own */

    z_stream z;
    uint8_t *zin;          /* RAW_BUFFER bytes */
    uint64_t raw_at;       /* where the next raw byte comes from */
    uint64_t out;          /* uncompressed offset of the next byte */
    bool between, ended;   /* members */
    const char *fault;     /* in the one being read; NULL: none */
    uint64_t zeros;        /* to give before the next one */
    struct member member;  /* the one being read, unless it's a block */
    struct blocks *blocks; /* NULL: only zlib */
    struct block block;    /* what is left of it */
    VEC(struct member) members;
    struct holes holes;
    struct points points; /* within them */
    char damage[200];
    _Atomic uint64_t raw_done;

    struct {
        uint64_t at;   /* uncompressed offset of the next byte it gives */
        uint64_t from; /* where it began to do so in a row */
        bool over;     /* it has said that there is no more */
    } stream;
    struct {
        uint64_t at;
        uint64_t furthest;
        bool whole; /* the bytes end there */
    } reader;
    struct spread spread; /* of what was read first */
    struct pieces pieces; /* of what was read again */
    uint8_t *on_the_way;  /* ON_THE_WAY bytes */
};

static void damaged(struct gunzip *g, const char *what, uint64_t at)
{
    if (!g->damage[0])
        snprintf(g->damage, sizeof g->damage, "%s at offset %llu", what,
                 (unsigned long long)at);
}

/* ---- zlib's input ----------------------------------------------------- */

static uint64_t zin_offset(const struct gunzip *g)
{
    return g->raw_at - g->z.avail_in;
}

static void zin_move(struct gunzip *g, uint64_t raw)
{
    g->z.avail_in = 0;
    g->raw_at = raw;
}

static bool zin_fill(struct gunzip *g)
{
    size_t n;

    if (g->z.avail_in)
        memmove(g->zin, g->z.next_in, g->z.avail_in);
    n = raw_read(g->raw, g->raw_at, g->zin + g->z.avail_in,
                 RAW_BUFFER - g->z.avail_in);
    g->z.next_in = g->zin;
    g->z.avail_in += (unsigned)n;
    g->raw_at += n;
    return n > 0;
}

/* ---- holes ------------------------------------------------------------ */

static bool hole_add(struct gunzip *g, const struct hole *h)
{
    if (!holes_add(&g->holes, h, g->mem))
        return false;
    holes_tell(&g->holes, g->damage, sizeof g->damage);
    return true;
}

/* The next member may begin before the fault: by chance what is damaged can
 * be inflated for a while. */
static struct hole hole_make(struct gunzip *g)
{
    struct hole h = {g->member.raw, zin_offset(g), g->fault, HOLE_OPEN, 0};
    uint64_t given = g->out - g->member.out, had;

    if (!member_find(g->raw, h.member + 1, g->mem, &h.next))
        return h;
    had = member_length(g->raw, h.member, h.next);
    h.zeros = had > given ? had - given : 0;
    return h;
}

/* What is wrong in one member costs that one: reading goes on at the next,
 * and in between there are as many zeros as were lost, so that what follows
 * is where it was. Whoever comes here again gets the same bytes. */
static void go_round(struct gunzip *g)
{
    const struct hole *known = holes_of(&g->holes, g->member.raw);
    struct hole h = known ? *known : hole_make(g);

    if (!known && !hole_add(g, &h)) {
        damaged(g, h.what, h.raw);
        h.next = HOLE_OPEN;
    }
    g->fault = NULL;
    g->ended = h.next == HOLE_OPEN;
    g->between = true;
    g->zeros = h.zeros;
    if (!g->ended)
        zin_move(g, h.next);
}

/* Of a block nothing is given if anything is wrong with it: what damage makes
 * of the rest looks much like records, and misleads whoever reads on. The last
 * one is inflated as far as it goes. */
static bool is_lost_block(struct gunzip *g)
{
    const struct hole *known = holes_of(&g->holes, g->member.raw);
    struct hole h = {.member = g->member.raw};
    struct member_fault f;

    if (known) {
        g->fault = known->next == HOLE_OPEN ? NULL : known->what;
        return g->fault;
    }
    if (!member_is_damaged(g->raw, h.member, g->mem, &f) ||
        !member_find(g->raw, h.member + 1, g->mem, &h.next))
        return false;
    h.raw = f.at;
    h.what = f.what;
    h.zeros = blocks_size(g->blocks);
    if (h.zeros > member_most(h.member, h.next))
        h.zeros = member_most(h.member, h.next);
    if (hole_add(g, &h))
        g->fault = h.what;
    return g->fault;
}

/* ---- members ---------------------------------------------------------- */

static void note_member(struct gunzip *g)
{
    struct err ignored = {0};
    struct member *last = g->members.n ? vec_last(&g->members) : NULL;

    if (last && g->out < last->out + MEMBER_GAP)
        return;
    /* Losing an access point only costs time. */
    if (vec_push(&g->members, g->mem, &ignored))
        *vec_last(&g->members) = (struct member){zin_offset(g), g->out};
}

/* Nothing but padding may follow the last member. */
static void end(struct gunzip *g)
{
    do
        for (; g->z.avail_in; g->z.avail_in--, g->z.next_in++)
            if (*g->z.next_in) {
                g->fault = "garbage after the gzip data";
                return;
            }
    while (zin_fill(g));
    g->ended = true;
}

/* Of a block that is inflated again more may be wanted than comes of it now. */
static void next_block(struct gunzip *g)
{
    note_member(g);
    zin_move(g, g->block.end);
    if (g->out < g->reader.furthest)
        pieces_keep(&g->pieces, g->out, g->block.bytes, g->block.n);
}

static void next_member(struct gunzip *g)
{
    if (g->blocks && blocks_next(g->blocks, zin_offset(g), &g->block)) {
        next_block(g);
        return;
    }
    while (g->z.avail_in < 2 && zin_fill(g))
        ;
    g->member = (struct member){zin_offset(g), g->out};
    if (g->z.avail_in < 2 || g->z.next_in[0] != 0x1f ||
        g->z.next_in[1] != 0x8b) {
        end(g);
        return;
    }
    if (g->blocks && is_lost_block(g))
        return;
    note_member(g);
    inflateReset(&g->z);
    g->between = false;
}

static size_t take_block(struct gunzip *g, uint8_t *to, size_t n)
{
    if (n > g->block.n)
        n = g->block.n;
    memcpy(to, g->block.bytes, n);
    g->block.bytes += n;
    g->block.n -= n;
    return n;
}

static size_t inflate_some(struct gunzip *g, uint8_t *to, size_t n)
{
    int rc;

    if (g->z.avail_in == 0 && !zin_fill(g)) {
        damaged(g, "the gzip data is cut off", g->raw_at);
        g->ended = true;
        return 0;
    }
    g->z.next_out = to;
    g->z.avail_out = (unsigned)n;
    rc = inflate(&g->z, Z_NO_FLUSH);
    if (rc == Z_STREAM_END) {
        g->between = true;
    } else if (rc != Z_OK && rc != Z_BUF_ERROR) {
        g->fault = g->z.msg ? g->z.msg : "the gzip data is damaged";
    }
    return n - g->z.avail_out;
}

static size_t take_zeros(struct gunzip *g, uint8_t *to, size_t n)
{
    if (n > g->zeros)
        n = g->zeros;
    memset(to, 0, n);
    g->zeros -= n;
    return n;
}

/* A place to come back to, within a member that is long. */
static void note_point(struct gunzip *g)
{
    if (g->members.n && g->out < vec_last(&g->members)->out + g->points.gap)
        return;
    points_note(&g->points,
                (struct point){
                    .member = g->member, .raw = zin_offset(g), .out = g->out},
                &g->z);
}

/* An ahead_fn. */
static size_t read_on(void *gunzip, uint8_t *to, size_t n)
{
    struct gunzip *g = gunzip;
    size_t got = 0;

    while (got == 0 && !g->ended) {
        if (g->block.n)
            got = take_block(g, to, n);
        else if (g->fault)
            go_round(g);
        else if (g->zeros)
            got = take_zeros(g, to, n);
        else if (g->between)
            next_member(g);
        else
            got = inflate_some(g, to, n);
    }
    g->out += got;
    g->raw_done = zin_offset(g);
    if (!g->between && !g->ended && !g->fault)
        note_point(g);
    return got;
}

/* ---- the outside ------------------------------------------------------ */

struct gunzip *gunzip_create(struct raw *raw, struct mem *m, struct err *e)
{
    struct gunzip *g = mem_alloc(m, 1, sizeof *g, e);

    if (!g)
        return NULL;
    g->raw = raw;
    g->mem = m;
    g->between = true;
    points_init(&g->points, m);
    spread_init(&g->spread, m);
    pieces_init(&g->pieces, m);
    g->zin = mem_alloc(m, RAW_BUFFER, 1, e);
    g->on_the_way = mem_alloc(m, ON_THE_WAY, 1, e);
    if (g->zin && g->on_the_way && inflateInit2(&g->z, 16 + MAX_WBITS) == Z_OK)
        return g;
    err_set(e, ERR_NOMEM, "zlib does not start");
    mem_free(m, g->zin);
    mem_free(m, g->on_the_way);
    mem_free(m, g);
    return NULL;
}

static void stop_ahead(struct gunzip *g)
{
    if (g->ahead)
        ahead_stop(g->ahead);
    g->ahead = NULL;
}

void gunzip_destroy(struct gunzip *g)
{
    if (!g)
        return;
    stop_ahead(g);
    blocks_destroy(g->blocks);
    inflateEnd(&g->z);
    vec_free(&g->members, g->mem);
    holes_deinit(&g->holes, g->mem);
    points_deinit(&g->points);
    spread_deinit(&g->spread);
    pieces_deinit(&g->pieces);
    mem_free(g->mem, g->zin);
    mem_free(g->mem, g->on_the_way);
    mem_free(g->mem, g);
}

/* ---- the stream --------------------------------------------------------- */

/* Blocks have threads of their own, and a pipe has no time to lose. */
static bool wants_ahead(const struct gunzip *g)
{
    return !g->ahead && g->jobs > 1 && !g->blocks &&
           g->stream.at - g->stream.from >= AHEAD_AFTER &&
           !raw_is_piping(g->raw);
}

static size_t stream_read(struct gunzip *g, uint8_t *to, size_t n)
{
    size_t got;

    if (wants_ahead(g)) {
        g->ahead = ahead_start(read_on, g, g->mem);
        if (!g->ahead)
            g->jobs = 1; /* it won't be better next time */
    }
    got = g->ahead ? ahead_read(g->ahead, to, n) : read_on(g, to, n);
    g->stream.at += got;
    g->stream.over = n && !got;
    return got;
}

static void restart(struct gunzip *g, const struct member *at)
{
    zin_move(g, at->raw);
    g->out = at->out;
    g->block.n = g->zeros = 0;
    g->fault = NULL;
    g->between = true;
    g->ended = false;
}

static void resume(struct gunzip *g, const struct point *at)
{
    g->out = at->out;
    g->member = at->member;
    g->block.n = g->zeros = 0;
    g->fault = NULL;
    g->between = false;
    g->ended = !points_restore(at, &g->z);
    zin_move(g, at->raw); /* its input was restored, too */
    if (g->ended)
        damaged(g, "no memory to read again", at->raw);
}

static const struct member start = {0, 0};

static const struct member *member_before(const struct gunzip *g, uint64_t out)
{
    const struct member *ret = &start, *m;

    VEC_EACH (&g->members, m)
        if (m->out <= out)
            ret = m;
    return ret;
}

/* The stream goes to the nearest place from which it comes to `out`, unless
 * it is on its way there already. */
static void approach(struct gunzip *g, uint64_t out)
{
    const struct member *m;
    const struct point *p;

    if (g->ahead && g->stream.at <= out && out - g->stream.at < AHEAD_NEAR)
        return;
    stop_ahead(g);
    m = member_before(g, out);
    p = points_find(&g->points, out);
    if (p && p->out < m->out)
        p = NULL;
    if (g->out > out || (p ? p->out : m->out) > g->out) {
        if (p)
            resume(g, p);
        else
            restart(g, m);
    }
    g->stream.at = g->stream.from = g->out;
    g->stream.over = false;
}

/* From the start: the first one is not left half to zlib, which knows of damage
 * only when it has given what comes before. */
static void begin_blocks(struct gunzip *g)
{
    g->blocks = blocks_create(g->raw, g->mem);
    if (!g->blocks)
        return;
    restart(g, &start);
    g->stream.at = g->stream.from = 0;
}

void gunzip_set_jobs(struct gunzip *g, unsigned jobs)
{
    g->jobs = jobs ? jobs : 1;
    if (!g->blocks && !g->damage[0])
        begin_blocks(g);
    if (g->blocks)
        blocks_set_jobs(g->blocks, g->jobs);
}

/* False: the bytes end before the reader's place. */
static bool catch_up(struct gunzip *g)
{
    if (g->stream.at == g->reader.at)
        return true;
    approach(g, g->reader.at);
    while (g->stream.at < g->reader.at) {
        uint64_t n = g->reader.at - g->stream.at;

        if (!stream_read(g, g->on_the_way, n < ON_THE_WAY ? n : ON_THE_WAY))
            return false;
    }
    return true;
}

/* ---- the reader --------------------------------------------------------- */

/* What is kept of the bytes at the reader's place. */
static size_t recall(struct gunzip *g, uint8_t *to, size_t n)
{
    size_t got = spread_read(&g->spread, g->reader.at, to, n);

    return got ? got : pieces_read(&g->pieces, g->reader.at, to, n);
}

size_t gunzip_read(struct gunzip *g, uint8_t *to, size_t n)
{
    size_t got = recall(g, to, n);
    bool again = g->reader.at < g->reader.furthest;

    if ((again || !g->jobs) && n > ON_THE_WAY)
        n = ON_THE_WAY; /* an object is wanted, or a look, not all of it */
    if (!got && (again || !g->reader.whole) && catch_up(g)) {
        got = stream_read(g, to, n);
        if (again)
            pieces_keep(&g->pieces, g->reader.at, to, got);
        else
            spread_keep(&g->spread, g->reader.at, to, got);
    }
    g->reader.at += got;
    if (g->reader.at > g->reader.furthest)
        g->reader.furthest = g->reader.at;
    else if (n && !got && !again)
        g->reader.whole = true;
    return got;
}

uint64_t gunzip_seek(struct gunzip *g, uint64_t offset)
{
    g->reader.at = offset < g->reader.furthest ? offset : g->reader.furthest;
    return g->reader.at;
}

uint64_t gunzip_raw_offset(const struct gunzip *g)
{
    return g->raw_done;
}

const char *gunzip_damage(const struct gunzip *g)
{
    if (g->ahead && !g->stream.over && !g->reader.whole)
        return NULL; /* it isn't there yet */
    if (g->raw->damage[0])
        return g->raw->damage;
    return g->damage[0] ? g->damage : NULL;
}
