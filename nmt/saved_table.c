/*
 * saved_table.c - the messages of a table, RFC 4180's or with tabs or
 * semicolons between its columns: a first line names them, and one of the
 * names is that of a message.
 */
#include "nmt/saved_parts.h"

#include <string.h>

#include "nmt/record.h"
#include "nmt/text.h"

#define NAME_MAX_BYTES 40
#define NO_COLUMN      UINT32_MAX

struct columns {
    char between;
    uint32_t n, message, time, trace;
};

/* ---- the names -------------------------------------------------------- */

static bool is_name(const char *s, size_t n)
{
    if (!n || n > NAME_MAX_BYTES)
        return false;
    while (n--)
        if (!text_is_alnum(s[n]) && !strchr("_@.-/# ()", s[n]))
            return false;
    return true;
}

static void note_column(struct columns *c, const char *name, size_t n)
{
    if (c->message == NO_COLUMN && record_is_message(name, n))
        c->message = c->n;
    else if (c->time == NO_COLUMN && record_is_time(name, n))
        c->time = c->n;
    else if (c->trace == NO_COLUMN && record_is_trace(name, n))
        c->trace = c->n;
    c->n++;
}

static bool read_names(const char *p, size_t n, char between,
                       struct columns *ret)
{
    const char *end = p + n;

    *ret = (struct columns){between, 0, NO_COLUMN, NO_COLUMN, NO_COLUMN};
    while (p <= end) {
        const char *next = memchr(p, between, (size_t)(end - p));
        const char *name = p, *last = next ? next : end;

        if (last - name >= 2 && *name == '"' && last[-1] == '"') {
            name++;
            last--;
        }
        if (!is_name(name, (size_t)(last - name)))
            return false;
        note_column(ret, name, (size_t)(last - name));
        if (!next)
            break;
        p = next + 1;
    }
    return ret->n > 1 && ret->message != NO_COLUMN;
}

static bool find_columns(const char *p, size_t n, struct columns *ret)
{
    const char *end = memchr(p, '\n', n);

    n = end ? (size_t)(end - p) : n;
    n -= n && p[n - 1] == '\r';
    return end && (read_names(p, n, ',', ret) || read_names(p, n, '\t', ret) ||
                   read_names(p, n, ';', ret));
}

bool saved_table_begins(const char *p, size_t n)
{
    struct columns c;

    return find_columns(p, n, &c);
}

/* ---- rows ------------------------------------------------------------- */

struct rows {
    struct columns columns;
    char *at, *end;
    uint64_t line;
};

/* Behind the quote that opens a cell: what it holds, quotes in it undoubled. */
static size_t unquote(struct rows *r)
{
    char *to = r->at, *begin = r->at;

    for (; r->at < r->end; r->at++) {
        r->line += *r->at == '\n';
        if (*r->at == '"' && (r->at + 1 == r->end || r->at[1] != '"')) {
            r->at++;
            break;
        }
        r->at += *r->at == '"';
        *to++ = *r->at;
    }
    return (size_t)(to - begin);
}

/* Who forgot the quotes has commas in the last column, if anywhere. */
static size_t bare(struct rows *r, bool last)
{
    char *begin = r->at;

    while (r->at < r->end && *r->at != '\n' &&
           (last || *r->at != r->columns.between))
        r->at++;
    return (size_t)(r->at - begin) - (r->at > begin && r->at[-1] == '\r');
}

static void take_cell(const struct columns *c, uint32_t column,
                      const char *text, size_t n, struct saved_message *m)
{
    if (column == c->message) {
        m->text = text;
        m->n = n;
    } else if (column == c->trace && n) {
        m->trace = text;
        m->trace_n = n;
    } else if (column == c->time && !record_time(text, &m->time)) {
        m->time = INT64_MIN;
    }
}

static void read_row(struct rows *r, struct saved_message *m)
{
    saved_message_clear(m);
    m->line = r->line;
    for (uint32_t column = 0;; column++) {
        bool quoted = r->at < r->end && *r->at == '"';
        char *text = r->at += quoted;
        size_t n = quoted ? unquote(r) : bare(r, column + 1 == r->columns.n);

        take_cell(&r->columns, column, text, n, m);
        while (r->at < r->end && *r->at != '\n' && *r->at != r->columns.between)
            r->at++;
        if (r->at == r->end || *r->at == '\n')
            break;
        r->at++;
    }
    r->line += r->at < r->end;
    r->at += r->at < r->end;
}

bool saved_table_read(struct saved *s, struct err *e)
{
    struct rows r = {.at = s->bytes, .end = s->bytes + s->n, .line = 2};
    struct saved_message m;

    if (!find_columns(s->bytes, s->n, &r.columns))
        return true;
    r.at = strchr(s->bytes, '\n') + 1;
    while (r.at < r.end) {
        read_row(&r, &m);
        if (m.text && !saved_add(s, &m, e))
            return false;
    }
    return true;
}
