/*
 * reader.c - see reader.h: the window and the records. subs.c goes into those
 * that hold the heap.
 *
 * Three places end the bytes early: the window (more can be had), the
 * record (its length says so) and the source (the file is cut). Only the
 * slow paths tell them apart; the fast ones compare p with end.
 */
#include "hprof/reader.h"

#include <stdarg.h>
#include <stdio.h>

/* ---- window ----------------------------------------------------------- */

void reader_clip_(struct reader *r)
{
    uint64_t room = r->stop - reader_offset(r);

    r->end =
        room < (uint64_t)(r->window_end - r->p) ? r->p + room : r->window_end;
}

/* Looks at the source again from its present offset. */
static void look(struct reader *r, size_t want)
{
    size_t got = source_peek(r->s, want, &r->begin);

    r->p = r->begin;
    r->window_end = r->begin + got;
    r->bias = source_offset(r->s) - (uintptr_t)r->begin;
    reader_clip_(r);
}

static void sync(struct reader *r)
{
    source_consume(r->s, (size_t)(r->p - r->begin));
    r->begin = r->p;
}

bool reader_fill_(struct reader *r, size_t n)
{
    uint64_t room = r->stop - reader_offset(r);

    sync(r);
    look(r, room < n ? (size_t)room : n);
    return (size_t)(r->end - r->p) >= n;
}

uint64_t reader_skip(struct reader *r, uint64_t n)
{
    uint64_t here = (uint64_t)(r->window_end - r->p), done;

    if (n <= here) {
        r->p += n;
        return n;
    }
    r->p = r->window_end;
    sync(r);
    done = here + source_skip(r->s, n - here);
    look(r, 0);
    return done;
}

/* ---- damage ----------------------------------------------------------- */

void damage_note(struct hprof_damage *d, uint64_t at, const char *fmt, ...)
{
    va_list ap;

    if (d->first[0])
        return;
    d->first_at = at;
    va_start(ap, fmt);
    vsnprintf(d->first, sizeof d->first, fmt, ap);
    va_end(ap);
}

bool reader_cut_(struct reader *r, const char *what, uint64_t missing)
{
    struct hprof_damage *d = r->damage;

    r->at_eof = true;
    /* Of a record without an end, any length may have been believed. */
    r->lost = r->open_ended && !r->detours;
    if (d->truncated)
        return false;
    d->truncated = true;
    d->truncated_at = reader_offset(r);
    d->missing_bytes = missing;
    damage_note(d, d->truncated_at,
                "the file ends inside %s, %llu bytes are missing", what,
                (unsigned long long)missing);
    return false;
}

/* ---- records ---------------------------------------------------------- */

static bool refuse(const uint8_t *p, size_t n, struct err *e)
{
    const char *magic = "JAVA PROFILE ";

    if (n < strlen(magic) || memcmp(p, magic, strlen(magic)) != 0)
        return err_at_offset(e, ERR_FORMAT, 0, "is not an HPROF heap dump");
    for (size_t i = strlen(magic); i + 9 < n && i < 40; i++)
        if (memcmp(p + i, ", created", 9) == 0)
            return err_set(e, ERR_UNSUPPORTED,
                           "is the text output of the hprof agent; only its "
                           "binary form (format=b) holds a heap");
    return err_at_offset(e, ERR_FORMAT, 0,
                         "has a damaged HPROF header: no version");
}

bool reader_open(struct reader *r, struct source *s,
                 struct hprof_damage *damage, struct err *e)
{
    const uint8_t *p, *nul;
    size_t n = source_peek(s, 64, &p), text;

    *r = (struct reader){
        .s = s, .damage = damage, .stop = UINT64_MAX, .limit = UINT64_MAX};
    nul = memchr(p, 0, n < 32 ? n : 32);
    text = nul ? (size_t)(nul - p) : 0;
    if (text < 14 || text > 13 + sizeof r->version - 1 ||
        memcmp(p, "JAVA PROFILE ", 13) != 0)
        return refuse(p, n, e);
    memcpy(r->version, p + 13, text - 13);
    if (n < text + 13)
        return err_at_offset(e, ERR_FORMAT, n,
                             "ends inside the header of a heap dump");
    r->id_size = be32(p + text + 1);
    if (r->id_size != 4 && r->id_size != 8)
        return err_at_offset(e, ERR_FORMAT, text + 1,
                             "has a damaged HPROF header: %u bytes an id",
                             r->id_size);
    r->time = be64(p + text + 5);
    source_consume(s, text + 13);
    look(r, 0);
    return true;
}

/* Names are no longer. */
#define SMALL_RECORD ((uint64_t)64 << 10)

