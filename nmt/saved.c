/*
 * saved.c - tells how a text was saved by its first bytes, has its messages
 * found, and writes them as a text, the oldest first.
 */
#include "nmt/saved_parts.h"

#include <string.h>
#include <time.h>

#include "base/out.h"
#include "nmt/text.h"

/* Enough lines to tell how they were saved. */
#define LOOK      ((size_t)64 << 10)
#define LOOK_LINE 1024
/* No NUL here: a text. */
#define HEAD ((size_t)512)

void saved_message_clear(struct saved_message *m)
{
    *m = (struct saved_message){.time = INT64_MIN, .uptime = -1};
}

bool saved_add(struct saved *s, const struct saved_message *m, struct err *e)
{
    if (!vec_push(&s->messages, s->mem, e))
        return false;
    *vec_last(&s->messages) = *m;
    return true;
}

/* ---- plain lines ------------------------------------------------------ */

/* The first of the *n bytes at *p, without its end; *p moves behind it. */
static void cut_line(const char **p, size_t *n, const char **ret, size_t *len)
{
    const char *end = memchr(*p, '\n', *n);

    *ret = *p;
    *len = end ? (size_t)(end - *p) : *n;
    *n -= *len + (end != NULL);
    *p += *len + (end != NULL);
}

static void copy_line(char *to, size_t room, const char *line, size_t n)
{
    const uint8_t *p = (const uint8_t *)line;

    *to = '\0';
    lines_cut(&p, &n, to, room);
}

/* Whether the newest line comes first. */
static bool is_turned(const char *p, size_t n)
{
    char line[LOOK_LINE];
    const char *from;
    struct order o;
    size_t len;

    order_init(&o);
    while (n) {
        cut_line(&p, &n, &from, &len);
        copy_line(line, sizeof line, from, len);
        order_see(&o, line, NULL);
    }
    return order_is_turned(&o);
}

/*
 * What a program wrote in one go, a stack below its error, stays together
 * where a viewer turned such records rather than lines: then the text begins
 * with a time.
 */
static bool read_plain(struct saved *s, struct err *e)
{
    struct saved_message m;
    char line[LOOK_LINE];
    const char *p = s->bytes, *from;
    size_t n = s->n, len;
    uint64_t number = 0;
    bool stamped, records = false;
    struct order o;

    order_init(&o);
    saved_message_clear(&m);
    while (n) {
        cut_line(&p, &n, &from, &len);
        copy_line(line, sizeof line, from, len);
        stamped = order_see(&o, line, NULL);
        if (!number++)
            records = stamped;
        if (records && !stamped && s->messages.n) {
            struct saved_message *last = vec_last(&s->messages);

            last->n = (size_t)(from + len - last->text);
            continue;
        }
        m.text = from;
        m.n = len;
        m.line = number;
        if (!saved_add(s, &m, e))
            return false;
    }
    s->plain = true;
    return true;
}

/* ---- the text --------------------------------------------------------- */

struct text {
    struct out out;
    VEC(uint64_t) lines;
};

static void put_time(struct out *to, const struct saved_message *m)
{
    time_t seconds = (time_t)(m->time / 1000);
    struct tm tm;

    if (m->time != INT64_MIN && m->time > 0 && gmtime_r(&seconds, &tm))
        out_printf(to, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ ",
                   tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
                   tm.tm_min, tm.tm_sec, (int)(m->time % 1000));
    if (m->uptime >= 0)
        out_printf(to, "[%12.6f] ", m->uptime);
}

static bool put_lines(struct text *to, const struct saved *s, const char *p,
                      size_t n, uint64_t number, struct err *e)
{
    const char *line;
    size_t len;

    do {
        cut_line(&p, &n, &line, &len);
        out_bytes(&to->out, line, len);
        out_char(&to->out, '\n');
        if (!vec_push(&to->lines, s->mem, e))
            return false;
        *vec_last(&to->lines) = number;
        number += s->plain;
    } while (n);
    return true;
}

