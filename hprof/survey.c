/*
 * survey.c - see survey.h. Going over the file, and what to do where it is
 * lost; resume.c finds the place to go on.
 */
#include "hprof/survey.h"

#include "hprof/resume.h"

/* What is no larger than this is left out with the damage behind it. */
#define SMALL ((uint64_t)64 << 10)
/* So many doubtful sub-records in a row are no damage. */
#define DOUBTS 8

struct survey {
    struct reader r;
    struct hprof_damage unheard; /* `first`: why the reader is lost */
    struct likely likely;
    struct resume resume;
    struct detours *to;
    const struct hprof_options *o;
    bool in_heap;
    uint64_t heap_at; /* where the heap record begins, */
    uint64_t claimed; /* and where it says that it ends */
    /* If the reader is lost now: what is before this is not damaged; what is
     * before this is as long as it said. */
    uint64_t safe, sound;
    unsigned weak, doubtful; /* sub-records since the latter, the former */
    uint64_t told;           /* offset at which to tell of progress again */
};

/* What was said while looking ahead is not said of the file. */
static void forget_faults(struct survey *s)
{
    s->unheard.first[0] = '\0';
}

static void tell(struct survey *s)
{
    uint64_t at = reader_offset(&s->r);

    if (!s->o || !s->o->progress || at < s->told)
        return;
    s->told = at + ((uint64_t)4 << 20);
    s->o->progress(s->o->progress_ctx, "scanning", source_raw_offset(s->r.s),
                   source_raw_length(s->r.s));
}

/* ---- going over ------------------------------------------------------- */

/* The record just entered; its end may be damaged, whatever comes behind. */
static bool look_at_record(struct survey *s, struct err *e)
{
    struct reader *r = &s->r;
    unsigned w = r->id_size;

    s->safe = s->sound = r->record.at;
    return r->record.tag != TAG_LOAD_CLASS ||
           !reader_need(r, 8 + 2 * (size_t)w) ||
           likely_loaded(&s->likely, load_id(r->p + 4, w), e);
}

static bool is_object(const struct sub *s)
{
    return s->tag == SUB_INSTANCE_DUMP || s->tag == SUB_OBJECT_ARRAY ||
           s->tag == SUB_PRIMITIVE_ARRAY;
}

/* A sub-record has been pulled. If nothing fits behind it, it may have been
 * damaged, or have been none. */
static void move_safe(struct survey *s, const struct sub *sub, enum trust t)
{
    uint64_t end = reader_offset(&s->r);
    bool torn = sub->n || !is_object(sub); /* it might be, and nobody knew */

    if (t == CERTAIN || ++s->weak > DOUBTS) {
        s->sound = sub->at;
        s->weak = 0;
    }
    if (t != DOUBTFUL || ++s->doubtful > DOUBTS) {
        s->safe = torn && end - sub->at <= SMALL ? sub->at : end;
        s->doubtful = 0;
    }
}

/* Whether records begin here, in a heap record without a known end. Some tags
 * are those of a root and of a record. */
static bool heap_ended(struct survey *s)
{
    struct reader *r = &s->r;
    struct reader was = *r;
    struct err ignored = {0};
    bool ended;

    if (r->stop != UINT64_MAX || !reader_need(r, RECORD_HEADER) ||
        !record_plausible(r->p[0], be32(r->p + 5), r->id_size))
        return false;
    ended = resume_at_records(&s->resume, reader_offset(&was));
    reader_seek(r, reader_offset(&was), UINT64_MAX, &ignored);
    forget_faults(s);
    r->record = was.record;
    r->open_ended = was.open_ended;
    return ended;
}

/* Passes over the rest of a sub-record. False if others begin inside, or it
 * would make the file end early, and it is doubtful anyway: then it is none. */
static bool pass(struct survey *s, const struct sub *sub, enum trust t)
{
    struct reader *r = &s->r;
    uint64_t stop = r->stop, end = reader_offset(r) + r->pending;
    bool open_ended = r->open_ended, none;
    struct err ignored = {0};
    struct detour d;

    reader_skip_elements(r);
    if (t != DOUBTFUL || !is_object(sub))
        return true;
    none = r->at_eof ||
           resume_find_in(&s->resume, sub->at + 1, end, s->claimed, &d);
    forget_faults(s);
    reader_seek(r, none ? sub->at : end, stop, &ignored);
    r->open_ended = open_ended;
    return !none;
}

