/*
 * kernel_lines.c - physical lines into messages.
 *
 * Mail programs wrap lines at a blank, terminals cut them anywhere, also
 * inside numbers; both leave the rest without a prefix. A line is taken for
 * the rest of the one before if it has no prefix and is no sentence itself,
 * and the one before is a sentence that could go on; or if a phrase of the
 * kernel's lies across the cut. Whether a blank was lost at the cut is
 * decided by reading it both ways.
 */
#include "nmt/kernel_parts.h"

#include <string.h>

#include "nmt/cut.h"
#include "nmt/text.h"

/* No phrase of kernel_form_straddles is longer. */
#define PHRASE_MAX ((size_t)40)
/* No sentence of the kernel's takes more lines than these. */
#define JOIN_MAX 10

static void look_at(struct kernel_lines *k, struct source *s)
{
    const uint8_t *p;
    size_t n = source_peek(s, SOURCE_WINDOW, &p);
    struct cut_look look = cut_look_at(p, n);

    kernel_wrapping_find(p, n, &k->wrapping);
    k->width = look.width;
    k->spaced = look.spaced;
}

bool kernel_lines_init(struct kernel_lines *k, struct source *s, struct mem *m,
                       struct err *e)
{
    memset(k, 0, sizeof *k);
    look_at(k, s);
    k->text = mem_alloc(m, LINE_MAX_BYTES, 1, e);
    k->trial = k->text ? mem_alloc(m, LINE_MAX_BYTES, 1, e) : NULL;
    if (k->trial && lines_init(&k->lines, s, m, e))
        return true;
    mem_free(m, k->text);
    mem_free(m, k->trial);
    return false;
}

void kernel_lines_deinit(struct kernel_lines *k)
{
    struct mem *m = k->lines.mem;

    lines_deinit(&k->lines);
    mem_free(m, k->text);
    mem_free(m, k->trial);
}

/* ---- one line ahead --------------------------------------------------- */

/* Of what stands `within` the line last read. */
static uint64_t offset_of(const struct kernel_lines *k, size_t within)
{
    return known(k->lines.offset) ? k->lines.offset + within : UNKNOWN;
}

/* The next line with text on it. A prefix alone on its line belongs to the
 * text that follows. */
static void look_ahead(struct kernel_lines *k)
{
    struct kernel_ahead *l = &k->ahead;
    struct kernel_stamp stamp, alone;
    bool marked, pending = false;
    size_t width;
    char *line;

    kernel_stamp_clear(&alone);
    l->text = NULL;
    l->after_blank = false;
    while ((line = lines_next(&k->lines, &width))) {
        char first = line[0], last = width ? line[width - 1] : ' ';
        char *text = kernel_wrapping_strip(&k->wrapping, line, &stamp, &marked);

        if (*text) {
            *l = (struct kernel_ahead){
                .text = text,
                .width = width,
                .marked = marked || pending,
                .after_blank = l->after_blank,
                .blank_first = text_is_blank(first),
                .blank_last = text_is_blank(last),
                .line = k->lines.number,
                .offset = offset_of(k, (size_t)(text - line)),
                .stamp = stamp,
            };
            if (!stamp.clock) {
                l->stamp = alone;
                l->stamp.host = stamp.host ? stamp.host : alone.host;
            }
            return;
        }
        if (marked) {
            pending = true;
            if (stamp.clock)
                alone = stamp;
        } else {
            l->after_blank = true;
        }
    }
}

/* ---- joining ---------------------------------------------------------- */

/* A key of the cgroup's figures whose value stands on the next line. */
static bool is_lone_key(const char *text)
{
    return !text[strspn(text, "abcdefghijklmnopqrstuvwxyz_")];
}

/* Whether a message of this form, as it stands, may go on. */
static bool is_open(const struct kernel_lines *k, enum kernel_form form)
{
    struct kernel_columns columns;
    struct oom_task task;
    bool bytes;
    size_t n;

    switch (form) {
    case FORM_ROW:
        return kernel_row_read(k->text, &k->columns, &task, &bytes) == ROW_BAD;
    case FORM_HEADER:
        kernel_columns_read(k->text, &columns);
        return !columns.complete;
    case FORM_INVOKED: return !strstr(k->text, "_adj=");
    case FORM_KILLED: return !strstr(k->text, "oom_score_adj:");
    case FORM_SUMMARY: return !strstr(k->text, ",uid=");
    case FORM_ANNOUNCE: return !text_ends(k->text, "child");
    case FORM_USAGE: return !strstr(k->text, "failcnt ");
    case FORM_STATS: return true;
    case FORM_TASK_IN: return text_ends(k->text, "of");
    case FORM_CPU: return !kernel_version(k->text, &n);
    case FORM_NONE: return is_lone_key(k->text);
    default: return false;
    }
}

/* How well the text reads as a message of its form. */
static unsigned grade(const struct kernel_lines *k, const char *text)
{
    struct oom_task task;
    bool bytes;

    if (kernel_form(text) == FORM_ROW)
        return (unsigned)kernel_row_read(text, &k->columns, &task, &bytes);
    return kernel_form_words(text);
}

