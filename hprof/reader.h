/*
 * reader.h - the bytes of a dump as records, and heap records as
 * sub-records, pulled one at a time.
 *
 * It knows how long things are, and nothing about what they mean: no
 * classes, no objects. No length in the file is trusted further than the
 * bytes that are there, and nothing is allocated. What does not fit is
 * written down in a struct hprof_damage. There the reader stops (`lost`), and
 * only one that is told of detours goes on.
 */
#ifndef OOMWHY_HPROF_READER_H
#define OOMWHY_HPROF_READER_H

#include "base/bits.h"
#include "hprof/detour.h"
#include "hprof/format.h"

struct record {
    uint8_t tag;
    uint32_t length; /* of its body, as it says */
    uint64_t at;     /* offset of its header */
    bool goes_on;    /* it has none: here the heap goes on behind a detour */
};

static inline bool record_is_heap(const struct record *it)
{
    return it->tag == TAG_HEAP_DUMP || it->tag == TAG_HEAP_DUMP_SEGMENT;
}

/* A sub-record. Which members mean something follows from the tag. */
struct sub {
    uint8_t tag;
    uint8_t type;        /* arrays: of the elements; HPROF_OBJECT: objects */
    uint32_t n;          /* instance, class: bytes of body; arrays: elements */
    uint64_t at;         /* offset of the tag */
    uint64_t id;         /* object, class or root */
    uint64_t class_id;   /* instance, object array */
    const uint8_t *body; /* instance: its fields; class: what follows the
                            tag; valid until the reader moves */
    const struct root_form *root; /* a root */
    uint32_t words[2];            /* its thread serial and frame */
    uint32_t statics, fields;     /* class: where their tables are in body */
};

struct reader {
    struct source *s;
    unsigned id_size;
    uint64_t time;   /* ms, from the header */
    char version[8]; /* "1.0.2" */
    struct hprof_damage *damage;
    /* Unread bytes are p .. end, cut where the record ends. */
    const uint8_t *p, *end;
    const uint8_t *begin, *window_end;
    uint64_t bias;    /* offset of a byte = bias + (uintptr_t)its address */
    uint64_t stop;    /* where the current record ends; UINT64_MAX: open */
    uint64_t pending; /* bytes of array elements nobody has taken yet */
    struct record record;
    bool open_ended; /* the record is longer than its length can say */
    bool at_eof;     /* the source ended inside the record */
    bool lost;       /* nobody knows what comes next */
    const struct detours *detours; /* NULL: none are known */
    uint64_t taken;                /* of them */
    uint64_t limit; /* where the next one begins; UINT64_MAX: there is none */
};

/* Reads the header. False: not a dump, or one nothing here can read. */
bool reader_open(struct reader *r, struct source *s,
                 struct hprof_damage *damage, struct err *e);

/* From now on these are followed; before the first record. */
void reader_follow(struct reader *r, const struct detours *d);
/* Goes to the next record; false at the end of the file, or if it is lost. */
bool reader_record(struct reader *r);
/* Goes to a place inside a record that ends at `stop`, to pull sub-records
 * from there. */
bool reader_seek(struct reader *r, uint64_t at, uint64_t stop, struct err *e);

/* Prepares for the sub-records of the record just entered. */
void reader_heap(struct reader *r);
/* The next sub-record; false at the end of the record, or of what can be
 * understood of it. What was not taken of an array is skipped. */
static inline bool reader_sub(struct reader *r, struct sub *ret);
bool reader_sub_slow_(struct reader *r, struct sub *ret);
/* Takes some of the elements of the array just pulled: returns how many
 * bytes, a multiple of the element size; 0 when there are no more. */
size_t reader_elements(struct reader *r, size_t size, const uint8_t **ret);

uint64_t reader_skip_slow_(struct reader *r);

bool reader_fill_(struct reader *r, size_t n);
/* Where unread bytes end, `stop` having changed. */
void reader_clip_(struct reader *r);
/* The record ends at `stop`, or where a detour begins. */
void reader_stop_at_(struct reader *r, uint64_t stop);
/* The header of a record that may be at `at`, which lies ahead. Returns how
 * many bytes are there; -1: not even that place is, or it is too far away. */
int reader_peek_header(struct reader *r, uint64_t at,
                       uint8_t ret[RECORD_HEADER]);
/* The file ends inside `what`, so many bytes early. Always false. */
bool reader_cut_(struct reader *r, const char *what, uint64_t missing);

/* Whether `n` (<= SOURCE_WINDOW) bytes are at p within the record. */
static inline bool reader_need(struct reader *r, size_t n)
{
    return (size_t)(r->end - r->p) >= n || reader_fill_(r, n);
}

/* Moves on; returns by how much, less than `n` at the end of the source. */
uint64_t reader_skip(struct reader *r, uint64_t n);

/* Passes over the elements of the array just pulled; returns how many bytes
 * of them are in the file. */
static inline uint64_t reader_skip_elements(struct reader *r)
{
    uint64_t n = r->pending;

    if (n > (uint64_t)(r->end - r->p))
        return reader_skip_slow_(r);
    r->pending = 0;
    r->p += n;
    return n;
}

static inline uint64_t reader_offset(const struct reader *r)
{
    return r->bias + (uintptr_t)r->p;
}

static inline uint64_t load_id(const uint8_t *p, unsigned id_size)
{
    return id_size == 8 ? be64(p) : be32(p);
}

/* An instance that lies in the window, as most sub-records do. */
static inline bool reader_sub_instance_(struct reader *r, struct sub *ret)
{
    const uint8_t *p = r->p;
    unsigned w = r->id_size;
    size_t left = (size_t)(r->end - p), head = 9 + 2 * (size_t)w;

    if (left < head || p[0] != SUB_INSTANCE_DUMP)
        return false;
    ret->n = be32(p + 5 + 2 * w);
    if (left - head < ret->n)
        return false;
    ret->tag = SUB_INSTANCE_DUMP;
    ret->at = reader_offset(r);
    ret->id = load_id(p + 1, w);
    ret->class_id = load_id(p + 5 + w, w);
    ret->body = p + head;
    r->p = p + head + ret->n;
    return true;
}

static inline bool reader_sub(struct reader *r, struct sub *ret)
{
    if (!r->pending && !r->open_ended && reader_sub_instance_(r, ret))
        return true;
    return reader_sub_slow_(r, ret);
}

/* The value of a type as raw bits, not sign-extended. */
uint64_t load_value(const uint8_t *p, unsigned type, unsigned id_size);

/* Writes down the first fault in words. */
void damage_note(struct hprof_damage *d, uint64_t at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
