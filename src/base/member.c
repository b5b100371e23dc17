/*
 * member.c - see member.h.
 *
 * Three bytes and a few flags look like a header once in 128 MiB of compressed
 * bytes; what follows those fails to inflate within a few hundred.
 */
#define _GNU_SOURCE
#include "member.h"

#include <string.h>
#include <zlib.h>

/* Read at a time, and as much of a member as is tried. */
#define STEP ((size_t)64 << 10)
/* The shortest header, and with it what can be told of one. */
#define HEADER 10
/* The CRC and the length behind a member. */
#define TRAILER 8
/* Inflated at most to find a fault: a block and what damage may make of it. */
#define TRIED ((uint64_t)64 << 20)
/* Deflate makes no more of a byte. */
#define MOST_PER_BYTE 1032

struct search {
    struct raw *raw;
    z_stream z;
    uint8_t *in, *out; /* STEP bytes each */
};

/* Whether what has just been inflated may go on like that; *more: nobody knows
 * yet. */
static bool inflates(struct search *s, bool *more)
{
    int rc;

    s->z.next_out = s->out;
    s->z.avail_out = STEP;
    rc = inflate(&s->z, Z_NO_FLUSH);
    *more = rc == Z_OK && s->z.avail_out == 0;
    /* Where the file is cut off a header alone says too little. */
    return rc == Z_STREAM_END || (rc == Z_OK && s->z.total_out > 0);
}

static bool is_member(struct search *s, uint64_t at)
{
    bool more, ok;

    inflateReset(&s->z);
    s->z.next_in = s->in;
    s->z.avail_in = (unsigned)raw_read(s->raw, at, s->in, STEP);
    do
        ok = inflates(s, &more);
    while (ok && more);
    return ok;
}

/* Where in p[0, n) a header may begin; n: nowhere. */
static size_t next_header(const uint8_t *p, size_t n)
{
    static const uint8_t start[] = {0x1f, 0x8b, Z_DEFLATED};
    const uint8_t *hit = memmem(p, n, start, sizeof start);

    return hit ? (size_t)(hit - p) : n;
}

static bool search(struct search *s, uint64_t at, uint64_t *ret)
{
    size_t n, i;

    while ((n = raw_read(s->raw, at, s->in, STEP)) >= HEADER) {
        i = next_header(s->in, n);
        if (i + HEADER > n) { /* it may begin where this ends */
            at += n - (HEADER - 1);
            continue;
        }
        if (!(s->in[i + 3] & 0xe0) && is_member(s, at + i)) {
            *ret = at + i;
            return true;
        }
        at += i + 1;
    }
    return false;
}

static bool search_init(struct search *s, struct raw *raw, struct mem *m)
{
    struct err ignored = {0};

    *s = (struct search){.raw = raw};
    s->in = mem_alloc(m, 2 * STEP, 1, &ignored);
    if (!s->in)
        return false;
    s->out = s->in + STEP;
    if (inflateInit2(&s->z, 16 + MAX_WBITS) == Z_OK)
        return true;
    mem_free(m, s->in);
    return false;
}

static void search_deinit(struct search *s, struct mem *m)
{
    inflateEnd(&s->z);
    mem_free(m, s->in);
}

bool member_find(struct raw *raw, uint64_t from, struct mem *m, uint64_t *ret)
{
    struct search s;
    bool found;

    if (!search_init(&s, raw, m))
        return false;
    found = search(&s, from, ret);
    search_deinit(&s, m);
    return found;
}

bool member_is_damaged(struct raw *raw, uint64_t at, struct mem *m,
                       struct member_fault *ret)
{
    struct search s;
    int rc = Z_OK;

    if (!search_init(&s, raw, m))
        return false;
    while (rc == Z_OK && s.z.total_out < TRIED) {
        if (!s.z.avail_in) {
            s.z.next_in = s.in;
            s.z.avail_in = (unsigned)raw_read(raw, at, s.in, STEP);
            at += s.z.avail_in;
        }
        s.z.next_out = s.out;
        s.z.avail_out = STEP;
        rc = inflate(&s.z, Z_NO_FLUSH);
    }
    ret->what = s.z.msg ? s.z.msg : "the gzip data is damaged";
    ret->at = at - s.z.avail_in;
    search_deinit(&s, m);
    return rc == Z_DATA_ERROR || rc == Z_NEED_DICT;
}

uint64_t member_most(uint64_t from, uint64_t next)
{
    return (next - from) * MOST_PER_BYTE;
}

uint64_t member_length(struct raw *raw, uint64_t from, uint64_t next)
{
    uint8_t p[4];
    uint64_t n;

    if (next < from + TRAILER ||
        raw_read(raw, next - sizeof p, p, sizeof p) < sizeof p)
        return 0;
    n = p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 |
        (uint64_t)p[3] << 24;
    return n <= member_most(from, next) ? n : 0;
}
