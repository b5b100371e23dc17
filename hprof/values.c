/*
 * values.c - finds single objects again: to the checkpoint before, then
 * record by record, counting as when they got their numbers.
 */
#include "hprof/values.h"

#include <stdlib.h>

#include "hprof/reader.h"
#include "hprof/refs.h"

struct search {
    const struct hprof_dump *d;
    struct reader r;
    struct hprof_damage unheard; /* all of it was counted the first time */
    bool placed;
    uint64_t next; /* number of the object pulled next */
    uint32_t limit;
    VEC(uint8_t) bytes; /* of the array being read */
    struct arena *to;
};

static int by_node(const void *a, const void *b)
{
    const struct hprof_value *x = a, *y = b;

    return (x->node > y->node) - (x->node < y->node);
}

static bool is_object(const struct sub *s)
{
    return s->tag == SUB_INSTANCE_DUMP || s->tag == SUB_OBJECT_ARRAY ||
           s->tag == SUB_PRIMITIVE_ARRAY || s->tag == SUB_PRIMITIVE_NO_DATA;
}

/* Goes to the best place from which to count on to an object. */
static bool place(struct search *q, uint32_t object, struct err *e)
{
    const struct checkpoint *p = index_find(&q->d->store->index, object);

    if (!p)
        return false;
    if (q->placed && q->next <= object && reader_offset(&q->r) >= p->at)
        return true;
    q->next = p->object;
    q->placed = reader_seek(&q->r, p->at, p->stop, e);
    return q->placed;
}

static bool keep_bytes(struct search *q, const uint8_t *p, size_t n,
                       struct hprof_value *v, struct err *e)
{
    uint8_t *to = arena_alloc(q->to, n, 1, e);

    if (!to)
        return false;
    if (n)
        memcpy(to, p, n);
    v->body = to;
    v->n = (uint32_t)n;
    return true;
}

/* Grows with what is read: the length in the file may be anything. */
static bool keep_elements(struct search *q, const struct sub *s,
                          struct hprof_value *v, struct err *e)
{
    size_t size = hprof_type_size(s->type, q->d->id_size), n, most;
    const uint8_t *p;

    q->bytes.n = 0;
    most = q->limit - q->limit % size;
    while (q->bytes.n < most && (n = reader_elements(&q->r, size, &p)) > 0) {
        if (n > most - q->bytes.n)
            n = most - q->bytes.n;
        if (!vec_reserve(&q->bytes, q->d->mem, n, e))
            return false;
        memcpy(q->bytes.at + q->bytes.n, p, n);
        q->bytes.n += n;
    }
    v->length = s->n;
    return keep_bytes(q, q->bytes.at, q->bytes.n, v, e);
}

static bool take(struct search *q, const struct sub *s, struct hprof_value *v,
                 struct err *e)
{
    v->found = true;
    v->id = s->id;
    if (s->tag == SUB_INSTANCE_DUMP)
        return keep_bytes(q, s->body, s->n, v, e);
    return keep_elements(q, s, v, e);
}

/* False: an error. An object that is not there stays not found. */
static bool find(struct search *q, struct hprof_value *v, struct err *e)
{
    uint32_t object = v->node - q->d->n_classes - 1;
    struct sub s;

    if (!place(q, object, e))
        return !err_is_set(e);
    while (reader_sub(&q->r, &s)) {
        if (!is_object(&s))
            continue;
        if (q->next++ == object)
            return take(q, &s, v, e);
    }
    q->placed = false;
    return true;
}

bool hprof_values_read(const struct hprof_dump *d, struct source *s,
                       struct hprof_value *values, uint64_t n, uint32_t limit,
                       struct arena *a, struct err *e)
{
    struct search q = {.d = d, .limit = limit, .to = a};
    bool ok = true;

    q.r = (struct reader){.s = s, .id_size = d->id_size, .damage = &q.unheard};
    if (n)
        qsort(values, n, sizeof *values, by_node);
    for (uint64_t i = 0; ok && i < n; i++) {
        struct hprof_value *v = &values[i];

        *v = (struct hprof_value){.node = v->node};
        if (i && v->node == v[-1].node)
            *v = v[-1];
        else if (v->node > d->n_classes && v->node < d->nodes)
            ok = find(&q, v, e);
    }
    vec_free(&q.bytes, d->mem);
    return ok;
}

/* ---- fields ------------------------------------------------------------- */

static uint64_t sign_extended(uint64_t raw, unsigned type)
{
    switch (type) {
    case HPROF_BYTE: return (uint64_t)(int64_t)(int8_t)raw;
    case HPROF_SHORT: return (uint64_t)(int64_t)(int16_t)raw;
    case HPROF_INT: return (uint64_t)(int64_t)(int32_t)raw;
    default: return raw;
    }
}

static uint32_t class_of(const struct hprof_dump *d,
                         const struct hprof_value *v)
{
    return v->node < d->nodes ? hprof_class_of(d, v->node) : CLASS_NONE;
}

bool hprof_field_value(const struct hprof_dump *d, const struct hprof_value *v,
                       const struct hprof_field *f, uint64_t *ret)
{
    unsigned size = hprof_type_size(f->type, d->id_size);
    uint32_t c = class_of(d, v), at;

    if (c == CLASS_NONE || !v->body || f->from_end > d->classes[c].body)
        return false;
    at = d->classes[c].body - f->from_end;
    if (!size || at > v->n || v->n - at < size)
        return false;
    *ret =
        sign_extended(load_value(v->body + at, f->type, d->id_size), f->type);
    return true;
}

bool hprof_named_value(const struct hprof_dump *d, const struct hprof_value *v,
                       const char *field, uint64_t *ret)
{
    const struct hprof_field *f = hprof_field_find(d, class_of(d, v), field);

    return f && hprof_field_value(d, v, f, ret);
}

uint32_t hprof_named_node(const struct hprof_dump *d,
                          const struct hprof_value *v, const char *field)
{
    const struct hprof_field *f = hprof_field_find(d, class_of(d, v), field);
    uint64_t id;

    if (!f || f->type != HPROF_OBJECT || !hprof_field_value(d, v, f, &id))
        return NODE_NONE;
    return hprof_node_of(d, id);
}
