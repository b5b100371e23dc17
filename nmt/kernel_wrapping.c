/*
 * kernel_wrapping.c - what stands before the kernel's lines and is no prefix
 * that anybody knows: a container's name, a file's and a line's number that
 * grep put there, columns of a table. All lines have it, so it is found by
 * comparing them (wrapping.h), behind what is known.
 */
#include "nmt/kernel_parts.h"

#include <string.h>

#include "nmt/text.h"

/* Enough lines to compare, of a file of any size. */
#define LOOK      ((size_t)256 << 10)
#define LOOK_LINE 1024

void kernel_wrapping_find(const uint8_t *p, size_t n, struct wrapping *ret)
{
    struct wrapping_survey y;
    struct kernel_stamp stamp;
    char line[LOOK_LINE], *text;
    bool marked;

    wrapping_survey_init(&y, ret);
    if (n > LOOK)
        n = LOOK;
    while (lines_cut(&p, &n, line, sizeof line)) {
        text = kernel_prefix_strip(line, &stamp, &marked);
        if (*text && n) /* the last line may be cut off */
            wrapping_survey_line(&y, text);
    }
    wrapping_survey_end(&y, WRAPPING_LINES);
    ret->json = false; /* was taken off already */
}

/* The times in what was taken off, if there are any. */
static void read_clocks(const char *from, const char *to,
                        struct kernel_stamp *stamp)
{
    for (const char *s = from; s < to; s++) {
        bool begins = s == from || strchr(" \t:|,\"", s[-1]);

        if (begins && kernel_clock_take(&s, stamp))
            s--;
    }
}

/* How the lines of a report begin is no wrapping, if only such are there. */
static bool is_kernels_own(char *text, char *rest)
{
    char c = *rest;
    unsigned words;

    *rest = '\0';
    words = kernel_form_words(text);
    *rest = c;
    return words > 0;
}

static void add_stamp(struct kernel_stamp *to, const struct kernel_stamp *from)
{
    if (to->time == INT64_MIN)
        to->time = from->time;
    if (to->uptime < 0)
        to->uptime = from->uptime;
    if (!to->clock)
        to->clock = from->clock;
    if (!to->host)
        to->host = from->host;
}

char *kernel_wrapping_strip(const struct wrapping *w, char *line,
                            struct kernel_stamp *stamp, bool *marked)
{
    char *text = kernel_prefix_strip(line, stamp, marked), *rest, *inner;
    struct kernel_stamp more;
    bool inside;

    rest = w->n ? wrapping_strip(w, text) : text;
    if (rest == text || is_kernels_own(text, rest))
        return text;
    if (rest[-1] == '"' && text_ends(rest, "\"")) /* a column of a table */
        rest[strlen(rest) - 1] = '\0';
    read_clocks(text, rest, stamp);
    inner = kernel_prefix_strip(rest, &more, &inside);
    if (!kernel_form(inner) && kernel_form(text))
        return text;
    add_stamp(stamp, &more);
    *marked = true;
    return inner;
}
