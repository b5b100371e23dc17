/*
 * gunzip.c - see gunzip.h.
 *
 * There are three places: where the reader is, who may have been served from
 * pieces; the stream, which is what inflating gives it; and, ahead of that,
 * where the inflating has come (inflater.h), which is a job for one thread
 * that runs ahead of the reader. Going somewhere only moves the first.
 */
#include "gunzip.h"

#include "ahead.h"
#include "inflater.h"
#include "pieces.h"
#include "spread.h"

/* Inflated at a time on the way to a place, and thrown away. */
#define ON_THE_WAY ((size_t)64 << 10)
/* Reading ahead starts after so many bytes in a row, and a place so far
 * ahead is waited for. */
#define AHEAD_AFTER ((uint64_t)2 << 20)
#define AHEAD_NEAR  ((uint64_t)16 << 20)

struct gunzip {
    struct mem *mem;
    unsigned jobs;       /* 0: nobody has said that all of it will be read */
    struct ahead *ahead; /* while it runs, the next is its own */
    struct inflater in;

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

/* ---- the outside ------------------------------------------------------ */

struct gunzip *gunzip_create(struct raw *raw, struct mem *m, struct err *e)
{
    struct gunzip *g = mem_alloc(m, 1, sizeof *g, e);

    if (!g)
        return NULL;
    g->mem = m;
    spread_init(&g->spread, m);
    pieces_init(&g->pieces, m);
    g->on_the_way = mem_alloc(m, ON_THE_WAY, 1, e);
    if (g->on_the_way && inflater_init(&g->in, raw, &g->pieces, m, e))
        return g;
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
    inflater_deinit(&g->in);
    spread_deinit(&g->spread);
    pieces_deinit(&g->pieces);
    mem_free(g->mem, g->on_the_way);
    mem_free(g->mem, g);
}

/* ---- the stream --------------------------------------------------------- */

/* Blocks have threads of their own, and a pipe has no time to lose. */
static bool wants_ahead(const struct gunzip *g)
{
    return !g->ahead && g->jobs > 1 && !g->in.blocks &&
           g->stream.at - g->stream.from >= AHEAD_AFTER &&
           !raw_is_piping(g->in.raw);
}

static size_t stream_read(struct gunzip *g, uint8_t *to, size_t n)
{
    size_t got;

    if (wants_ahead(g)) {
        g->ahead = ahead_start(inflater_read, &g->in, g->mem);
        if (!g->ahead)
            g->jobs = 1; /* it won't be better next time */
    }
    got = g->ahead ? ahead_read(g->ahead, to, n) : inflater_read(&g->in, to, n);
    g->stream.at += got;
    g->stream.over = n && !got;
    return got;
}

static void begin_at(struct gunzip *g, uint64_t out)
{
    g->stream.at = g->stream.from = out;
}

/* The stream goes to the nearest place from which it comes to `out`, unless
 * it is on its way there already. */
static void approach(struct gunzip *g, uint64_t out)
{
    if (g->ahead && g->stream.at <= out && out - g->stream.at < AHEAD_NEAR)
        return;
    stop_ahead(g);
    inflater_approach(&g->in, out);
    begin_at(g, g->in.out);
    g->stream.over = false;
}

void gunzip_set_jobs(struct gunzip *g, unsigned jobs)
{
    g->jobs = jobs ? jobs : 1;
    if (inflater_begin_blocks(&g->in, g->jobs))
        begin_at(g, 0);
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
    g->in.again = g->reader.furthest;
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
    return g->in.raw_done;
}

const char *gunzip_damage(const struct gunzip *g)
{
    if (g->ahead && !g->stream.over && !g->reader.whole)
        return NULL; /* it isn't there yet */
    if (g->in.raw->damage[0])
        return g->in.raw->damage;
    return g->in.damage[0] ? g->in.damage : NULL;
}
