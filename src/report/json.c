/*
 * json.c - the writer: commas, indentation, escapes.
 */
#include "json.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/utf8.h"

void json_init(struct json *j, struct out *o)
{
    memset(j, 0, sizeof *j);
    j->out = o;
}

static void line(struct json *j)
{
    out_char(j->out, '\n');
    out_pad(j->out, ' ', (size_t)j->depth * 2);
}

/* Bytes of the next character, 0 at the end; *ok: it is well-formed. */
static size_t next(const char *s, bool *ok)
{
    size_t n = utf8_length(s);

    *ok = n > 0;
    return n ? n : *s != '\0';
}

static uint32_t code_point(const char *s, size_t n)
{
    const unsigned char *c = (const unsigned char *)s;

    if (n == 1)
        return c[0];
    if (n == 2)
        return (c[0] & 0x1fU) << 6 | (c[1] & 0x3fU);
    return (c[0] & 0x0fU) << 12 | (c[1] & 0x3fU) << 6 | (c[2] & 0x3fU);
}

static const char *short_escape(char c)
{
    switch (c) {
    case '"': return "\\\"";
    case '\\': return "\\\\";
    case '\n': return "\\n";
    case '\r': return "\\r";
    case '\t': return "\\t";
    default: return NULL;
    }
}

/* What could drive a terminal is escaped, though JSON would let it pass. */
static void quoted(struct out *o, const char *s)
{
    size_t n;
    bool ok;

    out_char(o, '"');
    for (; (n = next(s, &ok)) > 0; s += n) {
        const char *esc = short_escape(*s);

        if (!ok)
            out_str(o, "\\ufffd");
        else if (esc)
            out_str(o, esc);
        else if (utf8_is_control(s, n))
            out_printf(o, "\\u%04" PRIx32, code_point(s, n));
        else
            out_bytes(o, s, n);
    }
    out_char(o, '"');
}

/* What comes before any value: comma, line, key. */
static void lead(struct json *j, const char *key)
{
    assert(!j->done);
    if (j->depth == 0) {
        assert(!key);
        return;
    }
    assert((j->open[j->depth - 1] == '{') == (key != NULL));
    if (!j->empty[j->depth - 1])
        out_char(j->out, ',');
    j->empty[j->depth - 1] = false;
    line(j);
    if (key) {
        quoted(j->out, key);
        out_str(j->out, ": ");
    }
}

static void trail(struct json *j)
{
    if (j->depth)
        return;
    j->done = true;
    out_char(j->out, '\n');
}

static void begin(struct json *j, const char *key, char open)
{
    assert(j->depth < JSON_DEPTH);
    lead(j, key);
    j->open[j->depth] = open;
    j->empty[j->depth] = true;
    j->depth++;
    out_char(j->out, open);
}

void json_object(struct json *j, const char *key)
{
    begin(j, key, '{');
}

void json_list(struct json *j, const char *key)
{
    begin(j, key, '[');
}

void json_end(struct json *j)
{
    assert(j->depth > 0);
    j->depth--;
    if (!j->empty[j->depth])
        line(j);
    out_char(j->out, j->open[j->depth] == '{' ? '}' : ']');
    trail(j);
}

void json_null(struct json *j, const char *key)
{
    lead(j, key);
    out_str(j->out, "null");
    trail(j);
}

void json_bool(struct json *j, const char *key, bool v)
{
    lead(j, key);
    out_str(j->out, v ? "true" : "false");
    trail(j);
}

void json_uint(struct json *j, const char *key, uint64_t v)
{
    lead(j, key);
    out_printf(j->out, "%" PRIu64, v);
    trail(j);
}

void json_int(struct json *j, const char *key, int64_t v)
{
    lead(j, key);
    out_printf(j->out, "%" PRId64, v);
    trail(j);
}

void json_real(struct json *j, const char *key, double v)
{
    if (!isfinite(v)) {
        json_null(j, key);
        return;
    }
    lead(j, key);
    out_printf(j->out, "%.6f", v);
    trail(j);
}

void json_string(struct json *j, const char *key, const char *s)
{
    if (!s) {
        json_null(j, key);
        return;
    }
    lead(j, key);
    quoted(j->out, s);
    trail(j);
}
