/*
 * subs.c - the sub-records of a heap, for the reader; see reader.h.
 */
#include "hprof/reader.h"

/* ---- lengths that wrapped --------------------------------------------- */

/* Whether the bytes could be the header of a record. */
static bool plausible_header(const struct reader *r, const uint8_t *p)
{
    uint64_t size = source_length(r->s);

    return record_plausible(p[0], be32(p + 5), r->id_size) &&
           (!size || be32(p + 5) <= size);
}

/*
 * A HEAP_DUMP of more than 4 GiB has a length that lost its upper half, or
 * 0. Its sub-records then run across the end it claims, and no record
 * begins there. From then on only the bytes tell where it ends.
 */
static bool wrapped(struct reader *r)
{
    uint64_t gap = r->stop - reader_offset(r), size = source_length(r->s);
    uint64_t stop = r->stop;
    bool more;

    if (r->record.tag != TAG_HEAP_DUMP || r->open_ended)
        return false;
    if (gap + RECORD_HEADER > SOURCE_WINDOW)
        return size > stop + ((uint64_t)1 << 31);
    r->stop = UINT64_MAX;
    more = reader_need(r, (size_t)gap + RECORD_HEADER) &&
           !plausible_header(r, r->p + gap);
    r->open_ended = more;
    reader_stop_at_(r, more ? UINT64_MAX : stop);
    return more;
}

void reader_heap(struct reader *r)
{
    r->pending = 0;
    if (r->record.length == 0 && r->record.tag == TAG_HEAP_DUMP)
        wrapped(r);
}

/* Where a record without a known end may end: 4 GiB further on each time,
 * and where no sub-record begins. */
static bool open_end(struct reader *r)
{
    uint64_t over =
        reader_offset(r) - r->record.at - RECORD_HEADER - r->record.length;

    return (uint32_t)over == 0 && over && reader_need(r, RECORD_HEADER) &&
           plausible_header(r, r->p);
}

/* ---- sub-records ------------------------------------------------------ */

/* What is at p can't be understood. Always false. With detours there is a way
 * round all such places; should there be one more, the rest of the record is
 * passed over. */
static bool lose(struct reader *r)
{
    uint64_t left = r->stop - reader_offset(r);

    if (!r->detours) {
        r->lost = true;
        return false;
    }
    if (r->open_ended) {
        left = reader_skip(r, INT64_MAX);
        r->at_eof = true;
    }
    r->damage->unparsed_bytes += left;
    return false;
}

static bool bad(struct reader *r, const char *what, uint64_t n)
{
    r->damage->bad_records++;
    damage_note(r->damage, reader_offset(r), "%s can't be true: %llu", what,
                (unsigned long long)n);
    return lose(r);
}

/* `n` bytes are not at p: the record or the file is too short for them. */
static bool misfit(struct reader *r, uint64_t n)
{
    uint64_t left = r->stop - reader_offset(r), here;

    if (left < n)
        return bad(r, "the length of a sub-record", n);
    here = (uint64_t)(r->end - r->p);
    r->p = r->end;
    return reader_cut_(r, "the heap", (r->open_ended ? n : left) - here);
}

/* Whether `n` bytes are at p; if not, it is written down why. */
static inline bool have(struct reader *r, size_t n)
{
    if (reader_need(r, n))
        return true;
    if (r->stop - reader_offset(r) < n && wrapped(r) && reader_need(r, n))
        return true;
    return misfit(r, n);
}

/* Whether `n` bytes of elements behind the `head` bytes at p can be in the
 * record; whether they are in the file shows when they are read. */
static inline bool fits(struct reader *r, size_t head, uint64_t n)
{
    if ((uint64_t)(r->end - r->p) >= head + n)
        return true;
    if (r->stop - reader_offset(r) >= head + n || wrapped(r))
        return true;
    return misfit(r, head + n);
}

static bool sub_root(struct reader *r, struct sub *ret)
{
    const struct root_form *f = ret->root;
    size_t at = 1 + (size_t)r->id_size * (1u + f->extra_ids);

    if (!have(r, at + 4u * f->words))
        return false;
    ret->id = load_id(r->p + 1, r->id_size);
    for (unsigned i = 0; i < f->words; i++)
        ret->words[i] = be32(r->p + at + 4u * i);
    r->p += at + 4u * f->words;
    return true;
}

/* Whether a whole record of `head` + n bytes is at p. */
static bool whole(struct reader *r, size_t head, uint32_t n)
{
    if (!fits(r, head, n))
        return false;
    if (n > SOURCE_WINDOW / 2)
        return bad(r, "the size of an instance", n);
    return reader_need(r, head + n) || misfit(r, head + n);
}

static bool sub_instance(struct reader *r, struct sub *ret)
{
    unsigned w = r->id_size;
    size_t head = 9 + 2 * (size_t)w;
    uint32_t n;

    if ((size_t)(r->end - r->p) < head && !have(r, head))
        return false;
    n = be32(r->p + 5 + 2 * w);
    if ((size_t)(r->end - r->p) - head < n && !whole(r, head, n))
        return false;
    ret->id = load_id(r->p + 1, w);
    ret->class_id = load_id(r->p + 5 + w, w);
    ret->n = n;
    ret->body = r->p + head;
    r->p += head + n;
    return true;
}