static bool put_message(struct text *to, const struct saved *s,
                        const struct saved_message *m, struct err *e)
{
    size_t n = m->n;

    while (n && m->text[n - 1] == '\n') /* Docker's lines end so */
        n--;
    if (!s->plain)
        put_time(&to->out, m);
    return put_lines(to, s, m->text, n, m->line, e) &&
           (!m->trace || put_lines(to, s, m->trace, m->trace_n, m->line, e));
}

static bool messages_are_turned(const struct saved *s)
{
    const struct saved_message *m;
    char line[LOOK_LINE];
    struct order o;

    order_init(&o);
    VEC_EACH (&s->messages, m) {
        copy_line(line, sizeof line, m->text, m->n);
        order_see(&o, line, m);
    }
    return order_is_turned(&o);
}

static bool write_all(const struct saved *s, struct text *to, struct err *e)
{
    bool turned = messages_are_turned(s);
    uint64_t n = s->messages.n;

    for (uint64_t i = 0; i < n; i++)
        if (!put_message(to, s, &s->messages.at[turned ? n - 1 - i : i], e))
            return false;
    return out_finish(&to->out, e);
}

/* ---- the file --------------------------------------------------------- */

typedef bool reader(struct saved *s, struct err *e);

static reader *reader_for(const char *p, size_t n)
{
    if (saved_json_begins(p, n))
        return saved_json_read;
    if (saved_journal_begins(p, n))
        return saved_journal_read;
    if (saved_table_begins(p, n))
        return saved_table_read;
    return is_turned(p, n < LOOK ? n : LOOK) ? read_plain : NULL;
}

/* All of it, and NUL. False: memory ran out; *n larger than SAVED_MAX: too
 * much. The source stands behind it. */
static bool take_all(struct source *s, struct out *to, struct err *e)
{
    const uint8_t *p;
    size_t n;

    while (to->text.n <= SAVED_MAX && (n = source_peek(s, LOOK, &p))) {
        out_bytes(to, (const char *)p, n);
        source_consume(s, n);
    }
    return out_string(to) || err_set(e, to->err.code, "%s", to->err.text);
}

static bool replace(struct source **s, struct text *t, struct mem *m,
                    struct err *e)
{
    const char *damage = source_damage(*s);
    struct source *made;

    if (!source_open_made(t->out.text.at, t->out.text.n, t->lines.at,
                          t->lines.n, damage, m, &made, e))
        return false;
    source_close(*s);
    *s = made;
    return true;
}

/* Of the byte order mark, if there is one. */
static size_t mark_length(const char *p, size_t n)
{
    return n >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

static bool undo(struct source **s, reader *read, struct mem *m, struct err *e)
{
    struct out all;
    struct text t = {0};
    struct saved saved = {.mem = m};
    bool ok, useful;

    out_to_memory(&all, m);
    out_to_memory(&t.out, m);
    ok = take_all(*s, &all, e);
    if (ok && all.text.n <= SAVED_MAX) {
        size_t mark = mark_length(all.text.at, all.text.n);

        saved.bytes = all.text.at + mark;
        saved.n = all.text.n - mark;
        ok = read(&saved, e);
    }
    useful = saved.messages.n > 0;
    ok = ok && (!useful || write_all(&saved, &t, e));
    vec_free(&saved.messages, m);
    out_deinit(&all);
    if (ok && useful)
        return replace(s, &t, m, e);
    out_deinit(&t.out);
    vec_free(&t.lines, m);
    return ok && source_seek(*s, 0, e);
}

bool saved_undo(struct source **s, struct mem *m, struct err *e)
{
    const uint8_t *p;
    size_t n = source_peek(*s, HEAD, &p);
    reader *read;
    size_t mark;

    if (!n || memchr(p, '\0', n < HEAD ? n : HEAD))
        return true;
    n = source_peek(*s, LOOK, &p);
    mark = mark_length((const char *)p, n);
    read = reader_for((const char *)p + mark, n - mark);
    return !read || undo(s, read, m, e);
}

bool saved_open(const char *path, struct mem *m, struct source **ret,
                struct err *e)
{
    if (!source_open(path, m, ret, e))
        return false;
    if (saved_undo(ret, m, e))
        return true;
    source_close(*ret);
    return false;
}
