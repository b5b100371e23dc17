/*
 * row.c - the table of fields, and rows as text.
 */
#include "row.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define TEXT(member)                                                           \
    {                                                                          \
#member, ROW_TEXT, offsetof(struct row, member)                        \
    }
#define COUNT(member)                                                          \
    {                                                                          \
#member, ROW_COUNT, offsetof(struct row, member)                       \
    }

const struct row_field row_fields[ROW_FIELDS] = {
    TEXT(content),     TEXT(status),
    TEXT(error),       TEXT(tool),
    TEXT(report),      {"time", ROW_TIME, offsetof(struct row, time)},
    TEXT(side),        TEXT(kind),
    TEXT(confidence),  TEXT(summary),
    TEXT(culprit),     COUNT(culprit_bytes),
    TEXT(family),      TEXT(cause),
    TEXT(application), TEXT(holder),
    TEXT(jvm),         COUNT(rss),
    COUNT(xmx),        COUNT(memory_limit),
};

void row_init(struct row *r)
{
    *r = (struct row){
        .time = UNKNOWN_DELTA,
        .culprit_bytes = UNKNOWN,
        .rss = UNKNOWN,
        .xmx = UNKNOWN,
        .memory_limit = UNKNOWN,
    };
}

bool row_is_analysed(const struct row *r)
{
    return r->status && (strcmp(r->status, STATUS_ANALYSED) == 0 ||
                         strcmp(r->status, STATUS_DAMAGED) == 0);
}

static const void *member(const struct row *r, const struct row_field *f)
{
    return (const char *)r + f->at;
}

static void write_field(struct out *o, const struct row_field *f,
                        const struct row *r)
{
    const char *text;
    uint64_t count;
    int64_t time;

    switch (f->type) {
    case ROW_TEXT:
        text = *(const char *const *)member(r, f);
        if (!text)
            return;
        out_printf(o, "%s ", f->name);
        out_clean(o, text);
        break;
    case ROW_COUNT:
        count = *(const uint64_t *)member(r, f);
        if (!known(count))
            return;
        out_printf(o, "%s %" PRIu64, f->name, count);
        break;
    case ROW_TIME:
        time = *(const int64_t *)member(r, f);
        if (!known_delta(time))
            return;
        out_printf(o, "%s %" PRId64, f->name, time);
        break;
    }
    out_char(o, '\n');
}

void row_write(struct out *o, const struct row *r)
{
    size_t i;

    for (i = 0; i < ROW_FIELDS; i++)
        write_field(o, &row_fields[i], r);
    out_str(o, "end\n");
}

static const struct row_field *find(const char *name, size_t n)
{
    size_t i;

    for (i = 0; i < ROW_FIELDS; i++)
        if (strlen(row_fields[i].name) == n &&
            memcmp(row_fields[i].name, name, n) == 0)
            return &row_fields[i];
    return NULL;
}

/* A line without its end, "name value". */
static bool read_field(const char *line, size_t n, struct arena *a,
                       struct row *r, struct err *e)
{
    const char *blank = memchr(line, ' ', n);
    const struct row_field *f;
    char *to = (char *)r;

    if (!blank)
        return true;
    f = find(line, (size_t)(blank - line));
    if (!f)
        return true;
    n -= (size_t)(blank + 1 - line);
    switch (f->type) {
    case ROW_TEXT: {
        char *text = arena_strndup(a, blank + 1, n, e);

        *(const char **)(void *)(to + f->at) = text;
        return text != NULL;
    }
    case ROW_COUNT:
        *(uint64_t *)(void *)(to + f->at) = strtoull(blank + 1, NULL, 10);
        break;
    case ROW_TIME:
        *(int64_t *)(void *)(to + f->at) = strtoll(blank + 1, NULL, 10);
        break;
    }
    return true;
}

bool row_read(const char *text, struct arena *a, struct row *ret,
              bool *complete, struct err *e)
{
    *complete = false;
    while (!*complete) {
        const char *end = strchr(text, '\n');
        size_t n = end ? (size_t)(end - text) : 0;

        if (!end) /* cut off: the last line may be wrong */
            return true;
        if (n == 3 && memcmp(text, "end", 3) == 0)
            *complete = true;
        else if (!read_field(text, n, a, ret, e))
            return false;
        text = end + 1;
    }
    return true;
}
