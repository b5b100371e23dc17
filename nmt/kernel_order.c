/*
 * kernel_order.c - logs saved newest first, as `journalctl -r` and the
 * viewers of the clouds show them: tells them by their clocks and by which
 * sentence of a report stands before which, and hands their messages out in
 * the order in which they were written. Messages, not lines: of a wrapped
 * one the rest stands behind its beginning in either order.
 */
#include "nmt/kernel_parts.h"

#include <string.h>

#include "nmt/text.h"

/* What is told of order by figures needs so many lines to be no accident. */
#define ENOUGH    2
#define LOOK_LINE 1024

/* ---- telling ---------------------------------------------------------- */

struct order {
    unsigned up, down; /* pairs of lines in the order of time, and not */
    struct kernel_stamp stamp;
    enum kernel_form form;
};

/* Sentences that follow each other at once, in every kernel's report. */
static bool follows(enum kernel_form a, enum kernel_form b)
{
    switch (a) {
    case FORM_INVOKED: return b == FORM_CPU;
    case FORM_TASKS: return b == FORM_HEADER;
    case FORM_HEADER: return b == FORM_ROW;
    case FORM_ROW: return b == FORM_SUMMARY || b == FORM_ANNOUNCE;
    case FORM_SUMMARY:
    case FORM_ANNOUNCE: return b == FORM_KILLED;
    case FORM_KILLED: return b == FORM_REAPED;
    default: return false;
    }
}

static void see_clocks(struct order *o, const struct kernel_stamp *now)
{
    const struct kernel_stamp *was = &o->stamp;

    if (was->time != INT64_MIN && now->time != INT64_MIN) {
        o->up += now->time > was->time;
        o->down += now->time < was->time;
    } else if (was->uptime >= 0 && now->uptime >= 0) {
        o->up += now->uptime > was->uptime;
        o->down += now->uptime < was->uptime;
    }
}

static void see_line(struct order *o, char *line)
{
    struct kernel_stamp stamp;
    enum kernel_form form;
    bool marked;
    char *text = kernel_prefix_strip(line, &stamp, &marked);

    if (*text) {
        form = kernel_form(text);
        o->up += follows(o->form, form);
        o->down += follows(form, o->form);
        o->form = form;
    }
    if (stamp.clock) {
        see_clocks(o, &stamp);
        o->stamp = stamp;
    }
}

bool kernel_order_is_turned(const uint8_t *p, size_t n)
{
    struct order o = {0};
    char line[LOOK_LINE];

    kernel_stamp_clear(&o.stamp);
    while (lines_cut(&p, &n, line, sizeof line))
        see_line(&o, line);
    return o.down > o.up && o.down >= ENOUGH;
}

/* ---- turning ---------------------------------------------------------- */

/* What may be a group's figure, or the gap in a table, and is no sentence. */
static bool may_count(const char *text)
{
    const char *p = text + strspn(text, "abcdefghijklmnopqrstuvwxyz_");

    return text_starts(text, "...") || (p > text && text_is_blank(*p) &&
                                        text_is_digit(*text_skip_blanks(p)));
}

static bool keep(struct kernel_queue *q, const struct kernel_message *m,
                 struct err *e)
{
    struct kernel_message *kept;

    if (m->form == FORM_NONE && !may_count(m->text))
        return true;
    if (!vec_push(&q->turned, q->arena.mem, e))
        return false;
    kept = vec_last(&q->turned);
    *kept = *m;
    kept->text = arena_strdup(&q->arena, m->text, e);
    return kept->text != NULL;
}

bool kernel_queue_init(struct kernel_queue *q, struct kernel_lines *k,
                       struct err *e)
{
    struct kernel_message m;
    bool ok = true;

    memset(q, 0, sizeof *q);
    q->lines = k;
    arena_init(&q->arena, k->lines.mem);
    while (ok && k->turned && kernel_lines_next(k, &m))
        ok = keep(q, &m, e);
    return ok;
}

void kernel_queue_deinit(struct kernel_queue *q)
{
    vec_free(&q->turned, q->arena.mem);
    arena_deinit(&q->arena);
}

bool kernel_queue_next(struct kernel_queue *q, struct kernel_message *ret)
{
    if (!q->turned.n)
        return kernel_lines_next(q->lines, ret);
    *ret = q->turned.at[--q->turned.n];
    return true;
}
