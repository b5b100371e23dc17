/*
 * wrapping.c - compares the beginnings of lines, and takes off what they share.
 */
#define _GNU_SOURCE
#include "nmt/wrapping.h"

#include <string.h>

#include "base/lines.h"
#include "nmt/kernel_parts.h"
#include "nmt/text.h"

#define STREAM     '\1'
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

void wrapping_survey_init(struct wrapping_survey *y, struct wrapping *ret)
{
    memset(ret, 0, sizeof *ret);
    *y = (struct wrapping_survey){.w = ret};
}

void wrapping_survey_line(struct wrapping_survey *y, char *line)
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

/* Up to where JSON begins, or to the last blank, if there is any: what all
 * lines have in common behind that is how their texts begin. */
static size_t whole_words(const struct wrapping *w)
{
    size_t n = w->n;

    for (size_t i = 0; i + 1 < n; i++)
        if (w->shape[i] == '{' && w->shape[i + 1] == '"')
            return i;
    while (n && w->shape[n - 1] != ' ')
        n--;
    return n ? n : w->n;
}

bool wrapping_survey_end(struct wrapping_survey *y, size_t least)
{
    struct wrapping *w = y->w;

    w->json = y->json && (y->lines - y->json) * ONE_STRANGE_OF <= y->lines;
    w->n = whole_words(w);
    if (y->lines < least || y->strange * ONE_STRANGE_OF > y->lines || w->n < 2)
        w->n = 0;
    return w->json || w->n;
}

/* Without the last line if it is cut off: not all of its beginning may be
 * there. */
static size_t whole_lines(const uint8_t *p, size_t n)
{
    const uint8_t *end = n ? memrchr(p, '\n', n) : NULL;

    return end ? (size_t)(end - p) + 1 : n;
}

bool wrapping_find(const uint8_t *p, size_t n, size_t least,
                   struct wrapping *ret)
{
    struct wrapping_survey y;
    char line[LINE_BYTES];

    wrapping_survey_init(&y, ret);
    n = whole_lines(p, n);
    while (lines_cut(&p, &n, line, sizeof line))
        wrapping_survey_line(&y, line);
    return wrapping_survey_end(&y, least);
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

/* ---- all of it -------------------------------------------------------- */

static bool strip_all(const struct wrapping *w, struct source *s,
                      struct out *to, struct err *e)
{
    struct lines l;
    char *line;

    if (!lines_init(&l, s, to->mem, e))
        return false;
    while (to->text.n < UNWRAPPED_MAX && (line = lines_next(&l, NULL))) {
        out_str(to, wrapping_strip(w, line));
        if (!l.partial)
            out_char(to, '\n');
    }
    lines_deinit(&l);
    return out_finish(to, e);
}

bool unwrapped_init(struct unwrapped *u, const struct wrapping *w,
                    struct source *s, struct mem *m, struct err *e)
{
    u->source = NULL;
    out_to_memory(&u->text, m);
    if (strip_all(w, s, &u->text, e) &&
        source_open_memory(u->text.text.at, u->text.text.n, m, &u->source, e))
        return true;
    out_deinit(&u->text);
    return false;
}

void unwrapped_deinit(struct unwrapped *u)
{
    source_close(u->source);
    out_deinit(&u->text);
    *u = (struct unwrapped){0};
}
