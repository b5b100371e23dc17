/*
 * javacore.c - "2MEMUSER       +--VM: 769,429,864 bytes / 1219 allocations".
 */
#include "nmt/javacore.h"

#include <string.h>

#include "nmt/jcmd_lines.h"
#include "nmt/text.h"

struct reader {
    struct javacore *ret;
    struct arena *arena;
};

static bool row_line(void *context, const char *line, uint64_t number,
                     struct err *e)
{
    struct reader *r = context;
    const char *s = strstr(line, "MEMUSER"), *name, *colon;
    struct javacore_row row = {.line = number};

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
        !text_grouped(&s, &row.allocations))
        return true;
    row.name = arena_strndup(r->arena, name, (size_t)(colon - name), e);
    if (!row.name || !vec_push(&r->ret->rows, r->arena->mem, e))
        return false;
    *vec_last(&r->ret->rows) = row;
    if (row.depth == 1 && !known(r->ret->jre))
        r->ret->jre = row.bytes;
    return true;
}

const struct javacore_row *javacore_find(const struct javacore *j,
                                         const char *name)
{
    const struct javacore_row *row, *best = NULL;

    VEC_EACH (&j->rows, row)
        if (strcmp(row->name, name) == 0 && (!best || row->bytes > best->bytes))
            best = row;
    return best;
}

bool javacore_read(struct source *s, struct arena *a, struct javacore *ret,
                   struct err *e)
{
    struct reader r = {.ret = ret, .arena = a};

    memset(ret, 0, sizeof *ret);
    ret->jre = UNKNOWN;
    if (jcmd_each_line(s, a->mem, row_line, &r, e))
        return true;
    javacore_deinit(ret, a->mem);
    return false;
}

void javacore_deinit(struct javacore *j, struct mem *m)
{
    vec_free(&j->rows, m);
}