/* `to` becomes `text` and `more`, with or without a blank between. */
static void put_together(char *to, const char *text, const char *more,
                         bool blank)
{
    size_t n = strlen(text), m = strlen(more);
    size_t room = LINE_MAX_BYTES - 2 - n;

    memmove(to, text, n);
    if (blank)
        to[n++] = ' ';
    if (m > room)
        m = room;
    memcpy(to + n, more, m);
    to[n + m] = '\0';
}

static bool within_number(const char *text, const char *more)
{
    char last = text[0] ? text[strlen(text) - 1] : ' ';

    return text_is_digit(last) &&
           (text_is_digit(*more) || text_starts(more, "kB") ||
            text_starts(more, "KB"));
}

/* Where both readings are as good: cells of a table are apart, digits of a
 * sentence are one number, and the summary has no blank but in names. */
static bool blank_was_lost(const struct kernel_lines *k, enum kernel_form form)
{
    if (form == FORM_ROW)
        return true;
    return form != FORM_SUMMARY && !within_number(k->text, k->ahead.text);
}

/* Whether the message reads on in the line ahead, rather than in prose. */
static bool goes_on(const struct kernel_lines *k, enum kernel_form form,
                    unsigned joined)
{
    const char *more = k->ahead.text;
    size_t n;

    if (form == FORM_ROW)
        return joined > ROW_BAD || !more[strspn(more, " -0123456789")];
    if (form == FORM_CPU && kernel_version(k->trial, &n))
        return true;
    if (form == FORM_NONE)
        return !more[strspn(more, "0123456789")];
    return form == FORM_TASK_IN || joined > kernel_form_words(k->text) ||
           within_number(k->text, more);
}

/* Whether a known phrase begins in the message and ends in the line ahead,
 * with or without a blank between them. */
static bool lies_across(const struct kernel_lines *k)
{
    size_t n = strlen(k->text), m = strlen(k->ahead.text);
    size_t before = n < PHRASE_MAX ? n : PHRASE_MAX;
    size_t behind = m < PHRASE_MAX ? m : PHRASE_MAX;
    char around[2 * PHRASE_MAX + 2];

    memcpy(around, k->text + n - before, before);
    memcpy(around + before, k->ahead.text, behind);
    around[before + behind] = '\0';
    if (kernel_form_straddles(around, before))
        return true;
    around[before] = ' ';
    memcpy(around + before + 1, k->ahead.text, behind);
    around[before + 1 + behind] = '\0';
    return kernel_form_straddles(around, before);
}

/* Whether the line ahead could be the rest of the message by its look. */
static bool may_join(const struct kernel_lines *k, enum kernel_form form)
{
    if (k->cut && k->marked)
        return true;
    return (k->cut || is_open(k, form)) &&
           kernel_form(k->ahead.text) == FORM_NONE;
}

/* Joins the line ahead to the message; false if it is none of its. */
static bool join(struct kernel_lines *k, enum kernel_form form)
{
    const struct kernel_ahead *l = &k->ahead;
    unsigned with, without;
    bool across, blank;

    if (!l->text || l->marked || (l->after_blank && !k->spaced) ||
        strlen(k->text) > LINE_MAX_BYTES - 2)
        return false;
    across = lies_across(k);
    if (!across && !may_join(k, form))
        return false;
    put_together(k->trial, k->text, l->text, false);
    without = grade(k, k->trial);
    put_together(k->trial, k->text, l->text, true);
    with = grade(k, k->trial);
    if (!across && !k->cut &&
        !goes_on(k, form, with > without ? with : without))
        return false;
    if (k->cut)
        blank = l->blank_first || k->cut_at_blank;
    else
        blank = with == without ? blank_was_lost(k, form) : with > without;
    put_together(k->text, k->text, l->text, blank);
    /* Wrapped at less than the full width: this file's lines are not cut. */
    if (!k->cut)
        k->width = 0;
    return true;
}

/* Steps to the next physical line, keeping how the last one ended. */
static void step(struct kernel_lines *k)
{
    k->cut = k->width && k->ahead.width == k->width;
    k->cut_at_blank = k->ahead.blank_last;
    look_ahead(k);
}

bool kernel_lines_next(struct kernel_lines *k, struct kernel_message *ret)
{
    struct kernel_ahead *l = &k->ahead;

    if (!k->started)
        look_ahead(k);
    k->started = true;
    if (!l->text)
        return false;
    *ret = (struct kernel_message){.text = k->text,
                                   .line = l->line,
                                   .offset = l->offset,
                                   .stamp = l->stamp};
    k->marked = l->marked;
    put_together(k->text, "", l->text, false);
    ret->form = kernel_form(k->text);
    step(k);
    for (int joined = 0; joined < JOIN_MAX && join(k, ret->form); joined++) {
        ret->form = kernel_form(k->text);
        step(k);
    }
    if (ret->form == FORM_HEADER)
        kernel_columns_read(k->text, &k->columns);
    return true;
}
