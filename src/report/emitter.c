/*
 * emitter.c - what all formats share: nesting is right, unknown is null.
 */
#define _GNU_SOURCE
#include "emitter.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

void emitter_init(struct emitter *em, const struct emitter_ops *ops,
                  struct out *o, struct mem *m)
{
    memset(em, 0, sizeof *em);
    em->ops = ops;
    em->out = o;
    em->mem = m;
}

static bool in_list(const struct emitter *em)
{
    enum shape s;

    if (em->depth == 0)
        return false;
    s = em->open[em->depth - 1];
    return s == SHAPE_TABLE || s == SHAPE_LIST;
}

static void begin(struct emitter *em, const struct block *b)
{
    assert(em->depth < EMIT_DEPTH);
    assert((b->key == NULL) == (em->depth == 0 || in_list(em)));
    em->ops->begin(em, b);
    em->open[em->depth++] = b->shape;
}

void emit_object(struct emitter *em, const char *key, const char *title)
{
    begin(em, &(struct block){SHAPE_OBJECT, key, title, NULL});
}

void emit_table(struct emitter *em, const char *key, const char *title,
                const struct column *columns)
{
    begin(em, &(struct block){SHAPE_TABLE, key, title, columns});
}

void emit_list(struct emitter *em, const char *key, const char *title)
{
    begin(em, &(struct block){SHAPE_LIST, key, title, NULL});
}

void emit_item(struct emitter *em, const char *title)
{
    assert(in_list(em));
    begin(em, &(struct block){SHAPE_ITEM, NULL, title, NULL});
}

void emit_end(struct emitter *em)
{
    assert(em->depth > 0);
    em->depth--;
    em->ops->end(em);
}

static void value(struct emitter *em, const char *key, const char *label,
                  struct value v)
{
    assert(em->depth > 0 && (key == NULL) == in_list(em));
    em->told += v.kind != VALUE_NULL;
    em->ops->value(em, key, label, &v);
}

void emit_null(struct emitter *em, const char *key)
{
    value(em, key, NULL, (struct value){.kind = VALUE_NULL});
}

void emit_bool(struct emitter *em, const char *key, const char *label, bool v)
{
    value(em, key, label, (struct value){.kind = VALUE_BOOL, .b = v});
}

static void number(struct emitter *em, const char *key, const char *label,
                   enum value_kind kind, uint64_t v)
{
    value(em, key, label,
          (struct value){.kind = known(v) ? kind : VALUE_NULL, .u = v});
}

void emit_count(struct emitter *em, const char *key, const char *label,
                uint64_t v)
{
    number(em, key, label, VALUE_COUNT, v);
}

void emit_number(struct emitter *em, const char *key, const char *label,
                 uint64_t v)
{
    number(em, key, label, VALUE_NUMBER, v);
}

void emit_bytes(struct emitter *em, const char *key, const char *label,
                uint64_t v)
{
    number(em, key, label, VALUE_BYTES, v);
}

void emit_percent(struct emitter *em, const char *key, const char *label,
                  uint64_t v)
{
    number(em, key, label, VALUE_PERCENT, v);
}

void emit_weight(struct emitter *em, const char *key, const char *label,
                 unsigned v)
{
    number(em, key, label, VALUE_WEIGHT, v);
}

/* Every 64-bit pattern can be an id, also the one that means UNKNOWN. */
void emit_id(struct emitter *em, const char *key, const char *label, uint64_t v)
{
    value(em, key, label, (struct value){.kind = VALUE_ID, .u = v});
}

static void integer(struct emitter *em, const char *key, const char *label,
                    enum value_kind kind, int64_t v)
{
    value(em, key, label,
          (struct value){.kind = known_delta(v) ? kind : VALUE_NULL, .i = v});
}

void emit_delta(struct emitter *em, const char *key, const char *label,
                int64_t v)
{
    integer(em, key, label, VALUE_DELTA, v);
}

void emit_integer(struct emitter *em, const char *key, const char *label,
                  int64_t v)
{
    integer(em, key, label, VALUE_INTEGER, v);
}

