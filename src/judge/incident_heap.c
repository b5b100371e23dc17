/*
 * incident_heap.c - which of several heap dumps is the one closest to the
 * death, and which earlier one shows what grew.
 *
 * The clock in the header decides. Where two clocks agree or one is missing,
 * a dump of the whole incident (the OutOfMemoryError's own) comes after
 * those of snapshots, and snapshots come in their order. A dump of another
 * process comes before all others: it is read only if there is no other.
 */
#include <inttypes.h>
#include <stdio.h>

#include "judge/incident_parts.h"

static bool is_candidate(const struct input *in)
{
    return in->kind == ARTIFACT_HPROF && !in->error;
}

/* NO_SNAPSHOT is the greatest index, as it should be here. */
static bool is_later(const struct input *a, const struct input *b)
{
    if (!a->stranger != !b->stranger)
        return b->stranger;
    if (a->time != b->time)
        return a->time > b->time;
    return a->snapshot > b->snapshot;
}

/* Whether `a` shows the process at an earlier moment than `b`: two dumps of
 * one millisecond are copies of one dump. */
static bool is_before(const struct input *a, const struct input *b)
{
    if (a->time == TIME_UNKNOWN || b->time == TIME_UNKNOWN)
        return a->snapshot < b->snapshot;
    return a->time < b->time;
}

static uint32_t find_last(const struct incident *i)
{
    uint32_t best = NO_INPUT;

    for (uint32_t k = 0; k < i->inputs.n; k++)
        if (is_candidate(&i->inputs.at[k]) &&
            (best == NO_INPUT ||
             is_later(&i->inputs.at[k], &i->inputs.at[best])))
            best = k;
    return best;
}

static uint32_t find_earliest(const struct incident *i)
{
    const struct input *last = &i->inputs.at[i->heap_input];
    uint32_t best = NO_INPUT;

    for (uint32_t k = 0; k < i->inputs.n; k++) {
        const struct input *in = &i->inputs.at[k];

        if (is_candidate(in) && !in->stranger && is_before(in, last) &&
            (best == NO_INPUT || is_before(in, &i->inputs.at[best])))
            best = k;
    }
    return best;
}

/* ---- what was wrong --------------------------------------------------- */

static bool note_damage(struct incident *i, struct input *in,
                        const struct hprof_damage *d, struct err *e)
{
    char text[320];

    if (!hprof_damage_any(d) && !d->source[0])
        return true;
    if (d->truncated && !d->missing_bytes)
        snprintf(text, sizeof text,
                 "it ends at offset %" PRIu64
                 " without its last record: objects may be missing%s%s",
                 d->truncated_at, d->source[0] ? "; " : "", d->source);
    else if (d->truncated)
        snprintf(text, sizeof text,
                 "it ends inside a record at offset %" PRIu64 ": %" PRIu64
                 " bytes are missing%s%s",
                 d->truncated_at, d->missing_bytes, d->source[0] ? "; " : "",
                 d->source);
    else if (d->source[0])
        snprintf(text, sizeof text, "%s", d->source);
    else if (d->first[0])
        snprintf(text, sizeof text, "%s at offset %" PRIu64, d->first,
                 d->first_at);
    else
        snprintf(text, sizeof text, "parts of it are not understood");
    return input_damaged(i, in, text, e);
}

/* ---- analysis --------------------------------------------------------- */

/* *ret is NULL if this dump can't be used; the input says why. */
static bool analyse(struct incident *i, struct input *in,
                    const struct heap_options *o, struct source **source,
                    struct heap **ret, struct err *e)
{
    struct heap *h = arena_alloc(&i->arena, 1, sizeof *h, e);
    struct err why = {0};

    *ret = NULL;
    if (!h)
        return false;
    if (!input_open(i, in, source, &why)) {
        *source = NULL;
        return input_fails(i, in, &why, e);
    }
    source_set_jobs(*source, o->jobs);
    if (heap_analyse(*source, in->path, o, i->mem, h, &why)) {
        *ret = h;
        return note_damage(i, in, &h->dump.damage, e);
    }
    source_close(*source);
    *source = NULL;
    return input_fails(i, in, &why, e);
}

static bool read_last(struct incident *i, const struct heap_options *o,
                      struct err *e)
{
    uint32_t k;

    while (!i->heap && (k = find_last(i)) != NO_INPUT) {
        if (!analyse(i, &i->inputs.at[k], o, &i->heap_source, &i->heap, e))
            return false;
        if (i->heap)
            i->heap_input = k;
    }
    return true;
}

/* Why the second dump is left alone is worth a remark, but is no damage. */
static bool pass_over(struct incident *i, struct input *in, const char *why,
                      struct err *e)
{
    in->damage = arena_printf(&i->arena, e, "not analysed: %s", why);
    return in->damage != NULL;
}

static bool read_before(struct incident *i, const struct heap_options *o,
                        struct err *e)
{
    struct heap_options quick = *o;
    struct err why = {0};
    struct input *in;
    uint32_t k = find_earliest(i);

    if (k == NO_INPUT)
        return true;
    in = &i->inputs.at[k];
    if (in->bytes > INCIDENT_SECOND_DUMP_MAX)
        return pass_over(i, in, "a second dump this large takes too long", e);
    quick.quick = true;
    quick.dump = 0;
    if (analyse(i, in, &quick, &i->heap_before_source, &i->heap_before, &why)) {
        if (i->heap_before)
            i->heap_before_input = k;
        return true;
    }
    if (why.code == ERR_BUDGET)
        return pass_over(i, in, "the memory limit is too small for two", e);
    *e = why;
    return false;
}

bool incident_read_heaps(struct incident *i, const struct heap_options *o,
                         struct err *e)
{
    static const struct heap_options ordinary = {0};

    if (!o)
        o = &ordinary;
    if (!read_last(i, o, e))
        return false;
    return !i->heap || read_before(i, o, e);
}
