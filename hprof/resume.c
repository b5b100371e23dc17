/*
 * resume.c - see resume.h.
 */
#include "hprof/resume.h"

/* Trust in sub-records in a row that is no accident; CERTAIN is enough if
 * they lead to an end. */
#define RUN (6 * CERTAIN)
/* So many records in a row are none. */
#define CHAIN 4
/* Bytes that are looked at in one go. */
#define STRIDE ((size_t)64 << 10)
/* The bytes of a sub-record that likely_not may want. */
#define HEAD 32

/* Steps that are allowed anyway, and for each byte passed over. */
#define STEPS          ((uint64_t)16 << 20)
#define STEPS_PER_BYTE 16
/* A class may be long, and turn out in the end to be none. */
#define STEPS_OF_CLASS 1024

void resume_init(struct resume *x, struct reader *r, const struct likely *l)
{
    *x = (struct resume){.r = r, .likely = l, .allowed = STEPS};
}

/* Puts the reader at `at`, in a record without an end. */
static bool go(struct resume *x, uint64_t at)
{
    struct err ignored = {0};
    bool ok = reader_seek(x->r, at, UINT64_MAX, &ignored);

    x->r->open_ended = false;
    return ok;
}

/* ---- records ---------------------------------------------------------- */

/* Whether the record just entered has the text that a UTF8 has. */
static bool is_text(struct reader *r)
{
    size_t n = r->record.length, w = r->id_size;

    if (n > STRIDE)
        n = STRIDE;
    return n >= w && reader_need(r, n) && !memchr(r->p + w, 0, n - w);
}

/* Pulls the next sub-record and adds to *trust; false: there is none, or it is
 * doubtful. */
static bool pull(struct resume *x, unsigned *trust)
{
    struct reader *r = x->r;
    enum trust t;
    struct sub s;

    if (x->steps++ > x->allowed || !reader_sub(r, &s))
        return false;
    if (s.tag == SUB_CLASS_DUMP)
        x->steps += STEPS_OF_CLASS;
    if (s.tag == SUB_HEAP_DUMP_INFO)
        return true;
    t = likely_trust(x->likely, &s);
    *trust += t;
    return t != DOUBTFUL;
}

/* Whether sub-records begin here, in the heap record just entered. */
static bool heap_begins(struct resume *x)
{
    unsigned trust = 0;

    while (trust < 2 * CERTAIN && reader_offset(x->r) < x->r->stop)
        if (!pull(x, &trust))
            return false;
    return true;
}

/* Whether the record just entered is what it seems; *sure: no more of them
 * need be looked at. */
static bool is_record(struct resume *x, bool *sure)
{
    const struct record *it = &x->r->record;

    if (record_is_heap(it)) {
        *sure = true;
        return it->length && heap_begins(x);
    }
    x->steps += it->tag == TAG_UTF8 ? it->length >> 4 : 0;
    return it->tag != TAG_UTF8 || is_text(x->r);
}

bool resume_at_records(struct resume *x, uint64_t at)
{
    struct reader *r = x->r;
    bool sure = false;

    if (!go(x, at))
        return false;
    r->record.at = 0;
    for (int i = 0; i < CHAIN && !sure; i++) {
        x->steps += HEAD;
        if (!reader_record(r))
            return !r->lost && !r->at_eof; /* the file ends here */
        if (!record_plausible(r->record.tag, r->record.length, r->id_size) ||
            !is_record(x, &sure))
            return false;
    }
    return true;
}

/* The same; where one is said to begin, less will do. */
static bool at_records(struct resume *x, uint64_t at, uint64_t claimed)
{
    uint8_t head[RECORD_HEADER];
    int n =
        at == claimed && go(x, at) ? reader_peek_header(x->r, at, head) : -1;

    if (n == 0)
        return true;
    if (n < RECORD_HEADER || head[0] == TAG_HEAP_DUMP ||
        head[0] == TAG_HEAP_DUMP_SEGMENT)
        return resume_at_records(x, at); /* of any length */
    return record_plausible(head[0], be32(head + 5), x->r->id_size);
}