static void note_length(struct survey *s, const struct sub *sub)
{
    forget_faults(s);
    damage_note(&s->unheard, sub->at,
                "the length of a sub-record can't be true: %u", sub->n);
}

/* The sub-records from here on, until the heap ends or the reader is lost. */
static bool look_at_heap(struct survey *s, struct err *e)
{
    struct reader *r = &s->r;
    struct sub sub = {0};

    s->in_heap = true;
    s->weak = s->doubtful = 0;
    s->safe = s->sound = reader_offset(r);
    while (!(r->lost = heap_ended(s)) && reader_sub(r, &sub)) {
        enum trust t = likely_trust(&s->likely, &sub);

        if (!pass(s, &sub, t)) {
            note_length(s, &sub);
            r->lost = true;
            return true;
        }
        if (!likely_meet(&s->likely, &sub, t, e))
            return false;
        move_safe(s, &sub, t);
        tell(s);
    }
    r->lost &= !r->at_eof;
    return true;
}

/* Goes to the next record, and over it; false: there is none, or an error. */
static bool next_record(struct survey *s, struct err *e)
{
    struct reader *r = &s->r;

    s->in_heap = false;
    if (!reader_record(r))
        return false;
    tell(s);
    if (!record_is_heap(&r->record))
        return look_at_record(s, e);
    reader_heap(r);
    s->heap_at = r->record.at;
    s->claimed = r->stop;
    return look_at_heap(s, e);
}

/* ---- the way round ---------------------------------------------------- */

/* Why the way is needed, for the report. */
static void note_first(struct survey *s, uint64_t at, const struct detour *way)
{
    struct detours *to = s->to;
    bool only_length = s->in_heap && way->to == at;

    if (to->list.n)
        return;
    if (only_length)
        forget_faults(s);
    damage_note(&s->unheard, only_length ? s->heap_at : at,
                "the length of a heap record can't be true");
    memcpy(to->first, s->unheard.first, sizeof to->first);
    to->first_at = s->unheard.first_at;
}

/* Goes where a detour leads. */
static bool take(struct survey *s, const struct detour *d, struct err *e)
{
    struct reader *r = &s->r;

    r->record = (struct record){0};
    s->safe = s->sound = d->to;
    s->claimed = d->stop;
    if (!reader_seek(r, d->to, d->stop ? d->stop : UINT64_MAX, e))
        return false;
    r->open_ended = false;
    if (!d->stop)
        return true;
    r->record = (struct record){.tag = TAG_HEAP_DUMP_SEGMENT, .at = d->to};
    return look_at_heap(s, e);
}

/* Whether the last way led here, to no avail: the next one leads on. */
static bool is_led_to(const struct survey *s, uint64_t at)
{
    return s->to->list.n && vec_last(&s->to->list)->to == at;
}

static bool go_round(struct survey *s, struct err *e)
{
    uint64_t at = s->in_heap ? reader_offset(&s->r) : s->r.record.at;
    uint64_t claimed = s->in_heap ? s->claimed : UINT64_MAX;
    struct detour d;

    if (is_led_to(s, at))
        resume_find_in(&s->resume, at + 1, UINT64_MAX, claimed, &d);
    else
        d = resume_find(&s->resume, s->sound, at, claimed);
    d.from = d.to == at ? at : d.to < at ? s->sound : s->safe;
    note_first(s, at, &d);
    if (!vec_push(&s->to->list, s->likely.mem, e))
        return false;
    *vec_last(&s->to->list) = d;
    return take(s, &d, e);
}

/* A way that leads into the heap for no one knows how long ends here. */
static void close_last(struct survey *s)
{
    struct detour *last = s->to->list.n ? vec_last(&s->to->list) : NULL;

    if (last && last->stop == UINT64_MAX)
        last->stop = reader_offset(&s->r);
}

bool survey_file(struct source *source, const struct hprof_options *o,
                 struct mem *m, struct detours *ret, struct err *e)
{
    struct survey s = {.to = ret, .o = o};
    bool ok =
        source_seek(source, 0, e) && reader_open(&s.r, source, &s.unheard, e);

    if (!ok)
        return false;
    likely_init(&s.likely, s.r.id_size, m);
    resume_init(&s.resume, &s.r, &s.likely);
    s.safe = reader_offset(&s.r);
    do
        ok = s.r.lost ? go_round(&s, e) : next_record(&s, e);
    while (!err_is_set(e) && (ok || s.r.lost));
    close_last(&s);
    ok = !err_is_set(e);
    likely_deinit(&s.likely);
    return ok;
}
