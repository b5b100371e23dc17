/*
 * text.c - words, numbers and lines.
 */
#include "text.h"

#include <inttypes.h>

#include "base/size.h"

const char *text_style(enum style s, bool colour)
{
    static const char *const escapes[] = {
        [STYLE_PLAIN] = "\033[0m", [STYLE_TITLE] = "\033[1;4m",
        [STYLE_BOLD] = "\033[1m",  [STYLE_ALERT] = "\033[1;31m",
        [STYLE_DIM] = "\033[2m",
    };

    return colour ? escapes[s] : "";
}

const char *text_count(char buf[TEXT_NUMBER], uint64_t n)
{
    char digits[TEXT_NUMBER];
    int len = snprintf(digits, sizeof digits, "%" PRIu64, n), i;
    char *to = buf;

    for (i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0)
            *to++ = ',';
        *to++ = digits[i];
    }
    *to = '\0';
    return buf;
}

const char *text_share(char buf[TEXT_NUMBER], double share)
{
    if (share > 0 && share < 0.01)
        snprintf(buf, TEXT_NUMBER, "<1%%");
    else if (share > 0.99 && share < 1)
        snprintf(buf, TEXT_NUMBER, ">99%%");
    else
        snprintf(buf, TEXT_NUMBER, "%.0f%%", share * 100);
    return buf;
}

static void size(struct out *o, uint64_t bytes, bool exact)
{
    char buf[SIZE_TEXT], count[TEXT_NUMBER];

    out_str(o, size_text(buf, bytes));
    if (exact && bytes >= 1024)
        out_printf(o, " (%s bytes)", text_count(count, bytes));
}

static void delta(struct out *o, int64_t v)
{
    char buf[SIZE_TEXT];
    uint64_t n = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

    out_str(o, v > 0 ? "+" : v < 0 ? "-" : "");
    out_str(o, size_text(buf, n));
}

/* Of a path only the end that tells it from others in the same report. */
static void place(struct out *o, const struct place *p)
{
    if (!p->path)
        return;
    out_clean(o, p->path);
    if (known(p->line))
        out_printf(o, ":%" PRIu64, p->line);
    else if (known(p->offset))
        out_printf(o, " at byte %" PRIu64, p->offset);
}

void text_value(struct out *o, const struct value *v, bool exact)
{
    char buf[TEXT_NUMBER];

    switch (v->kind) {
    case VALUE_NULL: break;
    case VALUE_BOOL: out_str(o, v->b ? "yes" : "no"); break;
    case VALUE_COUNT: out_str(o, text_count(buf, v->u)); break;
    case VALUE_NUMBER: out_printf(o, "%" PRIu64, v->u); break;
    case VALUE_BYTES: size(o, v->u, exact); break;
    case VALUE_DELTA: delta(o, v->i); break;
    case VALUE_INTEGER: out_printf(o, "%" PRId64, v->i); break;
    case VALUE_PERCENT: out_printf(o, "%" PRIu64 "%%", v->u); break;
    case VALUE_SHARE: out_str(o, text_share(buf, v->real)); break;
    case VALUE_WEIGHT: out_pad(o, '*', v->u < 3 ? v->u : 3); break;
    case VALUE_TIME: out_str(o, time_text(buf, v->i)); break;
    case VALUE_ID: out_printf(o, "0x%" PRIx64, v->u); break;
    case VALUE_TEXT: out_clean(o, v->text); break;
    case VALUE_PLACE: place(o, &v->place); break;
    }
}

size_t text_columns(const char *s, size_t n)
{
    size_t columns = 0, i;

    for (i = 0; i < n; i++)
        columns += ((unsigned char)s[i] & 0xc0) != 0x80;
    return columns;
}

size_t text_wrap(struct out *o, const char *s, size_t n, size_t at,
                 size_t indent)
{
    const char *end = s + n;
    bool first = true;

    while (s < end) {
        const char *word, *p;
        size_t width;

        for (word = s; word < end && *word == ' '; word++)
            ;
        for (p = word; p < end && *p != ' '; p++)
            ;
        width = text_columns(word, (size_t)(p - word));
        if (!first && width && at + 1 + width > TEXT_WIDTH) {
            out_char(o, '\n');
            out_pad(o, ' ', indent);
            at = indent;
        } else if (!first && width) {
            out_char(o, ' ');
            at++;
        }
        out_bytes(o, word, (size_t)(p - word));
        at += width;
        first = false;
        s = p;
    }
    return at;
}
