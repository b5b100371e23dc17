/*
 * saved_order.c - logs saved newest first, as `journalctl -r` and the viewers
 * of the clouds show them: told by their clocks, and by which sentence of the
 * kernel's stands before which.
 */
#include "nmt/saved_parts.h"

#include <string.h>

#include "nmt/text.h"

/* What is told of order by figures needs so many lines to be no accident. */
#define ENOUGH 2

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

/* Seconds since start before a line of the garbage collector's: "[0.015s]",
 * "[15ms]", "0.015: [GC". */
static void take_gc_uptime(const char *line, struct kernel_stamp *stamp)
{
    const char *s = line + (*line == '[');
    double v;

    if (!text_seconds(&s, &v))
        return;
    if (*line == '[' ? text_starts(s, "s]") : text_starts(s, ": ["))
        stamp->uptime = v;
    else if (*line == '[' && text_starts(s, "ms]"))
        stamp->uptime = v / 1000;
    if (stamp->uptime >= 0)
        stamp->clock = "boot";
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

void order_init(struct order *o)
{
    memset(o, 0, sizeof *o);
    kernel_stamp_clear(&o->stamp);
}

bool order_see(struct order *o, char *line, const struct saved_message *of)
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
    if (of && (of->time != INT64_MIN || of->uptime >= 0))
        stamp = (struct kernel_stamp){
            .time = of->time, .uptime = of->uptime, .clock = "container"};
    else if (!stamp.clock)
        take_gc_uptime(line, &stamp);
    if (stamp.clock) {
        see_clocks(o, &stamp);
        o->stamp = stamp;
    }
    return stamp.clock != NULL;
}

bool order_is_turned(const struct order *o)
{
    return o->down > o->up && o->down >= ENOUGH;
}
