/*
 * javacore.c - "2MEMUSER       +--VM: 769,429,864 bytes / 1219 allocations".
 */
#include "nmt/javacore.h"

#include <string.h>

#include "nmt/jcmd_lines.h"
#include "nmt/oome.h"
#include "nmt/text.h"

struct reader {
    struct javacore *ret;
    struct arena *arena;
};

/* 1TISIGINFO Dump Event "systhrow" (00040000) Detail
 * "java/lang/OutOfMemoryError" "Java heap space" received; a part of the
 * name's own may stand between. */
static bool event_line(struct reader *r, const char *line, uint64_t number,
                       struct err *e)
{
    const char *s = strstr(line, "\"java/lang/OutOfMemoryError\"");
    struct oome *o = &r->ret->oome;

    if (!s || r->ret->has_oome)
        return true;
    s = strchr(s + strlen("\"java/lang/OutOfMemoryError\""), '"');
    s = s ? s + 1 : "";
    *o = (struct oome){.count = 1, .line = number, .last_line = number};
    o->time = INT64_MIN;
    o->requested = o->used = o->limit = UNKNOWN;
    o->message = arena_strndup(r->arena, s, strcspn(s, "\""), e);
    o->kind = o->message ? oome_classify(o->message) : OOME_OTHER;
    r->ret->has_oome = o->message != NULL;
    return r->ret->has_oome;
}

/* "1STHEAPTOTAL   Total memory:         536870912 (0x0000000020000000)" */
static void heap_line(struct javacore *j, const char *line, uint64_t number)
{
    const char *s = strchr(line, ':');
    uint64_t *to = text_starts(line, "1STHEAPTOTAL")   ? &j->heap_total
                   : text_starts(line, "1STHEAPINUSE") ? &j->heap_used
                                                       : NULL;

    if (!s || !to)
        return;
    s = text_skip_blanks(s + 1);
    if (text_uint(&s, to))
        j->heap_line = number;
}

static bool row_line(void *context, const char *line, uint64_t number,
                     struct err *e)
{
    struct reader *r = context;
    const char *s = strstr(line, "MEMUSER"), *name, *colon;
    struct javacore_row row = {.line = number};
    uint64_t allocations;

    if (text_starts(line, "1TISIGINFO"))
        return event_line(r, line, number, e);
    heap_line(r->ret, line, number);
    if (!s || s == line || !text_is_digit(s[-1]))
        return true;
    row.depth = (unsigned)(s[-1] - '0');
    name = s + strlen("MEMUSER");
    name += strspn(name, " \t|+-");
    colon = strstr(name, ": ");
    if (!colon)
        return true;
    s = colon + 2;
    if (!text_grouped(&s, &row.bytes) || !text_take(&s, " bytes / ") ||
        !text_grouped(&s, &allocations))
        return true;
    row.name = arena_strndup(r->arena, name, (size_t)(colon - name), e);
    if (!row.name || !vec_push(&r->ret->rows, r->arena->mem, e))
        return false;
    *vec_last(&r->ret->rows) = row;
    if (row.depth == 1 && !known(r->ret->jre))
        r->ret->jre = row.bytes;
    return true;
}

bool javacore_read(struct source *s, struct arena *a, struct javacore *ret,
                   struct err *e)
{
    struct reader r = {.ret = ret, .arena = a};

    memset(ret, 0, sizeof *ret);
    ret->jre = ret->heap_total = ret->heap_used = UNKNOWN;
    if (jcmd_each_line(s, a->mem, row_line, &r, e))
        return true;
    javacore_deinit(ret, a->mem);
    return false;
}

void javacore_deinit(struct javacore *j, struct mem *m)
{
    vec_free(&j->rows, m);
}