/* ---- sub-records ------------------------------------------------------ */

/* Whether a run that ends at `at` is long enough. */
static bool run_ends(struct resume *x, uint64_t at, uint64_t claimed,
                     unsigned trust)
{
    if (x->r->at_eof) /* in the middle of something */
        return trust >= 2 * CERTAIN;
    return trust >= CERTAIN && at_records(x, at, claimed);
}

/* Whether a run of sub-records begins at `at`; *end: where it was left. */
static bool at_run(struct resume *x, uint64_t at, uint64_t claimed,
                   uint64_t *end)
{
    struct reader *r = x->r;
    unsigned trust = 0;

    *end = at;
    if (!go(x, at))
        return false;
    while (trust < RUN) {
        if (*end == claimed && run_ends(x, *end, claimed, trust))
            return true;
        if (!pull(x, &trust))
            return (r->lost || r->at_eof) && run_ends(x, *end, claimed, trust);
        *end = reader_offset(r) + r->pending;
        x->steps += reader_skip_elements(r) >> 6;
    }
    return true;
}

/* ---- searching -------------------------------------------------------- */

/* Whether a record or sub-record may begin at `p`, `n` bytes being there. */
static bool may_begin(const struct resume *x, const uint8_t *p, size_t n)
{
    unsigned w = x->r->id_size;

    if (!p[0]) /* what is lost is often all zeros */
        return false;
    return (n >= RECORD_HEADER && record_plausible(p[0], be32(p + 5), w)) ||
           !likely_not(x->likely, p, n);
}

/* The next place from `at` on where one may, or the end of the file. */
static uint64_t next_place(struct resume *x, uint64_t at, bool *eof)
{
    struct reader *r = x->r;

    for (*eof = false; !*eof; at = reader_offset(r)) {
        size_t n;

        if (!go(x, at))
            break;
        *eof = !reader_need(r, STRIDE);
        n = (size_t)(r->end - r->p);
        for (; n > (*eof ? 0 : HEAD); r->p++, n--)
            if (may_begin(x, r->p, n)) {
                *eof = false;
                return reader_offset(r);
            }
    }
    return at;
}

static bool try(struct resume *x, uint64_t at, uint64_t claimed,
                struct detour *ret)
{
    uint64_t end;

    *ret = (struct detour){.to = at};
    if (at_records(x, at, claimed))
        return true;
    if (!at_run(x, at, claimed, &end))
        return false;
    ret->stop = at < claimed && end <= claimed ? claimed : UINT64_MAX;
    return true;
}

/* Where a search that takes too long ends. */
static uint64_t give_up(struct resume *x, uint64_t at, uint64_t claimed)
{
    if (claimed > at && at_records(x, claimed, claimed))
        return claimed;
    if (go(x, at))
        reader_skip(x->r, INT64_MAX);
    return reader_offset(x->r);
}

bool resume_find_in(struct resume *x, uint64_t from, uint64_t before,
                    uint64_t claimed, struct detour *ret)
{
    uint64_t allowed = x->allowed;
    bool eof = false;

    *ret = (struct detour){0};
    for (uint64_t to = from;; to++) {
        to = next_place(x, to, &eof);
        x->allowed = allowed + (to - from) * STEPS_PER_BYTE;
        ret->to = to;
        if (eof || to >= before || try(x, to, claimed, ret))
            break;
        if (x->steps > x->allowed) {
            ret->to = give_up(x, to, claimed);
            break;
        }
    }
    return ret->to < before;
}

struct detour resume_find(struct resume *x, uint64_t sound, uint64_t at,
                          uint64_t claimed)
{
    struct detour ret;

    if (!try(x, at, claimed, &ret)) /* else only a length was wrong */
        resume_find_in(x, sound < at ? sound + 1 : at, UINT64_MAX, claimed,
                       &ret);
    return ret;
}
