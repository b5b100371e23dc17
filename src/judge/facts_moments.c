/*
 * facts_moments.c - puts the moments of the process's life in order and
 * picks the first and the last of them that can be compared.
 *
 * Order: a stated baseline, the snapshots, the files of the whole incident,
 * and what hs_err saw at the very end.
 */
#include "facts.h"

#include <string.h>

#include "base/size.h"

static struct moment *add(struct facts *f, const char *name, struct err *e)
{
    if (!vec_push(&f->moments, f->mem, e))
        return NULL;
    moment_init(vec_last(&f->moments), name);
    return vec_last(&f->moments);
}

/* One moment a report: files of the whole incident are reports in order. */
static bool add_nmt(struct facts *f, bool baseline, struct err *e)
{
    const struct input *in;

    VEC_EACH (&f->incident->inputs, in) {
        if (in->kind != ARTIFACT_NMT || !in->nmt || in->stranger ||
            in->snapshot != NO_SNAPSHOT || in->baseline != baseline)
            continue;
        for (uint64_t i = 0; in->nmt_all && i + 1 < in->nmt_all->at.n; i++) {
            struct moment *m = add(f, in->name, e);

            if (!m)
                return false;
            moment_take_nmt(m, in, &in->nmt_all->at.at[i]);
        }
        if (!add(f, in->name, e))
            return false;
        moment_take_nmt(vec_last(&f->moments), in, in->nmt);
    }
    return true;
}

static bool add_snapshots(struct facts *f, struct err *e)
{
    const struct snapshot *s;

    VEC_EACH (&f->incident->snapshots, s) {
        if (s->strange)
            continue;
        if (!add(f, s->name, e))
            return false;
        moment_read(f->incident, s->index, s->name, vec_last(&f->moments));
    }
    return true;
}

/* What else lies in the incident itself goes with its last NMT. */
static bool add_whole(struct facts *f, struct err *e)
{
    struct moment rest;
    const struct moment *nmt;

    moment_read(f->incident, NO_SNAPSHOT, "the incident", &rest);
    if (!rest.alive)
        return true;
    nmt = f->moments.n ? vec_last(&f->moments) : NULL;
    if (nmt && nmt->nmt && nmt->nmt_input->snapshot == NO_SNAPSHOT &&
        !nmt->nmt_input->baseline) {
        rest.nmt = nmt->nmt;
        rest.nmt_input = nmt->nmt_input;
        rest.map = nmt->map;
        rest.name = nmt->name;
        *vec_last(&f->moments) = rest;
        return true;
    }
    if (!add(f, "the incident", e))
        return false;
    *vec_last(&f->moments) = rest;
    return true;
}

static bool add_hs_err(struct facts *f, struct err *e)
{
    struct moment *m;

    if (!f->hs_err)
        return true;
    m = add(f, "hs_err", e);
    if (!m)
        return false;
    moment_take_vm_info(m, f->hs_err_input);
    m->at_death = true;
    return true;
}

/* A report that was cut off says too little to compare. */
static bool whole_nmt(const struct moment *m)
{
    return m->nmt && m->nmt->has_total;
}

static void choose(struct facts *f)
{
    const struct moment *m;
    bool with_nmt = false;

    VEC_EACH (&f->moments, m)
        with_nmt = with_nmt || whole_nmt(m);
    VEC_EACH (&f->moments, m) {
        if (with_nmt ? !whole_nmt(m) : !m->alive)
            continue;
        if (!f->first)
            f->first = m;
        f->last = m;
    }
}

/* Private memory as it would be had nobody trimmed malloc's heap: what a trim
 * gave back is no sign that the process needs less. */
static uint64_t untrimmed(const struct moment *m)
{
    uint64_t bytes = moment_private(m);
    uint64_t before = m->trim_before.value, after = m->trim_after.value;

    if (!known(bytes) || !known(before) || !known(after) || after >= before ||
        !known(m->rss.value) || m->rss.value >= after + (before - after) / 2)
        return bytes;
    return bytes + (before - after);
}

struct level facts_level(const struct facts *f)
{
    struct level l = {0, UNKNOWN, UNKNOWN, UNKNOWN, NULL, NULL};
    const struct moment *m;

    VEC_EACH (&f->moments, m) {
        uint64_t bytes = untrimmed(m);

        if (!known(bytes) || m->at_death)
            continue;
        if (!l.looks++)
            l.first = bytes;
        l.before = l.last;
        l.from = l.to;
        l.last = bytes;
        l.to = m;
    }
    return l;
}

bool facts_dump_is_before(const struct facts *f, const struct moment *m)
{
    const struct incident *i = f->incident;

    return f->dump && m && f->dump->snapshot < i->snapshots.n &&
           strcmp(i->snapshots.at[f->dump->snapshot].name, m->name) != 0;
}

bool facts_one_look(const struct facts *f)
{
    return facts_level(f).looks < 2 && !f->parts.first;
}

/* Less is noise in any JVM. */
#define NOISE (8 * MIB)

bool facts_is_level(const struct level *l)
{
    uint64_t more = known_minus(l->last, l->before);

    return known(more) && (more <= NOISE || more <= l->last / 10);
}

bool facts_is_level_beside_heap(const struct level *l)
{
    uint64_t more = known_minus(l->last, l->before);
    uint64_t before = moment_heap(l->from).value;
    uint64_t last = moment_heap(l->to).value;

    return known(more) && known(before) && known(last) && last > before &&
           more <= last - before + NOISE;
}

static void take_threads(struct facts *f)
{
    const struct moment *m;

    VEC_EACH (&f->moments, m)
        if (known(m->threads.value) &&
            (!known(f->threads_peak.value) ||
             m->threads.value > f->threads_peak.value))
            f->threads_peak = m->threads;
}

/* A GC log that names the collector, but has no collection, is of a JVM that
 * never had any. */
static bool never_collected(const struct facts *f)
{
    return f->gc && f->gc->collector && !f->gc->count && !f->pretouch;
}

/*
 * jcmd's class histogram, and jmap's of live objects, make the collector
 * collect everything first, and its log says so. Where it does not, garbage
 * was counted as well: that is what objects fill, not what lives.
 */
static bool histograms_have_garbage(const struct facts *f)
{
    const struct gc_pause *p;
    bool tells = false;

    if (!f->gc || f->gc->count > f->gc->pauses.n)
        return false;
    VEC_EACH (&f->gc->pauses, p) {
        if (p->cause && strstr(p->cause, "Heap Inspection"))
            return false;
        tells |= p->cause != NULL;
    }
    return tells;
}

static void take_garbage(struct moment *m)
{
    if (!m->histogram || m->heap_live.origin.path != m->histogram_input->path)
        return;
    figure_fill(&m->heap_used, m->heap_live);
    m->heap_live = figure_none();
}

bool facts_moments(struct facts *f, struct err *e)
{
    bool garbage = histograms_have_garbage(f);

    if (!add_nmt(f, true, e) || !add_snapshots(f, e) || !add_nmt(f, false, e) ||
        !add_whole(f, e) || !add_hs_err(f, e))
        return false;
    for (uint64_t i = 0; i < f->moments.n; i++) {
        f->moments.at[i].never_collected = never_collected(f);
        if (garbage)
            take_garbage(&f->moments.at[i]);
        moment_derive(&f->moments.at[i], i ? &f->moments.at[i - 1] : NULL,
                      facts_multi_mapped(f));
    }
    choose(f);
    take_threads(f);
    return true;
}
