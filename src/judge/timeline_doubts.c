/*
 * timeline_doubts.c - clocks that contradict each other; see timeline.h.
 */
#include <string.h>

#include "judge/timeline_parts.h"

/* dmesg -T is made of a boot time that is never exact. */
#define SLACK_MS  2000
#define MINUTE_MS 60000

static const char *apart(struct timeline_builder *b, int64_t ms)
{
    int64_t minutes = ms / MINUTE_MS, half = (minutes + 15) / 30;

    /* Time zones lie whole half hours apart. */
    if (half && minutes - half * 30 <= 2 && minutes - half * 30 >= -2)
        return pen_write(&b->pen, "about %lld.%c h: a time zone?",
                         (long long)(half / 2), half % 2 ? '5' : '0');
    if (ms >= 2 * MINUTE_MS)
        return pen_write(&b->pen, "%lld min", (long long)minutes);
    return pen_write(&b->pen, "%lld.%03d s", (long long)(ms / 1000),
                     (int)(ms % 1000));
}

static void doubt(struct timeline_builder *b, uint64_t k, const char *why)
{
    if (!b->to->events.at[k].doubt)
        b->to->events.at[k].doubt = why;
}

/* What a living process left behind, later than its death. */
static void doubt_after_death(struct timeline_builder *b, uint64_t death)
{
    struct timeline_event *d = &b->to->events.at[death];

    for (uint64_t k = 0; k < b->to->events.n; k++) {
        struct timeline_event *ev = &b->to->events.at[k];
        const char *far;

        if (b->marks.at[k].role != ALIVE || ev->time == NO_TIME ||
            ev->time - d->time <= SLACK_MS)
            continue;
        far = apart(b, ev->time - d->time);
        doubt(b, k,
              pen_write(&b->pen,
                        "%s after the death: its clock or that of the death "
                        "is off, or it is another process's",
                        far));
        doubt(b, death,
              pen_write(&b->pen,
                        "signs of life are timed %s later: one of the clocks "
                        "is off, or they are another process's",
                        far));
    }
}

/* The last sign of life lies half hours before the death: seen with a local
 * clock that was taken for UTC. */
static void doubt_zone(struct timeline_builder *b, uint64_t death)
{
    struct timeline_event *d = &b->to->events.at[death];
    int64_t last = NO_TIME, ms;

    for (uint64_t k = 0; k < b->to->events.n; k++)
        if (b->marks.at[k].role == ALIVE && b->to->events.at[k].time > last)
            last = b->to->events.at[k].time;
    if (last == NO_TIME || d->time - last < 28 * MINUTE_MS)
        return;
    ms = d->time - last;
    if (strstr(apart(b, ms), "zone"))
        doubt(b, death,
              pen_write(&b->pen, "the last sign of life is older by %s",
                        apart(b, ms)));
}

static void doubt_order(struct timeline_builder *b)
{
    const struct snapshot *s, *before = NULL;

    VEC_EACH (&b->incident->snapshots, s) {
        if (s->time == NO_TIME)
            continue;
        if (before && s->time + SLACK_MS < before->time)
            for (uint64_t k = 0; k < b->to->events.n; k++)
                if (b->marks.at[k].snapshot == s->index &&
                    b->to->events.at[k].time == s->time)
                    doubt(b, k,
                          pen_write(&b->pen,
                                    "%s before snapshot %s, whose folder "
                                    "comes first: a clock was set back, or "
                                    "the folders are out of order",
                                    apart(b, before->time - s->time),
                                    before->name));
        before = s;
    }
}

void timeline_doubt(struct timeline_builder *b)
{
    for (uint64_t k = 0; k < b->to->events.n; k++) {
        if (b->marks.at[k].role != DEATH || b->to->events.at[k].time == NO_TIME)
            continue;
        doubt_after_death(b, k);
        doubt_zone(b, k);
    }
    doubt_order(b);
}