void emit_time(struct emitter *em, const char *key, const char *label,
               int64_t v)
{
    char buf[TIME_TEXT];
    bool is_time = known_delta(v) && time_text(buf, v);

    value(em, key, label,
          (struct value){.kind = is_time ? VALUE_TIME : VALUE_NULL, .i = v});
}

void emit_real_share(struct emitter *em, const char *key, const char *label,
                     double v)
{
    value(em, key, label, (struct value){.kind = VALUE_SHARE, .real = v});
}

void emit_share(struct emitter *em, const char *key, const char *label,
                uint64_t part, uint64_t whole)
{
    if (!known(part) || !known(whole) || whole == 0)
        value(em, key, label, (struct value){.kind = VALUE_NULL});
    else
        emit_real_share(em, key, label, (double)part / (double)whole);
}

void emit_text(struct emitter *em, const char *key, const char *label,
               const char *s)
{
    value(em, key, label,
          (struct value){.kind = s ? VALUE_TEXT : VALUE_NULL, .text = s});
}

const char *emit_shown_path(const struct emitter *em, const char *path)
{
    size_t n = em->base && emit_is_page(em) ? strlen(em->base) : 0;

    return path && n && strncmp(path, em->base, n) == 0 ? path + n : path;
}

void emit_place(struct emitter *em, const char *key, const char *label,
                const struct place *p)
{
    struct place shown = *p;

    shown.path = emit_shown_path(em, p->path);
    value(em, key, label, (struct value){.kind = VALUE_PLACE, .place = shown});
}

/* In memory of the emitter's, to be freed; NULL if there is none left. */
static char *written(struct emitter *em, const char *fmt, va_list ap)
{
    char *buf = NULL;
    va_list again;
    int n;

    va_copy(again, ap);
    n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    if (n >= 0)
        buf = mem_alloc(em->mem, (uint64_t)n + 1, 1, &em->out->err);
    if (buf)
        vsnprintf(buf, (size_t)n + 1, fmt, ap);
    return buf;
}

void emit_para(struct emitter *em, enum para p, const char *fmt, ...)
{
    va_list ap;
    char *text;

    if (!emit_is_page(em))
        return;
    em->told++;
    va_start(ap, fmt);
    text = written(em, fmt, ap);
    va_end(ap);
    if (text)
        em->ops->para(em, p, text);
    mem_free(em->mem, text);
}

void emit_words(struct emitter *em, const char *key, const char *fmt, ...)
{
    va_list ap;
    char *text;

    va_start(ap, fmt);
    text = written(em, fmt, ap);
    va_end(ap);
    if (text)
        emit_text(em, key, NULL, text);
    mem_free(em->mem, text);
}

void emit_aside(struct emitter *em, const char *label, const char *fmt, ...)
{
    va_list ap;
    char *text;

    if (!emit_is_page(em))
        return;
    va_start(ap, fmt);
    text = written(em, fmt, ap);
    va_end(ap);
    if (text)
        value(em, "", label, (struct value){.kind = VALUE_TEXT, .text = text});
    mem_free(em->mem, text);
}

const char *time_text(char buf[TIME_TEXT], int64_t ms)
{
    int rest = (int)(ms % 1000);
    time_t t = (time_t)(ms / 1000 - (rest < 0));
    struct tm tm;
    size_t n;

    if (!gmtime_r(&t, &tm) || tm.tm_year < -1900 || tm.tm_year > 9999 - 1900)
        return NULL;
    n = (size_t)snprintf(buf, TIME_TEXT, "%04u", tm.tm_year + 1900U);
    n += strftime(buf + n, TIME_TEXT - n, "-%m-%dT%H:%M:%S", &tm);
    if (rest)
        n += (size_t)snprintf(buf + n, TIME_TEXT - n, ".%03u",
                              (rest + 1000U) % 1000U);
    snprintf(buf + n, TIME_TEXT - n, "Z");
    return buf;
}
