/*
 * ingest.c - the records of the file, one after the other. Those that hold
 * the heap are gone into by objects.c.
 */
#include "hprof/ingest.h"

void ingest_init(struct ingest *in, struct hprof_dump *d,
                 const struct hprof_options *o)
{
    memset(in, 0, sizeof *in);
    in->d = d;
    in->st = d->store;
    in->o = o;
    names_init(&in->names, d->mem, &d->arena);
    threads_init(&in->threads, d->mem);
    classes_init(&in->classes, &in->names, &d->store->class_ids, d->mem,
                 &d->arena);
    in->classes.no_refs = in->no_refs = o && o->no_refs;
}

void ingest_deinit(struct ingest *in)
{
    names_deinit(&in->names);
    classes_deinit(&in->classes);
    threads_deinit(&in->threads);
    idmap_deinit(&in->wanted, in->d->mem);
    mem_free(in->d->mem, in->stretch);
    ingest_segments_deinit(in);
}

static bool short_record(struct ingest *in, const char *what)
{
    in->r.damage->bad_records++;
    damage_note(in->r.damage, in->r.record.at, "%s record is too short", what);
    return true;
}

static bool read_string(struct ingest *in, struct err *e)
{
    struct reader *r = &in->r;
    unsigned w = r->id_size;
    uint32_t n = r->record.length;
    size_t take;

    if (n < w)
        return short_record(in, "a string");
    take = n - w > NAME_LIMIT ? NAME_LIMIT : n - w;
    if (!reader_need(r, w + take))
        return true;
    in->d->strings++;
    return names_add(&in->names, load_id(r->p, w), r->p + w, take, r->record.at,
                     e);
}

static bool read_load_class(struct ingest *in, struct err *e)
{
    struct reader *r = &in->r;
    unsigned w = r->id_size;
    struct loaded l;

    if (r->record.length < 8 + 2 * w)
        return short_record(in, "a class-loading");
    if (!reader_need(r, 8 + 2 * (size_t)w))
        return true;
    l.serial = be32(r->p);
    l.class_id = load_id(r->p + 4, w);
    l.name_id = load_id(r->p + 8 + w, w);
    return classes_load(&in->classes, &l, e);
}

static bool read_frame(struct ingest *in, struct err *e)
{
    uint32_t size = 8 + 4 * in->r.id_size;

    if (in->r.record.length < size)
        return short_record(in, "a stack frame");
    return !reader_need(&in->r, size) || threads_frame(&in->threads, &in->r, e);
}

static bool read_trace(struct ingest *in, struct err *e)
{
    struct reader *r = &in->r;

    if (r->record.length < 12)
        return short_record(in, "a stack trace");
    if (!reader_need(r, 12))
        return true;
    if (be32(r->p + 8) > (r->record.length - 12) / r->id_size)
        return short_record(in, "a stack trace");
    return threads_trace(&in->threads, r, e);
}

/* ---- several dumps in one file ---------------------------------------- */

static bool wanted_dump(const struct ingest *in)
{
    unsigned dump = in->o && in->o->dump ? in->o->dump : 1;

    return in->d->dumps_in_file == dump;
}

static bool read_heap(struct ingest *in, struct err *e)
{
    bool segment = in->r.record.tag == TAG_HEAP_DUMP_SEGMENT;
    bool goes_on = in->r.record.goes_on && in->d->dumps_in_file;

    if (!goes_on) {
        if (!segment || !in->in_dump)
            in->d->dumps_in_file++;
        in->in_dump = segment;
    }
    reader_heap(&in->r);
    if (!wanted_dump(in))
        return true;
    in->d->dump_read = in->d->dumps_in_file;
    return segment && !goes_on ? ingest_segments(in, e) : ingest_heap(in, e);
}

static bool read_record(struct ingest *in, struct err *e)
{
    bool tables = in->mode != INGEST_BUILD;

    switch (in->r.record.tag) {
    case TAG_HEAP_DUMP:
    case TAG_HEAP_DUMP_SEGMENT: return read_heap(in, e);
    case TAG_HEAP_DUMP_END: in->in_dump = false; return true;
    case TAG_UTF8: return !tables || read_string(in, e);
    case TAG_LOAD_CLASS: return !tables || read_load_class(in, e);
    case TAG_FRAME: return !tables || read_frame(in, e);
    case TAG_TRACE: return !tables || read_trace(in, e);
    default:
        if (record_tag_known(in->r.record.tag))
            return true;
        in->r.damage->unknown_tags++;
        damage_note(in->r.damage, in->r.record.at, "unknown record 0x%02x",
                    in->r.record.tag);
        return true;
    }
}

bool ingest_pass(struct ingest *in, struct source *s, enum ingest_mode mode,
                 struct err *e)
{
    struct hprof_damage *damage = &in->d->damage;
    struct reader *r = &in->r;

    if (!source_seek(s, 0, e) ||
        !reader_open(r, s, mode == INGEST_BUILD ? &in->unheard : damage, e))
        return false;
    if (in->detours)
        reader_follow(r, in->detours);
    in->mode = mode;
    in->again = AGAIN_NOT;
    in->classes.id_size = r->id_size;
    in->array_at = in->array_end = in->progress = 0;
    in->in_dump = false;
    in->d->dumps_in_file = 0;
    in->st->objects = 0;
    while (reader_record(r))
        if (!read_record(in, e))
            return false;
    if (r->lost) {
        in->again = AGAIN_DAMAGED;
        return false;
    }
    ingest_ordinary_settle(in);
    ingest_segments_settle(in);
    in->d->bytes = reader_offset(r);
    if (in->in_dump && !r->damage->truncated) {
        r->damage->truncated = true;
        r->damage->truncated_at = in->d->bytes;
        damage_note(r->damage, in->d->bytes,
                    "the file ends without the record that ends a dump");
    }
    return true;
}