static bool sub_object_array(struct reader *r, struct sub *ret)
{
    unsigned w = r->id_size;
    size_t head = 9 + 2 * (size_t)w;

    if (!have(r, head))
        return false;
    ret->id = load_id(r->p + 1, w);
    ret->n = be32(r->p + 5 + w);
    ret->class_id = load_id(r->p + 9 + w, w);
    ret->type = HPROF_OBJECT;
    if (!fits(r, head, (uint64_t)ret->n * w))
        return false;
    r->p += head;
    r->pending = (uint64_t)ret->n * w;
    return true;
}

static bool sub_primitive_array(struct reader *r, struct sub *ret)
{
    unsigned w = r->id_size, size;
    size_t head = 10 + (size_t)w;

    if (!have(r, head))
        return false;
    ret->id = load_id(r->p + 1, w);
    ret->n = be32(r->p + 5 + w);
    ret->type = r->p[9 + w];
    size = primitive_size(ret->type);
    if (!size)
        return bad(r, "the element type of an array", ret->type);
    r->pending =
        ret->tag == SUB_PRIMITIVE_NO_DATA ? 0 : (uint64_t)ret->n * size;
    if (!fits(r, head, r->pending)) {
        r->pending = 0;
        return false;
    }
    r->p += head;
    return true;
}

/* Passes over the table at p + at: u2 count, then that many {`head` bytes,
 * u1 type, a value if `values`}. False if it is not there. */
static bool table(struct reader *r, size_t *at, size_t head, bool values)
{
    unsigned count;

    if (!have(r, *at + 2))
        return false;
    count = be16(r->p + *at);
    *at += 2;
    for (unsigned i = 0; i < count; i++) {
        unsigned size;

        if (!have(r, *at + head + 1))
            return false;
        size = hprof_type_size(r->p[*at + head], r->id_size);
        if (!size)
            return bad(r, "a type in a class", r->p[*at + head]);
        *at += head + 1 + (values ? size : 0);
    }
    return have(r, *at);
}

/* CLASS_DUMP: id, u4 trace, ids of super, loader, signers, domain and two
 * reserved ones, u4 instance size; then tables: constant pool {u2, u1 type,
 * value}, statics {id, u1 type, value}, fields {id, u1 type}.
 * Less than SOURCE_WINDOW at its longest. */
static bool sub_class(struct reader *r, struct sub *ret)
{
    size_t pool = 9 + 7 * (size_t)r->id_size, statics = pool, fields, end;

    if (!have(r, pool) || !table(r, &statics, 2, true))
        return false;
    fields = statics;
    if (!table(r, &fields, r->id_size, true))
        return false;
    end = fields;
    if (!table(r, &end, r->id_size, false))
        return false;
    ret->id = load_id(r->p + 1, r->id_size);
    ret->body = r->p + 1;
    ret->n = (uint32_t)end - 1;
    ret->statics = (uint32_t)statics - 1;
    ret->fields = (uint32_t)fields - 1;
    r->p += end;
    return true;
}

static bool sub_unknown(struct reader *r, struct sub *ret)
{
    if (r->open_ended && reader_need(r, RECORD_HEADER) &&
        plausible_header(r, r->p))
        return false; /* here it ended */
    damage_note(r->damage, ret->at, "unknown sub-record 0x%02x", ret->tag);
    return lose(r);
}

uint64_t reader_skip_slow_(struct reader *r)
{
    uint64_t n = r->pending, done = reader_skip(r, n);

    r->pending = 0;
    if (done < n)
        reader_cut_(r, "an array",
                    r->open_ended ? n - done : r->stop - reader_offset(r));
    return done;
}

/* Whether there may be another sub-record at p. */
static bool more(struct reader *r)
{
    if (r->pending)
        reader_skip_elements(r);
    if (r->at_eof)
        return false;
    if (!reader_need(r, 1)) {
        if (!r->open_ended && reader_offset(r) < r->stop)
            reader_cut_(r, "the heap", r->stop - reader_offset(r));
        return false;
    }
    return !r->open_ended || !open_end(r);
}

bool reader_sub_slow_(struct reader *r, struct sub *ret)
{
    if ((r->pending || r->at_eof || r->open_ended || r->p == r->end) &&
        !more(r))
        return false;
    ret->tag = r->p[0];
    ret->at = reader_offset(r);
    switch (ret->tag) {
    case SUB_INSTANCE_DUMP: return sub_instance(r, ret);
    case SUB_OBJECT_ARRAY: return sub_object_array(r, ret);
    case SUB_PRIMITIVE_ARRAY:
    case SUB_PRIMITIVE_NO_DATA: return sub_primitive_array(r, ret);
    case SUB_CLASS_DUMP: return sub_class(r, ret);
    case SUB_HEAP_DUMP_INFO:
        if (!have(r, 5 + (size_t)r->id_size))
            return false;
        r->p += 5 + r->id_size;
        return true;
    default:
        ret->root = root_form(ret->tag);
        return ret->root ? sub_root(r, ret) : sub_unknown(r, ret);
    }
}

size_t reader_elements(struct reader *r, size_t size, const uint8_t **ret)
{
    uint64_t n;

    if (r->pending < size || !reader_need(r, size))
        return 0; /* at the end of the file the next pull tells */
    n = (uint64_t)(r->end - r->p);
    if (n > r->pending)
        n = r->pending;
    n -= n % size;
    *ret = r->p;
    r->p += n;
    r->pending -= n;
    return (size_t)n;
}

uint64_t load_value(const uint8_t *p, unsigned type, unsigned id_size)
{
    switch (hprof_type_size(type, id_size)) {
    case 1: return p[0];
    case 2: return be16(p);
    case 4: return be32(p);
    default: return be64(p);
    }
}
