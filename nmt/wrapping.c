/*
 * wrapping.c - compares the beginnings of lines.
 */
#include "nmt/wrapping.h"

#include <string.h>

#include "base/lines.h"
#include "nmt/kernel_parts.h"
#include "nmt/text.h"

#define STREAM     '\1'
#define LINES_MIN  8 /* fewer have something in common by chance */
#define LINE_BYTES 1024
/* Of so many lines one may be another's: it does not count. */
#define ONE_STRANGE_OF 20

/* ---- beginnings ------------------------------------------------------- */

/* Steps over one element of a shape. */
static char take_element(const char **p)
{
    const char *s = *p;
    char c = *s;

    if (text_is_digit(c)) {
        *p = s + strspn(s, "0123456789");
        return '0';
    }
    if (text_is_blank(c)) {
        *p = text_skip_blanks(s);
        return ' ';
    }
    if (text_starts(s, "stdout") || text_starts(s, "stderr")) {
        *p = s + 6;
        return STREAM;
    }
    *p = s + 1;
    return c;
}

/* All lines of a short crash report begin with '#', which is its own. */
static void shape_of(struct wrapping *w, const char *line)
{
    for (w->n = 0; *line && *line != '#' && w->n < WRAPPING_MAX; w->n++)
        w->shape[w->n] = take_element(&line);
}

/* How many elements of the shape `line` begins with; *rest is behind them.
 * A blank at the shape's end is one blank, any more are the text's own. Where
 * a line has no text the blank before it was cut off. */
static size_t matching(const struct wrapping *w, const char *line,
                       const char **rest)
{
    size_t i = 0;

    for (*rest = line; i < w->n; i++) {
        const char *s = *rest;
        bool blank = w->shape[i] == ' ';

        if (!*s)
            return i + blank;
        if (take_element(&s) != w->shape[i])
            break;
        *rest = blank && i + 1 == w->n ? *rest + 1 : s;
    }
    return i;
}

/* ---- the text --------------------------------------------------------- */

struct survey {
    struct wrapping *w;
    size_t lines, json, strange;
};

static void see_line(struct survey *y, char *line)
{
    struct kernel_stamp stamp;
    const char *rest;
    size_t n;

    text_trim_end(line);
    if (!y->lines++)
        shape_of(y->w, line);
    n = matching(y->w, line, &rest);
    if (n)
        y->w->n = n;
    else
        y->strange++;
    kernel_stamp_clear(&stamp);
    y->json += *line == '{' && kernel_json_message(line, &stamp) != NULL;
}

bool wrapping_find(const uint8_t *p, size_t n, struct wrapping *ret)
{
    struct survey y = {.w = ret};
    char line[LINE_BYTES];

    memset(ret, 0, sizeof *ret);
    while (lines_cut(&p, &n, line, sizeof line))
        see_line(&y, line);
    ret->json = y.json && (y.lines - y.json) * ONE_STRANGE_OF <= y.lines;
    if (y.lines < LINES_MIN || y.strange * ONE_STRANGE_OF > y.lines)
        ret->n = 0;
    if (ret->n < 2)
        ret->n = 0;
    return ret->json || ret->n;
}

char *wrapping_strip(const struct wrapping *w, char *line)
{
    struct kernel_stamp stamp;
    const char *rest = line;
    char *message;

    if (w->json) {
        kernel_stamp_clear(&stamp);
        message = kernel_json_message(line, &stamp);
        return message ? message : line;
    }
    return matching(w, line, &rest) == w->n ? line + (rest - line) : line;
}
