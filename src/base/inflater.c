/*
 * inflater.c - see inflater.h.
 *
 * Between two members the next one is asked of blocks.c, if the file is of
 * the kind it knows; what it cannot do, and all other files, zlib does.
 */
#include "inflater.h"

#include <stdio.h>
#include <string.h>

#define RAW_BUFFER ((size_t)128 << 10)
/* Known member starts are kept this far apart at least. */
#define MEMBER_GAP ((uint64_t)1 << 20)

bool inflater_init(struct inflater *in, struct raw *raw, struct pieces *pieces,
                   struct mem *m, struct err *e)
{
    memset(in, 0, sizeof *in);
    in->raw = raw;
    in->pieces = pieces;
    in->mem = m;
    in->between = true;
    points_init(&in->points, m);
    in->zin = mem_alloc(m, RAW_BUFFER, 1, e);
    if (in->zin && inflateInit2(&in->z, 16 + MAX_WBITS) == Z_OK)
        return true;
    mem_free(m, in->zin);
    return err_set(e, ERR_NOMEM, "zlib does not start");
}

void inflater_deinit(struct inflater *in)
{
    blocks_destroy(in->blocks);
    inflateEnd(&in->z);
    vec_free(&in->members, in->mem);
    holes_deinit(&in->holes, in->mem);
    points_deinit(&in->points);
    mem_free(in->mem, in->zin);
}

static void damaged(struct inflater *in, const char *what, uint64_t at)
{
    if (!in->damage[0])
        snprintf(in->damage, sizeof in->damage, "%s at offset %llu", what,
                 (unsigned long long)at);
}

/* ---- zlib's input ----------------------------------------------------- */

static uint64_t zin_offset(const struct inflater *in)
{
    return in->raw_at - in->z.avail_in;
}

static void zin_move(struct inflater *in, uint64_t raw)
{
    in->z.avail_in = 0;
    in->raw_at = raw;
}

static bool zin_fill(struct inflater *in)
{
    size_t n;

    if (in->z.avail_in)
        memmove(in->zin, in->z.next_in, in->z.avail_in);
    n = raw_read(in->raw, in->raw_at, in->zin + in->z.avail_in,
                 RAW_BUFFER - in->z.avail_in);
    in->z.next_in = in->zin;
    in->z.avail_in += (unsigned)n;
    in->raw_at += n;
    return n > 0;
}

/* ---- holes ------------------------------------------------------------ */

static bool hole_add(struct inflater *in, const struct hole *h)
{
    if (!holes_add(&in->holes, h, in->mem))
        return false;
    holes_tell(&in->holes, in->damage, sizeof in->damage);
    return true;
}

/* The first block, if it is damaged. */
static bool in_broken_first(const struct inflater *in)
{
    return in->broken_first && in->member.raw == 0;
}

/* The next member may begin before the fault: by chance what is damaged can
 * be inflated for a while. */
static struct hole hole_make(struct inflater *in)
{
    struct hole h = {in->member.raw, zin_offset(in), in->fault, HOLE_OPEN, 0};
    uint64_t given = in->out - in->member.out, had;

    if (!member_find(in->raw, h.member + 1, in->mem, &h.next))
        return h;
    had = in_broken_first(in) ? blocks_size(in->blocks)
                              : member_length(in->raw, h.member, h.next);
    h.zeros = had > given ? had - given : 0;
    return h;
}

/* What is wrong in one member costs that one: reading goes on at the next,
 * and in between there are as many zeros as were lost, so that what follows
 * is where it was. Whoever comes here again gets the same bytes. */
static void go_round(struct inflater *in)
{
    const struct hole *known = holes_of(&in->holes, in->member.raw);
    struct hole h = known ? *known : hole_make(in);

    if (!known && !hole_add(in, &h)) {
        damaged(in, h.what, h.raw);
        h.next = HOLE_OPEN;
    }
    in->fault = NULL;
    in->ended = h.next == HOLE_OPEN;
    in->between = true;
    in->zeros = h.zeros;
    if (!in->ended)
        zin_move(in, h.next);
}

/* Of a block nothing is given if anything is wrong with it: what damage makes
 * of the rest looks much like records, and misleads whoever reads on. The last
 * one is inflated as far as it goes, and so is the first: without the file's
 * header nothing behind it could be read. What that makes too much of is cut,
 * so that the rest is where it was. */
static bool is_lost_block(struct inflater *in)
{
    const struct hole *known = holes_of(&in->holes, in->member.raw);
    struct hole h = {.member = in->member.raw};
    struct member_fault f;

    if (known && h.member) {
        in->fault = known->next == HOLE_OPEN ? NULL : known->what;
        return in->fault;
    }
    if (!member_is_damaged(in->raw, h.member, in->mem, &f))
        return false;
    if (!h.member) {
        in->broken_first = f.what;
        return false;
    }
    if (!member_find(in->raw, h.member + 1, in->mem, &h.next))
        return false;
    h.raw = f.at;
    h.what = f.what;
    h.zeros = blocks_size(in->blocks);
    if (h.zeros > member_most(h.member, h.next))
        h.zeros = member_most(h.member, h.next);
    if (hole_add(in, &h))
        in->fault = h.what;
    return in->fault;
}

/* ---- members ---------------------------------------------------------- */

