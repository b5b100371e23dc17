/*
 * render_json.c - the walk as JSON: docs/json.md.
 */
#include <inttypes.h>

#include "report/json.h"
#include "report/render.h"

struct json_renderer {
    struct emitter em;
    struct json json;
};

static struct json *json_of(struct emitter *em)
{
    return &((struct json_renderer *)em)->json;
}

static void begin(struct emitter *em, const struct block *b)
{
    if (b->shape == SHAPE_TABLE || b->shape == SHAPE_LIST)
        json_list(json_of(em), b->key);
    else
        json_object(json_of(em), b->key);
}

static void end(struct emitter *em)
{
    json_end(json_of(em));
}

static void id(struct json *j, const char *key, uint64_t v)
{
    char buf[24];

    snprintf(buf, sizeof buf, "0x%" PRIx64, v);
    json_string(j, key, buf);
}

static void number(struct json *j, const char *key, uint64_t v)
{
    if (known(v))
        json_uint(j, key, v);
    else
        json_null(j, key);
}

static void place(struct json *j, const char *key, const struct place *p)
{
    json_object(j, key);
    json_string(j, "path", p->path);
    number(j, "line", p->line);
    number(j, "offset", p->offset);
    json_end(j);
}

static void value(struct emitter *em, const char *key, const char *label,
                  const struct value *v)
{
    struct json *j = json_of(em);
    char buf[TIME_TEXT];

    (void)label;
    switch (v->kind) {
    case VALUE_NULL: json_null(j, key); break;
    case VALUE_BOOL: json_bool(j, key, v->b); break;
    case VALUE_COUNT:
    case VALUE_NUMBER:
    case VALUE_BYTES:
    case VALUE_PERCENT:
    case VALUE_WEIGHT: json_uint(j, key, v->u); break;
    case VALUE_DELTA:
    case VALUE_INTEGER: json_int(j, key, v->i); break;
    case VALUE_SHARE: json_real(j, key, v->real); break;
    case VALUE_TIME: json_string(j, key, time_text(buf, v->i)); break;
    case VALUE_ID: id(j, key, v->u); break;
    case VALUE_TEXT: json_string(j, key, v->text); break;
    case VALUE_PLACE: place(j, key, &v->place); break;
    }
}

static void close_json(struct emitter *em)
{
    mem_free(em->mem, em);
}

static const struct emitter_ops ops = {
    .begin = begin,
    .end = end,
    .value = value,
    .close = close_json,
};

struct emitter *render_json_open(struct out *o, struct mem *m, struct err *e)
{
    struct json_renderer *r = mem_alloc(m, 1, sizeof *r, e);

    if (!r)
        return NULL;
    emitter_init(&r->em, &ops, o, m);
    json_init(&r->json, o);
    return &r->em;
}