/* Leaves the current record, whatever was read of it. */
static bool leave(struct reader *r)
{
    uint64_t at = reader_offset(r), left, done;

    if (r->at_eof || r->open_ended)
        return !r->at_eof;
    left = r->stop - at;
    done = reader_skip(r, left);
    if (done == left)
        return true;
    reader_cut_(r, "a record", left - done);
    /* Small records are cut where a file is; a large one may be none. */
    r->lost = !r->detours && !record_is_heap(&r->record) && left > SMALL_RECORD;
    return false;
}

/* ---- detours ---------------------------------------------------------- */

void reader_stop_at_(struct reader *r, uint64_t stop)
{
    r->stop = stop < r->limit ? stop : r->limit;
    reader_clip_(r);
}

static void expect_detour(struct reader *r)
{
    const struct detours *d = r->detours;

    r->limit = r->taken < d->list.n ? d->list.at[r->taken].from : UINT64_MAX;
}

void reader_follow(struct reader *r, const struct detours *d)
{
    r->detours = d;
    r->taken = 0;
    expect_detour(r);
}

static void note_detour(struct reader *r, uint64_t passed)
{
    r->damage->bad_records++;
    r->damage->unparsed_bytes += passed;
    if (r->taken == 0)
        damage_note(r->damage, r->detours->first_at, "%s", r->detours->first);
}

/* Takes the detours that begin here; whether they lead into the heap. */
static bool detour(struct reader *r)
{
    while (reader_offset(r) >= r->limit) {
        const struct detour *d = &r->detours->list.at[r->taken];
        uint64_t at = reader_offset(r);

        note_detour(r, reader_skip(r, d->to > at ? d->to - at : 0));
        r->taken++;
        expect_detour(r);
        if (!d->stop)
            continue;
        r->record = (struct record){.tag = TAG_HEAP_DUMP_SEGMENT,
                                    .at = reader_offset(r),
                                    .goes_on = true};
        reader_stop_at_(r, d->stop);
        return true;
    }
    return false;
}

/* ---- from record to record -------------------------------------------- */

int reader_peek_header(struct reader *r, uint64_t at,
                       uint8_t ret[RECORD_HEADER])
{
    uint64_t ahead = at - reader_offset(r), stop = r->stop, n;

    if (ahead > SOURCE_WINDOW - RECORD_HEADER) {
        n = source_read_at(r->s, at, ret, RECORD_HEADER);
        return n || at == source_length(r->s) ? (int)n : -1;
    }
    r->stop = UINT64_MAX;
    reader_need(r, (size_t)ahead + RECORD_HEADER);
    n = (uint64_t)(r->end - r->p);
    if (n >= ahead) {
        n = n - ahead < RECORD_HEADER ? n - ahead : RECORD_HEADER;
        memcpy(ret, r->p + ahead, (size_t)n);
        ahead = 0;
    }
    r->stop = stop;
    reader_clip_(r);
    return ahead ? -1 : (int)n;
}

/* Whether it is a record as they are, or one that another one follows, or the
 * end of the file. */
static bool believable(struct reader *r)
{
    const struct record *it = &r->record;
    uint8_t next[RECORD_HEADER];
    int n;

    if (record_plausible(it->tag, it->length, r->id_size))
        return true;
    n = reader_peek_header(r, it->at + RECORD_HEADER + it->length, next);
    return n == 0 || (n == RECORD_HEADER &&
                      record_plausible(next[0], be32(next + 5), r->id_size));
}

/* False if there is no way to go on. */
static bool doubt(struct reader *r)
{
    const struct record *it = &r->record;

    if (r->detours)
        return true; /* it was seen in the survey */
    r->lost = true;
    if (record_tag_known(it->tag))
        damage_note(r->damage, it->at,
                    "the length of a record can't be true: %u", it->length);
    else
        damage_note(r->damage, it->at, "unknown record 0x%02x", it->tag);
    return false;
}

bool reader_record(struct reader *r)
{
    if (r->lost || (r->record.at && !leave(r)))
        return false;
    r->open_ended = false;
    r->pending = 0;
    if (detour(r))
        return true;
    reader_stop_at_(r, UINT64_MAX);
    if (!reader_need(r, RECORD_HEADER)) {
        size_t n = (size_t)(r->end - r->p);

        return n ? reader_cut_(r, "the header of a record", RECORD_HEADER - n)
                 : false;
    }
    r->record = (struct record){
        .tag = r->p[0], .length = be32(r->p + 5), .at = reader_offset(r)};
    r->p += RECORD_HEADER;
    reader_stop_at_(r, reader_offset(r) + r->record.length);
    return believable(r) || doubt(r);
}

bool reader_seek(struct reader *r, uint64_t at, uint64_t stop, struct err *e)
{
    sync(r);
    r->stop = stop;
    r->pending = 0;
    r->at_eof = r->lost = false;
    r->open_ended = stop == UINT64_MAX;
    if (!source_seek(r->s, at, e))
        return false;
    look(r, 0);
    return true;
}