static void note_member(struct inflater *in)
{
    struct err ignored = {0};
    struct member *last = in->members.n ? vec_last(&in->members) : NULL;

    if (last && in->out < last->out + MEMBER_GAP)
        return;
    /* Losing an access point only costs time. */
    if (vec_push(&in->members, in->mem, &ignored))
        *vec_last(&in->members) = (struct member){zin_offset(in), in->out};
}

/* Nothing but padding may follow the last member. */
static void end(struct inflater *in)
{
    do
        for (; in->z.avail_in; in->z.avail_in--, in->z.next_in++)
            if (*in->z.next_in) {
                in->fault = "garbage after the gzip data";
                return;
            }
    while (zin_fill(in));
    in->ended = true;
}

/* Of a block that is inflated again more may be wanted than comes of it now. */
static void next_block(struct inflater *in)
{
    note_member(in);
    zin_move(in, in->block.end);
    if (in->out < in->again)
        pieces_keep(in->pieces, in->out, in->block.bytes, in->block.n);
}

static void next_member(struct inflater *in)
{
    if (in->blocks && blocks_next(in->blocks, zin_offset(in), &in->block)) {
        next_block(in);
        return;
    }
    while (in->z.avail_in < 2 && zin_fill(in))
        ;
    in->member = (struct member){zin_offset(in), in->out};
    if (in->z.avail_in < 2 || in->z.next_in[0] != 0x1f ||
        in->z.next_in[1] != 0x8b) {
        end(in);
        return;
    }
    if (in->blocks && is_lost_block(in))
        return;
    note_member(in);
    inflateReset(&in->z);
    in->between = false;
}

static size_t take_block(struct inflater *in, uint8_t *to, size_t n)
{
    if (n > in->block.n)
        n = in->block.n;
    memcpy(to, in->block.bytes, n);
    in->block.bytes += n;
    in->block.n -= n;
    return n;
}

static size_t inflate_some(struct inflater *in, uint8_t *to, size_t n)
{
    int rc;

    if (in->z.avail_in == 0 && !zin_fill(in)) {
        damaged(in, "the gzip data is cut off", in->raw_at);
        in->ended = true;
        return 0;
    }
    if (in_broken_first(in) && n > blocks_size(in->blocks) - in->out)
        n = blocks_size(in->blocks) - in->out;
    if (!n) {
        in->fault = in->broken_first;
        return 0;
    }
    in->z.next_out = to;
    in->z.avail_out = (unsigned)n;
    rc = inflate(&in->z, Z_NO_FLUSH);
    if (rc == Z_STREAM_END) {
        in->between = true;
    } else if (rc != Z_OK && rc != Z_BUF_ERROR) {
        in->fault = in->z.msg ? in->z.msg : "the gzip data is damaged";
    }
    return n - in->z.avail_out;
}

static size_t take_zeros(struct inflater *in, uint8_t *to, size_t n)
{
    if (n > in->zeros)
        n = in->zeros;
    memset(to, 0, n);
    in->zeros -= n;
    return n;
}

/* A place to come back to, within a member that is long. */
static void note_point(struct inflater *in)
{
    if (in->members.n && in->out < vec_last(&in->members)->out + in->points.gap)
        return;
    points_note(&in->points,
                (struct point){.member = in->member,
                               .raw = zin_offset(in),
                               .out = in->out},
                &in->z);
}

size_t inflater_read(void *inflater, uint8_t *to, size_t n)
{
    struct inflater *in = inflater;
    size_t got = 0;

    while (got == 0 && !in->ended) {
        if (in->block.n)
            got = take_block(in, to, n);
        else if (in->fault)
            go_round(in);
        else if (in->zeros)
            got = take_zeros(in, to, n);
        else if (in->between)
            next_member(in);
        else
            got = inflate_some(in, to, n);
    }
    in->out += got;
    in->raw_done = zin_offset(in);
    if (!in->between && !in->ended && !in->fault)
        note_point(in);
    return got;
}

/* ---- places ------------------------------------------------------------ */

static void restart(struct inflater *in, const struct member *at)
{
    zin_move(in, at->raw);
    in->out = at->out;
    in->block.n = in->zeros = 0;
    in->fault = NULL;
    in->between = true;
    in->ended = false;
}

static void resume(struct inflater *in, const struct point *at)
{
    in->out = at->out;
    in->member = at->member;
    in->block.n = in->zeros = 0;
    in->fault = NULL;
    in->between = false;
    in->ended = !points_restore(at, &in->z);
    zin_move(in, at->raw); /* its input was restored, too */
    if (in->ended)
        damaged(in, "no memory to read again", at->raw);
}

static const struct member start = {0, 0};

static const struct member *member_before(const struct inflater *in,
                                          uint64_t out)
{
    const struct member *ret = &start, *m;

    VEC_EACH (&in->members, m)
        if (m->out <= out)
            ret = m;
    return ret;
}

void inflater_approach(struct inflater *in, uint64_t out)
{
    const struct member *m = member_before(in, out);
    const struct point *p = points_find(&in->points, out);

    if (p && p->out < m->out)
        p = NULL;
    if (in->out <= out && (p ? p->out : m->out) <= in->out)
        return;
    if (p)
        resume(in, p);
    else
        restart(in, m);
}

bool inflater_begin_blocks(struct inflater *in, unsigned jobs)
{
    bool begun = in->blocks || in->damage[0];

    if (!begun)
        in->blocks = blocks_create(in->raw, in->mem);
    if (in->blocks)
        blocks_set_jobs(in->blocks, jobs);
    if (!in->blocks || begun)
        return false;
    restart(in, &start);
    return true;
}
